"""Planetary gears: frequencies by hand, and single planets picked out of a simulated ring."""

import numpy as np
import pytest

from arkwright.kits.gears import fm4
from arkwright.kits.planets import Window, average_member, planetary_stage, vote_planet

RING, SUN, PLANET, N_PLANETS = 95, 31, 32, 3
FS = 4_000.0
TIME = np.arange(240_000) / FS  # sixty seconds
TURNS = 0.9 * TIME + 0.002 * TIME**2


def passing(planet):
    return planet / N_PLANETS


def heard():
    """What a transducer on the ring hears: each planet while it is near; the second has a damaged tooth."""
    x = np.zeros(len(TIME))
    for planet in range(N_PLANETS):
        turn = TURNS - passing(planet)
        near = np.exp(-0.5 * (((turn + 0.5) % 1 - 0.5) / 0.03) ** 2)
        tooth = (turn * RING) % PLANET  # which tooth of this planet meets the ring
        own = np.cos(2 * np.pi * turn * RING)
        if planet == 1:
            own += 1.5 * np.exp(-0.5 * ((tooth - 20.3) / 0.15) ** 2)
        x += near * own
    return x


def test_the_frequencies_of_a_stage_are_those_worked_by_hand():
    """Sun 31, planets 32, ring 95, carrier 1 Hz: mesh 95 Hz, sun 1 + 95/31 = 4.0645 Hz."""
    stage = planetary_stage(1.0, RING, SUN, PLANET, N_PLANETS)
    assert stage.mesh_hz == 95
    assert stage.sun_hz == pytest.approx(126 / 31)
    assert stage.sun_fault_hz == pytest.approx(3 * 95 / 31)
    assert stage.planet_fault_hz == pytest.approx(2 * 95 / 32)
    assert stage.ring_fault_hz == 3
    # The sun passes each planet as often as it turns past the carrier, once for each planet.
    assert stage.sun_fault_hz == pytest.approx(3 * (stage.sun_hz - stage.carrier_hz))


def test_teeth_that_cannot_mesh_are_refused():
    with pytest.raises(ValueError, match="do not mesh"):
        planetary_stage(1.0, 95, 31, 20, 3)


@pytest.mark.parametrize("shape", ["hann", "tukey"])
def test_the_damaged_tooth_is_found_on_its_planet_at_its_place(shape):
    x = heard()
    window = Window(5.0, 16, shape)
    averages = []
    for planet in range(N_PLANETS):
        average, weights = average_member(x, TURNS, RING, PLANET, passing=passing(planet), window=window)
        assert weights.min() > 0
        bins = np.fft.rfft(average)
        bins[::PLANET] = 0
        averages.append(np.fft.irfft(bins, len(average)))
    planet, lead = vote_planet(averages)
    assert planet == 1
    assert lead > 3
    assert int(np.argmax(averages[1])) / 16 == pytest.approx(20.3, abs=0.5)
    assert fm4(averages[1]) > 10


def test_a_record_in_which_not_every_tooth_passes_is_refused():
    with pytest.raises(ValueError, match="too short"):
        average_member(np.zeros(8_000), TURNS[:8_000], RING, PLANET)
