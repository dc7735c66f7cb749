"""Spectra of a record, and vibration velocity from acceleration."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BAND_HZ = (10.0, 1000.0)
"""Band of overall vibration velocity. [Hz]"""

EDGE = 0.01
"""Half width of the band's edge as a share of its corner, at which half of the power passes. [1]"""


def power_lines(x: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Compute the mean square in each line of a record's spectrum (Hann window).

    The lines add up to the mean square of the windowed record; a tone spreads over four lines or fewer.

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
    power
        Mean square, same shape. [square of x]

    References
    ----------
    .. [1] Heinzel, Rüdiger, Schilling (2002), "Spectrum and spectral density estimation by the DFT", eq. 24.
    """
    from scipy import fft

    n = len(x)
    # A periodic window: the symmetric one moves the lines' weights by 1/n.
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    bins = fft.rfft((x - x.mean()) * window)
    power = 2.0 * np.abs(bins) ** 2 / (n * float((window**2).sum()))
    power[0] /= 2
    if n % 2 == 0:
        power[-1] /= 2
    return np.asarray(fft.rfftfreq(n, 1 / rate_hz), np.float64), np.asarray(power, np.float64)


def velocity_lines(acceleration: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Compute the mean square of vibration velocity in each line of the spectrum.

    Parameters
    ----------
    acceleration
        Record, shape ``(n,)``. [m/s2]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    frequencies
        Shape ``(n // 2 + 1,)``. [Hz]
    power
        Mean square of velocity, zero at rest, same shape. [mm2/s2]
    """
    hz, power = power_lines(acceleration, rate_hz)
    turns = 2 * np.pi * np.maximum(hz, hz[1])
    velocity = power * (1000.0 / turns) ** 2
    velocity[0] = 0.0
    return hz, velocity


def band_weights(hz: Floats, low_hz: float, high_hz: float) -> Floats:
    """Say what share of power passes a band: one inside, a half at both corners, none outside.

    Parameters
    ----------
    hz
        Frequencies, shape ``(n,)``. [Hz]
    low_hz
        Lower corner (-3 dB). [Hz]
    high_hz
        Upper corner (-3 dB). [Hz]

    Returns
    -------
    weights
        Shape ``(n,)``. [1]
    """
    rising = np.clip((hz / low_hz - 1) / (2 * EDGE) + 0.5, 0.0, 1.0)
    falling = np.clip((1 - hz / high_hz) / (2 * EDGE) + 0.5, 0.0, 1.0)
    return np.asarray(rising * falling, np.float64)


def velocity_rms(acceleration: Floats, rate_hz: float, band_hz: tuple[float, float] = BAND_HZ) -> float:
    """Integrate acceleration to overall vibration velocity.

    Parameters
    ----------
    acceleration
        Record, shape ``(n,)``. [m/s2]
    rate_hz
        Sample rate, above twice the upper corner. [Hz]
    band_hz
        Corners of the band, at which half of the power passes. [Hz]

    Returns
    -------
    velocity
        Root mean square in the band; right to half a percent for tones that are further inside a corner than
        1 % and two lines of the spectrum, so from 11.5 to 988 Hz for a record of 1.6 s. [mm/s]

    Raises
    ------
    ValueError
        If the band does not fit below half of the sample rate.
    """
    if band_hz[1] * (1 + EDGE) > rate_hz / 2:
        raise ValueError(f"{rate_hz:g} Hz is too low a rate for a band up to {band_hz[1]:g} Hz")
    hz, power = velocity_lines(acceleration, rate_hz)
    return float(np.sqrt(np.sum(power * band_weights(hz, *band_hz))))


def tone_rms(hz: Floats, power: Floats, at_hz: float, tolerance: float = 0.01) -> tuple[float, float]:
    """Measure a tone: the strongest line near a frequency and the three beside it on each side.

    Parameters
    ----------
    hz
        Frequencies of the lines, shape ``(n,)``. [Hz]
    power
        Mean square in each line, shape ``(n,)``. [square of any]
    at_hz
        Where the tone is expected. [Hz]
    tolerance
        How far off it may be. [share of at_hz]

    Returns
    -------
    rms
        Root mean square of the tone; 0 where the spectrum does not reach. [any]
    found_hz
        Frequency of the strongest line. [Hz]
    """
    step = float(hz[1] - hz[0])
    reach = max(1, round(at_hz * tolerance / step))
    centre = round(at_hz / step)
    low, high = max(1, centre - reach), min(len(hz) - 1, centre + reach)
    if high < low:
        return 0.0, at_hz
    top = low + int(np.argmax(power[low : high + 1]))
    return float(np.sqrt(power[max(1, top - 3) : top + 4].sum())), float(hz[top])
