"""A batch that history cannot take: the others are kept, and it lies in files, told and acknowledged."""

import asyncio
import json
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from arkwright.core.catalog import Batch
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import EVENTS, ReadingsBuilder, Scale, Waveform
from arkwright.history.lake import Lake
from arkwright.history.query import History
from arkwright.runtime.clock import Clock
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

SIGNALS = (Signal("a", "p1", "temperature", "degC", "plc"), Signal("b", "p1", "temperature", "degC", "plc"))
NOW = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("arkwright.runtime.keep.RETRY_S", 0.01)


@pytest.fixture
def lake(tmp_path):
    with Lake(tmp_path / "history", now=lambda: NOW) as opened:
        yield opened


def at(lake):
    intake = Intake(
        lake, LiveTable(SIGNALS, lambda _: True), clock=Clock(lambda: 1_772_496_000_000_000, lambda: 0)
    )
    lines = [Line(Connection(name, "x", "x://"), None, (), intake.queue) for name in ("plc", "odd")]
    intake.lines += lines
    return intake, *lines


def batch(signal, value, second, **more):
    builder = ReadingsBuilder()
    builder.add(Scale(signal), 1_772_490_000_000_000 + 1_000_000 * second, value)
    return Batch(builder.take(1), **more)


POISON = Waveform("p1.acc", NOW, np.ones(8, np.float32), 10.0, None)  # no unit at all


async def test_a_batch_that_history_cannot_take_does_not_stop_the_others(lake, tmp_path):
    intake, line, odd = at(lake)
    acknowledged = []
    await line.put(batch("a", 1.0, 0, acknowledge=lambda: acknowledged.append("first")))
    bad = batch(
        "b", 2.0, 0, waveforms=(POISON,), resume={"next": 9}, acknowledge=lambda: acknowledged.append("bad")
    )
    await odd.put(bad)
    await line.put(batch("a", 3.0, 1, acknowledge=lambda: acknowledged.append("last")))
    await asyncio.wait_for(intake.drain(), 20)
    assert acknowledged == ["first", "bad", "last"]
    assert intake.error == ""
    assert lake.resume("odd") == {"next": 9}
    rows = History(lake).window(["a"], datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert rows.column("value").to_pylist() == [1.0, 3.0]
    (home,) = (tmp_path / "history" / "refused").iterdir()
    kept = pa.ipc.open_file(home / "waveforms.arrow").read_all().to_pylist()
    assert [(r["signal"], r["samples"]) for r in kept] == [("p1.acc", [1.0] * 8)]
    assert pa.ipc.open_file(home / "readings.arrow").read_all().column("value").to_pylist() == [2.0]
    (told,) = [e for e in lake.events.read().to_pylist() if e["kind"] == "refusal"]
    detail = json.loads(told["detail"])
    assert told["subject"] == "odd"
    assert "a batch of 1 readings and 1 waveforms" in detail["found"]
    assert str(home) in detail["fix"]


async def test_a_store_that_takes_nothing_is_waited_for_and_nothing_is_set_aside(lake, monkeypatch):
    intake, line, _ = at(lake)
    acknowledged, whole = [], lake.commit
    fails = ["full"] * 12

    def commit(*parts):
        if fails:
            fails.pop()
            raise OSError(28, "No space left on device")
        whole(*parts)

    monkeypatch.setattr(lake, "commit", commit)
    monkeypatch.setattr(lake, "set_aside", commit)  # the same disk
    await line.put(batch("a", 1.0, 0, acknowledge=lambda: acknowledged.append(1)))
    work = asyncio.create_task(intake.drain())
    while not intake.error:
        await asyncio.sleep(0.001)
    assert "No space left" in intake.error
    assert acknowledged == []
    await asyncio.wait_for(work, 20)
    assert (acknowledged, fails, intake.error) == ([1], [], "")
    assert not (lake.folder / "refused").exists()


async def test_a_batch_set_aside_twice_lies_there_once(lake):
    """The disk may fill up between the files and the word of them: the same again replaces it."""
    table = batch("a", 1.0, 0).readings
    events = pa.table({"x": [1]})
    homes = {lake.set_aside("1-plc/../x", table, (), events) for _ in range(2)}
    assert len(homes) == 1
    assert (lake.folder / "refused" / "1-plc_.._x" / "readings.arrow").exists()


async def test_events_that_are_no_events_are_refused_and_the_readings_beside_them_kept(lake):
    intake, _, odd = at(lake)
    await odd.put(batch("a", 1.0, 0, events=pa.table({"x": [1]})))
    await asyncio.wait_for(intake.drain(), 20)
    rows = History(lake).window(["a"], datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert rows.column("value").to_pylist() == [1.0]
    await asyncio.wait_for(intake.drain(), 20)
    (told,) = [e for e in lake.events.read().to_pylist() if e["kind"] == "refusal"]
    assert told["subject"] == "odd"


async def test_a_gap_told_with_a_batch_that_is_set_aside_is_told_all_the_same(lake):
    """A card says what was lost: it must not lie in a file that nobody opens."""
    intake, _, odd = at(lake)
    gap = {
        "id": "g",
        "kind": "gap",
        "subject": "odd",
        "start": NOW,
        "end": NOW,
        "server_time": NOW,
        "detail": "{}",
    }
    events = pa.Table.from_pylist([gap], schema=EVENTS)
    await odd.put(batch("b", 2.0, 0, waveforms=(POISON,), events=events))
    await asyncio.wait_for(intake.drain(), 20)
    assert sorted(e["kind"] for e in lake.events.read().to_pylist()) == ["gap", "refusal"]


async def test_a_place_that_cannot_be_written_down_does_not_stop_the_others(lake):
    intake, line, odd = at(lake)
    acknowledged = []
    await odd.put(batch("b", 2.0, 0, resume={"next": b"9"}))
    await line.put(batch("a", 1.0, 0, resume={"next": 1}, acknowledge=lambda: acknowledged.append(1)))
    await asyncio.wait_for(intake.drain(), 20)
    assert acknowledged == [1]
    assert (lake.resume("odd"), lake.resume("plc")) == (None, {"next": 1})


async def test_what_is_set_aside_under_a_clock_that_stands_overwrites_nothing(lake):
    intake, _, odd = at(lake)
    for group in ((0, 1, 2), (3,), (4, 5)):
        for second in group:
            await odd.put(batch("b", float(second), second, waveforms=(POISON,)))
        await asyncio.wait_for(intake.drain(), 20)
    homes = (lake.folder / "refused").iterdir()
    values = [
        v for h in homes for v in pa.ipc.open_file(h / "readings.arrow").read_all()["value"].to_pylist()
    ]
    assert sorted(values) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert [e["kind"] for e in lake.events.read().to_pylist()] == ["refusal"] * 6


async def test_readings_of_an_impossible_clock_are_all_kept_however_fast_they_come(lake):
    """History keeps them under the time of receipt: no two batches may claim the same microseconds."""
    intake, line, _ = at(lake)
    builder = ReadingsBuilder()
    for number in range(6):
        builder.add(Scale("a"), 1_000_000 * number, float(number))  # January 1970
        if number % 3 == 2:
            await line.put(Batch(builder.take(1)))
            await asyncio.wait_for(intake.drain(), 20)
    kept = History(lake).window(["a"], datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [float(t.split(" ")[0]) for t in kept.column("text").to_pylist()] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


async def test_a_refusal_of_text_that_is_no_text_stops_nothing(lake):
    """JSON may carry half a character; it comes from outside, so it must not take the intake down."""
    intake, line, _ = at(lake)
    line.refuse("works/\ud83d", "text '\ud83d'", wanted="a number")
    await line.put(batch("a", 1.0, 0))
    await asyncio.wait_for(intake.drain(), 20)
    (told,) = lake.events.read().to_pylist()
    assert json.loads(told["detail"])["found"] == "text '?'"
