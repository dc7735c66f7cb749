"""What the OPC UA and Modbus tests share: an inlet that keeps everything, and a line that can be cut."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

from tests.servers import Node

from arkwright.core.errors import ArkwrightError
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import READINGS, concat

SERVER = Path(__file__).parents[1] / "peers" / "opcua_server.cjs"


class Inlet:
    """Keeps what it is given, and acknowledges at once as history would after its commit."""

    def __init__(self):
        self.resume, self.last_reading = {}, None
        self.tables, self.waveforms, self.gaps, self.refusals, self.beats = [], [], [], [], 0
        self.arrived = asyncio.Event()

    async def put(self, batch):
        self.tables.append(batch.readings)
        self.waveforms += batch.waveforms
        self.last_reading = datetime.now(UTC)
        if batch.acknowledge:
            batch.acknowledge()
        self.arrived.set()

    def beat(self):
        self.beats += 1

    def gap(self, start, end, reason, signals=()):
        self.gaps.append((start, end, reason, tuple(signals)))

    def refuse(self, subject, found, *, wanted="", fix=""):
        self.refusals.append((subject, found, wanted, fix))

    def rows(self, signal=None):
        rows = concat(self.tables, READINGS).to_pylist()
        return [r for r in rows if signal in (None, r["signal"])]

    def refused(self):
        return {subject for subject, *_ in self.refusals}

    async def until(self, ready, within_s=15.0):
        async with asyncio.timeout(within_s):
            while not ready():
                self.arrived.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.arrived.wait(), 0.2)


@contextlib.asynccontextmanager
async def running(source, connection, signals, inlet):
    """Run sessions one after the other, as the runtime does; yields the list of their errors."""
    errors = []

    async def keep():
        while True:
            try:
                await source.read(connection, signals, inlet)
            except (ArkwrightError, OSError) as error:
                errors.append(error)
            await asyncio.sleep(0.3)

    task = asyncio.create_task(keep())
    try:
        yield errors
    finally:
        task.cancel()
        result = (await asyncio.gather(task, return_exceptions=True))[0]
        if not isinstance(result, asyncio.CancelledError):
            raise result


class Wire:
    """A TCP line to a server that can be cut and joined, and that can go dead without a word."""

    def __init__(self, target):
        self.target, self.server, self.pairs, self.dead = target, None, [], False

    async def join(self, port=0):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def cut(self):
        self.server.close()
        for writer in self.pairs:
            writer.transport.abort()
        self.pairs.clear()
        await asyncio.sleep(0)

    async def _serve(self, reader, writer):
        self.pairs.append(writer)
        with contextlib.suppress(OSError, asyncio.CancelledError):  # cancelled with the loop of the test
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            self.pairs.append(back)
            await asyncio.gather(self._copy(reader, back), self._copy(there, writer), return_exceptions=True)

    async def _copy(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if not self.dead:
                    writer.write(data)
                    await writer.drain()
        writer.close()


def opcua_server(folder):
    """A node-opcua server; its key is made once a run, since that takes seconds."""
    pki = folder.parent / "node-opcua-pki"
    return Node(SERVER, folder, str(folder), str(pki), "1")


def signal(name, address, quantity="count", unit="1", **more):
    return Signal(name, "line", quantity, unit, "peer", address, **more)


def connection(protocol, url, **settings):
    return Connection("peer", protocol, url, settings)


def times(rows):
    return [r["time"] for r in rows]


def has_no_doubles(rows):
    keys = [(r["signal"], r["time"]) for r in rows]
    return len(keys) == len(set(keys)) or json.dumps([str(k) for k in keys if keys.count(k) > 1][:5])
