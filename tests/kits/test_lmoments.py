"""L-moments against Hosking's table and against their definition over all groups of a sample."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from arkwright.kits.lmoments import NORMAL_KURTOSIS, l_moments


# Hosking (1990), J. R. Stat. Soc. B 52(1), table 1.
@pytest.mark.parametrize(
    ("distribution", "skewness", "kurtosis"),
    [
        (stats.uniform, 0.0, 0.0),
        (stats.norm, 0.0, 0.1226),
        (stats.logistic, 0.0, 1 / 6),
        (stats.expon, 1 / 3, 1 / 6),
        (stats.gumbel_r, 0.1699, 0.1504),
    ],
)
def test_the_shape_of_a_distribution_is_the_published_one(distribution, skewness, kurtosis):
    n = 200_000
    moments = l_moments(distribution.ppf((np.arange(n) + 0.5) / n))
    assert moments.skewness == pytest.approx(skewness, abs=3e-4)
    assert moments.kurtosis == pytest.approx(kurtosis, abs=3e-4)
    assert abs(NORMAL_KURTOSIS - (30 / np.pi * np.arctan(np.sqrt(2)) - 9)) < 1e-4


def test_the_estimates_are_the_means_over_all_groups_of_the_sample():
    x = np.random.default_rng(4).gumbel(size=14)
    moments = l_moments(x)

    def mean_over(size, weights):
        return np.mean([np.dot(np.sort(group), weights) for group in combinations(x, size)]) / size

    assert moments.place == pytest.approx(x.mean())
    assert moments.scale == pytest.approx(mean_over(2, [-1, 1]))
    assert moments.skewness * moments.scale == pytest.approx(mean_over(3, [1, -2, 1]))
    assert moments.kurtosis * moments.scale == pytest.approx(mean_over(4, [-1, 3, -3, 1]))


def test_one_wild_sample_moves_the_l_kurtosis_little_and_the_kurtosis_much():
    x = np.random.default_rng(1).normal(size=10_000)
    wild = np.r_[x, 60.0]
    assert stats.kurtosis(wild) > 50
    assert abs(l_moments(wild).kurtosis - l_moments(x).kurtosis) < 0.01


@pytest.mark.parametrize("x", [np.arange(3.0), np.ones(50)])
def test_values_without_a_shape_are_refused(x):
    with pytest.raises(ValueError, match="no L-moments"):
        l_moments(x)
