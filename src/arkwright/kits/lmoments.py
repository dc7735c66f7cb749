"""L-moments: what shape a record's samples have, told by their order and so by no single one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NORMAL_KURTOSIS = 0.1226
"""L-kurtosis of the normal distribution: 30/pi * atan(sqrt 2) - 9, Hosking (1990), table 1. [1]"""


@dataclass(frozen=True)
class LMoments:
    """Place and scale [any], skewness and kurtosis as ratios to the scale, within -1 to 1. [1]"""

    place: float
    scale: float
    skewness: float
    kurtosis: float


def l_moments(x: NDArray[np.float64]) -> LMoments:
    """Estimate the first four L-moments of a sample without bias.

    Parameters
    ----------
    x
        Sample in any order, shape ``(n,)``, at least four values that are not all equal. [any]

    Returns
    -------
    moments
        Mean, half of the mean difference, L-skewness and L-kurtosis.

    Raises
    ------
    ValueError
        If there are fewer than four values, or all are equal.

    References
    ----------
    .. [1] Hosking (1990), "L-moments", J. R. Stat. Soc. B 52(1), 105-124, section 3: through probability
       weighted moments.
    """
    n = len(x)
    rising = np.sort(np.asarray(x, np.float64))
    if n < 4 or rising[0] == rising[-1]:
        raise ValueError(f"{n} values, or values that are all equal, have no L-moments")
    # Weights of order r: (i)(i-1)...(i-r+1) / (n-1)...(n-r) for the i-th smallest, i from zero.
    i = np.arange(n, dtype=np.float64)
    b1 = rising * i / (n - 1)
    b2 = b1 * (i - 1) / (n - 2)
    b3 = b2 * (i - 2) / (n - 3)
    m0, m1, m2, m3 = (float(np.mean(b)) for b in (rising, b1, b2, b3))
    scale = 2 * m1 - m0
    third, fourth = 6 * m2 - 6 * m1 + m0, 20 * m3 - 30 * m2 + 12 * m1 - m0
    return LMoments(m0, scale, third / scale, fourth / scale)
