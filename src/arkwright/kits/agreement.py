"""Agreement of yes-or-no answers: how many must say yes before it is believed."""

from __future__ import annotations

from math import ceil, log

SHOWN = 0.7
"""Share of records that show a fault which is there; a guess on the careful side. [1]"""


def agreement_limit(steps_per_alarm: float) -> float:
    """Return the sum that a healthy series reaches less than once in so many steps on average. [1]

    The sum is a CUSUM of logarithms of likelihood ratios, whose mean time to a false alarm is at least the
    exponential of its limit, as long as the answers of a healthy series are independent of each other.

    Parameters
    ----------
    steps_per_alarm
        Mean number of steps between false alarms, above one. [1]

    Raises
    ------
    ValueError
        If the number is not above one.

    References
    ----------
    .. [1] Lorden (1971), "Procedures for reacting to a change in distribution", Annals of Mathematical
       Statistics 42(6), 1897-1908, theorem 2.
    """
    if steps_per_alarm <= 1:
        raise ValueError(f"{steps_per_alarm} steps; wanted above 1")
    return log(steps_per_alarm)


def answer_weight(*, says_yes: bool, false_rate: float, shown: float = SHOWN) -> float:
    """Return what one answer adds: the logarithm of its likelihood ratio. [1]

    Parameters
    ----------
    says_yes
        Whether the record shows the fault.
    false_rate
        Share of healthy records that say yes, between 0 and ``shown``. [1]
    shown
        Share of faulty records that say yes. [1]

    Raises
    ------
    ValueError
        If the rates are not in order.
    """
    if not 0 < false_rate < shown < 1:
        raise ValueError(f"false rate {false_rate}, shown {shown}; wanted 0 < false rate < shown < 1")
    return log(shown / false_rate) if says_yes else log((1 - shown) / (1 - false_rate))


def agreement_step(total: float, weight: float, most: float) -> float:
    """Add one answer to the sum, held between zero and ``most``. [1]

    Parameters
    ----------
    total
        Sum before. [1]
    weight
        What the answer adds. [1]
    most
        Greatest sum that is kept, so that an ending is noticed in time. [1]
    """
    return min(most, max(0.0, total + weight))


def answers_needed(false_rate: float, steps_per_alarm: float) -> int:
    """Return how many answers in a row are believed, the fewest that can be. [1]

    Parameters
    ----------
    false_rate
        Share of healthy records that say yes. [1]
    steps_per_alarm
        Mean number of steps between false alarms. [1]
    """
    return ceil(agreement_limit(steps_per_alarm) / answer_weight(says_yes=True, false_rate=false_rate))
