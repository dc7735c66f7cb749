"""What screens show of a vibration record: waveform, spectra, and the lines each bearing fault would draw."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypedDict
from weakref import WeakKeyDictionary

import numpy as np

from arkwright.core.errors import EntryError, HistoryError
from arkwright.core.plant import Asset, Signal, Site
from arkwright.core.tables import READINGS, Slice, Waveform, empty, from_us, to_us
from arkwright.health.bearing import BearingOrders, BearingVerdict, find_bearing, judge_record
from arkwright.health.speed import AGE_US, speed_of
from arkwright.history.query import History
from arkwright.kits.display import (
    ExpectedLine,
    MetLine,
    expected_lines,
    met_lines,
    outline,
    peak_spectrum,
    peaks_kept,
    velocity_of,
)
from arkwright.kits.orders import COMBS
from arkwright.kits.quality import record_flaws

POINTS = 2400
KEPT = 48  # records that stay ready: some 300 kB each
VELOCITY_TOP_HZ = 1000.0  # ISO 20816-1:2016, 4.3: broad-band velocity is 10 to 1000 Hz
INSTANT = timedelta(microseconds=1)
NEAR = timedelta(microseconds=AGE_US + 1)
Pairs = list[tuple[float, float]]


class Record(TypedDict):
    """One row of the list of records; ``time_us`` [us since 1970], ``speed_rpm`` [rpm] where it is known."""

    signal: str
    time_us: int
    n: int
    rate_hz: float
    speed_rpm: float | None


class FaultLine(TypedDict):
    """An expected line: order [1], where it should be and what peaks there [Hz], level over floor [dB]."""

    name: str
    order: float
    expected_hz: float
    peak_hz: float
    level_db: float
    found: bool


class Curve(TypedDict):
    """A curve with its axes; ``points`` are (x, y)."""

    x_title: str
    x_unit: str
    y_title: str
    y_unit: str
    points: Pairs


class Envelope(TypedDict):
    """The envelope spectrum in the band where the nearest fault stands out most, and every fault's lines."""

    curve: Curve
    band_hz: tuple[float, float]
    whitened: bool
    slip: float
    verdict: str
    confidence: float
    best: str
    faults: dict[str, list[FaultLine]]


class RecordViews(TypedDict):
    """Everything a screen shows of one record; ``why_not`` says what keeps the envelope from being judged."""

    signal: str
    asset: str
    location: str
    time_us: int
    n: int
    rate_hz: float
    speed_rpm: float | None
    speed_from: str
    bearing: str
    orders: dict[str, float]
    waveform: Curve
    spectrum: Curve
    velocity: Curve | None
    envelope: Envelope | None
    why_not: list[str]


class RecordRoom:
    """The views of records, kept ready for those who look at the same one again.

    Parameters
    ----------
    history
        Where the records are.
    site
        Says which bearing sits where.
    """

    def __init__(self, history: History, site: Site) -> None:
        self.history, self.site = history, site
        self._ready: OrderedDict[tuple[str, int], RecordViews] = OrderedDict()
        self._lock = Lock()

    def records(self, signal: str, start: datetime, end: datetime) -> list[Record]:
        """List the records of a signal in a window, the oldest first."""
        rows = self.history.waveform_index([signal], start, end)
        names = ["signal", "time", "n", "rate_hz", "speed_rpm"]
        return [_record(row) for row in rows.select(names).to_pylist()]

    def last_record(self, signal: str, now: datetime) -> Record | None:
        """Return the newest record of a signal, None if there is none within 400 days."""
        for back in (timedelta(hours=1), timedelta(days=2), timedelta(days=400)):
            found = self.records(signal, now - back, now + INSTANT)
            if found:
                return found[-1]
        return None

    def views(self, signal: str, time_us: int) -> RecordViews:
        """Return the views of one record.

        Parameters
        ----------
        signal
            Its signal.
        time_us
            Time of its first sample. [us]

        Returns
        -------
        views
            Plain JSON.

        Raises
        ------
        HistoryError
            If there is no such record, or its file is damaged.
        """
        key = (signal, time_us)
        with self._lock:
            if key in self._ready:
                self._ready.move_to_end(key)
                return self._ready[key]
        made = self._make(signal, time_us)
        with self._lock:
            self._ready[key] = made
            while len(self._ready) > KEPT:
                self._ready.popitem(last=False)
        return made

    def _make(self, signal: str, time_us: int) -> RecordViews:
        at = from_us(time_us)
        found = self.history.waveforms(signal, at, at + INSTANT)
        if not found:
            raise HistoryError(f"there is no record at {at:%Y-%m-%d %H:%M:%S}", where=signal)
        of = self.site.signals[signal]
        asset = self.site.assets[of.asset]
        speed, source = self.speed_of(found[0], asset)
        return record_views(found[0], of, asset, speed, source)

    def speed_of(self, record: Waveform, asset: Asset) -> tuple[float | None, str]:
        """Return the speed of the shaft during a record, and what says so.

        Parameters
        ----------
        record
            The record; its own speed is best.
        asset
            Its readings of speed come next, then its nameplate: as the bearing check has it.

        Returns
        -------
        speed
            None where nothing says it. [rpm]
        source
            ``record``, ``reading`` or ``nameplate``; empty without a speed.
        """
        if record.speed_rpm is not None:
            return float(record.speed_rpm), "record"
        names = [s.name for s in asset.measuring("rotational_speed", kind="value")]
        near = record.time - NEAR, record.time + NEAR
        rows = self.history.window(names, *near) if names else empty(READINGS)
        location = self.site.signals[record.signal].location
        speed = speed_of(record, location, asset, Slice(near[0], near[1], rows))
        if speed is None:
            return None, ""
        bare = speed_of(record, location, asset, Slice(near[0], near[1], empty(READINGS)))
        return speed, "nameplate" if speed == bare else "reading"


_ROOMS: WeakKeyDictionary[History, RecordRoom] = WeakKeyDictionary()


def record_room(history: History, site: Site) -> RecordRoom:
    """Return the one room of a history, shared by everybody who looks."""
    return _ROOMS.setdefault(history, RecordRoom(history, site))


def _record(row: dict[str, Any]) -> Record:
    return {
        "signal": row["signal"],
        "time_us": to_us(row["time"]),
        "n": row["n"],
        "rate_hz": row["rate_hz"],
        "speed_rpm": row["speed_rpm"],
    }


def record_views(
    record: Waveform, signal: Signal, asset: Asset, speed_rpm: float | None, speed_from: str = ""
) -> RecordViews:
    """Draw one record in every way that a person looks at it.

    Parameters
    ----------
    record
        Samples in the canonical unit.
    signal
        Its unit is the one shown.
    asset
        Names the bearing at the signal's location.
    speed_rpm
        Speed of the shaft, None if not known. [rpm]
    speed_from
        What says so.

    Returns
    -------
    views
        Plain JSON; curves have at most 2400 points, peaks kept.
    """
    x = np.asarray(record.samples, np.float64)
    own = np.asarray(signal.declared_unit().from_canonical(x), np.float64)
    only = set(asset.bearings.values())
    designation = asset.bearings.get(signal.location) or (only.pop() if len(only) == 1 else "")
    orders, unknown = _orders(designation, signal, asset)
    flaws = record_flaws(x)
    verdict = None if unknown else judge_record(x, record.rate_hz, speed_rpm, orders)
    why_not = unknown or (list(verdict.missing) if verdict is not None else [])
    return {
        "signal": signal.name,
        "asset": asset.name,
        "location": signal.location,
        "time_us": to_us(record.time),
        "n": len(x),
        "rate_hz": record.rate_hz,
        "speed_rpm": speed_rpm,
        "speed_from": speed_from,
        "bearing": designation,
        "orders": {} if orders is None else {fault: orders.of(fault) for fault in COMBS},
        "waveform": _waveform(own, record.rate_hz, signal),
        "spectrum": _spectrum(own, record.rate_hz, signal),
        "velocity": None if flaws else _velocity(x, record.rate_hz, signal),
        "envelope": _envelope(verdict, orders, speed_rpm),
        "why_not": why_not,
    }


def _orders(designation: str, signal: Signal, asset: Asset) -> tuple[BearingOrders | None, list[str]]:
    place = signal.location or "this place"
    if not designation:
        return None, [f"no bearing is stated for {place} of {asset.title or asset.name} in assets.csv"]
    try:
        return find_bearing(designation), []
    except EntryError as error:
        return None, [error.found]


def _curve(title: tuple[str, str, str, str], x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> Curve:
    pairs = zip(x.tolist(), y.tolist(), strict=True)
    points = [(float(f"{a:.7g}"), float(f"{b:.5g}")) for a, b in pairs]
    return {
        "x_title": title[0],
        "x_unit": title[1],
        "y_title": title[2],
        "y_unit": title[3],
        "points": points,
    }


def _waveform(own: np.ndarray[Any, Any], rate_hz: float, signal: Signal) -> Curve:
    own = np.where(np.isfinite(own), own, 0.0)
    kept = outline(own, POINTS)
    return _curve(("time", "s", signal.quantity, signal.declared_unit().name), kept / rate_hz, own[kept])


def _spectrum(own: np.ndarray[Any, Any], rate_hz: float, signal: Signal) -> Curve:
    hz, amplitude = peak_spectrum(np.where(np.isfinite(own), own, 0.0), rate_hz)
    kept = peaks_kept(amplitude, POINTS)
    title = ("frequency", "Hz", f"{signal.quantity} peak", signal.declared_unit().name)
    return _curve(title, hz[kept], amplitude[kept])


def _velocity(x: np.ndarray[Any, Any], rate_hz: float, signal: Signal) -> Curve | None:
    if signal.quantity != "acceleration":
        return None
    hz, amplitude = peak_spectrum(x, rate_hz)
    inside = hz <= VELOCITY_TOP_HZ
    hz, velocity = hz[inside], velocity_of(hz, amplitude)[inside]
    kept = peaks_kept(velocity, POINTS)
    return _curve(("frequency", "Hz", "velocity RMS", "mm/s"), hz[kept], velocity[kept])


def _envelope(
    verdict: BearingVerdict | None, orders: BearingOrders | None, speed_rpm: float | None
) -> Envelope | None:
    if verdict is None or verdict.missing or orders is None or speed_rpm is None:
        return None
    hz, level = verdict.spectrum_hz, verdict.spectrum_db
    wanted = {f: expected_lines(f, orders, speed_rpm / 60.0, verdict.slip) for f in COMBS}
    inside = hz <= _top_hz(wanted) * 1.15
    kept = peaks_kept(level[inside], POINTS)
    return {
        "curve": _curve(("frequency", "Hz", "level over floor", "dB"), hz[kept], level[kept]),
        "band_hz": verdict.band_hz,
        "whitened": verdict.whitened,
        "slip": verdict.slip,
        "verdict": verdict.verdict,
        "confidence": verdict.confidence,
        "best": verdict.best,
        "faults": {f: [_line(m) for m in met_lines(hz, level, lines)] for f, lines in wanted.items()},
    }


def _top_hz(wanted: dict[str, tuple[ExpectedLine, ...]]) -> float:
    return max(line.frequency_hz for lines in wanted.values() for line in lines)


def _line(met: MetLine) -> FaultLine:
    return {
        "name": met.line.name,
        "order": float(f"{met.line.order:.5g}"),
        "expected_hz": float(f"{met.line.frequency_hz:.6g}"),
        "peak_hz": float(f"{met.frequency_hz:.6g}"),
        "level_db": float(f"{met.level_db:.3g}"),
        "found": met.found,
    }
