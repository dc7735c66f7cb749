"""Gears: a simulated pair with one cracked tooth, wear, a mesh out of line, and refusals."""

from functools import cache

import numpy as np
import pytest
from bench.gear_physics import Pair, hear

from arkwright.core.plant import Asset
from arkwright.health.ask import ask
from arkwright.health.checks.gear import TEST
from arkwright.health.record_base import add_record, base_at
from arkwright.health.symptom import Record

PLATE = {"pinion_teeth": 23.0, "gear_teeth": 67.0}
RPM = 60 * 29.5


@cache
def record(pair, seed=0, span_s=6.0, *, tacho=False):
    heard = hear(pair, seed, span_s)
    pulses = heard.pulses_s if tacho else None
    return Record(heard.x, heard.rate_hz, "acceleration", heard.speed_rpm, tacho_s=pulses)


def told(pair, base=None, seed=0, plate=PLATE, *, tacho=False):
    return ask(TEST, record(pair, seed, tacho=tacho), Asset("G", nameplate=plate), base)


@cache
def base():
    speeds = ()
    for seed in range(10):
        speeds = add_record(speeds, RPM, seed, told(Pair(), seed=100 + seed).descriptors)
    return base_at(speeds, RPM)


@pytest.mark.parametrize("cracked", ["pinion", "gear"])
@pytest.mark.parametrize("tacho", [True, False])
def test_a_cracked_tooth_is_named_with_its_gear_at_ten_decibels_below_the_noise(cracked, tacho):
    (symptom, *_) = told(Pair(crack_db=-10.0, cracked=cracked), tacho=tacho).symptoms
    assert symptom.cause == "gear_tooth_crack"
    assert f"tooth of the {cracked} " in symptom.text
    assert symptom.band == "act"
    assert any(proof.against for proof in symptom.evidence)
    figures = symptom.evidence[0].figures
    assert figures["mesh_hz"] == pytest.approx(23 * 29.5, rel=2e-3)
    assert figures["chance"] < 1e-4
    assert len(symptom.evidence[0].data["energy_by_tooth"]) == (23 if cracked == "pinion" else 67)


def test_a_sound_pair_shows_nothing_and_says_how_far_it_is_from_a_crack():
    for seed in range(3):
        answer = told(Pair(), seed=seed)
        assert not answer.symptoms
        assert not answer.missing
        assert "loudest tooth" in answer.against[0].text


def test_a_mesh_that_has_grown_with_all_teeth_alike_is_wear():
    worn = Pair(mesh=(4.0, 2.0, 1.0))
    (symptom,) = told(worn, base()).symptoms
    assert symptom.cause == "gear_wear"
    assert symptom.evidence[0].figures["rise_db"] == pytest.approx(20 * np.log10(4), abs=1.0)
    assert not told(worn).symptoms, "without a base nobody knows what the mesh was"
    assert not told(Pair(), base(), seed=7).symptoms


def test_a_second_harmonic_that_leads_with_sidebands_is_misalignment():
    tilted = Pair(mesh=(0.5, 2.0, 0.25), sides=0.5)
    (first,) = told(tilted).symptoms
    (later, *_) = told(tilted, base()).symptoms
    assert first.cause == later.cause == "gear_misaligned"
    assert later.confidence > first.confidence


def test_a_pair_of_teeth_that_knocks_when_it_meets_is_a_hunting_tooth():
    """Teeth 12 and 20: the same two meet every fifth turn of the pinion, at 29.5 / 5 Hz."""
    pair = Pair(12, 20, hunting_db=-8.0)
    causes = {s.cause: s for s in told(pair, plate={"pinion_teeth": 12.0, "gear_teeth": 20.0}).symptoms}
    assert "hunting_tooth" in causes
    assert causes["hunting_tooth"].evidence[0].figures["hunting_hz"] == pytest.approx(5.9, rel=0.01)


@pytest.mark.parametrize(
    ("plate", "word"),
    [
        ({}, "pinion_teeth is not stated"),
        ({"pinion_teeth": 23.0}, "gear_teeth is not stated"),
        ({"pinion_teeth": 23.5, "gear_teeth": 67.0}, "whole number"),
        (PLATE | {"gear_speed_of": "motor"}, "gear_speed_of is motor"),
        ({"pinion_teeth": 423.0, "gear_teeth": 900.0}, "sample rate"),
        ({"pinion_teeth": 20.0, "gear_teeth": 900.0}, "turns of the slower gear"),
        ({"pinion_teeth": 29.0, "gear_teeth": 67.0}, "does not stand out"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named(plate, word):
    answer = told(Pair(), plate=plate)
    assert not answer.symptoms
    assert word in "; ".join(answer.missing)


def test_the_speed_may_be_that_of_the_gear():
    own = record(Pair(crack_db=-10.0))
    slow = Record(own.samples, own.rate_hz, "acceleration", own.speed_rpm * 23 / 67)
    answer = ask(TEST, slow, Asset("G", nameplate=PLATE | {"gear_speed_of": "gear"}))
    assert answer.symptoms[0].cause == "gear_tooth_crack"


def test_real_gearbox_records_without_teeth_are_refused(shared_data):
    with np.load(sorted((shared_data / "diagnosis/gearbox_gfd").glob("*.npz"))[0]) as file:
        x = file["a1"].astype(float)
    answer = ask(TEST, Record(x, float("nan"), "acceleration", 1800.0), Asset("GFD"))
    assert not answer.symptoms
    assert len(answer.missing) == 3
