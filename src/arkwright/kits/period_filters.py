"""Filters towards a train of strikes whose period is given: MOMEDA, solved at once for each period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.deconvolution import Deconvolved, TapFit

Floats = NDArray[np.float64]
Places = NDArray[np.int_]


def deconvolve_train(x: Floats, period: float, n_taps: int = 200, width: int = 1) -> Deconvolved:
    """Find the filter whose output is nearest to strikes that come with one period (MOMEDA).

    For a record of some tens of strikes: a period off by a share p is out of step after 1 / p of them.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    period
        Time between strikes; need not be a whole number. [samples]
    n_taps
        Taps of the filter, at least a period: it reaches from the train's first strike to the record's. [1]
    width
        Neighbouring samples that may hold a strike, which leaves room for slip. [1]

    Returns
    -------
    deconvolved
        Filter and output; the score is the multipoint kurtosis, 1 for a train without noise.

    Raises
    ------
    ValueError
        If the record is constant or not ten times as long as the filter, or the period not above the width.

    References
    ----------
    .. [1] McDonald, Zhao (2017), "Multipoint optimal minimum entropy deconvolution and convolution fix:
       application to vibration fault detection", MSSP 82, 461-477, section 2.
    """
    fit = TapFit(x, n_taps)
    places = train_of(period, width, len(x) - n_taps + 1)
    taps = fit.solve(_seen(fit, places).sum(axis=0))
    output = fit.filtered(taps)
    score = _multipoint_kurtosis(output[places], float(output @ output))
    return Deconvolved(taps, output, (score,))


def period_spectrum(x: Floats, periods: Floats, n_taps: int = 200, width: int = 1) -> Floats:
    """Say for each of many periods how well a filter can make a train of it.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    periods
        Periods to try, closer together than a sample over the number of strikes, shape ``(n_periods,)``.
        [samples]
    n_taps
        Taps of the filter, at least the longest period. [1]
    width
        Neighbouring samples that may hold a strike. [1]

    Returns
    -------
    scores
        Multipoint kurtosis of each period, shape ``(n_periods,)``. It peaks at the true period and its
        fractions and multiples. [1]

    Raises
    ------
    ValueError
        If the record is constant or not ten times as long as the filter, or a period not above the width.

    References
    ----------
    .. [1] McDonald, Zhao (2017), MSSP 82, 461-477, section 3.
    """
    fit = TapFit(x, n_taps)
    scores = np.empty(len(periods))
    for i, period in enumerate(periods):
        seen = _seen(fit, train_of(float(period), width, len(x) - n_taps + 1))
        taps = fit.solve(seen.sum(axis=0))
        scores[i] = _multipoint_kurtosis(seen @ taps, float(taps @ fit.covariance @ taps))
    return scores


def train_of(period: float, width: int, n: int) -> Places:
    """Place strikes that come with a period.

    Parameters
    ----------
    period
        Time between strikes. [samples]
    width
        Neighbouring samples that may hold a strike. [1]
    n
        Samples to place them in. [1]

    Returns
    -------
    places
        Indices of all samples of strikes, rising, shape ``(n_places,)``. [1]

    Raises
    ------
    ValueError
        If the period is not longer than the width.
    """
    if not period > width >= 1:
        raise ValueError(f"strikes of {width} samples do not fit into a period of {period:g}")
    starts = np.rint(np.arange(0.0, n, period)).astype(int)
    places = (starts[:, np.newaxis] + np.arange(width)).ravel()
    return np.asarray(places[places < n], np.int_)


def _seen(fit: TapFit, places: Places) -> Floats:
    """Return what every tap sees at the places of an output, (n_places, n_taps)."""
    windows = np.lib.stride_tricks.sliding_window_view(fit.x, fit.n_taps)
    return np.asarray(windows[places][:, ::-1], np.float64)


def _multipoint_kurtosis(at_strikes: Floats, power: float) -> float:
    # Of a train of ones t: (sum t^2)^2 / sum t^8 is the number of its samples.
    return float(len(at_strikes) * np.sum(at_strikes**4)) / max(power, np.finfo(float).tiny) ** 2
