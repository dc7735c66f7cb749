"""Scan a declared range of a Modbus device, and examine a connection to one."""

from __future__ import annotations

import math
import re

from pymodbus.client.tcp import AsyncModbusTcpClient

from arkwright.connect.guess import BLIND
from arkwright.connect.modbus_address import BIT_AREAS, Block, Place, decode
from arkwright.connect.modbus_poll import PORT, RefusedError, Settings, open_client, read_cells, read_settings
from arkwright.connect.reach import split_address, try_reach
from arkwright.core.catalog import Step, Suggestion
from arkwright.core.errors import ArkwrightError, SourceError
from arkwright.core.plant import Connection

CHUNK = 64
RANGE = re.compile(r"(?:(\d{1,3})/)?(coil|discrete|input|holding):(\d+)-(\d+)")
PLAUSIBLE = (1e-3, 1e6)  # magnitudes that readings of a plant have; random pairs of registers seldom do


async def scan_device(connection: Connection) -> list[Suggestion]:
    """Read the ranges that the setting ``browse_range`` allows, and suggest a signal for what is not zero.

    Raises
    ------
    SourceError
        If no range is allowed: reading unknown registers can disturb an old device.
    """
    settings = read_settings(connection)
    blocks = [_range(text, settings) for text in filter(None, re.split(r"[,;\s]+", settings.browse_range))]
    if not blocks:
        raise SourceError(
            "no range to scan", wanted="browse_range such as 'holding:0-199'", where=connection.name,
            fix="A scan reads registers that nobody declared; allow it by naming the range.",
        )  # fmt: skip
    found: list[Suggestion] = []
    async with open_client(connection, settings) as client:
        for block in blocks:
            cells = await _scan(client, block)
            found += _suggest(block, cells)
    return found


def _range(text: str, settings: Settings) -> Block:
    match = RANGE.fullmatch(text)
    if match is None or int(match[3]) > int(match[4]) or int(match[4]) > 0xFFFF:
        raise SourceError(f"range '{text}'", wanted="such as holding:0-199 or 3/input:100-120")
    first, last = int(match[3]), int(match[4])
    return Block(int(match[1] or settings.unit), match[2], first, last - first + 1, ())


async def _scan(client: AsyncModbusTcpClient, block: Block) -> dict[int, int]:
    """Read a range chunk by chunk; a refused chunk is halved until only what is not there is left out."""
    ends = range(block.start, block.start + block.n, CHUNK)
    todo = [(at, min(CHUNK, block.start + block.n - at)) for at in ends]
    cells: dict[int, int] = {}
    while todo:
        at, n = todo.pop()
        try:
            got = await read_cells(client, Block(block.unit, block.area, at, n, ()))
        except RefusedError:
            if n > 1:
                todo += [(at, n // 2), (at + n // 2, n - n // 2)]
            continue
        cells.update(zip(range(at, at + n), map(int, got), strict=False))
    return cells


def _suggest(block: Block, cells: dict[int, int]) -> list[Suggestion]:
    found: list[Suggestion] = []
    taken: set[int] = set()
    for at in sorted(cells):
        if at in taken:
            continue
        prefix = f"{block.unit}/{block.area}:{at if at < 10_000 else hex(at)}"
        # A register of zero may be the lower half of a float whose upper half follows.
        order, value = ("", 0.0) if block.area in BIT_AREAS else _as_float(at, cells)
        if order:
            taken |= {at, at + 1}
            why = f"registers {at} and {at + 1} read as a float in order '{order}' give a plausible number"
            found.append(_suggestion(f"{prefix}:float32:{order}", "count", why, f"{value:.6g}"))
        elif cells[at] and block.area in BIT_AREAS:
            found.append(_suggestion(prefix, "state", "it is a bit, and it is set", "1"))
        elif cells[at]:
            number = decode(Place(block.area, at, 1, "int16"), [cells[at]])
            found.append(_suggestion(f"{prefix}:int16", "count", "the register is not zero", f"{number:.0f}"))
    return found


def _suggestion(address: str, quantity: str, why: str, sample: str) -> Suggestion:
    full = f"{why}; Modbus says nothing of its meaning: please choose by the device's manual"
    return Suggestion(address, address, quantity, "1", full, BLIND, sample=sample)


def _as_float(at: int, cells: dict[int, int]) -> tuple[str, float]:
    if at + 1 not in cells:
        return "", 0.0
    for order in ("be", "cdab"):
        value = decode(Place("holding", at, 2, "float32", order), [cells[at], cells[at + 1]])
        if isinstance(value, float) and math.isfinite(value) and PLAUSIBLE[0] <= abs(value) <= PLAUSIBLE[1]:
            return order, value
    return "", 0.0


async def probe_device(connection: Connection) -> list[Step]:
    """Try each step up to a first register; stop at the first that fails."""
    try:
        settings = read_settings(connection)
        host, port = split_address(connection, PORT)
    except ArkwrightError as error:
        return [Step("Read the settings", False, str(error))]
    steps = await try_reach(host, port, settings.timeout_s)
    if not steps[-1].passed:
        return steps
    title = f"Ask unit {settings.unit} for a register"
    try:
        async with open_client(connection, settings) as client:
            cells = await read_cells(client, Block(settings.unit, "holding", 0, 1, ()))
    except RefusedError as error:
        text = f"{error.found}: it is alive, but has no holding register 0"
        return [*steps, Step(title, error.code in {1, 2, 3}, text)]
    except (ArkwrightError, OSError) as error:
        hint = "Check the unit id; behind a gateway it is the number of the device on the line."
        return [*steps, Step(title, False, f"{error}. {hint}")]
    return [*steps, Step(title, True, f"holding register 0 is {cells[0]}")]
