"""Figures of a record against closed forms of a sine, noise and pulses."""

import numpy as np
import pytest
from scipy import stats

from arkwright.kits.record_statistics import hjorth, statistics_of

FS = 10_000.0


def sine(frequency_hz=50.0, amplitude=3.0, n=100_000):
    return amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(n) / FS)


def test_a_sine_has_the_figures_of_the_textbook():
    told = statistics_of(sine() + 7.0, FS)
    assert told.mean == pytest.approx(7.0)
    assert told.rms == pytest.approx(3 / np.sqrt(2), rel=1e-6)
    assert told.peak == pytest.approx(3.0, rel=1e-6)
    assert told.crest == pytest.approx(np.sqrt(2), rel=1e-6)
    assert told.kurtosis == pytest.approx(1.5, rel=1e-6)
    assert told.skewness == pytest.approx(0.0, abs=1e-9)
    assert told.shape == pytest.approx(np.pi / (2 * np.sqrt(2)), rel=1e-3)
    assert told.impulse == pytest.approx(np.pi / 2, rel=1e-3)
    # Mean of sqrt(sin) over half a turn is B(3/4, 1/2) / pi = 0.76276.
    assert told.clearance == pytest.approx(1 / 0.76276**2, rel=3e-3)
    assert told.envelope_negentropy == pytest.approx(0.0, abs=1e-9)


def test_gaussian_noise_has_the_figures_of_the_normal_distribution():
    told = statistics_of(np.random.default_rng(0).normal(0.0, 2.0, 200_000))
    assert told.rms == pytest.approx(2.0, rel=0.01)
    assert told.kurtosis == pytest.approx(3.0, abs=0.05)
    assert told.skewness == pytest.approx(0.0, abs=0.02)
    assert told.shape == pytest.approx(np.sqrt(np.pi / 2), rel=0.01)
    assert told.l_kurtosis == pytest.approx(0.1226, abs=0.003)
    assert told.l_skewness == pytest.approx(0.0, abs=0.005)
    assert told.envelope_negentropy == pytest.approx(1 - np.euler_gamma, abs=0.01)
    # The spectrum of the squared envelope of a whole band is a triangle: ln 2 - 1/2 for its slope.
    want = 1 - np.euler_gamma + np.log(2) - 0.5
    assert told.envelope_spectrum_negentropy == pytest.approx(want, abs=0.02)


def test_skewness_and_kurtosis_are_those_of_scipy():
    x = np.random.default_rng(3).gumbel(size=5000)
    told = statistics_of(x)
    assert told.kurtosis == pytest.approx(stats.kurtosis(x, fisher=False))
    assert told.skewness == pytest.approx(stats.skew(x))


def test_ratios_do_not_change_with_the_unit_and_levels_do():
    x = np.random.default_rng(5).laplace(size=4000)
    one, ten = statistics_of(x, FS), statistics_of(10 * x, FS)
    for name in (
        "crest",
        "kurtosis",
        "shape",
        "impulse",
        "clearance",
        "l_kurtosis",
        "mobility",
        "complexity",
    ):
        assert getattr(ten, name) == pytest.approx(getattr(one, name))
    assert (ten.rms, ten.peak) == pytest.approx((10 * one.rms, 10 * one.peak))
    assert ten.activity == pytest.approx(100 * one.activity)


@pytest.mark.parametrize("frequency_hz", [5.0, 50.0, 1000.0])
def test_the_mobility_of_a_sine_is_its_angular_frequency_and_its_complexity_one(frequency_hz):
    activity, mobility, complexity = hjorth(sine(frequency_hz), FS)
    assert activity == pytest.approx(4.5, rel=1e-4)
    assert mobility == pytest.approx(2 * FS * np.sin(np.pi * frequency_hz / FS), rel=1e-3)
    assert complexity == pytest.approx(1.0, rel=1e-3)


def test_the_mobility_of_white_noise_is_the_root_of_two_and_its_complexity_that_of_three_over_two():
    # Variance of the first difference is 2, of the second 6: sqrt 2, and sqrt 3 / sqrt 2.
    _, mobility, complexity = hjorth(np.random.default_rng(0).normal(size=400_000))
    assert mobility == pytest.approx(np.sqrt(2), rel=0.01)
    assert complexity == pytest.approx(np.sqrt(1.5), rel=0.01)


@pytest.mark.parametrize("unit", [1e-200, 1e150])
def test_a_record_in_an_absurd_unit_has_the_same_ratios(unit):
    x = np.random.default_rng(5).laplace(size=4000)
    assert statistics_of(x * unit).kurtosis == pytest.approx(statistics_of(x).kurtosis)
    assert statistics_of(x * unit).rms == pytest.approx(unit * statistics_of(x).rms)


@pytest.mark.parametrize("x", [np.arange(7.0), np.ones(100), np.r_[np.arange(100.0), np.nan]])
def test_a_record_without_statistics_is_refused(x):
    with pytest.raises(ValueError, match="no statistics"):
        statistics_of(x)
