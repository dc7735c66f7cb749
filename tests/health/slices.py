"""Slices built by hand: rows of (signal, second, value, status), windows in seconds from T0."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from arkwright.core.tables import EVENTS, GOOD, READINGS, Slice, Waveform, empty, is_bad, to_us

T0 = datetime(2026, 3, 3, tzinfo=UTC)  # on every grid: a midnight


def at(seconds: float) -> datetime:
    """A time so many seconds after T0."""
    return T0 + timedelta(seconds=seconds)


def readings(rows) -> pa.Table:
    """READINGS of (signal, second, value) or (signal, second, value, status), received as they come."""
    if not rows:
        return empty(READINGS)
    full = [(*row, GOOD)[:4] for row in rows]
    value = [None if v is None or isinstance(v, str) or is_bad(s) else float(v) for _, _, v, s in full]
    return pa.table(
        {
            "signal": pa.array([r[0] for r in full]).dictionary_encode(),
            "time": pa.array([at(r[1]) for r in full]),
            "server_time": pa.array([at(r[1]) for r in full]),
            "value": pa.array(value, pa.float64()),
            "text": pa.array([r[2] if isinstance(r[2], str) else None for r in full], pa.string()),
            "status": pa.array([r[3] for r in full], pa.uint32()),
            "origin": pa.array(["source"] * len(full)).dictionary_encode(),
        },
        schema=READINGS,
    )


def window(start: float, end: float, rows=(), *, waveforms=(), latest=(), connected=None, events=()) -> Slice:
    """The slice of [start, end) seconds after T0: rows outside it are left out."""
    inside = [r for r in rows if start <= r[1] < end]
    held = tuple(w for w in waveforms if at(start) <= w.time < at(end))
    return Slice(
        at(start), at(end), readings(inside), held, _events(events), readings(list(latest)), connected or {}
    )


def _events(rows) -> pa.Table:
    if not rows:
        return empty(EVENTS)
    full = [
        {
            "id": f"e{i}",
            "kind": k,
            "subject": s,
            "start": at(t),
            "end": None,
            "server_time": at(t),
            "detail": d,
        }
        for i, (k, s, t, d) in enumerate(rows)
    ]
    return pa.Table.from_pylist(full, schema=EVENTS)


def run(check, asset, rows, end: float, *, start: float = 0.0, **more):
    """Judge cell after cell; returns (second of the cell's end, finding) in order."""
    state, told = {}, []
    every = check.needs.every_s
    edge = start
    while edge + every <= end:
        cell = window(edge, edge + every, rows, **more)
        state, found = check.judge(state, cell, asset, cell.end)
        told += [(edge + every, f) for f in found]
        edge += every
    return told


def tones(*parts, rate_hz=10_000.0, seconds=2.0, noise=0.0, seed=0) -> np.ndarray:
    """Acceleration [m/s2] of tones (Hz, velocity RMS in mm/s), and noise [m/s2 RMS]."""
    t = np.arange(round(rate_hz * seconds)) / rate_hz
    x = sum(
        (
            2**0.5 * v * 1e-3 * 2 * np.pi * hz * np.cos(2 * np.pi * hz * t + 0.3 * i)
            for i, (hz, v) in enumerate(parts)
        ),
        np.zeros_like(t),
    )
    return x + noise * np.random.default_rng(seed).standard_normal(len(t))


def waveform(
    signal, second, samples, *, rate_hz=10_000.0, unit="m/s2", status=GOOD, speed_rpm=None
) -> Waveform:
    """A record that begins at a second."""
    return Waveform(signal, at(second), samples.astype(np.float32), rate_hz, unit, status, speed_rpm)


def us_at(seconds: float) -> int:
    """Microseconds of a second after T0."""
    return to_us(at(seconds))
