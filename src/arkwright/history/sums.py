"""Sums over time buckets that can be added up again: count, sum, least, greatest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arkwright.core.tables import TIME

Array = np.ndarray[Any, Any]
AGGREGATES = pa.schema(
    [
        pa.field("time", TIME, nullable=False),  # of the bucket's beginning
        pa.field("mean", pa.float64(), nullable=False),  # [canonical unit]
        pa.field("min", pa.float64(), nullable=False),  # [canonical unit]
        pa.field("max", pa.float64(), nullable=False),  # [canonical unit]
        pa.field("n", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Sums:
    """Parts of an aggregate, one an entry: when [us], count, sum, least and greatest, shape ``(n,)`` each."""

    times: Array
    n: Array
    total: Array
    least: Array
    most: Array


def sums_of_readings(rows: pa.Table) -> Sums:
    """Turn usable readings into parts of one reading each."""
    values = rows.column("value").to_numpy()
    return Sums(
        np.asarray(rows.column("time").cast(pa.int64())),
        np.ones(len(values), np.int64),
        values,
        values,
        values,
    )


def sums_of_minutes(rows: pa.Table) -> Sums:
    """Turn stored minutes into parts."""
    n, total, least, most = (rows.column(c).to_numpy() for c in ("n", "sum", "min", "max"))
    return Sums(np.asarray(rows.column("time").cast(pa.int64())), n, total, least, most)


def joined(a: Sums, b: Sums) -> Sums:
    """Return the parts of both."""
    return Sums(
        np.concatenate([a.times, b.times]),
        np.concatenate([a.n, b.n]),
        np.concatenate([a.total, b.total]),
        np.concatenate([a.least, b.least]),
        np.concatenate([a.most, b.most]),
    )


def gathered(parts: Sums, every_us: int, groups: Array | None = None) -> tuple[Sums, Array]:
    """Add parts up in buckets of equal length, counted from 1970-01-01 UTC.

    Parameters
    ----------
    parts
        What to add up, in any order.
    every_us
        Length of a bucket. [us]
    groups
        Number of the signal of each part, shape ``(n,)``; one signal if None. [1]

    Returns
    -------
    sums
        One part a bucket that holds any, ordered by group and time; times are the beginnings. [us]
    groups
        Group of each. [1]
    """
    groups = np.zeros(len(parts.times), np.int64) if groups is None else groups
    buckets = parts.times // every_us
    order = np.lexsort((parts.times, groups)) if len(buckets) else np.zeros(0, np.int64)
    buckets, groups = buckets[order], groups[order]
    if not len(order):
        return parts, groups
    first = np.concatenate([[True], (np.diff(buckets) != 0) | (np.diff(groups) != 0)])
    at = np.flatnonzero(first)
    return (
        Sums(
            buckets[at] * every_us,
            np.add.reduceat(parts.n[order], at),
            np.add.reduceat(parts.total[order], at),
            np.minimum.reduceat(parts.least[order], at),
            np.maximum.reduceat(parts.most[order], at),
        ),
        groups[at],
    )


def as_aggregates(sums: Sums) -> pa.Table:
    """Return sums as a table of time, mean, min, max and n."""
    n = np.maximum(sums.n, 1)
    return pa.table(
        [
            pa.array(sums.times, pa.int64()).cast(TIME),
            pa.array(sums.total / n, pa.float64()),
            pa.array(sums.least, pa.float64()),
            pa.array(sums.most, pa.float64()),
            pa.array(sums.n, pa.int64()),
        ],
        schema=AGGREGATES,
    )


def usable(rows: pa.Table) -> pa.Table:
    """Keep the rows that may be averaged: numbers, not of Bad status."""
    fine = pc.and_(pc.is_valid(rows.column("value")), pc.less(rows.column("status"), 1 << 31))
    return rows.filter(fine)
