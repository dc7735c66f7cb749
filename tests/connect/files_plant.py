"""A line, an intake and a lake in a process of their own, on a watched folder, until they are killed.

Arguments: the folder that is watched, and the folder of history.
"""

import asyncio
import sys

from arkwright.connect.files import SOURCE
from arkwright.core.plant import Connection, Signal
from arkwright.history.lake import Lake
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

SIGNALS = (
    Signal("oven.temp", "oven", "temperature", "degC", "files", "*.csv#temp"),
    Signal("oven.flow", "oven", "volume_flow", "m3/h", "files", "*.parquet#flow"),
    Signal("pump.vib", "pump", "acceleration", "g", "files", "*.npz#DE", "waveform"),
)


async def main() -> None:
    folder, home = sys.argv[1:]
    with Lake(home) as lake:
        intake = Intake(lake, LiveTable(SIGNALS, lambda _: True))
        connection = Connection("files", "files", f"file://{folder}", {"period_s": 0.02, "settle_s": 0.1})
        line = Line(connection, SOURCE, SIGNALS, intake.queue, resume=lake.resume("files") or {})
        intake.lines.append(line)
        print("ready", flush=True)
        await asyncio.gather(line.keep_alive(), intake.run())


if __name__ == "__main__":
    asyncio.run(main())
