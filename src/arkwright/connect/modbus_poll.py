"""Poll a Modbus TCP device: few requests, a fixed beat, every failure visible as a status."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymodbus.client.tcp import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from arkwright.connect.modbus_address import Block, Place, decode, parse_place, plan_blocks
from arkwright.connect.reach import split_address, take_setting
from arkwright.core.catalog import Batch, Inlet
from arkwright.core.errors import ArkwrightError, SourceError
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import ReadingsBuilder, Scale

PORT = 502
_polled: dict[tuple[str, str], datetime] = {}  # when a device last answered, for the gap after a cut
ILLEGAL = {1, 2, 3}  # function, address or value that the device does not have: asking again does not help
BAD_NO_COMMUNICATION, BAD_DEVICE_FAILURE, BAD_RESOURCE = 0x8031_0000, 0x808B_0000, 0x8003_0000
STATUS = {4: BAD_DEVICE_FAILURE, 6: BAD_RESOURCE, 10: BAD_NO_COMMUNICATION, 11: BAD_NO_COMMUNICATION}
"""Exception code (Modbus Application Protocol 1.1b3, 7) to the OPC UA status with that meaning."""


@dataclass(frozen=True)
class Settings:
    """How a device is polled.

    ``unit`` [1], ``period_s`` [s] from poll to poll, ``timeout_s`` [s] for an answer, ``max_hole`` [1]
    unwanted registers that may be read along, ``browse_range`` what a scan may read.
    """

    unit: int = 1
    period_s: float = 1.0
    timeout_s: float = 2.0
    max_hole: int = 8
    browse_range: str = ""


def read_settings(connection: Connection) -> Settings:
    """Read the settings of a connection.

    Raises
    ------
    SourceError
        If one is of the wrong kind or out of range.
    """
    plain = Settings()
    settings = Settings(
        **{name: take_setting(connection, name, value) for name, value in vars(plain).items()}
    )
    if not 0 <= settings.unit <= 255:
        raise SourceError(f"unit {settings.unit}", wanted="0 to 255", where=connection.name)
    if settings.period_s <= 0 or settings.timeout_s <= 0:
        raise SourceError("a period or time-out that is not positive", where=connection.name)
    return settings


@dataclass(frozen=True)
class Point:
    """A signal, where it lies, and how it becomes canonical."""

    signal: Signal
    place: Place
    scale: Scale


class RefusedError(SourceError):
    """The device answered with an exception."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"the device answers with exception {code}")


@asynccontextmanager
async def open_client(connection: Connection, settings: Settings) -> AsyncIterator[AsyncModbusTcpClient]:
    """Connect a fresh client, and close it in the end.

    Raises
    ------
    SourceError
        If nothing listens there.
    """
    host, port = split_address(connection, PORT)
    # The runtime reconnects, with a new client: the library's own attempts would be a second hand on it.
    client = AsyncModbusTcpClient(host, port=port, timeout=settings.timeout_s, retries=1, reconnect_delay=0)
    client.set_max_no_responses(1_000_000)
    try:
        async with asyncio.timeout(2 * settings.timeout_s):
            connected = await client.connect()
        if not connected:
            raise SourceError(f"no answer from {host}:{port}", where=connection.name)
        yield client
    finally:
        client.close()


async def read_cells(client: AsyncModbusTcpClient, block: Block) -> list[int]:
    """Read the registers or bits of one block.

    Raises
    ------
    RefusedError
        If the device answers with an exception.
    SourceError
        If it does not answer in time, or not with what was asked for.
    """
    call: Any = {
        "coil": client.read_coils,
        "discrete": client.read_discrete_inputs,
        "input": client.read_input_registers,
        "holding": client.read_holding_registers,
    }[block.area]
    try:
        answer = await call(block.start, count=block.n, device_id=block.unit)
    except ModbusException as error:
        if not client.connected:
            raise ConnectionError(str(error)) from error
        raise SourceError(f"unit {block.unit} does not answer") from error
    if answer.isError():
        raise RefusedError(int(answer.exception_code))
    cells = list(answer.registers or answer.bits)
    if len(cells) < block.n:
        raise SourceError(f"{len(cells)} values of unit {block.unit}", wanted=str(block.n))
    return cells


def find_points(signals: Sequence[Signal], inlet: Inlet) -> list[Point]:
    """Read address and unit of every signal; what is wrong is refused one by one."""
    points: list[Point] = []
    for signal in signals:
        try:
            place, unit = parse_place(signal.address), signal.declared_unit()
        except ArkwrightError as error:
            inlet.refuse(signal.name, error.found, wanted=error.wanted, fix=error.fix)
            continue
        scale = Scale(signal.name, unit.factor * place.factor, unit.factor * place.offset + unit.offset)
        points.append(Point(signal, place, scale))
    return points


class Poller:
    """Blocks to read and what they read, poll after poll."""

    def __init__(
        self, client: AsyncModbusTcpClient, points: Sequence[Point], settings: Settings, inlet: Inlet
    ) -> None:
        self.client = client
        self.points = points
        self.inlet = inlet
        self.blocks = plan_blocks([p.place for p in points], settings.unit, settings.max_hole)

    async def poll(self) -> ReadingsBuilder:
        """Read every block once.

        Raises
        ------
        SourceError
            If no block was answered.
        """
        builder = ReadingsBuilder()
        todo, answered, silence = list(self.blocks), 0, SourceError("no block to read")
        while todo:
            block = todo.pop(0)
            try:
                self._decode(builder, block, await read_cells(self.client, block))
                answered += 1
            except RefusedError as error:
                answered += 1
                todo = self._cope(builder, block, error) + todo
            except SourceError as error:
                silence = error
                self._mark(builder, block, BAD_NO_COMMUNICATION)
        if not answered:
            raise silence
        return builder

    def _decode(self, builder: ReadingsBuilder, block: Block, cells: Sequence[int]) -> None:
        for at in block.members:
            point = self.points[at]
            first = point.place.start - block.start
            builder.add(point.scale, None, decode(point.place, cells[first : first + point.place.n]))

    def _mark(self, builder: ReadingsBuilder, block: Block, status: int) -> None:
        for at in block.members:
            builder.add(self.points[at].scale, None, None, status)

    def _cope(self, builder: ReadingsBuilder, block: Block, error: RefusedError) -> list[Block]:
        """Take a refused block apart, so that one wrong address does not silence its neighbours."""
        if error.code not in ILLEGAL:
            self._mark(builder, block, STATUS.get(error.code, BAD_DEVICE_FAILURE))
            return []
        at = self.blocks.index(block)
        if len(block.members) == 1:
            signal = self.points[block.members[0]].signal
            self.inlet.refuse(
                signal.name,
                f"the device has no '{signal.address}' (exception {error.code})",
                fix="Correct the address in signals.csv by the device's manual.",
            )
            parts: list[Block] = []
        else:
            parts = [
                Block(block.unit, p.area, p.start, p.n, (i,))
                for i, p in ((i, self.points[i].place) for i in block.members)
            ]
        self.blocks[at : at + 1] = parts
        return parts


async def run_session(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Poll until the device is lost or the task is cancelled.

    Raises
    ------
    SourceError
        If the device does not answer, or has none of the signals.
    OSError
        If the connection breaks.
    """
    settings = read_settings(connection)
    points = find_points(signals, inlet)
    key = connection.name, connection.url
    last = _polled.get(key) or inlet.last_reading
    async with open_client(connection, settings) as client:
        poller = Poller(client, points, settings, inlet)
        due = time.monotonic()
        while poller.blocks:
            builder = await poller.poll()
            now = datetime.now(UTC)
            if last is not None:
                inlet.gap(last, now, "not connected, and Modbus keeps no history")
                last = None
            _polled[key] = now
            inlet.beat()
            if len(builder):
                await inlet.put(Batch(builder.take(time.time_ns() // 1000)))
            # A poll that took too long is not caught up with: the next one is due a period later.
            due = max(due + settings.period_s, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
    raise SourceError(
        "the device has none of the signals",
        where=connection.name,
        fix="Correct their addresses in signals.csv.",
    )
