"""One connection kept alive: sessions with a fresh client each, back-off between them, a heartbeat."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arkwright.core.catalog import Batch, Source
from arkwright.core.errors import ArkwrightError
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import EVENTS, from_us
from arkwright.runtime.lateness import Lateness

LineState = Literal["waiting", "connecting", "running", "silent", "lost"]
BEAT_LIMIT_S = 15.0  # a peer that says nothing for so long is not believed to be alive
FIRST_WAIT_S = 0.5
TOLD_LATE_US = 60_000_000
LONGEST_WAIT_S = 5.0  # a peer that is back shall be read again within 10 s, a slow connection included


@dataclass
class Health:
    """How a connection does, for people.

    ``wait_s`` [s] is the back-off before the next try.
    """

    state: LineState = "waiting"
    since: datetime | None = None
    sessions: int = 0
    batches: int = 0
    readings: int = 0
    refusals: int = 0
    gaps: int = 0
    error: str = ""
    wait_s: float = 0.0


@dataclass
class Line:
    """A connection, its source, and the inlet that its sessions write to."""

    connection: Connection
    source: Source
    signals: Sequence[Signal]
    queue: asyncio.Queue[tuple[Line, Batch]]
    resume: Mapping[str, object] = field(default_factory=dict)
    last_reading: datetime | None = None
    beat_limit_s: float = BEAT_LIMIT_S
    health: Health = field(default_factory=Health)
    clock: Callable[[], float] = time.monotonic
    lateness: Lateness = field(default_factory=Lateness)
    _beat: float = float("-inf")
    _began: float = float("inf")

    # ------------------------------------------------------------------------------------- the inlet
    async def put(self, batch: Batch) -> None:
        """Hand over a batch; waits while the queue is full."""
        self.beat()
        await self.queue.put((self, batch))
        self.health.batches += 1
        self.health.readings += batch.readings.num_rows
        self.beat()

    def beat(self) -> None:
        """Say that the peer is alive."""
        self._beat = self.clock()
        if self.health.state != "running":
            self.health.state, self.health.since, self.health.error = "running", datetime.now(UTC), ""

    def gap(self, start: datetime, end: datetime, reason: str, signals: Sequence[str] = ()) -> None:
        """Report readings that cannot be had any more, with both ends."""
        self.health.gaps += 1
        self._tell("gap", start, end, {"reason": reason, "signals": list(signals)})

    def refuse(self, subject: str, found: str, *, wanted: str = "", fix: str = "") -> None:
        """Report something that was not taken in."""
        self.health.refusals += 1
        now = datetime.now(UTC)
        self._tell("refusal", now, None, {"subject": subject, "found": found, "wanted": wanted, "fix": fix})

    def note_times(self, server_us: int, times_us: NDArray[np.int64]) -> None:
        """Take in the source times of a batch received at a time; tell where readings come very late. [us]"""
        if self.lateness.note(server_us, times_us) and self.lateness.delay_us >= TOLD_LATE_US:
            self._tell("late", from_us(server_us), None, {"delay_s": self.lateness.delay_us / 1e6})

    def note_standstill(self, start: datetime, end: datetime) -> None:
        """Tell that nobody was here to listen between two times: silence then says nothing of the peer."""
        self._tell("standstill", end, None, {"since": start.isoformat()})

    def _tell(self, kind: str, start: datetime, end: datetime | None, detail: dict[str, object]) -> None:
        name = self.connection.name
        key = f"{kind}:{name}:{start.isoformat()}:{json.dumps(detail, sort_keys=True)}"
        row = {"id": key, "kind": kind, "subject": name, "start": start, "end": end}
        # JSON from outside may hold half a character, which no table takes.
        text = json.dumps(detail, ensure_ascii=False).encode("utf-8", "replace").decode()
        self._events.append(row | {"server_time": datetime.now(UTC), "detail": text})

    _events: list[dict[str, object]] = field(default_factory=list)

    def take_events(self) -> pa.Table:
        """Return the events told since the last call, as EVENTS."""
        rows, self._events = self._events, []
        return pa.Table.from_pylist(rows, schema=EVENTS)

    # ------------------------------------------------------------------------------------- the sessions
    def is_alive(self) -> bool:
        """Say whether the peer gave a sign of life within the limit."""
        return self.health.state == "running" and self.clock() - self._beat <= self.beat_limit_s

    def beat_age_s(self) -> float | None:
        """Return how long ago the peer gave a sign of life, None if it never did. [s]"""
        return None if self._beat == float("-inf") else max(0.0, self.clock() - self._beat)

    def pulse(self) -> bool | None:
        """Say whether the peer is alive, or nothing while it has not had the time to answer at first."""
        silent = self._beat == float("-inf") and self.clock() - self._began <= self.beat_limit_s
        return None if silent else self.is_alive()

    def state(self) -> LineState:
        """Name the state, never "running" without a heartbeat."""
        if self.health.state == "running" and not self.is_alive():
            return "silent"
        return self.health.state

    async def keep_alive(self) -> None:
        """Run sessions one after the other until cancelled, with a longer wait after each failure."""
        wait_s = FIRST_WAIT_S
        self._began = min(self._began, self.clock())
        while True:
            self.health.state, self.health.sessions = "connecting", self.health.sessions + 1
            began = self.clock()
            try:
                await self.source.read(self.connection, self.signals, self)
                self.health.error = "the peer closed the connection"
            except (ArkwrightError, OSError, TimeoutError) as error:
                self.health.error = str(error) or type(error).__name__
            except Exception as error:  # a connector's own mistake must not take the plant down with it
                self.health.error = f"{type(error).__name__}: {error}"
                self.refuse(
                    self.connection.name, self.health.error, fix="Report it; the connection is tried again."
                )
            if self.clock() - began > LONGEST_WAIT_S:
                wait_s = FIRST_WAIT_S
            self.health.state, self.health.since, self.health.wait_s = "lost", datetime.now(UTC), wait_s
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
