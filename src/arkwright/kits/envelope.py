"""Squared envelope spectra of bands, two ways to whiten a record, and levels of lines over their floor."""

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


LINE_LIMIT = 3.0
"""Amplitude that a line keeps, over that of the noise around it: 1 bin of noise in 8,000 is higher. [1]"""


def whiten_noise(x: Floats, rate_hz: float, width_hz: float = 60.0) -> Floats:
    """Flatten the noise of a record and cut its lines down to it; what the noise's amplitudes tell stays.

    Each bin is divided by the level of the noise around it (the median power of blocks, joined by straight
    lines), and one that still stands over ``LINE_LIMIT`` is cut down to it: tones of shaft, gears and supply
    hardly count any more, as after separating the deterministic part.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    width_hz
        Width of a block of the noise's spectrum. [Hz]

    Returns
    -------
    white
        Record whose noise has a flat spectrum, shape ``(n,)``. [1]

    References
    ----------
    .. [1] Randall, Sawalhi, Coats (2011), Int. J. Condition Monitoring 1(1), 4-8, on what separation is for.
    """
    from scipy import fft

    spectrum = fft.rfft(x - x.mean())
    power = np.abs(spectrum) ** 2
    width = min(len(power), max(9, round(width_hz * len(x) / rate_hz)))
    n_blocks = len(power) // width
    blocks = power[: n_blocks * width].reshape(n_blocks, width)
    # The median of an exponential distribution is ln 2 times its mean.
    level = np.median(blocks, axis=1) / np.log(2)
    noise = np.interp(np.arange(len(power)), (np.arange(n_blocks) + 0.5) * width, level)
    noise = np.maximum(noise, max(float(power.max()) * 1e-24, np.finfo(float).tiny))
    amplitude = np.sqrt(power / noise)
    gain = np.minimum(1.0, LINE_LIMIT / np.maximum(amplitude, LINE_LIMIT)) / np.sqrt(noise)
    return np.asarray(fft.irfft(spectrum * gain, len(x)), np.float64)


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


def envelope_spectra(
    x: Floats, rate_hz: float, bands: Floats, n_segment: int, top_hz: float = np.inf
) -> tuple[Floats, Floats]:
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
    top_hz
        Highest frequency wanted; half of the narrowest band is the most there is. [Hz]

    Returns
    -------
    frequencies
        Shape ``(n_lines,)``. [Hz]
    power
        Square of the depth to which each frequency modulates a band's power, shape ``(n_bands, n_lines)``:
        a squared envelope of ``mean * (1 + a cos(...))`` has a line of ``a**2``. [1]

    References
    ----------
    .. [1] Randall, Antoni (2011), MSSP 25(2), 485-520, section 5.
    """
    from scipy import fft

    spectrum = fft.rfft(x - x.mean())
    half = len(spectrum) - 1
    step_hz = rate_hz / n_segment
    n_lines = int(np.floor(0.25 * n_segment * float(np.min(bands[:, 1] - bands[:, 0])) * 2))
    n_lines = int(min(n_lines, top_hz / step_hz + 1))
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
    mean = power.mean(axis=0) * (2.0 / float(window.sum())) ** 2
    return np.pad(mean[:n_lines], (0, max(0, n_lines - len(mean))), mode="edge")


def floor_of(power: Floats, n_floor: int) -> Floats:
    """Estimate the floor that lines stand on: the median of each line's neighbours.

    Parameters
    ----------
    power
        Power spectra, shape ``(n_spectra, n_lines)``. [any]
    n_floor
        Lines that the running median spans. [1]

    Returns
    -------
    floor
        Shape ``(n_spectra, n_lines)``, never zero. [any]
    """
    from scipy.ndimage import median_filter

    floor = median_filter(power, size=(1, n_floor | 1), mode="nearest")
    return np.asarray(np.maximum(floor, np.finfo(float).tiny), np.float64)


def levels_over_floor(power: Floats, floor: Floats) -> Floats:
    """Say how far every line stands above its floor.

    Parameters
    ----------
    power
        Power spectra, shape ``(n_spectra, n_lines)``. [any]
    floor
        Their floor, same shape. [any]

    Returns
    -------
    levels
        Level over the floor, same shape. [dB]
    """
    return np.asarray(10.0 * np.log10(np.maximum(power, np.finfo(float).tiny) / floor), np.float64)


def smear_levels(levels: Floats, share: float) -> Floats:
    """Average the power of neighbouring lines, the more of them the higher the frequency.

    An impact rate that wanders by a share of itself smears every line over that share of its frequency:
    averaged over it, the line stands out again, and the noise around it scatters less.

    Parameters
    ----------
    levels
        Levels over the floor, shape ``(n_spectra, n_lines)``, from zero frequency on. [dB]
    share
        Half of the width averaged over, as a share of the frequency; one line to either side at least. [1]

    Returns
    -------
    levels
        Levels of the mean power, same shape. [dB]
    """
    power = np.power(10.0, np.asarray(levels, np.float64) / 10.0)
    total = np.pad(np.cumsum(power, axis=1), ((0, 0), (1, 0)))
    at = np.arange(levels.shape[1])
    half = np.maximum(1, np.rint(share * at)).astype(int)
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(at))
    mean = (total[:, high] - total[:, low]) / (high - low)
    return np.asarray(10.0 * np.log10(np.maximum(mean, np.finfo(float).tiny)), np.float64)
