"""Whether the noise of a band comes and goes in a rhythm: lines of its squared envelope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.envelope import envelope_spectra
from arkwright.kits.noise_level import OVERLAP_VARIANCE
from arkwright.kits.tails import chi2_isf, f_sf

Floats = NDArray[np.float64]

TURNS = 16
"""Turns of the shaft in a segment: lines a sixteenth of its speed apart. [1]"""
ORDERS = (1.2, 25.0)
"""Orders that are searched: above the cage's and below the most rollers a bearing has. [1]"""
LEAST_SAMPLES = 64  # of a segment
N_FLOOR = 41  # lines of the floor that each is measured against
FLOOR_WORTH = N_FLOOR / (1.5 * 1.5708)
"""Independent lines that the floor is worth: 1.5 of a Hann spectrum are one, and a median scatters pi / 2
times as widely as a mean. [1]"""


@dataclass(frozen=True)
class Repetition:
    """The strongest rhythm that is no multiple of the shaft's speed.

    Frequency [Hz], level over the floor [dB], and how likely the strongest of all lines of plain noise stands
    as high. [1]
    """

    hz: float
    over_db: float
    chance: float


def strongest_rhythm(
    x: Floats, rate_hz: float, shaft_hz: float, low_hz: float, high_hz: float
) -> Repetition | None:
    """Search the squared envelope of a band for a rhythm that the shaft's own multiples do not explain.

    A line of the mean of m independent segments of noise is distributed as chi-squared with 2 m degrees of
    freedom, and its ratio to a floor of w such lines as F with 2 m and 2 m w; the strongest of n lines is n
    times as likely to stand as high.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    shaft_hz
        Speed of the shaft. [Hz]
    low_hz
        Lower end of the band. [Hz]
    high_hz
        Upper end of the band. [Hz]

    Returns
    -------
    rhythm
        None where the record is too short to tell.

    References
    ----------
    .. [1] Randall, Antoni (2011), MSSP 25(2), 485-520, section 5: the squared envelope spectrum.
    .. [2] Welch (1967), IEEE Trans. Audio and Electroacoustics 15(2), 70-73.
    """
    n_segment = round(TURNS * rate_hz / shaft_hz)
    if not LEAST_SAMPLES <= n_segment <= len(x) // 2 or high_hz <= low_hz:
        return None
    band = np.array([[2 * low_hz / rate_hz, 2 * high_hz / rate_hz]])
    hz, power = envelope_spectra(x, rate_hz, band, n_segment)
    inside = hz <= 1.2 * ORDERS[1] * shaft_hz
    n_segments = 2 * len(x) / n_segment - 1
    return _strongest(hz[inside], power[0, inside], shaft_hz, 2 * n_segments / OVERLAP_VARIANCE)


def _strongest(hz: Floats, power: Floats, shaft_hz: float, free: float) -> Repetition | None:
    """Return the strongest line off the shaft's orders; ``free`` are the degrees of freedom of a line."""
    from scipy.ndimage import median_filter

    orders = hz / shaft_hz
    off = np.abs(orders - np.rint(orders)) * TURNS > 2
    tried = np.flatnonzero(off & (orders >= ORDERS[0]) & (orders <= ORDERS[1]))
    if not len(tried) or len(hz) <= N_FLOOR:
        return None
    floor = np.maximum(median_filter(power, N_FLOOR, mode="nearest"), np.finfo(float).tiny)
    over = power / floor
    best = int(tried[int(np.argmax(over[tried]))])
    ratio = float(over[best] * chi2_isf(0.5, free)) / free
    chance = min(1.0, len(tried) * f_sf(ratio, free, FLOOR_WORTH * free))
    level = 10 * float(np.log10(max(over[best], 1e-30)))
    return Repetition(float(hz[best]), level, max(chance, 1e-300))
