"""The verdict on a rolling bearing from one record, without training on faults.

Squared envelope spectra of many bands of the record, whitened in two ways, are searched for the comb of each
fault under a common slip; every comb is measured against combs at orders that no fault has, in the same
spectrum. The mean over all spectra decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arkwright.health.rolling_evidence import against_of, lines_of
from arkwright.health.rolling_search import WHITENED, CombScore, Search, mean_of, thin_record
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

__all__ = ["BearingVerdict", "LineFound", "decide", "judge_record", "refuse", "threshold_of"]

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

    Returns
    -------
    verdict
        Verdict with its evidence; ``cannot_judge`` names what is missing.
    """
    missing = _missing(rate_hz, speed_rpm, orders)
    if missing or rate_hz is None or speed_rpm is None or orders is None:
        return refuse(*missing, *record_flaws(np.asarray(_pieces(x, rate_hz)[0], np.float64)))
    searched: list[_Searched] = []
    flawed: list[str] = []
    pieces = _pieces(x, rate_hz)
    for piece in pieces:
        flaws = record_flaws(np.asarray(piece, np.float64)) or _too_little(piece, rate_hz, speed_rpm, orders)
        flawed += flaws
        if not flaws:
            searched.append(_search(piece, rate_hz, speed_rpm / 60.0, orders, searched))
    if not searched:
        return refuse(*dict.fromkeys(flawed))
    search, combs = _joined(searched)
    verdict = _verdict(search, combs, threshold_of(alpha))
    return replace(verdict, against=(*verdict.against, *_of_pieces(len(pieces), searched, flawed)))


@dataclass
class _Searched:
    """A piece of a record after the search; only the piece that shows most keeps its spectra."""

    combs: dict[str, CombScore]
    search: Search | None

    @property
    def top(self) -> float:
        return max(self.combs[part].score for part in PARTS)


def _pieces(x: Floats, rate_hz: float | None) -> list[Floats]:
    """Cut a long record into pieces, evenly spread over it: what is held does not grow with its length."""
    if not rate_hz or not 0 < rate_hz < np.inf or len(x) <= LONGEST_S * rate_hz:
        return [x]
    n = int(PIECE_S * rate_hz)
    starts = np.linspace(0, len(x) - n, min(MOST_PIECES, len(x) // n)).astype(int)
    return [x[start : start + n] for start in starts]


def _search(
    piece: Floats, rate_hz: float, shaft_hz: float, orders: BearingOrders, before: list[_Searched]
) -> _Searched:
    search = Search(*thin_record(np.asarray(piece, np.float64), rate_hz), shaft_hz, orders)
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
        lines_of(search, best, combs[best].slip, top),
        (TORN,) if verdict == "cannot_judge" else (),
        search.hz,
        search.plain[top],
        WHITENED[top // n_bands],
        search.shaft_hz,
        combs,
        tuple((float(a), float(b)) for a, b in search.bands_hz),
        against_of(verdict, scores, combs, best),
    )
