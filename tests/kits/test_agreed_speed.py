"""The speed at which turns agree, against waves that are synthesised at a known speed."""

import numpy as np
import pytest

from arkwright.kits.agreed_speed import agreed_speed

RATE, SHAFT = 10_000.0, 23.7


def shaken(noise: float, n: int = 40_000) -> np.ndarray:
    turns = np.arange(n) * SHAFT / RATE
    x = np.cos(2 * np.pi * turns) + 0.5 * np.sin(2 * np.pi * 7 * turns) + 0.3 * np.cos(2 * np.pi * 2 * turns)
    return x + noise * np.random.default_rng(1).standard_normal(n)


@pytest.mark.parametrize("off", [-0.008, 0.0, 0.005])
def test_a_speed_that_is_stated_a_little_off_is_found_again(off) -> None:
    assert agreed_speed(shaken(0.5), RATE, SHAFT * (1 + off), 0.01) == pytest.approx(SHAFT, rel=2e-4)


def test_the_speed_found_is_the_one_whose_mean_turn_is_strongest() -> None:
    """A slow twin: fold the record over every speed and take the one with the greatest mean square."""
    x = shaken(0.2)
    tried = SHAFT * np.linspace(0.995, 1.005, 101)
    turn = [(np.arange(len(x)) * f / RATE) % 1.0 for f in tried]
    square = []
    for at in turn:
        box = (at * 64).astype(int)
        mean = np.bincount(box, x, 64) / np.bincount(box, minlength=64)
        square.append(float(np.mean(mean**2)))
    slow = tried[int(np.argmax(square))]
    assert agreed_speed(x, RATE, SHAFT, 0.005) == pytest.approx(slow, rel=3e-4)
