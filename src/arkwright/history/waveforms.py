"""Waveform files: written and synced before anything names them, and checked whenever they are read."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from arkwright.core.errors import HistoryError
from arkwright.core.tables import TIME, Waveform, from_us, to_us
from arkwright.history.durable import make_folder, replace

SUFFIX = ".f32.zst"  # little-endian float32, bytes of equal rank together, zstd
INDEX = pa.schema(
    [
        pa.field("signal", pa.string(), nullable=False),
        pa.field("time", TIME, nullable=False),
        pa.field("server_time", TIME, nullable=False),
        pa.field("rate_hz", pa.float64(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("status", pa.int64(), nullable=False),
        pa.field("speed_rpm", pa.float64()),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
    ]
)


def write_samples(folder: Path, waveform: Waveform) -> tuple[str, str]:
    """Write the samples as a synced file; returns its path in the folder and the SHA-256 of the samples."""
    raw = np.ascontiguousarray(waveform.samples, "<f4")
    digest = hashlib.sha256(raw.tobytes()).hexdigest()
    path = f"{waveform.time:%Y-%m-%d}/{uuid.uuid4().hex}{SUFFIX}"
    target = folder / path
    make_folder(target.parent)
    ranked = raw.view(np.uint8).reshape(-1, 4).T.tobytes()
    replace(target, pa.Codec("zstd", compression_level=3).compress(ranked, asbytes=True))
    return path, digest


def read_samples(folder: Path, row: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Read the samples of an index row.

    Returns
    -------
    samples
        Shape ``(n,)``. [unit of the row]

    Raises
    ------
    HistoryError
        If the file is missing or is not what was written.
    """
    target = folder / str(row["path"])
    try:
        packed = target.read_bytes()
        ranked = pa.Codec("zstd").decompress(packed, int(row["n"]) * 4, asbytes=True)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(target, str(error)) from error
    raw = np.frombuffer(ranked, np.uint8).reshape(4, -1).T.copy().view("<f4").reshape(-1)
    if hashlib.sha256(raw.tobytes()).hexdigest() != row["sha256"]:
        raise _damaged(target, "its SHA-256 is another than when it was written")
    return raw


def _damaged(target: Path, found: str) -> HistoryError:
    return HistoryError(
        f"waveform cannot be read: {found}",
        wanted="the samples as written",
        where=str(target),
        fix="Restore the file from a backup; the reading it belongs to is not judged meanwhile.",
    )


def index_row(waveform: Waveform, server_time_us: int, path: str, digest: str) -> dict[str, Any]:
    """Describe a written waveform as a row of the index. [us]"""
    return {
        "signal": waveform.signal,
        "time": waveform.time,
        "server_time": from_us(server_time_us),
        "rate_hz": float(waveform.rate_hz),
        "unit": waveform.unit,
        "n": len(waveform.samples),
        "status": int(waveform.status),
        "speed_rpm": waveform.speed_rpm,
        "sha256": digest,
        "path": path,
    }


def from_row(folder: Path, row: Mapping[str, Any]) -> Waveform:
    """Read a waveform back, checked."""
    samples = read_samples(folder, row)
    return Waveform(
        row["signal"], row["time"], samples, row["rate_hz"], row["unit"], row["status"], row["speed_rpm"]
    )


def key_of(waveform: Waveform) -> tuple[str, int]:
    """Name a waveform by signal and time of the first sample. [us]"""
    return waveform.signal, to_us(waveform.time)


def sweep(folder: Path, named: Iterable[str]) -> int:
    """Remove waveform files that no index row names; returns how many."""
    kept = set(named)
    orphans = [p for p in folder.glob("*/*") if p.is_file() and p.relative_to(folder).as_posix() not in kept]
    for orphan in orphans:
        orphan.unlink()
    return len(orphans)
