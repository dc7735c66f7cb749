"""The autogram against loops, closed forms, and records with strikes of known band."""

import numpy as np
import pytest

from arkwright.kits.autogram import NOISE_KURTOSIS, autogram, lag_kurtosis, unbiased_autocorrelation

FS = 12_000.0


def noise(n=60_000, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def ring(carrier_hz, decay=800.0):
    t = np.arange(200) / FS
    return np.exp(-decay * t) * np.sin(2 * np.pi * carrier_hz * t)


def knocks(carrier_hz, every_s=1 / 97, slip=0.01, seed=0):
    rng = np.random.default_rng(seed)
    x = 0.3 * noise(seed=seed)
    for at in np.cumsum(rng.normal(every_s, slip * every_s, int(4.9 / every_s))):
        first = int(at * FS)
        x[first : first + 200] += ring(carrier_hz)[: len(x) - first]
    return x


def test_the_autocorrelation_is_the_loop_of_its_definition():
    x = np.random.default_rng(0).exponential(size=(2, 41))
    centred = x - x.mean(axis=1, keepdims=True)
    for row, lags in zip(centred, unbiased_autocorrelation(x), strict=True):
        want = [sum(row[i] * row[i + q] for i in range(41 - q)) / (41 - q) for q in range(20)]
        assert lags == pytest.approx(want)


def test_the_kurtosis_of_one_side_is_what_a_loop_says():
    lags = np.random.default_rng(1).normal(size=(1, 40))
    over = np.array([lags[0, i] - lags[0, i : i + 10].mean() for i in range(40)])
    for side, sign in (("upper", 1.0), ("lower", -1.0)):
        part = np.maximum(sign * over, 0.0)
        assert lag_kurtosis(lags, side)[0] == pytest.approx(np.mean(part**4) / np.mean(part**2) ** 2)


def test_the_kurtosis_of_noise_is_that_of_half_a_normal_variable():
    lags = np.random.default_rng(2).normal(size=(4, 50_000))
    for side in ("upper", "lower"):
        assert lag_kurtosis(lags, side) == pytest.approx(np.full(4, NOISE_KURTOSIS), rel=0.05)


def test_peaks_that_take_an_eighth_of_the_time_have_a_kurtosis_of_eight():
    lags = np.tile([1.0, 0, 0, 0, 0, 0, 0, 0], 100)[np.newaxis]
    assert lag_kurtosis(lags, "whole") == pytest.approx([8.0])


@pytest.mark.parametrize("carrier_hz", [1300.0, 3350.0, 4700.0])
def test_the_best_band_holds_the_resonance_of_strikes_that_repeat(carrier_hz):
    found = autogram(knocks(carrier_hz), FS)
    low, high = found.best_band_hz
    assert low < carrier_hz < high
    assert found.best_value > 1.5 * autogram(noise(), FS).values.max()


def test_one_stray_knock_that_leads_the_kurtogram_astray_does_not_lead_the_autogram():
    from arkwright.kits.bands import fast_kurtogram

    x = knocks(4700.0)
    x[30_000:30_200] += 20 * ring(900.0, 2000.0)
    astray, found = fast_kurtogram(x, FS).best_band_hz, autogram(x, FS).best_band_hz
    assert not astray[0] < 4700 < astray[1]
    assert found[0] < 4700 < found[1]
