"""A small plant for the tests with peers: a line, its intake, a real lake; the peer keeps the oracle."""

import asyncio
import contextlib
import json
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.servers import require_peer

from arkwright.history.lake import Lake
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

PROMISED = timedelta(seconds=0.1)  # a broker writes its promises to disk this late at most
PEERS = Path(__file__).parents[1] / "peers"


class Hall:
    """Reads one connection into a lake, as a running site does."""

    def __init__(self, folder, source, connection, signals):
        self.lake = Lake(folder)
        self.live = LiveTable(signals, lambda _: self.line.is_alive())
        self.committed = {s.name: [] for s in signals}
        self.intake = Intake(self, self.live)
        resume = self.lake.resume(connection.name) or {}
        self.line = Line(connection, source, signals, self.intake.queue, resume, self._last_reading())
        self.intake.lines.append(self.line)

    def commit(self, readings, waveforms, events, resumes, *more):
        """Be the intake's store: the lake, and beside it a cheap list to wait for."""
        self.lake.commit(readings, waveforms, events, resumes, *more)
        names, values = readings.column("signal").to_pylist(), readings.column("value").to_pylist()
        for name, value in zip(names, values, strict=True):
            if value is not None:
                self.committed[name].append(value)

    def _last_reading(self):
        times = self.lake.newest().column("server_time").to_pylist()
        return max(times, default=None)

    @contextlib.asynccontextmanager
    async def running(self):
        tasks = [asyncio.create_task(work) for work in (self.line.keep_alive(), self.intake.run())]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            self.lake.close()
            assert all(isinstance(r, asyncio.CancelledError) for r in results), results

    def rows(self, name):
        """Everything that history holds of a signal, in the order of source time."""
        return [r for r in _plain(self.lake.readings.read()) if r["signal"] == name]

    def events(self, kind):
        found = [r for r in _plain(self.lake.events.read()) if r["kind"] == kind]
        for row in found:
            row["detail"] = json.loads(row["detail"])
        return sorted(found, key=lambda r: r["start"])

    def n_sessions(self):
        return self.line.health.sessions

    async def until(self, ready, within_s=20.0):
        """Wait until something holds, and say how long that took. [s]"""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not ready():
            assert loop.time() - began < within_s, f"waited {within_s} s in vain; {self.line.health}"
            await asyncio.sleep(0.1)
        return loop.time() - began

    async def until_more(self, name, n, within_s=20.0):
        """Wait for n more readings of a signal than there are now."""
        have = len(self.committed[name])
        return await self.until(lambda: len(self.committed[name]) >= have + n, within_s)


def _plain(table):
    return table.sort_by("time" if "time" in table.column_names else "start").to_pylist()


@dataclass(frozen=True)
class Made:
    """One value as the peer itself says it made it."""

    value: float
    time: datetime


def read_journal(path):
    """What a peer wrote down, line by line: ``value,milliseconds``; the last line may be cut by a kill."""
    lines = path.read_text().splitlines() if path.exists() else []
    pairs = [line.split(",") for line in lines if line.count(",") == 1 and line.split(",")[1]]
    return [Made(float(v), datetime.fromtimestamp(int(ms) / 1000, UTC)) for v, ms in pairs]


def account(rows, gaps, journal, *, slack_s=0.06, forgiven=()):
    """Compare history with the peer's journal: return what is missing outside every gap, and what is doubled.

    Only values between the first and the last that history holds count: what the peer made before it was
    first read, and after the test stopped reading, nobody has lost. ``forgiven`` are moments shortly before
    which a peer may have forgotten what it had promised.
    """
    held = [r["value"] for r in rows if r["value"] is not None]
    made = {m.value: m for m in journal}
    slack = timedelta(seconds=slack_s)
    spans = [(e["start"] - slack, e["end"] + slack) for e in gaps]
    order = [m.value for m in journal]
    first, last = order.index(held[0]), order.index(held[-1])
    there = set(held)
    lost = [v for v in order[first : last + 1] if v not in there]
    spans += [(moment - PROMISED, moment + PROMISED) for moment in forgiven]
    silent = [v for v in lost if not any(a <= made[v].time <= b for a, b in spans)]
    doubled = [v for v, n in Counter(held).items() if n > 1]
    invented = [v for v in held if v not in made]
    return silent, doubled, invented


class Client:
    """A foreign program that connects to somebody else: start, kill, freeze and thaw it."""

    def __init__(self, script, folder, *arguments):
        self.program, self.script = require_peer("node"), PEERS / script
        self.arguments, self.log = arguments, folder / f"{script}.log"
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            command = [str(self.program), str(self.script), *map(str, self.arguments)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)
