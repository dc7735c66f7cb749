"""A small plant that really runs, for the pages: real history, ledger, people, lines; readings made up.

``python -m tests.web.works FOLDER PORT`` serves it in a process of its own and prints where.
"""

import asyncio
import contextlib
import json
import math
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from arkwright.app.demo.folder import write_site
from arkwright.app.demo.ports import Ports
from arkwright.app.site import load_site
from arkwright.core.catalog import Batch, Source
from arkwright.core.feed import Card
from arkwright.core.plant import Site
from arkwright.core.tables import BAD_SENSOR_FAILURE, GOOD, ReadingsBuilder, Scale
from arkwright.history.lake import Lake
from arkwright.history.ledger import Ledger, open_ledger
from arkwright.history.ledger_people import People
from arkwright.history.query import History
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

PERIOD_S = 0.5
BROKEN = "P-102.flow"  # its transmitter says Bad


class Judging:
    """As much of judging as the pages look at."""

    def status(self):
        return {}


@dataclass
class Works:
    """The same names as ``arkwright.app.plant.Plant``, without judges."""

    site: Site
    folder: Path
    home: Path
    ledger: Ledger
    people: People
    lake: Lake
    history: History
    live: LiveTable
    intake: Intake
    lines: Mapping[str, Line]
    judging: Judging = field(default_factory=Judging)
    faults: Mapping[str, object] = field(default_factory=dict)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self):
        return datetime.now(UTC)

    async def run(self):
        async with asyncio.TaskGroup() as group:
            group.create_task(self.intake.run())
            for line in self.lines.values():
                group.create_task(line.keep_alive())

    def close(self):
        self.lake.close()
        self.ledger.close()


def open_works(folder: Path, truth_port: int = 9) -> Works:
    folder.mkdir(parents=True, exist_ok=True)
    write_site(folder / "site", Ports(4840, 1883, 5000, truth_port))
    site = load_site(folder / "site")
    home = folder / "data"
    lake, ledger = Lake(home / "history"), open_ledger(home / "ledger.db")
    lines: dict[str, Line] = {}
    live = LiveTable(tuple(site.signals.values()), lambda name: name in lines and lines[name].is_alive())
    intake = Intake(lake, live)
    for name, connection in site.connections.items():
        own = [s for s in site.signals.values() if s.connection == name and s.kind == "value"]
        lines[name] = Line(connection, source(name), own, intake.queue)
    intake.lines.extend(lines.values())
    return Works(
        site, folder / "site", home, ledger, People(ledger), lake, History(lake), live, intake, lines
    )


def source(name: str) -> Source:
    async def read(connection, signals, inlet):
        stop = Path(sys.argv[1]) / f"{name}.stop" if len(sys.argv) > 1 else Path("/nonexistent")
        while True:
            if stop.exists():
                raise ConnectionResetError(f"{connection.url}: the peer hung up")
            builder = ReadingsBuilder()
            for i, signal in enumerate(signals):
                bad = signal.name == BROKEN
                scale = Scale(signal.name)
                builder.add(
                    scale, time.time_ns() // 1000, wavy(signal, i), BAD_SENSOR_FAILURE if bad else GOOD
                )
            await inlet.put(Batch(builder.take(time.time_ns() // 1000)))
            await asyncio.sleep(PERIOD_S)

    async def nothing(connection):
        return []

    return Source(name, name, (name,), read, nothing, nothing)


def wavy(signal, i):
    """A value that moves within the limits, where there are any; one signal is beyond its own."""
    at, t = signal.limits, time.time() / (7 + i % 5) + i
    low = at.low if at.low is not None else (at.high or 50.0) * 0.6
    high = at.high if at.high is not None else (at.low or 40.0) * 1.4 + 10
    middle, half = (low + high) / 2, (high - low) / 2
    if signal.name == "P-101.DE.temperature":
        return high + 0.02 * half * math.sin(t) + 0.08 * half
    return middle + half * (0.4 * math.sin(t) + 0.2 * math.sin(2.7 * t))


def lay_cards(ledger: Ledger, now: datetime) -> None:
    """Two cards, as judges and reports would lay them."""
    since = now - timedelta(hours=7, minutes=12)
    text = "Drive-end bearing: outer-race lines at 3 multiples of 107.4 Hz, 9 times above the floor."
    first = Card("outer", "finding", "P-101", "Drive-end bearing: outer race damaged", "act", 0.86, 12400.0,
                 since, now, text, payload={"title_zh": "驱动端轴承:外圈损伤"})  # fmt: skip
    second = Card(
        "gap", "system", "SN-1", "12 s of readings are missing", "watch", 1.0, None, now, now, "A gap."
    )
    with ledger.change() as change:
        change.put_card(first)
        change.put_card(second)


async def main(folder: Path, port: int) -> None:
    from arkwright.web.server import serve

    works = open_works(folder)
    if "--cards" in sys.argv:
        lay_cards(works.ledger, works.now())
    with contextlib.closing(works):
        pem = [str(folder / name) if "--tls" in sys.argv else None for name in ("cert.pem", "key.pem")]
        await serve(
            works,
            port=port,
            certfile=pem[0],
            keyfile=pem[1],
            on_ready=lambda r: print(json.dumps(vars(r)), flush=True),
        )


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
