"""A line, an intake and a lake in a process of their own, until they are killed.

Argument: a JSON file with ``protocol``, ``url``, ``settings``, ``signals`` (fields of Signal), ``home`` of
history, and ``now``, the time that the lake believes it is, where that is not the clock's.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from arkwright.connect.files import SOURCE as FILES
from arkwright.connect.mtconnect import SOURCE as MTCONNECT
from arkwright.core.plant import Connection, Signal
from arkwright.history.lake import Lake
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

SOURCES = {source.name: source for source in (FILES, MTCONNECT)}


def clock(now):
    return (lambda: datetime.fromisoformat(now)) if now else (lambda: datetime.now(UTC))


async def main() -> None:
    told = json.loads(Path(sys.argv[1]).read_text())
    signals = tuple(Signal(**fields) for fields in told["signals"])
    with Lake(told["home"], now=clock(told.get("now"))) as lake:
        intake = Intake(lake, LiveTable(signals, lambda _: True))
        connection = Connection("peer", told["protocol"], told["url"], told["settings"])
        resume = lake.resume("peer") or {}
        line = Line(connection, SOURCES[told["protocol"]], signals, intake.queue, resume=resume)
        intake.lines.append(line)
        print("ready", flush=True)
        await asyncio.gather(line.keep_alive(), intake.run())


if __name__ == "__main__":
    asyncio.run(main())
