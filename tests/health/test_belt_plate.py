"""The speeds of a belt drive, from its nameplate."""

import pytest

from arkwright.core.plant import Asset
from arkwright.health.belt_plate import drive_of, wheel_hz
from arkwright.health.symptom import Record

PLATE = {"sheave_mm": 140.0, "driven_sheave_mm": 200.0, "belt_length_mm": 1400.0, "speed_of": "driver"}


def drive(rpm=1476.0, **changed):
    plate = {k: v for k, v in (PLATE | changed).items() if v is not None}
    return drive_of(Record((), 1000.0, "acceleration", rpm), Asset("F", nameplate=plate))


def test_both_shafts_and_the_belt_follow_from_sheaves_and_length():
    found = drive()
    assert (found.driver_hz, found.driven_hz) == pytest.approx((24.6, 17.22))
    assert found.belt_hz == pytest.approx(3.14159265 * 0.140 * 24.6 / 1.400)


def test_the_driven_speed_gives_the_same():
    found, other = drive(), drive(rpm=1476.0 * 0.7, speed_of="driven")
    assert (other.driver_hz, other.driven_hz, other.belt_hz) == pytest.approx(
        (found.driver_hz, found.driven_hz, found.belt_hz)
    )


def test_the_distance_of_the_shafts_serves_where_the_length_is_not_stated():
    found = drive(belt_length_mm=None, centre_distance_mm=432.0)
    assert found.belt_hz == pytest.approx(drive().belt_hz, rel=0.005)


def test_equal_sheaves_need_not_say_whose_speed_it_is():
    assert drive(driven_sheave_mm=140.0, speed_of=None).driven_hz == pytest.approx(24.6)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sheave_mm": -3.0}, "sheave_mm is -3"),
        ({"driven_sheave_mm": float("inf")}, "driven_sheave_mm is inf"),
        ({"speed_of": None}, "speed_of is not stated"),
        ({"speed_of": "belt"}, "speed_of is belt; whose speed is measured is wanted: driver or driven"),
        ({"belt_length_mm": None}, "belt_length_mm is not stated"),
        ({"belt_length_mm": 400.0}, "does not go round"),
        ({"belt_length_mm": None, "centre_distance_mm": 100.0}, "do not stand 100 mm apart"),
    ],
)
def test_what_is_missing_or_makes_no_sense_is_named(changed, said):
    assert said in drive(**changed)


def test_a_fan_behind_a_belt_turns_at_the_ratio_of_its_sheaves():
    record = Record((), 1000.0, "acceleration", 1476.0)
    assert wheel_hz(record, Asset("F", nameplate={"n_blades": 9})) == pytest.approx(24.6)
    assert wheel_hz(record, Asset("F", nameplate=PLATE)) == pytest.approx(17.22)
    assert "speed_of" in wheel_hz(record, Asset("F", nameplate=PLATE | {"speed_of": "x"}))
    assert "sheave_mm is None" in wheel_hz(record, Asset("F", nameplate={"driven_sheave_mm": 200.0}))
