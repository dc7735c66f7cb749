"""The last reading of every signal: watermark of exactly-once and answer to "what is it now"."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arkwright.core.tables import TIME
from arkwright.history.delta import DeltaFolder
from arkwright.history.durable import replace
from arkwright.history.exact import STORED
from arkwright.history.files import HOUR_US

BATCH_FILES = 256  # files read at once while the table is rebuilt: bounds the memory


class LastReadings:
    """Last reading by source time of every signal, kept in memory and saved so that a start need not scan."""

    def __init__(self) -> None:
        self.version = -1
        self._place: dict[str, int] = {}
        self._times = np.zeros(0, np.int64)
        self._rows = STORED.empty_table()
        self._pending: list[pa.Table] = []

    def __len__(self) -> int:
        return len(self._place)

    def watermarks(self, names: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Return the greatest time of each signal, else the least integer, shape ``(n,)``. [us]"""
        none = np.iinfo(np.int64).min
        place = self._place
        return np.array([self._times[place[n]] if n in place else none for n in names], np.int64)

    def update(self, rows: pa.Table) -> None:
        """Take in rows that history now holds, in any order."""
        if not rows.num_rows:
            return
        newest = newest_of(rows)
        names = newest.column("signal").to_pylist()
        times = np.asarray(newest.column("time").cast(pa.int64()))
        fresh = [n for n in names if n not in self._place]
        for name in fresh:
            self._place[name] = len(self._place)
        none = np.full(len(fresh), np.iinfo(np.int64).min, np.int64)
        self._times = np.concatenate([self._times, none])
        at = np.array([self._place[n] for n in names], np.int64)
        self._times[at] = np.maximum(self._times[at], times)
        self._pending.append(newest)
        if len(self._pending) >= 64:
            self.table()

    def table(self) -> pa.Table:
        """Return one row a signal, as stored."""
        if self._pending:
            self._rows = newest_of(pa.concat_tables([self._rows, *self._pending]))
            self._pending = []
        return self._rows

    # -------------------------------------------------------------------------------------- save and load
    def save(self, path: Path) -> None:
        """Write the state beside the table it describes."""
        sink = pa.BufferOutputStream()
        schema = STORED.with_metadata({"version": str(self.version)})
        with pa.ipc.new_file(sink, schema) as writer:
            writer.write_table(self.table().replace_schema_metadata(schema.metadata))
        replace(path, sink.getvalue().to_pybytes())

    @classmethod
    def load(cls, path: Path, table: DeltaFolder) -> LastReadings:
        """Read the saved state and catch up; without a usable save, go through the table once."""
        last = cls()
        try:
            with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
                last.update(reader.read_all().replace_schema_metadata(None))
                last.version = int(reader.schema.metadata[b"version"])
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            last = cls()
        last.catch_up(table)
        return last

    def catch_up(self, table: DeltaFolder) -> None:
        """Take in everything committed after the version known."""
        cuts = changed_cuts(table.folder / "_delta_log", self.version, table.version)
        files = table.files()
        if cuts is not None:
            files = [f for f in files if f.cut in cuts]
        for start in range(0, len(files), BATCH_FILES):
            self.update(table.read_files(files[start : start + BATCH_FILES]))
            self.table()
        self.version = table.version


def newest_of(rows: pa.Table) -> pa.Table:
    """Return the last row by time of each signal."""
    encoded = rows.column("signal").combine_chunks().dictionary_encode()
    names = np.asarray(encoded.indices, np.int64)
    times = np.asarray(rows.column("time").cast(pa.int64()))
    order = np.lexsort((times, names))
    ends = np.append(np.diff(names[order]) != 0, True)
    return rows.take(pa.array(order[ends])) if len(order) else rows


def changed_cuts(log: Path, since: int, until: int) -> set[tuple[tuple[str, str], ...]] | None:
    """Name the partitions that commits after ``since`` added to; None if the log does not reach back."""
    cuts: set[tuple[tuple[str, str], ...]] = set()
    if since < 0:
        return None
    for version in range(since + 1, until + 1):
        try:
            lines = (log / f"{version:020d}.json").read_text().splitlines()
        except FileNotFoundError:
            return None
        added = [entry["add"] for entry in map(json.loads, lines) if "add" in entry]
        cuts |= {tuple(sorted(a["partitionValues"].items())) for a in added if a["dataChange"]}
    return cuts  # sorted, "day" before "hour": as in DataFile


def last_before(table: DeltaFolder, names: Iterable[str], at_us: int, known_us: int = 2**62) -> pa.Table:
    """Find the last rows before a time, from the newest hour backwards, wider with every step. [us]

    Rows received after ``known_us`` are passed over. [us]
    """
    left = set(names)
    found: list[pa.Table] = []
    candidates = table.files(sorted(left), None, at_us)
    end, span = at_us, HOUR_US
    while left and candidates:
        end = min(end, max(f.last_us for f in candidates) + 1)
        rows = table.read(sorted(left), end - span, end)
        rows = rows.filter(pc.field("server_time") <= pa.scalar(known_us, pa.int64()).cast(TIME))
        if rows.num_rows:
            newest = newest_of(rows)
            found.append(newest)
            left -= set(newest.column("signal").to_pylist())
        end, span = end - span, span * 2
        candidates = [f for f in candidates if f.first_us < end and f.may_hold(sorted(left), f.first_us, end)]
    return pa.concat_tables(found) if found else STORED.empty_table()
