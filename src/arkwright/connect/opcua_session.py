"""One session with an OPC UA server: subscribe, publish, replay what was missed, tell what is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from asyncua import ua as _ua
from asyncua.client.client import Client
from asyncua.ua.ua_binary import struct_from_binary

from arkwright.connect.opcua_client import (
    Settings,
    close_client,
    explain,
    keep_channel,
    keep_ticket,
    open_client,
    read_settings,
)
from arkwright.connect.opcua_collect import Collector
from arkwright.connect.opcua_left import Left, find_left, keep_left, last_known_us, layout_of, transfer
from arkwright.connect.opcua_nodes import find_items, refuse_failed, subscribe
from arkwright.connect.opcua_wire import NO_TIME, Message, MessageError, decode_publish, decode_republish
from arkwright.core.catalog import Batch, Inlet
from arkwright.core.errors import SourceError
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import from_us

ua: Any = _ua

N_REQUESTS = 3  # publish requests that wait at the server, so that it never waits for us
COALESCE_S = 0.12
KEEPALIVE_S = 2.0
MOST_ROWS = 50_000  # gathered rows at which no more are asked for: back-pressure reaches the server's queues
MOST_MISSED = 1000
LAST_SEQUENCE = 0xFFFF_FFFF


async def run_session(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Run one session until the server is lost or the task is cancelled.

    Raises
    ------
    SourceError
        If the server refuses, or falls silent.
    OSError
        If it cannot be reached, or the connection breaks.
    """
    settings = read_settings(connection)
    left = find_left(connection, signals, inlet)
    client, resumed = await open_client(connection, settings, left.ticket if left else None)
    # Only now: while the server cannot be reached, what is left waits for the next try.
    keep_left(connection, None)
    session = Session(client, settings, inlet, tuple(signals), left)
    try:
        await session.begin(resumed)
        await session.run()
    except asyncio.CancelledError:
        # The subscription stays: started again in time, we have the server send what it holds for us.
        await close_client(client, 1.0, delete_subscriptions=False)
        raise
    except (ua.UaError, OSError, SourceError) as error:
        if isinstance(error, MessageError):
            inlet.refuse(connection.name, error.found, wanted=error.wanted, fix=error.fix)
        keep_left(connection, session.leave(is_readable=not isinstance(error, MessageError)))
        client.disconnect_socket()
        if isinstance(error, ua.UaError):
            raise explain(error, connection, settings) from error
        raise
    finally:
        client.disconnect_socket()


class Session:
    """The subscription of one session and the tasks around it."""

    def __init__(
        self, client: Client, settings: Settings, inlet: Inlet, signals: tuple[Signal, ...], left: Left | None
    ) -> None:
        self.client = client
        self.settings = settings
        self.inlet = inlet
        self.signals = signals
        self._before = left
        self._subscription = 0
        self._expected = 1
        self._collector: Collector | None = None
        self._gap_from: datetime | None = None
        self._acks: list[int] = []
        self._unsent: list[int] = []
        self._seen_us = left.seen_us if left else 0
        self._heard_s = time.monotonic()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._order = asyncio.Lock()
        self._layout_name = ""

    # ------------------------------------------------------------------------------------- beginning, ending
    async def begin(self, resumed: bool) -> None:
        """Take the old subscription up again if the server still has it, or make a new one.

        Raises
        ------
        SourceError
            If the server monitors none of the signals.
        """
        left = self._before
        kept = left.collector if left is not None else None
        if resumed and left is not None and kept is not None and await self._take_up(left, kept):
            return
        known = kept.last_us() if kept is not None else {}
        items = await find_items(self.client, self.signals, self.inlet)
        collector = Collector(items, self.inlet, known)
        if left is not None and await self._take_over(left, collector):
            return
        self._gap_from = inlet_time(self.inlet, self._whole_us())
        self._collector = collector
        self._subscription = await self._subscribe()
        self.inlet.beat()
        monitored = await subscribe(
            self.client,
            self._subscription,
            self._collector.nodes,
            self.settings.sampling_ms,
            self.settings.queue,
        )
        refuse_failed(items, monitored, self.inlet)
        if items and all(m.failure for m in monitored[: len(items)]):
            raise SourceError(
                "the server monitors none of the signals", fix="Browse it and correct signals.csv."
            )

    async def _take_over(self, left: Left, collector: Collector) -> bool:
        """Have the subscription of a session that is no more given to this one."""
        if left.layout != layout_of(collector.nodes) or not await transfer(self.client, left.subscription):
            return False
        return await self._take_up(left, collector)

    async def _take_up(self, left: Left, collector: Collector) -> bool:
        self._subscription, self._expected = left.subscription, left.expected
        self._collector, collector.inlet = collector, self.inlet
        try:
            while await self._fetch(self._expected):
                pass
        except ua.UaStatusCodeError:
            self._subscription, self._expected, self._collector = 0, 1, None
            return False
        return True

    def leave(self, *, is_readable: bool = True) -> Left | None:
        """Return what the next session needs to take this one up again, or to begin anew and tell the gap."""
        if not is_readable:
            return Left(0, 1, "", signals=self.signals, seen_us=self._seen_us)
        if self._collector is None:
            return self._before
        return Left(
            self._subscription,
            self._expected,
            self._layout(),
            keep_ticket(self.client),
            self._collector,
            self.signals,
            self._seen_us,
        )

    def _whole_us(self) -> int:
        """Return up to when the data are whole, 0 if this process has seen none. [us]"""
        collector = self._collector or (self._before.collector if self._before is not None else None)
        newest_us = collector.newest_us() if collector is not None else NO_TIME
        return last_known_us(self._seen_us, newest_us)

    async def _subscribe(self) -> int:
        request = ua.CreateSubscriptionRequest()
        params = request.Parameters
        period_s = self.settings.publish_ms / 1000
        params.RequestedPublishingInterval = self.settings.publish_ms
        params.RequestedMaxKeepAliveCount = max(int(KEEPALIVE_S / period_s), 1)
        params.RequestedLifetimeCount = max(int(self.settings.session_s / period_s), 3)
        params.MaxNotificationsPerPublish = 0
        params.PublishingEnabled = True
        data = await self._send(request, self.settings.timeout_s)
        response = struct_from_binary(ua.CreateSubscriptionResponse, data)
        return int(response.Parameters.SubscriptionId)

    async def _send(self, request: Any, timeout_s: float) -> Any:
        protocol = self.client.uaclient.protocol
        if protocol is None:
            raise ConnectionError("the connection is closed")
        return await protocol.send_request(request, timeout=timeout_s)

    # ------------------------------------------------------------------------------------- running
    async def run(self) -> None:
        """Publish, hand over and watch until one of them fails; then hand over what is left."""
        publishers = [self._publish() for _ in range(N_REQUESTS)]
        try:
            await _until_first(*publishers, self._pump(), self._watch(), keep_channel(self.client))
        except (ua.UaError, OSError, SourceError):
            await self._flush()
            raise

    async def _publish(self) -> None:
        while True:
            await self._room.wait()
            acks, self._acks = self._acks, []
            request = ua.PublishRequest()
            request.Parameters.SubscriptionAcknowledgements = [
                ua.SubscriptionAcknowledgement(self._subscription, sequence) for sequence in acks
            ]
            try:
                data = await self._send(request, 0)
            except ua.UaStatusCodeError as error:
                if error.code == ua.StatusCodes.BadTooManyPublishRequests:
                    await asyncio.Event().wait()  # the others suffice
                if error.code != ua.StatusCodes.BadTimeout:
                    raise
                continue
            async with self._order:
                await self._receive(decode_publish(bytes(data)))

    async def _receive(self, message: Message) -> None:
        self._heard_s = time.monotonic()
        self.inlet.beat()
        if message.subscription != self._subscription:
            return
        if message.ended is not None:
            raise SourceError(f"the server ended the subscription: {ua.StatusCode(message.ended).name}")
        n_missed = message.sequence - self._expected
        for sequence in range(self._expected, message.sequence if n_missed <= MOST_MISSED else 0):
            if not await self._fetch(sequence):
                self._lose(message.sequence)
                break
        if n_missed > MOST_MISSED:
            self._lose(message.sequence)
        if not message.is_keepalive:
            self._accept(message)

    async def _fetch(self, sequence: int) -> bool:
        """Ask for a message again that did not arrive; say whether the server still had it."""
        request = ua.RepublishRequest()
        request.Parameters.SubscriptionId = self._subscription
        request.Parameters.RetransmitSequenceNumber = sequence
        try:
            data = await self._send(request, self.settings.timeout_s)
        except ua.UaStatusCodeError as error:
            if error.code == ua.StatusCodes.BadMessageNotAvailable:
                return False
            raise
        self._accept(decode_republish(bytes(data), self._subscription))
        return True

    def _lose(self, sequence: int) -> None:
        n = sequence - self._expected
        start = from_us(self._whole_us() or _now_us())
        self.inlet.gap(start, from_us(_now_us()), f"{n} messages that the server does not keep any more")
        self._expected = sequence

    def _accept(self, message: Message) -> None:
        self._unsent.append(message.sequence)
        if 0 < self._expected - message.sequence < LAST_SEQUENCE // 2:
            return  # it came after all, once fetched: it is in already
        self._expected = 1 if message.sequence == LAST_SEQUENCE else message.sequence + 1
        now_us = _now_us()
        if self._gap_from is not None:
            self.inlet.gap(
                self._gap_from, from_us(now_us), "not connected, and the server keeps no messages of it"
            )
            self._gap_from = None
        assert self._collector is not None
        self._collector.take_in(message, now_us)
        self._seen_us = now_us
        self._filled.set()
        if self._collector.n_rows >= MOST_ROWS:
            self._room.clear()

    async def _pump(self) -> None:
        while True:
            await self._filled.wait()
            await asyncio.sleep(COALESCE_S)
            await self._flush()

    async def _flush(self) -> None:
        self._filled.clear()
        if self._collector is None or not self._unsent:
            return
        readings, waveforms = self._collector.take(_now_us())
        done, self._unsent = self._unsent, []
        self._room.set()
        # The server may forget a message only once history has it: what is not acknowledged it sends again.
        resume = {"subscription": self._subscription, "expected": self._expected, "layout": self._layout()}
        batch = Batch(readings, waveforms, resume=resume, acknowledge=lambda: self._acks.extend(done))
        await self.inlet.put(batch)

    def _layout(self) -> str:
        if not self._layout_name and self._collector is not None:
            self._layout_name = layout_of(self._collector.nodes)
        return self._layout_name

    async def _watch(self) -> None:
        limit_s = 2 * KEEPALIVE_S + self.settings.timeout_s
        while True:
            await asyncio.sleep(0.5)
            silent_s = time.monotonic() - self._heard_s
            if silent_s > limit_s and self._room.is_set():
                raise SourceError(
                    f"the server was silent for {silent_s:.0f} s", wanted=f"a sign each {KEEPALIVE_S:g} s"
                )


def inlet_time(inlet: Inlet, seen_us: int) -> datetime | None:
    """Return when the last data came: as this process saw it, else as history has it.

    Parameters
    ----------
    inlet
        The inlet of the connection.
    seen_us
        Time of the last receipt, 0 if there was none. [us]

    Returns
    -------
    time
        The time, None if there never were data.
    """
    return from_us(seen_us) if seen_us else inlet.last_reading


def _now_us() -> int:
    return time.time_ns() // 1000


async def _until_first(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until the first ends or fails; cancel the others and pass the failure on."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
