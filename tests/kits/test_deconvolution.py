"""Least squares of filters against the matrices that they stand for."""

import numpy as np
import pytest

from arkwright.kits.deconvolution import TapFit, covariance_of


def windows(x, n_taps):
    return np.stack([x[k - n_taps + 1 : k + 1][::-1] for k in range(n_taps - 1, len(x))])


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).normal(size=400).cumsum()


def test_the_covariance_is_the_product_of_the_matrix_of_windows(x):
    want = windows(x, 9).T @ windows(x, 9)
    assert covariance_of(x, 9) == pytest.approx(want, rel=1e-9)


def test_filter_and_products_are_those_of_the_matrix(x):
    fit, rng = TapFit(x, 9), np.random.default_rng(1)
    taps, wanted = rng.normal(size=9), rng.normal(size=392)
    assert fit.filtered(taps) == pytest.approx(windows(fit.x, 9) @ taps)
    assert fit.products_with(wanted) == pytest.approx(windows(fit.x, 9).T @ wanted)


def test_the_solution_is_the_least_squares_one(x):
    fit = TapFit(x, 9)
    wanted = np.random.default_rng(2).normal(size=392)
    best = np.linalg.lstsq(windows(fit.x, 9), wanted, rcond=None)[0]
    assert fit.solve(fit.products_with(wanted)) == pytest.approx(best, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize(("x", "n_taps"), [(np.ones(500), 9), (np.arange(50.0), 9), (np.arange(50.0), 1)])
def test_a_record_that_carries_no_filter_is_refused(x, n_taps):
    with pytest.raises(ValueError, match="do not carry a filter"):
        TapFit(x, n_taps)
