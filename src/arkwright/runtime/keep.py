"""Hand batches to history until they are kept; one that history cannot take does not stop the others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import pyarrow as pa

from arkwright.core.errors import HistoryError
from arkwright.core.tables import EVENTS, READINGS, Waveform, concat, empty, from_us

RETRY_S = 2.0
TRIES = 5  # together, before each part is tried alone: a disk that is full for a moment is no bad batch


class Store(Protocol):
    """What intake needs of history."""

    def commit(
        self,
        readings: pa.Table,
        waveforms: tuple[Waveform, ...],
        events: pa.Table,
        resumes: Mapping[str, Mapping[str, object]],
        server_us: int | None = None,
    ) -> None:
        """Keep everything for good, exactly once; return when it is synced."""

    def set_aside(
        self, name: str, readings: pa.Table, waveforms: tuple[Waveform, ...], events: pa.Table
    ) -> str:
        """Keep what cannot be committed in files beside history, synced; return where they lie."""


@dataclass(frozen=True)
class Part:
    """What one batch asks of history; ``name`` is its connection, empty for what Arkwright itself tells."""

    name: str
    readings: pa.Table = field(default_factory=lambda: empty(READINGS))
    waveforms: tuple[Waveform, ...] = ()
    events: pa.Table = field(default_factory=lambda: empty(EVENTS))
    resumes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass
class Keeper:
    """Commits parts together, again and again until history has them.

    A part that history refuses although it takes all else is set aside in files, and told as a refusal.
    ``error`` says what keeps history from taking anything; ``commits`` counts those that worked.
    """

    store: Store
    error: str = ""
    commits: int = 0

    async def keep(self, parts: Sequence[Part], server_us: int) -> None:
        """Return when every part is kept or set aside; ``server_us`` is when it was received. [us]"""
        tries = 0
        while not await self._try(_joined(parts), server_us):
            tries += 1
            if tries >= TRIES and await self._sift(parts, server_us):
                break
            await asyncio.sleep(RETRY_S)
        self.error = ""
        self.commits += 1

    async def _try(self, part: Part, server_us: int) -> bool:
        try:
            await asyncio.to_thread(
                self.store.commit, part.readings, part.waveforms, part.events, part.resumes, server_us
            )
        except Exception as error:  # whatever history meets, nothing is acknowledged and intake goes on
            known = isinstance(error, (HistoryError, OSError))
            said = str(error) if known else f"{type(error).__name__}: {error}"
            self.error = f"{datetime.now(UTC):%H:%M:%S} {said}"
            return False
        return True

    async def _sift(self, parts: Sequence[Part], server_us: int) -> bool:
        """Try every part alone; what was kept before is not doubled, since a commit is exactly once."""
        for number, part in enumerate(parts):
            if await self._try(part, server_us):
                continue
            why = self.error
            # Its files need as much room as the batch, so a full disk refuses that too, and all waits.
            if not part.name or not await self._set_aside(part, why, server_us, number):
                return False
        return True

    async def _set_aside(self, part: Part, why: str, server_us: int, number: int) -> bool:
        try:
            name = f"{server_us}-{number}-{part.name}"
            at = await asyncio.to_thread(
                self.store.set_aside, name, part.readings, part.waveforms, part.events
            )
        except Exception as error:  # then nothing is acknowledged, and it is tried again
            self.error = f"{datetime.now(UTC):%H:%M:%S} {type(error).__name__}: {error}"
            return False
        found = f"a batch of {part.readings.num_rows} readings and {len(part.waveforms)} waveforms: {why}"
        told = _refusal(part.name, found, f"It is kept in {at}; report it.", server_us, number)
        # Its own events, as of a gap, and its place are kept too, unless it is they that are refused.
        for rest in (
            Part("", events=concat([part.events, told], EVENTS), resumes=part.resumes),
            Part("", events=told, resumes=part.resumes),
            Part("", events=told),
        ):
            if await self._try(rest, server_us):
                return True
        return False


def _joined(parts: Sequence[Part]) -> Part:
    resumes: dict[str, Mapping[str, object]] = {}
    for part in parts:
        resumes |= part.resumes
    return Part(
        "",
        concat([part.readings for part in parts], READINGS),
        tuple(record for part in parts for record in part.waveforms),
        concat([part.events for part in parts], EVENTS),
        resumes,
    )


def _refusal(name: str, found: str, fix: str, server_us: int, number: int) -> pa.Table:
    detail = {"subject": name, "found": found, "wanted": "a batch that history can take", "fix": fix}
    at = from_us(server_us)
    row: dict[str, object] = {
        "id": f"refusal:{name}:{server_us}:{number}",
        "kind": "refusal",
        "subject": name,
    }
    row |= {"start": at, "end": None}
    return pa.Table.from_pylist([row | {"server_time": at, "detail": json.dumps(detail)}], schema=EVENTS)
