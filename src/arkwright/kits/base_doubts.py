"""Doubts about the base line of a record: off, wandering, or swung out by an overload."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.doubt import Doubt

Floats = NDArray[np.float64]

BIAS_SPREADS = 3.0
"""Base over the vibration's standard deviation beyond which no coupled accelerometer sits. [1]"""

SWING_S = 0.02
"""Time over which the base is averaged: one turn at 3000 rpm. [s]"""

SWING_SPREADS = 3.0
"""Swing over the vibration's standard deviation beyond which the amplifier made it, not the asset. [1]"""


def base_doubts(x: Floats, rate_hz: float) -> list[Doubt]:
    """Tell when the base line of a record is off, wanders, or swings out and comes back slowly.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    doubts
        At most one: an overload, else a base line that wanders or is off.
    """
    width = max(8, round(SWING_S * rate_hz))
    if len(x) < 16 * width:
        return []
    blocks = x[: len(x) // width * width].reshape(-1, width)
    base, spread = blocks.mean(axis=1), float(np.median(blocks.std(axis=1)))
    if spread == 0.0:
        return []
    return _overload(base, spread) or _wander(base, spread) or _offset(base, spread)


def _overload(base: Floats, spread: float) -> list[Doubt]:
    swing = base - np.median(base)
    side = swing * np.sign(swing[np.argmax(np.abs(swing))])
    peak, back = float(side.max()), float(-side.min())
    # It takes several turns to fall to half, is over before the record is, and does not swing to both sides.
    slow_s = _longest_run(side > peak / 2) * SWING_S
    if peak < SWING_SPREADS * spread or back > peak / 3 or slow_s < 3 * SWING_S or side[-1] > peak / 2:
        return []
    times = peak / spread
    text = f"the base line swings to one side by {times:.1f} times the vibration for {slow_s:.2g} s"
    why = "the amplifier was overloaded, low frequencies are not to be trusted"
    text_zh = f"基线单侧偏移达振动的 {times:.1f} 倍，{slow_s:.2g} 秒才恢复：放大器过载，低频不可信"
    figures = {"swing_over_vibration": times, "recovery_s": slow_s}
    return [Doubt("saturation", f"{text}: {why}", text_zh, figures)]


def _wander(base: Floats, spread: float) -> list[Doubt]:
    eighth = max(1, len(base) // 8)
    start, end = float(np.median(base[:eighth])), float(np.median(base[-eighth:]))
    # A slow rotor moves as far within an eighth of the record as from its start to its end.
    if abs(end - start) <= max(spread, float(np.ptp(base[:eighth]) + np.ptp(base[-eighth:]))):
        return []
    text = f"the base line wanders from {start:.3g} to {end:.3g}, by more than the vibration of {spread:.3g}"
    why = "look at the transducer's supply, cable and temperature"
    text_zh = f"基线从 {start:.3g} 漂移到 {end:.3g}，超过振动 {spread:.3g}：检查传感器供电、电缆和温度"
    figures = {"base_at_start": start, "base_at_end": end, "vibration": spread}
    return [Doubt("bias", f"{text}: {why}", text_zh, figures)]


def _offset(base: Floats, spread: float) -> list[Doubt]:
    middle = float(np.median(base))
    times = abs(middle) / spread
    if times <= BIAS_SPREADS:
        return []
    text = f"the record sits at {middle:.3g}, {times:.1f} times its vibration"
    why = "the transducer's bias is gone or at its limit, or gravity is in it"
    text_zh = f"记录均值为 {middle:.3g}，是振动的 {times:.1f} 倍：传感器偏置丢失或到限，或含重力"
    return [Doubt("bias", f"{text}: {why}", text_zh, {"base": middle, "vibration": spread})]


def _longest_run(holds: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], holds, [False])).astype(int)))
    lengths = edges[1::2] - edges[::2]
    return int(lengths.max()) if len(lengths) else 0
