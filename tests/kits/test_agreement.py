"""How many must agree: against counting every path, and against chance."""

from math import exp, log

import numpy as np
import pytest

from arkwright.kits.agreement import (
    SHOWN,
    agreement_limit,
    agreement_step,
    answer_weight,
    answers_needed,
)


def mean_time_to_alarm(false_rate, limit, grid=0.02):
    """Solve the chain of sums, each rounded up to a grid: never longer than it really takes."""
    n = int(np.ceil(limit / grid))
    matrix = np.eye(n)
    for yes, p in ((True, false_rate), (False, 1 - false_rate)):
        weight = answer_weight(says_yes=yes, false_rate=false_rate)
        for k in range(n):
            after = int(np.ceil(agreement_step(k * grid, weight, 1e9) / grid - 1e-9))
            if after < n:
                matrix[k, after] -= p
    return float(np.linalg.solve(matrix, np.ones(n))[0])


@pytest.mark.parametrize("false_rate", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("steps", [100.0, 1e4, 1e6])
def test_a_healthy_series_takes_at_least_as_long_as_stated(false_rate, steps):
    assert mean_time_to_alarm(false_rate, agreement_limit(steps)) >= steps


def test_chance_agrees_with_the_chain():
    rng = np.random.default_rng(0)
    limit, times = agreement_limit(20.0), []
    for _ in range(600):
        total, n = 0.0, 0
        while total < limit:
            yes = bool(rng.random() < 0.1)
            total = agreement_step(total, answer_weight(says_yes=yes, false_rate=0.1), 1e9)
            n += 1
        times.append(n)
    exact = mean_time_to_alarm(0.1, limit)
    assert np.mean(times) == pytest.approx(exact, rel=0.03 + 4 / 600**0.5)


def test_answers_weigh_what_the_formula_says_and_the_rarer_the_more():
    assert answer_weight(says_yes=True, false_rate=0.01) == pytest.approx(log(70))
    assert answer_weight(says_yes=False, false_rate=0.01) == pytest.approx(log(0.3 / 0.99))
    # On average a healthy series falls and a faulty one rises.
    for p in (0.01, 0.1):
        weights = [answer_weight(says_yes=yes, false_rate=p) for yes in (True, False)]
        assert p * weights[0] + (1 - p) * weights[1] < 0 < SHOWN * weights[0] + (1 - SHOWN) * weights[1]


def test_five_in_a_row_where_one_healthy_record_in_a_hundred_may():
    assert answers_needed(0.01, 1e9) == 5
    assert answers_needed(0.001, 1e9) == 4
    assert exp(agreement_limit(1e9)) == pytest.approx(1e9)


@pytest.mark.parametrize("rate", [0.0, SHOWN, 1.0, -0.1, float("nan")])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError, match="false rate"):
        answer_weight(says_yes=True, false_rate=rate)


def test_an_alarm_at_every_step_is_refused():
    with pytest.raises(ValueError, match="above 1"):
        agreement_limit(1.0)
