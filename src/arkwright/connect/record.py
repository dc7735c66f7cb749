"""Read a recorded file of samples: npz, MATLAB .mat, WAV, CSV or Parquet, one channel at a time."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from arkwright.connect.record_mat import read_arrays
from arkwright.core.errors import SourceError

Floats = NDArray[np.float64]
LARGEST_BYTES = 2_000_000_000
# What numpy, scipy and pyarrow raise at files that are broken (found by giving them such files).
BROKEN = (OSError, ValueError, KeyError, TypeError, NotImplementedError, EOFError, BadZipFile, zlib.error,
          struct.error, TokenError, NameError, ArithmeticError, MemoryError)  # fmt: skip
SHORTEST = 64  # a shorter array in a file is a setting, not a record


@dataclass(frozen=True)
class Record:
    """Samples of one channel, shape ``(n,)``; ``rate_hz`` [Hz] is None where nobody states it."""

    path: Path
    channel: str
    samples: Floats
    rate_hz: float | None


@dataclass(frozen=True)
class Recording:
    """All that a recorded file holds: samples by channel, each of shape ``(n,)``, and what it says of itself.

    ``rate_hz`` [Hz] and ``speed_rpm`` [rpm] are None where the file does not state them. ``full_counts`` [1]
    is the count at full scale where the samples are whole numbers of a converter, None where they are values.
    """

    path: Path
    channels: Mapping[str, Floats]
    rate_hz: float | None = None
    speed_rpm: float | None = None
    full_counts: float | None = None


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
    recording = read_recording(path)
    return Record(path, *_choose(path, recording.channels, channel), rate_hz or recording.rate_hz)


def read_recording(path: Path, kind: str = "") -> Recording:
    """Read all channels of a recorded file.

    Parameters
    ----------
    path
        File.
    kind
        Its format (npz, mat, wav, csv, parquet), where its ending does not say it.

    Returns
    -------
    recording
        Channels, and what the file says of them.

    Raises
    ------
    SourceError
        If the file cannot be read.
    """
    ending = f".{kind}" if kind else path.suffix.lower()
    reader = READERS.get(ending)
    if reader is None:
        raise SourceError(f"ending '{path.suffix}'", wanted=", ".join(READERS), where=str(path))
    try:
        return reader(path)
    except BROKEN as error:
        why = str(error) or type(error).__name__
        raise SourceError(f"cannot read: {why}", where=str(path), fix="Check path and format.") from error


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
    short: list[str] = []
    for name, array in arrays.items():
        values = np.squeeze(np.asarray(array))
        if values.dtype.kind not in "fiu" or values.size < SHORTEST:
            short += [f"'{name}' has {values.size} samples"] if values.ndim == 1 else []
            continue
        if values.ndim == 1:
            found[name] = values.astype(np.float64)
        elif values.ndim == 2:
            long = values if values.shape[0] >= values.shape[1] else values.T
            found |= {f"{name}.{i}": long[:, i].astype(np.float64) for i in range(long.shape[1])}
    if short and not found:
        raise ValueError(f"{', '.join(short)}; a record has {SHORTEST} or more")
    return found


def _read_npz(path: Path) -> Recording:
    with ZipFile(path) as packed:
        size = sum(entry.file_size for entry in packed.infolist())
    if size > LARGEST_BYTES:
        raise ValueError(f"{size} bytes when unpacked, at most {LARGEST_BYTES} are read")
    with np.load(path, allow_pickle=False) as data:
        arrays = {name: data[name] for name in data.files}
    rate = _mean(arrays, "rate_hz", "fs", "sample_rate")
    return Recording(
        path, _columns(_without(arrays, "speed_rpm", "rpm")), rate, _mean(arrays, "speed_rpm", "rpm")
    )


def _mean(arrays: Mapping[str, Any], *names: str) -> float | None:
    """Return the mean of the first array of these names that has a number in it."""
    for name in names:
        values = np.asarray(arrays.get(name, ()))
        if values.dtype.kind in "fiu" and values.size and np.isfinite(mean := float(np.nanmean(values))):
            return mean
    return None


def _without(arrays: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: array for name, array in arrays.items() if name not in names}


def _read_mat(path: Path) -> Recording:
    arrays = read_arrays(path, LARGEST_BYTES)
    speeds = [name for name in arrays if name.casefold() == "speed_rpm" or name.endswith(("RPM", "rpm"))]
    speed = _mean(arrays, *speeds) if len(speeds) == 1 else None
    return Recording(path, _columns(_without(arrays, *speeds)), _mean(arrays, "rate_hz", "fs", "Fs"), speed)


def _read_wav(path: Path) -> Recording:
    from scipy.io import wavfile

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks of its maker's own
        warnings.filterwarnings("error", "Reached EOF", wavfile.WavFileWarning)
        try:
            rate, samples = wavfile.read(path)
        except wavfile.WavFileWarning as error:
            raise ValueError(f"cut short: {error}") from error
    full = None if samples.dtype.kind == "f" else float(np.iinfo(samples.dtype).max) + 1.0
    if samples.dtype == np.uint8:  # 8 bits are counted from the middle (RIFF WAVE)
        samples, full = samples.astype(np.int16) - 128, 128.0
    return Recording(path, _columns({"wav": samples}), float(rate), full_counts=full)


def _read_csv(path: Path) -> Recording:
    from pyarrow import csv

    with path.open(encoding="utf-8-sig") as file:
        head, first = file.readline(), file.readline()
    separator = max(",;\t", key=head.count)
    named = any(c.isalpha() and c not in "eE" for c in head)
    options = csv.ReadOptions(autogenerate_column_names=not named)
    point = "," if separator != "," and "," in first else "."
    table = csv.read_csv(path, options, csv.ParseOptions(delimiter=separator),
                         csv.ConvertOptions(decimal_point=point))  # fmt: skip
    return _timed(path, {name: table.column(name).to_numpy() for name in table.column_names})


def _read_parquet(path: Path) -> Recording:
    from pyarrow import parquet

    table = parquet.read_table(path)
    return _timed(path, {name: table.column(name).to_numpy() for name in table.column_names})


def _timed(path: Path, columns: Mapping[str, Any]) -> Recording:
    """Take the sample rate from an evenly spaced column of seconds, where there is one."""
    speed = _mean(columns, "speed_rpm")
    arrays = _columns(_without(columns, "speed_rpm"))
    for name in ("time_s", "time", "t"):
        if name in arrays:
            steps = np.diff(arrays.pop(name))
            middle = float(np.median(steps))
            even = middle > 0 and bool(np.all(np.abs(steps - middle) < 0.01 * middle))
            return Recording(path, arrays, 1.0 / middle if even else None, speed)
    return Recording(path, arrays, None, speed)


READERS: Mapping[str, Callable[[Path], Recording]] = {
    ".npz": _read_npz,
    ".mat": _read_mat,
    ".wav": _read_wav,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}
