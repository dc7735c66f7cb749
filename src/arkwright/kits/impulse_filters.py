"""Filters that make a record as impulsive as they can: MED for any strikes, MCKD for those of one period."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.deconvolution import Deconvolved, TapFit

Floats = NDArray[np.float64]

MOST_ROUNDS = 30
"""Rounds after which a filter is taken as it is. [1]"""

LEAST_GAIN = 1e-3
"""Gain in score for which a further round is not worth its time. [share]"""


def deconvolve_kurtosis(x: Floats, n_taps: int = 200) -> Deconvolved:
    """Find the filter whose output has the highest kurtosis (MED).

    One stray knock has the highest kurtosis of all: what comes out is to be asked whether it repeats.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    n_taps
        Taps of the filter: longer than a struck resonance rings, shorter than the time between strikes. [1]

    Returns
    -------
    deconvolved
        Filter of unit length; the score is the kurtosis.

    Raises
    ------
    ValueError
        If the record is constant or not ten times as long as the filter.

    References
    ----------
    .. [1] Wiggins (1978), "Minimum entropy deconvolution", Geoexploration 16(1-2), 21-35.
    .. [2] Endo, Randall (2007), "Enhancement of autoregressive model based gear tooth fault detection
       technique by the use of minimum entropy deconvolution filter", MSSP 21(2), 906-919.
    """
    return _climb(TapFit(x, n_taps), _kurtosis)


def deconvolve_period(x: Floats, period: float, n_taps: int = 200, n_shifts: int = 3) -> Deconvolved:
    """Find the filter whose output has the highest correlated kurtosis at one period (MCKD).

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    period
        Time between strikes; multiples of it are rounded, not the period itself. [samples]
    n_taps
        Taps of the filter. [1]
    n_shifts
        Strikes beside the first that must come together; with slip, more than three rarely do. [1]

    Returns
    -------
    deconvolved
        Filter of unit length; the score is the correlated kurtosis times the number of samples to the power
        of ``n_shifts``, which is 1 in the mean for noise.

    Raises
    ------
    ValueError
        If the record is constant, not ten times as long as the filter, or does not hold all strikes.

    References
    ----------
    .. [1] McDonald, Zhao, Zuo (2012), "Maximum correlated kurtosis deconvolution and application on gear
       tooth chip fault detection", MSSP 33, 237-255, section 3.
    """
    shifts = np.rint(np.arange(n_shifts + 1) * period).astype(int)
    if period < 1 or n_shifts < 1 or shifts[-1] > (len(x) - n_taps) // 2:
        raise ValueError(f"{len(x)} samples do not hold {n_shifts + 1} strikes {period:g} samples apart")
    return _climb(TapFit(x, n_taps), lambda output: correlated_kurtosis(output, shifts))


def _climb(fit: TapFit, ask: Callable[[Floats], tuple[float, Floats]]) -> Deconvolved:
    """Solve for what the score's gradient asks for, until it hardly gains."""
    taps = np.zeros(fit.n_taps)
    taps[fit.n_taps // 2] = 1.0
    output = fit.filtered(taps)
    score, wanted = ask(output)
    scores = [score]
    for _ in range(MOST_ROUNDS):
        tried = fit.solve(fit.products_with(wanted))
        tried /= np.linalg.norm(tried)
        tried_output = fit.filtered(tried)
        score, wanted = ask(tried_output)
        if score <= scores[-1] * (1 + LEAST_GAIN):
            break
        taps, output = tried, tried_output
        scores.append(score)
    return Deconvolved(taps, output, tuple(scores))


def _kurtosis(output: Floats) -> tuple[float, Floats]:
    square = output**2
    return float(np.mean(square**2) / np.mean(square) ** 2), square * output


def correlated_kurtosis(output: Floats, shifts: NDArray[np.int_]) -> tuple[float, Floats]:
    """Say how well strikes repeat, and towards what output that would grow.

    Parameters
    ----------
    output
        Output of a filter, shape ``(n,)``. [any]
    shifts
        Samples from a strike to those that must come with it, the first 0, rising, shape ``(n_shifts,)``. [1]

    Returns
    -------
    score
        Sum of the squares of the shifted output's product, over the power to the number of shifts, times
        ``n**(n_shifts - 1)``. [1]
    wanted
        Half of the gradient of that sum, shape ``(n,)``. [any]
    """
    last, n = int(shifts[-1]), len(output)
    rows = np.stack([output[last - shift : n - shift] for shift in shifts])
    square = rows**2
    product = np.prod(square, axis=0)
    wanted = np.zeros_like(output)
    for row, shift in enumerate(shifts):
        others = np.prod(np.delete(square, row, axis=0), axis=0)
        wanted[last - shift : n - shift] += rows[row] * others
    power = float(np.mean(output**2)) ** len(shifts)
    return float(product.sum()) / n / power, wanted
