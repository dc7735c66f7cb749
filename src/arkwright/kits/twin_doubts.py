"""Doubts about records that should differ and do not: one transducer wired, or saved, twice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.doubt import Doubt

Floats = NDArray[np.float64]

TWIN_SHARE = 1e-4
"""Power by which two records of one transducer may differ, -40 dB: rounding to eight bits. [1]"""


def twin_factor(x: Floats, other: Floats) -> float | None:
    """Find the factor by which one record is another's copy.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    other
        Record of the same times, shape ``(n,)``. [any]

    Returns
    -------
    factor
        What to multiply ``other`` by, negative if it is upside down; None if it is no copy. [1]
    """
    n = min(len(x), len(other))
    if n < 64:
        return None
    ours, theirs = x[:n] - x[:n].mean(), other[:n] - other[:n].mean()
    power, product = float(theirs @ theirs), float(ours @ theirs)
    if power == 0.0 or product == 0.0:
        return None
    factor = product / power
    left = ours - factor * theirs
    return factor if float(left @ left) < TWIN_SHARE * float(ours @ ours) else None


def twin_doubts(x: Floats, beside: Mapping[str, Floats]) -> list[Doubt]:
    """Name the records that are a copy of this one.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    beside
        Records of the same times by location, each of shape ``(n,)``. [any]

    Returns
    -------
    doubts
        One a copy.
    """
    found = [(name, twin_factor(x, other)) for name, other in beside.items()]
    return [_told(name, factor) for name, factor in found if factor is not None]


def _told(name: str, factor: float) -> Doubt:
    times, times_zh = (
        ("", "") if abs(factor - 1) < 0.01 else (f", times {factor:.3g}", f"（倍数 {factor:.3g}）")
    )
    text = f"this record and that of {name} are the same{times}"
    why = "one transducer was wired or saved twice, and one place was not measured"
    text_zh = f"该记录与 {name} 的记录相同{times_zh}：同一传感器被接入或保存了两次，有一处未被测量"
    return Doubt("duplicate", f"{text}: {why}", text_zh, {"factor": factor})
