"""A search for a rate finds the band that carries it, whatever else is in the record."""

import numpy as np
import pytest
from tests.kits.test_autogram import FS, knocks, noise, ring

from arkwright.kits.rate_search import CEILING_DB, N_SEGMENTS, comb_over_floor, search_bands


def test_the_band_of_the_rate_is_found_beside_louder_strikes_of_another_rate():
    x = knocks(1300.0, 1 / 97) + 3 * knocks(4300.0, 1 / 71, seed=1)
    for strikes_hz, carrier_hz in ((97.0, 1300.0), (71.0, 4300.0)):
        found = search_bands(x, FS, strikes_hz)
        low, high = found.best_band_hz
        assert low < carrier_hz < high
        assert found.best_value > 2 * search_bands(noise(), FS, strikes_hz).best_value


def test_a_stray_knock_does_not_lead_it_astray():
    x = knocks(4700.0)
    for at in (10_000, 30_000, 47_000):
        x[at : at + 200] += 20 * ring(900.0, 2000.0)
    low, high = search_bands(x, FS, 97.0).best_band_hz
    assert low < 4700 < high


def test_slip_within_the_tolerance_is_followed_and_beyond_it_is_not():
    x = knocks(3350.0, 1 / 97, slip=0.002)
    assert search_bands(x, FS, 97.0 * 1.015).best_value > 15
    assert search_bands(x, FS, 97.0 * 1.05).best_value < 10


def test_noise_and_rates_that_are_not_there_stay_low():
    assert search_bands(noise(), FS, 97.0).best_value < 8
    assert search_bands(knocks(3350.0), FS, 61.3).best_value < 8


def test_every_band_is_wide_enough_for_all_multiples():
    assert search_bands(noise(), FS, 97.0).widths_hz.min() > 3 * 97
    with pytest.raises(ValueError, match="too low a rate for 3 multiples"):
        search_bands(noise(), FS, 2500.0)


def test_the_level_of_a_comb_is_what_a_loop_over_its_lines_says():
    rng, m, rate_hz = np.random.default_rng(0), 4000, 1000.0
    t = np.arange(m) / rate_hz
    envelope = 5 + sum(0.2 * np.cos(2 * np.pi * k * 40 * t) for k in (1, 2, 3)) + 0.1 * rng.normal(size=m)
    size = m // N_SEGMENTS
    power = np.zeros(size // 2 + 1)
    for s in range(N_SEGMENTS):
        part = envelope[s * size : (s + 1) * size]
        power += np.abs(np.fft.rfft((part - part.mean()) * np.hanning(size))) ** 2 / N_SEGMENTS
    step = rate_hz / size
    want = 0.0
    for k in (1, 2, 3):
        line = round(k * 40 / step)
        around = power[line - round(10 / step) : line + round(10 / step) + 1]
        want += min(CEILING_DB, 10 * np.log10(power[line] / np.median(around))) / 3
    assert comb_over_floor(envelope[np.newaxis], rate_hz, 40.0, 1e-9)[0] == pytest.approx(want, abs=0.1)
