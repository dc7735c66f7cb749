"""Faults come when the timeline says, grow and stay."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkwright.app.demo.timeline import read_timeline

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def test_nothing_is_wrong_at_the_start_and_a_bearing_within_ten_seconds():
    timeline = read_timeline(7, 1.0, START)
    assert timeline.truth(START) == []
    (first,) = timeline.truth(START + timedelta(seconds=10))
    assert (first.asset, first.location, first.fault) == ("P-101", "DE", "outer_race")
    assert START < first.since < START + timedelta(seconds=5)
    assert first.severity > 0.1


@given(seed=st.integers(0, 1000), a=st.floats(0, 3000), b=st.floats(0, 3000))
@settings(max_examples=30, deadline=None)
def test_no_fault_heals_by_itself(seed, a, b):
    timeline = read_timeline(seed, 1.0, START)
    early, late = (timeline.severities(START + timedelta(seconds=t)) for t in sorted((a, b)))
    assert all(late[key] >= severity for key, severity in early.items())
    assert all(0 < severity <= 1 for severity in late.values())


def test_twice_the_speed_brings_the_same_faults_in_half_the_time():
    slow, fast = (read_timeline(3, speed, START) for speed in (1.0, 2.0))
    at, half = START + timedelta(seconds=400), START + timedelta(seconds=200)
    assert slow.severities(at) == pytest.approx(fast.severities(half))


def test_a_seed_moves_the_faults_and_fixes_them():
    day = [fault.starts_day for fault in read_timeline(1, 1.0, START).faults]
    assert day == [fault.starts_day for fault in read_timeline(1, 1.0, START).faults]
    assert day != [fault.starts_day for fault in read_timeline(2, 1.0, START).faults]


def test_a_fault_that_stands_for_long_is_fully_grown():
    timeline = read_timeline(7, 1.0, START)
    assert [t.severity for t in timeline.truth(START + timedelta(hours=1))] == pytest.approx([1.0] * 8)
    assert len(timeline.truth(START + timedelta(hours=1))) == len(timeline.faults)


@pytest.mark.parametrize("speed", [0.0, -1.0])
def test_time_cannot_be_stopped_or_turned_back(speed):
    with pytest.raises(ValueError, match="above 0"):
        read_timeline(7, speed, START)


def test_a_start_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        read_timeline(7, 1.0, START.replace(tzinfo=None))
