"""The demo works before its judges: sound, nothing is said; ill, each fault is found from what it serves."""

from datetime import timedelta

import pytest
from tests.health.simulated import START, sound, us, watch

from arkwright.app.demo.timeline import read_timeline
from arkwright.health.examine import NORMAL, examine
from arkwright.health.fault import faults
from arkwright.maintenance.draft import draft_jobs

TRAINS = ("P-101", "P-102", "P-103", "F-201", "F-202", "F-203")
IRON = ("BF-1", "CO-1", "SN-1")


def timeline(seed=7):
    run = read_timeline(seed, 1.0, START)
    return lambda second: run.severities(us(second))


def findings(connection, assets, severities, seconds, **more):
    states, told = {}, []
    for asset, cell in watch(connection, assets, severities, seconds=seconds, every_s=10, **more):
        states[asset.name], found = examine(cell, asset, cell.end, states.get(asset.name))
        told += found
    return told


def causes(told):
    return {(f.asset, f.location, f.cause) for f in told if f.cause != NORMAL}


@pytest.mark.parametrize(
    ("connection", "assets", "seconds"),
    [("iron", IRON, 600), ("machining", ("MC-501",), 600), ("stations", ("TM-301",), 1200)],
    ids=["iron", "machining", "bench"],
)
def test_of_a_sound_works_nothing_is_said(connection, assets, seconds):
    assert findings(connection, assets, sound, seconds) == []


def test_of_sound_trains_nothing_is_said():
    assert findings("stations", ("P-102", "F-203"), sound, 30) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("connection", "assets", "seconds"),
    [
        ("iron", IRON, 4 * 3600),
        ("machining", ("MC-501",), 2400),
        ("stations", ("TM-301",), 8 * 3600),
        ("stations", TRAINS, 900),
    ],
    ids=["iron", "machining", "bench", "trains"],
)
def test_of_a_sound_works_nothing_is_said_for_hours(connection, assets, seconds, seed):
    assert findings(connection, assets, sound, seconds, seed=seed) == []


def test_a_clogged_coolant_filter_is_found_by_its_flow_and_gets_a_job():
    told = findings("stations", ("TM-301",), timeline(), 300)
    first = told[0]
    assert (first.asset, first.cause, first.location) == ("TM-301", "low_flow", "coolant_flow")
    [job, *_] = draft_jobs(told, {}, faults(), told[-1].end)
    assert (job.failure_mode, job.spares) == ("LOO", ("filter element",))
    # The truth begins at 2.5 days of a minute each, moved by a tenth at most.
    assert START + timedelta(seconds=135) < first.end <= START + timedelta(seconds=260)


def test_a_chipped_cutter_is_found_by_the_spindles_load_and_is_one_trouble():
    told = findings("machining", ("MC-501",), timeline(), 700)
    assert causes(told) == {("MC-501", "spindle", "above_limit")}
    assert NORMAL not in {f.cause for f in told}
    assert "Spindle load" in told[0].text


def test_the_iron_works_faults_are_found_where_they_are():
    told = causes(findings("iron", IRON, timeline(), 1000))
    assert ("BF-1", "stave5.flux", "above_limit") in told  # the skull before stave 5
    assert ("SN-1", "gas.oxygen", "above_limit") in told  # false air through the seals
    assert ("CO-1", "oven7.flue", "low_temperature") in told  # the cold flue of oven 7
    assert {place for asset, place, _ in told if asset == "BF-1"} <= {
        "stave4.flux",
        "stave5.flux",
        "stave6.flux",
    }
    assert {place for asset, place, _ in told if asset == "CO-1"} <= {"oven7.flue"}


@pytest.mark.slow
def test_dust_on_a_fan_is_found_as_unbalance_before_it_is_an_alarm():
    told = findings("stations", ("F-201",), timeline(), 400)
    named = [f for f in told if f.cause == "unbalance"]
    assert named[0].band == "watch"
    assert named[-1].band == "stop"
    assert {f.cause for f in told} == {"unbalance", "high_vibration"}
    loud = next(f for f in told if f.cause == "high_vibration")
    assert named[0].end < loud.end


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_both_bearings_of_the_works_are_named_with_their_race(seed):
    def ill(second):
        grown = min(1.0, 0.12 + second / 120)
        return {("P-101", "DE"): grown, ("F-202", "DE"): grown}

    told = findings("stations", ("P-101", "F-202"), ill, 120, seed=seed)
    kinds = {(f.asset, f.location, f.cause) for f in told if f.check == "bearing"}
    assert kinds == {("P-101", "DE", "outer_race"), ("F-202", "DE", "inner_race")}
    assert "unbalance" not in {f.cause for f in told}
    assert {f.band for f in told if f.check == "bearing"} >= {"watch", "act"}
