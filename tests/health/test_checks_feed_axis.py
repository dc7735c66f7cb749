import numpy as np
import pytest
from bench.feed_and_spindle import RATE_HZ, Screw, run_screw

from arkwright.core.plant import Asset
from arkwright.health.ask import ask
from arkwright.health.checks import feed_axis, feed_reversal
from arkwright.health.checks.feed_axis import screw_orders
from arkwright.health.symptom import Record
from arkwright.kits.lost_motion import lost_motion

PLATE = {"balls_per_turn": 20, "ball_mm": 6.35, "pitch_circle_mm": 41.4, "lead_mm": 10.0}


def told(run, *, seed=1, plate=PLATE, seconds=3.0):
    x = run_screw(run, seconds, seed)
    record = Record(x, RATE_HZ, "acceleration", 60 * run.speed_hz * 1.001, "nut")
    return ask(feed_axis.TEST, record, Asset("X", nameplate=plate))


def causes(answer):
    return [symptom.cause for symptom in answer.symptoms]


@pytest.mark.parametrize("seed", range(6))
def test_a_sound_screw_shows_nothing(seed):
    assert causes(told(Screw(), seed=seed)) == []


@pytest.mark.parametrize(("pit", "word"), [("nut", "track of the nut"), ("screw", "track of the screw")])
@pytest.mark.parametrize("seed", range(2))
def test_the_pitted_track_is_named(pit, word, seed):
    answer = told(Screw(pit=pit), seed=seed)
    assert causes(answer) == ["ball_screw"]
    assert word in answer.symptoms[0].text


def test_orders_of_a_screw_by_rolling():
    """The ball's centre goes at the mean of a track that stands and one that moves at w r."""
    orders = screw_orders(Asset("X", nameplate=PLATE))
    inner = (41.4 - 6.35 * np.cos(np.radians(45))) / 2
    assert orders.ftf == pytest.approx(0.5 * inner / 20.7)
    assert orders.bpfo == pytest.approx(20 * orders.ftf)
    assert orders.bpfi == pytest.approx(20 * (1 - orders.ftf))


def test_a_short_stroke_is_refused_with_the_travel_that_is_needed():
    assert "200 mm of travel" in told(Screw(), seconds=0.5).missing[0]


def test_a_geometry_that_is_none_is_refused():
    assert "balls_per_turn" in told(Screw(), plate={**PLATE, "balls_per_turn": 2.5}).missing[0]
    assert "pitch_circle_mm" in told(Screw(), plate={**PLATE, "ball_mm": 50.0}).missing[0]


# ------------------------------------------------------------------------------------------ lost motion
def stroke(lost_um, *, pitch_um=5.0, noise_um=1.0, seed=1):
    """Positions [mm] of a stroke there and back twice, with an error of pitch, and motion lost by play."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 4, 8_000)
    motor = 50 * (1 - np.cos(np.pi * t))
    table = np.empty_like(motor)
    at = motor[0]
    for i, place in enumerate(motor):  # play: the table stands until the motor has taken it up
        at = min(max(at, place - lost_um / 2e3), place + lost_um / 2e3)
        table[i] = at
    table += pitch_um * 1e-3 * np.sin(2 * np.pi * table / 10)
    return motor, table + rng.normal(0, noise_um * 1e-3, len(t))


@pytest.mark.parametrize("lost_um", [0.0, 3.0, 12.0, 40.0])
def test_lost_motion_is_measured_through_errors_of_pitch_and_noise(lost_um):
    found = lost_motion(*stroke(lost_um))
    assert 1e3 * found.lost == pytest.approx(lost_um, abs=0.4)


def asked(motor, table, limit=10.0, location="table", **change):
    other = {"motor": motor} if location == "table" else {"table": table}
    own = table if location == "table" else motor
    record = Record(own, 2_000.0, "length", None, location, beside=other, **change)
    return ask(feed_reversal.TEST, record, Asset("X", nameplate={"reversal_limit_um": limit}))


@pytest.mark.parametrize("location", ["table", "motor"])
def test_an_axis_that_loses_more_than_allowed_is_named(location):
    answer = asked(*stroke(25.0), location=location)
    assert causes(answer) == ["feed_backlash"]
    assert answer.symptoms[0].band == "act"
    assert causes(asked(*stroke(5.0), location=location)) == []


def test_a_stroke_one_way_is_refused():
    motor, table = stroke(25.0)
    assert "there and back" in asked(motor[:1_990], table[:1_990]).missing[0]


def test_positions_that_are_not_whole_are_refused():
    motor, table = stroke(25.0)
    assert "holes" in asked(np.where(np.arange(len(motor)) == 5, np.nan, motor), table).missing[0]
    assert "motor and table" in asked(motor, table, location="somewhere").missing[0]
    assert "unit" in asked(motor, table, has_unit=False).missing[0]
