"""Turns by the mesh, and the map of teeth, against shafts and damage that are known."""

import numpy as np
import pytest

from arkwright.kits.mesh_phase import turns_by_mesh
from arkwright.kits.tooth_map import map_teeth

FS, TEETH, FR = 6_000.0, 20, 25.0
TIME = np.arange(60_000) / FS
TURNS = FR * TIME + 0.02 * np.sin(2 * np.pi * 0.3 * TIME)  # a speed that swings a little


def noise(seed=0):
    return np.random.default_rng(seed).normal(size=len(TIME))


def mesh():
    return 0.7 * np.cos(2 * np.pi * TEETH * TURNS + 0.4) + 0.3 * np.cos(4 * np.pi * TEETH * TURNS)


def knocks(place, level, every=1):
    """A short ringing once in so many turns, at a place of the turn."""
    at = np.searchsorted(TURNS, np.arange(1, TURNS[-1], every) + place)
    hits = np.zeros(len(TIME))
    hits[at[at < len(TIME)]] = level
    return np.convolve(hits, np.exp(-TIME[:100] * 1500) * np.sin(2 * np.pi * 1700 * TIME[:100]))[: len(TIME)]


def test_turns_by_the_mesh_are_those_of_the_shaft():
    found = turns_by_mesh(mesh() + noise(), FS, FR * 1.004, TEETH)
    off = found.turns - TURNS
    assert np.std(off[500:-500]) * TEETH < 0.05
    assert found.shaft_hz == pytest.approx(FR, rel=2e-4)
    assert found.chance < 1e-20


def test_noise_is_no_mesh():
    assert min(turns_by_mesh(noise(seed), FS, FR, TEETH).chance for seed in range(20)) > 1e-3


def test_a_mesh_above_half_of_the_rate_is_refused():
    with pytest.raises(ValueError, match="above half"):
        turns_by_mesh(noise(), FS, FR, 200)


def test_the_damaged_tooth_is_found_at_its_place():
    teeth = map_teeth(mesh() + noise() + knocks(0.63, 1.5), TURNS, TEETH, 240)
    assert teeth.slot == int(0.63 * TEETH)
    assert teeth.chance < 1e-6
    assert teeth.is_lasting
    assert teeth.n_periods == pytest.approx(250, abs=2)


def test_a_sound_gear_in_noise_has_no_loud_tooth_more_often_than_chance_says():
    chances = [map_teeth(mesh() + noise(seed), TURNS, TEETH, 240).chance for seed in range(6)]
    assert min(chances) > 1e-3
    assert np.median(chances) > 0.1


def test_one_stray_knock_is_no_tooth():
    x = mesh() + noise()
    x[30_000:30_040] += 150.0
    teeth = map_teeth(x, TURNS, TEETH, 240)
    assert not teeth.is_lasting


def test_a_pair_of_teeth_that_meets_every_third_turn_is_found_and_a_single_tooth_is_not():
    once_in_three = mesh() + noise() + knocks(0.2, 2.0, 3)
    assert map_teeth(once_in_three, TURNS, TEETH, 240, 3, 20).chance < 1e-4
    each_turn = mesh() + noise() + knocks(0.2, 2.0)
    assert map_teeth(each_turn, TURNS, TEETH, 240, 3, 20).chance > 1e-3


def test_too_few_turns_are_refused():
    with pytest.raises(ValueError, match="8 are needed"):
        map_teeth(noise()[:1500], TURNS[:1500], TEETH, 240)
