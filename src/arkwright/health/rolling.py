"""The verdict on a rolling bearing from one record, without training on faults.

Squared envelope spectra of many bands of the record, whitened in two ways, are searched for the comb of each
fault under a common slip; every comb is measured against combs at orders that no fault has, in the same
spectrum. The spectra where it stands out most decide, by how surely and how deeply it does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arkwright.health.rolling_evidence import against_of, lines_of
from arkwright.health.rolling_healthy import HealthyScores, healthy_scores_from
from arkwright.health.rolling_search import WHITENED, CombScore, Search, mean_of, thin_record
from arkwright.health.rolling_speed import SteadyRecord, speed_of_pulses, steady_record
from arkwright.health.rolling_verdict import (
    PARTS,
    BearingVerdict,
    LineFound,
    confidence_of,
    decide,
    refuse,
    threshold_of,
)
from arkwright.kits.orders import COMBS, BearingOrders
from arkwright.kits.quality import record_flaws

__all__ = [
    "BearingVerdict",
    "HealthyScores",
    "LineFound",
    "decide",
    "healthy_scores_from",
    "judge_record",
    "refuse",
    "threshold_of",
]

Floats = NDArray[np.float64]
MIN_TURNS = 20.0
LONGEST_S = 60.0
PIECE_S = 30.0
MOST_PIECES = 24
TORN = (
    "faint lines of both races stand out and neither leads: a record under load, or one from nearer to the "
    "bearing, would tell them apart"
)


def judge_record(
    x: Floats,
    rate_hz: float | None,
    speed_rpm: float | None,
    orders: BearingOrders | None,
    alpha: float = 0.01,
    tacho_s: Floats | None = None,
    *,
    healthy: HealthyScores | None = None,
) -> BearingVerdict:
    """Judge a rolling bearing from one record of acceleration.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate, None if not known. [Hz]
    speed_rpm
        Speed of the shaft, None if not known. [rpm]
    orders
        Fault orders, None if not known. [1]
    alpha
        Share of healthy records that may be called faulty. [1]
    tacho_s
        Times of one pulse a turn since the first sample, shape ``(m,)``, where there is a tacho: then the
        speed need not be stated. [s]
    healthy
        Scores of healthy records of the asset or its class, where there are any: they then say which score
        a share ``alpha`` exceeds.

    Returns
    -------
    verdict
        Verdict with its evidence; ``cannot_judge`` names what is missing.
    """
    speed_rpm = speed_rpm if tacho_s is None else speed_of_pulses(tacho_s)
    missing = _missing(rate_hz, speed_rpm, orders)
    if missing or rate_hz is None or speed_rpm is None or orders is None:
        return refuse(*missing, *record_flaws(np.asarray(x[_pieces(len(x), rate_hz)[0]], np.float64)))
    searched: list[_Searched] = []
    flawed: list[str] = []
    told: list[str] = []
    pieces = _pieces(len(x), rate_hz)
    for piece in pieces:
        own = np.asarray(x[piece], np.float64)
        flaws = record_flaws(own) or _too_little(own, rate_hz, speed_rpm, orders)
        if not flaws:
            steady = steady_record(own, rate_hz, speed_rpm, _pulses_in(piece, rate_hz, tacho_s))
            flaws, told = list(steady.flaws), [*told, *steady.told]
            searched += [] if flaws else [_search(steady, orders, searched)]
        flawed += flaws
    if not searched:
        return refuse(*dict.fromkeys(flawed))
    search, combs = _joined(searched)
    verdict = _verdict(search, combs, (healthy or HealthyScores(())).threshold(alpha))
    told = list(dict.fromkeys([*told, *_of_pieces(len(pieces), searched, flawed)]))
    return replace(verdict, against=(*verdict.against, *told))


@dataclass
class _Searched:
    """A piece of a record after the search; only the piece that shows most keeps its spectra."""

    combs: dict[str, CombScore]
    search: Search | None

    @property
    def top(self) -> float:
        return max(self.combs[part].score for part in PARTS)


def _pieces(n: int, rate_hz: float | None) -> list[slice]:
    """Cut a long record into pieces, evenly spread over it: what is held does not grow with its length."""
    if not rate_hz or not 0 < rate_hz < np.inf or n <= LONGEST_S * rate_hz:
        return [slice(0, n)]
    size = int(PIECE_S * rate_hz)
    starts = np.linspace(0, n - size, min(MOST_PIECES, n // size)).astype(int)
    return [slice(int(start), int(start) + size) for start in starts]


def _pulses_in(piece: slice, rate_hz: float, tacho_s: Floats | None) -> Floats | None:
    if tacho_s is None:
        return None
    at = tacho_s - piece.start / rate_hz
    return np.asarray(at[(at >= 0) & (at <= (piece.stop - piece.start) / rate_hz)], np.float64)


def _search(record: SteadyRecord, orders: BearingOrders, before: list[_Searched]) -> _Searched:
    search = Search(*thin_record(record.samples, record.rate_hz), record.speed_rpm / 60.0, orders)
    found = _Searched({fault: search.measure(fault) for fault in COMBS}, search)
    for other in before:
        if other.search is not None and other.top >= found.top:
            found.search = None
        elif other.search is not None:
            other.search = None
    return found


def _joined(searched: list[_Searched]) -> tuple[Search, dict[str, CombScore]]:
    """Take the mean of what all pieces say; slip and spectra are of the piece that shows most."""
    shown = next(s for s in searched if s.search is not None)
    assert shown.search is not None
    return shown.search, {
        fault: mean_of([s.combs[fault] for s in searched], shown.combs[fault]) for fault in COMBS
    }


def _of_pieces(n: int, searched: list[_Searched], flawed: list[str]) -> tuple[str, ...]:
    if n == 1:
        return ()
    told = [f"The record is long: {len(searched)} pieces of {PIECE_S:.0f} s, spread over it, were judged."]
    if flawed:
        told.append(f"{n - len(searched)} pieces could not be judged: {'; '.join(dict.fromkeys(flawed))}.")
    return tuple(told)


def _missing(rate_hz: float | None, speed_rpm: float | None, orders: BearingOrders | None) -> list[str]:
    missing = []
    if not rate_hz or not 0 < rate_hz < np.inf:
        missing.append("the sample rate is not stated")
    if not speed_rpm or not 0 < speed_rpm < np.inf:
        missing.append("the speed of the shaft is not stated, or is zero")
    if orders is None:
        missing.append("the bearing is not stated")
    return missing


def _too_little(x: Floats, rate_hz: float, speed_rpm: float, orders: BearingOrders) -> list[str]:
    shaft_hz = speed_rpm / 60.0
    turns = len(x) / rate_hz * shaft_hz
    missing = []
    if turns < MIN_TURNS:
        missing.append(f"the record spans {turns:.1f} turns of the shaft; {MIN_TURNS:.0f} are needed")
    if orders.bpfi * shaft_hz * 8 > rate_hz / 2:
        missing.append("the sample rate is too low for an envelope at this speed")
    return missing


def _verdict(search: Search, combs: dict[str, CombScore], threshold: float) -> BearingVerdict:
    scores = {fault: comb.score for fault, comb in combs.items()}
    verdict, labels, best = decide(scores, threshold)
    top = int(np.argmax(combs[best].z))
    n_bands = len(search.bands_hz)
    low, high = search.bands_hz[top % n_bands]
    return BearingVerdict(
        verdict,
        labels,
        confidence_of(verdict, scores, threshold),
        scores,
        threshold,
        {fault: [round(float(v), 4) for v in comb.z] for fault, comb in combs.items()},
        combs[best].slip,
        (float(low), float(high)),
        True,
        best,
        lines_of(search, best, combs[best].slip, top, is_smeared=combs[best].is_smeared),
        (TORN,) if verdict == "cannot_judge" else (),
        search.hz,
        search.plain[top],
        WHITENED[top // n_bands],
        search.shaft_hz,
        combs,
        tuple((float(a), float(b)) for a, b in search.bands_hz),
        against_of(verdict, scores, combs, best),
    )
