"""A small MTConnect agent: the device model and a ring of observations, served over HTTP."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from arkwright.connect.mtconnect_buffer import Condition, Observation, Ring, TimeSeries, Value
from arkwright.connect.mtconnect_documents import (
    Head,
    RequestError,
    now_text,
    write_devices,
    write_error,
    write_streams,
)
from arkwright.connect.mtconnect_model import UNAVAILABLE, DataItem, parse_xml, read_model
from arkwright.connect.mtconnect_units import Conversion, find_conversion
from arkwright.core.errors import SourceError, UnitError

Sent = float | str | Sequence[float] | Condition | TimeSeries | Mapping[str, object] | None
_VERBS = ("probe", "current", "sample")
_LONGEST_LINE = 16_384
_READ_LIMIT_S = 30.0
_BOUNDARY = "arkwright-part"


class _Request(NamedTuple):
    verb: str
    device: str
    query: Mapping[str, str]
    uri: str


class Agent:
    """Serves one device model; :meth:`observe` is called on the event loop it was started on.

    Values are given in the native unit of the data item and served in its unit. Items whose native unit
    cannot be converted are listed in ``unconverted`` and stay UNAVAILABLE, rather than lie about their unit.

    Parameters
    ----------
    devices_xml
        A Devices document.
    port
        Port on ``host``; 0 takes a free one. [1]
    buffer_size
        How many observations are held. [1]
    instance_id
        Number of this run of the agent; the time in milliseconds where it is left out. [1]
    """

    def __init__(
        self,
        devices_xml: str | bytes,
        port: int = 0,
        buffer_size: int = 131_072,
        *,
        host: str = "127.0.0.1",
        sender: str = "arkwright",
        instance_id: int | None = None,
    ) -> None:
        self.model = read_model(devices_xml)
        self.host, self.port = host, port
        self.ring = Ring(buffer_size)
        self.unconverted: dict[str, str] = {}
        self._source = parse_xml(devices_xml)
        self._conversions = dict(self._convertible())
        started = now_text()
        self._head = Head(
            self.model.version, instance_id or time.time_ns() // 1_000_000, sender, buffer_size, started
        )
        self._news = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[object]] = set()
        for item in self.model.items.values():
            self.ring.add(item.id, started, _unavailable(item))

    def _convertible(self) -> list[tuple[str, Conversion]]:
        found = []
        for item in self.model.items.values():
            try:
                found.append((item.id, find_conversion(item.native_units, item.units, item.native_scale)))
            except UnitError as error:
                self.unconverted[item.id] = str(error)
        return found

    @property
    def url(self) -> str:
        """Address of the agent."""
        return f"http://{self.host}:{self.port}"

    @property
    def instance_id(self) -> int:
        """Number of this run of the agent."""
        return self._head.instance_id

    async def start(self) -> None:
        """Listen; ``port`` is the true one afterwards."""
        self._server = await asyncio.start_server(self._talk, self.host, self.port, limit=_LONGEST_LINE)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut every stream."""
        if self._server is None:
            return
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await self._server.wait_closed()
        self._server = None

    async def serve_forever(self) -> None:
        """Start if need be, and serve until cancelled."""
        if self._server is None:
            await self.start()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self.stop()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    def observe(self, data_item_id: str, value: Sent, time: datetime | str | None = None) -> Observation:
        """Take in one observation.

        Parameters
        ----------
        data_item_id
            Id of the data item.
        value
            Number, text, three numbers, a condition, a time series, a data set; None is UNAVAILABLE.
            [native unit of the data item]
        time
            Time of the source, kept as written where it is text; now where it is left out.

        Returns
        -------
        observation
            The observation with its sequence number, in the unit of the model.

        Raises
        ------
        SourceError
            If the data item is not in the model, or the value does not fit it.
        """
        item = self.model.items.get(data_item_id)
        if item is None:
            raise SourceError(f"data item '{data_item_id}' is not in the model")
        seen = self.ring.add(item.id, _time_text(time), self._value(item, value))
        self._news.set()
        return seen

    def _value(self, item: DataItem, value: Sent) -> Value:
        if value is None or value == UNAVAILABLE or item.id in self.unconverted:
            return _unavailable(item)
        if item.category == "CONDITION":
            if not isinstance(value, Condition):
                raise SourceError(f"{value!r} for condition '{item.id}'", wanted="a Condition")
            return value
        if isinstance(value, Mapping):
            return {str(k): str(v) for k, v in value.items()}
        convert = self._conversions[item.id]
        if isinstance(value, TimeSeries):
            return TimeSeries(tuple(convert(v) for v in value.values), value.rate_hz)
        if isinstance(value, Condition):
            raise SourceError(f"a condition for '{item.id}'", wanted=f"a value: it is of {item.category}")
        return _scalar_text(item, value, convert)

    # ----------------------------------------------------------------------------------------------- HTTP
    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with suppress(OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError):
                while await self._exchange(reader, writer):
                    pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._open.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; say whether the connection stays open."""
        async with asyncio.timeout(_READ_LIMIT_S):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = [*head[0].split(" "), "", ""][:3]
        stays = not any(line.lower().replace(" ", "") == "connection:close" for line in head)
        uri = f"{self.url}{target}"
        try:
            if method != "GET":
                raise RequestError("UNSUPPORTED", f"method '{method[:20]}' is not served", status=405)
            request = self._read_request(target, uri)
            if "interval" in request.query and request.verb != "probe":
                await self._stream(writer, request)
                return False
            await _answer(writer, 200, self._single(request))
        except RequestError as error:
            await _answer(writer, error.status, write_error(error, self._header(), uri))
        return stays

    def _read_request(self, target: str, uri: str) -> _Request:
        parts = urlsplit(target)
        steps = [unquote(s) for s in parts.path.split("/") if s]
        verb = steps.pop() if steps and steps[-1] in _VERBS else "probe"
        names = {key: d.name for d in self.model.devices for key in (d.name, d.uuid, d.id)}
        if len(steps) > 1:
            raise RequestError("INVALID_URI", f"'{parts.path[:200]}' is no address of an agent")
        if steps and steps[0] not in names:
            raise RequestError("NO_DEVICE", f"no device '{steps[0][:200]}'", status=404)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return _Request(verb, names[steps[0]] if steps else "", query, uri)

    def _header(self, following: int | None = None) -> Head:
        ring = self.ring
        stated = {k: v for k, v in vars(self._head).items() if k not in ("first", "last", "next")}
        return Head(**stated, first=ring.first, last=ring.last, next=following or ring.next)

    def _items(self, request: _Request) -> frozenset[str] | None:
        path = request.query.get("path")
        if path is None and not request.device:
            return None
        try:
            return self.model.select(path or "//DataItem", request.device)
        except SourceError as error:
            raise RequestError("INVALID_XPATH", str(error), "path") from error

    def _single(self, request: _Request) -> bytes:
        if request.verb == "probe":
            return write_devices(self._source, self._header(), request.device)
        items = self._items(request)
        if request.verb == "current":
            return self._current(items, self._number(request, "at", None, self.ring.first, self.ring.last))
        return self._sample(request, items)

    def _current(self, items: frozenset[str] | None, at: int | None) -> bytes:
        state = self.ring.state(at)
        seen = [o for item, group in state.items() if items is None or item in items for o in group]
        return write_streams(self.model, seen, self._header())

    def _sample(self, request: _Request, items: frozenset[str] | None) -> bytes:
        count = self._number(request, "count", 100, -self.ring.size, self.ring.size) or 0
        if count == 0:
            raise RequestError("OUT_OF_RANGE", "count is 0; wanted some", "count", 404)
        if count < 0:
            newest = self._number(request, "from", self.ring.last, self.ring.first, self.ring.next) or 0
            seen, following = self.ring.until(newest, -count, items)
        else:
            start = self._number(request, "from", self.ring.first, self.ring.first, self.ring.next) or 0
            seen, following = self.ring.since(start, count, items)
        return write_streams(self.model, seen, self._header(following))

    def _number(self, request: _Request, name: str, otherwise: int | None, low: int, high: int) -> int | None:
        text = request.query.get(name)
        if text is None:
            return otherwise
        try:
            number = int(text)
        except ValueError:
            raise RequestError("INVALID_REQUEST", f"{name}={text[:50]} is no number", name) from None
        if not low <= number <= high:
            raise RequestError("OUT_OF_RANGE", f"{name}={number}; wanted {low} to {high}", name, 404)
        return number

    # -------------------------------------------------------------------------------------------- streams
    async def _stream(self, writer: asyncio.StreamWriter, request: _Request) -> None:
        items = self._items(request)
        interval_s = (self._number(request, "interval", 0, 0, 2**31) or 0) / 1000
        heartbeat_s = (self._number(request, "heartbeat", 10_000, 1, 2**31) or 0) / 1000
        if request.verb == "current":
            parts = self._currents(items, max(interval_s, 0.01))
        else:
            count = self._number(request, "count", 100, 1, self.ring.size) or 1
            start = self._number(request, "from", self.ring.first, self.ring.first, self.ring.next) or 1
            parts = self._samples(items, start, count, (interval_s, heartbeat_s))
        kind = f"multipart/x-mixed-replace;boundary={_BOUNDARY}"
        writer.write(_head(200, kind, "Transfer-Encoding: chunked\r\nConnection: close\r\n"))
        try:
            async for part in parts:
                await _send_part(writer, part)
        except RequestError as error:
            await _send_part(writer, write_error(error, self._header(), request.uri))
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _currents(self, items: frozenset[str] | None, interval_s: float) -> AsyncIterator[bytes]:
        while True:
            yield self._current(items, None)
            await asyncio.sleep(interval_s)

    async def _samples(
        self, items: frozenset[str] | None, start: int, count: int, pace_s: tuple[float, float]
    ) -> AsyncIterator[bytes]:
        interval_s, heartbeat_s = pace_s
        while True:
            if self.ring.has_lost(start, items):
                raise RequestError(
                    "OUT_OF_RANGE", f"from={start} has left the buffer at {self.ring.first}", "from"
                )
            seen, start = self.ring.since(start, count, items)
            yield write_streams(self.model, seen, self._header(start))
            # A reader that is behind is served without a pause: the buffer does not wait for it.
            if start < self.ring.next:
                await asyncio.sleep(0)
                continue
            await asyncio.sleep(interval_s)
            start = await self._wait_for(start, items, heartbeat_s - interval_s)

    async def _wait_for(self, start: int, items: frozenset[str] | None, limit_s: float) -> int:
        """Wait for an observation of these items, at most until the heartbeat is due; say where it may be."""
        end = asyncio.get_running_loop().time() + limit_s
        while not self.ring.since(start, 1, items)[0]:
            start = self.ring.next
            self._news.clear()
            try:
                async with asyncio.timeout_at(end):
                    await self._news.wait()
            except TimeoutError:
                break
        return start


def _unavailable(item: DataItem) -> Value:
    return Condition("UNAVAILABLE") if item.category == "CONDITION" else UNAVAILABLE


def _time_text(moment: datetime | str | None) -> str:
    if moment is None:
        return now_text()
    if isinstance(moment, str):
        return moment
    if moment.tzinfo is None:
        raise SourceError(f"time {moment} has no zone", wanted="an aware time")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _scalar_text(item: DataItem, value: float | str | Sequence[float], convert: Conversion) -> str:
    if item.category == "EVENT" and not (item.units and item.native_units):
        return str(value)
    if isinstance(value, (int, float)):
        return _number_text(convert(value))
    words = value.split() if isinstance(value, str) else value
    try:
        return " ".join(_number_text(convert(float(word))) for word in words)
    except ValueError as error:
        if item.category == "EVENT":
            return str(value)
        raise SourceError(f"'{value}' for sample '{item.id}'", wanted="numbers") from error


def _number_text(value: float) -> str:
    if not math.isfinite(value):
        return UNAVAILABLE
    # 15 digits are what a double is sure of: 212 degF is 100 degC, not 100.00000000000001.
    return f"{value:.15g}"


def _head(status: int, kind: str, more: str) -> bytes:
    words = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}
    text = f"HTTP/1.1 {status} {words[status]}\r\nContent-Type: {kind}\r\nCache-Control: no-store\r\n"
    return f"{text}{more}\r\n".encode()


async def _answer(writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    writer.write(_head(status, "text/xml;charset=utf-8", f"Content-Length: {len(body)}\r\n") + body)
    await writer.drain()


async def _send_part(writer: asyncio.StreamWriter, body: bytes) -> None:
    head = f"--{_BOUNDARY}\r\nContent-type: text/xml\r\nContent-length: {len(body)}\r\n\r\n".encode()
    part = head + body + b"\r\n"
    writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
    await writer.drain()
