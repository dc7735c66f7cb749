"""Thresholds from healthy records of one's own: bounds that need no distribution, and their limits."""

import numpy as np
import pytest

from arkwright.health.bearing import find_bearing
from arkwright.health.rolling import judge_record, refuse, threshold_of
from arkwright.health.rolling_healthy import (
    ENOUGH,
    N_OWN,
    WITHIN,
    HealthyScores,
    healthy_scores_from,
    learn_score,
    own_scores,
)

GENERAL = threshold_of(0.01)


def scores(n, middle, spread, seed=0):
    return HealthyScores(tuple(sorted(np.random.default_rng(seed).normal(middle, spread, n))))


def test_too_few_records_change_nothing():
    assert HealthyScores(()).threshold(0.01) == GENERAL
    assert scores(ENOUGH - 1, 0.0, 0.1).threshold(0.01) == GENERAL


def test_a_hundred_records_bound_the_next_one_without_any_distribution():
    """Of 99 records the greatest is exceeded by one further record in a hundred."""
    own = scores(99, GENERAL - 1.0, 0.2)
    assert own.threshold(0.01) == own.scores[-1]
    assert own.threshold(0.1) == pytest.approx(own.scores[89])


def test_the_share_of_further_records_beyond_the_bound_is_at_most_alpha():
    rng = np.random.default_rng(3)
    beyond = []
    for _ in range(300):
        drawn = rng.normal(GENERAL - 1.0, 0.3, 250)
        limit = HealthyScores(tuple(sorted(drawn[:199]))).threshold(0.01)
        beyond.append(np.mean(drawn[199:] > limit))
    assert np.mean(beyond) == pytest.approx(0.01, abs=0.003)


def test_thirty_records_bound_the_next_one_of_a_normal_distribution():
    rng = np.random.default_rng(5)
    drawn = rng.normal(GENERAL - 1.0, 0.3, (2000, 31))
    over = [row[-1] > HealthyScores(tuple(sorted(row[:-1]))).threshold(0.01) for row in drawn]
    assert np.mean(over) == pytest.approx(0.01, abs=0.006)


def test_records_that_were_not_healthy_can_hide_only_so_much_and_quiet_ones_make_no_nerves():
    assert scores(50, 9.0, 0.5).threshold(0.01) == threshold_of(0.001)
    assert scores(50, 0.0, 0.01).threshold(0.01) == threshold_of(0.05)


def test_the_scores_of_ones_own_records_set_the_threshold_of_a_verdict():
    orders = find_bearing("6205-2RS")
    rng = np.random.default_rng(1)
    verdicts = [judge_record(rng.normal(size=18_000), 12_000, 1797, orders) for _ in range(3)]
    own = healthy_scores_from([*verdicts, refuse("the bearing is not stated")])
    assert len(own.scores) == 3
    quiet = scores(120, GENERAL - 1.2, 0.1)
    told = judge_record(rng.normal(size=18_000), 12_000, 1797, orders, healthy=quiet)
    assert told.threshold == quiet.threshold(0.01) < GENERAL


# ------------------------------------------------------------------------------------- a bearing's own level
def learned(given):
    kept = ()
    for score in given:
        kept = learn_score(kept, score, 0.01)
    return kept


def test_only_the_first_records_are_kept_and_none_that_may_be_a_fault():
    assert learned([1.0] * 1000) == (1.0,) * N_OWN
    assert learned([GENERAL, 9.0, 1.0]) == (1.0,)


def test_a_bearing_that_was_faulty_from_the_first_record_teaches_nothing():
    assert own_scores(learned([GENERAL + 1] * 100), 2.5) is None


def test_a_steady_bearing_has_a_spread_of_its_own_that_is_never_nervous():
    middle, spread = own_scores(learned([GENERAL - 0.8, GENERAL - 1.0] * 15), 2.5)
    assert middle == pytest.approx(GENERAL - 0.9, abs=1e-3)
    assert spread == WITHIN
    middle, spread = own_scores((0.2,) * 30, 2.5)
    assert middle + 2.5 * spread == pytest.approx(threshold_of(0.05))
    assert own_scores((0.2,) * (ENOUGH - 1), 2.5) is None
