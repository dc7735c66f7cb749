"""Motion that is lost when an axis reverses: motor and table by position, there and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

N_PLACES = 32
"""Places of the stroke at which both directions are compared. [1]"""
AWAY = 0.05
"""Share of the stroke at each end that is left out: there the axis is still taking up what it lost. [1]"""
LEAST_PLACES = 8


@dataclass(frozen=True)
class LostMotion:
    """Lost motion and how far it strays over the stroke, of so many places. [unit of the positions, 1]"""

    lost: float
    stray: float
    n_places: int


def lost_motion(motor: Floats, table: Floats) -> LostMotion | None:
    """Compare how far the table lags behind its motor in both directions.

    At each place of the stroke the mean of motor minus table going up, less that going down, is the lost
    motion; errors of pitch and scale are the same both ways and drop out.

    Parameters
    ----------
    motor
        Position as the motor turns it, shape ``(n,)``. [any length]
    table
        Position of the table at the same times, shape ``(n,)``. [any length]

    Returns
    -------
    lost
        None where the axis does not pass enough places in both directions.

    References
    ----------
    .. [1] ISO 230-2:2014, 2.13 and 2.14, on the reversal value at a position and of an axis.
    """
    low, high = float(motor.min()), float(motor.max())
    if not high > low:
        return None
    step = np.gradient(motor)
    still = 1e-3 * float(np.abs(step).max())
    place = (motor - low) / (high - low)
    inside = (place > AWAY) & (place < 1 - AWAY)
    behind = motor - table
    cell = np.minimum((place * N_PLACES).astype(int), N_PLACES - 1)
    up, down = (_means(behind, cell, inside & (side * step > still)) for side in (1, -1))
    both = np.isfinite(up) & np.isfinite(down)
    if np.count_nonzero(both) < LEAST_PLACES:
        return None
    lost = (up - down)[both]
    middle = float(np.median(lost))
    return LostMotion(middle, float(1.4826 * np.median(np.abs(lost - middle))), len(lost))


def _means(values: Floats, cell: NDArray[np.int_], kept: NDArray[np.bool_]) -> Floats:
    count = np.bincount(cell[kept], minlength=N_PLACES)
    total = np.bincount(cell[kept], values[kept], minlength=N_PLACES)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(count >= 2, total / count, np.nan), np.float64)
