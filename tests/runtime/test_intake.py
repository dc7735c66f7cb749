"""From the queue to history: acknowledged after the commit, nothing lost when history fails, order kept."""

import asyncio
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from arkwright.core.catalog import Batch, Check, Needs, Source
from arkwright.core.errors import HistoryError, SourceError
from arkwright.core.plant import Asset, Connection, Signal
from arkwright.core.tables import ReadingsBuilder, Scale
from arkwright.runtime import keep as keep_module
from arkwright.runtime.clock import Clock
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable
from arkwright.runtime.watch import due_ends, watch_all

SIGNALS = (Signal("a", "p1", "temperature", "degC", "plc"),)


class Memory:
    """A store that keeps what it is given, and fails as often as it is told to."""

    def __init__(self, failures=0):
        self.rows, self.events, self.resumes, self.failures = [], [], {}, failures

    def commit(self, readings, waveforms, events, resumes, server_us=None):
        if self.failures:
            self.failures -= 1
            raise HistoryError("no space left on the disk")
        self.rows += readings.to_pylist()
        self.events += events.to_pylist()
        self.resumes |= resumes


def batch(*values, time_us=None, **more):
    builder = ReadingsBuilder()
    for value in values:
        builder.add(Scale("a"), time_us, value)
    return Batch(builder.take(1), **more)


def plant(store, read, **more):
    live = LiveTable(SIGNALS, lambda _: True)
    intake = Intake(store, live, **more)
    source = Source("test", "Test", ("test",), read, None, None)
    line = Line(Connection("plc", "test", "test://"), source, SIGNALS, intake.queue)
    intake.lines.append(line)
    return intake, line


async def test_nothing_is_acknowledged_before_it_is_committed():
    store, order = Memory(), []
    intake, line = plant(store, None)
    await line.put(batch(1.0, resume={"next": 7}, acknowledge=lambda: order.append(len(store.rows))))
    await intake.drain()
    assert order == [1]
    assert store.resumes == {"plc": {"next": 7}}
    assert line.resume == {"next": 7}


async def test_a_full_disk_loses_nothing_and_is_visible(monkeypatch):
    monkeypatch.setattr(keep_module, "RETRY_S", 0.05)
    store, acknowledged = Memory(failures=3), []
    intake, line = plant(store, None)
    await line.put(batch(1.0, 2.0, acknowledge=lambda: acknowledged.append(True)))
    work = asyncio.create_task(intake.drain())
    await asyncio.sleep(0.02)
    assert "no space left" in intake.error
    assert acknowledged == []
    await work
    assert [r["value"] for r in store.rows] == [1.0, 2.0]
    assert (acknowledged, intake.error) == ([True], "")


async def test_readings_without_source_time_never_share_a_time():
    store = Memory()
    intake, line = plant(store, None, clock=Clock(lambda: 1000, lambda: 0))  # a clock that stands still
    for _ in range(3):
        await line.put(batch(1.0, 2.0))
    await intake.drain()
    times = [r["time"] for r in store.rows]
    assert len(set(times)) == 6
    assert times == sorted(times)


async def test_a_full_queue_makes_the_connector_wait():
    intake, line = plant(Memory(), None, depth=2)
    await line.put(batch(1.0))
    await line.put(batch(2.0))
    assert intake.fill == 1.0
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(line.put(batch(3.0)), 0.05)


async def test_a_lost_peer_is_tried_again_with_what_was_committed():
    seen = []

    async def read(connection, signals, inlet):
        seen.append(dict(inlet.resume))
        await inlet.put(batch(float(len(seen)), resume={"next": len(seen)}))
        await asyncio.sleep(0.02)
        raise SourceError("the peer went away")

    store = Memory()
    intake, line = plant(store, read)
    tasks = [asyncio.create_task(line.keep_alive()), asyncio.create_task(intake.run())]
    await asyncio.sleep(1.3)
    state, error = line.state(), line.health.error
    for task in tasks:
        task.cancel()
    assert seen[:2] == [{}, {"next": 1}]
    assert state in {"lost", "running", "connecting"}
    assert error in {"the peer went away", ""}


async def test_running_is_never_said_without_a_heartbeat():
    _, line = plant(Memory(), None)
    now = [0.0]
    line.clock = lambda: now[0]
    line.beat()
    assert line.state() == "running"
    now[0] = 16.0
    assert line.state() == "silent"
    assert not line.is_alive()


async def test_a_connectors_own_mistake_is_shown_and_does_not_spread():
    async def read(connection, signals, inlet):
        raise ZeroDivisionError("division by zero")

    store = Memory()
    intake, line = plant(store, read)
    task = asyncio.create_task(line.keep_alive())
    await asyncio.sleep(0.05)
    task.cancel()
    await intake.drain()
    (event,) = store.events
    assert event["kind"] == "refusal"
    assert "ZeroDivisionError" in event["detail"]


async def test_gaps_are_kept_with_both_ends():
    store = Memory()
    intake, line = plant(store, None)
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
    line.gap(start, end, "Modbus cannot replay")
    await intake.drain()
    (event,) = store.events
    assert (event["start"], event["end"]) == (start, end)


async def test_a_table_of_the_wrong_shape_is_refused_not_stored():
    store = Memory()
    intake, line = plant(store, None)
    await line.put(Batch(pa.table({"signal": ["a"]})))
    await intake.drain()
    await intake.drain()
    assert store.rows == []
    assert line.health.refusals == 1


def test_ticks_lie_on_the_grid_and_none_is_judged_twice():
    check = Check("c", "C", "", Needs(60.0, 10.0), lambda _: True, lambda s, *_: (s, []))
    (watch,) = watch_all([check], [Asset("p1")], frozenset())
    second = 1_000_000
    first = due_ends(watch, 0, 105 * second)
    assert first == [100 * second]
    assert due_ends(watch, first[-1], 133 * second) == [110 * second, 120 * second, 130 * second]
    assert due_ends(watch, 130 * second, 133 * second) == []
    assert len(due_ends(watch, 10 * second, 10**6 * second, most=5)) == 5
    assert watch_all([check], [Asset("p1")], frozenset({"c"})) == []


async def test_a_cancellation_that_meets_an_arriving_batch_is_not_lost():
    """Python 3.11's wait_for would swallow it, and a plant that is told to stop would run on."""
    intake, line = plant(Memory(), None)
    work = asyncio.create_task(intake.run())
    await asyncio.sleep(0.05)
    await line.put(batch(1.0))  # the getter is woken up, but has not run yet when the cancellation comes
    work.cancel()
    await asyncio.wait([work], timeout=2)
    assert work.cancelled()


async def test_a_mistake_of_history_is_seen_and_nothing_is_acknowledged_meanwhile(monkeypatch):
    monkeypatch.setattr("arkwright.runtime.keep.RETRY_S", 0.01)
    fails, kept, acknowledged = [ValueError("odd"), ValueError("odd")], [], []

    class Store:
        def commit(self, readings, waveforms, events, resumes, cut_us):
            if fails:
                assert not acknowledged
                raise fails.pop()
            kept.append(readings.num_rows)

    builder = ReadingsBuilder()
    builder.add(Scale("a"), 1_000_000, 1.0)
    intake = Intake(Store(), LiveTable((), lambda _: True))
    line = Line(Connection("c", "x", "x://"), None, (), intake.queue)
    batch = Batch(builder.take(2_000_000), acknowledge=lambda: acknowledged.append(1))
    await line.put(batch)
    seen = asyncio.ensure_future(intake.drain())
    while not intake.error:
        await asyncio.sleep(0.001)
    assert "ValueError: odd" in intake.error
    await seen
    assert (kept, acknowledged, intake.error) == ([1], [1], "")
