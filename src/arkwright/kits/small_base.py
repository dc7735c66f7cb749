"""How far a figure may lie from the middle of a few earlier ones before chance no longer explains it."""

from __future__ import annotations

from functools import cache

import numpy as np

N_DRAWS = 10_000
NORMAL_MAD = 1.4826  # standard deviation over median absolute deviation of a normal distribution


@cache
def base_limit(n: int, false_rate: float) -> float:
    """Return how many spreads above the middle of ``n`` earlier figures the next one lies by chance. [1]

    Middle and spread are the median and 1.4826 times the median absolute deviation of so few figures that
    both stray widely: for ten normal figures and one false alarm in a hundred the limit is not 2.3 but
    above four. The normal tail above the limit is averaged over bases drawn with a fixed seed, and the limit
    where that is ``false_rate`` holds to about 3 %.

    Parameters
    ----------
    n
        Earlier figures, at least five. [1]
    false_rate
        Share of healthy figures above the limit, from 0.0001 to 0.5. [1]

    Returns
    -------
    limit
        In spreads. [1]

    Raises
    ------
    ValueError
        If there are too few figures, or the share is none.

    References
    ----------
    .. [1] Rousseeuw, Croux (1993), J. American Statistical Association 88(424), 1273-1283: the median
       absolute deviation as a spread.
    """
    from scipy.special import ndtr

    if n < 5 or not 1e-4 <= false_rate <= 0.5:
        raise ValueError(f"{n} figures, false rate {false_rate}; wanted 5 or more, and 0.0001 to 0.5")
    drawn = np.random.default_rng(0).standard_normal((N_DRAWS, n))
    middle = np.median(drawn, axis=1)
    spread = NORMAL_MAD * np.median(np.abs(drawn - middle[:, None]), axis=1)
    low, high = -1.0, 1000.0
    while high - low > 1e-4:
        tried = 0.5 * (low + high)
        above = float(np.mean(ndtr(-middle - tried * spread)))
        low, high = (tried, high) if above > false_rate else (low, tried)
    return 0.5 * (low + high)
