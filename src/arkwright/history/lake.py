"""The one writer of history: readings, waveforms, events and resume tokens, exactly once and synced."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa

from arkwright.core.tables import (
    BAD_TIME,
    EVENTS,
    READINGS,
    TIME,
    Waveform,
    check_table,
    concat,
    empty,
    to_us,
)
from arkwright.history.aside import set_aside
from arkwright.history.delta import DeltaFolder
from arkwright.history.durable import FolderLock, make_folder, replace
from arkwright.history.exact import STORED, drop_repeats, move_to_receipt, only_finite, sift
from arkwright.history.files import HOUR_US, told_as_history
from arkwright.history.forms import EVENTS_FORM, READINGS_FORM, WAVEFORMS_FORM
from arkwright.history.last import LastReadings
from arkwright.history.notes import STORED_EVENTS, clock_events, correction_events, waveform_corrections
from arkwright.history.recent import Recent
from arkwright.history.waveforms import INDEX, index_row, key_of, sweep, write_samples

DAY_US = 24 * HOUR_US
OLDEST_US = 400 * DAY_US  # design, section 6: source times outside now - 400 d ... now + 1 h
NEWEST_US = HOUR_US
FIRST_US, LAST_US = (to_us(t.replace(tzinfo=UTC)) for t in (datetime.min, datetime.max))
SAVE_EVERY = 256  # commits between two saves of the last readings


def wall() -> datetime:
    """Return the time now, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Receipt:
    """What became of a batch, once it is on the disk.

    ``moved`` counts readings whose clock could not be believed; ``corrections`` are the events of readings
    that contradict what stands.
    """

    appended: int = 0
    duplicates: int = 0
    moved: int = 0
    corrections: pa.Table = field(default_factory=lambda: empty(EVENTS))


class Lake:
    """History opened for writing, by one process.

    Parameters
    ----------
    folder
        Where history lives; made if missing.
    now
        The clock against which source times are believed or not.

    ``on_events`` is told of every new event once it is on the disk.

    Raises
    ------
    HistoryError
        If another process writes here, or the folder cannot be used.
    """

    def __init__(self, folder: Path | str, now: Callable[[], datetime] = wall) -> None:
        self.folder = Path(folder)
        self.now = now
        self.on_events: Callable[[pa.Table], None] | None = None
        self._guard = threading.RLock()
        with told_as_history(self.folder):
            make_folder(self.folder)
            self._lock = FolderLock(self.folder / "writer.lock")
        try:
            self._open()
        except BaseException:
            self._lock.release()
            raise

    def _open(self) -> None:
        self.readings = DeltaFolder(self.folder / "readings", READINGS_FORM)
        self.waveforms = DeltaFolder(self.folder / "waveforms", WAVEFORMS_FORM)
        self.events = DeltaFolder(self.folder / "events", EVENTS_FORM)
        with told_as_history(self.folder):
            self.last = LastReadings.load(self.folder / "last.arrow", self.readings)
            self.recent = Recent(self.last.table())
            known = self.waveforms.read(columns=["path"]).column("path").to_pylist()
            sweep(self.samples_folder, known)
            self._resumes = self._read_resumes()
        self._commits = 0

    @property
    def samples_folder(self) -> Path:
        """Where the samples of waveforms are."""
        return self.folder / "samples"

    def __enter__(self) -> Lake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Save the last readings, so that the next start is quick, and let another process write."""
        with self._guard:
            try:
                self._save_last()
            finally:
                self._lock.release()

    # --------------------------------------------------------------------------------------------- intake
    def commit(
        self,
        readings: pa.Table,
        waveforms: tuple[Waveform, ...],
        events: pa.Table,
        resumes: Mapping[str, Mapping[str, object]],
        server_us: int | None = None,
    ) -> None:
        """Keep everything for good, exactly once; return when it is synced.

        ``server_us`` is the time of receipt of the waveforms, which carry none; now if left out. [us]
        """
        with self._guard:
            self.append(readings)
            self.append_waveforms(waveforms, server_us)
            self.append_events(events)
            if resumes:
                self.save_resumes(resumes)

    def set_aside(
        self, name: str, readings: pa.Table, waveforms: tuple[Waveform, ...], events: pa.Table
    ) -> str:
        """Keep what cannot be committed in files beside history, synced; return the folder.

        Raises
        ------
        HistoryError
            If the disk does not take it.
        """
        with self._guard:
            return str(set_aside(self.folder / "refused", name, readings, waveforms, events))

    def append(self, readings: pa.Table) -> Receipt:
        """Keep READINGS exactly once by (signal, time); return when they are synced.

        Of one key the first reading stands. The same again is counted and dropped; another value becomes a
        ``correction`` event. A source time outside now - 400 d ... now + 1 h is not believed: the reading is
        stored at the time of receipt, with status BadInvalidTimestamp, and an event tells of it.

        Raises
        ------
        HistoryError
            If the disk does not take it: nothing is acknowledged, and the same batch may be tried again.
        """
        rows = _as_stored(check_table(readings, READINGS, where="readings to append"))
        if not rows.num_rows:
            return Receipt()
        with self._guard, told_as_history(self.folder):
            rows, repeats, strange = self._believed(only_finite(rows))
            sifted = sift(self._standing(rows), rows)
            if sifted.fresh.num_rows:
                self.readings.append(sifted.fresh, {"lake": self.readings.done("lake") + 1})
                self.last.update(sifted.fresh)
                self.recent.add(sifted.fresh)
                self.last.version = self.readings.version
                self._save_now_and_then()
            corrections = correction_events(sifted)
            self.append_events(concat([corrections, clock_events(strange)], EVENTS))
        return Receipt(sifted.fresh.num_rows, sifted.duplicates + repeats, strange.num_rows, corrections)

    def _believed(self, rows: pa.Table) -> tuple[pa.Table, int, pa.Table]:
        """Move readings with an impossible clock; returns rows, repeats dropped, and those moved."""
        now_us = to_us(self.now())
        times = np.asarray(rows.column("time").cast(pa.int64()))
        odd = (times < now_us - OLDEST_US) | (times > now_us + NEWEST_US)
        if not odd.any():
            return rows, 0, rows.slice(0, 0)
        # Years beyond 9999 cannot be told as a date: the nearest that can is told instead.
        tellable = pa.array(times.clip(FIRST_US, LAST_US)).cast(TIME)
        told = rows.set_column(rows.schema.get_field_index("time"), STORED.field("time"), tellable)
        strange, repeats = drop_repeats(told.filter(pa.array(odd)))
        kept = rows.filter(pa.array(~odd))
        taken = set(
            zip(
                kept.column("signal").to_pylist(),
                kept.column("time").cast(pa.int64()).to_pylist(),
                strict=True,
            )
        )
        moved = move_to_receipt(strange, taken, BAD_TIME)
        return pa.concat_tables([kept, moved]), repeats, strange

    def _standing(self, rows: pa.Table) -> pa.Table:
        """Read the rows that may have the keys of a batch: those of signals at or below their watermark."""
        encoded = rows.column("signal").combine_chunks().dictionary_encode()
        marks = self.last.watermarks(encoded.dictionary.to_pylist())
        times = np.asarray(rows.column("time").cast(pa.int64()))
        late = times <= marks[np.asarray(encoded.indices)]
        if not late.any():
            return STORED.empty_table()
        behind = rows.filter(pa.array(late))
        found = []
        for hour in np.unique(times[late] // HOUR_US):
            here = pa.array(times[late] // HOUR_US == hour)
            part = behind.filter(here)
            at = np.asarray(part.column("time").cast(pa.int64()))
            names = sorted(part.column("signal").unique().to_pylist())
            found.append(self.readings.read(names, int(at.min()), int(at.max()) + 1))
        return pa.concat_tables(found)

    def newest(self) -> pa.Table:
        """Return the last reading by source time of each signal, as stored."""
        with self._guard:
            return self.last.table()

    def _save_now_and_then(self) -> None:
        self._commits += 1
        if self._commits % SAVE_EVERY == 0:
            self._save_last()

    def _save_last(self) -> None:
        with told_as_history(self.folder):
            self.last.save(self.folder / "last.arrow")

    # ------------------------------------------------------------------------------- waveforms and events
    def append_waveforms(self, waveforms: Sequence[Waveform], server_us: int | None = None) -> int:
        """Keep waveforms exactly once by (signal, time of the first sample); returns how many were new.

        ``server_us`` is their time of receipt, now if left out. [us]
        """
        if not waveforms:
            return 0
        with self._guard, told_as_history(self.folder):
            known = self._known_waveforms(waveforms)
            server_us = to_us(self.now()) if server_us is None else server_us
            rows, told = [], []
            for waveform in waveforms:
                key = key_of(waveform)
                path, digest = write_samples(self.samples_folder, waveform)
                if key in known:
                    (self.samples_folder / path).unlink()
                    if known[key] != digest:
                        told.append((waveform, known[key], digest))
                    continue
                known[key] = digest
                rows.append(index_row(waveform, server_us, path, digest))
            if rows:
                self.waveforms.append(
                    pa.Table.from_pylist(rows, schema=INDEX), {"lake": self.waveforms.done("lake") + 1}
                )
            self.append_events(waveform_corrections(told, server_us))
            return len(rows)

    def _known_waveforms(self, waveforms: Sequence[Waveform]) -> dict[tuple[str, int], str]:
        times = [key_of(w)[1] for w in waveforms]
        names = sorted({w.signal for w in waveforms})
        rows = self.waveforms.read(names, min(times), max(times) + 1, ["signal", "time", "sha256"])
        return {(r["signal"], to_us(r["time"])): r["sha256"] for r in rows.to_pylist()}

    def append_events(self, events: pa.Table) -> int:
        """Keep EVENTS exactly once by id; returns how many were new."""
        if not events.num_rows:
            return 0
        rows = check_table(events, EVENTS, where="events to append").cast(STORED_EVENTS)
        with self._guard, told_as_history(self.folder):
            starts = rows.column("start").cast(pa.int64()).to_pylist()
            subjects = sorted(rows.column("subject").unique().to_pylist())
            known = self.events.read(subjects, min(starts), max(starts) + 1, ["id"]).column("id").to_pylist()
            seen, fresh = set(known), []
            for place, name in enumerate(rows.column("id").to_pylist()):
                if name not in seen:
                    seen.add(name)
                    fresh.append(place)
            if fresh:
                kept = rows.take(fresh)
                self.events.append(kept, {"lake": self.events.done("lake") + 1})
                if self.on_events is not None:
                    self.on_events(kept.cast(EVENTS))
            return len(fresh)

    # ---------------------------------------------------------------------------------------------- resume
    def save_resumes(self, resumes: Mapping[str, Mapping[str, object]]) -> None:
        """Keep, per connection, where to go on after a restart; returns when synced."""
        with self._guard, told_as_history(self.folder):
            fresh = {**self._resumes, **{name: dict(token) for name, token in resumes.items()}}
            replace(self.folder / "resumes.json", json.dumps(fresh, sort_keys=True).encode())
            self._resumes = fresh

    def resume(self, connection: str) -> Mapping[str, object] | None:
        """Return where a connection goes on, None if it never said."""
        return self._resumes.get(connection)

    def _read_resumes(self) -> dict[str, dict[str, object]]:
        path = self.folder / "resumes.json"
        return json.loads(path.read_text()) if path.exists() else {}


def _as_stored(readings: pa.Table) -> pa.Table:
    return readings.cast(STORED).combine_chunks()
