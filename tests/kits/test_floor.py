"""The floor under the lines of a spectrum, against noise whose median is known and a slow running median."""

import numpy as np
import pytest

from arkwright.kits.floor import noise_floor, over_floor_db


def test_the_floor_of_white_noise_is_the_median_of_an_exponential_distribution() -> None:
    power = np.random.default_rng(1).exponential(4.0, 200_000)
    floor = noise_floor(power, 2000)
    assert float(floor.mean()) == pytest.approx(4.0 * np.log(2), rel=0.01)


def test_a_line_stands_out_by_what_it_was_raised_and_leaves_the_floor_where_it_was() -> None:
    amplitude = np.ones(1000)
    amplitude[[120, 500, 501]] = 10.0, 100.0, 31.6228
    level = over_floor_db(amplitude, 50)
    assert level[[120, 500, 501]] == pytest.approx([20.0, 40.0, 30.0], abs=1e-3)
    assert np.delete(level, [120, 500, 501]) == pytest.approx(0.0)


def test_a_slope_is_followed_as_a_running_median_follows_it() -> None:
    rng = np.random.default_rng(2)
    n, block = 6000, 101
    power = np.exp(np.linspace(0, 6, n)) * rng.exponential(1.0, n)
    padded = np.pad(power, block // 2, mode="reflect")
    slow = np.array([np.median(padded[i : i + block]) for i in range(n)])
    inner = slice(block, n - block)
    gap = 10 * np.log10(noise_floor(power, block)[inner] / slow[inner])
    assert float(np.abs(gap).mean()) < 0.5
    assert float(np.abs(gap).max()) < 2.5


def test_a_spectrum_of_nothing_and_one_shorter_than_a_block_have_a_floor() -> None:
    assert over_floor_db(np.zeros(10), 3).max() <= 0.0
    assert over_floor_db(np.array([1.0, 1.0, 10.0]), 99) == pytest.approx([0.0, 0.0, 20.0])
