"""A clock that somebody sets: it is told, ages run on, and stamps never go back."""

import json

import pyarrow as pa

from arkwright.core.catalog import Batch
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import ReadingsBuilder, Scale
from arkwright.runtime.clock import Clock, clock_events
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

SIGNALS = (Signal("a", "p1", "temperature", "degC", "plc", max_gap_s=30.0),)
START = 1_772_496_000_000_000
S = 1_000_000


class Works:
    """An intake whose clock a test sets; time runs on by `wait`."""

    def __init__(self):
        self.wall, self.steady, self.rows, self.events, self.still = START, 5 * S, [], [], []
        self.live = LiveTable(SIGNALS, lambda _: True)
        clock = Clock(lambda: self.wall, lambda: self.steady)
        self.intake = Intake(self, self.live, clock=clock)
        self.intake.on_standstill = lambda a, b: self.still.append((a - START, b - START))
        self.line = Line(Connection("plc", "x", "x://"), None, SIGNALS, self.intake.queue)
        self.intake.lines.append(self.line)

    def commit(self, readings, waveforms, events, resumes, server_us=None):
        self.rows += readings.to_pylist()
        self.events += events.to_pylist()

    def wait(self, seconds):
        self.wall, self.steady = self.wall + int(seconds * S), self.steady + int(seconds * S)

    async def read(self, value):
        builder = ReadingsBuilder()
        builder.add(Scale("a"), self.wall, value)
        await self.line.put(Batch(builder.take(self.wall)))
        await self.intake.drain()

    def age(self):
        return self.live.value("a", self.wall).age_s


def test_a_clock_that_only_runs_is_never_said_to_be_set():
    wall, steady = [START], [0]
    clock = Clock(lambda: wall[0], lambda: steady[0])
    for n in range(1000):
        wall[0] += 400_000 + (-1) ** n * 900  # a slow look, and drift
        steady[0] += 400_000
        assert clock.look() == (wall[0], 0)
    wall[0] += 3600 * S
    assert clock.look() == (wall[0], 3600 * S)
    assert clock.look() == (wall[0], 0)
    wall[0] -= 1800 * S
    assert clock.look() == (wall[0], -1800 * S)


async def test_a_clock_set_forward_is_a_standstill_and_ages_run_on():
    works = Works()
    await works.read(1.0)
    works.wait(10)
    works.wall += 3600 * S
    await works.intake.drain()
    assert works.still == [(10 * S, 3610 * S)]
    assert works.age() == 10.0
    assert works.live.value("a", works.wall).stale == ""
    kinds = {e["kind"]: e for e in works.events}
    assert set(kinds) == {"clock_set", "standstill"}
    assert kinds["clock_set"]["subject"] == "this computer"
    assert json.loads(kinds["clock_set"]["detail"])["step_s"] == 3600.0
    works.wait(25)
    assert works.live.value("a", works.wall).stale != ""  # 35 s without a word


async def test_a_clock_set_back_is_told_stamps_rise_and_silence_is_still_seen():
    works = Works()
    await works.read(1.0)
    works.wait(10)
    works.wall -= 1800 * S
    await works.read(2.0)
    works.wait(1)
    await works.read(3.0)
    stamps = [r["server_time"] for r in works.rows]
    assert stamps == sorted(set(stamps))
    assert works.still == []
    assert [json.loads(e["detail"])["step_s"] for e in works.events] == [-1800.0]
    assert works.age() == 0.0
    works.wait(31)
    assert works.age() == 31.0
    assert works.live.value("a", works.wall).stale == "no report for more than 30 s"


async def test_a_clock_set_back_and_put_right_is_no_standstill_for_all_was_heard():
    works = Works()
    await works.read(1.0)
    for seconds in (-3600, 1800, 1800):
        works.wait(5)
        works.wall += seconds * S
        await works.read(2.0)
    # Stamps stood meanwhile, and none was given between the last of them and the time that is right again.
    ((start, end),) = works.still
    assert (round(start / S, 3), end) == (0.0, 15 * S)
    assert [e["kind"] for e in works.events].count("standstill") == 1


async def test_a_clock_set_back_twice_is_told_with_the_time_up_to_which_all_was_judged():
    works = Works()
    await works.read(1.0)
    for _ in range(2):
        works.wait(10)
        works.wall -= 1800 * S
        await works.read(2.0)
    until = [json.loads(e["detail"])["until"][:19] for e in works.events]
    assert until == ["2026-03-03T00:00:00"] * 2


async def test_a_clock_that_was_set_back_while_nothing_ran_is_told():
    works = Works()
    works.intake.begin_after(START + 86_400 * S)  # history holds what was received a day later than now
    await works.read(1.0)
    (told,) = works.events
    detail = json.loads(told["detail"])
    assert (told["kind"], detail["step_s"], detail["until"][:10]) == ("clock_set", -86_400.0, "2026-03-04")
    works.wait(10)
    await works.read(2.0)
    assert len(works.events) == 1


def test_a_value_from_before_a_stop_ages_though_the_clock_was_set_back_meanwhile():
    works = Works()
    builder = ReadingsBuilder()
    builder.add(Scale("a"), START + 86_400 * S, 1.0)
    works.live.update(builder.take(START + 86_400 * S))  # as a start does, from history
    works.intake.begin_after(START + 86_400 * S)
    works.wait(31)
    assert works.age() == 31.0
    assert works.live.value("a", works.wall).stale == "no report for more than 30 s"


async def test_a_start_after_an_ordinary_stop_tells_nothing():
    works = Works()
    works.intake.begin_after(START)
    await works.read(1.0)
    assert works.events == []


def test_events_of_the_clock_are_events():
    table = clock_events([(START, -S, START + S), (START + S, 2 * S, START + S)])
    assert table.num_rows == 2
    assert len(pa.compute.unique(table.column("id"))) == 2
    assert clock_events([]).num_rows == 0
