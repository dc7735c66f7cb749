"""Sequential tests: evidence that adds up over time, with a stated rate of false alarms."""

from __future__ import annotations

from math import exp, log, sqrt


def cusum_limit(slack: float, run_length: float) -> float:
    """Find the limit of a one-sided CUSUM that a healthy series exceeds once in so many steps on average.

    The CUSUM is ``max(0, s + z - slack)`` of independent standard normal ``z``.

    Parameters
    ----------
    slack
        What is taken off each step: half of the shift to be found, above zero. [standard deviations]
    run_length
        Mean number of steps between false alarms, above one. [1]

    Returns
    -------
    limit
        Least sum that is an alarm. [standard deviations]

    Raises
    ------
    ValueError
        If the slack is not positive or the run length is not above one.

    References
    ----------
    .. [1] Siegmund, "Sequential Analysis" (1985), eq. 2.57; Montgomery, "Introduction to Statistical Quality
       Control", 7th ed., eq. 9.6.
    """
    if slack <= 0 or run_length <= 1:
        raise ValueError(f"slack {slack} and run length {run_length}; wanted above 0 and above 1")
    low, high = 0.0, 2 + log(run_length * 2 * slack**2 + 2) / (2 * slack) + 2 / slack + sqrt(run_length)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_run(slack, middle) < run_length else (low, middle)
    return high


def mean_run(slack: float, limit: float) -> float:
    """Return the mean number of steps that a healthy series takes to a false alarm (Siegmund). [1]

    Parameters
    ----------
    slack
        What is taken off each step. [standard deviations]
    limit
        Least sum that is an alarm. [standard deviations]
    """
    rise = 2 * slack * (limit + 1.166)
    return float("inf") if rise > 700 else (exp(rise) - rise - 1) / (2 * slack**2)


def cusum_step(total: float, z: float, slack: float, most: float) -> float:
    """Add one step to a one-sided CUSUM, held between zero and ``most``. [standard deviations]

    Parameters
    ----------
    total
        Sum before. [standard deviations]
    z
        The step's value, standardised. [standard deviations]
    slack
        What is taken off. [standard deviations]
    most
        Greatest sum that is kept, so that an ending is noticed in time. [standard deviations]
    """
    return min(most, max(0.0, total + z - slack))
