"""The verdict on a rolling bearing from one record, without training on faults.

Squared envelope spectra of many bands of the record, whitened in two ways, are searched for the comb of each
fault under a common slip; every comb is measured against combs at orders that no fault has, in the same
spectrum. The mean over all spectra decides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.health.rolling_evidence import against_of, lines_of
from arkwright.health.rolling_search import WHITENED, CombScore, Search, thin_record
from arkwright.health.rolling_verdict import (
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
    missing = _missing(x, rate_hz, speed_rpm, orders)
    if missing or rate_hz is None or speed_rpm is None or orders is None:
        return refuse(*missing)
    x, rate_hz = thin_record(np.asarray(x, np.float64), rate_hz)
    search = Search(x, rate_hz, speed_rpm / 60.0, orders)
    return _verdict(search, {fault: search.measure(fault) for fault in COMBS}, threshold_of(alpha))


def _missing(
    x: Floats, rate_hz: float | None, speed_rpm: float | None, orders: BearingOrders | None
) -> list[str]:
    missing = []
    if not rate_hz or not 0 < rate_hz < np.inf:
        missing.append("the sample rate is not stated")
    if not speed_rpm or not 0 < speed_rpm < np.inf:
        missing.append("the speed of the shaft is not stated, or is zero")
    if orders is None:
        missing.append("the bearing is not stated")
    missing += record_flaws(np.asarray(x, np.float64))
    if not missing and rate_hz and speed_rpm and orders:
        turns = len(x) / rate_hz * speed_rpm / 60.0
        if turns < MIN_TURNS:
            missing.append(f"the record spans {turns:.1f} turns of the shaft; {MIN_TURNS:.0f} are needed")
        if orders.bpfi * speed_rpm / 60.0 * 8 > rate_hz / 2:
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
