"""Events that history itself has to tell: a correction refused, a clock not believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from arkwright.core.tables import EVENTS, TIME, Waveform, empty, from_us
from arkwright.history.exact import Sifted

STORED_EVENTS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("start", TIME, nullable=False),
        pa.field("end", TIME),
        pa.field("server_time", TIME, nullable=False),
        pa.field("detail", pa.string(), nullable=False),
    ]
)


def identity(*parts: object) -> str:
    """Name an event by what it says, so that telling it twice is telling it once."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32]


def event(
    kind: str, subject: str, start: datetime, server_time: datetime, detail: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one row of EVENTS whose id follows from kind, subject, start and detail."""
    text = json.dumps(detail, sort_keys=True, default=str)
    return {
        "id": identity(kind, subject, start.isoformat(), text),
        "kind": kind,
        "subject": subject,
        "start": start,
        "end": None,
        "server_time": server_time,
        "detail": text,
    }


def as_events(rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as EVENTS."""
    return pa.Table.from_pylist(rows, schema=STORED_EVENTS).cast(EVENTS) if rows else empty(EVENTS)


def correction_events(sifted: Sifted) -> pa.Table:
    """Tell of every reading that contradicts the one that stands."""
    pairs = zip(sifted.contradicted.to_pylist(), sifted.contradicting.to_pylist(), strict=True)
    return as_events([_correction(first, other) for first, other in pairs])


def _correction(first: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    detail = {"stands": _said(first), "refused": _said(other)}
    return event("correction", first["signal"], first["time"], other["server_time"], detail)


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("value", "text", "status")}


def clock_events(strange: pa.Table) -> pa.Table:
    """Tell of signals whose source times cannot be believed, at most one event a signal and hour."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in strange.to_pylist():
        rows.setdefault(row["signal"], []).append(row)
    return as_events([_clock(name, readings) for name, readings in rows.items()])


def _clock(name: str, readings: list[dict[str, Any]]) -> dict[str, Any]:
    receipt = min(r["server_time"] for r in readings)
    hour = receipt.replace(minute=0, second=0, microsecond=0)
    times = [r["time"] for r in readings]
    detail = {
        "first": min(times).isoformat(),
        "last": max(times).isoformat(),
        "fix": "Set the clock of the source; its readings are kept at the time of receipt, marked bad.",
    }
    told = event("clock_refused", name, hour, receipt, detail)
    return {**told, "id": identity("clock_refused", name, hour.isoformat())}


def waveform_corrections(told: Iterable[tuple[Waveform, str, str]], server_us: int) -> pa.Table:
    """Tell of waveforms that contradict those that stand, whose digests come first. [us]"""
    return as_events(
        [
            event(
                "correction",
                waveform.signal,
                waveform.time,
                from_us(server_us),
                {"stands": stands, "refused": refused},
            )
            for waveform, stands, refused in told
        ]
    )
