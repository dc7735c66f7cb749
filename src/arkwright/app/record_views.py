"""What screens show of a vibration record: waveform, spectra, and the lines each bearing fault would draw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypedDict

import numpy as np

from arkwright.core.errors import EntryError
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Waveform, to_us
from arkwright.health.bearing import BearingOrders, BearingVerdict, find_bearing, judge_record
from arkwright.health.speed import AGE_US
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
