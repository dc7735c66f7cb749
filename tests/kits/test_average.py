"""Time synchronous averages against signals whose repeating part is known."""

import numpy as np
import pytest

from arkwright.kits.average import average_turns, polar_curve, split_average

FS = 20_000.0
TIME = np.arange(100_000) / FS
TURNS = 24 * TIME + 0.8 * TIME**2 + 0.37  # a shaft that speeds up by a third
TEETH = 23


def angle(n=1024):
    return np.arange(n) / n


def gear(turns):
    """Mesh with two sidebands, its second harmonic, the shaft, and a bump of one tooth at 0.6 of a turn."""
    mesh = (2 + 0.5 * np.cos(2 * np.pi * turns)) * np.cos(2 * np.pi * TEETH * turns)
    bump = np.exp(-0.5 * (((turns - 0.6 + 0.5) % 1 - 0.5) / 0.01) ** 2)
    second = 0.7 * np.sin(4 * np.pi * TEETH * turns)
    return mesh + second + 0.3 * np.cos(2 * np.pi * turns) + bump


def test_the_average_is_one_turn_of_the_gear_at_a_changing_speed():
    average, n = average_turns(gear(TURNS), TURNS, 1024)
    assert n == pytest.approx(TURNS[-1] - TURNS[0], abs=2)
    assert np.abs(average - gear(angle())).max() < 0.01


def test_noise_falls_with_the_number_of_turns():
    noise = np.random.default_rng(0).normal(size=len(TIME))
    average, n = average_turns(noise, TURNS, 256)
    even, _ = average_turns(noise[:14_000], TURNS[:14_000], 256, 8)
    assert np.var(average) == pytest.approx(np.var(even) / n, rel=0.25)


def test_a_tone_of_another_shaft_averages_out():
    other = np.cos(2 * np.pi * 5.37 * TURNS)
    average, _ = average_turns(gear(TURNS) + other, TURNS, 1024)
    assert np.abs(average - gear(angle())).max() < 0.06


def test_over_the_hunting_period_a_pair_of_teeth_is_found():
    """Teeth 3 : 2: the same pair meets every second turn of the gear with 3 teeth."""
    once = np.where(((TURNS + 0.25) % 2) < 0.02, 1.0, 0.0)
    average, n = average_turns(once, TURNS, 500, 2)
    assert len(average) == 1000
    assert n >= 60
    assert int(np.argmax(average)) == pytest.approx(1.76 * 500, abs=6)


def test_less_than_a_turn_is_refused():
    with pytest.raises(ValueError, match="no whole period"):
        average_turns(TIME[:500], TURNS[:500], 256)


def test_the_parts_of_an_average_add_up_and_hold_what_they_should():
    average = gear(angle())
    parts = split_average(average, TEETH)
    assert parts.regular + parts.difference == pytest.approx(average)
    lines = np.abs(np.fft.rfft(parts.regular))
    kept = {0, 1, *(k * TEETH + s for k in range(1, 23) for s in (-1, 0, 1))}
    assert all(lines[k] < 1e-9 for k in range(len(lines)) if k not in kept)
    residual = np.abs(np.fft.rfft(parts.residual))
    assert residual[TEETH] < 1e-9
    assert residual[TEETH + 1] == pytest.approx(np.abs(np.fft.rfft(average))[TEETH + 1])
    assert int(np.argmax(np.abs(parts.difference))) == pytest.approx(0.6 * 1024, abs=8)


def test_too_few_points_for_the_teeth_are_refused():
    with pytest.raises(ValueError, match="too few"):
        split_average(np.zeros(40), TEETH)


def test_a_polar_curve_is_closed_and_shows_the_bump_at_its_angle():
    around, radius = polar_curve(split_average(gear(angle()), TEETH).difference)
    assert around[-1] == pytest.approx(2 * np.pi)
    assert radius[-1] == radius[0]
    assert radius.min() >= 0
    assert around[int(np.argmax(radius))] / (2 * np.pi) == pytest.approx(0.6, abs=0.01)
