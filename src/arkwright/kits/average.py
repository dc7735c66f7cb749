"""Time synchronous average: what repeats with a gear's turn stays, all else averages out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.tracking import sample_by_turns

Floats = NDArray[np.float64]


class Parts(NamedTuple):
    """An average in parts that add up, each of shape ``(n,)``. [any]

    ``regular`` holds the mesh and its harmonics with the first sidebands, and the shaft's first order;
    ``residual`` is the average without shaft and mesh, sidebands left in; ``difference`` without all of
    ``regular``.
    """

    regular: Floats
    residual: Floats
    difference: Floats


def average_turns(x: Floats, turns: Floats, per_turn: int, n_turns: int = 1) -> tuple[Floats, int]:
    """Average a record over turns of a shaft, or over periods of several turns.

    Averaging M periods leaves 1 / M of the power of what does not repeat with them.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    turns
        Turns of the shaft at each sample, rising, shape ``(n,)``. [1]
    per_turn
        Points in one turn. [1]
    n_turns
        Turns in a period: 1 for a gear, the hunting period for a pair of teeth. [1]

    Returns
    -------
    average
        Shape ``(per_turn * n_turns,)``, from a multiple of the period on. [any]
    n_periods
        How many periods were averaged.

    Raises
    ------
    ValueError
        If not one whole period is in the record.

    References
    ----------
    .. [1] McFadden (1987), MSSP 1(1), 83-95: the average as a comb filter.
    """
    first = n_turns * int(np.ceil(turns[0] / n_turns - 1e-9))
    if turns[-1] - first < n_turns:
        raise ValueError(f"{turns[-1] - turns[0]:.1f} turns hold no whole period of {n_turns}")
    begin = max(0, int(np.searchsorted(turns, first - 1e-9)) - 1)
    even = sample_by_turns(x[begin:], turns[begin:] - turns[begin], per_turn)
    # The first sample lies before the whole turn: the average is moved to it in its spectrum.
    period = per_turn * n_turns
    n_periods = max(1, len(even) // period)
    even = np.pad(even, (0, max(0, period - len(even))), mode="wrap")
    mean = even[: n_periods * period].reshape(n_periods, period).mean(axis=0)
    return _moved(mean, (first - turns[begin]) * per_turn), n_periods


def _moved(average: Floats, points: float) -> Floats:
    from scipy import fft

    bins = fft.rfft(average)
    phase = np.exp(2j * np.pi * np.arange(len(bins)) * points / len(average))
    return np.asarray(fft.irfft(bins * phase, len(average)), np.float64)


def split_average(average: Floats, n_teeth: int, n_sidebands: int = 1) -> Parts:
    """Split a gear's average over one turn into regular, residual and difference signal.

    Parameters
    ----------
    average
        Average over one turn, shape ``(n,)``. [any]
    n_teeth
        Teeth of the gear. [1]
    n_sidebands
        Sidebands on either side of the mesh and its harmonics that are regular. [1]

    Returns
    -------
    parts
        The three signals.

    Raises
    ------
    ValueError
        If the average has fewer than two points a tooth.

    References
    ----------
    .. [1] Zakrajsek, Townsend, Decker (1993), NASA TM-105950: residual and difference signal.
    .. [2] Stewart (1977), Some useful data analysis techniques for gearbox diagnostics, Southampton.
    """
    from scipy import fft

    if n_teeth < 1 or len(average) < 2 * n_teeth + 2:
        raise ValueError(f"{len(average)} points a turn are too few for {n_teeth} teeth")
    bins = fft.rfft(average)
    order = np.arange(len(bins))
    off = np.abs((order + n_teeth // 2) % n_teeth - n_teeth // 2)
    is_mesh = (off == 0) | (order == 1)
    is_regular = ((off <= n_sidebands) & (order > n_sidebands)) | (order <= 1)
    parts = [np.where(keep, bins, 0) for keep in (is_regular, ~is_mesh, ~is_regular)]
    return Parts(*(np.asarray(fft.irfft(part, len(average)), np.float64) for part in parts))


def polar_curve(average: Floats, hole: float = 1.0) -> tuple[Floats, Floats]:
    """Lay an average around a circle, as a picture in which a damaged tooth stands out at its place.

    Parameters
    ----------
    average
        Average over one turn, shape ``(n,)``. [any]
    hole
        Radius at which zero lies, in units of the greatest deviation; at least one. [1]

    Returns
    -------
    angle
        Shape ``(n + 1,)``, closed. [rad]
    radius
        Same shape, from 0 to 2 where ``hole`` is one. [1]
    """
    top = max(float(np.abs(average).max()), np.finfo(float).tiny)
    closed = np.append(average, average[:1])
    angle = np.linspace(0, 2 * np.pi, len(closed))
    return np.asarray(angle, np.float64), np.asarray(max(hole, 1.0) + closed / top, np.float64)
