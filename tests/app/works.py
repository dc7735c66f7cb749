"""A small works under a clock of the test's own: real intake, lake, ledger and judging, no time lost."""

import asyncio
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from arkwright.app.judging import Judging
from arkwright.core.catalog import Batch, Check, Source
from arkwright.core.plant import Asset, Connection, Limits, Signal, Site
from arkwright.core.tables import ReadingsBuilder, Scale, from_us
from arkwright.history.lake import Lake
from arkwright.history.ledger import Ledger, open_ledger
from arkwright.history.query import History
from arkwright.runtime.clock import Clock
from arkwright.runtime.engines import Outcome, attempt
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

START_US = 1_780_000_000_000_000
SECOND_US = 1_000_000


def make_site(n_assets: int = 3, checks_off: frozenset[str] = frozenset()) -> Site:
    """Pumps with a temperature that has limits and a pressure that must not be silent for long."""
    signals, assets = {}, {}
    for number in range(n_assets):
        name, plc = f"P{number:04d}", f"plc{number % 2}"
        own = (
            Signal(
                f"{name}.temp", name, "temperature", "degC", plc, limits=Limits(high=80.0, high_high=95.0)
            ),
            Signal(f"{name}.pressure", name, "pressure", "bar", plc, max_gap_s=30.0),
            Signal(
                f"{name}.vib",
                name,
                "acceleration",
                "m/s2",
                plc,
                kind="waveform",
                location="DE",
                rate_hz=12_000.0,
            ),
        )
        assets[name] = Asset(
            name,
            asset_class="pump",
            title=name,
            nameplate={"rated_speed_rpm": 1797.0, "rated_power_kw": 30.0},
            bearings={"DE": "6205"},
            signals=own,
        )
        signals |= {s.name: s for s in own}
    connections = {name: Connection(name, "test", "test://") for name in ("plc0", "plc1")}
    return Site("works", assets, signals, connections, checks_off=checks_off)


class Here:
    """An engine that judges in this process: what is judged is the same, and no process is started."""

    async def map(self, task, jobs):
        return [attempt(task, job) for job in jobs]

    def status(self):
        return {}

    def close(self):
        pass


@dataclass
class Works:
    """The running works; ``now_us`` is its clock. [us]"""

    site: Site
    lake: Lake
    ledger: Ledger
    history: History
    intake: Intake
    judging: Judging
    lines: Mapping[str, Line]
    clock: list[int] = field(default_factory=lambda: [START_US])

    async def take(self, rows, *, line: str = "plc0", waveforms=()) -> None:
        """Take in (signal, time_us, value) as one batch of a line and commit it."""
        builder = ReadingsBuilder()
        for signal, time_us, value in rows:
            builder.add(Scale(signal), time_us, value)
        await self.lines[line].put(Batch(builder.take(self.clock[0]), tuple(waveforms)))
        await self.intake.drain()

    async def go_to(self, now_us: int) -> int:
        """Let the clock run to a time with nothing coming in, and judge what is due. [us]"""
        self.clock[0] = now_us
        await self.intake.drain()
        return await self.judging.step()


@contextmanager
def open_works(
    folder: Path,
    site: Site,
    checks: Mapping[str, Check] | None = None,
    engine=None,
    clock: list[int] | None = None,
    ledger_url: str = "",
):
    """Open the works in a folder, as a start of the process would."""
    clock = clock if clock is not None else [START_US]
    from arkwright.health.fault import faults

    def now() -> datetime:
        return from_us(clock[0])

    lake = Lake(folder / "history", now)
    ledger = open_ledger(ledger_url or folder / "ledger.db", synchronous="OFF")
    history = History(lake)
    live = LiveTable(tuple(site.signals.values()), lambda _: True)
    intake = Intake(lake, live, clock=Clock(lambda: clock[0], lambda: clock[0]))
    source = Source("test", "Test", ("test",), None, None, None)
    lines = {
        name: Line(
            connection,
            source,
            [s for s in site.signals.values() if s.connection == name],
            intake.queue,
            clock=lambda: clock[0] / 1e6,
            beat_limit_s=60.0,
        )
        for name, connection in site.connections.items()
    }
    intake.lines.extend(lines.values())
    judging = Judging(site, history, ledger, intake, faults(), checks=checks, engine=engine or Here())
    try:
        yield Works(site, lake, ledger, history, intake, judging, lines, clock)
    finally:
        judging.close()
        lake.close()
        ledger.close()


def run(work):
    """Run a coroutine to its end."""
    return asyncio.run(work)


__all__ = ["Here", "Outcome", "Works", "make_site", "open_works", "run"]
