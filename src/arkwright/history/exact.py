"""Exactly once: which rows of a batch are new, which are known, and which contradict what stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arkwright.core.tables import BAD_OUT_OF_RANGE, TIME

Array = np.ndarray[Any, Any]
STORED = pa.schema(
    [
        pa.field("signal", pa.string(), nullable=False),
        pa.field("time", TIME, nullable=False),
        pa.field("server_time", TIME, nullable=False),
        pa.field("value", pa.float64()),
        pa.field("text", pa.string()),
        pa.field("status", pa.int64(), nullable=False),
        pa.field("origin", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Sifted:
    """What became of a batch: the rows to append, the count of known ones, and the contradictions.

    ``contradicted`` holds the rows that stand, ``contradicting`` those that came later, row by row.
    """

    fresh: pa.Table
    duplicates: int
    contradicted: pa.Table
    contradicting: pa.Table


def sift(known: pa.Table, batch: pa.Table) -> Sifted:
    """Part a batch by its keys (signal, time): the first of a key stands, known or earlier in the batch.

    Parameters
    ----------
    known
        Rows that stand already; must hold every row whose key may be met in the batch.
    batch
        Rows in the order in which they came.
    """
    rows = pa.concat_tables([known, batch])
    times = np.asarray(rows.column("time").cast(pa.int64()))
    names = _codes(rows.column("signal"))
    order = np.lexsort((times, names))  # stable: equal keys stay in the order of coming
    same = (np.diff(names[order]) == 0) & (np.diff(times[order]) == 0)
    leads = np.concatenate([[True], ~same]) if len(order) else np.zeros(0, bool)
    stands = np.empty(len(order), np.int64)
    stands[order] = order[leads][np.cumsum(leads) - 1]
    index = np.arange(len(order))
    came = index >= known.num_rows
    fresh = came & (stands == index)
    later = came & ~fresh
    equal = _equal(rows, index[later], stands[later])
    contradicting = index[later][~equal]
    return Sifted(
        rows.take(pa.array(index[fresh])),
        int(equal.sum()),
        rows.take(pa.array(stands[contradicting])),
        rows.take(pa.array(contradicting)),
    )


def _codes(column: pa.ChunkedArray) -> Array:
    encoded = column.combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices, np.int64)


def _equal(rows: pa.Table, left: Array, right: Array) -> Array:
    values = rows.column("value").to_numpy()
    texts = np.asarray(pc.fill_null(rows.column("text").combine_chunks().dictionary_encode().indices, -1))
    status = np.asarray(rows.column("status"))
    a, b = values[left], values[right]
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    return np.asarray(same & (texts[left] == texts[right]) & (status[left] == status[right]))


def only_finite(rows: pa.Table) -> pa.Table:
    """Turn NaN and infinities into nulls; a source that called them Good is not believed (BadOutOfRange)."""
    finite = pc.fill_null(pc.is_finite(rows.column("value")), True)
    if pc.all(finite).as_py() in {True, None}:
        return rows
    odd = ~np.asarray(finite)
    status = np.asarray(rows.column("status")).copy()
    status[odd & (status >> 31 == 0)] = BAD_OUT_OF_RANGE
    values = pa.array(rows.column("value").to_numpy(), mask=odd | np.asarray(rows.column("value").is_null()))
    at = rows.schema.get_field_index
    return rows.set_column(at("value"), STORED.field("value"), values).set_column(
        at("status"), STORED.field("status"), pa.array(status)
    )


def drop_repeats(rows: pa.Table) -> tuple[pa.Table, int]:
    """Drop rows that say the same of the same key as an earlier one; returns how many."""
    sifted = sift(rows.slice(0, 0), rows)
    return pa.concat_tables([sifted.fresh, sifted.contradicting]), sifted.duplicates


def move_to_receipt(rows: pa.Table, taken: set[tuple[str, int]], status: int) -> pa.Table:
    """Put rows whose own time cannot be believed at the time of receipt, each at a free microsecond.

    Parameters
    ----------
    rows
        Rows to move.
    taken
        Keys of the rest of the batch; the new keys are added. [name, us]
    status
        OPC UA status code that the rows get. [1]
    """
    times = []
    for name, receipt in zip(
        rows.column("signal").to_pylist(),
        rows.column("server_time").cast(pa.int64()).to_pylist(),
        strict=True,
    ):
        at = receipt
        while (name, at) in taken:
            at += 1
        taken.add((name, at))
        times.append(at)
    n = rows.num_rows
    columns = {name: rows.column(name) for name in rows.column_names}
    columns["time"] = pa.array(times, pa.int64()).cast(TIME)
    # The value is not usable as of any time; what was said stays readable as text.
    said = [
        f"{value if text is None else text} @ {at.isoformat()}"
        for value, text, at in zip(
            *(rows.column(c).to_pylist() for c in ("value", "text", "time")), strict=True
        )
    ]
    columns["value"] = pa.nulls(n, pa.float64())
    columns["text"] = pa.array(said, pa.string())
    columns["status"] = pa.array(np.full(n, status, np.int64))
    columns["origin"] = pa.array(["server"] * n, pa.string())
    return pa.table(columns, schema=STORED)
