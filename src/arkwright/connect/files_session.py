"""Watch a folder and hand over what is in it, with the marks of what was read in the same batch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from arkwright.connect import files_csv, files_parquet
from arkwright.connect.files_settings import (
    FORMATS,
    Settings,
    Target,
    find_targets,
    folder_of,
    of_file,
    read_settings,
)
from arkwright.connect.files_table import Refusal, Refusals
from arkwright.connect.files_watch import Mark, Seen, Watch, print_of, unpack_marks
from arkwright.connect.files_wave import read_waveforms
from arkwright.core.catalog import Batch, Inlet
from arkwright.core.errors import ArkwrightError, SourceError
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import READINGS, Waveform, concat

TABLES = {"csv": files_csv.read_pieces, "parquet": files_parquet.read_pieces}
BATCH_ROWS = 50_000
BATCH_BYTES = 16_000_000
LOOK_SHARE, LONGEST_PAUSE_S = 0.05, 10.0
BEAT_S = 5.0


async def run_session(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Watch a folder until it is lost or the task is cancelled.

    Raises
    ------
    SourceError
        If a setting is wrong, the folder is not there, or no signal can be read.
    """
    settings = read_settings(connection)
    targets = find_targets(signals, inlet)
    if not targets:
        raise SourceError("no signal that can be read", where=connection.name, fix="See signals.csv.")
    watch = Watch(folder_of(connection), settings, unpack_marks(inlet.resume))
    taker = Taker(watch, targets, settings, inlet)
    while True:
        began = time.monotonic()
        news = await asyncio.to_thread(watch.look)
        # A folder of very many files is looked at less often: the look itself must not keep a core busy.
        pause_s = max(settings.period_s, min((time.monotonic() - began) / LOOK_SHARE, LONGEST_PAUSE_S))
        for seen in news:
            inlet.beat()
            await taker.take(seen)
        await taker.hand_over()
        await _pause(watch, inlet, pause_s)


async def _pause(watch: Watch, inlet: Inlet, pause_s: float) -> None:
    """Wait for the next look, and see meanwhile that the folder is still there."""
    end = time.monotonic() + pause_s
    inlet.beat()
    while (left := end - time.monotonic()) > 0:
        await asyncio.sleep(min(left, BEAT_S))
        if not await asyncio.to_thread(watch.folder.is_dir):
            return  # the next look says so
        inlet.beat()


@dataclass(frozen=True)
class Taken:
    """What a step of reading a file gave."""

    readings: pa.Table
    waveforms: tuple[Waveform, ...]
    mark: Mark | None
    refusals: tuple[Refusal, ...]


class Taker:
    """Reads files in a thread, and collects what they hold into batches that are worth a commit."""

    def __init__(self, watch: Watch, targets: Sequence[Target], settings: Settings, inlet: Inlet) -> None:
        self.watch, self.targets, self.settings, self.inlet = watch, targets, settings, inlet
        self._tables: list[pa.Table] = []
        self._waveforms: list[Waveform] = []
        self._refusals: list[tuple[str, Refusal]] = []
        self._moved = False
        self._later: dict[str, tuple[int, str]] = {}
        self._told: dict[str, Refusals] = {}

    async def take(self, seen: Seen) -> None:
        """Read what is new of one file, and hand over what is worth it.

        Parameters
        ----------
        seen
            File as the watch found it.
        """
        steps = self._steps(seen)
        try:
            while (taken := await asyncio.to_thread(next, steps, None)) is not None:
                self._keep(seen, taken)
                if self._is_enough():
                    await self.hand_over()
        except ArkwrightError as error:
            self._refuse(seen, Refusal(error.found, error.wanted, error.fix))
        except OSError as error:
            # It may become readable without any change that shows: tried at each look, told of once.
            if self._later.get(seen.name) != (seen.mtime_ns, str(error)):
                self._later[seen.name] = (seen.mtime_ns, str(error))
                self.inlet.refuse(seen.name, str(error), fix="Look at the rights of the file.")

    def _refuse(self, seen: Seen, refusal: Refusal) -> None:
        """Give a file up until it changes: it would be no better the next time."""
        self.watch.give_up(seen)
        self._refusals.append((seen.name, refusal))
        self._moved = True

    def _keep(self, seen: Seen, taken: Taken) -> None:
        if taken.readings.num_rows:
            self._tables.append(taken.readings)
        self._waveforms += taken.waveforms
        self._refusals += [(seen.name, refusal) for refusal in taken.refusals]
        if taken.mark is not None and taken.mark != self.watch.marks.get(seen.name):
            self.watch.marks[seen.name] = taken.mark
            self._moved = True

    def _is_enough(self) -> bool:
        n_bytes = sum(w.samples.nbytes for w in self._waveforms)
        return sum(t.num_rows for t in self._tables) >= BATCH_ROWS or n_bytes >= BATCH_BYTES

    async def hand_over(self) -> None:
        """Hand over what was read, its refusals, and the marks, together."""
        if not self._moved:
            return
        for subject, refusal in self._refusals:
            self.inlet.refuse(subject, refusal.found, wanted=refusal.wanted, fix=refusal.fix)
        batch = Batch(concat(self._tables, READINGS), tuple(self._waveforms), resume=self.watch.resume())
        self._tables, self._waveforms, self._refusals, self._moved = [], [], [], False
        await self.inlet.put(batch)

    # ------------------------------------------------------------------------------------------ in a thread
    def _steps(self, seen: Seen) -> Iterator[Taken]:
        kind = self.settings.format_of(seen.path)
        if not kind:
            raise SourceError(
                f"ending '{seen.path.suffix}'", wanted=", ".join(FORMATS),
                fix="Narrow the setting include, or say the format.",
            )  # fmt: skip
        values, waves = self._wanted(seen, kind)
        # A text grows line by line; anything else is read when it is whole.
        if kind != "csv" or waves:
            if not seen.whole:
                return
            if seen.size > self.settings.largest_bytes:
                raise SourceError(f"{seen.size} bytes", wanted=f"at most {self.settings.largest_bytes}")
        # Waveforms first, and without a mark where rows follow: whatever happens between is read again.
        if waves:
            yield self._record(seen, waves, marked=not values)
        if values:
            yield from self._table(seen, values, kind)

    def _wanted(self, seen: Seen, kind: str) -> tuple[list[Target], list[Target]]:
        """Return the targets of readings and of waveforms of a file; none while a table has no names yet.

        Raises
        ------
        SourceError
            If no signal wants anything of it.
        """
        values, waves = of_file(self.targets, seen.name)
        names: tuple[str, ...] | None = ()
        if kind in TABLES:
            names = self._names(seen, kind)
            if names is None:
                return [], []
            values = [t for t in values if self.settings.layout == "long" or t.fits(names)]
            waves = [t for t in waves if t.fits(names)]
        else:
            values = []
        if not values and not waves:
            listed = f": {', '.join(names)[:400]}" if names else ""
            raise SourceError(f"no signal takes anything from it{listed}", wanted="an address in signals.csv")
        return values, waves

    def _names(self, seen: Seen, kind: str) -> tuple[str, ...] | None:
        """Return the names of the columns of a table, None while its line of names is not whole."""
        if kind == "csv":
            return files_csv.names_of(seen.path, self.settings, seen.whole)
        return files_parquet.names_of(seen.path) if seen.whole else None

    def _table(self, seen: Seen, targets: Sequence[Target], kind: str) -> Iterator[Taken]:
        mark = self.watch.start_of(seen)
        refusals = self._told.setdefault(seen.name, Refusals()) if mark.done else Refusals()
        self._told[seen.name] = refusals
        portion = files_csv.Portion(
            seen.path, targets, self.settings, mark, seen.whole, time.time_ns() // 1000, refusals
        )
        for piece in TABLES[kind](portion):
            yield Taken(piece.readings, (), piece.mark, tuple(refusals.take()))

    def _record(self, seen: Seen, targets: Sequence[Target], marked: bool) -> Taken:
        found, refused = read_waveforms(seen.path, targets, self.settings, seen.mtime_ns)
        mark = None
        if marked:
            with seen.path.open("rb") as file:
                mark = Mark(seen.size, seen.mtime_ns, seen.size, stamp=print_of(file, seen.size))
        return Taken(READINGS.empty_table(), tuple(found), mark, tuple(refused))
