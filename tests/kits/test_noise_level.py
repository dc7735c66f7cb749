"""The level of noise between lines: known noise, known spread, lines that must not count."""

import numpy as np
import pytest
from scipy import signal

from arkwright.kits.noise_level import noise_level, welch_lines

RATE_HZ = 10_000.0
RNG = np.random.default_rng


def white(seed, n=20_000, level=1.0):
    return level * RNG(seed).standard_normal(n)


def level_of(x, low_hz=1000.0, high_hz=3000.0, turn_hz=0.0, n_segment=500):
    return noise_level(welch_lines(x, RATE_HZ, n_segment), low_hz, high_hz, turn_hz)


def test_lines_agree_with_scipys_and_hold_the_power_of_the_record():
    x = white(1) + 3.0
    lines = welch_lines(x, RATE_HZ, 500)
    hz, other = signal.welch(x, RATE_HZ, "hann", 500, detrend="constant")
    assert lines.hz == pytest.approx(hz)
    assert lines.power[2:-1] / (hz[1]) == pytest.approx(other[2:-1], rel=0.02)
    assert lines.power.sum() == pytest.approx(np.var(x), rel=0.01)


def test_white_noise_has_the_level_of_its_density_whatever_the_segment():
    density_db = 10 * np.log10(2 / RATE_HZ)
    for n_segment in (250, 500, 1000):
        found = level_of(white(2, 100_000), n_segment=n_segment)
        assert found.level_db == pytest.approx(density_db, abs=0.15)


def test_its_own_spread_is_that_of_many_records():
    found = [level_of(white(seed)) for seed in range(200)]
    seen = np.std([f.level_db for f in found])
    assert found[0].own_db == pytest.approx(seen, rel=0.25)


def test_lines_of_a_shaft_do_not_move_it():
    t = np.arange(20_000) / RATE_HZ
    x = white(3)
    lines = sum(np.cos(2 * np.pi * 50.0 * k * t + k) for k in range(1, 90))
    apart = level_of(x + lines, turn_hz=50.0, n_segment=5000).level_db
    assert apart == pytest.approx(level_of(x, turn_hz=50.0, n_segment=5000).level_db, abs=0.1)
    one = level_of(x + 30 * np.cos(2 * np.pi * 1733.0 * t))
    assert one.level_db == pytest.approx(level_of(x).level_db, abs=0.5)


def test_twice_the_amplitude_is_six_decibels():
    assert level_of(white(4, level=2.0)).level_db - level_of(white(4)).level_db == pytest.approx(6.0206)


def test_a_band_of_few_lines_tells_nothing():
    assert level_of(white(5), 1000.0, 1050.0) is None
    assert level_of(white(5), 6000.0, 7000.0) is None
    assert level_of(white(5), turn_hz=20.0) is None  # every line is a multiple of it


def test_silence_and_short_records_have_a_level_too():
    assert np.isfinite(level_of(np.zeros(20_000)).level_db)
    assert welch_lines(white(6, 50), RATE_HZ, 500).n_means >= 1
