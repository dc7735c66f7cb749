"""Filters fitted to a record so that their output comes near to a wanted one: what MED and its kin share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RIDGE = 1e-9
"""Noise that is taken for granted, -90 dB: a record of a few pure tones alone has no inverse. [1]"""


@dataclass(frozen=True)
class Deconvolved:
    """A filter, what it makes of a record, and how impulsive that is.

    ``taps`` have shape ``(n_taps,)`` [1]; ``output`` holds only what all taps have seen, shape
    ``(n - n_taps + 1,)`` [standard deviations of the record]; ``scores`` are what was maximised, after
    every round [1].
    """

    taps: Floats
    output: Floats
    scores: tuple[float, ...]

    @property
    def score(self) -> float:
        """Return the score of the output. [1]"""
        return self.scores[-1]


class TapFit:
    """Least squares of filters on one record, whose covariance is factored once.

    ``x`` is the record in standard deviations, shape ``(n,)`` [1].
    """

    def __init__(self, x: Floats, n_taps: int) -> None:
        from scipy.linalg import cho_factor

        if len(x) < 10 * n_taps or n_taps < 2 or float(np.ptp(x)) == 0.0:
            raise ValueError(f"{len(x)} samples, or equal ones, do not carry a filter of {n_taps} taps")
        self.x = np.asarray((x - x.mean()) / x.std(), np.float64)
        self.n_taps = n_taps
        self.covariance = covariance_of(self.x, n_taps)
        self._factor = cho_factor(self.covariance + RIDGE * self.covariance[0, 0] * np.eye(n_taps))

    def solve(self, products: Floats) -> Floats:
        """Find the filter whose output is nearest to a wanted one.

        Parameters
        ----------
        products
            Sum of the wanted output times the record, a tap each, shape ``(n_taps,)``. [any]

        Returns
        -------
        taps
            Filter, shape ``(n_taps,)``. [any]
        """
        from scipy.linalg import cho_solve

        return np.asarray(cho_solve(self._factor, products), np.float64)

    def products_with(self, wanted: Floats) -> Floats:
        """Sum ``wanted`` ``(n_out,)`` [any] times the record that each tap sees, ``(n_taps,)``. [any]"""
        from scipy.signal import oaconvolve

        return np.asarray(oaconvolve(self.x, wanted[::-1], "valid")[::-1], np.float64)

    def filtered(self, taps: Floats) -> Floats:
        """Return the output of ``taps`` ``(n_taps,)`` [any] where all are full, ``(n_out,)``. [any]"""
        from scipy.signal import oaconvolve

        return np.asarray(oaconvolve(self.x, taps, "valid"), np.float64)


def covariance_of(x: Floats, n_taps: int) -> Floats:
    """Sum the products of what any two taps see, over all places of a filter inside a record.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    n_taps
        Taps of the filter. [1]

    Returns
    -------
    covariance
        Entry (i, j) sums x[k - i] x[k - j] over k = n_taps - 1 ... n - 1, shape ``(n_taps, n_taps)``.
        [square of any]
    """
    last, n = n_taps - 1, len(x)
    covariance = np.empty((n_taps, n_taps))
    covariance[0] = [x[last:] @ x[last - lag : n - lag] for lag in range(n_taps)]
    covariance[:, 0] = covariance[0]
    # One step down a diagonal lets one product in at the start and one out at the end.
    enters, leaves = x[:last][::-1], x[n - last :][::-1]
    steps = np.outer(enters, enters) - np.outer(leaves, leaves)
    for row in range(last):
        covariance[row + 1, 1:] = covariance[row, :-1] + steps[row]
    return covariance
