import numpy as np
import pytest
from bench.wheelset import BEARING, RADIUS_M, RATE_HZ, Roll, roll

from arkwright.core.plant import Asset
from arkwright.health.ask import ask
from arkwright.health.checks.wheelset import TEST
from arkwright.health.rolling import judge_record
from arkwright.health.symptom import Record
from arkwright.kits.orders import BearingOrders

ASSET = Asset("W", nameplate={"wheel_diameter_mm": 2e3 * RADIUS_M})
SECONDS = 6.0


def told(run, *, seed=1, tacho=False, asset=ASSET, has_unit=True):
    x, turns = roll(run, SECONDS, seed)
    whole = np.arange(np.ceil(turns[0]), np.floor(turns[-1]) + 1)
    pulses = np.interp(whole, turns, np.arange(len(turns)) / RATE_HZ) if tacho else None
    speed = 60 * run.speed_hz * 1.002
    return ask(TEST, Record(x, RATE_HZ, "acceleration", speed, "A1", has_unit, pulses), asset)


def causes(answer):
    return [symptom.cause for symptom in answer.symptoms]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("speed_hz", [5.0, 12.0, 20.0])
def test_a_sound_wheel_on_a_rough_rail_with_joints_and_sleepers_shows_nothing(seed, speed_hz):
    answer = told(Roll(speed_hz=speed_hz), seed=seed)
    assert causes(answer) == []
    assert not answer.missing


@pytest.mark.parametrize("tacho", [False, True])
@pytest.mark.parametrize(("speed_hz", "flat_mm"), [(5.0, 30.0), (10.0, 15.0), (20.0, 30.0)])
def test_a_flat_knocks_once_a_turn(speed_hz, flat_mm, tacho):
    answer = told(Roll(speed_hz=speed_hz, flat_mm=flat_mm), tacho=tacho)
    assert causes(answer) == ["wheel_flat"]
    assert answer.descriptors["knock_width"] < 0.2


@pytest.mark.parametrize("tacho", [False, True])
def test_a_polygon_is_named_by_its_sides(tacho):
    answer = told(Roll(speed_hz=20.0, polygon=23, polygon_um=20.0), tacho=tacho)
    assert causes(answer) == ["wheel_polygon"]
    assert "polygon of 23 sides" in answer.symptoms[0].text
    figures = answer.symptoms[0].evidence[0].figures
    # By Newton's law: 900 kg times the box's acceleration, over 110 kN.
    assert figures["wheel_load_share"] == pytest.approx(900 * figures["acceleration_m_s2"] / 110e3)
    assert figures["way_um"] < 20.0  # the rail gives way
    # Without a tacho a whole order may be another part's by chance.
    assert answer.symptoms[0].confidence == pytest.approx(0.81 if tacho else 0.6, abs=0.02)


def test_the_acceleration_of_a_polygon_is_its_radius_times_speed_squared_where_the_rail_holds():
    slow = told(Roll(speed_hz=10.0, polygon=3, polygon_um=500.0)).descriptors
    assert slow["polygon_order"] == 3
    assert slow["polygon_m_s2"] == pytest.approx(500e-6 * (2 * np.pi * 30) ** 2, rel=0.8)


def test_a_polygon_is_named_at_a_speed_at_which_it_makes_no_force():
    answer = told(Roll(speed_hz=8.0, polygon=18, polygon_um=25.0))
    assert causes(answer) == ["wheel_polygon"]
    assert answer.symptoms[0].band == "watch"
    assert answer.descriptors["polygon_load_share"] < 0.05


def test_a_gear_wheel_on_the_axle_is_no_polygon_where_its_teeth_are_stated():
    run = Roll(speed_hz=20.0, teeth=24)
    driven = Asset("W", nameplate={**ASSET.nameplate, "axle_gear_teeth": 24})
    assert told(run, asset=driven).descriptors.get("polygon_order") != 24


def test_a_flat_on_a_driven_axle_says_what_else_it_may_be():
    driven = Asset("W", nameplate={**ASSET.nameplate, "axle_gear_teeth": 67})
    answer = told(Roll(flat_mm=30.0), asset=driven)
    assert causes(answer) == ["wheel_flat"]
    assert answer.symptoms[0].confidence <= 0.6
    assert "broken tooth" in answer.against[0].text


@pytest.mark.parametrize("seed", range(3))
def test_a_flat_is_no_bearing_and_a_bearing_is_no_flat(seed):
    assert causes(told(Roll(outer=1.0), seed=seed)) == []
    x, _ = roll(Roll(flat_mm=15.0), SECONDS, seed)
    assert judge_record(x, RATE_HZ, 600.0, BearingOrders(*BEARING)).verdict in {"normal", "cannot_judge"}
    x, _ = roll(Roll(outer=1.0), SECONDS, seed)
    assert judge_record(x, RATE_HZ, 600.0, BearingOrders(*BEARING)).verdict == "outer_race"


def test_a_polygon_without_a_unit_is_not_judged():
    assert causes(told(Roll(speed_hz=20.0, polygon=23, polygon_um=20.0), has_unit=False)) == []


def test_few_turns_are_refused():
    assert "20 turns" in told(Roll(speed_hz=2.0)).missing[0]
