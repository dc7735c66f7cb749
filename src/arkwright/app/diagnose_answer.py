"""The answer to a question about a record: plain JSON, with all that is needed to redo the verdict."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from arkwright.health.bearing import BearingOrders, BearingVerdict
from arkwright.health.rolling_search import DEPTH_UNIT, SKID_FACTOR, TOP_SHARE, WHITENED, CombScore
from arkwright.health.rolling_verdict import BESIDE, CAGE_FACTOR, FAINT
from arkwright.kits.orders import COMBS


class _Names(dict[str, str]):
    """Names of verdicts; a fault of another family than bearings is called as its fault mode is."""

    def __missing__(self, fault: str) -> str:
        return fault.replace("_", " ")


NAMES = _Names(
    {
        "outer_race": "outer race",
        "inner_race": "inner race",
        "ball": "rolling element",
        "cage": "cage",
        "normal": "no bearing fault found",
        "cannot_judge": "cannot judge",
    }
)


def refusal(missing: tuple[str, ...]) -> dict[str, object]:
    """Answer that a record cannot be judged, naming everything that is missing."""
    return {
        "verdict": "cannot_judge",
        "labels": [],
        "confidence": 1.0,
        "severity": None,
        "evidence": [{"text": "Cannot judge: " + "; ".join(missing)}],
        "missing": list(missing),
    }


def answer_of(
    verdict: BearingVerdict, speed_rpm: float | None, orders: BearingOrders | None
) -> dict[str, object]:
    """Put a verdict into plain JSON, without its severity.

    Parameters
    ----------
    verdict
        The verdict.
    speed_rpm
        Speed of the shaft as stated. [rpm]
    orders
        Orders of the bearing.

    Returns
    -------
    answer
        ``verdict``, ``labels``, ``confidence``, ``evidence``, ``scores``, ``missing``.
    """
    shown: dict[str, object] = {
        "text": sentence(verdict),
        "fault": verdict.best,
        "band_hz": [round(edge, 1) for edge in verdict.band_hz],
        "whitening": verdict.whitening,
        "slip": round(verdict.slip, 5),
        "depth": round(verdict.combs[verdict.best].deep, 4) if verdict.best in verdict.combs else None,
        "threshold": round(verdict.threshold, 4),
        "z": verdict.z,
        "speed_rpm": speed_rpm,
        "speed_found_rpm": round(60 * verdict.shaft_hz, 2),
        "orders": asdict(orders) if orders else None,
        "lines": [_rounded(asdict(line)) for line in verdict.lines],
        "missing_lines": list(verdict.missing_lines),
        "redo": _redo(verdict),
    }
    against = [{"text": text, "against": True} for text in verdict.against]
    return {
        "verdict": verdict.verdict,
        "labels": list(verdict.labels),
        "confidence": round(verdict.confidence, 4),
        "evidence": [shown, *against],
        "scores": {fault: round(score, 4) for fault, score in verdict.scores.items()},
        "missing": list(verdict.missing),
    }


def sentence(verdict: BearingVerdict) -> str:
    """Say a verdict's evidence in one sentence for a fitter."""
    low, high = verdict.band_hz
    name = NAMES[verdict.verdict]
    if verdict.verdict == "normal":
        best = NAMES[verdict.best]
        return (
            f"{name}: the nearest, {best}, scores {verdict.scores[verdict.best]:.1f}; a fault begins at "
            f"{verdict.threshold:.1f}."
        )
    found = [line for line in verdict.lines if line.found]
    first = max(found, key=lambda line: line.level_db, default=None)
    told = f"{len(found)} of {len(verdict.lines)} expected lines stand out of the floor"
    if first is not None:
        told += f", {first.name} at {first.frequency_hz:.1f} Hz by {first.level_db:.0f} dB"
    if verdict.verdict == "cannot_judge":
        name = f"cannot judge: {'; '.join(verdict.missing)}. Nearest: {NAMES[verdict.best]}"
    return f"{name}: {told} ({low:.0f}-{high:.0f} Hz, slip {100 * verdict.slip:+.1f} %)."


def _redo(verdict: BearingVerdict) -> dict[str, object]:
    """List what the verdict is computed from: each line in each spectrum, and what it is measured against."""
    return {
        "rule": {
            "cage_factor": CAGE_FACTOR,
            "faint": FAINT,
            "beside": BESIDE,
            "top_share": TOP_SHARE,
            "depth_unit": DEPTH_UNIT,
            "skid_factor": SKID_FACTOR,
        },
        "spectra": [
            {"whitening": white, "band_hz": [round(edge, 1) for edge in band]}
            for white in WHITENED
            for band in verdict.bands_hz
        ],
        "combs": {fault: _comb(fault, comb) for fault, comb in verdict.combs.items()},
    }


def _comb(fault: str, comb: CombScore) -> dict[str, object]:
    return {
        "weights": [line.weight for line in COMBS[fault]],
        "slip": round(comb.slip, 5),
        "line_db": np.round(comb.line_db, 3).tolist(),
        "inside": comb.inside.tolist(),
        "null_mean_db": np.round(comb.null_mean_db, 4).tolist(),
        "null_spread_db": np.round(comb.null_spread_db, 4).tolist(),
        "depth": np.round(comb.depth, 5).tolist(),
        "smeared": comb.is_smeared,
    }


def _rounded(row: dict[str, object]) -> dict[str, object]:
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}
