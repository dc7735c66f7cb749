"""What swings: the load or the motor itself, by the powers that three currents and voltages carry."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.park import phasor_at

Vectors = NDArray[np.complex128]
Cause = Literal["motor", "load", "unknown"]

LIKE_LOAD, LIKE_MOTOR = 0.5, 0.7
"""Swing of reactive over that of active power. On the circle of a motor's current a swing of the load
moves active power far more than reactive; a rotor that is not round, or out of centre, moves reactive power
at least as much. The two-axis model of `bench.motor_physics`, from 30 to 100 % load, gives up to 0.21 for
loads that swing at 1 to 8 Hz, 0.38 once a turn; 1.06 and more for broken bars, 1.7 and more for
eccentricity. [1]"""
SLOW_LOAD = 0.25  # the same for loads that swing at up to 8 Hz, as twice the slip frequency does


def power_of(current: Vectors | None, voltage: Vectors | None) -> Vectors | None:
    """Return the complex power of three phases, or None where either is not known.

    Parameters
    ----------
    current
        Space vector of the currents, shape ``(n,)``. [A]
    voltage
        Space vector of the voltages, shape ``(n,)``. [V]

    Returns
    -------
    power
        Active power as real, reactive as imaginary part, shape ``(n,)``. [W]
    """
    if current is None or voltage is None:
        return None
    return np.asarray(1.5 * voltage * np.conj(current), np.complex128)


def power_ratio(power: Vectors, rate_hz: float, hz: float) -> float:
    """Return how much more reactive power swings than active at one frequency. [1]

    Parameters
    ----------
    power
        Complex power, shape ``(n,)``. [W]
    rate_hz
        Sample rate. [Hz]
    hz
        Frequency of the swing. [Hz]

    References
    ----------
    .. [1] De Angelo, Bossio, Garcia (2010), IET Electric Power Applications 4(4), 281-290.
    """
    active, reactive = (abs(phasor_at(part - part.mean(), rate_hz, hz)) for part in (power.real, power.imag))
    return float(min(99.0, reactive / max(active, 1e-12 * float(np.abs(power).mean()))))


def left_by_load(power: Vectors, rate_hz: float, hz: float) -> float:
    """Return what of a swing of reactive power the load cannot have made, as a line beside the supply. [1]

    Lines of share a on both sides swing the reactive power by 2 a of the whole power, whatever the inertia,
    where the motor itself makes them; a load adds at most ``SLOW_LOAD`` times what active power swings by.

    Parameters
    ----------
    power
        Complex power, shape ``(n,)``. [W]
    rate_hz
        Sample rate. [Hz]
    hz
        Frequency of the swing. [Hz]
    """
    active, reactive = (abs(phasor_at(part - part.mean(), rate_hz, hz)) for part in (power.real, power.imag))
    return float(max(0.0, reactive - SLOW_LOAD * active) / max(2 * abs(power.mean()), 1e-300))


def swings(ratio: float | None) -> Cause:
    """Say what swings, from ``ratio`` of reactive to active power [1]; None where it is not known."""
    if ratio is None or LIKE_LOAD < ratio < LIKE_MOTOR:
        return "unknown"
    return "motor" if ratio >= LIKE_MOTOR else "load"
