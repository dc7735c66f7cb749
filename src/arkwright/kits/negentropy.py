"""Negentropy: how far energy is from being spread evenly, over time or over a spectrum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NOISE_NEGENTROPY = 1.0 - float(np.euler_gamma)
"""Negentropy of Gaussian noise's squared envelope: E[e ln e] of an exponential e. [1]"""


def negentropy(energy: Floats) -> Floats:
    """Say how uneven each row of energies is.

    Parameters
    ----------
    energy
        Energies, none negative, shape ``(..., n)``. [any]

    Returns
    -------
    negentropy
        Mean of e ln e with e = energy / mean, shape ``(...,)``: 0 if all are equal, ln n if one holds all,
        ``NOISE_NEGENTROPY`` for the squared envelope or the periodogram of Gaussian noise. [1]

    References
    ----------
    .. [1] Antoni (2016), "The infogram: Entropic evidence of the signature of repetitive transients",
       MSSP 74, 73-94, section 3.
    """
    from scipy.special import xlogy

    mean = energy.mean(axis=-1, keepdims=True)
    share = energy / np.maximum(mean, np.finfo(float).tiny)
    return np.asarray(xlogy(share, share).mean(axis=-1), np.float64)


def envelope_negentropies(envelope: Floats) -> tuple[Floats, Floats]:
    """Compute the negentropy of squared envelopes and of their spectra.

    The first is high for what strikes now and then, the second for what modulates at a steady rate; a fault
    that strikes at a steady rate raises both.

    Parameters
    ----------
    envelope
        Squared envelopes, shape ``(..., n)``. [square of any]

    Returns
    -------
    in_time
        Of the squared envelope, shape ``(...,)``. [1]
    in_frequency
        Of the power of its spectrum without the constant, shape ``(...,)``. [1]

    References
    ----------
    .. [1] Antoni (2016), MSSP 74, 73-94: spectral negentropies of the squared envelope and of its spectrum.
    """
    from scipy import fft

    lines = fft.rfft(envelope - envelope.mean(axis=-1, keepdims=True), axis=-1)[..., 1:]
    return negentropy(envelope), negentropy(lines.real**2 + lines.imag**2)
