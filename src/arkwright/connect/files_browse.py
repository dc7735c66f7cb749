"""Suggest signals for the columns and channels of a folder's files, and examine a connection to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from arkwright.connect import files_csv, files_parquet
from arkwright.connect.files_cells import NOTHING, parse_number, split_unit, time_reader
from arkwright.connect.files_session import TABLES
from arkwright.connect.files_settings import Settings, folder_of, read_settings
from arkwright.connect.files_table import find_times
from arkwright.connect.files_watch import Seen, Watch
from arkwright.connect.files_wave import read_sidecar
from arkwright.connect.guess import MAYBE, Guess, guess_signal
from arkwright.connect.record import read_recording
from arkwright.core.catalog import Step, Suggestion
from arkwright.core.errors import ArkwrightError, SourceError
from arkwright.core.plant import Connection

MOST_BROWSED = 200  # the newest files of a folder; older ones seldom have other columns
N_ROWS = 200
N_SHOWN = 60


async def browse_folder(connection: Connection) -> list[Suggestion]:
    """Suggest a signal for every column and channel of the folder's newest files.

    Raises
    ------
    SourceError
        If the folder is not there.
    """
    settings = read_settings(connection)
    return await asyncio.to_thread(_browse, folder_of(connection), settings)


def _browse(folder: Path, settings: Settings) -> list[Suggestion]:
    found: dict[str, Suggestion] = {}
    for seen in reversed(Watch(folder, settings).look()[-MOST_BROWSED:]):
        try:
            for suggestion in _of_file(seen, settings):
                found.setdefault(suggestion.address, suggestion)
        except (ArkwrightError, OSError):
            continue  # what cannot be read is told of by the self-examination, and when it is read
    return list(found.values())


def _of_file(seen: Seen, settings: Settings) -> Iterator[Suggestion]:
    kind = settings.format_of(seen.path)
    if not kind:
        return
    glob = f"*{seen.path.suffix}" if seen.path.suffix else "*"
    glob = f"{seen.name.rpartition('/')[0]}/{glob}" if "/" in seen.name else glob
    table = _table(seen.path, kind, settings)
    if table is None:
        yield from _of_recording(seen.path, kind, glob, settings)
    else:
        yield from _of_table(*table, glob, settings)


def _table(path: Path, kind: str, settings: Settings) -> tuple[list[str], list[list[str]], set[int]] | None:
    """Return names, rows and places of the time, None where the file is no table of readings."""
    if kind not in TABLES:
        return None
    csv = kind == "csv"
    names, rows = (
        files_csv.first_rows(path, settings, N_ROWS) if csv else files_parquet.first_rows(path, N_ROWS)
    )
    try:
        times = find_times([n.strip() for n in names], settings.time_column)
    except SourceError:
        return None
    read = time_reader(settings.time_format, settings.time_zone)
    if not any(read(" ".join(row[at].strip() for at in times)) for row in rows):
        return None  # seconds from a start, as a recording has
    return [n.strip() for n in names], rows, set(times)


def _of_table(
    names: Sequence[str], rows: Sequence[Sequence[str]], times: set[int], glob: str, settings: Settings
) -> Iterator[Suggestion]:
    if settings.layout == "long":
        yield from _of_long(names, rows, glob, settings)
        return
    for at, column in enumerate(names):
        if at in times or not column or column == settings.status_column:
            continue
        cells = [row[at].strip() for row in rows if row[at].strip().casefold() not in NOTHING]
        yield _suggest(f"{glob}#{column}", column, cells)


def _of_long(
    names: Sequence[str], rows: Sequence[Sequence[str]], glob: str, settings: Settings
) -> Iterator[Suggestion]:
    if settings.signal_column not in names or settings.value_column not in names:
        return
    said: dict[str, list[str]] = {}
    for row in rows:
        cell = row[names.index(settings.value_column)].strip()
        said.setdefault(row[names.index(settings.signal_column)].strip(), []).append(cell)
    for name, cells in said.items():
        yield _suggest(f"{glob}#{name}", name, [c for c in cells if c.casefold() not in NOTHING])


def _suggest(address: str, column: str, cells: Sequence[str]) -> Suggestion:
    numbers = [c for c in cells if parse_number(c, False) is not None or parse_number(c, True) is not None]
    is_text = len(numbers) < len(cells)
    name, unit = split_unit(column)
    guess = guess_signal(name, unit=unit, is_text=is_text)
    sample = cells[-1][:N_SHOWN] if cells else ""
    return Suggestion(address, name, guess.quantity, guess.unit, guess.why, guess.confidence,
                      "text" if is_text else "value", sample)  # fmt: skip


def _of_recording(path: Path, kind: str, glob: str, settings: Settings) -> Iterator[Suggestion]:
    recording = read_recording(path, kind)
    sidecar = read_sidecar(path, settings.time_zone)
    rate_hz = sidecar.rate_hz or recording.rate_hz
    for channel, samples in recording.channels.items():
        guess = guess_signal(channel, unit=sidecar.unit)
        if not sidecar.unit and guess.quantity != "acceleration":
            why = "a recording is most often of vibration; the file says no unit: please choose"
            guess = Guess("acceleration", "g", MAYBE / 2, why)
        sample = f"{len(samples)} samples" + (f" at {rate_hz:g} Hz" if rate_hz else ", no sample rate")
        yield Suggestion(f"{glob}#{channel}", channel, guess.quantity, guess.unit, guess.why,
                         guess.confidence, "waveform", sample, rate_hz)  # fmt: skip


# ---------------------------------------------------------------------------------------- self-examination
async def probe_folder(connection: Connection) -> list[Step]:
    """Try each step from the folder to a first value; stop at the first that fails."""
    try:
        settings, folder = read_settings(connection), folder_of(connection)
    except ArkwrightError as error:
        return [Step("Read the settings", False, str(error))]
    return await asyncio.to_thread(_probe, folder, settings)


def _probe(folder: Path, settings: Settings) -> list[Step]:
    if not folder.is_dir():
        hint = "Check the path, and whether the folder is mounted on this host."
        return [Step("Find the folder", False, f"{folder} is not there. {hint}")]
    steps = [Step("Find the folder", True, str(folder))]
    title = f"List the files ('{settings.include}')"
    try:
        files = Watch(folder, settings).look()
    except (ArkwrightError, OSError) as error:
        return [*steps, Step(title, False, str(error))]
    known = [s for s in files if settings.format_of(s.path)]
    text = f"{len(known)} of {len(files)} files have a known format"
    if not known:
        return [*steps, Step(title, False, f"{text}. Check the settings include and format.")]
    return [*steps, Step(title, True, text), *_newest(known[-1], settings)]


def _newest(seen: Seen, settings: Settings) -> Iterator[Step]:
    title = f"Read the newest, {seen.name}"
    try:
        found = list(_of_file(seen, settings))
    except (ArkwrightError, OSError) as error:
        yield Step(title, False, str(error))
        return
    if not found:
        yield Step(title, False, "it has neither a column of values nor a channel")
        return
    yield Step(title, True, f"{len(found)} columns or channels: " + ", ".join(s.title for s in found[:20]))
    shown = next((s for s in found if s.sample), None)
    text = f"{shown.title} = {shown.sample}" if shown else "every column is empty"
    yield Step("Find a first value", shown is not None, text)
    if found[0].kind == "waveform" and found[0].rate_hz is None:
        yield Step("Find the sample rate", False, "the file says none. Declare rate_hz in signals.csv.")
