"""Order tracking: turns of a shaft from the pulses of a tacho, and samples at equal angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.spectra import power_lines

Floats = NDArray[np.float64]
DEAD_BAND = 0.2
"""Width of the band around the middle that a pulse must cross whole, as share of its height. [1]"""
LEAST_PULSES = 3
ODD = 0.4
"""How far a pulse may be from its neighbours' spacing before it is taken for lost or doubled. [1]"""
MOST_FINER = 64
"""How much finer than asked a record may have to be sampled where the shaft is slowest. [1]"""
MOST_ODD = 0.02
"""Share of pulses that may be lost or doubled before a tacho is not believed. [1]"""


def pulses_of(samples: Floats, rate_hz: float, per_turn: int = 1) -> Floats:
    """Find the pulses of a tacho, one a turn.

    A pulse begins where the record rises through the middle between its levels, after it was below a dead
    band around it; pulses that point downwards are turned over. Single lost pulses are put back in, single
    doubled ones left out. Of several pulses a turn always the same is taken, so that an uneven disc does no
    harm.

    Parameters
    ----------
    samples
        Record of the tacho, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    per_turn
        Pulses in one turn. [1]

    Returns
    -------
    pulse_s
        Times since the first sample, one a turn, rising, shape ``(m,)``. [s]

    Raises
    ------
    ValueError
        If there are too few pulses, or they are too uneven to be those of a tacho.
    """
    x = np.asarray(samples, np.float64)
    if len(x) < 2 or not np.isfinite(x).all() or float(np.ptp(x)) <= 0:
        raise ValueError("the tacho shows no pulses: its record is empty, constant or has holes")
    at = _rises(x) / rate_hz
    if len(at) < LEAST_PULSES * per_turn:
        raise ValueError(f"the tacho shows {len(at)} pulses; {LEAST_PULSES * per_turn} are needed")
    return _mended(at)[::per_turn]


def _rises(x: Floats) -> Floats:
    """Places where a record rises through the middle of its levels. [samples]"""
    x = -x if float(np.median(x)) > (float(x.min()) + float(x.max())) / 2 else x
    rough = (float(x.min()) + float(x.max())) / 2
    # A stray peak must not set the level: the middle lies between how high pulses and the rest are.
    low, high = float(np.median(x[x <= rough])), float(np.median(x[x > rough]))
    middle, dead = (low + high) / 2, DEAD_BAND * (high - low) / 2
    state = np.where(x > middle + dead, 1, np.where(x < middle - dead, -1, 0))
    known = np.flatnonzero(state)
    ups = known[1:][(state[known[:-1]] < 0) & (state[known[1:]] > 0)]
    downs = known[:-1][(state[known[:-1]] < 0) & (state[known[1:]] > 0)]
    return np.array([_crossing(x, a, b, middle) for a, b in zip(downs, ups, strict=True)], np.float64)


def _crossing(x: Floats, below: int, above: int, middle: float) -> float:
    """Place between two samples where a record last rises through a level. [samples]"""
    before = below + int(np.flatnonzero(x[below:above] <= middle)[-1])
    rise = x[before + 1] - x[before]
    return before + float((middle - x[before]) / rise)


def _mended(at: Floats) -> Floats:
    """Leave out doubled pulses and put lost ones back in. [s]"""
    from scipy.ndimage import median_filter

    usual = median_filter(np.diff(at), 9, mode="nearest")
    doubled = np.flatnonzero(np.diff(at) < ODD * usual) + 1
    kept = np.delete(at, doubled)
    gaps = np.diff(kept)
    counts = np.maximum(1, np.rint(gaps / median_filter(gaps, 9, mode="nearest"))).astype(int)
    n_odd = len(doubled) + int((counts - 1).sum())
    if n_odd > MOST_ODD * len(at):
        raise ValueError(f"{n_odd} of {len(at)} pulses of the tacho are lost or doubled")
    places = np.concatenate([[0], np.cumsum(counts)])
    return np.asarray(np.interp(np.arange(places[-1] + 1), places, kept), np.float64)


def turns_of(pulse_s: Floats, rate_hz: float, n: int) -> tuple[int, Floats]:
    """Count the turns of a shaft at every sample between the first and the last pulse of its tacho.

    Parameters
    ----------
    pulse_s
        Times of one pulse a turn, rising, shape ``(m,)``. [s]
    rate_hz
        Sample rate. [Hz]
    n
        Samples of the record. [1]

    Returns
    -------
    first
        Number of the first sample that lies between pulses.
    turns
        Turns since the first pulse, from that sample on, shape ``(k,)``; outside the pulses the speed is
        not known. [1]

    Raises
    ------
    ValueError
        If there are fewer than three pulses, they do not rise, or no samples lie between them.

    References
    ----------
    .. [1] Fyfe, Munck (1997), MSSP 11(2), 187-205: a spline through the pulses, a second one through samples.
    """
    from scipy.interpolate import CubicSpline, PchipInterpolator

    own = np.asarray(pulse_s, np.float64)
    if len(own) < LEAST_PULSES or not np.all(np.diff(own) > 0):
        raise ValueError(f"{len(own)} pulses of a tacho; {LEAST_PULSES} that rise are needed")
    first = max(0, int(np.ceil(own[0] * rate_hz)))
    time = np.arange(first, min(n, int(np.floor(own[-1] * rate_hz)) + 1)) / rate_hz
    if len(time) < 2:
        raise ValueError("no samples lie between the pulses of the tacho")
    counted = np.arange(len(own), dtype=np.float64)
    turns = CubicSpline(own, counted)(time)
    if len(turns) > 1 and float(np.diff(turns).min()) <= 0:
        # A sudden stop makes a spline overshoot; this one never does.
        turns = PchipInterpolator(own, counted)(time)
    return first, np.asarray(turns, np.float64)


def sample_by_turns(x: Floats, turns: Floats, per_turn: float) -> Floats:
    """Take samples at equal angles of the shaft rather than at equal times (computed order tracking).

    Where the wanted samples are too few for the record's highest orders, more are taken first, and orders
    above half of ``per_turn`` are filtered out: nothing folds back.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    turns
        Turns of the shaft at each sample, rising, shape ``(n,)``. [1]
    per_turn
        Samples in one turn. [1]

    Returns
    -------
    even
        Samples at equal angles from the first sample on, shape ``(m,)``. [any]

    Raises
    ------
    ValueError
        If the turns do not rise, there are fewer than four samples, or the shaft nearly stands for a while.

    References
    ----------
    .. [1] Fyfe, Munck (1997), MSSP 11(2), 187-205, section 3.
    """
    from scipy.interpolate import CubicSpline
    from scipy.signal import resample_poly

    steps = np.diff(turns)
    if len(x) < 4 or len(x) != len(turns) or float(steps.min()) <= 0:
        raise ValueError("the turns of the shaft do not rise throughout the record")
    more = max(1, int(np.ceil(1 / (per_turn * float(np.quantile(steps, 0.001))) - 1e-6)))
    if more > MOST_FINER:
        raise ValueError(
            f"the shaft slows down to less than 1/{MOST_FINER} of the speed that the record can follow"
        )
    angles = np.arange(int((turns[-1] - turns[0]) * per_turn * more)) / (per_turn * more) + turns[0]
    places = np.interp(angles, turns, np.arange(len(x), dtype=np.float64))
    # A cubic spline weakens what is near half of the sample rate: it is laid through twice as many samples.
    fine = resample_poly(x, 2, 1, padtype="line")
    even = CubicSpline(np.arange(len(fine)) / 2, fine)(places)
    thinned = resample_poly(even, 1, more, padtype="line") if more > 1 else even
    return np.asarray(thinned, np.float64)


def order_lines(x: Floats, turns: Floats, top_order: float) -> tuple[Floats, Floats]:
    """Compute the mean square in each line of a record's order spectrum.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    turns
        Turns of the shaft at each sample, rising, shape ``(n,)``. [1]
    top_order
        Highest order that is wanted. [1]

    Returns
    -------
    orders
        Multiples of the shaft's speed, shape ``(m,)``. [1]
    power
        Mean square, same shape. [square of x]
    """
    per_turn = 2.56 * top_order  # the filter's edge lies above the highest order that is wanted
    orders, power = power_lines(sample_by_turns(x, turns, per_turn), per_turn)
    inside = orders <= top_order
    return orders[inside], power[inside]


def speed_spread(turns: Floats, rate_hz: float) -> tuple[float, float]:
    """Say how fast a shaft turned and how much its speed changed within a record.

    Parameters
    ----------
    turns
        Turns of the shaft at each sample, rising, shape ``(n,)``. [1]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    mean_hz
        Mean speed. [Hz]
    spread
        Difference of highest and lowest speed of one turn, over the mean; zero below two turns. [1]
    """
    span = float(turns[-1] - turns[0])
    mean_hz = span / (len(turns) - 1) * rate_hz
    if span < 2:
        return mean_hz, 0.0
    whole = np.arange(int(span) + 1) + turns[0]
    lasted = np.diff(np.interp(whole, turns, np.arange(len(turns)) / rate_hz))
    return mean_hz, float((1 / lasted.min() - 1 / lasted.max()) / mean_hz)
