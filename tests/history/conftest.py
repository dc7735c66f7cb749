"""What the tests of history share: a clock, batches, and the oracle that says what must be there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from arkwright.core.tables import READINGS, TIME

NOW = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000
Row = tuple[str, int, float | str | None, int]


def make_batch(rows: Sequence[Row], server_us: int = NOW_US) -> pa.Table:
    """Build READINGS of (signal, time_us, value, status)."""
    names, times, values, status = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        [
            pa.array(names, pa.string()).dictionary_encode(),
            pa.array(times, pa.int64()).cast(TIME),
            pa.array([server_us] * len(rows), pa.int64()).cast(TIME),
            pa.array([None if isinstance(v, str) else v for v in values], pa.float64(), from_pandas=False),
            pa.array([v if isinstance(v, str) else None for v in values], pa.string()),
            pa.array(status, pa.uint32()),
            pa.array(["source"] * len(rows), pa.string()).dictionary_encode(),
        ],
        schema=READINGS,
    )


def as_rows(readings: pa.Table) -> list[Row]:
    """Turn READINGS back into (signal, time_us, value, status), in order."""
    return sorted(
        (
            (r["signal"], t, r["text"] if r["text"] is not None else r["value"], r["status"])
            for r, t in zip(
                readings.to_pylist(), readings.column("time").cast(pa.int64()).to_pylist(), strict=True
            )
        ),
        key=lambda row: row[:2],
    )


@dataclass
class Oracle:
    """What must stand, by a dictionary and one reading at a time."""

    stands: dict[tuple[str, int], Row] = field(default_factory=dict)
    refused: set[tuple[str, int, float | str | None, int]] = field(default_factory=set)
    appended: int = 0
    duplicates: int = 0

    def take(self, rows: Sequence[Row]) -> None:
        for row in rows:
            first = self.stands.get(row[:2])
            if first is None:
                self.stands[row[:2]] = row
                self.appended += 1
            elif first == row:
                self.duplicates += 1
            else:
                self.refused.add(row)

    def rows(self) -> list[Row]:
        return sorted(self.stands.values(), key=lambda row: row[:2])


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def batch() -> Callable[..., pa.Table]:
    return make_batch


@pytest.fixture
def walk() -> Callable[..., list[Row]]:
    """Readings of some signals at a steady rate that end at NOW; a random walk of resolution 0.01."""

    def make(signals: int, n: int, step_us: int = 1_000_000, seed: int = 0) -> list[Row]:
        rng = np.random.default_rng(seed)
        values = np.round(np.cumsum(rng.normal(0, 0.05, (signals, n)), axis=1) + 20, 2)
        return [
            (f"s{s:03d}", NOW_US - (n - k) * step_us, float(values[s, k]), 0)
            for k in range(n)
            for s in range(signals)
        ]

    return make
