"""What screens show of signals, as plain JSON: curves with their flaws, in the unit the site declares."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, TypedDict

import numpy as np

from arkwright.core.plant import Limits, Signal, Site
from arkwright.core.quantity import Unit, find_quantity
from arkwright.core.tables import from_us, is_good, status_word, to_us
from arkwright.history.query import History
from arkwright.kits.display import broken_at, long_silences, runs

Array = np.ndarray[Any, Any]
LOOK_BACK = timedelta(days=7)  # a gap that began so long before a window still shows in it
MOST_STRETCHES = 200
UNKNOWN = frozenset({"gap", "silence", "bad"})  # where no line may be drawn; uncertain values are values
LIMIT_NAMES = ("low_low", "low", "high", "high_high")


class Stretch(TypedDict):
    """A part of a curve that is not to be trusted: gap, silence, bad or uncertain; times in ms since 1970."""

    kind: str
    start_ms: float
    end_ms: float
    text: str


class Trend(TypedDict):
    """One signal over one window; a point is (ms since 1970, value in ``unit`` or null where it breaks)."""

    signal: str
    title: str
    title_zh: str
    quantity: str
    unit: str
    start_ms: float
    end_ms: float
    points: list[tuple[float, float | None]]
    stretches: list[Stretch]
    limits: dict[str, float]
    n_readings: int


def display_unit(signal: Signal) -> Unit:
    """Return the unit in which a signal is shown: the one that the site declares for it.

    Raises
    ------
    UnitError
        If quantity or unit is unknown, or they do not belong together.
    """
    return signal.declared_unit()


def shown(signal: Signal, value: float) -> float:
    """Convert a value of history into the unit in which its signal is shown.

    Parameters
    ----------
    signal
        The signal.
    value
        As history holds it. [canonical unit]

    Returns
    -------
    value
        As people read it. [unit of the signal]
    """
    return float(display_unit(signal).from_canonical(value))


def quantity_title(signal: Signal) -> str:
    """Say what a signal measures, in words."""
    return find_quantity(signal.quantity).title


def trend(history: History, site: Site, name: str, start: datetime, end: datetime, n: int = 1500) -> Trend:
    """Draw one signal over a window, with everything that keeps it from being trusted.

    Parameters
    ----------
    history
        Where the readings are.
    site
        Names the signal, its unit and its limits.
    name
        Signal wanted.
    start, end
        Window, half-open.
    n
        Points of the curve at most. [1]

    Returns
    -------
    trend
        The curve in the unit of the signal, broken at its gaps.

    Raises
    ------
    KeyError
        If the site has no such signal.
    """
    signal = site.signals[name]
    unit = display_unit(signal)
    times, values = history.lttb(name, start, end, n)
    read_us, status = history.statuses(name, start, end)
    stretches = _gaps(history, signal, start, end) + _silences(signal, read_us) + _doubtful(read_us, status)
    holes = [
        (round(s["start_ms"] * 1000), round(s["end_ms"] * 1000)) for s in stretches if s["kind"] in UNKNOWN
    ]
    times, shown_values = broken_at(times, np.asarray(unit.from_canonical(values), np.float64), holes)
    return {
        "signal": name,
        "title": signal.title or name,
        "title_zh": signal.title_zh or signal.title or name,
        "quantity": signal.quantity,
        "unit": unit.name,
        "start_ms": to_us(start) / 1000,
        "end_ms": to_us(end) / 1000,
        "points": _points(times, shown_values),
        "stretches": stretches,
        "limits": _limits(signal.limits, unit),
        "n_readings": len(read_us),
    }


def _points(times_us: Array, values: Array) -> list[tuple[float, float | None]]:
    pairs = zip((times_us / 1000).tolist(), values.tolist(), strict=True)
    return [(ms, None if np.isnan(v) else float(f"{v:.6g}")) for ms, v in pairs]


def _limits(limits: Limits, unit: Unit) -> dict[str, float]:
    stated = {name: getattr(limits, name) for name in LIMIT_NAMES}
    return {name: float(f"{unit.from_canonical(v):.6g}") for name, v in stated.items() if v is not None}


def _gaps(history: History, signal: Signal, start: datetime, end: datetime) -> list[Stretch]:
    names = [signal.name, signal.connection] if signal.connection else [signal.name]
    rows = history.events(start - LOOK_BACK, end, names, ["gap"]).to_pylist()
    found: list[Stretch] = []
    for row in rows:
        detail = json.loads(row["detail"])
        of = detail.get("signals") or []
        stop = row["end"] or end
        if (not of or signal.name in of) and stop > start:
            told = {"kind": "gap", "text": str(detail.get("reason", ""))}
            found.append(_stretch(told, to_us(max(row["start"], start)), to_us(min(stop, end))))
    return found


def _silences(signal: Signal, read_us: Array) -> list[Stretch]:
    if signal.max_gap_s is None:
        return []
    silences = long_silences(read_us, round(signal.max_gap_s * 1e6))
    told = {"kind": "silence", "text": f"no report for more than {signal.max_gap_s:g} s"}
    return [_stretch(told, start, end) for start, end in silences[:MOST_STRETCHES]]


def _doubtful(read_us: Array, status: Array) -> list[Stretch]:
    found: list[Stretch] = []
    flaws = np.asarray(status) >> 30
    for level in np.unique(flaws[flaws > 0]):
        for first, stop in runs(flaws == level)[:MOST_STRETCHES]:
            code = int(status[first])
            told = {"kind": status_word(code), "text": f"status 0x{code:08X}"}
            # A status holds until the next reading says otherwise.
            found.append(_stretch(told, int(read_us[first]), int(read_us[min(stop, len(read_us) - 1)])))
    return found


def _stretch(told: dict[str, str], start_us: int, end_us: int) -> Stretch:
    return {"kind": told["kind"], "text": told["text"], "start_ms": start_us / 1000, "end_ms": end_us / 1000}


def latest(history: History, site: Site, name: str) -> tuple[datetime, float | None] | None:
    """Return time and value of a signal's newest reading, None without one.

    Returns
    -------
    time
        Source time.
    value
        None where the reading is not to be trusted. [unit of the signal]
    """
    rows = history.last([name]).to_pylist()
    if not rows:
        return None
    row = rows[0]
    usable = row["value"] is not None and is_good(row["status"])
    return from_us(to_us(row["time"])), shown(site.signals[name], row["value"]) if usable else None
