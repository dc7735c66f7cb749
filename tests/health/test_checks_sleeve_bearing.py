from functools import cache

import numpy as np
import pytest
from bench.sleeve_rotor import CLEARANCE_UM, RATE_HZ, Spin, probe, spin

from arkwright.core.plant import Asset
from arkwright.health.ask import ask
from arkwright.health.checks.sleeve_bearing import TEST
from arkwright.health.symptom import Record

SOFT = {"low_hz": 15.0, "high_hz": 30.0}
RUNS = {
    "slow": Spin(30.0),
    "below the threshold": Spin(45.0),
    "whirl": Spin(50.0),
    "strong whirl": Spin(60.0),
    "soft rotor, fast": Spin(80.0, **SOFT),
    "soft rotor, faster": Spin(90.0, **SOFT),
}
BARE = Asset("T")


@cache
def paths():
    return dict(zip(RUNS, spin(list(RUNS.values()), 2.1, 2.0), strict=True))


def record(name, seed=1, at_speeds=(), *, mirror=False):
    speed = RUNS[name].speed_hz
    x, y = probe(paths()[name], speed, seed)
    return Record(
        x,
        RATE_HZ,
        "displacement",
        60 * speed,
        "DE.x",
        beside={"DE.y": -y if mirror else y},
        at_speeds=at_speeds,
    )


def causes(told):
    return [symptom.cause for symptom in told.symptoms]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["slow", "below the threshold"])
def test_a_stable_film_shows_nothing(name, seed):
    told = ask(TEST, record(name, seed), BARE)
    assert causes(told) == []
    assert not told.missing


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("name", ["whirl", "strong whirl"])
def test_a_film_past_its_threshold_whirls_forward_at_the_speed_of_the_oil(name, mirror):
    told = ask(TEST, record(name, mirror=mirror), BARE)
    assert causes(told) == ["oil_whirl"]
    # The oil goes round at 0.47 of the speed in the model, a little less towards the wall.
    assert told.descriptors["whirl_ratio"] == pytest.approx(0.455, abs=0.015)
    assert (
        told.symptoms[0].evidence[0].figures["forward"] > 5 * told.symptoms[0].evidence[0].figures["backward"]
    )


def test_whip_sits_on_the_critical_speed_where_it_is_stated():
    told = ask(TEST, record("soft rotor, faster"), Asset("T", nameplate={"critical_speed_rpm": 1800.0}))
    assert causes(told) == ["oil_whip"]
    assert told.symptoms[0].band == "stop"
    assert told.descriptors["whirl_hz"] == pytest.approx(30.0, abs=0.5)


def test_whip_stays_where_it_was_at_another_speed():
    was = ask(TEST, record("soft rotor, fast"), BARE).descriptors
    known = ((4800.0, {"whirl_hz": (was["whirl_hz"], 0.1)}),)
    told = ask(TEST, record("soft rotor, faster", at_speeds=known), BARE)
    assert causes(told) == ["oil_whip"]
    assert "4800 rpm" in told.symptoms[0].text


def test_a_whirl_that_moved_with_the_speed_is_no_whip():
    was = ask(TEST, record("whirl"), BARE).descriptors
    known = ((3000.0, {"whirl_hz": (was["whirl_hz"], 0.1)}),)
    assert causes(ask(TEST, record("strong whirl", at_speeds=known), BARE)) == ["oil_whirl"]


def made(*parts, speed=50.0, noise=1.0, seconds=3.0):
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    z = sum(r * np.exp(2j * np.pi * hz * t) for hz, r in parts)
    hiss = np.random.default_rng(3).normal(0, noise, (2, len(t)))
    x, y = z.real + hiss[0], z.imag + hiss[1]
    return Record(x, RATE_HZ, "displacement", 60 * speed, "DE.x", beside={"DE.y": y})


def test_half_of_the_speed_itself_is_left_to_a_rub():
    assert causes(ask(TEST, made((50.0, 10), (25.0, 12)), BARE)) == []
    assert causes(ask(TEST, made((50.0, 10), (23.5, 12)), BARE)) == ["oil_whirl"]


def test_what_shakes_both_ways_round_is_no_whirl_and_that_is_said():
    told = ask(TEST, made((50.0, 10), (23.5, 6), (-23.5, 5)), BARE)
    assert causes(told) == []
    assert "both ways round" in told.against[0].text


def test_a_little_whirl_counts_by_the_clearance():
    small = made((50.0, 100), (23.5, 15))
    assert causes(ask(TEST, small, BARE)) == []
    known = Asset("T", nameplate={"radial_clearance_um": CLEARANCE_UM})
    assert causes(ask(TEST, small, known)) == ["oil_whirl"]


def test_one_probe_is_refused():
    lone = record("whirl")
    told = ask(TEST, Record(lone.samples, RATE_HZ, "displacement", 3000.0, "DE.x"), BARE)
    assert "a second probe at right angles is needed: DE.x beside DE.y" in told.missing[0]


def test_the_second_probe_leaves_the_answer_to_the_first():
    first = record("whirl")
    second = Record(
        first.beside["DE.y"], RATE_HZ, "displacement", 3000.0, "DE.y", beside={"DE.x": first.samples}
    )
    assert ask(TEST, second, BARE) == ask(TEST, second, BARE)
    assert causes(ask(TEST, second, BARE)) == []
    assert not ask(TEST, second, BARE).missing


def test_few_turns_are_refused():
    assert "60 turns" in ask(TEST, made((50.0, 10), seconds=1.0), BARE).missing[0]
