import numpy as np
import pytest

from arkwright.kits.turn_average import average_turn, refine_speed

RATE = 5_000.0
N = 40_000
TURNS = np.arange(N) / RATE * 8.03


def knocks(strength, seed=1):
    x = np.random.default_rng(seed).normal(size=N)
    at = np.searchsorted(TURNS, np.arange(1, 60) + 0.25)
    for start in at[at < N - 40]:
        x[start : start + 40] += strength * np.exp(-np.arange(40) / 8) * np.sin(np.arange(40))
    return x


def test_noise_alone_has_uniform_chances():
    chances = [
        average_turn(np.random.default_rng(seed).normal(size=N), RATE, TURNS).chance for seed in range(40)
    ]
    assert min(chances) > 1e-3
    assert 0.25 < np.median(chances) < 0.75


def test_a_knock_once_a_turn_is_found_where_it_is():
    found = average_turn(knocks(6.0), RATE, TURNS)
    assert found.chance < 1e-12
    assert np.argmax(found.power) == 8  # a quarter of 32 parts
    assert found.width < 0.1


def test_the_average_is_the_mean_over_turns():
    """A slow twin: for each sample its part of the turn, and the mean power of each part."""
    x = knocks(3.0)
    found = average_turn(x, RATE, TURNS)
    part = np.floor((TURNS % 1) * 32).astype(int)
    slow = np.array([np.mean(x[part == k] ** 2) for k in range(32)])
    assert np.corrcoef(found.power, np.roll(slow / slow.mean(), 0))[0, 1] > 0.95
    assert found.power.mean() == pytest.approx(1.0)


def test_one_great_knock_is_no_rhythm():
    x = np.random.default_rng(3).normal(size=N)
    x[20_000:20_050] += 60
    assert average_turn(x, RATE, TURNS).chance > 1e-3


def test_the_speed_of_the_knocks_is_found_near_the_stated_one():
    assert refine_speed(knocks(6.0), RATE, 8.0, 0.006) == pytest.approx(8.03, abs=0.005)


def test_less_than_three_turns_are_refused():
    with pytest.raises(ValueError, match="3 are needed"):
        average_turn(np.ones(100), RATE, np.linspace(0, 2, 100))
