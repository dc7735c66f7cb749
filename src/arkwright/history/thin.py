"""Old waveforms are thinned: of each signal one record in a while is kept, the rest makes room."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa

from arkwright.history.delta import DeltaFolder
from arkwright.history.files import HOUR_US, DataFile

DAY_US = 24 * HOUR_US


def thin_waveforms(index: DeltaFolder, samples: Path, horizon_us: int, every_us: int) -> int:
    """Keep the first record of each signal in every stretch of time, on days that ended before a time.

    The files of dropped records stay until :func:`remove_unnamed` finds them old enough.

    Parameters
    ----------
    index
        The index of waveforms.
    samples
        Folder of their samples.
    horizon_us
        Days that ended before it are thinned. [us]
    every_us
        Length of a stretch, counted from 1970-01-01 UTC. [us]

    Returns
    -------
    dropped
        Records dropped. [1]
    """
    dropped = 0
    for files in _days(index.files(), horizon_us):
        rows = index.read_files(files)
        kept = _first_of_each(rows, every_us)
        if kept.sum() < rows.num_rows:
            gone = rows.filter(pa.array(~kept)).column("path").to_pylist()
            written = index.write(rows.filter(pa.array(kept)), compact=True)
            index.commit(written, files, {})
            _touch(samples / path for path in gone)
            dropped += len(gone)
    return dropped


def _days(files: Iterable[DataFile], horizon_us: int) -> Iterable[list[DataFile]]:
    days: dict[int, list[DataFile]] = {}
    for file in files:
        days.setdefault(file.first_us // DAY_US, []).append(file)
    return [found for day, found in days.items() if (day + 1) * DAY_US <= horizon_us]


def _first_of_each(rows: pa.Table, every_us: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say of each row whether it is the earliest of its signal and stretch, shape ``(n,)``. [us]"""
    times = np.asarray(rows.column("time").cast(pa.int64()))
    names = np.asarray(rows.column("signal").combine_chunks().dictionary_encode().indices)
    order = np.lexsort((times, names))
    stretch, name = times[order] // every_us, names[order]
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(stretch) != 0) | (np.diff(name) != 0)
    kept = np.zeros(len(order), bool)
    kept[order] = first
    return kept


def _touch(paths: Iterable[Path]) -> None:
    # The age of a file counts from when its row was dropped, so that whoever reads it can finish.
    for path in paths:
        if path.exists():
            os.utime(path)


def remove_unnamed(index: DeltaFolder, samples: Path, grace_s: float) -> int:
    """Remove files of samples that no row names and that are older than the grace; returns how many. [s]"""
    index.refresh()
    named = set(index.read(columns=["path"]).column("path").to_pylist())
    limit = time.time() - grace_s
    dead = [
        path
        for path in samples.glob("*/*")
        if path.relative_to(samples).as_posix() not in named and path.stat().st_mtime <= limit
    ]
    for path in dead:
        path.unlink()
    return len(dead)
