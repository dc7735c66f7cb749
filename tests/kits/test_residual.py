"""Autoregressive models against linear algebra, known models and a slow twin."""

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from arkwright.kits.residual import ArModel, ar_residual, burg, fit_ar, levinson

TRUE = np.array([1.0, -1.5, 0.9, -0.2])


def process(n=50_000, seed=0, coefficients=TRUE):
    return lfilter([1.0], coefficients, np.random.default_rng(seed).normal(size=n))


def slow_burg(x, order):
    """Burg's method as the thesis writes it: each error kept whole, each sum a loop."""
    n = len(x)
    f, b, a = list(x), list(x), [1.0]
    for k in range(1, order + 1):
        top = sum(f[i] * b[i - 1] for i in range(k, n))
        bottom = sum(f[i] ** 2 + b[i - 1] ** 2 for i in range(k, n))
        r = -2 * top / bottom
        padded = [*a, 0.0]
        a = [padded[i] + r * padded[k - i] for i in range(k + 1)]
        f, b = ([f[i] + r * b[i - 1] if i else 0.0 for i in range(n)],
                [b[i - 1] + r * f[i] if i else 0.0 for i in range(n)])  # fmt: skip
    return np.array(a)


def test_the_recursion_solves_the_yule_walker_equations_of_every_order():
    x = process(2000)
    lags = np.array([x[: len(x) - k] @ x[k:] for k in range(9)]) / len(x)
    rows, powers = levinson(lags)
    for order in range(1, 9):
        want = solve_toeplitz(lags[:order], -lags[1 : order + 1])
        assert rows[order, 1 : order + 1] == pytest.approx(want)
        assert powers[order] == pytest.approx(lags[0] + want @ lags[1 : order + 1])


def test_burgs_method_is_what_its_loops_say():
    x = process(120)
    assert burg(x, 5).coefficients == pytest.approx(slow_burg(x, 5))


@pytest.mark.parametrize("fit", [lambda x: burg(x, 3), lambda x: fit_ar(x, 40)])
def test_the_model_that_made_a_record_is_found_again(fit):
    model = fit(process())
    assert model.order == 3
    assert model.coefficients == pytest.approx(TRUE, abs=0.02)
    assert model.noise_power == pytest.approx(1.0, rel=0.03)


def test_a_short_record_is_better_served_by_burg():
    # Two resonances with little damping: Yule-Walker's taper of the lags broadens them.
    poles = 0.995 * np.exp(2j * np.pi * np.array([0.1, -0.1, 0.13, -0.13]))
    true = np.real(np.poly(poles))
    off = {"burg": 0.0, "walker": 0.0}
    for seed in range(5):
        x = process(400, seed, true)
        lags = np.array([x[: len(x) - k] @ x[k:] for k in range(5)])
        off["burg"] += np.abs(burg(x, 4).coefficients - true).max()
        off["walker"] += np.abs(levinson(lags)[0][4] - true).max()
    assert 3 * off["burg"] < off["walker"]


def test_schwarz_takes_no_more_than_the_truth_and_akaike_now_and_then_does():
    orders = [
        (fit_ar(process(4000, s), 60).order, fit_ar(process(4000, s), 60, "aic").order) for s in range(15)
    ]
    assert all(bic == 3 for bic, _ in orders)
    assert all(aic >= 3 for _, aic in orders)
    assert any(aic > 3 for _, aic in orders)


@pytest.mark.parametrize("order", [3, 80])
def test_the_residual_is_the_noise_that_drove_the_record(order):
    noise = np.random.default_rng(0).normal(size=5000)
    coefficients = np.r_[TRUE, np.zeros(order - 3)]
    x = lfilter([1.0], coefficients, noise)
    residual = ar_residual(x - x.mean(), ArModel(coefficients, 1.0))
    assert np.all(residual[:order] == 0.0)
    assert residual[order:] == pytest.approx(noise[order:] - x.mean() * TRUE.sum(), abs=1e-9)


def test_a_tone_is_foretold_and_strikes_are_not():
    rng, t = np.random.default_rng(0), np.arange(40_000)
    strikes = np.where(t % 997 == 500, 8.0, 0.0)
    x = 20 * np.sin(0.3 * t) + lfilter([1.0], TRUE, strikes + 0.3 * rng.normal(size=len(t)))
    residual = ar_residual(x, fit_ar(x, 60))
    kurtosis = np.mean(residual**4) / np.mean(residual**2) ** 2
    assert kurtosis > 100
    # As a share of its power, the tone falls by 30 dB and more.
    line = np.abs(np.exp(-0.3j * t) @ residual) / len(t)
    assert line < 0.03 * np.abs(np.exp(-0.3j * t) @ x) / len(t)


@pytest.mark.parametrize("x", [np.ones(5000), np.arange(99.0)])
def test_a_record_that_carries_no_model_is_refused(x):
    with pytest.raises(ValueError, match="do not carry a model"):
        fit_ar(x, 10)
