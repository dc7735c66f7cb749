"""Fans: blades that pass louder than they did, and what is not theirs."""

from functools import cache

import numpy as np
import pytest
from tests.health.flow_signals import driven_fan, orders

from arkwright.core.plant import Asset
from arkwright.health.checks.fan import TEST
from arkwright.health.record_base import add_record, base_at
from arkwright.health.symptom import Record

RATE_HZ, RPM = 5000.0, 1476.0
DRIVER_HZ, FAN_HZ = 24.6, 17.22
PLATE = {"n_blades": 9, "sheave_mm": 140.0, "driven_sheave_mm": 200.0, "speed_of": "driver"}
FAN = Asset("F", nameplate=PLATE)


def ask(x, base, plate=PLATE, rpm=RPM):
    return TEST.judge(Record(x, RATE_HZ, "acceleration", rpm), Asset("F", nameplate=plate), base)


@cache
def base(seed):
    speeds = ()
    for i in range(10):
        told = ask(driven_fan(np.random.default_rng([seed, i])), {})
        speeds = add_record(speeds, RPM, i, told.descriptors)
    return base_at(speeds, RPM)


def causes(change, n=10):
    said = []
    for seed in range(n):
        rng = np.random.default_rng([9, seed])
        told = ask(change(rng, driven_fan(rng)), base(seed % 3))
        said.append(tuple(s.cause for s in told.symptoms))
    return said


def added(lines, turn_hz):
    return lambda rng, x: x + orders(rng, lines, 4.0, turn_hz, RATE_HZ)


def test_blades_that_pass_five_times_as_strongly_are_told():
    assert set(causes(added({9: 1.0}, FAN_HZ))) == {("blade_pass",)}


def test_the_finding_names_the_line_of_the_driven_shaft():
    rng = np.random.default_rng(1)
    [symptom] = ask(driven_fan(rng) + orders(rng, {9: 1.0, 8: 0.3}, 4.0, FAN_HZ, RATE_HZ), base(0)).symptoms
    assert symptom.evidence[0].figures["frequency_hz"] == pytest.approx(9 * FAN_HZ, abs=0.5)
    assert "9 blades" in symptom.text
    assert "one blade differs" in symptom.text


@pytest.mark.parametrize(
    "change",
    [
        lambda _, x: x,
        lambda _, x: 4 * x,
        added({1: 2.0}, FAN_HZ),
        added({9: 2.0}, DRIVER_HZ),
        added({8: 1.0, 10: 1.0}, FAN_HZ),
    ],
    ids=["sound", "louder as a whole", "dirt: unbalance", "the motor's ninth order", "orders beside it"],
)
def test_what_is_not_the_blades_is_not_called_so(change):
    assert set(causes(change)) == {()}


def test_a_fan_on_the_motors_own_shaft_needs_no_sheaves():
    rng = np.random.default_rng(2)
    x = driven_fan(rng, shafts=(DRIVER_HZ, DRIVER_HZ))
    told = ask(x, {}, {"n_blades": 9})
    assert told.descriptors["blade_pass_db"] == pytest.approx(10 * np.log10(0.02), abs=3.5)
    assert "is not known yet" in told.against[0].text


@pytest.mark.parametrize(
    ("plate", "said"),
    [
        ({"n_blades": 9.5}, "n_blades is 9.5"),
        (PLATE | {"speed_of": "?"}, "speed_of is ?"),
        ({"n_blades": 390}, "a sample rate above"),
    ],
)
def test_what_it_lacks_is_named(plate, said):
    assert said in ask(driven_fan(np.random.default_rng(3)), {}, plate).missing[0]
