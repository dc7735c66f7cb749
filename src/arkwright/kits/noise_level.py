"""The level of the noise between the lines of a spectrum, and how well one record tells it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OVERLAP_VARIANCE = 1 + 2 / 36
"""Variance of a mean of half-overlapping Hann segments over that of as many independent ones. [1]"""
LINES_TOLD_APART = 1.5
"""Lines of a Hann spectrum that count as one independent line: its noise bandwidth. [1]"""
DB_PER_SHARE = 10 / np.log(10)
MEDIAN_SPREAD = 1.2533  # of a median over that of a mean, sqrt(pi / 2)


@dataclass(frozen=True)
class WelchLines:
    """Mean power in each line over half-overlapping segments.

    ``hz`` [Hz] and ``power`` [square of the record's unit] have shape ``(n_lines,)``; ``n_means`` is how many
    independent segments the mean is worth. [1]
    """

    hz: Floats
    power: Floats
    n_means: float


@dataclass(frozen=True)
class NoiseLevel:
    """Median power of a band's lines [dB], and the standard deviation of that figure in noise [dB]."""

    level_db: float
    own_db: float


def welch_lines(x: Floats, rate_hz: float, n_segment: int) -> WelchLines:
    """Average the power spectrum of half-overlapping Hann segments.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    n_segment
        Samples of a segment; no more than there are. [1]

    Returns
    -------
    lines
        Frequencies and mean power.

    References
    ----------
    .. [1] Welch (1967), IEEE Trans. Audio and Electroacoustics 15(2), 70-73: eq. 13, with the overlap of
       neighbouring Hann segments, 1/6.
    """
    from scipy import fft

    n = max(4, min(n_segment, len(x)))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    hop = n // 2
    frames = np.lib.stride_tricks.sliding_window_view(x - x.mean(), n)[::hop]
    bins = fft.rfft(frames * window, axis=1)
    power = np.mean(np.abs(bins) ** 2, axis=0) * (2.0 / (n * float((window**2).sum())))
    hz = np.asarray(fft.rfftfreq(n, 1 / rate_hz), np.float64)
    return WelchLines(hz, np.asarray(power, np.float64), max(1.0, len(frames) / OVERLAP_VARIANCE))


def noise_level(lines: WelchLines, low_hz: float, high_hz: float, turn_hz: float = 0.0) -> NoiseLevel | None:
    """Measure the noise of a band between the lines that stand out.

    The median hardly moves for the few lines that do; multiples of a shaft's speed are left out as well.

    Parameters
    ----------
    lines
        The spectrum.
    low_hz
        Lower end of the band. [Hz]
    high_hz
        Upper end of the band. [Hz]
    turn_hz
        Speed whose multiples are left out; zero for none. [Hz]

    Returns
    -------
    level
        None where the band has fewer than four lines.
    """
    hz, step = lines.hz, float(lines.hz[1])
    inside = (hz >= low_hz) & (hz <= high_hz)
    if turn_hz > 0:
        inside &= np.abs(hz - np.rint(hz / turn_hz) * turn_hz) > 2 * step
    kept = lines.power[inside]
    if len(kept) < 4:
        return None
    level = 10 * float(np.log10(max(float(np.median(kept)) / step, np.finfo(float).tiny)))
    independent = lines.n_means * len(kept) / LINES_TOLD_APART
    return NoiseLevel(level, float(MEDIAN_SPREAD * DB_PER_SHARE / np.sqrt(independent)))
