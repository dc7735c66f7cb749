"""The CUSUM's rate of false alarms, by formula, by table and by simulation."""

import numpy as np
import pytest

from arkwright.kits.sequential import cusum_limit, cusum_step, mean_run


def test_the_mean_run_is_that_of_the_textbook():
    # Montgomery, 7th ed., 9.1: k = 1/2, h = 5 has 938 steps on average for one side.
    assert mean_run(0.5, 5.0) == pytest.approx(938, rel=0.01)


@pytest.mark.parametrize(
    ("slack", "length"), [(0.5, 100.0), (0.5, 1e6), (1.0, 1e6), (2.5, 1e9), (0.25, 370.0)]
)
def test_the_limit_gives_the_run_that_was_asked_for(slack, length):
    assert mean_run(slack, cusum_limit(slack, length)) == pytest.approx(length, rel=1e-6)


def test_simulated_false_alarms_come_as_rarely_as_stated():
    limit = cusum_limit(0.5, 500.0)
    rng = np.random.default_rng(11)
    total, alarms, n = 0.0, 0, 200_000
    for z in rng.standard_normal(n).tolist():
        total = cusum_step(total, z, 0.5, 100.0)
        if total > limit:
            alarms, total = alarms + 1, 0.0
    assert n / alarms == pytest.approx(500.0, rel=0.12)


def test_the_sum_stays_between_zero_and_its_cap():
    assert cusum_step(0.0, -9.0, 1.0, 5.0) == 0.0
    assert cusum_step(4.0, 9.0, 1.0, 5.0) == 5.0
    assert cusum_step(1.0, 2.5, 1.0, 5.0) == 2.5


@pytest.mark.parametrize(("slack", "length"), [(0.0, 100.0), (-1.0, 100.0), (1.0, 1.0)])
def test_a_limit_that_makes_no_sense_is_refused(slack, length):
    with pytest.raises(ValueError, match="wanted above 0"):
        cusum_limit(slack, length)
