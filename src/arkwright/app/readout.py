"""What people and scripts read out of history: all signals now, readings, curves and buckets, with units."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from arkwright.app.views import display_unit, trend
from arkwright.core.errors import SiteError
from arkwright.core.plant import Signal, Site
from arkwright.core.quantity import Unit
from arkwright.core.tables import from_us, status_word
from arkwright.history.query import History

Row = dict[str, Any]
DEFAULT_SPAN = timedelta(hours=24)
RECENT = timedelta(days=7)  # a record older than this does not count as the last


def signal_of(site: Site, name: str) -> Signal:
    """Return a signal of a site.

    Raises
    ------
    SiteError
        If the site has none of this name.
    """
    from difflib import get_close_matches

    if name not in site.signals:
        near = get_close_matches(name, site.signals, n=3)
        raise SiteError(f"there is no signal '{name}'", wanted=" or ".join(near), where="signals.csv")
    return site.signals[name]


def signals_now(history: History, site: Site, now: datetime) -> list[Row]:
    """Return the last reading of every signal of the site, with its age; those never heard of too."""
    last = {row["signal"]: row for row in history.last().to_pylist()}
    names = [name for name, signal in site.signals.items() if signal.kind == "waveform"]
    recent = history.waveform_index(names, now - RECENT, now + DEFAULT_SPAN) if names else None
    for row in recent.to_pylist() if recent is not None else []:  # ordered by time: the last one stays
        last[row["signal"]] = {**row, "value": None, "text": f"{row['n']} samples"}
    return [_now(signal, last.get(name), now) for name, signal in site.signals.items()]


def _now(signal: Signal, row: Mapping[str, Any] | None, now: datetime) -> Row:
    told: Row = {
        "signal": signal.name,
        "asset": signal.asset,
        "title": signal.title or signal.name,
        "quantity": signal.quantity,
        "unit": _unit_name(signal),
        "value": None,
        "time": None,
        "age_s": None,
        "status": "nothing in 7 days" if signal.kind == "waveform" else "never heard of",
    }
    if row is None:
        return told
    heard = {"time": row["time"].isoformat(), "age_s": (now - row["time"]).total_seconds()}
    return told | heard | {"value": _value(signal, row), "status": status_word(row["status"])}


def window_of(
    history: History, signal: Signal, start: datetime | None, end: datetime | None
) -> tuple[datetime, datetime]:
    """Return the window asked for; without an end up to the last reading, without a begin a day of it.

    Raises
    ------
    SiteError
        If nothing was ever read of the signal, or the window ends before it begins.
    """
    if end is None:
        newest = _newest(history, signal)
        if newest is None:
            raise SiteError("nothing was read of it yet", where=signal.name)
        end = newest + timedelta(microseconds=1)
    start = end - DEFAULT_SPAN if start is None else start
    if start >= end:
        raise SiteError(
            f"the window ends {end.isoformat()} and begins {start.isoformat()}", where=signal.name
        )
    return start, end


def _newest(history: History, signal: Signal) -> datetime | None:
    if signal.kind == "waveform":
        rows = history.waveform_index([signal.name], from_us(0), from_us(2**52))
    else:
        rows = history.last([signal.name])
    return max(rows.column("time").to_pylist(), default=None)


def records(history: History, signal: Signal, start: datetime, end: datetime) -> list[Row]:
    """Return what is known of every waveform of a window, without its samples."""
    rows = history.waveform_index([signal.name], start, end).to_pylist()
    keys = ("rate_hz", "n", "unit", "speed_rpm", "sha256", "path")
    return [
        {"time": row["time"].isoformat(), "status": status_word(row["status"])}
        | {key: row[key] for key in keys}
        for row in rows
    ]


def readings(history: History, signal: Signal, start: datetime, end: datetime) -> list[Row]:
    """Return every reading of a window as it stands, its value in the unit of the signal."""
    rows = history.window([signal.name], start, end).to_pylist()
    return [
        {
            "time": row["time"].isoformat(),
            "value": _value(signal, row),
            "status": status_word(row["status"]),
            "status_code": f"0x{row['status']:08X}",
            "server_time": row["server_time"].isoformat(),
            "origin": row["origin"],
        }
        for row in rows
    ]


def buckets(history: History, signal: Signal, start: datetime, end: datetime, every: timedelta) -> list[Row]:
    """Return mean, least, greatest and count in buckets of a length, in the unit of the signal."""
    unit = display_unit(signal)
    rows = history.aggregate(signal.name, start, end, every).to_pylist()
    return [
        {"time": row["time"].isoformat()}
        | {key: _shown(unit, row[key]) for key in ("mean", "min", "max")}
        | {"n": row["n"]}
        for row in rows
    ]


def curve(history: History, site: Site, signal: Signal, start: datetime, end: datetime, n: int) -> Row:
    """Return a curve of at most ``n`` points and what keeps it from being trusted. [1]"""
    drawn = trend(history, site, signal.name, start, end, n)
    points = [{"time": _iso(ms), "value": value} for ms, value in drawn["points"]]
    flaws = [
        {"kind": s["kind"], "start": _iso(s["start_ms"]), "end": _iso(s["end_ms"]), "text": s["text"]}
        for s in drawn["stretches"]
    ]
    return {"points": points, "flaws": flaws, "n_readings": drawn["n_readings"]}


def columns_of(
    points: Iterable[Mapping[str, Any]], start: datetime, end: datetime, n: int
) -> list[float | None]:
    """Return the mean of the points in each of ``n`` equal parts of a window, None where there is none. [1]

    Returns
    -------
    means
        Of length ``n``. [unit of the points]
    """
    sums, counts = np.zeros(n), np.zeros(n)
    for point in points:
        if point["value"] is not None:
            share = (datetime.fromisoformat(point["time"]) - start) / (end - start)
            place = min(n - 1, max(0, int(share * n)))
            sums[place] += point["value"]
            counts[place] += 1
    return [float(s / c) if c else None for s, c in zip(sums, counts, strict=True)]


def as_csv(rows: Iterable[Row], unit: str) -> str:
    """Return rows as CSV; the columns of values carry the unit in their head."""
    out = io.StringIO()
    rows = list(rows)
    if rows:
        measured = {"value", "mean", "min", "max"}
        head = [f"{key} [{unit}]" if key in measured and unit else key for key in rows[0]]
        writer = csv.writer(out)
        writer.writerow(head)
        writer.writerows([_safe(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _safe(value: object) -> object:
    # A source may write what a spreadsheet takes for a formula.
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
        else value
    )


def _value(signal: Signal, row: Mapping[str, Any]) -> float | str | None:
    if row["value"] is None:
        text: str | None = row["text"]
        return text
    return _shown(display_unit(signal), row["value"])


def _shown(unit: Unit, value: float) -> float:
    return float(f"{unit.from_canonical(value):.9g}")


def _unit_name(signal: Signal) -> str:
    return "" if signal.kind == "text" else display_unit(signal).name


def _iso(ms: float) -> str:
    return from_us(round(ms * 1000)).isoformat()
