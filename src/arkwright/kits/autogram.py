"""Autogram: the band whose squared envelope is most like itself a while later."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.bands import BandMap, cells_of, deepest_level
from arkwright.kits.filter_tree import tree_bands

Floats = NDArray[np.float64]
Side = Literal["whole", "upper", "lower"]

FIRST_LAG = 4
"""Samples of a band over which it is like itself in any case: two over its width. [1]"""

NOISE_KURTOSIS = 6.0
"""Upper or lower kurtosis of noise: of a normal variable with its other half set to zero, 1.5 / 0.5^2. [1]"""


def autogram(x: Floats, rate_hz: float, side: Side = "whole", n_levels: int | None = None) -> BandMap:
    """Find the band in which strikes repeat.

    A single stray knock is like nothing later and does not count; two are like each other at one lag, and do.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    side
        Which part of the autocorrelation is asked: all over its minimum, peaks over its running mean, or dips
        under it. Peaks of strikes that repeat without slip are as many as the periods, and raise ``whole``.
    n_levels
        How often the axis is halved; None for as deep as the record's length allows. [1]

    Returns
    -------
    bands
        Kurtosis of every band's autocorrelation; of noise 1.2 to 2 for all of it, the more the narrower the
        band, 6 for one side. [1]

    Raises
    ------
    ValueError
        If the record is constant, not all numbers, or too short for one level.

    References
    ----------
    .. [1] Moshrefzadeh, Fasana (2018), "The Autogram: An effective approach for selecting the optimal
       demodulation band in rolling element bearings diagnosis", MSSP 105, 294-318, section 3. There the bands
       are those of undecimated wavelet packets; here those of the kurtogram's tree.
    """
    rows = []
    for level, envelopes in tree_bands(x, deepest_level(x) if n_levels is None else n_levels):
        lags = unbiased_autocorrelation(envelopes.real**2 + envelopes.imag**2)
        rows.append((level, lag_kurtosis(lags[:, FIRST_LAG:], side)))
    return cells_of(rows, rate_hz, f"{side} kurtosis of the autocorrelation")


def unbiased_autocorrelation(envelope: Floats) -> Floats:
    """Compute the autocorrelation of each row about its mean, each lag averaged over what overlaps.

    Parameters
    ----------
    envelope
        Squared envelopes, shape ``(n_bands, m)``. [any]

    Returns
    -------
    lags
        Lags 0 to m // 2 - 1, shape ``(n_bands, m // 2)``. [square of any]
    """
    from scipy import fft

    m = envelope.shape[1]
    size = fft.next_fast_len(m + m // 2, real=True)
    lines = fft.rfft(envelope - envelope.mean(axis=1, keepdims=True), size, axis=1)
    lags = fft.irfft(lines.real**2 + lines.imag**2, size, axis=1)[:, : m // 2]
    return np.asarray(lags / (m - np.arange(m // 2)), np.float64)


def lag_kurtosis(lags: Floats, side: Side) -> Floats:
    """Say how peaked autocorrelations are.

    Parameters
    ----------
    lags
        Autocorrelations, shape ``(n_bands, n_lags)``. [any]
    side
        ``whole`` over the minimum; ``upper`` and ``lower`` what is over or under the mean of the quarter of
        all lags that begins with each.

    Returns
    -------
    kurtosis
        Fourth moment over the square of the second, shape ``(n_bands,)``. [1]
    """
    if side == "whole":
        part = lags - lags.min(axis=1, keepdims=True)
    else:
        over = lags - _mean_ahead(lags, max(2, lags.shape[1] // 4))
        part = np.maximum(over if side == "upper" else -over, 0.0)
    square = part**2
    power = np.maximum(square.mean(axis=1), np.finfo(float).tiny)
    return np.asarray((square**2).mean(axis=1) / power**2, np.float64)


def _mean_ahead(lags: Floats, width: int) -> Floats:
    """Average the ``width`` lags from each on, or as many as there are."""
    n = lags.shape[1]
    sums = np.concatenate((np.zeros((len(lags), 1)), np.cumsum(lags, axis=1)), axis=1)
    ends = np.minimum(np.arange(n) + width, n)
    return np.asarray((sums[:, ends] - sums[:, :n]) / (ends - np.arange(n)), np.float64)
