"""Belts: lines at multiples of the belt's own rate, and lines that belong to the shafts or to others."""

from functools import cache

import numpy as np
import pytest
from tests.health.flow_signals import driven_fan, orders
from tests.health.slices import run, waveform

from arkwright.core.plant import Asset, Signal
from arkwright.health.checks.belt import CHECK, TEST
from arkwright.health.record_base import add_record, base_at
from arkwright.health.symptom import Record

RATE_HZ, RPM = 5000.0, 1476.0
DRIVER_HZ, FAN_HZ, BELT_HZ = 24.6, 17.22, 7.7283
BELT = {"sheave_mm": 140.0, "driven_sheave_mm": 200.0, "belt_length_mm": 1400.0, "speed_of": "driver"}
PLATE = BELT | {"rated_power_kw": 30.0, "support": "rigid", "rated_speed_rpm": RPM}
SEEN_BY = Signal("F.DE", "F", "acceleration", "m/s2", kind="waveform", location="DE")
FAN = Asset("F", title="Fan", nameplate=PLATE, signals=(SEEN_BY,))
USUAL = {1: 0.004, 2: 0.01}
CRACKED = {1: 0.06, 2: 0.25, 3: 0.1, 4: 0.12}


def ask(x, base, asset=FAN):
    return TEST.judge(Record(x, RATE_HZ, "acceleration", RPM), asset, base)


@cache
def base(seed):
    speeds = ()
    for i in range(10):
        told = ask(driven_fan(np.random.default_rng([seed, i]), USUAL), {})
        speeds = add_record(speeds, RPM, i, told.descriptors)
    return base_at(speeds, RPM)


def causes(belt=USUAL, *, lines=None, turn_hz=FAN_HZ, gain=1.0, known=True, n=10):
    said = []
    for seed in range(n):
        rng = np.random.default_rng([9, seed])
        x = gain * driven_fan(rng, belt) + orders(rng, lines or {}, 4.0, turn_hz, RATE_HZ)
        said.append(tuple(s.cause for s in ask(x, base(seed % 3) if known else {}).symptoms))
    return said


@pytest.mark.parametrize("known", [True, False])
def test_a_cracked_belt_is_told_with_and_without_a_base(known):
    assert set(causes(CRACKED, known=known)) == {("belt_damage",)}


def test_the_finding_names_the_rate_and_that_twice_the_rate_leads():
    [symptom] = ask(driven_fan(np.random.default_rng(1), CRACKED), base(0)).symptoms
    assert "2x" in symptom.text
    assert "meets both sheaves" in symptom.text
    proof = symptom.evidence[0].figures
    assert proof["belt_hz"] == pytest.approx(BELT_HZ, rel=0.01)
    assert (proof["driver_hz"], proof["driven_hz"]) == pytest.approx((DRIVER_HZ, FAN_HZ))
    assert proof["chance"] < 0.001


def test_a_loose_belt_that_draws_all_multiples_alike_is_told_with_less_confidence():
    [symptom] = ask(driven_fan(np.random.default_rng(2), dict.fromkeys(range(1, 7), 0.1)), base(0)).symptoms
    assert symptom.confidence == 0.6


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"belt": {1: 0.006, 2: 0.015}},
        {"gain": 4.0},
        {"lines": {1: 0.8}},
        {"lines": {1: 0.3, 2: 0.6, 3: 0.3}, "turn_hz": DRIVER_HZ},
        {"lines": {k / 2: 0.3 / k for k in range(1, 12)}, "turn_hz": DRIVER_HZ},
        {"lines": {1: 0.3}, "turn_hz": 2 * BELT_HZ},
        {"lines": dict.fromkeys(range(1, 8), 0.2), "turn_hz": 8.2},
    ],
    ids=[
        "sound",
        "half as much again",
        "louder as a whole",
        "unbalance of the fan",
        "misaligned motor",
        "loose foot",
        "one line of another's at twice the rate",
        "a belt next door",
    ],
)
def test_what_is_not_the_belt_is_not_called_so(change, known):
    assert set(causes(**change, known=known)) == {()}


def test_weak_lines_of_a_belt_are_shown_as_what_speaks_against():
    told = ask(driven_fan(np.random.default_rng(3), {1: 0.01, 2: 0.05, 3: 0.03, 4: 0.02}), {})
    assert told.symptoms == ()
    assert "weaker than the shafts' own" in told.against[0].text


def test_noise_alone_hardly_ever_draws_a_belt():
    rng = np.random.default_rng(4)
    told = [ask(rng.standard_normal(20_000), {}) for _ in range(60)]
    assert sum(bool(t.symptoms) for t in told) <= 1


@pytest.mark.parametrize(
    ("plate", "seconds", "said"),
    [
        (PLATE | {"belt_length_mm": 100.0}, 4.0, "does not go round"),
        (PLATE, 1.0, "a record of 1.6 s is needed; it lasts 1.0 s"),
        (PLATE | {"driven_sheave_mm": 140.0, "belt_length_mm": 140.0 * np.pi * 1.01}, 4.0, "fall upon those"),
    ],
    ids=["length", "record", "a belt that follows the shaft"],
)
def test_what_it_lacks_is_named(plate, seconds, said):
    x = driven_fan(np.random.default_rng(5), seconds=seconds)
    assert said in ask(x, {}, Asset("F", nameplate=plate)).missing[0]


def test_in_a_stream_a_belt_that_cracks_is_told_once_records_agree():
    sent = []
    for i in range(22):
        x = driven_fan(np.random.default_rng([12, i]), CRACKED if i >= 12 else USUAL)
        sent.append(waveform("F.DE", 20 * i + 1, x, rate_hz=RATE_HZ, speed_rpm=RPM))
    told = run(CHECK, FAN, [], 440.0, waveforms=tuple(sent))
    assert [f.cause for _, f in told] == ["belt_damage"]
    assert "倍频" in told[0][1].text_zh
