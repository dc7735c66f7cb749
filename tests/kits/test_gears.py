"""Indicators of gears against closed forms (goal: within one per cent), and the arithmetic of teeth."""

import numpy as np
import pytest

from arkwright.kits.average import split_average
from arkwright.kits.gears import (
    energy_ratio,
    fm0,
    fm4,
    hunting_hz,
    hunting_turns,
    m6a,
    m8a,
    mesh_envelope,
    mesh_hz,
    na4,
    nb4,
    order_amplitudes,
    sideband_index,
    sideband_level,
    sideband_ratio,
)

N, TEETH = 4096, 24
TURN = np.arange(N) / N
WITHIN = 0.01


def modulated(depth=0.4, amplitude=2.0):
    """A mesh whose strength swings once a turn: sidebands of depth / 2 times its amplitude."""
    return amplitude * (1 + depth * np.cos(2 * np.pi * TURN)) * np.cos(2 * np.pi * TEETH * TURN)


def test_fm0_of_a_pure_mesh_is_two():
    assert fm0(3.0 * np.cos(2 * np.pi * TEETH * TURN), TEETH) == pytest.approx(2.0, rel=WITHIN)


def test_fm0_of_a_swinging_mesh_is_its_swing():
    assert fm0(modulated(0.4), TEETH) == pytest.approx(2 * 1.4, rel=WITHIN)


@pytest.mark.parametrize(("indicator", "sine", "spike"), [(fm4, 1.5, 1), (m6a, 2.5, 2), (m8a, 4.375, 3)])
def test_moments_of_a_sine_and_of_a_square_pulse(indicator, sine, spike):
    """A sine has 3/2, 5/2, 35/8; a pulse of share p has p (1-p)^k + (1-p) p^k over (p (1-p))^(k/2)."""
    assert indicator(np.sin(2 * np.pi * 5 * TURN)) == pytest.approx(sine, rel=WITHIN)
    p = 8 / N
    pulse = (p > TURN).astype(float)
    k = 2 * spike + 2
    moment = p * (1 - p) ** k + (1 - p) * p**k
    assert indicator(pulse) == pytest.approx(moment / (p * (1 - p)) ** (k / 2), rel=WITHIN)


def test_moments_of_normal_noise_are_those_of_the_normal_distribution():
    x = np.random.default_rng(0).normal(size=1_000_000)
    assert fm4(x) == pytest.approx(3, rel=0.02)
    assert m6a(x) == pytest.approx(15, rel=0.04)
    assert m8a(x) == pytest.approx(105, rel=0.1)


def test_fm4_of_a_damaged_gear_ignores_mesh_and_sidebands():
    bump = 0.2 * np.exp(-0.5 * ((TURN - 0.3) / 0.004) ** 2)
    alone = split_average(bump, TEETH).difference
    assert fm4(split_average(modulated() + bump, TEETH).difference) == pytest.approx(fm4(alone), rel=1e-6)
    assert fm4(alone) > 20


def test_na4_grows_with_the_fourth_power_of_what_the_record_was():
    """A sine of amplitude a after three of amplitude 1: 3/8 a^4 over ((3 + a^2) / 8)^2."""
    sine = np.sin(2 * np.pi * 7 * TURN)
    a = 2.0
    assert na4(sine) == pytest.approx(1.5, rel=WITHIN)
    want = 3 / 8 * a**4 / ((3 + a**2) / 8) ** 2
    assert na4(a * sine, [sine] * 3) == pytest.approx(want, rel=WITHIN)


def test_nb4_of_a_swinging_mesh_is_that_of_a_sine():
    assert nb4(modulated(), TEETH) == pytest.approx(1.5, rel=WITHIN)
    assert mesh_envelope(modulated(0.4), TEETH) == pytest.approx(2 + 0.8 * np.cos(2 * np.pi * TURN), abs=1e-9)


def test_sideband_figures_of_a_swinging_mesh():
    x = modulated(0.4, 2.0)
    assert sideband_index(x, TEETH) == pytest.approx(0.4, rel=WITHIN)
    assert sideband_level(x, TEETH) == pytest.approx(0.8 / np.sqrt(2 + 0.16), rel=WITHIN)
    assert sideband_ratio(x, TEETH) == pytest.approx(0.4, rel=WITHIN)


def test_the_energy_ratio_is_that_of_the_effective_values():
    regular, difference = 2.0 * np.cos(2 * np.pi * TEETH * TURN), 0.5 * np.cos(2 * np.pi * 9 * TURN)
    assert energy_ratio(regular, difference) == pytest.approx(0.25, rel=WITHIN)


def test_amplitudes_are_those_of_the_tones():
    amplitude = order_amplitudes(1.5 + 0.7 * np.cos(2 * np.pi * 3 * TURN) + 0.2 * np.cos(np.pi * N * TURN))
    assert amplitude[[0, 3, -1]] == pytest.approx([1.5, 0.7, 0.2])


@pytest.mark.parametrize(
    ("n", "mate", "turns", "hunting"), [(23, 67, 67, 30 / 67), (20, 60, 3, 10.0), (24, 36, 3, 10.0)]
)
def test_the_same_teeth_meet_after_the_least_common_multiple(n, mate, turns, hunting):
    assert hunting_turns(n, mate) == turns
    assert hunting_hz(30.0, n, mate) == pytest.approx(hunting)
    assert mesh_hz(30.0, n) == 30 * n
