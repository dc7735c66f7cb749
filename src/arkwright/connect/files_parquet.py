"""Read a Parquet file batch by batch into READINGS, whole columns at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from arkwright.connect.files_cells import NOTHING, parse_number, parse_status, time_reader
from arkwright.connect.files_csv import Piece, Portion
from arkwright.connect.files_settings import Settings, Target
from arkwright.connect.files_table import Layout, Refusal, Refusals, find_layout, make_readings, wrong_unit
from arkwright.connect.files_watch import print_of
from arkwright.core.errors import SourceError
from arkwright.core.tables import BAD_DECODING_ERROR, BAD_NO_DATA, GOOD, READINGS, concat

BATCH_ROWS = 50_000
_EPOCHS = {"epoch_s": 1e6, "epoch_ms": 1e3, "epoch_us": 1.0}


def read_pieces(portion: Portion) -> Iterator[Piece]:
    """Read a Parquet file on from its mark; it is whole.

    Parameters
    ----------
    portion
        File, targets and mark.

    Yields
    ------
    piece
        Readings and the mark after them.

    Raises
    ------
    SourceError
        If it is no Parquet file, or has none of the columns.
    OSError
        If it cannot be read.
    """
    from pyarrow import parquet

    mark, refusals = portion.mark, portion.refusals
    try:
        with portion.path.open("rb") as plain, parquet.ParquetFile(portion.path) as file:
            stamp = print_of(plain, mark.size)
            schema, at, total = file.schema_arrow, 0, file.metadata.num_rows
            layout = find_layout(schema.names, portion.targets, portion.settings, refusals)
            layout = _with_right_units(layout, schema, refusals)
            for batch in file.iter_batches(BATCH_ROWS, columns=_names(layout, schema)):
                at += batch.num_rows
                if at <= mark.rows:
                    continue
                columns = _Columns(layout, schema, portion.settings, refusals, at - batch.num_rows)
                size = mark.size if at == total else 0
                kept = replace(mark, size=size, done=mark.size, rows=at, stamp=stamp)
                yield Piece(columns.read(batch, portion.server_us), kept)
            if not total:
                yield Piece(READINGS.empty_table(), replace(mark, done=mark.size, stamp=stamp))
    except pa.ArrowException as error:
        raise SourceError(f"not a Parquet file that can be read: {str(error)[:200]}") from error


def _with_right_units(layout: Layout, schema: pa.Schema, refusals: Refusals) -> Layout:
    """Leave out columns whose metadata says another unit than their signal declares."""
    kept = []
    for at, target in layout.fields:
        said = (schema.field(at).metadata or {}).get(b"unit", b"").decode(errors="replace")
        wrong = wrong_unit(target, said)
        if wrong:
            refusals.told.append(Refusal(f"column '{schema.names[at]}' in '{said[:20]}'", wrong))
        else:
            kept.append((at, target))
    return replace(layout, fields=tuple(kept))


def _names(layout: Layout, schema: pa.Schema) -> list[str]:
    places = {*layout.times, *(at for at, _ in layout.fields)}
    places |= {at for at in (layout.names, layout.value, layout.unit, layout.status) if at >= 0}
    return [schema.names[at] for at in sorted(places)]


class _Columns:
    """One batch of rows as arrays; ``before`` rows stand ahead of it. [1]"""

    def __init__(
        self, layout: Layout, schema: pa.Schema, settings: Settings, refusals: Refusals, before: int
    ) -> None:
        self.layout, self.schema, self.settings = layout, schema, settings
        self.refusals, self.before = refusals, before

    def read(self, batch: pa.RecordBatch, server_us: int) -> pa.Table:
        self._batch = batch
        times, timed = self._times()
        status, known = self._status(batch.num_rows)
        usable = timed & known
        tables = []
        for target, rows, column in self._parts(usable):
            values, texts, codes = self._cells(target, column, rows)
            there = np.asarray(pc.is_valid(column)) & rows
            codes = np.where(status == GOOD, codes, status).astype(np.uint32)
            said = None if texts is None else [texts[i] for i in np.flatnonzero(there)]
            tables.append(
                make_readings(target.scale, times[there], values[there], codes[there], server_us, said)
            )
        return concat(tables, READINGS)

    def _column(self, at: int) -> pa.Array:
        column = self._batch.column(self.schema.names[at])
        return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column

    def _parts(self, usable: NDArray[np.bool_]) -> Iterator[tuple[Target, NDArray[np.bool_], pa.Array]]:
        layout = self.layout
        for at, target in layout.fields:
            yield target, usable, self._column(at)
        if layout.names < 0:
            return
        names = np.asarray(self._column(layout.names).cast(pa.string()).to_pylist(), object)
        units = self._column(layout.unit).cast(pa.string()).to_pylist() if layout.unit >= 0 else None
        for name, target in layout.by_name.items():
            rows = usable & (names == name)
            if units is not None:
                rows &= self._right_units(target, rows, units)
            if rows.any():
                yield target, rows, self._column(layout.value)

    def _right_units(
        self, target: Target, rows: NDArray[np.bool_], units: Sequence[str | None]
    ) -> NDArray[np.bool_]:
        right = np.ones(len(rows), bool)
        for i in np.flatnonzero(rows).tolist():
            wrong = wrong_unit(target, units[i] or "")
            if wrong:
                right[i] = False
                self._refuse(i, f"{target.signal.name} in '{(units[i] or '')[:20]}'", wrong)
        return right

    def _refuse(self, row: int, found: str, wanted: str) -> None:
        self.refusals.row(self.before + row + 1, found, wanted)

    def _times(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        columns = [self._column(at) for at in self.layout.times]
        kind = columns[0].type
        if len(columns) == 1 and pa.types.is_timestamp(kind):
            column = columns[0]
            if kind.tz is None:
                column = pc.assume_timezone(
                    column, self.settings.time_zone, ambiguous="earliest", nonexistent="latest"
                )
            us = column.cast(pa.timestamp("us", tz="UTC"), safe=False).cast(pa.int64())
            return self._checked(us, columns[0])
        factor = _EPOCHS.get(self.settings.time_format)
        if factor and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            us = pc.cast(pc.round(pc.multiply(columns[0].cast(pa.float64()), factor)), pa.int64(), safe=False)
            return self._checked(us, columns[0])
        read = time_reader(self.settings.time_format, self.settings.time_zone)
        cells = zip(*(c.cast(pa.string()).to_pylist() for c in columns), strict=True)
        texts = [" ".join(p or "" for p in parts).strip() for parts in cells]
        return self._checked(pa.array([read(t) for t in texts], pa.int64()), pa.array(texts, pa.string()))

    def _checked(self, us: pa.Array, said: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        valid = np.asarray(pc.is_valid(us))
        for i in np.flatnonzero(~valid).tolist():
            self._refuse(i, f"time '{str(said[i])[:50]}'", f"a time ({self.settings.time_format})")
        return np.asarray(pc.fill_null(us, 0), np.int64), valid

    def _status(self, n: int) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
        if self.layout.status < 0:
            return np.zeros(n, np.uint32), np.ones(n, bool)
        said = [parse_status(str(v)) for v in self._column(self.layout.status).cast(pa.string()).to_pylist()]
        known = np.array([s is not None for s in said], bool)
        for i in np.flatnonzero(~known).tolist():
            self._refuse(i, "a status that is none", "good, bad or a code")
        return np.array([s or 0 for s in said], np.uint32), known

    def _cells(
        self, target: Target, column: pa.Array, rows: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], list[str | None] | None, NDArray[np.uint32]]:
        codes = np.zeros(len(column), np.uint32)
        if target.signal.kind == "text":
            return np.full(len(column), np.nan), column.cast(pa.string()).to_pylist(), codes
        kind: Any = column.type
        if pa.types.is_boolean(kind):
            column = column.cast(pa.int8())
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            return np.asarray(pc.fill_null(column.cast(pa.float64()), np.nan)), None, codes
        values = np.full(len(column), np.nan)
        for i, text in enumerate(column.to_pylist()):
            if text is None or not rows[i]:
                continue
            number = parse_number(text.strip(), self.settings.decimal == ",")
            if number is not None:
                values[i] = number
            elif text.strip().casefold() in NOTHING:
                codes[i] = BAD_NO_DATA
            else:
                codes[i] = BAD_DECODING_ERROR
                self._refuse(i, f"'{text[:50]}' for {target.signal.name}", "a number")
        return values, None, codes


def names_of(path: Path) -> tuple[str, ...]:
    """Return the names of the columns of a Parquet file.

    Raises
    ------
    SourceError
        If it is no Parquet file.
    OSError
        If it cannot be read.
    """
    return first_rows(path, 1)[0]


def first_rows(path: Path, n: int) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the names of the columns and the first rows of a Parquet file, for a person to look at.

    Parameters
    ----------
    path
        File.
    n
        Rows at most. [1]

    Returns
    -------
    columns
        Names.
    rows
        Cells as text.

    Raises
    ------
    SourceError
        If it is no Parquet file.
    OSError
        If it cannot be read.
    """
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            batch = next(iter(file.iter_batches(n)), None)
            names = tuple(file.schema_arrow.names)
    except pa.ArrowException as error:
        raise SourceError(f"not a Parquet file that can be read: {str(error)[:200]}") from error
    rows = [] if batch is None else batch.to_pylist()
    return names, [["" if row[name] is None else str(row[name]) for name in names] for row in rows]
