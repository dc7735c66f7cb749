"""The mean of all turns, against waves that are synthesised at known orders."""

import numpy as np
import pytest

from arkwright.kits.mean_turn import agreed_speed, mean_turn

RATE, SHAFT = 10_000.0, 23.7


def shaken(n: int = 40_000, noise: float = 0.0, shaft: float = SHAFT) -> np.ndarray:
    turns = np.arange(n) * shaft / RATE
    x = np.cos(2 * np.pi * turns) + 0.5 * np.sin(2 * np.pi * 7 * turns) + 0.3 * np.cos(2 * np.pi * 2 * turns)
    return x + noise * np.random.default_rng(1).standard_normal(n)


def test_what_repeats_with_the_turn_is_kept_in_shape_and_size() -> None:
    mean, turns = mean_turn(shaken(), RATE, SHAFT, 256)
    angle = np.arange(256) / 256
    whole = np.cos(2 * np.pi * angle) + 0.5 * np.sin(2 * np.pi * 7 * angle) + 0.3 * np.cos(4 * np.pi * angle)
    assert mean == pytest.approx(whole, abs=0.02)
    assert len(turns) == int(39_999 * SHAFT / RATE)


def test_noise_falls_by_the_square_root_of_the_turns() -> None:
    # Orders up to 64 of 256 samples a turn: noise of 5000 Hz passes where it is below 1517 Hz.
    quiet, _ = mean_turn(shaken(), RATE, SHAFT, 128)
    noisy, turns = mean_turn(shaken(noise=1.0), RATE, SHAFT, 128)
    passed = 64 * SHAFT / (RATE / 2)
    assert float(np.std(noisy - quiet)) == pytest.approx(np.sqrt(passed / len(turns)), rel=0.2)


def test_a_tone_between_the_orders_averages_out() -> None:
    t = np.arange(40_000) / RATE
    mean, _ = mean_turn(np.sin(2 * np.pi * 2.5 * SHAFT * t), RATE, SHAFT, 128)
    assert float(np.abs(mean).max()) < 0.03


def test_a_speed_that_is_stated_half_a_percent_off_is_found_again() -> None:
    found = agreed_speed(shaken(noise=0.5), RATE, SHAFT * 1.005, 0.01)
    assert found == pytest.approx(SHAFT, rel=2e-4)


def test_fewer_than_four_turns_are_refused() -> None:
    with pytest.raises(ValueError, match="four turns"):
        mean_turn(shaken(1000), RATE, SHAFT, 64)
