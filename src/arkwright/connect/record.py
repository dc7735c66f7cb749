"""Read a recorded file of samples: npz, MATLAB .mat, WAV, CSV or Parquet, one channel at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arkwright.core.errors import SourceError

Floats = NDArray[np.float64]
SHORTEST = 64  # a shorter array in a file is a setting, not a record


@dataclass(frozen=True)
class Record:
    """Samples of one channel, shape ``(n,)``; ``rate_hz`` [Hz] is None where nobody states it."""

    path: Path
    channel: str
    samples: Floats
    rate_hz: float | None


def read_record(path: Path, channel: str = "", rate_hz: float | None = None) -> Record:
    """Read one channel of a recorded file.

    Parameters
    ----------
    path
        File; its ending says the format.
    channel
        Name of the channel; may be left out where there is only one.
    rate_hz
        Sample rate as the user states it; goes before what the file says. [Hz]

    Returns
    -------
    record
        Samples and sample rate.

    Raises
    ------
    SourceError
        If the file cannot be read, or the channel is not in it; the error lists the channels.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise SourceError(f"ending '{path.suffix}'", wanted=", ".join(READERS), where=str(path))
    try:
        channels, stated_hz = reader(path)
    except (OSError, ValueError, KeyError, NotImplementedError, EOFError) as error:
        raise SourceError(f"cannot read: {error}", where=str(path), fix="Check path and format.") from error
    return Record(path, *_choose(path, channels, channel), rate_hz or stated_hz)


def _choose(path: Path, channels: Mapping[str, Floats], channel: str) -> tuple[str, Floats]:
    names = ", ".join(channels) or "none"
    if channel:
        if channel not in channels:
            raise SourceError(f"no channel '{channel}'", wanted=f"one of {names}", where=str(path))
        return channel, channels[channel]
    if len(channels) != 1:
        raise SourceError(
            f"{len(channels)} channels: {names}", where=str(path), fix="Name one with --channel."
        )
    return next(iter(channels.items()))


def _columns(arrays: Mapping[str, Any]) -> dict[str, Floats]:
    """Keep what can be a record: numeric vectors, and each column of a matrix."""
    found: dict[str, Floats] = {}
    for name, array in arrays.items():
        values = np.squeeze(np.asarray(array))
        if values.dtype.kind not in "fiu" or values.size < SHORTEST:
            continue
        if values.ndim == 1:
            found[name] = values.astype(np.float64)
        elif values.ndim == 2:
            long = values if values.shape[0] >= values.shape[1] else values.T
            found |= {f"{name}.{i}": long[:, i].astype(np.float64) for i in range(long.shape[1])}
    return found


def _read_npz(path: Path) -> tuple[dict[str, Floats], float | None]:
    with np.load(path, allow_pickle=False) as data:
        arrays = {name: data[name] for name in data.files}
    rate = next((float(arrays[k]) for k in ("rate_hz", "fs") if k in arrays and arrays[k].size == 1), None)
    return _columns(arrays), rate


def _read_mat(path: Path) -> tuple[dict[str, Floats], float | None]:
    from scipy.io import loadmat

    return _columns({k: v for k, v in loadmat(path).items() if not k.startswith("__")}), None


def _read_wav(path: Path) -> tuple[dict[str, Floats], float | None]:
    from scipy.io import wavfile

    rate, samples = wavfile.read(path)
    return _columns({"wav": samples}), float(rate)


def _read_csv(path: Path) -> tuple[dict[str, Floats], float | None]:
    from pyarrow import csv

    with path.open(encoding="utf-8-sig") as file:
        head = file.readline()
    separator = max(",;\t", key=head.count)
    named = any(c.isalpha() and c not in "eE" for c in head)
    options = csv.ReadOptions(autogenerate_column_names=not named)
    table = csv.read_csv(path, options, csv.ParseOptions(delimiter=separator))
    return _timed({name: table.column(name).to_numpy() for name in table.column_names})


def _read_parquet(path: Path) -> tuple[dict[str, Floats], float | None]:
    from pyarrow import parquet

    table = parquet.read_table(path)
    return _timed({name: table.column(name).to_numpy() for name in table.column_names})


def _timed(columns: Mapping[str, Any]) -> tuple[dict[str, Floats], float | None]:
    """Take the sample rate from an evenly spaced column of seconds, where there is one."""
    arrays = _columns(columns)
    for name in ("time_s", "time", "t"):
        if name in arrays:
            steps = np.diff(arrays.pop(name))
            middle = float(np.median(steps))
            even = middle > 0 and bool(np.all(np.abs(steps - middle) < 0.01 * middle))
            return arrays, 1.0 / middle if even else None
    return arrays, None


READERS: Mapping[str, Callable[[Path], tuple[dict[str, Floats], float | None]]] = {
    ".npz": _read_npz,
    ".mat": _read_mat,
    ".wav": _read_wav,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}
