"""Upkeep of history, in a process of its own: sort closed hours and days, age what is old, remove dead files.

``python -m arkwright.history.compact FOLDER`` does one round and prints nothing; the rows are the same after
it as before, but for those older than the policy keeps.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arkwright.core.errors import HistoryError
from arkwright.core.tables import TIME, to_us
from arkwright.history.delta import WHOLE_DAY, DeltaFolder
from arkwright.history.durable import FolderLock
from arkwright.history.files import HOUR_US, DataFile, told_as_history
from arkwright.history.forms import FORMS, MINUTE_US, STORED_MINUTES
from arkwright.history.sums import gathered, sums_of_readings, usable
from arkwright.history.thin import remove_unnamed, thin_waveforms

DAY_US = 24 * HOUR_US
CHUNK_ROWS = 2_000_000  # rows sorted at once: about 250 MB
SETTLED_US = 600_000_000  # an hour counts as closed ten minutes after its end
OPEN_FILES = 64  # so many small files of an open hour are worth joining
GRACE_S = 3600.0  # a reader may still use a file so long after it was replaced
Cut = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Policy:
    """What is kept how long; None is for ever.

    Readings are kept whole for ``raw_days`` [d] and then as minutes; waveforms all for ``waveform_days`` [d]
    and then one of each signal every ``waveform_every_s`` [s]. A sensor that records 1.6 s at 25.6 kHz every
    ten seconds fills about a gigabyte a day: waveforms are thinned unless the site says otherwise.
    """

    raw_days: float | None = None
    waveform_days: float | None = 7.0
    waveform_every_s: float = 3600.0


@dataclass(frozen=True)
class Upkeep:
    """What one round did: files joined, readings aged to minutes, waveforms thinned, dead files removed."""

    joined: int = 0
    written: int = 0
    aged: int = 0
    removed: int = 0
    thinned: int = 0


def start_round(folder: Path, policy: Policy = Policy()) -> subprocess.Popen[bytes]:
    """Start one round of upkeep in a process of its own, of low priority."""
    words = [sys.executable, "-m", "arkwright.history.compact", str(folder)]
    for name in ("raw_days", "waveform_days", "waveform_every_s"):
        words += [f"--{name.replace('_', '-')}", str(getattr(policy, name))]
    return subprocess.Popen(words)


def compact(folder: Path, now: datetime, policy: Policy = Policy(), grace_s: float = GRACE_S) -> Upkeep:
    """Do one round of upkeep.

    Parameters
    ----------
    folder
        Folder of history.
    now
        Time that closes hours and ages readings.
    policy
        What is kept how long.
    grace_s
        How long a replaced file stays for those who still read it. [s]

    Raises
    ------
    HistoryError
        If another round is running, or the disk does not take it; history stands as it was.
    """
    with told_as_history(folder), FolderLock(folder / "upkeep.lock"):
        tables = {name: DeltaFolder(folder / name, form) for name, form in FORMS.items()}
        aged = thinned = joined = written = removed = 0
        if policy.raw_days is not None:
            aged = age(tables["readings"], tables["minutes"], _days_ago_us(now, policy.raw_days))
        if policy.waveform_days is not None:
            horizon_us = _days_ago_us(now, policy.waveform_days)
            every_us = int(policy.waveform_every_s * 1e6)
            thinned = thin_waveforms(tables["waveforms"], folder / "samples", horizon_us, every_us)
            removed += remove_unnamed(tables["waveforms"], folder / "samples", grace_s)
        for table in tables.values():
            before, after = _join_all(table, to_us(now))
            joined, written = joined + before, written + after
            table.checkpoint()
            removed += remove_dead(table, grace_s)
    return Upkeep(joined, written, aged, removed, thinned)


def _days_ago_us(now: datetime, days: float) -> int:
    return (to_us(now) - int(days * DAY_US)) // DAY_US * DAY_US


# ------------------------------------------------------------------------------------------------ joining
def _join_all(table: DeltaFolder, now_us: int) -> tuple[int, int]:
    joined = written = 0
    for files in _by_cut(table.files()).values():
        if _day_end_us(files) + SETTLED_US >= now_us or not table.form.hourly:
            chosen = _worth_joining(files, table, now_us)
            joined, written = joined + len(chosen), written + len(join(table, chosen))
    # A month of hours is 720 files to open for one curve; a month of days is 30.
    for files in _by_day(table).values():
        if _day_end_us(files) + SETTLED_US < now_us and (_hours_left(files) or _overlap(files)):
            joined, written = joined + len(files), written + len(join(table, files, whole_days=True))
    return joined, written


def _day_end_us(files: Sequence[DataFile]) -> int:
    return (max(f.last_us for f in files) // DAY_US + 1) * DAY_US


def _by_day(table: DeltaFolder) -> dict[str, list[DataFile]]:
    days: dict[str, list[DataFile]] = {}
    for file in table.files() if table.form.hourly else []:
        days.setdefault(dict(file.cut)["day"], []).append(file)
    return days


def _hours_left(files: Sequence[DataFile]) -> bool:
    return any(dict(f.cut)["hour"] != WHOLE_DAY for f in files)


def _by_cut(files: Iterable[DataFile]) -> dict[Cut, list[DataFile]]:
    cuts: dict[Cut, list[DataFile]] = {}
    for file in files:
        cuts.setdefault(file.cut, []).append(file)
    return cuts


def _worth_joining(files: Sequence[DataFile], table: DeltaFolder, now_us: int) -> list[DataFile]:
    unit = HOUR_US if table.form.hourly else DAY_US
    end_us = (max(f.last_us for f in files) // unit + 1) * unit
    if end_us + SETTLED_US < now_us:
        return list(files) if _overlap(files) else []
    small = [f for f in files if f.rows < CHUNK_ROWS // 4]
    return small if len(small) >= OPEN_FILES else []


def _overlap(files: Sequence[DataFile]) -> bool:
    """Say whether any signal may be in two files: then they are not yet one sorted whole."""
    ordered = sorted(files, key=lambda f: f.first_name)
    return any(a.last_name >= b.first_name for a, b in pairwise(ordered))


def join(table: DeltaFolder, files: Sequence[DataFile], *, whole_days: bool = False) -> list[DataFile]:
    """Replace files of one partition, or of one day, by files sorted by name and time with the same rows.

    Raises
    ------
    HistoryError
        If the rows to be written are not as many as those read; nothing is replaced then.
    """
    written: list[DataFile] = []
    if not files:
        return written
    name, at = table.form.name, table.form.time
    try:
        for least, most in _name_ranges(table, files):
            rows = table.read_files(files, (pc.field(name) >= least) & (pc.field(name) <= most))
            ordered = rows.sort_by([(name, "ascending"), (at, "ascending")])
            written += table.write(ordered, compact=True, whole_days=whole_days)
        _same_count(table, files, written)
        table.commit(written, files, {}, change=False)
    except (OSError, pa.ArrowException, HistoryError):
        table.forget(f for f in written if f.path not in {x.path for x in table.files()})
        raise
    for file in files:
        # The age of a replaced file counts from now, so that whoever reads it can finish.
        os.utime(table.folder / file.path)
    return written


def _same_count(table: DeltaFolder, files: Sequence[DataFile], written: Sequence[DataFile]) -> None:
    had, has = sum(f.rows for f in files), sum(f.rows for f in written)
    if had != has:
        raise HistoryError(
            f"{has} rows to be written", wanted=f"{had}, as were read", where=str(table.folder)
        )


def _name_ranges(table: DeltaFolder, files: Sequence[DataFile]) -> Iterator[tuple[str, str]]:
    """Cut the names of the files in ranges of so many rows that one can be sorted in memory."""
    counts: dict[str, int] = {}
    for file in files:
        column = table.read_files([file], columns=[table.form.name]).column(0)
        for pair in column.value_counts().to_pylist():
            counts[pair["values"]] = counts.get(pair["values"], 0) + pair["counts"]
    names = sorted(counts)
    first, rows = 0, 0
    for place, name in enumerate(names):
        if rows and rows + counts[name] > CHUNK_ROWS:
            yield names[first], names[place - 1]
            first, rows = place, 0
        rows += counts[name]
    if names:
        yield names[first], names[-1]


# ------------------------------------------------------------------------------------------------- ageing
def age(readings: DeltaFolder, minutes: DeltaFolder, horizon_us: int) -> int:
    """Turn readings before a time into minutes, each file exactly once; returns how many readings. [us]"""
    old = [f for f in readings.files() if f.last_us < horizon_us]
    aged = 0
    for files in _by_cut(old).values():
        for file in files:
            rows = minute_sums(readings.read_files([file]))
            # The mark under the file's name makes a round that was killed half-way harmless.
            if rows.num_rows:
                minutes.append(rows, {file.path: 1})
            aged += file.rows
        readings.commit([], files, {})
        for file in files:
            os.utime(readings.folder / file.path)
    return aged


def minute_sums(rows: pa.Table) -> pa.Table:
    """Return count, sum, least and greatest of each signal and minute, without text and Bad readings."""
    fine = usable(rows)
    encoded = fine.column("signal").combine_chunks().dictionary_encode()
    sums, groups = gathered(sums_of_readings(fine), MINUTE_US, np.asarray(encoded.indices, np.int64))
    return pa.table(
        [
            encoded.dictionary.take(pa.array(groups)),
            pa.array(sums.times, pa.int64()).cast(TIME),
            pa.array(sums.n, pa.int64()),
            pa.array(sums.total, pa.float64()),
            pa.array(sums.least, pa.float64()),
            pa.array(sums.most, pa.float64()),
        ],
        schema=STORED_MINUTES,
    )


def remove_dead(table: DeltaFolder, grace_s: float) -> int:
    """Remove files that the table does not name and that are older than the grace; returns how many. [s]"""
    table.refresh()
    live = {f.path for f in table.files()}
    limit = time.time() - grace_s
    dead = [
        path
        for path in table.folder.glob("day=*/**/*.parquet")
        if path.relative_to(table.folder).as_posix() not in live and path.stat().st_mtime <= limit
    ]
    for path in dead:
        path.unlink()
    return len(dead)


def main(words: Sequence[str] | None = None) -> int:
    """Do one round on the folder named; returns 0.

    Raises
    ------
    SystemExit
        With the reason, if it could not be done.
    """
    parser = argparse.ArgumentParser(prog="arkwright.history.compact", description=__doc__)
    parser.add_argument("folder", type=Path)
    for name in ("--raw-days", "--waveform-days"):
        parser.add_argument(name, type=_days, default=None)
    parser.add_argument("--waveform-every-s", type=float, default=3600.0)
    asked = parser.parse_args(words)
    policy = Policy(asked.raw_days, asked.waveform_days, asked.waveform_every_s)
    try:
        compact(asked.folder, datetime.now(UTC), policy)
    except HistoryError as error:
        raise SystemExit(str(error)) from error
    return 0


def _days(word: str) -> float | None:
    return None if word == "None" else float(word)


if __name__ == "__main__":
    os.nice(10)  # upkeep may wait; the writer may not
    sys.exit(main())
