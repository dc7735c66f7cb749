"""From the queue of batches to history: stamp, show, commit, and only then acknowledge."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arkwright.core.catalog import Batch
from arkwright.core.errors import TableError
from arkwright.core.tables import EVENTS, READINGS, TIME, check_table, concat, from_us
from arkwright.runtime.clock import LEAST_STEP_US, Clock, clock_events
from arkwright.runtime.keep import Keeper, Part, Store
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

GROUP_ROWS = 50_000
GROUP_S = 0.4  # one commit and sync costs about 60 ms: seldom enough to be cheap, often enough to feel live


def _nobody_asks(_start_us: int, _end_us: int) -> None:
    return None


@dataclass
class Intake:
    """The one writer: a bounded queue in front of history.

    ``depth`` batches may wait; a connector that brings more is made to wait itself. ``on_standstill(start,
    end)`` is told between which server times nobody listened, before anything is stamped later. [us]
    """

    store: InitVar[Store]
    live: LiveTable
    depth: int = 64
    clock: Clock = field(default_factory=Clock)
    on_standstill: Callable[[int, int], None] = _nobody_asks
    queue: asyncio.Queue[tuple[Line, Batch]] = field(init=False)
    lines: list[Line] = field(default_factory=list)
    keeper: Keeper = field(init=False)
    _stamp: int = 0
    _cut: int = 0
    _steps: list[tuple[int, int, int]] = field(default_factory=list)

    def __post_init__(self, store: Store) -> None:
        self.queue = asyncio.Queue(self.depth)
        self.keeper = Keeper(store)

    @property
    def fill(self) -> float:
        """Share of the queue that is taken, 0 to 1. [1]"""
        return self.queue.qsize() / self.depth

    @property
    def error(self) -> str:
        """What keeps history from taking readings; empty while it takes them."""
        return self.keeper.error

    @property
    def commits(self) -> int:
        """How often history took what was waiting."""
        return self.keeper.commits

    @property
    def cut_us(self) -> int:
        """Server time up to which everything that was received is committed; all to come is later. [us]"""
        return self._cut

    def begin_after(self, server_us: int) -> None:
        """Stamp nothing at or before a server time; a clock that was set back meanwhile is told. [us]"""
        self._stamp = self._cut = max(self._stamp, server_us)
        now_us = self.clock.wall_us()
        if server_us - now_us >= LEAST_STEP_US:
            self.live.shift(now_us - server_us)  # what is shown since the start was heard by the old clock
            self._steps.append((now_us, now_us - server_us, server_us))

    def _now(self) -> int:
        """Return the time now; a clock that was set is told before anything is stamped by it. [us]"""
        now_us, step_us = self.clock.look()
        if step_us:
            self.live.shift(step_us)
            # A clock that is put right comes past times at which all was heard, under a stamp that stood.
            since_us = max(now_us - step_us, self._stamp)
            if since_us < now_us:
                self.on_standstill(since_us, now_us)
                for line in self.lines:
                    line.note_standstill(from_us(since_us), from_us(now_us))
            self._steps.append((now_us, step_us, self._stamp))
        return now_us

    async def run(self) -> None:
        """Commit group after group until cancelled; what cannot be committed waits and is tried again."""
        while True:
            group = await self._gather()
            now_us = self._now()
            if group or self._steps or any(line._events for line in self.lines):
                await self._commit(group)
            else:
                self._stamp = self._cut = max(now_us, self._stamp)

    async def drain(self) -> None:
        """Commit what is waiting, once, and return."""
        group = [self.queue.get_nowait() for _ in range(self.queue.qsize())]
        await self._commit(group)

    async def _gather(self) -> list[tuple[Line, Batch]]:
        group: list[tuple[Line, Batch]] = []
        rows, end = 0, time.monotonic() + GROUP_S
        while rows < GROUP_ROWS and (left := end - time.monotonic()) > 0:
            try:
                # Not wait_for: of Python 3.11 it swallows a cancellation that meets a batch just arrived.
                async with asyncio.timeout(left):
                    line, batch = await self.queue.get()
            except TimeoutError:
                break
            group.append((line, batch))
            rows += batch.readings.num_rows
        return group

    async def _commit(self, group: list[tuple[Line, Batch]]) -> None:
        self._now()  # a clock that was set is told with this group
        parts: list[Part] = []
        for line, batch in group:
            table = self._stamped(line, batch)
            self.live.update(table, self.clock.wall_us())
            resumes = {} if batch.resume is None else {line.connection.name: batch.resume}
            events = _checked(line, batch.events, EVENTS)
            parts.append(Part(line.connection.name, table, batch.waveforms, events, resumes))
        steps, self._steps = self._steps, []
        told = concat([*(line.take_events() for line in self.lines), clock_events(steps)], EVENTS)
        self._stamp = max(self._now(), self._stamp + 1)
        # Received is what history takes in now: an event that waited here must not slip in behind a cut.
        parts = [replace(part, events=_received(part.events, self._stamp)) for part in parts]
        parts.append(Part("", events=_received(told, self._stamp)))
        await self.keeper.keep(parts, self._stamp)
        self._cut = self._stamp
        self.live.commit(self._stamp)
        for line, batch in group:
            line.last_reading = from_us(self._stamp) if batch.readings.num_rows else line.last_reading
            line.resume = batch.resume if batch.resume is not None else line.resume
            if batch.acknowledge is not None:
                batch.acknowledge()

    def _stamped(self, line: Line, batch: Batch) -> pa.Table:
        """Give a batch its server time, later than that of every batch before it."""
        table = _checked(line, batch.readings, READINGS)
        n = table.num_rows
        self._stamp = max(self._now(), self._stamp + 1)
        server = pa.array(np.full(n, self._stamp, np.int64)).cast(TIME)
        unstamped = (
            np.asarray(table.column("origin").cast(pa.string()).to_numpy(zero_copy_only=False)) == "server"
        )
        line.note_times(self._stamp, _times(table)[~unstamped])
        if unstamped.any():
            # No source time: the receipt's, strictly rising, so that no two of a signal ever share a key.
            times = _times(table).copy()
            times[unstamped] = self._stamp + np.arange(int(unstamped.sum()))
            table = table.set_column(1, READINGS.field("time"), pa.array(times).cast(TIME))
        # A time for each row, also of those whose own history will not believe.
        self._stamp += max(0, n - 1)
        return table.set_column(2, READINGS.field("server_time"), server)


def _checked(line: Line, table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table of a batch as its schema wants it, empty and refused if it is another."""
    try:
        return check_table(table, schema, where=line.connection.name)
    except TableError as error:
        line.refuse(line.connection.name, error.found, wanted=error.wanted, fix="Mend the connector.")
        return schema.empty_table()


def _times(table: pa.Table) -> NDArray[np.int64]:
    return np.asarray(table.column("time").cast(pa.int64()), np.int64)


def _received(events: pa.Table, server_us: int) -> pa.Table:
    at = EVENTS.get_field_index("server_time")
    times = pa.array(np.full(events.num_rows, server_us, np.int64)).cast(TIME)
    return events.set_column(at, EVENTS.field("server_time"), times)
