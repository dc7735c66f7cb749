"""Modbus TCP: registers and bits polled in blocks.

Addresses: ``[unit/]area:address[:kind[:order]][*factor][+offset]``, for example ``holding:40001:float32:be``,
``input:100:int16*0.1``, ``3/holding:0x0064:uint32:cdab``, ``coil:17``.
"""

from __future__ import annotations

from collections.abc import Sequence

from arkwright.core.catalog import Inlet, Source, Step, Suggestion
from arkwright.core.plant import Connection, Signal

# pymodbus is loaded only by a connection that uses it.


async def read(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Poll until the device is lost or the task is cancelled."""
    from arkwright.connect.modbus_poll import run_session

    await run_session(connection, signals, inlet)


async def browse(connection: Connection) -> list[Suggestion]:
    """Scan the range that the settings allow."""
    from arkwright.connect.modbus_scan import scan_device

    return await scan_device(connection)


async def diagnose(connection: Connection) -> list[Step]:
    """Try each step of a connection and say which works."""
    from arkwright.connect.modbus_scan import probe_device

    return await probe_device(connection)


SOURCE = Source(
    name="modbus",
    title="Modbus TCP",
    schemes=("modbus", "modbus+tcp"),
    read=read,
    browse=browse,
    diagnose=diagnose,
    settings={
        "unit": "Unit id of the device, 0 to 255; an address may name another one.",
        "period_s": "Time from poll to poll. [s]",
        "timeout_s": "Longest wait for an answer. [s]",
        "max_hole": "Unwanted registers that may be read between two wanted ones, to save requests.",
        "browse_range": "What a scan may read, such as 'holding:0-199, input:0-49'; empty for nothing.",
    },
    replays="Nothing: Modbus has no memory; a cut becomes a gap event with both ends.",
    example_url="modbus://plc.example:502",
)
