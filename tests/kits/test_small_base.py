"""How far beyond a few earlier figures the next one lies by chance."""

import numpy as np
import pytest
from scipy.stats import norm

from arkwright.kits.small_base import base_limit


@pytest.mark.parametrize("n", [5, 10, 31])
def test_it_is_passed_as_often_as_asked_by_figures_that_were_drawn_apart(n):
    earlier = np.random.default_rng(71).standard_normal((40_000, n))
    middle = np.median(earlier, axis=1)
    spread = np.median(np.abs(earlier - middle[:, None]), axis=1) / norm.ppf(0.75)
    share = np.mean(norm.sf(middle + base_limit(n, 0.01) * spread))
    assert share == pytest.approx(0.01, rel=0.06)


def test_many_earlier_figures_make_it_the_normal_quantile():
    assert base_limit(101, 0.01) == pytest.approx(norm.ppf(0.99), rel=0.06)


def test_fewer_earlier_figures_and_fewer_false_alarms_make_it_wider():
    assert base_limit(5, 0.01) > base_limit(10, 0.01) > base_limit(100, 0.01) > 2.3
    assert base_limit(10, 0.001) > base_limit(10, 0.01) > base_limit(10, 0.1)


@pytest.mark.parametrize(("n", "share"), [(4, 0.01), (10, 0.0), (10, 0.6), (10, 1e-6), (10, float("nan"))])
def test_it_refuses_what_it_cannot_tell(n, share):
    with pytest.raises(ValueError, match="wanted 5 or more"):
        base_limit(n, share)
