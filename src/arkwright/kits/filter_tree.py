"""A record cut into bands by a tree of complex filters that halve and third the frequency axis."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

TAPS_A_BAND = 8
"""Taps of a filter over the number of bands it splits into, as in [1] of `tree_bands` (16 for halves). [1]"""


def tree_bands(x: Floats, n_levels: int) -> Iterator[tuple[float, Complexes]]:
    """Cut a record into 1, 2, 3, 4, 6, 8, 12 ... equal bands.

    A level of ``2**k`` bands halves every band of the one before; beside it each of those is cut in three, so
    that a resonance that straddles an edge of the halves lies inside a third. Each band is moved to the lower
    half of its axis and thinned, so that a level holds as many samples as the record.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    n_levels
        How often the axis is halved. [1]

    Yields
    ------
    level
        Logarithm to base 2 of the number of bands. [1]
    envelopes
        Complex envelopes in ascending order of frequency, shape ``(n_bands, m)``; what the filters say
        before they are full is left out. [any]

    References
    ----------
    .. [1] Antoni (2007), "Fast computation of the kurtogram", MSSP 21(1), 108-124, section 3.
    """
    from scipy.signal import hilbert

    # Without the mirrored half of the axis: what leaks over zero frequency would pass for modulation.
    bands = np.asarray(hilbert(x - x.mean()), np.complex128)[np.newaxis]
    yield 0.0, bands
    for level in range(1, n_levels + 1):
        halves, thirds = _split(bands, 2), _split(bands, 3)
        yield float(level), halves
        yield level - 1 + float(np.log2(3)), thirds
        bands = halves


@cache
def split_filters(n_ways: int) -> Complexes:
    """Return the filters that cut the upper half of a circle of frequencies into equal parts.

    Parameters
    ----------
    n_ways
        Number of parts. [1]

    Returns
    -------
    filters
        Taps of one filter a part, shape ``(n_ways, n_taps)``: a low-pass filter, moved up to the part's
        middle. [1]
    """
    from scipy.signal import firwin

    n_taps = TAPS_A_BAND * n_ways + 1
    middles = (2 * np.arange(n_ways) + 1) / (4 * n_ways)
    low_pass = firwin(n_taps, 1 / (4 * n_ways), fs=1.0)
    turns = np.exp(2j * np.pi * middles[:, np.newaxis] * np.arange(n_taps))
    return np.asarray(low_pass * turns, np.complex128)


def _split(bands: Complexes, n_ways: int) -> Complexes:
    from scipy.signal import upfirdn

    filters = split_filters(n_ways)
    skipped = -(-(filters.shape[1] - 1) // n_ways)
    kept = max(0, -(-bands.shape[1] // n_ways) - skipped)
    parts = np.empty((len(bands), n_ways, kept), np.complex128)
    for way, taps in enumerate(filters):
        parts[:, way] = upfirdn(taps, bands, 1, n_ways, axis=1)[:, skipped : skipped + kept]
    # Thinning leaves an odd part in the upper half of its axis: half a turn a sample brings it down.
    parts[:, 1::2, 1::2] *= -1
    return parts.reshape(len(bands) * n_ways, kept)
