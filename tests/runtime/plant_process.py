"""A process that tests kill: reads, keeps, judges and tells on its output what it tried and what stands.

``python -m tests.runtime.plant_process FOLDER '{"first": 7, "again": [[5, 1780000000000000], ...]}'``
"""

import asyncio
import json
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.app.works import make_site
from tests.laws.judges import ADDING, AILING, SEEING

from arkwright.app.judging import Judging
from arkwright.connect.files import SOURCE
from arkwright.core.catalog import Batch, Needs
from arkwright.core.tables import ReadingsBuilder, Scale
from arkwright.health.fault import faults
from arkwright.history.lake import Lake
from arkwright.history.ledger import open_ledger
from arkwright.history.query import History
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

SITE = make_site(2)
NAMES = ("P0000.temp", "P0000.pressure", "P0001.temp")
EVERY_S = 0.02


FAST = Needs(0.5, 0.25)
KNOWN = {c.name: replace(c, needs=FAST) for c in (SEEING, ADDING, AILING)}


def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def batch_of(number: int, time_us: int) -> Batch:
    """The batch of a number: the same whenever it is sent."""
    builder = ReadingsBuilder()
    for place, name in enumerate(NAMES):
        builder.add(Scale(name), time_us + place, float(number))
    return Batch(builder.take(0), acknowledge=lambda: say("stands", number))


async def feed(line: Line, first: int, again: list[tuple[int, int]]) -> None:
    """Send what was not acknowledged once more, as a source would, and then what is new."""
    for number, time_us in again:
        await line.put(batch_of(number, time_us))
    for number in range(first, first + 1_000_000):
        time_us = time.time_ns() // 1000
        say("try", number, time_us)
        await line.put(batch_of(number, time_us))
        await asyncio.sleep(EVERY_S)


async def main(folder: Path, order: dict) -> None:
    with ExitStack() as stack:
        lake = stack.enter_context(Lake(folder / "history", lambda: datetime.now(UTC)))
        ledger = open_ledger(folder / "ledger.db")
        intake = Intake(lake, LiveTable(tuple(SITE.signals.values()), lambda _: True))
        line = Line(SITE.connections["plc0"], SOURCE, (), intake.queue)
        intake.lines.append(line)
        judging = Judging(SITE, History(lake), ledger, intake, faults(), checks=KNOWN)
        async with asyncio.TaskGroup() as group:
            group.create_task(intake.run())
            group.create_task(judging.run())
            group.create_task(feed(line, order["first"], order["again"]))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
