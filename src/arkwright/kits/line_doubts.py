"""Doubts about lines in a spectrum that no shaft makes: hum of the supply, interference of electronics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.doubt import Doubt
from arkwright.kits.tones import LONGEST, Tone, tones_of

Floats = NDArray[np.float64]

SUPPLY_HZ = (50.0, 60.0)

SUPPLY_DRIFT = 0.001
"""How far a supply may be off its frequency: 0.05 Hz at 50 Hz, the band it is kept in. [share]"""

SPEED_ERROR = 0.01
"""How far a stated speed may be off. [share]"""

ALONE_ORDERS = 8.0
"""Orders around a line in which it must stand alone: faults of bearings and gears come in families. [1]"""

ALONE_SHARE = 0.03
"""Power of a neighbour over that of a line, under which it still stands alone: -15 dB. [1]"""


def line_doubts(x: Floats, rate_hz: float, shaft_hz: float | None = None) -> list[Doubt]:
    """Name steady lines that are the supply's, or that stand alone where no order of the shaft is.

    Without a speed only hum is named, and only where three multiples of a supply's frequency stand together.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    shaft_hz
        Stated speed of the shaft, None if not known. [Hz]

    Returns
    -------
    doubts
        At most one of hum and one of interference.
    """
    x = x[:LONGEST]
    tones = tones_of(x, rate_hz)
    # The middle of a steady line is known to better than its width.
    step_hz = 0.75 * rate_hz / max(1, len(x))
    if shaft_hz is None or shaft_hz <= 0:
        supply_hz, hum = _of_supply(tuple(t for t in tones if t.steady), step_hz)
        return _hum(hum, supply_hz) if len(hum) >= 3 else []
    others = _unexplained(tones, shaft_hz, step_hz)
    supply_hz, hum = _of_supply(others, step_hz)
    rest = tuple(t for t in others if t not in hum)
    reach = ALONE_ORDERS * shaft_hz
    hum = tuple(t for t in hum if t.steady and _alone(t, rest, reach))
    lone = tuple(t for t in rest if t.steady and _alone(t, rest, reach))
    return _hum(hum, supply_hz) + _interference(lone, shaft_hz)


def _alone(tone: Tone, others: tuple[Tone, ...], reach_hz: float) -> bool:
    return not any(
        other is not tone
        and abs(other.frequency_hz - tone.frequency_hz) < reach_hz
        and other.share > ALONE_SHARE * tone.share
        for other in others
    )


def _of_supply(tones: tuple[Tone, ...], step_hz: float) -> tuple[float, tuple[Tone, ...]]:
    """Take the multiples of the supply that has more of the power."""

    def belongs(tone: Tone, supply_hz: float) -> bool:
        multiple = round(tone.frequency_hz / supply_hz)
        off = abs(tone.frequency_hz - multiple * supply_hz)
        return 1 <= multiple <= 12 and off <= step_hz + SUPPLY_DRIFT * multiple * supply_hz

    found = [(f, tuple(tone for tone in tones if belongs(tone, f))) for f in SUPPLY_HZ]
    return max(found, key=lambda one: sum(tone.share for tone in one[1]))


def _unexplained(tones: tuple[Tone, ...], shaft_hz: float, step_hz: float) -> tuple[Tone, ...]:
    """Leave out multiples of the shaft's speed, whatever it is within ``SPEED_ERROR`` of the stated one."""
    if not tones:
        return ()
    frequencies = np.array([tone.frequency_hz for tone in tones])
    tries = shaft_hz * (1 + np.linspace(-SPEED_ERROR, SPEED_ERROR, 401))[:, np.newaxis]
    off_hz = np.abs(frequencies - np.maximum(1, np.rint(frequencies / tries)) * tries)
    # The tries are so close that this widens the window by less than a share of 5e-5.
    fits = off_hz <= step_hz + SPEED_ERROR / 200 * frequencies
    best = int(np.argmax(fits @ np.array([tone.share for tone in tones])))
    return tuple(tone for tone, fit in zip(tones, fits[best], strict=True) if not fit)


def _hum(hum: tuple[Tone, ...], supply_hz: float) -> list[Doubt]:
    if not hum:
        return []
    names, share = _names(hum), sum(tone.share for tone in hum)
    text = f"steady lines at {names} Hz, multiples of the {supply_hz:g} Hz supply"
    why = f"hold {100 * share:.0f} % of the power: hum in the cable, or the pull of a motor's field"
    text_zh = f"{names} Hz 处有稳定谱线，为 {supply_hz:g} Hz 电网的倍频，占能量 {100 * share:.0f} %"
    figures = {"supply_hz": supply_hz, "share": share, "frequency_hz": hum[0].frequency_hz}
    return [Doubt("supply", f"{text}, {why}", f"{text_zh}：电缆干扰或电机磁拉力", figures)]


def _interference(tones: tuple[Tone, ...], shaft_hz: float) -> list[Doubt]:
    if not tones:
        return []
    names, share = _names(tones), sum(tone.share for tone in tones)
    text = f"a steady line at {names} Hz stands alone and is no multiple of the shaft's {shaft_hz:.4g} Hz"
    why = f"it holds {100 * share:.0f} % of the power: electronics nearby, or another shaft"
    text_zh = f"{names} Hz 处有孤立的稳定谱线，不是轴频 {shaft_hz:.4g} Hz 的倍数，占能量 {100 * share:.0f} %"
    figures = {"frequency_hz": tones[0].frequency_hz, "share": share}
    return [Doubt("interference", f"{text}; {why}", f"{text_zh}：附近电子设备干扰，或其他轴", figures)]


def _names(tones: tuple[Tone, ...]) -> str:
    return ", ".join(f"{tone.frequency_hz:.5g}" for tone in tones[:4])
