"""Hum and interference are named; lines of shafts, gears and bearings are not."""

import numpy as np
import pytest

from arkwright.kits.line_doubts import line_doubts
from arkwright.kits.tones import floor_of, tones_of

FS, SHAFT = 12_000.0, 24.7
T = np.arange(120_000) / FS


def noise(seed=0):
    return np.random.default_rng(seed).normal(size=len(T))


def tone(frequency_hz, amplitude=0.5):
    return amplitude * np.sin(2 * np.pi * frequency_hz * T + frequency_hz)


def kinds(x, shaft_hz=SHAFT):
    return [doubt.kind for doubt in line_doubts(x, FS, shaft_hz)]


def test_a_tone_is_found_with_its_frequency_and_share():
    (found,) = tones_of(noise() + tone(1234.56), FS)
    assert found.frequency_hz == pytest.approx(1234.56, abs=0.05)
    assert found.share == pytest.approx(0.125 / 1.125, rel=0.05)
    assert found.steady


def test_noise_alone_shows_a_tone_in_one_record_of_a_hundred():
    n_found = sum(len(tones_of(np.random.default_rng(s).normal(size=12_000), FS)) for s in range(200))
    assert n_found <= 8  # 2 expected


def test_a_tone_that_wanders_or_swells_is_not_steady():
    wanders = 2 * np.sin(2 * np.pi * (800 * T + 0.05 * T**2))
    swells = tone(800.0, 1.0) * (1 + 0.9 * np.sin(2 * np.pi * 0.11 * T))
    for x in (wanders, swells):
        assert not any(found.steady for found in tones_of(noise() + x, FS))


def test_the_floor_is_the_noise_and_not_the_lines():
    power = np.random.default_rng(0).exponential(3.0, 20_000)
    power[1000::500] = 1e6
    assert floor_of(power) == pytest.approx(np.full(20_000, 3.0), rel=0.5)
    assert floor_of(power).mean() == pytest.approx(3.0, rel=0.03)


def test_hum_is_named_with_its_supply():
    (doubt,) = line_doubts(noise() + tone(100.0) + tone(150.0), FS, SHAFT)
    assert doubt.kind == "supply"
    assert doubt.figures["supply_hz"] == 50.0
    assert "multiples of the 50 Hz supply" in doubt.text
    (doubt,) = line_doubts(noise() + tone(120.0) + tone(180.02), FS, SHAFT)
    assert doubt.figures["supply_hz"] == 60.0


def test_a_lone_line_off_every_order_is_interference():
    own = sum(tone(k * SHAFT) for k in range(1, 13))
    (doubt,) = line_doubts(noise() + own + tone(4214.3), FS, SHAFT)
    assert doubt.kind == "interference"
    assert doubt.figures["frequency_hz"] == pytest.approx(4214.3, abs=0.1)
    assert "4214.3" in doubt.text


@pytest.mark.parametrize("true_hz", [SHAFT, SHAFT * 1.006])
def test_multiples_of_the_shaft_are_its_own_even_where_its_speed_is_a_little_off(true_hz):
    x = noise() + sum(tone(k * true_hz) for k in (1, 2, 3, 5, 21))
    assert kinds(x) == []


def test_twice_the_slip_speed_beside_hum_is_told_apart_in_ten_seconds():
    # A two-pole motor at 49.6 Hz: 2x is 99.2 Hz, hum 100 Hz.
    x = noise() + sum(tone(k * 49.6) for k in (1, 2, 3, 4)) + tone(100.0)
    (doubt,) = line_doubts(x, FS, 49.6)
    assert doubt.kind == "supply"
    assert doubt.figures["frequency_hz"] == pytest.approx(100.0, abs=0.05)


def test_a_high_line_is_not_accused_where_the_speed_is_known_too_coarsely_to_tell():
    assert kinds(noise() + tone(4214.3)) == []  # order 170.6 at 24.7 Hz, but a multiple at 24.64 Hz


def test_a_family_of_lines_is_a_part_and_no_interference():
    mesh = sum(tone(1117.3 + k * SHAFT, 0.5 / (1 + abs(k))) for k in (-2, -1, 0, 1, 2))
    race = sum(tone(k * 3.57 * SHAFT) for k in range(1, 9))
    assert kinds(noise() + mesh) == []
    assert kinds(noise() + race) == []


def test_without_a_speed_only_three_lines_of_hum_are_named():
    assert kinds(noise() + tone(100.0) + tone(4214.3), None) == []
    assert kinds(noise() + tone(50.0) + tone(100.0) + tone(150.0), None) == ["supply"]
