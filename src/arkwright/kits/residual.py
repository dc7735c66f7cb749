"""What a record does that its own past does not foretell: the residual of an autoregressive model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ArModel:
    """``x[n] + a[1] x[n-1] + ... + a[p] x[n-p] = e[n]``.

    ``coefficients`` are a[0] = 1 to a[p], shape ``(p + 1,)`` [1]; ``noise_power`` is the variance of e
    [square of any].
    """

    coefficients: Floats
    noise_power: float

    @property
    def order(self) -> int:
        """Return p. [1]"""
        return len(self.coefficients) - 1


def levinson(autocorrelation: Floats) -> tuple[Floats, Floats]:
    """Solve the Yule-Walker equations of every order up to the last lag.

    Parameters
    ----------
    autocorrelation
        Lags 0 to p, shape ``(p + 1,)``, that of lag 0 positive. [square of any]

    Returns
    -------
    coefficients
        Row k holds a model of order k, padded with zeros, shape ``(p + 1, p + 1)``. [1]
    powers
        Power that each order leaves, shape ``(p + 1,)``. [square of any]

    References
    ----------
    .. [1] Kay (1988), "Modern Spectral Estimation", Prentice Hall, section 6.3 (Levinson recursion).
    """
    p = len(autocorrelation) - 1
    rows, powers = np.zeros((p + 1, p + 1)), np.empty(p + 1)
    rows[0, 0], powers[0] = 1.0, autocorrelation[0]
    for k in range(1, p + 1):
        before = rows[k - 1, :k]
        reflection = -float(before @ autocorrelation[k:0:-1]) / powers[k - 1]
        rows[k, :k] = before
        rows[k, 1 : k + 1] += reflection * before[::-1]
        powers[k] = powers[k - 1] * max(1.0 - reflection**2, np.finfo(float).eps)
    return rows, powers


def burg(x: Floats, order: int) -> ArModel:
    """Fit a model whose forward and backward errors are least together; for short records.

    Parameters
    ----------
    x
        Record, shape ``(n,)``, longer than the order and not all zero. [any]
    order
        Order of the model. [1]

    Returns
    -------
    model
        Model of that order, always stable.

    References
    ----------
    .. [1] Burg (1975), "Maximum entropy spectral analysis", PhD thesis, Stanford University; Kay (1988),
       "Modern Spectral Estimation", section 7.6.
    """
    coefficients, power = np.ones(1), float(np.mean(x**2))
    ahead, behind = np.asarray(x[1:], np.float64), np.asarray(x[:-1], np.float64)
    energy = float(ahead @ ahead + behind @ behind)
    for _ in range(order):
        reflection = -2.0 * float(ahead @ behind) / energy
        grown = np.append(coefficients, 0.0)
        coefficients = grown + reflection * grown[::-1]
        power *= 1.0 - reflection**2
        ahead, behind = ahead + reflection * behind, behind + reflection * ahead
        # What both held in common goes, and with it the first of one and the last of the other.
        energy = (1.0 - reflection**2) * energy - ahead[0] ** 2 - behind[-1] ** 2
        ahead, behind = ahead[1:], behind[:-1]
    return ArModel(coefficients, power)


def fit_ar(x: Floats, most: int = 256, criterion: Literal["bic", "aic"] = "bic") -> ArModel:
    """Fit the model of the order that a criterion calls best.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    most
        Highest order looked at. It must span less than the time between two strikes of a fault, or the model
        foretells them too. [1]
    criterion
        Schwarz's (``bic``), which finds the order of a true model, or Akaike's (``aic``), which takes more.

    Returns
    -------
    model
        Yule-Walker model.

    Raises
    ------
    ValueError
        If the record is constant or not ten times as long as the highest order.

    References
    ----------
    .. [1] Akaike (1974), IEEE Trans. Automatic Control 19(6), 716-723; Schwarz (1978), "Estimating the
       dimension of a model", Annals of Statistics 6(2), 461-464.
    .. [2] Sawalhi, Randall, Endo (2007), "The enhancement of fault detection and diagnosis in rolling element
       bearings using minimum entropy deconvolution combined with spectral kurtosis", MSSP 21(6), 2616-2633.
    """
    from scipy import fft

    n = len(x)
    if n < 10 * most or float(np.ptp(x)) == 0.0:
        raise ValueError(f"{n} samples, or samples that are all equal, do not carry a model of order {most}")
    spectrum = fft.rfft(x - x.mean(), fft.next_fast_len(n + most, real=True))
    lags = fft.irfft(spectrum.real**2 + spectrum.imag**2)[: most + 1] / n
    rows, powers = levinson(np.asarray(lags, np.float64))
    price = float(np.log(n)) if criterion == "bic" else 2.0
    order = int(np.argmin(n * np.log(powers) + price * np.arange(most + 1)))
    return ArModel(rows[order, : order + 1], float(powers[order]))


def ar_residual(x: Floats, model: ArModel) -> Floats:
    """Take out of a record what a model foretells.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    model
        Model of the record, or of the same asset when it was well.

    Returns
    -------
    residual
        What is left; the first ``order`` samples are zero, for nothing is known before them, shape ``(n,)``.
        [any]
    """
    from scipy.signal import oaconvolve

    residual = np.zeros(len(x))
    residual[model.order :] = oaconvolve(x - x.mean(), model.coefficients, "valid")
    return residual
