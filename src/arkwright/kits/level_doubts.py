"""Doubts about the level of a record: clipped, held, or resolved in few steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.doubt import Doubt

Floats = NDArray[np.float64]

RAIL_SAMPLES = 6
"""Samples at one extreme from which a record touches its rail: of an unclipped one it is one or two. [1]"""

HELD_RUN = 32
"""Samples in which a record must not stand still. [1]"""

HELD_SHARE = 0.02
"""Range of a stretch that stands still, over that of the median stretch: -34 dB. [1]"""

FEWEST_STEPS = 64
"""Different values under which rounding, not vibration, shapes a spectrum: 6 bits, 38 dB. [1]"""


def at_rail(x: Floats) -> int:
    """Count the samples that pile up at an extreme of a record.

    A slow tone in coarse steps also dwells on its highest step, but then on the next as well.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]

    Returns
    -------
    n_samples
        Samples at the fuller extreme; 0 where a quarter as many or more hold the value next to it.
    """
    most = 0
    for side in (x, -x):
        top = side >= side.max()
        below = side[~top]
        n_next = int(np.count_nonzero(below >= below.max())) if len(below) else 0
        n_top = int(np.count_nonzero(top))
        if n_top > 4 * n_next:
            most = max(most, n_top)
    return most


def clipping(x: Floats) -> list[Doubt]:
    """Tell where ``x``, shape ``(n,)`` [any], touches its rail."""
    n_top, rail = at_rail(x), float(np.abs(x).max())
    if n_top < RAIL_SAMPLES:
        return []
    text = f"{n_top} samples sit at the highest value, {rail:.4g}: peaks are cut off, levels read too low"
    text_zh = f"有 {n_top} 个采样停在最大值 {rail:.4g}：峰值被削平，幅值偏低"
    return [Doubt("clipping", text, text_zh, {"n_at_rail": float(n_top), "rail": rail})]


def still_samples(x: Floats) -> int:
    """Count the samples of stretches in which a record stands still or repeats its last few values.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]

    Returns
    -------
    n_samples
        Samples of blocks of ``HELD_RUN`` in which neither value nor bend moves (a slow tone stands still at
        its peak, but bends there most), or in which every value is that of one to four samples before.
    """
    n = len(x) // HELD_RUN * HELD_RUN
    if n < 8 * HELD_RUN:
        return 0
    blocks = x[:n].reshape(-1, HELD_RUN)
    ranges, bends = np.ptp(blocks, axis=1), np.abs(np.diff(blocks, 2, axis=1)).max(axis=1)
    still = (ranges < HELD_SHARE * np.median(ranges)) & (bends < HELD_SHARE * np.median(bends))
    for lag in range(1, 5):
        same = np.concatenate((np.zeros(lag, bool), x[lag:n] == x[: n - lag]))
        still |= same.reshape(-1, HELD_RUN).all(axis=1)
    return int(np.count_nonzero(still)) * HELD_RUN


def dropouts(x: Floats, rate_hz: float) -> list[Doubt]:
    """Tell where ``x``, shape ``(n,)`` [any], at ``rate_hz`` [Hz] stands still."""
    n_still = still_samples(x)
    if not n_still:
        return []
    still_s, all_s = n_still / rate_hz, len(x) / rate_hz
    text = f"for {still_s:.2g} s of {all_s:.3g} s the record stands still or repeats itself"
    text_zh = f"{all_s:.3g} 秒中有 {still_s:.2g} 秒信号静止或重复"
    why, why_zh = "lost data, a loose plug, or the asset was at rest", "数据丢失、接头松动，或设备当时停机"
    return [Doubt("dropout", f"{text}: {why}", f"{text_zh}：{why_zh}", {"still_s": still_s})]


def resolution(x: Floats) -> list[Doubt]:
    """Tell when ``x``, shape ``(n,)`` [any], has few different values."""
    n_steps = len(np.unique(x))
    if n_steps >= min(FEWEST_STEPS, len(x) // 4):
        return []
    text = f"the record has only {n_steps} different values: the measuring range is far too wide"
    text_zh = f"记录只有 {n_steps} 个不同数值：量程设得过大"
    return [Doubt("resolution", text, text_zh, {"n_steps": float(n_steps)})]
