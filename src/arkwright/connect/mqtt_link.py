"""One MQTT session with a fresh client: received messages wait here until their batch is committed."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from arkwright.core.catalog import Step
from arkwright.core.errors import SourceError
from arkwright.core.plant import Connection

PERIOD_S = 0.2  # how long messages are gathered into one batch
_TIMEOUT_S = 10.0
_TLS_SCHEMES = frozenset({"mqtts", "ssl", "sparkplugs"})

SETTINGS = {
    "user": "user name at the broker",
    "password": "password at the broker",
    "client_id": "name of the persistent session; must be the same after a restart and used by nobody else",
    "tls_ca": "file of the certificate authority; the system's where it is left out",
    "tls_cert": "file of the client's certificate",
    "tls_key": "file of the client's private key",
    "browse_s": "how long browsing listens, in seconds; 10 where it is left out",
}


class Message(NamedTuple):
    """A message as it came; ``time_us`` is the time of receipt. [us]"""

    topic: str
    payload: bytes
    mid: int
    qos: int
    retain: bool
    time_us: int


class Will(NamedTuple):
    """What the broker says when this client is lost."""

    topic: str
    payload: bytes


def now_us() -> int:
    """Return the time now. [us since the epoch]"""
    return time.time_ns() // 1000


def peer(connection: Connection) -> tuple[str, int, bool]:
    """Return host, port and whether TLS is used.

    Raises
    ------
    SourceError
        If the address has no host.
    """
    try:
        parts = urlsplit(connection.url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(f"address '{connection.url}': {error}", wanted="mqtt://host:1883") from error
    if not host:
        raise SourceError(f"address '{connection.url}'", wanted="mqtt://host:1883", where=connection.name)
    secure = parts.scheme in _TLS_SCHEMES or "tls_ca" in connection.settings
    return host, port or (8883 if secure else 1883), secure


class Link:
    """A connected client; made by :func:`open_link`."""

    def __init__(self, connection: Connection, will: Will | None, *, is_persistent: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._connected: asyncio.Future[None] = self._loop.create_future()
        self._granted: dict[int, asyncio.Future[list[bool]]] = {}
        self._waiting: deque[Message] = deque()
        self._lost = ""
        self.is_kept = False  # whether the broker had kept our session, and what came for it meanwhile
        self.client = _client(connection, is_persistent=is_persistent)
        if will is not None:
            self.client.will_set(will.topic, will.payload, qos=1, retain=True)
        self.client.on_connect, self.client.on_disconnect = self._on_connect, self._on_disconnect
        self.client.on_message, self.client.on_subscribe = self._on_message, self._on_subscribe

    async def connect(self, connection: Connection) -> None:
        """Connect and wait for the broker's word.

        Raises
        ------
        SourceError
            If the broker refuses or does not answer.
        """
        host, port, _ = peer(connection)
        try:
            await asyncio.to_thread(self.client.connect, host, port, 20)
            self.client.loop_start()
            async with asyncio.timeout(_TIMEOUT_S):
                await self._connected
        except TimeoutError as error:
            raise SourceError("the broker does not answer", where=f"{host}:{port}") from error

    async def subscribe(self, topics: Iterable[str], qos: int = 1) -> None:
        """Subscribe and wait until every topic is granted.

        Raises
        ------
        SourceError
            If the broker refuses one.
        """
        wanted = list(topics)
        for start in range(0, len(wanted), 100):
            part = wanted[start : start + 100]
            granted = await self._subscribe([(t, qos) for t in part])
            refused = [t for t, good in zip(part, granted, strict=False) if not good]
            if refused:
                raise SourceError(
                    f"subscription to '{refused[0]}' refused", fix="ask for the right to read it"
                )

    async def _subscribe(self, pairs: list[tuple[str, int]]) -> list[bool]:
        answer: asyncio.Future[list[bool]] = self._loop.create_future()
        code, mid = self.client.subscribe(pairs)
        if code != 0 or mid is None:
            raise SourceError("connection lost while subscribing")
        self._granted[mid] = answer
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await answer
        except TimeoutError as error:
            raise SourceError("the broker does not answer a subscription") from error

    async def take(self, period_s: float = PERIOD_S) -> list[Message]:
        """Return what came in the last period.

        Parameters
        ----------
        period_s
            How long to gather. [s]

        Returns
        -------
        messages
            In order of receipt; maybe none.

        Raises
        ------
        SourceError
            If the connection is lost and everything received is handed out.
        """
        await asyncio.sleep(period_s)
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if self._lost and not taken:
            raise SourceError(f"connection lost: {self._lost}")
        return taken

    def acknowledger(self, messages: list[Message]) -> Callable[[], None]:
        """Return what tells the broker that these messages are safe."""
        pairs = [(m.mid, m.qos) for m in messages if m.qos]

        def acknowledge() -> None:
            for mid, qos in pairs:
                self.client.ack(mid, qos)

        return acknowledge

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> Any:
        """Publish one message."""
        return self.client.publish(topic, payload, qos=qos, retain=retain)

    def _call(self, step: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(step)

    def _on_connect(self, _client: Any, _data: Any, flags: Any, reason: Any, _props: Any) -> None:
        self.is_kept = bool(flags.session_present)

        def settle() -> None:
            if self._connected.done():
                return
            if reason.is_failure:
                self._connected.set_exception(SourceError(f"the broker refuses: {reason}"))
            else:
                self._connected.set_result(None)

        self._call(settle)

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _props: Any) -> None:
        self._lost = str(reason) or "closed"

    def _on_message(self, _client: Any, _data: Any, m: Any) -> None:
        self._waiting.append(Message(m.topic, m.payload, m.mid, m.qos, m.retain, now_us()))

    def _on_subscribe(self, _client: Any, _data: Any, mid: int, reasons: list[Any], _props: Any) -> None:
        good = [not r.is_failure for r in reasons]

        def settle() -> None:
            answer = self._granted.pop(mid, None)
            if answer is not None and not answer.done():
                answer.set_result(good)

        self._call(settle)


@asynccontextmanager
async def open_link(
    connection: Connection, will: Will | None = None, *, is_persistent: bool = True
) -> AsyncIterator[Link]:
    """Open a session, and close it whatever happens."""
    link = Link(connection, will, is_persistent=is_persistent)
    try:
        await link.connect(connection)
        yield link
    finally:
        link.client.disconnect()
        await asyncio.to_thread(link.client.loop_stop)


def _client(connection: Connection, *, is_persistent: bool) -> Any:
    import paho.mqtt.client as paho
    from paho.mqtt.enums import CallbackAPIVersion

    settings = connection.settings
    client_id = str(settings.get("client_id") or f"arkwright-{connection.name}") if is_persistent else ""
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id,
        clean_session=not is_persistent,
        reconnect_on_failure=False,
        manual_ack=is_persistent,
    )
    if settings.get("user"):
        client.username_pw_set(str(settings["user"]), str(settings.get("password", "")))
    if peer(connection)[2]:
        client.tls_set_context(_tls(connection))
    return client


def _tls(connection: Connection) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=_text(connection, "tls_ca"))
    cert = _text(connection, "tls_cert")
    if cert:
        context.load_cert_chain(cert, _text(connection, "tls_key"))
    return context


def _text(connection: Connection, name: str) -> str | None:
    value = connection.settings.get(name)
    return str(value) if value else None


async def examine(connection: Connection, topics: list[str]) -> list[Step]:
    """Try each step from name to first message; stops at the first that fails."""
    host, port, secure = peer(connection)
    steps: list[Step] = []
    try:
        steps.append(Step(f"resolve {host}", True, await asyncio.to_thread(socket.gethostbyname, host)))
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
        steps.append(Step(f"reach port {port}", True))
        async with open_link(connection, is_persistent=False) as link:
            steps.append(Step("broker accepts" + (" over TLS" if secure else ""), True))
            await link.subscribe(topics)
            steps.append(Step("subscription granted", True, ", ".join(topics[:5])))
            steps.append(await _first_message(link))
    except (OSError, TimeoutError, SourceError) as error:
        titles = (
            f"resolve {host}",
            f"reach port {port}",
            "broker accepts",
            "subscription granted",
            "message seen",
        )
        steps.append(Step(titles[len(steps)], False, str(error)))
    return steps


async def _first_message(link: Link) -> Step:
    for _ in range(25):
        seen = await link.take()
        if seen:
            return Step("message seen", True, seen[0].topic)
    return Step("message seen", False, "nothing in 5 s: does anybody publish on these topics?")
