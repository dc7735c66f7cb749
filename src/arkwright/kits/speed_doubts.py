"""Doubts about speed and rate together: the shaft's lines are not where both say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.doubt import Doubt
from arkwright.kits.spectra import power_lines
from arkwright.kits.tones import LONGEST, floor_of

Floats = NDArray[np.float64]

SLOWER = (1 / 4, 1 / 3, 12 / 25.6, 1 / 2, 12 / 20, 2 / 3, 44.1 / 48)
RATIOS = (*SLOWER, 1.0, *(1 / ratio for ratio in reversed(SLOWER)))
"""True rates over stated ones: 12, 20, 24, 25.6, 36, 44.1 and 48 kHz, one taken for another. [1]"""

HARMONICS = 8
"""Multiples of the shaft's speed that are looked at. [1]"""

SPEED_ERROR = 0.01
"""How far a stated speed may be off and still be the stated one. [share]"""

CEILING_DB = 20.0
"""Level over the floor that counts for one line, so that no single one decides. [dB]"""

CLEAR_DB = 17.0
"""Mean level from which a comb is the shaft's: noise reaches 6, other lines of the CWRU records 14. [dB]"""

LEAD_DB = 6.0
"""Lead over the comb of the stated speed from which the other is believed. [dB]"""


def comb_levels(x: Floats, rate_hz: float, shaft_hz: float) -> Floats:
    """Say how well a shaft's lines fit if the true rate were another.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate as stated. [Hz]
    shaft_hz
        Speed of the shaft as stated. [Hz]

    Returns
    -------
    levels
        Mean level of the shaft's lines over the floor for each of ``RATIOS``, shape ``(n_ratios,)``. [dB]
    """
    hz, power = power_lines(x[:LONGEST], rate_hz)
    level = 10 * np.log10(np.maximum(power, np.finfo(float).tiny) / floor_of(power))
    # Three lines wide, so that half a percent between two tries is never missed in the first few multiples.
    wide = np.maximum(level, np.maximum(np.roll(level, 1), np.roll(level, -1)))
    tries = 1 + np.linspace(-SPEED_ERROR, SPEED_ERROR, 101)
    combs = tries[:, np.newaxis] * np.arange(1, HARMONICS + 1)
    at_hz = shaft_hz * combs / np.array(RATIOS)[:, np.newaxis, np.newaxis]
    lines = np.rint(at_hz / (hz[1] - hz[0])).astype(int)
    inside = lines < 0.9 * len(hz)
    seen = np.where(inside, np.clip(wide[np.minimum(lines, len(hz) - 1)], 0.0, CEILING_DB), 0.0)
    means = seen.sum(axis=2) / np.maximum(inside.sum(axis=2), 1)
    enough = inside[:, 0].sum(axis=1) >= HARMONICS // 2
    return np.asarray(np.where(enough, means.max(axis=1), 0.0), np.float64)


def speed_doubts(x: Floats, rate_hz: float, shaft_hz: float) -> list[Doubt]:
    """Say if a record's lines fit another rate, or another speed, than the stated ones.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate as stated. [Hz]
    shaft_hz
        Speed of the shaft as stated. [Hz]

    Returns
    -------
    doubts
        At most one; none where the shaft shows too few lines to tell.
    """
    if len(x) < 4096:
        return []
    levels = comb_levels(x, rate_hz, shaft_hz)
    stated = float(levels[RATIOS.index(1.0)])
    # A comb's every second, third or fourth line is a comb too: of those that fit, the finest is the shaft's.
    fitting = [i for i, level in enumerate(levels) if level >= max(CLEAR_DB, levels.max() - 3)]
    if not fitting or RATIOS[fitting[-1]] == 1.0:
        return []
    ratio = RATIOS[fitting[-1]]
    finer = ratio in (2.0, 3.0, 4.0) and levels[fitting[-1]] > stated - 1.5
    if not finer and stated > levels[fitting[-1]] - LEAD_DB:
        return []
    return [_misfit(rate_hz, 60 * shaft_hz, ratio, finer)]


def _misfit(rate_hz: float, rpm: float, ratio: float, finer: bool) -> Doubt:
    true_rpm, true_hz = rpm / ratio, rate_hz * ratio
    also, also_zh = (", or another shaft at that speed", "，或另有该转速的轴") if finer else ("", "")
    text = f"the shaft's lines do not fit {rpm:.5g} rpm at {rate_hz:g} Hz"
    text_zh = f"轴频谱线与 {rpm:.5g} rpm、{rate_hz:g} Hz 不符"
    fits = f"they fit a rate of {true_hz:.6g} Hz, or {true_rpm:.5g} rpm{also}"
    fits_zh = f"符合采样率 {true_hz:.6g} Hz 或转速 {true_rpm:.5g} rpm{also_zh}"
    figures = {"fitting_rate_hz": true_hz, "fitting_speed_rpm": true_rpm}
    return Doubt("rate", f"{text}: {fits}", f"{text_zh}：{fits_zh}", figures)
