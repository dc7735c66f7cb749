"""openconmo's three methods of Smith & Randall (2015), asked by bench.peers in an environment of their own.

The package gives spectra and no verdict, so the rule that a textbook reader applies is ours: within 2 % of
each fault's frequency and its multiples the greatest line, over the median of the spectrum around it; the
mean of three multiples; the greatest fault is named where that mean is 12 or more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from openconmo import benchmark_methods as methods

TOLERANCE, MULTIPLES, LEAST = 0.02, 3, 12.0
AROUND_HZ = 50.0


def _m1(x: Any, rate_hz: float) -> Any:
    return methods.envelope(x - x.mean(), rate_hz)


def _m2(x: Any, rate_hz: float) -> Any:
    return methods.envelope(methods.cepstrum_prewhitening(x - x.mean(), rate_hz)[1], rate_hz)


def _m3(x: Any, rate_hz: float) -> Any:
    n = 16_384  # its default, with a delay of 500: below two windows it has nothing to learn from
    if len(x) <= 2 * n + 500:
        raise ValueError(f"{len(x)} samples; DRS with its default window needs {2 * n + 501}")
    return methods.benchmark_method(x - x.mean(), rate_hz)[2:]


def _over_floor(hz: Any, lines: Any, at_hz: float) -> float:
    own = lines[(hz > at_hz * (1 - TOLERANCE)) & (hz < at_hz * (1 + TOLERANCE))]
    around = lines[np.abs(hz - at_hz) < AROUND_HZ]
    return float(own.max() / np.median(around)) if len(own) else 0.0


def _rule(spectrum: Any) -> Any:
    def judge(x: Any, rate_hz: float, shaft_hz: float, orders: list[float]) -> str:
        hz, lines = spectrum(x, rate_hz)
        bpfo, bpfi, bsf, _ = orders
        scores = {
            part: np.mean([_over_floor(hz, lines, k * order * shaft_hz) for k in range(1, MULTIPLES + 1)])
            for part, order in (("outer_race", bpfo), ("inner_race", bpfi), ("ball", 2 * bsf))
        }
        best = max(scores, key=lambda part: scores[part])
        return best if scores[best] >= LEAST else "normal"

    return judge


METHODS = {"M1": _rule(_m1), "M2": _rule(_m2), "M3": _rule(_m3)}
