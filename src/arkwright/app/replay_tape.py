"""Recordings as they would have arrived: vibration records, tables of readings, MTConnect adapter logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from arkwright.core.errors import SourceError
from arkwright.core.plant import Signal, Site
from arkwright.core.quantity import find_quantity
from arkwright.core.tables import (
    BAD_NO_DATA,
    READINGS,
    ReadingsBuilder,
    Scale,
    Waveform,
    concat,
    empty,
    from_us,
    to_us,
)

GRID_US = 10_000_000  # readings come in portions of so long, each before the windows that end with it
RECORDS = (".npz", ".mat", ".wav")
TABLES = (".csv", ".parquet", ".tsv")


@dataclass(frozen=True)
class How:
    """How a recording is to be played; what is not stated is taken from the file or the site.

    ``rate_hz`` [Hz], ``speed_rpm`` [rpm] and ``full_scale`` [unit of the signal] of a vibration record.
    It is played ``repeat`` times [1], a new one every ``every_s`` [s], whole or in slices of ``slice_s`` [s].
    """

    signal: str = ""
    channel: str = ""
    rate_hz: float | None = None
    speed_rpm: float | None = None
    full_scale: float | None = None
    repeat: int = 5
    every_s: float = 10.0
    slice_s: float | None = None
    start: datetime | None = None


@dataclass(frozen=True)
class Arrival:
    """What had arrived by a time. [us]"""

    time_us: int
    readings: pa.Table
    waveforms: tuple[Waveform, ...] = ()


@dataclass(frozen=True)
class Tape:
    """A recording ready to be played: when it begins [us], its arrivals in order, and what was left out.

    ``kind`` is record, table or shdr.
    """

    kind: str
    start_us: int
    arrivals: Sequence[Arrival]
    refused: tuple[str, ...] = ()


def read_tape(path: Path, site: Site, how: How) -> Tape:
    """Read a recording, or a folder of vibration records that are played in order of their names.

    Parameters
    ----------
    path
        File or folder.
    site
        The site whose signals it holds.
    how
        How it is to be played.

    Returns
    -------
    tape
        Its arrivals.

    Raises
    ------
    SourceError
        If it cannot be read, or nothing in it belongs to a signal of the site.
    """
    if not path.exists():
        raise SourceError("is not there", where=str(path), fix="Check the path.")
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in (*RECORDS, *TABLES))
        return _record_tape(files, site, how)
    if path.suffix.lower() in RECORDS or how.signal:
        return _record_tape([path], site, how)
    if path.suffix.lower() in TABLES:
        return _table_tape(path, site)
    return _shdr_tape(path, site)


# ---------------------------------------------------------------------------------------- vibration records
def _record_tape(files: Sequence[Path], site: Site, how: How) -> Tape:
    if not files:
        raise SourceError("no recorded file", wanted=", ".join(RECORDS), fix="Give a file.")
    signal = _waveform_signal(site, how.signal)
    start_us = to_us(how.start) if how.start else _grid(int(files[0].stat().st_mtime * 1e6))
    arrivals: list[Arrival] = []
    at_us = start_us
    for path in files:
        samples, rate_hz, speed_rpm = _samples(path, signal, how)
        for _ in range(how.repeat):
            arrivals += _record_arrivals(signal, samples, rate_hz, speed_rpm, at_us, how.slice_s)
            at_us = max(at_us + round(how.every_s * 1e6), arrivals[-1].time_us)
    return Tape("record", start_us, arrivals)


def _waveform_signal(site: Site, wanted: str) -> Signal:
    known = {s.name: s for s in site.signals.values() if s.kind == "waveform"}
    if wanted in known:
        return known[wanted]
    if wanted or len(known) != 1:
        raise SourceError(
            f"no waveform signal '{wanted}'" if wanted else f"the site has {len(known)} waveform signals",
            wanted="one of " + ", ".join(list(known)[:20]) if known else "one in signals.csv",
            fix="Name it with --signal.",
        )
    return next(iter(known.values()))


Samples = np.ndarray[tuple[int], np.dtype[np.float32]]


def _samples(path: Path, signal: Signal, how: How) -> tuple[Samples, float, float | None]:
    """Return samples [canonical unit], sample rate [Hz] and speed [rpm] of a record."""
    from arkwright.connect.record import read_record, read_recording

    recording = read_recording(path)
    record = read_record(path, how.channel)
    rate_hz = how.rate_hz or record.rate_hz or signal.rate_hz
    if not rate_hz:
        raise SourceError("no sample rate", where=str(path), fix="Give it with --rate.")
    scale = 1.0
    if recording.full_counts is not None:
        if how.full_scale is None:
            raise SourceError(
                "whole numbers, which are counts of a converter",
                where=str(path),
                fix="Give the value at full scale with --full-scale.",
            )
        scale = how.full_scale / recording.full_counts
    unit = signal.declared_unit()
    values = record.samples * (scale * unit.factor) + unit.offset
    return values.astype(np.float32), rate_hz, how.speed_rpm or recording.speed_rpm


def _record_arrivals(
    signal: Signal,
    samples: Samples,
    rate_hz: float,
    speed_rpm: float | None,
    at_us: int,
    slice_s: float | None,
) -> list[Arrival]:
    step = len(samples) if slice_s is None else max(1, round(slice_s * rate_hz))
    unit = find_quantity(signal.quantity).canonical
    found = []
    for first in range(0, len(samples) - step + 1, step):
        start_us = at_us + round(first / rate_hz * 1e6)
        part = samples[first : first + step]
        waveform = Waveform(signal.name, from_us(start_us), part, rate_hz, unit, speed_rpm=speed_rpm)
        found.append(Arrival(start_us + round(step / rate_hz * 1e6), empty(READINGS), (waveform,)))
    return found


# --------------------------------------------------------------------------------------- tables of readings
def _table_tape(path: Path, site: Site) -> Tape:
    """Read a table: columns named as signals or as their addresses, or rows of signal, time and value."""
    from arkwright.connect import files_csv, files_parquet
    from arkwright.connect.files_settings import Settings, target_of
    from arkwright.connect.files_table import Refusals
    from arkwright.connect.files_watch import Mark

    columns = _header(path)
    is_long = {"signal", "value"} <= set(columns)
    settings = Settings(layout="long" if is_long else "wide", status_column=_if_there("status", columns))
    signals = [s for s in site.signals.values() if s.kind != "waveform"]
    targets = [target_of(_addressed(s, columns)) for s in signals]
    told = path.stat()
    refusals = Refusals()
    portion = files_csv.Portion(
        path, targets, settings, Mark(told.st_size, told.st_mtime_ns), True, 0, refusals
    )
    reader = files_parquet.read_pieces if path.suffix.lower() == ".parquet" else files_csv.read_pieces
    try:
        readings = concat([piece.readings for piece in reader(portion)], READINGS)
    except OSError as error:
        raise SourceError(f"cannot read: {error}", where=str(path), fix="Check the file.") from error
    if not readings.num_rows:
        raise SourceError("no reading of a signal of the site", where=str(path), fix="See signals.csv.")
    arrivals = _portions(readings.sort_by("time"))
    refused = tuple(f"{r.found}; wanted {r.wanted}" if r.wanted else r.found for r in refusals.take())
    return Tape("table", arrivals[0].time_us - GRID_US, arrivals, refused)


def _header(path: Path) -> list[str]:
    from arkwright.connect import files_csv, files_parquet
    from arkwright.connect.files_settings import Settings

    if path.suffix.lower() == ".parquet":
        return list(files_parquet.first_rows(path, 0)[0])
    with path.open("rb") as file:
        head = files_csv.read_head(file, Settings())
    return [name.strip() for name in head.columns] if head else []


def _if_there(name: str, columns: Sequence[str]) -> str:
    return name if name in columns else ""


def _addressed(signal: Signal, columns: Sequence[str]) -> Signal:
    """Say that the signal's column has its name, or its address where only that is a column."""
    column = signal.address if signal.address in columns and signal.name not in columns else signal.name
    return replace(signal, address=f"*#{column}")


def _portions(readings: pa.Table) -> list[Arrival]:
    """Cut readings in order of time into what arrives together."""
    times = np.asarray(readings.column("time").cast(pa.int64()))
    slots = times // GRID_US
    edges = [0, *(np.flatnonzero(np.diff(slots)) + 1).tolist(), len(times)]
    return [
        Arrival((int(slots[first]) + 1) * GRID_US, readings.slice(first, last - first))
        for first, last in pairwise(edges)
    ]


# -------------------------------------------------------------------------------------- MTConnect recordings
def _shdr_tape(path: Path, site: Site) -> Tape:
    """Read the text of an MTConnect adapter: lines arrive in the order of the file, late ones late."""
    from arkwright.connect.files_cells import time_reader
    from arkwright.connect.mtconnect_shdr import read_lines

    read_time = time_reader("iso", "UTC")
    by_key = _by_key(site)
    arrivals: list[Arrival] = []
    builder, arrived_us, unknown = ReadingsBuilder(), 0, 0
    for line in read_lines(path.read_text(encoding="utf-8", errors="replace").splitlines()):
        time_us = read_time(line.time)
        if time_us is None:
            unknown += 1
            continue
        if len(builder) and arrived_us and max(arrived_us, time_us) // GRID_US != arrived_us // GRID_US:
            arrivals.append(Arrival(_grid(arrived_us) + GRID_US, builder.take(0)))
        arrived_us = max(arrived_us, time_us)
        _take_fields(builder, by_key, line.fields, time_us)
    if len(builder):
        arrivals.append(Arrival(_grid(arrived_us) + GRID_US, builder.take(0)))
    if not arrivals:
        raise SourceError("no observation of a signal of the site", where=str(path), fix="See signals.csv.")
    refused = (f"{unknown} lines without a time that can be read",) if unknown else ()
    return Tape("shdr", arrivals[0].time_us - GRID_US, arrivals, refused)


def _by_key(site: Site) -> Mapping[str, tuple[Signal, Scale]]:
    """Find signals by what an adapter calls them: name, address, or the last part of it."""
    found: dict[str, tuple[Signal, Scale]] = {}
    for signal in site.signals.values():
        unit = signal.declared_unit() if signal.kind == "value" else None
        scale = Scale(signal.name, unit.factor, unit.offset) if unit else Scale(signal.name)
        for key in (signal.name, signal.address, signal.address.rpartition("/")[2]):
            found.setdefault(key, (signal, scale))
    found.pop("", None)
    return found


def _take_fields(
    builder: ReadingsBuilder,
    by_key: Mapping[str, tuple[Signal, Scale]],
    fields: Sequence[str],
    time_us: int,
) -> None:
    for key, text in zip(fields[::2], fields[1::2], strict=False):
        known = by_key.get(key.rpartition(":")[2])
        if known is None:
            continue
        signal, scale = known
        if text in ("UNAVAILABLE", ""):
            builder.add(scale, time_us, None, BAD_NO_DATA)
        elif signal.kind == "text":
            builder.add(scale, time_us, text)
        else:
            number = _number(text)
            builder.add(scale, time_us, number, BAD_NO_DATA if number is None else 0)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _grid(time_us: int) -> int:
    return time_us // GRID_US * GRID_US


def stretch(tape: Tape) -> Iterator[Arrival]:
    """Yield arrivals so that no quiet stretch is longer than a grid step: judges look then, too."""
    at_us = tape.start_us
    for arrival in tape.arrivals:
        while at_us + GRID_US < arrival.time_us:
            at_us += GRID_US
            yield Arrival(at_us, empty(READINGS))
        at_us = arrival.time_us
        yield arrival
