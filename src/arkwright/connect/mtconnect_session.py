"""One session with an MTConnect agent: take up where the last one ended, and follow it by number."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from arkwright.connect.mtconnect_client import (
    Client,
    Settings,
    StreamRefusedError,
    open_client,
    read_settings,
)
from arkwright.connect.mtconnect_model import Model, read_model
from arkwright.connect.mtconnect_streams import (
    AgentError,
    Document,
    MalformedError,
    Seen,
    read_document,
    read_streams,
)
from arkwright.connect.mtconnect_targets import Collector, find_targets
from arkwright.core.catalog import Batch, Inlet
from arkwright.core.errors import SourceError
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import from_us

NOT_STREAMED = {"INVALID_REQUEST", "UNSUPPORTED", "INVALID_URI", "QUERY_ERROR", "INVALID_PARAMETER_VALUE"}
KEEP_PLACE_S = 10.0  # how often the place is kept while nothing is read that a signal wants
MOST_BROKEN = 3  # streams of one session that may break; then it is polled
MOST_SKIPPED = 20  # observations of one session that may be unreadable; then the agent is not believed


@dataclass(frozen=True)
class Place:
    """How far an agent is read: run of the agent, next number, newest source time, agent's clock. [us]"""

    instance: int
    next: int
    time_us: int = 0
    seen_us: int = 0

    @classmethod
    def read(cls, resume: Mapping[str, object]) -> Place | None:
        """Read what the last committed batch left, None where it left nothing of use."""
        kept = {name: resume.get(name, 0) for name in ("instance", "next", "time_us", "seen_us")}
        whole = {name: v for name, v in kept.items() if isinstance(v, int) and not isinstance(v, bool)}
        if len(whole) < len(kept) or not whole["next"]:
            return None
        return cls(**whole)


async def run_session(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Follow an agent until it is lost or the task is cancelled.

    Raises
    ------
    SourceError
        If the agent does not answer, ends the stream, or has none of the signals.
    """
    settings = read_settings(connection)
    async with open_client(connection, settings) as client:
        model = await read_probe(client)
        collector = Collector(find_targets(model, signals, inlet), inlet)
        if not collector.targets:
            raise SourceError(
                "the agent has none of the signals", where=connection.name,
                fix="Correct their addresses in signals.csv; browse the connection to see what there is.",
            )  # fmt: skip
        follower = Follower(client, settings, collector, inlet)
        await follower.begin()
        await follower.follow()


async def read_probe(client: Client) -> Model:
    """Read the device model of an agent.

    Raises
    ------
    SourceError
        If the agent does not answer with one.
    """
    text = await client.fetch("probe")
    read_document(text)  # an Error document says why
    return read_model(text)


class Follower:
    """Reads an agent on from a place, document after document."""

    def __init__(self, client: Client, settings: Settings, collector: Collector, inlet: Inlet) -> None:
        self.client, self.settings = client, settings
        self.collector, self.inlet = collector, inlet
        self.place = Place.read(inlet.resume)
        self._size = settings.count
        self._model = ""
        self._kept = time.monotonic()
        self._skipped = self._broken = 0

    # --------------------------------------------------------------------------------------- the beginning
    async def begin(self) -> None:
        """Find out where to read on; report what the agent no longer has, and take its state instead.

        Raises
        ------
        SourceError
            If the agent does not answer.
        """
        now = self._read(await self.client.fetch("current"))
        self.inlet.beat()
        self._size = min(self.settings.count, max(now.size, 1))
        old = self.place
        if old and old.instance == now.instance and now.first <= old.next <= now.next:
            return
        start = now.next if old is None and self.settings.start == "now" else now.first
        if old is not None:
            await self._report(old, now)
        self.place = Place(now.instance, start, old.time_us if old else 0, old.seen_us if old else 0)
        # What has not changed since the buffer's oldest number stands in `current` only.
        await self._hand_over([s for s in now.seen if s.sequence < start], self.place)

    async def _report(self, old: Place, now: Document) -> None:
        """Report the hole between the last reading taken and the first that can still be had."""
        restarted = old.instance != now.instance or old.next > now.next
        reason = (
            "the agent was restarted, and what it held is gone"
            if restarted
            else f"observations {old.next} to {now.first - 1} have left the agent's buffer"
        )
        end = await self._first_time(now)
        if not old.time_us and not old.seen_us:
            return
        # The agent's own clock says closer than the last change until when all is known, where both agree.
        known = max((t for t in (old.time_us, old.seen_us) if t <= end), default=end)
        self.inlet.gap(from_us(known), from_us(end), reason, self._names())

    def _names(self) -> list[str]:
        return sorted(t.signal.name for group in self.collector.targets.values() for t in group)

    async def _first_time(self, now: Document) -> int:
        """Return the source time of the oldest observation held that a signal wants. [us]"""
        try:
            oldest = self._read(await self.client.fetch("sample", **{"from": now.first, "count": self._size}))
        except AgentError:  # it has left the buffer meanwhile
            return now.created_us or _now_us()
        times = [s.time_us for s in oldest.seen if s.time_us]
        return times[0] if times else now.created_us or _now_us()

    # ---------------------------------------------------------------------------------------- the documents
    async def follow(self) -> None:
        """Take document after document, streamed if the agent does that, else polled.

        Raises
        ------
        SourceError
            If the agent is lost.
        """
        streams = True
        while True:
            try:
                if streams:
                    await self._stream()
                else:
                    await self._poll()
            except StreamRefusedError:
                streams = False
            except MalformedError as error:
                self._tell_broken(error)
                streams = streams and self._broken <= MOST_BROKEN
                await self._step_over()
            except AgentError as error:
                streams = await self._answer(error, streams)

    async def _answer(self, error: AgentError, streams: bool) -> bool:
        """Do what an agent's error calls for; say whether to ask for streams on."""
        if error.code == "OUT_OF_RANGE":
            await self.begin()
            return streams
        if streams and error.code in NOT_STREAMED:
            return False
        raise error

    async def _stream(self) -> None:
        pace = {"interval": self.settings.interval_ms, "heartbeat": self.settings.heartbeat_ms}
        async with aclosing(self.client.stream(**self._from(self._size), **pace)) as documents:
            async for text in documents:
                await self._take(self._read(text))
        raise SourceError("the agent ended the stream")

    async def _poll(self) -> None:
        while True:
            document = self._read(await self.client.fetch("sample", **self._from(self._size)))
            behind = document.next <= document.last
            await self._take(document)
            if not behind:
                await asyncio.sleep(self.settings.interval_ms / 1000)

    def _from(self, count: int) -> dict[str, int]:
        assert self.place is not None
        return {"from": self.place.next, "count": count}

    def _read(self, text: bytes) -> Document:
        return read_streams(text, self.collector.targets)

    async def _take(self, document: Document) -> None:
        place = self.place
        assert place is not None
        self.inlet.beat()
        if document.instance != place.instance or document.next < place.next:
            raise AgentError("OUT_OF_RANGE", "the agent was restarted")
        self._watch_model(document)
        fresh = [s for s in document.seen if s.sequence >= place.next]
        following = max([document.next, *(s.sequence + 1 for s in fresh[-1:])])
        seen_us = document.created_us or place.seen_us if document.next > document.last else place.seen_us
        await self._hand_over(fresh, Place(place.instance, following, place.time_us, seen_us))

    def _watch_model(self, document: Document) -> None:
        if self._model and document.model_changed != self._model:
            raise SourceError("the agent's device model changed: it is read again")
        self._model = document.model_changed

    async def _hand_over(self, seen: Sequence[Seen], place: Place) -> None:
        """Give readings and place in one batch, so that one is never kept without the other."""
        self.collector.newest_us = place.time_us
        self.collector.take(seen)
        self.place = Place(place.instance, place.next, self.collector.newest_us, place.seen_us)
        quiet = not seen and time.monotonic() - self._kept < KEEP_PLACE_S
        if quiet:
            return
        self._kept = time.monotonic()
        waveforms, self.collector.waveforms = tuple(self.collector.waveforms), []
        await self.inlet.put(
            Batch(self.collector.readings.take(_now_us()), waveforms, resume=asdict(self.place))
        )

    # ------------------------------------------------------------------------------------- what is unreadable
    def _tell_broken(self, error: MalformedError) -> None:
        self._broken += 1
        if self._broken == 1:
            self.inlet.refuse(
                self.client.where, f"a document cannot be read: {error.found}", wanted=error.wanted,
                fix="It is asked for again in smaller pieces; look at the agent if this comes often.",
            )  # fmt: skip

    async def _step_over(self) -> None:
        """Come past a document that cannot be read: ask for less and less, and give up one observation.

        A broken document would otherwise stand before all that follow it, for ever.
        """
        count = max(self._size // 2, 1)
        while True:
            try:
                await self._take(self._read(await self.client.fetch("sample", **self._from(count))))
            except MalformedError as again:
                if count > 1:
                    count = max(count // 8, 1)
                    continue
                self._give_up(again)
            return

    def _give_up(self, error: MalformedError) -> None:
        place = self.place
        assert place is not None
        self._skipped += 1
        if self._skipped > MOST_SKIPPED:
            raise error
        self.inlet.refuse(
            self.client.where, f"observation {place.next} cannot be read: {error.found}",
            wanted=error.wanted, fix="Look at the agent's adapter; the observations after it are read.",
        )  # fmt: skip
        self.place = Place(place.instance, place.next + 1, place.time_us, place.seen_us)


def _now_us() -> int:
    return int(datetime.now(UTC).timestamp() * 1e6)
