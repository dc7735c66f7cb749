"""How fast a belt goes round."""

from __future__ import annotations

from math import asin, cos, pi


def belt_length(driver_mm: float, driven_mm: float, centres_mm: float) -> float:
    """Compute the length of an open belt around two sheaves. [mm]

    Two straight runs of ``centres * cos(a)`` and two arcs, with ``sin(a)`` the difference of the radii over
    the distance of the centres.

    Parameters
    ----------
    driver_mm
        Pitch diameter of one sheave. [mm]
    driven_mm
        Pitch diameter of the other. [mm]
    centres_mm
        Distance of the shafts. [mm]

    Raises
    ------
    ValueError
        If the sheaves overlap, or are none.
    """
    if not (driver_mm > 0 and driven_mm > 0 and 2 * centres_mm > driver_mm + driven_mm):
        raise ValueError(
            f"sheaves of {driver_mm:g} and {driven_mm:g} mm do not stand {centres_mm:g} mm apart"
        )
    lean = asin(abs(driver_mm - driven_mm) / (2 * centres_mm))
    large, small = max(driver_mm, driven_mm), min(driver_mm, driven_mm)
    return 2 * centres_mm * cos(lean) + large * (pi / 2 + lean) + small * (pi / 2 - lean)


def belt_rate(sheave_mm: float, length_mm: float, turn_hz: float) -> float:
    """Return how often a belt goes round. [Hz]

    Parameters
    ----------
    sheave_mm
        Pitch diameter of a sheave. [mm]
    length_mm
        Pitch length of the belt, longer than the sheave's circumference. [mm]
    turn_hz
        Speed of that sheave. [Hz]

    Raises
    ------
    ValueError
        If the belt does not go round the sheave.
    """
    if not 0 < pi * sheave_mm < length_mm:
        raise ValueError(f"a belt of {length_mm:g} mm does not go round a sheave of {sheave_mm:g} mm")
    return pi * sheave_mm * turn_hz / length_mm
