"""Squared envelope spectra of bands, cepstrum pre-whitening, and how far lines stand above their floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def whiten_cepstrum(x: Floats) -> Floats:
    """Whiten a record by setting its real cepstrum to zero, so that every line weighs the same.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]

    Returns
    -------
    white
        Record with a flat amplitude spectrum and the phases of ``x``, shape ``(n,)``. [1]

    References
    ----------
    .. [1] Borghesani, Pennacchi, Randall, Sawalhi, Ricci (2013), MSSP 36(2), 370-384, eq. 8.
    """
    from scipy import fft

    spectrum = fft.rfft(x - x.mean())
    size = np.abs(spectrum)
    floor = max(float(size.max()) * 1e-12, np.finfo(float).tiny)
    return np.asarray(fft.irfft(spectrum / np.maximum(size, floor), len(x)), np.float64)


def band_grid(levels: tuple[int, ...] = (1, 2, 3, 4)) -> Floats:
    """Divide the frequency axis into equal bands, once for each level.

    Parameters
    ----------
    levels
        Number of bands of each level. [1]

    Returns
    -------
    bands
        Lower and upper edges as shares of the Nyquist frequency, shape ``(n, 2)``. [1]
    """
    return np.array([(i / n, (i + 1) / n) for n in levels for i in range(n)], np.float64)


def envelope_spectra(x: Floats, rate_hz: float, bands: Floats, n_segment: int) -> tuple[Floats, Floats]:
    """Compute the averaged squared envelope spectrum of every band.

    Each band is moved to zero frequency and oversampled by two, so that squaring does not fold back. The
    squared envelope's power spectrum is averaged over half-overlapping Hann segments (Welch).

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    bands
        Edges as shares of the Nyquist frequency, shape ``(n_bands, 2)``. [1]
    n_segment
        Samples of the record that a segment spans. [1]

    Returns
    -------
    frequencies
        Shape ``(n_lines,)``. [Hz]
    power
        Power of the squared envelope, each band scaled to its own mean square, shape
        ``(n_bands, n_lines)``. [1]

    References
    ----------
    .. [1] Randall, Antoni (2011), MSSP 25(2), 485-520, section 5.
    """
    from scipy import fft

    spectrum = fft.rfft(x - x.mean())
    half = len(spectrum) - 1
    step_hz = rate_hz / n_segment
    n_lines = int(np.floor(0.25 * n_segment * float(np.min(bands[:, 1] - bands[:, 0])) * 2))
    rows = [
        _band_spectrum(spectrum[int(a * half) : int(b * half)], len(x), n_segment, n_lines) for a, b in bands
    ]
    return np.asarray(np.arange(n_lines) * step_hz, np.float64), np.array(rows)


def _band_spectrum(bins: NDArray[np.complex128], n: int, n_segment: int, n_lines: int) -> Floats:
    from scipy import fft

    m = 2 * len(bins)
    envelope = np.abs(fft.ifft(bins, m)) ** 2
    envelope /= max(float(envelope.mean()), np.finfo(float).tiny)
    size = min(m, round(n_segment * m / n))
    starts = range(0, m - size + 1, max(1, size // 2))
    frames = np.stack([envelope[s : s + size] for s in starts])
    window = np.hanning(size)
    power = np.abs(fft.rfft((frames - frames.mean(axis=1, keepdims=True)) * window, axis=1)) ** 2
    mean = power.mean(axis=0) / float((window**2).sum())
    return np.pad(mean[:n_lines], (0, max(0, n_lines - len(mean))), mode="edge")


def levels_over_floor(power: Floats, n_floor: int) -> Floats:
    """Say how far every line stands above the median of its neighbours.

    Parameters
    ----------
    power
        Power spectra, shape ``(n_spectra, n_lines)``. [any]
    n_floor
        Lines that the running median spans. [1]

    Returns
    -------
    levels
        Level over the local floor, shape ``(n_spectra, n_lines)``. [dB]
    """
    from scipy.ndimage import median_filter

    floor = median_filter(power, size=(1, n_floor | 1), mode="nearest")
    tiny = np.finfo(float).tiny
    return np.asarray(10.0 * np.log10(np.maximum(power, tiny) / np.maximum(floor, tiny)), np.float64)
