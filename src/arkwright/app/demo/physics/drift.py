"""Slow wandering of a process value: an Ornstein-Uhlenbeck process, exact for any step."""

import math


def wander(value: float, dt_s: float, tau_s: float, sigma: float, normal: float) -> float:
    """Let a value wander about zero.

    Parameters
    ----------
    value
        Value before the step. [any]
    dt_s
        Length of the step. [s]
    tau_s
        Correlation time. [s]
    sigma
        Standard deviation in the long run. [as value]
    normal
        One draw from the standard normal distribution. [1]

    Returns
    -------
    value
        Value after the step; its law does not depend on how a span is cut into steps. [as value]

    References
    ----------
    .. [1] Gillespie, "Exact numerical simulation of the Ornstein-Uhlenbeck process", Phys. Rev. E 54 (1996)
       2084.
    """
    keep = math.exp(-dt_s / tau_s)
    return value * keep + sigma * math.sqrt(1 - keep**2) * normal


def approach(value: float, goal: float, dt_s: float, tau_s: float) -> float:
    """Let a first-order lag move towards a goal, exact for a goal that stands still during the step.

    Parameters
    ----------
    value
        Value before the step. [any]
    goal
        Where it would settle. [as value]
    dt_s
        Length of the step. [s]
    tau_s
        Time constant. [s]

    Returns
    -------
    value
        Value after the step. [as value]
    """
    return goal + (value - goal) * math.exp(-dt_s / tau_s)
