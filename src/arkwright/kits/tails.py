"""Tails of the chi-square and of the F distribution, without loading a library of all distributions."""

from __future__ import annotations


def chi2_sf(x: float, freedom: float) -> float:
    """Return the chance that a chi-square exceeds a value.

    Parameters
    ----------
    x
        Value. [1]
    freedom
        Degrees of freedom. [1]

    Returns
    -------
    chance
        0 to 1. [1]
    """
    from scipy.special import chdtrc

    return float(chdtrc(freedom, x))


def chi2_isf(chance: float, freedom: float) -> float:
    """Return the value that a chi-square exceeds with a chance.

    Parameters
    ----------
    chance
        0 to 1. [1]
    freedom
        Degrees of freedom. [1]

    Returns
    -------
    x
        Value. [1]
    """
    from scipy.special import chdtri

    return float(chdtri(freedom, chance))


def f_sf(x: float, above: float, below: float) -> float:
    """Return the chance that a ratio of two mean squares exceeds a value.

    Parameters
    ----------
    x
        Value. [1]
    above
        Degrees of freedom of the numerator. [1]
    below
        Degrees of freedom of the denominator. [1]

    Returns
    -------
    chance
        0 to 1. [1]
    """
    from scipy.special import fdtrc

    return float(fdtrc(above, below, x))
