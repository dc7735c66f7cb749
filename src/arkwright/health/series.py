"""The readings of a slice by signal, as arrays: good values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


@dataclass(frozen=True)
class Series:
    """Good readings of one signal, each time once.

    ``times_us`` rising, shape ``(n,)`` [us]; ``values``, shape ``(n,)``. [canonical unit]
    """

    times_us: Times
    values: Floats

    def __len__(self) -> int:
        """Count the readings."""
        return len(self.times_us)


def good_series(readings: pa.Table) -> dict[str, Series]:
    """Return the good readings of each signal in order of source time.

    Uncertain and Bad are no values, nor is what is not finite; of several readings of one time the first
    received stands, as in history.
    """
    values = np.asarray(readings.column("value").cast(pa.float64()).fill_null(np.nan), np.float64)
    status = np.asarray(readings.column("status"), np.uint32)
    times = np.asarray(readings.column("time").cast(pa.int64()), np.int64)
    names, codes = signal_codes(readings)
    good = np.flatnonzero(np.isfinite(values) & (status >> 30 == 0))
    order = good[np.lexsort((times[good], codes[good]))]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (np.diff(codes[order]) != 0) | (np.diff(times[order]) != 0)
    order = order[is_first]
    return {name: Series(times[rows], values[rows]) for name, rows in _runs(names, codes, order)}


def signal_codes(readings: pa.Table) -> tuple[list[str], Times]:
    """Return the names of the signals in a table, and each row's place among them.

    Returns
    -------
    names
        Every name once.
    codes
        Shape ``(n,)``. [1]
    """
    column = readings.column("signal").cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return column.dictionary.to_pylist(), np.asarray(column.indices, np.int64)


def _runs(names: list[str], codes: Times, order: Times) -> Iterator[tuple[str, Times]]:
    if not len(order):
        return
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    for rows in np.split(order, edges):
        yield names[int(codes[rows[0]])], rows
