"""Cyclic spectral correlation and coherence, and the envelope spectra that are read off them.

What modulates a band's noise, and by how much, for every band and every modulating frequency at once: it
shows where on the frequency axis a fault's comb lives. Slower than a few squared envelope spectra; for when
one looks closely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]


@dataclass(frozen=True)
class CyclicMap:
    """Values for every cyclic frequency [Hz], shape ``(n_alpha,)``, and frequency [Hz], shape ``(n_f,)``.

    ``values`` have shape ``(n_alpha, n_f)``: a correlation in units of the record squared per Hz, or a
    coherence. [1]
    """

    alpha_hz: Floats
    frequency_hz: Floats
    values: Complexes


def spectral_correlation(x: Floats, rate_hz: float, top_alpha_hz: float, n_window: int = 256) -> CyclicMap:
    """Estimate the cyclic spectral correlation by short-time Fourier transforms (fast spectral correlation).

    Transforms of short windows, hopped by less than the shortest cycle sought, are multiplied with their own
    shifted by whole bins; a Fourier transform over the hops sorts the products by cyclic frequency. Each
    shift sees the cyclic frequencies near its own; the sum over shifts, over that of what they see of the
    window, is the estimate.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    top_alpha_hz
        Highest cyclic frequency wanted. [Hz]
    n_window
        Samples of a window: sets the resolution in frequency. [1]

    Returns
    -------
    correlation
        Two-sided density at frequencies from zero to half the rate.

    Raises
    ------
    ValueError
        If the record is shorter than four windows, or the cyclic frequency beyond half the rate.

    References
    ----------
    .. [1] Antoni, Xin, Hamzaoui (2017), MSSP 92, 248-277, eqs. 20-25.
    """
    from scipy import fft

    x = np.asarray(x, np.float64) - np.mean(x)
    if len(x) < 4 * n_window or not 0 < top_alpha_hz < rate_hz / 2:
        raise ValueError(f"{len(x)} samples, windows of {n_window}, cyclic frequencies to {top_alpha_hz} Hz")
    hop = max(1, min(n_window // 4, int(rate_hz / (2.5 * top_alpha_hz))))
    window = np.hanning(n_window + 2)[1:-1]
    frames = np.lib.stride_tricks.sliding_window_view(x, n_window)[::hop] * window
    spectra = fft.fft(frames, axis=1)
    n_frames, n_f, step_hz = len(frames), n_window // 2 + 1, rate_hz / n_window
    alpha = np.arange(int(top_alpha_hz * n_frames * hop / rate_hz) + 1) * rate_hz / (hop * n_frames)
    total = np.zeros((len(alpha), n_f), np.complex128)
    seen = np.zeros(len(alpha))
    for shift in range(int(np.ceil(top_alpha_hz / step_hz)) + 1):
        shifted = np.roll(spectra, shift, axis=1)[:, :n_f]
        products = fft.fft(spectra[:, :n_f] * shifted.conj(), axis=0)[: len(alpha)] / n_frames
        off = alpha - shift * step_hz
        total += products * np.exp(-1j * np.pi * off * (n_window - 1) / rate_hz)[:, None]
        seen += _window_correlation(window, off / rate_hz)
    frequency = np.asarray(np.arange(n_f) * step_hz, np.float64)
    return CyclicMap(alpha, frequency, total / (seen * rate_hz)[:, None])


def _window_correlation(window: Floats, off: Floats) -> Floats:
    """Return what a window lets through of a cyclic frequency that is off its shift. [1]"""
    at = np.arange(len(window)) - (len(window) - 1) / 2
    return np.asarray(np.cos(2 * np.pi * np.outer(off, at)) @ window**2)


def spectral_coherence(correlation: CyclicMap) -> CyclicMap:
    """Divide a spectral correlation by the spectra at both of the frequencies that it relates.

    Parameters
    ----------
    correlation
        Cyclic spectral correlation; its first row is the power spectrum.

    Returns
    -------
    coherence
        Its absolute values say to what share two components belong together. [1]

    References
    ----------
    .. [1] Antoni (2007), MSSP 21(2), 597-630, section 3.
    """
    f, alpha = correlation.frequency_hz, correlation.alpha_hz
    power = np.maximum(correlation.values[0].real, np.finfo(float).tiny)
    other = np.interp(np.abs(f[None, :] - alpha[:, None]), f, power)
    return CyclicMap(alpha, f, correlation.values / np.sqrt(power * other))


def enhanced_spectrum(coherence: CyclicMap, band_hz: tuple[float, float] | None = None) -> Floats:
    """Average the coherence over frequencies: the enhanced envelope spectrum, improved if over one band.

    Parameters
    ----------
    coherence
        Cyclic spectral coherence.
    band_hz
        Frequencies to average over, all if None. [Hz]

    Returns
    -------
    spectrum
        Mean absolute coherence for each cyclic frequency, shape ``(n_alpha,)``. [1]

    Raises
    ------
    ValueError
        If no frequency lies in the band.

    References
    ----------
    .. [1] Abboud, Antoni, Sieg-Zieba, Eltabach (2017), MSSP 84, 200-226.
    """
    low, high = band_hz or (0.0, np.inf)
    inside = (coherence.frequency_hz >= low) & (coherence.frequency_hz < high)
    if not inside.any():
        raise ValueError(f"no frequency between {low} and {high} Hz")
    return np.asarray(np.abs(coherence.values[:, inside]).mean(axis=1))


def band_of_comb(
    coherence: CyclicMap, lines_hz: Sequence[float], least_share: int = 16
) -> tuple[float, float]:
    """Find the band in which the lines of an expected comb stand out most.

    All bands that halve and third the frequency axis are tried; each one's improved envelope spectrum is
    asked for the mean of the comb's lines, less its mean, over its spread.

    Parameters
    ----------
    coherence
        Cyclic spectral coherence.
    lines_hz
        Cyclic frequencies of the comb. [Hz]
    least_share
        Narrowest band, as what part of the axis. [1]

    Returns
    -------
    band
        Lower and upper edge. [Hz]

    References
    ----------
    .. [1] Mauricio, Smith, Randall, Antoni, Gryllias (2020), MSSP 144, 106891, on bands by the comb sought.
    """
    alpha, top = coherence.alpha_hz, float(coherence.frequency_hz[-1])
    at = [int(np.argmin(np.abs(alpha - line))) for line in lines_hz]
    best, found = -np.inf, (0.0, top)
    for parts in (n for n in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32) if n <= least_share):
        for i in range(parts):
            band = (top * i / parts, top * (i + 1) / parts)
            spectrum = enhanced_spectrum(coherence, band)[1:]
            near = np.mean([spectrum[max(0, j - 2) : j + 1].max() for j in at])
            stands = float((near - spectrum.mean()) / spectrum.std())
            best, found = max((best, found), (stands, band))
    return found
