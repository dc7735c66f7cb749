"""A rhythm in the noise of a band: knocks have one, plain noise and what follows the shaft do not."""

import numpy as np
import pytest
from tests.health.flow_signals import RATE_HZ, SECONDS, SHAFT_HZ, knocks, times

from arkwright.kits.repetition import strongest_rhythm


def rhythm(x, shaft_hz=SHAFT_HZ):
    return strongest_rhythm(x, RATE_HZ, shaft_hz, 3000.0, 9000.0)


def noise(seed, level=1.0):
    return level * np.random.default_rng(seed).standard_normal(round(SECONDS * RATE_HZ))


def test_knocks_of_a_bearing_are_found_at_their_rate():
    found = rhythm(noise(1, 0.5) + knocks(np.random.default_rng(2), 1.0))
    nearest = found.hz / (4.9469 * SHAFT_HZ * 0.99)
    assert nearest == pytest.approx(round(nearest), abs=0.03)
    assert found.chance < 1e-6


def test_plain_noise_has_one_as_seldom_as_the_chance_says():
    chances = np.array([rhythm(noise(seed)).chance for seed in range(80)])
    assert 0.05 <= np.mean(chances <= 0.2) <= 0.25
    assert np.mean(chances <= 0.01) <= 0.03


@pytest.mark.parametrize("order", [2, 6, 12])
def test_noise_that_follows_the_shaft_has_none_of_its_own(order):
    follows = 1 + 0.8 * np.cos(2 * np.pi * order * SHAFT_HZ * times())
    assert rhythm(follows * noise(3)).chance > 0.01


def test_it_needs_two_segments_of_sixteen_turns_and_a_band():
    assert rhythm(noise(4)[: round(31 * RATE_HZ / SHAFT_HZ)]) is None
    assert rhythm(noise(4), shaft_hz=1e12) is None
    assert strongest_rhythm(noise(4), RATE_HZ, SHAFT_HZ, 5000.0, 5000.0) is None
