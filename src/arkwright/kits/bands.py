"""The band of a record in which transients stand out: fast kurtogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.filter_tree import tree_bands

Floats = NDArray[np.float64]

MOST_LEVELS = 7
"""Halvings of the axis that are looked at: 128 bands, 47 Hz each for a record at 12 kHz. [1]"""

FEWEST_SAMPLES = 512
"""Samples that the narrowest band keeps: the kurtosis of noise then strays by 0.10. [1]"""


@dataclass(frozen=True)
class BandMap:
    """One figure a band, for bands of several widths; a picture of it is a plane of rectangles.

    ``measure`` names the figure. ``levels`` are logarithms to base 2 of the number of bands [1],
    ``centres_hz`` and ``widths_hz`` where each band lies [Hz], ``values`` the figures, all of shape
    ``(n_cells,)``, level by level, frequencies rising. ``best`` is the index of the band to look into.
    """

    measure: str
    levels: Floats
    centres_hz: Floats
    widths_hz: Floats
    values: Floats
    best: int

    @property
    def best_band_hz(self) -> tuple[float, float]:
        """Return the edges of the band to look into. [Hz]"""
        centre, half = float(self.centres_hz[self.best]), float(self.widths_hz[self.best]) / 2
        return centre - half, centre + half

    @property
    def best_value(self) -> float:
        """Return the figure of that band. [as measure says]"""
        return float(self.values[self.best])


@dataclass(frozen=True)
class Kurtogram(BandMap):
    """Spectral kurtosis of the bands of a tree; zero for Gaussian noise, minus one for a steady tone.

    ``spreads`` is the standard deviation that each value would have in Gaussian noise, shape
    ``(n_cells,)``. [1]
    """

    spreads: Floats


def cells_of(levels: list[tuple[float, Floats]], rate_hz: float, measure: str) -> BandMap:
    """Lay out figures of equal bands, and take the highest as the best.

    Parameters
    ----------
    levels
        Level and figure of each of its bands, shape ``(n_bands,)``, of one level after the other. [1]
    rate_hz
        Sample rate. [Hz]
    measure
        What the figures are.

    Returns
    -------
    cells
        Every band with its place on the axis.
    """
    counts = [len(values) for _, values in levels]
    widths = np.concatenate([np.full(n, rate_hz / 2 / n) for n in counts])
    places = np.concatenate([np.arange(n) + 0.5 for n in counts])
    values = np.concatenate([values for _, values in levels])
    level = np.repeat([level for level, _ in levels], counts)
    return BandMap(measure, level, places * widths, widths, values, int(np.argmax(values)))


def fast_kurtogram(x: Floats, rate_hz: float, n_levels: int | None = None) -> Kurtogram:
    """Find the band and the width at which a record is most impulsive.

    The kurtosis of a band's complex envelope c is mean(|c|^4) / mean(|c|^2)^2 - 2. One stray knock raises it
    as much as a fault that repeats, so that it says where to look and never what is wrong.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    n_levels
        How often the axis is halved; None for as deep as the record's length allows. [1]

    Returns
    -------
    kurtogram
        Spectral kurtosis of every band. [1]

    Raises
    ------
    ValueError
        If the record is constant, not all numbers, or too short for one level.

    References
    ----------
    .. [1] Antoni (2007), "Fast computation of the kurtogram", MSSP 21(1), 108-124, sections 2 and 3.
    .. [2] Antoni (2006), "The spectral kurtosis: a useful tool", MSSP 20(2), 282-307: the variance in noise
       is 4 / m for m independent samples. Here they are twice as dense as the band is wide: those of the
       fourth power of a band's autocorrelation, sinc(k / 2), sum to 4 / 3.
    """
    deepest = deepest_level(x) if n_levels is None else n_levels
    rows, spreads = [], []
    for level, envelopes in tree_bands(x, deepest):
        power = envelopes.real**2 + envelopes.imag**2
        values = np.mean(power**2, axis=1) / np.maximum(np.mean(power, axis=1) ** 2, np.finfo(float).tiny) - 2
        rows.append((level, values))
        spreads.append(np.full(len(values), np.sqrt(16.0 / 3.0 / power.shape[1])))
    cells = cells_of(rows, rate_hz, "spectral kurtosis")
    return Kurtogram(**vars(cells), spreads=np.concatenate(spreads))


def deepest_level(x: Floats) -> int:
    """Say how often the frequency axis of a record can be halved.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]

    Returns
    -------
    n_levels
        At least one.

    Raises
    ------
    ValueError
        If the record is constant, not all numbers, or too short for one level.
    """
    if not np.isfinite(x).all() or len(x) < 2 * FEWEST_SAMPLES or float(np.ptp(x)) == 0.0:
        raise ValueError(f"a record of {len(x)} samples that are short, constant or not numbers has no bands")
    return min(MOST_LEVELS, int(np.log2(len(x) / FEWEST_SAMPLES)))
