"""Doubts about the rate of a record: samples put in between, or a spectrum that ends too early."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.doubt import Doubt

Floats = NDArray[np.float64]

BETWEEN_SHARE = 1e-3
"""Power of a difference at samples put in between, over that at measured ones. [1]"""

LATEST_END = 0.76
"""Share of the Nyquist frequency below which a spectrum ends too early: recorders that sample 2.56 times as
fast as they measure end at 0.78. [1]"""

END_DB = 40.0
"""Fall from 0.85 to 1.15 of where a spectrum ends: an analogue filter of order eight falls by 25. [dB]"""

LINES = 1024
"""Samples of a segment, so that there are half as many lines. [1]"""


def rate_doubts(x: Floats, rate_hz: float) -> list[Doubt]:
    """Say why a record cannot have been measured at its rate.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate as stated. [Hz]

    Returns
    -------
    doubts
        At most one.
    """
    factor, how = inserted_samples(x)
    if factor > 1:
        measured_hz = rate_hz / factor
        text = f"only every {_nth(factor)} sample was measured, the others are {how}"
        text_zh = f"每 {factor} 个采样只有 1 个是实测，其余为插值：实际采样率为 {measured_hz:g} Hz"
        figures = {"measured_rate_hz": measured_hz}
        return [Doubt("rate", f"{text}: the rate was {measured_hz:g} Hz", text_zh, figures)]
    end = spectrum_end(x)
    return [] if end is None else [_ends_early(end * rate_hz / 2, rate_hz)]


def _ends_early(end_hz: float, rate_hz: float) -> Doubt:
    text = (
        f"there is nothing above {end_hz:.4g} Hz, though {rate_hz:g} Hz would show up to {rate_hz / 2:g} Hz"
    )
    why = "resampled, filtered, or its rate is misstated; compare a line with the speed"
    text_zh = f"{end_hz:.4g} Hz 以上没有信号，而 {rate_hz:g} Hz 应能测到 {rate_hz / 2:g} Hz"
    why_zh = "被重采样或滤波，或采样率有误；请用转速谱线核对"
    return Doubt("rate", f"{text}: {why}", f"{text_zh}：{why_zh}", {"end_hz": end_hz})


def _nth(factor: int) -> str:
    return {2: "second", 3: "third", 4: "fourth"}[factor]


def inserted_samples(x: Floats) -> tuple[int, str]:
    """Find samples that were put in between measured ones by holding or by straight lines.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]

    Returns
    -------
    factor
        Samples for each one measured, 2, 3 or 4; 1 if none was put in.
    how
        What the others are.
    """
    for factor in (4, 3, 2):
        # Held samples have no first difference but where a new one comes; straight lines bend only there.
        for order, how in ((1, "repeated"), (2, "on straight lines between")):
            steps = np.diff(x, order)
            if len(steps) < 64 * factor:
                return 1, ""
            rows = steps[: len(steps) // factor * factor].reshape(-1, factor)
            power = np.sort(np.mean(rows**2, axis=0))
            if power[-2] < BETWEEN_SHARE * power[-1]:
                return factor, how
    return 1, ""


def spectrum_end(x: Floats) -> float | None:
    """Find where a spectrum ends in a cliff, far below the highest frequency that its rate can show.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]

    Returns
    -------
    end
        Where the level has come halfway down the cliff, as a share of the Nyquist frequency; None if there is
        none. [1]
    """
    from scipy.signal import welch

    if len(x) < 8 * LINES:
        return None
    share, power = welch(x - x.mean(), 2.0, nperseg=LINES)
    level = 10 * np.log10(np.maximum(power, float(power.max()) * 1e-30))
    fall, end = 0.0, None
    for edge in np.arange(0.1, 0.7, 0.01):
        inside = float(np.median(level[(share >= 0.7 * edge) & (share <= 0.85 * edge)]))
        outside = float(np.max(level[(share >= 1.15 * edge) & (share <= 0.97)]))
        if inside - outside > max(fall, END_DB):
            fall = inside - outside
            halfway = np.flatnonzero(level[share <= 0.97] > (inside + outside) / 2)
            end = float(share[halfway[-1]])
    return end if end is not None and end < LATEST_END else None
