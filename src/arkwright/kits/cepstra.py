"""Cepstra: families of equally spaced lines, and echoes, become single peaks that can be lifted out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def real_cepstrum(x: Floats) -> Floats:
    """Compute the real cepstrum.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]

    Returns
    -------
    cepstrum
        Inverse transform of the logarithm of the amplitude spectrum; sample k lies at a quefrency of k
        over the sample rate, shape ``(n,)``. [1]

    References
    ----------
    .. [1] Randall (2017), MSSP 97, 3-19, eqs. 1-4.
    """
    from scipy import fft

    return np.asarray(fft.irfft(np.log(_amplitude(fft.rfft(x))), len(x)), np.float64)


def power_cepstrum(x: Floats) -> Floats:
    """Compute the power cepstrum: the square of the inverse transform of the logarithm of the power spectrum.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]

    Returns
    -------
    cepstrum
        Shape ``(n,)``. [1]

    References
    ----------
    .. [1] Bogert, Healy, Tukey (1963), Proc. Symposium on Time Series Analysis, ch. 15.
    """
    return np.asarray((2 * real_cepstrum(x)) ** 2, np.float64)


def complex_cepstrum(x: Floats) -> tuple[Floats, int]:
    """Compute the complex cepstrum, which keeps the phase and can be turned back.

    Parameters
    ----------
    x
        Record of whole bursts, shape ``(n,)``: its phase must be smooth enough to be unwrapped. [any]

    Returns
    -------
    cepstrum
        Inverse transform of the logarithm of the spectrum, shape ``(n,)``. [1]
    delay
        Linear phase that was taken out. [samples]

    References
    ----------
    .. [1] Oppenheim, Schafer (2010), Discrete-Time Signal Processing, 3rd ed., section 13.6.
    """
    from scipy import fft

    n = len(x)
    bins = np.asarray(fft.rfft(x))
    phase = np.unwrap(np.angle(bins))
    phase -= phase[0]
    delay = -round(float(phase[-1]) / np.pi)
    phase += np.pi * delay * np.arange(len(bins)) / (len(bins) - 1)
    return np.asarray(fft.irfft(np.log(_amplitude(bins)) + 1j * phase, n), np.float64), delay


def from_complex_cepstrum(cepstrum: Floats, delay: int) -> Floats:
    """Turn a complex cepstrum back into its record, as far as its sign.

    Parameters
    ----------
    cepstrum
        Complex cepstrum, shape ``(n,)``. [1]
    delay
        Linear phase that was taken out. [samples]

    Returns
    -------
    x
        Shape ``(n,)``. [any]
    """
    from scipy import fft

    bins = np.asarray(fft.rfft(cepstrum))
    turn = np.exp(-1j * np.pi * delay * np.arange(len(bins)) / (len(bins) - 1))
    return np.asarray(fft.irfft(np.exp(bins) * turn, len(cepstrum)), np.float64)


def lift_short(cepstrum: Floats, most: int) -> Floats:
    """Keep the quefrencies up to ``most`` samples: the smooth spectrum of the path, shape ``(n,)``. [1]

    Parameters
    ----------
    cepstrum
        Real or complex cepstrum, shape ``(n,)``. [1]
    most
        Longest quefrency that is kept. [samples]
    """
    quefrency = np.minimum(np.arange(len(cepstrum)), len(cepstrum) - np.arange(len(cepstrum)))
    return np.where(quefrency <= most, cepstrum, 0.0)


def lift_out_family(x: Floats, period: float, width: float = 0.01, n_most: int = 50) -> Floats:
    """Take a family of equally spaced lines out of a record, harmonics or sidebands, and leave its phase.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    period
        Sample rate over the spacing of the lines. [samples]
    width
        Half width of the notch as share of the quefrency, at least one sample. [1]
    n_most
        Rahmonics that are taken out. [1]

    Returns
    -------
    x
        Record without the family, shape ``(n,)``. [any]

    References
    ----------
    .. [1] Randall, Sawalhi (2011), Int. J. Condition Monitoring 1(1), 9-15: editing the cepstrum of a record.
    """
    from scipy import fft

    n = len(x)
    bins = np.asarray(fft.rfft(x))
    cepstrum = np.asarray(fft.irfft(np.log(_amplitude(bins)), n))
    quefrency = np.minimum(np.arange(n), n - np.arange(n)).astype(np.float64)
    number = np.rint(quefrency / period)
    off = np.abs(quefrency - number * period)
    notch = (number >= 1) & (number <= n_most) & (off <= np.maximum(1.0, width * quefrency))
    left = np.exp(fft.rfft(np.where(notch, 0.0, cepstrum)).real)
    return np.asarray(fft.irfft(left * np.exp(1j * np.angle(bins)), n), np.float64)


def strongest_quefrency(cepstrum: Floats, least: int, most: int) -> tuple[int, float]:
    """Find the peak of a cepstrum between two quefrencies.

    Parameters
    ----------
    cepstrum
        Real cepstrum, shape ``(n,)``. [1]
    least
        Shortest quefrency. [samples]
    most
        Longest quefrency. [samples]

    Returns
    -------
    quefrency
        Where the peak lies. [samples]
    height
        The peak, over the standard deviation between both quefrencies. [1]
    """
    part = cepstrum[least : most + 1]
    top = int(np.argmax(part))
    return least + top, float(part[top] / max(float(np.std(part)), np.finfo(float).tiny))


def _amplitude(bins: NDArray[np.complex128]) -> Floats:
    size = np.abs(bins)
    return np.asarray(np.maximum(size, max(float(size.max()) * 1e-12, np.finfo(float).tiny)), np.float64)
