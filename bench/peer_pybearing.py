"""pybearing, asked by bench.peers in an environment of its own.

The package scores every band for every fault and gives no verdict; the rule is ours: the fault with the
greatest score in any band. Its scores have no scale, so there is no "normal".
"""

from __future__ import annotations

from typing import Any

from pybearing.analysis import filter_search_for_envelope_extraction
from pybearing.core import FaultFrequencies


def argmax(x: Any, rate_hz: float, shaft_hz: float, orders: list[float]) -> str:
    """Name the race, or the rolling elements, whose harmonic score is greatest."""
    bpfo, bpfi, bsf, ftf = (shaft_hz * order for order in orders)
    frequencies = FaultFrequencies(ftf, bsf, bpfo, 2 * bsf, bpfi, shaft_hz)
    scores = filter_search_for_envelope_extraction(x, rate_hz, frequencies, max_level=3).harmonics_score
    best = {
        "outer_race": scores.outer_ring.max(),
        "inner_race": scores.inner_ring.max(),
        "ball": scores.rolling_element.max(),
    }
    return max(best, key=lambda part: best[part])


METHODS = {"argmax of its harmonic score": argmax}
