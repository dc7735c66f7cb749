"""The base line: an overload, a bias that wanders or is gone, and machines that swing by themselves."""

import numpy as np
import pytest

from arkwright.kits.base_doubts import base_doubts

FS = 12_000.0
T = np.arange(60_000) / FS


def noise(seed=0):
    return np.random.default_rng(seed).normal(size=len(T))


def test_an_overload_that_decays_is_told_with_its_height_and_time():
    # To half of its height in 0.3 s ln 2 = 0.21 s.
    swing = np.where(T >= 2.0, 12.0 * np.exp(-(T - 2.0) / 0.3), 0.0)
    (doubt,) = base_doubts(noise() + swing, FS)
    assert doubt.kind == "saturation"
    assert doubt.figures["swing_over_vibration"] == pytest.approx(12.0, rel=0.06)
    assert doubt.figures["recovery_s"] == pytest.approx(0.21, abs=0.03)


def test_a_swing_downwards_is_as_bad():
    swing = np.where(T >= 2.0, -12.0 * np.exp(-(T - 2.0) / 0.3), 0.0)
    assert base_doubts(noise() + swing, FS)[0].kind == "saturation"


def test_a_base_that_wanders_by_more_than_the_vibration_is_told():
    (doubt,) = base_doubts(noise() + 4.0 * np.exp(-T / 3), FS)
    assert doubt.kind == "bias"
    assert "wanders from 3" in doubt.text
    assert doubt.figures["vibration"] == pytest.approx(1.0, rel=0.05)


def test_a_record_that_sits_far_off_zero_has_lost_its_bias():
    (doubt,) = base_doubts(noise() + 10.0, FS)
    assert doubt.kind == "bias"
    assert "sits at 10" in doubt.text
    assert base_doubts(noise() + 1.2, FS) == []  # as the IMS records do


@pytest.mark.parametrize(
    "x",
    [
        noise(),
        noise() + 5.0 * np.sin(2 * np.pi * 2.0 * T),  # a slow rotor swings to both sides
        noise() * (1 + 8 * (T % 1 < 0.05)),  # strikes do not move the base
        noise() + np.where((T > 1) & (T < 1.03), 10.0, 0.0),  # back within a turn
        0.1 * np.cumsum(noise()) * 0 + noise(),
    ],
)
def test_what_an_asset_does_is_not_blamed_on_the_amplifier(x):
    assert base_doubts(x, FS) == []
