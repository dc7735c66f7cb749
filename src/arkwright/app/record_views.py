"""What screens show of a vibration record: waveform, spectra, and the lines each fault would draw."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from arkwright.app.record_curves import (
    POINTS,
    Curve,
    Floats,
    Lines,
    curve_of,
    lines_of,
    motions_of,
    spectrum_curve,
    waveform_curve,
)
from arkwright.app.record_lines import FaultLine, bearing_lines, rotor_fault_lines
from arkwright.core.errors import EntryError
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Waveform, to_us
from arkwright.health.bearing import BearingOrders, BearingVerdict, find_bearing, judge_record
from arkwright.kits.display import peaks_kept
from arkwright.kits.orders import COMBS
from arkwright.kits.quality import record_flaws

__all__ = ["Curve", "Envelope", "FaultLine", "RecordViews", "bearing_of", "envelope_curve", "record_views"]


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
    """Everything a screen shows of one record; ``why_not`` says what keeps the envelope from being judged.

    ``spectra`` holds the spectrum as every motion that the unit allows, as measured first; ``rotor`` the
    lines of faults that show in it. ``shaft_hz`` is the speed by which orders are told. [Hz]
    """

    signal: str
    asset: str
    location: str
    time_us: int
    n: int
    rate_hz: float
    speed_rpm: float | None
    speed_from: str
    shaft_hz: float | None
    bearing: str
    orders: dict[str, float]
    waveform: Curve
    spectra: dict[str, Curve]
    rotor: dict[str, list[FaultLine]]
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
    designation, orders, unknown = bearing_of(signal, asset)
    verdict = None if unknown else judge_record(x, record.rate_hz, speed_rpm, orders)
    shaft_hz = _shaft_hz(verdict, speed_rpm, speed_from)
    lines = lines_of(x, record.rate_hz)
    return {
        "signal": signal.name,
        "asset": asset.name,
        "location": signal.location,
        "time_us": to_us(record.time),
        "n": len(x),
        "rate_hz": record.rate_hz,
        "speed_rpm": speed_rpm,
        "speed_from": speed_from,
        "shaft_hz": shaft_hz,
        "bearing": designation,
        "orders": {} if orders is None else {fault: orders.of(fault) for fault in COMBS},
        "waveform": waveform_curve(x, record.rate_hz, signal),
        "spectra": _spectra(lines, signal, flawed=bool(record_flaws(x))),
        "rotor": {} if not shaft_hz else rotor_fault_lines(lines.hz, lines.over_db, asset, shaft_hz),
        "envelope": _envelope(verdict, orders),
        "why_not": unknown or (list(verdict.missing) if verdict is not None else []),
    }


def bearing_of(signal: Signal, asset: Asset) -> tuple[str, BearingOrders | None, list[str]]:
    """Look up the bearing that a signal listens to.

    Returns
    -------
    designation
        As the asset states it, empty where it does not.
    orders
        None where the bearing is not known.
    unknown
        Why not.
    """
    only = set(asset.bearings.values())
    designation = asset.bearings.get(signal.location) or (only.pop() if len(only) == 1 else "")
    if not designation:
        place, whose = signal.location or "this place", asset.title or asset.name
        return "", None, [f"no bearing is stated for {place} of {whose} in assets.csv"]
    try:
        return designation, find_bearing(designation), []
    except EntryError as error:
        return designation, None, [error.found]


def _shaft_hz(verdict: BearingVerdict | None, speed_rpm: float | None, speed_from: str) -> float | None:
    """Take a speed that was measured; the shaft's own lines correct a nameplate."""
    if speed_from in ("", "nameplate") and verdict is not None and verdict.shaft_hz:
        return verdict.shaft_hz
    return speed_rpm / 60.0 if speed_rpm else None


def _spectra(lines: Lines, signal: Signal, *, flawed: bool) -> dict[str, Curve]:
    # An integral of a hole or of a rail is a motion that never was.
    shown = motions_of(signal)[: 1 if flawed else None]
    return {motion: spectrum_curve(lines, signal, motion) for motion in shown}


def _envelope(verdict: BearingVerdict | None, orders: BearingOrders | None) -> Envelope | None:
    # Where a record cannot be judged though it was searched, its envelope shows why.
    if verdict is None or not verdict.scores or orders is None:
        return None
    hz, level = verdict.spectrum_hz, verdict.spectrum_db
    faults = bearing_lines(hz, level, orders, verdict.shaft_hz, verdict.slip)
    return {
        "curve": envelope_curve(hz, level, faults),
        "band_hz": verdict.band_hz,
        "whitened": verdict.whitened,
        "slip": verdict.slip,
        "verdict": verdict.verdict,
        "confidence": verdict.confidence,
        "best": verdict.best,
        "faults": faults,
    }


def envelope_curve(hz: Floats, level_db: Floats, faults: dict[str, list[FaultLine]]) -> Curve:
    """Draw an envelope spectrum as far as any fault has lines.

    Parameters
    ----------
    hz
        Evenly spaced from 0, shape ``(n,)``. [Hz]
    level_db
        Level over the floor, same shape. [dB]
    faults
        Lines of every fault.

    Returns
    -------
    curve
        At most 2400 points, peaks kept.
    """
    top = max((line["expected_hz"] for lines in faults.values() for line in lines), default=float(hz[-1]))
    inside = hz <= top * 1.15
    hz, level_db = hz[inside], level_db[inside]
    kept = peaks_kept(level_db, POINTS)
    drawn = curve_of(("frequency", "Hz", "level over floor", "dB"), hz[kept], level_db[kept])
    drawn["over_db"] = [y for _, y in drawn["points"]]
    drawn["step"] = float(hz[1]) if len(hz) > 1 else 1.0
    return drawn
