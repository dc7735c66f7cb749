"""The band that shows a given rate of strikes best: a search for known faults, not for what is loud."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.bands import BandMap, cells_of, deepest_level
from arkwright.kits.filter_tree import tree_bands

Floats = NDArray[np.float64]

TOLERANCE = 0.02
"""How far a rate may be off, for slip and speed. [share]"""

N_HARMONICS = 3
"""Multiples of the rate that are asked for: as many as a band must be wide. [1]"""

N_SEGMENTS = 4
"""Segments whose spectra are averaged: slip keeps no line narrower than that of a quarter of 10 s. [1]"""

CEILING_DB = 30.0
"""Level that counts for one line, so that a single one does not choose the band. [dB]"""


def search_bands(x: Floats, rate_hz: float, strikes_hz: float, tolerance: float = TOLERANCE) -> BandMap:
    """Find the band whose squared envelope shows a rate and its multiples farthest over their surroundings.

    All multiples are stretched alike, to whatever rate within the tolerance fits the band best. Noise reaches
    some dB in every band, because the best rate is taken: compare with another rate, or other records.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    strikes_hz
        Rate that is looked for. [Hz]
    tolerance
        How far the rate may be off. [share]

    Returns
    -------
    bands
        Mean level of the multiples over the median of what is around each, for bands that are wide enough for
        them. [dB]

    Raises
    ------
    ValueError
        If the record is constant, not all numbers or too short, or its rate too low for the multiples.

    References
    ----------
    .. [1] Mauricio, Smith, Randall, Antoni, Gryllias (2020), "Improved Envelope Spectrum via Feature
       Optimisation-gram (IESFOgram)", MSSP 144, 106891: a band is rated by the lines of a fault. There the
       lines are of the cyclic coherence, here of the squared envelope.
    """
    widest_hz = N_HARMONICS * strikes_hz * (1 + tolerance)
    deepest = min(deepest_level(x), int(np.floor(np.log2(rate_hz / 2 / widest_hz))) if widest_hz > 0 else -1)
    if deepest < 0:
        raise ValueError(f"{rate_hz:g} Hz is too low a rate for {N_HARMONICS} multiples of {strikes_hz:g} Hz")
    rows = []
    for level, envelopes in tree_bands(x, deepest):
        if rate_hz / 2 / 2**level < widest_hz:
            continue
        power = envelopes.real**2 + envelopes.imag**2
        thinned_hz = rate_hz * power.shape[1] / len(x)
        rows.append((level, comb_over_floor(power, thinned_hz, strikes_hz, tolerance)))
    return cells_of(rows, rate_hz, "level of the rate's multiples, dB")


def comb_over_floor(envelopes: Floats, rate_hz: float, strikes_hz: float, tolerance: float) -> Floats:
    """Measure a rate and its multiples in the averaged spectra of squared envelopes.

    Parameters
    ----------
    envelopes
        Squared envelopes, shape ``(n_bands, m)``. [any]
    rate_hz
        Sample rate of the envelopes. [Hz]
    strikes_hz
        Rate that is looked for. [Hz]
    tolerance
        How far the rate may be off. [share]

    Returns
    -------
    levels
        Mean level of the multiples, each at most ``CEILING_DB``, at the stretch that fits best, shape
        ``(n_bands,)``. [dB]
    """
    from scipy import fft

    size = envelopes.shape[1] // N_SEGMENTS
    frames = envelopes[:, : size * N_SEGMENTS].reshape(len(envelopes), N_SEGMENTS, size)
    frames = (frames - frames.mean(axis=2, keepdims=True)) * np.hanning(size)
    lines = fft.rfft(frames, axis=2)
    power = np.mean(lines.real**2 + lines.imag**2, axis=1)
    step_hz = rate_hz / size
    # Half a line of the highest multiple from one try to the next.
    n_tries = 2 * int(np.ceil(2 * tolerance * N_HARMONICS * strikes_hz / step_hz)) + 1
    tries = strikes_hz * (1 + np.linspace(-tolerance, tolerance, n_tries))
    total = np.zeros((len(power), n_tries))
    for multiple in range(1, N_HARMONICS + 1):
        at = np.clip(np.rint(multiple * tries / step_hz).astype(int), 1, power.shape[1] - 1)
        reach = int(np.ceil(strikes_hz / 4 / step_hz))
        around = power[:, max(1, at[0] - reach) : at[-1] + reach + 1]
        floor = np.maximum(np.median(around, axis=1, keepdims=True), np.finfo(float).tiny)
        total += np.clip(10 * np.log10(np.maximum(power[:, at], 1e-30 * floor) / floor), 0.0, CEILING_DB)
    return np.asarray(total.max(axis=1) / N_HARMONICS, np.float64)
