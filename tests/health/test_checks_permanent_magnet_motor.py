from functools import cache

import numpy as np
import pytest
from bench.magnet_motor import FLUX, HENRY, OHM, RATE_HZ, Ride, linked, ride

from arkwright.core.plant import Asset
from arkwright.health.ask import ask
from arkwright.health.checks.permanent_magnet_motor import TEST
from arkwright.health.magnet_lines import linked_flux
from arkwright.health.symptom import Record

PLATE = {"magnet_poles": 8}
MADE = PLATE | {
    "flux_wb": FLUX,
    "phase_ohm": OHM,
    "d_inductance_mh": 1e3 * HENRY,
    "q_inductance_mh": 1e3 * HENRY,
}


@cache
def drawn(run, seed=1, snr_db=55.0):
    return ride(run, 3.0, seed, snr_db)


def told(run, *, seed=1, phases=3, volts=False, plate=PLATE, base=None, snr_db=55.0):
    current, voltage = drawn(run, seed, snr_db)
    beside = {f"L{k + 1}": current[k] for k in range(1, phases)}
    beside |= {f"voltage.L{k + 1}": voltage[k] for k in range(3)} if volts else {}
    record = Record(current[0], RATE_HZ, "current", 60 * run.shaft_hz, "L1", beside=beside)
    return ask(TEST, record, Asset("M", nameplate=plate), base)


def causes(answer):
    return [symptom.cause for symptom in answer.symptoms]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("phases", [1, 3])
def test_a_sound_motor_on_an_inverter_shows_nothing(seed, phases):
    answer = told(Ride(inverter=0.05, spread=0.02), seed=seed, phases=phases)
    assert causes(answer) == []
    assert not answer.missing


@pytest.mark.parametrize("seed", range(3))
def test_one_weak_magnet_of_eight_is_found(seed):
    answer = told(Ride(weak=(0.0, 0.5)), seed=seed, phases=1)
    assert causes(answer) == ["demagnetisation"]
    assert "fr lie" in answer.symptoms[0].text


def test_a_stronger_current_loop_hides_more():
    slow, fast = (told(Ride(weak=(0.5,), bandwidth_hz=hz)) for hz in (50.0, 600.0))
    assert slow.descriptors["magnet_line_db"] > fast.descriptors["magnet_line_db"] + 6


def test_growth_over_the_first_records_shows_what_no_limit_does():
    run = Ride(weak=(0.25,), bandwidth_hz=300.0)
    assert causes(told(run)) == []
    sound = told(Ride(bandwidth_hz=300.0)).descriptors["magnet_line_db"]
    assert causes(told(run, base={"magnet_line_db": (sound, 1.0)})) == ["demagnetisation"]
    assert causes(told(Ride(bandwidth_hz=300.0), base={"magnet_line_db": (sound, 1.0)})) == []


def test_magnets_that_are_all_weak_draw_no_line_and_are_found_by_their_flux():
    run = Ride(weak=(0.2,) * 8)
    assert causes(told(run, phases=3)) == []
    answer = told(run, volts=True, plate=MADE)
    assert causes(answer) == ["demagnetisation"]
    assert answer.descriptors["flux_share"] == pytest.approx(0.8, abs=0.01)
    assert told(Ride(), volts=True, plate=MADE).descriptors["flux_share"] == pytest.approx(1.0, abs=0.01)


def test_flux_of_a_salient_motor_by_its_equations():
    # Steady state: u = (R + jw L..) in d and q, at an axis that nobody measures.
    ohm, along, across, flux, w = 0.1, 0.4e-3, 0.9e-3, 0.08, 2 * np.pi * 120
    d, q, axis = -40.0, 90.0, np.exp(0.7j)
    u = (ohm * d - w * across * q + 1j * (ohm * q + w * along * d + w * flux)) * axis
    assert linked_flux(u, (d + 1j * q) * axis, 120.0, ohm, (along, across)) == pytest.approx(flux)


@pytest.mark.parametrize("phases", [1, 3])
def test_a_rotor_out_of_centre_is_found_with_its_doubt(phases):
    answer = told(Ride(static=0.2, dynamic=0.2), phases=phases)
    assert causes(answer) == ["eccentricity"]
    assert answer.symptoms[0].confidence <= 0.6
    assert answer.against


def test_shorted_turns_are_told_from_a_rotor_off_its_place():
    assert causes(told(Ride(shorted=0.03))) == ["shorted_turns"]
    # A rotor that sits off its place makes the phases unlike too, with the third harmonic beside.
    off = told(Ride(static=0.3))
    assert off.descriptors["negative_sequence"] > 0.05
    assert "shorted_turns" not in causes(off)


def test_an_induction_motor_s_nameplate_is_not_enough():
    answer = told(Ride(), plate={"pole_pairs": 4})
    assert any("magnet_poles" in text for text in answer.missing)


def test_a_speed_that_is_wrong_is_refused():
    current, _ = drawn(Ride())
    record = Record(current[0], RATE_HZ, "current", 1000.0, "L1")
    assert "no supply line" in ask(TEST, record, Asset("M", nameplate=PLATE)).missing[0]


def test_the_simulated_teeth_link_a_fundamental_and_nothing_at_parts_of_it():
    lines = np.abs(np.fft.fft(linked(Ride(spread=0.0), np.zeros(8)))) / 1024
    assert np.argmax(lines) == 4
    assert np.delete(lines, 4)[:9].max() < 1e-3 * lines[4]
