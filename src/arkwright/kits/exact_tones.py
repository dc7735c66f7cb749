"""Single tones of a record: frequency to a few millionths, amplitude, phase, and the record without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BETA = 14.0
"""Shape of the Kaiser window: side lobes fall below -100 dB of the tone. [1]"""
LOBE = 4.6
"""Half width of its main lobe, sqrt(1 + (BETA / pi)^2). [lines]"""


@dataclass(frozen=True)
class Tone:
    """A sine in a record: ``peak`` * cos(2 pi ``hz`` t + ``phase_rad``). [Hz, any, rad]"""

    hz: float
    peak: float
    phase_rad: float


def kaiser_lines(x: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Compute a spectrum in which a strong tone hides nothing beyond five lines from it.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    frequencies
        Shape ``(n // 2 + 1,)``. [Hz]
    peak
        Amplitude that a tone on each line would have, same shape. [any]

    References
    ----------
    .. [1] Harris (1978), Proc. IEEE 66(1), 51-83, section V.
    """
    from scipy import fft

    window = np.kaiser(len(x), BETA)
    bins = np.abs(fft.rfft((x - x.mean()) * window)) * (2.0 / float(window.sum()))
    return np.asarray(fft.rfftfreq(len(x), 1 / rate_hz), np.float64), np.asarray(bins, np.float64)


def find_tone(x: Floats, rate_hz: float, low_hz: float, high_hz: float) -> Tone:
    """Find the strongest tone between two frequencies.

    The strongest line of the Kaiser spectrum is refined by a parabola through the logarithms of three lines,
    then twice by one through three values of the Fourier sum itself, ever closer together.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    low_hz
        Lower end of the search. [Hz]
    high_hz
        Upper end of the search. [Hz]

    Returns
    -------
    tone
        The tone; its phase counts from the first sample.

    Raises
    ------
    ValueError
        If the spectrum has no line between the two.

    References
    ----------
    .. [1] Rife, Boorstyn (1974), IEEE Trans. Information Theory 20(5), 591-598, on the maximum of the
       periodogram as the best estimate.
    """
    hz, peak = kaiser_lines(x, rate_hz)
    inside = np.flatnonzero((hz >= low_hz) & (hz <= high_hz) & (hz > 0))
    if not len(inside):
        raise ValueError(f"the spectrum has no line from {low_hz:g} to {high_hz:g} Hz")
    step, at = float(hz[1]), float(hz[inside[int(np.argmax(peak[inside]))]])
    window = np.kaiser(len(x), BETA)
    weighed = (x - x.mean()) * window
    for reach in (step, step / 8, step / 64):
        level = np.log(np.abs([_sum_at(weighed, rate_hz, at + k * reach) for k in (-1, 0, 1)]) + 1e-300)
        bend = float(level[0] - 2 * level[1] + level[2])
        at += reach * float(np.clip(0.5 * (level[0] - level[2]) / bend, -1, 1)) if bend < 0 else 0.0
    found = 2.0 * _sum_at(weighed, rate_hz, at) / float(window.sum())
    return Tone(at, float(abs(found)), float(np.angle(found)))


def _sum_at(x: Floats, rate_hz: float, hz: float) -> complex:
    return complex(np.exp(-2j * np.pi * hz / rate_hz * np.arange(len(x))) @ x)


def fit_tones(x: Floats, rate_hz: float, at_hz: Sequence[float]) -> Floats:
    """Fit sines of known frequencies to a record, all at once, by least squares.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    at_hz
        Frequencies of the sines; those above half of the sample rate are left out. [Hz]

    Returns
    -------
    sines
        Their sum; the record less this is the record without the tones, shape ``(n,)``. [any]
    """
    known = [hz for hz in at_hz if 0 < hz < rate_hz / 2]
    if not known:
        return np.zeros(len(x))
    turns = 2 * np.pi / rate_hz * np.outer(np.arange(len(x)), known)
    waves = np.hstack([np.cos(turns), np.sin(turns)])
    return np.asarray(waves @ np.linalg.solve(waves.T @ waves, waves.T @ (x - x.mean())), np.float64)
