"""From a recorded file to waveforms: when it was recorded, how fast, at which speed, in which unit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from arkwright.connect.files_cells import find_time, time_reader
from arkwright.connect.files_settings import Settings, Target
from arkwright.connect.files_table import Refusal, wrong_unit
from arkwright.connect.record import Recording, read_recording
from arkwright.core.errors import SourceError
from arkwright.core.quantity import find_quantity
from arkwright.core.tables import Waveform, from_us

RATE_TOLERANCE = 0.01  # two statements of a sample rate that differ by more cannot both be right
LARGEST_SIDECAR = 1_000_000


@dataclass(frozen=True)
class Sidecar:
    """What a JSON file beside a recording says of it; None where it says nothing.

    ``rate_hz`` [Hz], ``speed_rpm`` [rpm], ``time_us`` [us] of the first sample, ``full_scale`` [unit].
    """

    rate_hz: float | None = None
    speed_rpm: float | None = None
    time_us: int | None = None
    full_scale: float | None = None
    unit: str = ""


def read_sidecar(path: Path, zone: str) -> Sidecar:
    """Read ``record.json`` or ``record.npz.json`` beside ``record.npz``, where there is one.

    Parameters
    ----------
    path
        The recording.
    zone
        Zone of a time that states none.

    Returns
    -------
    sidecar
        What it says.

    Raises
    ------
    SourceError
        If it is no JSON object, or a number in it is none.
    """
    beside = next(
        (p for p in (path.with_name(path.name + ".json"), path.with_suffix(".json")) if p.is_file()), None
    )
    if beside is None:
        return Sidecar()
    try:
        with beside.open(encoding="utf-8-sig") as file:
            told = json.loads(file.read(LARGEST_SIDECAR))
    except (OSError, ValueError) as error:
        raise SourceError(f"{beside.name} cannot be read: {error}", wanted="a JSON object") from error
    if not isinstance(told, dict):
        raise SourceError(f"{beside.name} is no JSON object", wanted='{"rate_hz": ..., "speed_rpm": ...}')
    numbers = {name: _number(told, name, beside.name) for name in ("rate_hz", "speed_rpm", "full_scale")}
    time_us = time_reader("iso", zone)(str(told["time"])) if "time" in told else None
    if "time" in told and time_us is None:
        raise SourceError(f"time '{str(told['time'])[:50]}' in {beside.name}", wanted="an ISO 8601 time")
    return Sidecar(**numbers, time_us=time_us, unit=str(told.get("unit", "")))


def _number(told: Mapping[str, Any], name: str, where: str) -> float | None:
    value = told.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        raise SourceError(f"{name} is {str(value)[:50]} in {where}", wanted="a number")
    return float(value)


def read_waveforms(
    path: Path, targets: Sequence[Target], settings: Settings, mtime_ns: int
) -> tuple[list[Waveform], list[Refusal]]:
    """Read the waveforms that a recorded file holds.

    Parameters
    ----------
    path
        File, whole.
    targets
        Signals of kind waveform that it may hold.
    settings
        Settings of the connection.
    mtime_ns
        When the file was written last. [ns]

    Returns
    -------
    waveforms
        One for each signal that can be had.
    refusals
        Why the others cannot.

    Raises
    ------
    SourceError
        If the file cannot be read, or its name has no time where it should.
    """
    sidecar = read_sidecar(path, settings.time_zone)
    recording = read_recording(path, settings.format_of(path))
    found, refused = [], []
    for target in targets:
        try:
            waveform = _waveform(target, recording, sidecar, settings, mtime_ns)
            if waveform is not None:
                found.append(waveform)
        except SourceError as error:
            refused.append(Refusal(f"{target.signal.name}: {error.found}", error.wanted, error.fix))
    if not found and not refused:
        names = ", ".join(recording.channels) or "none"
        refused.append(
            Refusal(f"none of its channels is a signal's: {names}"[:400], "an address in signals.csv")
        )
    return found, refused


def _waveform(
    target: Target, recording: Recording, sidecar: Sidecar, settings: Settings, mtime_ns: int
) -> Waveform | None:
    samples = _samples(target, recording)
    if samples is None:
        return None
    wrong = wrong_unit(target, sidecar.unit)
    if wrong:
        raise SourceError(f"the file beside it says '{sidecar.unit}'", wanted=wrong)
    if not np.isfinite(samples).all():
        raise SourceError(f"{int((~np.isfinite(samples)).sum())} of {len(samples)} samples are no number")
    rate_hz = _rate(target, recording, sidecar)
    factor = _in_unit(recording, sidecar, settings)
    values = samples * (factor * target.scale.factor) + target.scale.offset
    start_us = _start(recording, sidecar, settings, mtime_ns, len(samples) / rate_hz)
    speed = next((s for s in (sidecar.speed_rpm, recording.speed_rpm) if s), settings.speed_rpm or None)
    unit = find_quantity(target.signal.quantity).canonical
    return Waveform(target.signal.name, from_us(start_us), values.astype(np.float32), rate_hz, unit,
                    speed_rpm=speed)  # fmt: skip


def _samples(target: Target, recording: Recording) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    channels = recording.channels
    if target.column in channels:
        return channels[target.column]
    if not target.column and len(channels) == 1:
        return next(iter(channels.values()))
    if target.anywhere:
        return None
    names = ", ".join(channels) or "none"
    raise SourceError(f"no channel '{target.column}'", wanted=f"one of {names}"[:400])


def _rate(target: Target, recording: Recording, sidecar: Sidecar) -> float:
    stated = [r for r in (sidecar.rate_hz, recording.rate_hz, target.signal.rate_hz) if r is not None]
    usable = [r for r in stated if np.isfinite(r) and r > 0]
    if not usable:
        raise SourceError(
            "no sample rate", wanted="rate_hz in signals.csv, in the file, or in a JSON file beside it"
        )
    if max(usable) > min(usable) * (1 + RATE_TOLERANCE):
        told = " and ".join(f"{r:g} Hz" for r in usable)
        raise SourceError(f"sample rates that differ: {told}", wanted="one", fix="Correct signals.csv.")
    return usable[0]


def _in_unit(recording: Recording, sidecar: Sidecar, settings: Settings) -> float:
    """Return what makes the samples values of the signal's unit: whole numbers of a WAV file are counts."""
    if recording.full_counts is None:
        return 1.0
    full_scale = sidecar.full_scale or settings.full_scale
    if not full_scale:
        raise SourceError(
            "whole numbers, which are counts of a converter", wanted="the setting full_scale",
            fix="Or full_scale in a JSON file beside it, in the unit of the signal.",
        )  # fmt: skip
    return full_scale / recording.full_counts


def _start(
    recording: Recording, sidecar: Sidecar, settings: Settings, mtime_ns: int, duration_s: float
) -> int:
    if sidecar.time_us is not None:
        return sidecar.time_us
    if settings.name_time:
        found = find_time(recording.path.name, settings.name_time, settings.time_zone)
        if found is None:
            raise SourceError("no time in its name", wanted=f"one like {settings.name_time}")
        return found
    # Written when the last sample was there.
    return mtime_ns // 1000 - round(duration_s * 1e6)
