from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from bench.motor_physics import Motor, Run, measure, simulate

from arkwright.core.plant import Asset
from arkwright.health.ask import ask
from arkwright.health.checks.induction_motor import TEST
from arkwright.health.symptom import Record

ASSET = Asset("M", nameplate={"pole_pairs": 2, "rated_speed_rpm": 1448.0, "rotor_bars": 40})
RUNS = {
    "healthy": Run(wander_rad=0.3),
    "one bar": Run(broken=1, wander_rad=0.3),
    "two bars": Run(broken=2),
    "one bar, heavy rotor": Run(broken=1, motor=Motor(inertia=10.0)),
    "one bar, half load": Run(broken=1, load=0.5),
    "one bar, little load": Run(broken=1, load=0.2),
    "load swings": Run(swing=0.05, swing_hz=3.46),
    "load swings a little": Run(swing=0.05, swing_hz=3.46, motor=Motor(inertia=1.0)),
    "one bar, and the load swings": Run(broken=2, swing=0.1, swing_hz=3.66),
    "out of centre": Run(eccentric=0.03),
    "load pulses once a turn": Run(swing=0.05, swing_hz=24.13),
    "shorted turns": Run(shorted=0.05, short_ohm=0.05),
    "bad supply": Run(unbalance=0.012),
}
RATE, SECONDS = 1_000.0, 5.0


@cache
def drawn():
    return dict(zip(RUNS, simulate(list(RUNS.values()), SECONDS, 1.0, RATE), strict=True))


def record(name, *, phases=3, volts=False, seed=1, names=("L1", "L2", "L3"), **change):
    seen = measure(drawn()[name], seed)
    beside = {names[k]: seen.currents[k] for k in range(1, phases)}
    if volts:
        beside |= {f"voltage.{names[k]}": seen.voltages[k] for k in range(3)}
    whole = Record(seen.currents[0], RATE, "current", seen.speed_rpm, names[0], beside=beside)
    return replace(whole, **change)


def causes(told):
    return [symptom.cause for symptom in told.symptoms]


@pytest.mark.parametrize(("phases", "volts"), [(1, False), (3, False), (3, True)])
@pytest.mark.parametrize("seed", range(4))
def test_a_healthy_motor_shows_nothing(phases, volts, seed):
    told = ask(TEST, record("healthy", phases=phases, volts=volts, seed=seed), ASSET)
    assert causes(told) == []
    assert not told.missing
    assert told.descriptors["bar_line_db"] < -60
    assert told.descriptors["load_share"] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("volts", [False, True])
def test_one_broken_bar_of_forty_is_found_forty_decibels_down(volts):
    told = ask(TEST, record("one bar", volts=volts), ASSET)
    assert causes(told) == ["broken_bar"]
    # A bar of R carries 1/R of the rotor's current, half of it each side: 20 log10(1 / 80) = -38 dB.
    assert told.descriptors["bar_line_db"] == pytest.approx(-38.1, abs=2.5)
    assert told.symptoms[0].confidence == pytest.approx(0.9 if volts else 0.6)
    assert bool(told.against) is not volts


def test_the_number_of_broken_bars_is_told():
    two = ask(TEST, record("two bars"), ASSET)
    assert two.descriptors["broken_bars"] == pytest.approx(2, abs=0.5)
    assert "2 broken bars" in two.symptoms[0].text
    assert two.symptoms[0].band == "watch"  # one clamp: a load that swings would draw the same
    assert ask(TEST, record("two bars", volts=True), ASSET).symptoms[0].band == "act"


def test_a_heavy_rotor_hides_the_upper_line_and_not_the_fault():
    told = ask(TEST, record("one bar, heavy rotor", phases=1), ASSET)
    assert causes(told) == ["broken_bar"]
    assert told.symptoms[0].confidence == pytest.approx(0.9)
    assert "lower line" in told.symptoms[0].evidence[1].text
    light = ask(TEST, record("one bar"), ASSET).descriptors["bar_line_db"]
    assert told.descriptors["bar_line_db"] == pytest.approx(light, abs=1.5)


@pytest.mark.parametrize("name", ["load swings", "load swings a little"])
def test_a_load_that_swings_at_twice_the_slip_is_no_broken_bar_where_voltages_tell(name):
    told = ask(TEST, record(name, volts=True), ASSET)
    assert causes(told) == []
    assert told.descriptors["broken_bars"] > 0.5  # the lines alone would say so
    assert "come from the load" in told.against[0].text


def test_a_broken_bar_under_a_load_that_swings_is_still_found_by_reactive_power():
    told = ask(TEST, record("one bar, and the load swings", volts=True), ASSET)
    assert causes(told) == ["broken_bar"]
    assert 0.5 <= told.descriptors["broken_bars"] <= 2.3
    assert "at least" in told.symptoms[0].text


@pytest.mark.parametrize("name", ["load swings", "load swings a little"])
def test_without_voltages_the_doubt_is_said(name):
    told = ask(TEST, record(name), ASSET)
    assert told.symptoms[0].confidence <= 0.6
    assert "record the three voltages" in told.against[0].text


def test_bars_show_at_half_load_and_are_refused_at_little_load():
    assert causes(ask(TEST, record("one bar, half load", volts=True), ASSET)) == ["broken_bar"]
    told = ask(TEST, record("one bar, little load"), ASSET)
    assert causes(told) == []
    assert "30 % are needed" in told.missing[0]


def test_a_record_too_short_for_its_slip_is_refused():
    whole = record("one bar, half load", phases=1)
    told = ask(TEST, replace(whole, samples=whole.samples[:1_500]), ASSET)
    assert "a record of 3 s is needed; it lasts 1.5 s" in told.missing[0]


def test_a_rotor_out_of_centre_is_told_from_a_load_that_pulses():
    told = ask(TEST, record("out of centre", volts=True), ASSET)
    assert causes(told) == ["eccentricity"]
    assert told.symptoms[0].confidence == pytest.approx(0.9)
    alone = ask(TEST, record("out of centre", phases=1), ASSET)
    assert alone.symptoms[0].confidence == pytest.approx(0.6)
    pulses = ask(TEST, record("load pulses once a turn", volts=True), ASSET)
    assert causes(pulses) == []
    assert "come from the load" in pulses.against[0].text


def test_shorted_turns_and_a_bad_supply_are_told_apart_by_voltages():
    assert causes(ask(TEST, record("shorted turns", volts=True), ASSET)) == ["shorted_turns"]
    assert causes(ask(TEST, record("bad supply", volts=True), ASSET)) == ["supply_unbalance"]
    doubt = ask(TEST, record("shorted turns"), ASSET)
    assert causes(doubt) == ["supply_unbalance"]
    assert "Shorted turns would look alike" in doubt.symptoms[0].text


def test_one_per_cent_of_voltage_makes_six_to_ten_of_current():
    # NEMA MG 1, 14.36: what a voltage unbalance does to the currents.
    told = ask(TEST, record("bad supply", volts=True), ASSET)
    assert 6 * 0.012 < told.descriptors["current_unbalance"] < 10 * 0.012


def test_phases_wired_the_other_way_round_say_the_same():
    straight, crossed = record("one bar"), record("one bar", names=("L1", "L3", "L2"))
    assert causes(ask(TEST, crossed, ASSET)) == causes(ask(TEST, straight, ASSET)) == ["broken_bar"]
    assert ask(TEST, crossed, ASSET).descriptors["bar_line_db"] == pytest.approx(
        ask(TEST, straight, ASSET).descriptors["bar_line_db"], abs=0.1
    )


def test_wrong_pole_pairs_find_no_supply():
    told = ask(TEST, record("healthy"), Asset("M", nameplate={"pole_pairs": 3}))
    assert "speed or pole pairs are wrong" in told.missing[0]


def test_a_synchronous_speed_is_refused():
    told = ask(TEST, record("healthy", phases=1, speed_rpm=1501.0), ASSET)
    assert "does not slip" in told.missing[0]


def test_the_proof_can_be_redone_from_its_figures():
    proof = ask(TEST, record("one bar", volts=True), ASSET).symptoms[0].evidence[0]
    rows = proof.data["lines"]
    level = -20 * np.log10(np.mean([row["peak"] for row in rows]))
    assert level == pytest.approx(proof.figures["below_supply_db"], abs=0.01)
    assert rows[0]["hz"] == pytest.approx(-2 * proof.figures["slip"] * 50.0, abs=0.15)
