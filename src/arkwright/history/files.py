"""What a table is cut into: its form, its files, and what may stand in its log after a power cut."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from arkwright.core.errors import HistoryError
from arkwright.history.durable import sync

HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class TableForm:
    """What a table holds: its columns, which are its time and its name, and how it is cut in folders.

    ``hourly`` says that the folders are of UTC day and hour, else of UTC day alone.
    """

    schema: pa.Schema
    time: str
    name: str
    hourly: bool = False
    dictionary: tuple[str, ...] = ()

    @property
    def folders(self) -> list[str]:
        """Names of the partition columns."""
        return ["day", "hour"] if self.hourly else ["day"]

    @property
    def delta_schema(self) -> pa.Schema:
        """Return the schema of the table with its partition columns."""
        cuts = [pa.field("day", pa.string(), nullable=False)]
        if self.hourly:
            cuts.append(pa.field("hour", pa.int32(), nullable=False))
        return pa.schema([*cuts, *self.schema])


@dataclass(frozen=True)
class DataFile:
    """One file of a table: its place, its rows and its least and greatest time [us] and name."""

    path: str
    size: int
    rows: int
    first_us: int
    last_us: int
    first_name: str
    last_name: str
    cut: tuple[tuple[str, str], ...]

    def may_hold(self, names: Sequence[str] | None, start_us: int, end_us: int) -> bool:
        """Say whether the file can hold a row of one of these names in ``[start_us, end_us)``. [us]"""
        if self.last_us < start_us or self.first_us >= end_us:
            return False
        return names is None or any(self.first_name <= name <= self.last_name for name in names)


def everything_us() -> tuple[int, int]:
    """Return the widest window there is. [us]"""
    return -(2**62), 2**62


@contextlib.contextmanager
def told_as_history(where: Path) -> Iterator[None]:
    """Turn whatever the disk or the table format raises into one error a user can act on.

    Raises
    ------
    HistoryError
        If the block under it raises an error of the disk or of the table format.
    """
    from deltalake.exceptions import DeltaError

    try:
        yield
    except (DeltaError, OSError, pa.ArrowException) as error:
        raise HistoryError(
            f"cannot read or write: {error}",
            where=str(where),
            fix="Make room on the disk or make the folder writable; nothing unsaved was acknowledged.",
        ) from error


def drop_torn_entry(log: Path) -> None:
    """Put aside a last log entry that a power cut left half written: it was never acknowledged."""
    entries = sorted(p for p in log.glob("*.json") if re.fullmatch(r"\d{20}", p.stem))
    if not entries:
        return
    last = entries[-1]
    try:
        lines = last.read_text().splitlines()
        whole = bool(lines) and all(isinstance(json.loads(line), dict) for line in lines if line)
    except ValueError:
        whole = False
    if not whole:
        last.replace(last.with_suffix(f".torn-{datetime.now(UTC):%Y%m%dT%H%M%S}"))
        sync([log])
