"""From history to briefs: one query for all assets of a check, cut by what was known at the tick.

Everything a judge sees follows from history and the recorded tick, so that judging again gives the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from arkwright.app.judge import Brief
from arkwright.core.catalog import State
from arkwright.core.errors import HistoryError
from arkwright.core.plant import Signal
from arkwright.core.tables import READINGS, TIME, Waveform, concat, empty, from_us
from arkwright.history.query import History
from arkwright.history.waveforms import from_row
from arkwright.runtime.watch import Watch

ASSETS_A_BRIEF = 200
RECORDS_A_BRIEF = 4  # a record takes a judge up to two seconds
LATE = timedelta(seconds=300)  # a waveform that comes so late is given to the first tick that knows it


@dataclass(frozen=True)
class Past:
    """A tick that was judged: its end, its cut, and by how much connections were judged later. [us]"""

    end_us: int
    cut_us: int
    delays: Mapping[str, int] = field(default_factory=dict)


def past_with(past: Sequence[Past], tick: Past) -> tuple[Past, ...]:
    """Add a tick to those of the past; left out are those that had no record which it had not.

    Only where a delay has risen, an older tick reached further: until the newest has come as far.
    """
    return (*(p for p in past if tick.end_us - p.end_us < _rise(p, tick)), tick)


def _rise(before: Past, after: Past) -> int:
    return max((late - before.delays.get(name, 0) for name, late in after.delays.items()), default=0)


@dataclass(frozen=True)
class Moment:
    """A tick as it is judged or judged again: the window's end, what was known, who was connected.

    ``past`` holds the ticks before, empty for the first. ``connected`` leaves out connections of which nobody
    can know yet. ``delays`` names those whose readings come late, as of a slow clock, and by how much later
    they are judged: their times are moved on by as much. [us]
    """

    end_us: int
    cut_us: int
    past: tuple[Past, ...]
    connected: Mapping[str, bool]
    delays: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """A table, its rows in order of asset, shape ``(n,)``, and where each begins, ``(n_assets + 1,)``. [1]"""

    table: pa.Table
    order: NDArray[np.int64]
    bounds: NDArray[np.int64]

    def of(self, numbers: Sequence[int]) -> tuple[pa.Table, tuple[int, ...]]:
        """Return the rows of some assets, in their order, and where each begins."""
        parts = [self.order[self.bounds[i] : self.bounds[i + 1]] for i in numbers]
        bounds = np.cumsum([0, *map(len, parts)])
        rows = self.table.take(pa.array(np.concatenate(parts)))
        # Names of these rows only: a worker is sent no dictionary of the whole plant.
        at = READINGS.get_field_index("signal")
        names = rows.column(at).cast(pa.string()).combine_chunks().dictionary_encode()
        return rows.set_column(at, READINGS.field(at), names), tuple(bounds.tolist())


@dataclass
class Slicer:
    """Cuts what a watch looks at out of history."""

    watch: Watch
    history: History
    _owner: Mapping[str, int] = field(init=False)
    _readings: list[str] = field(init=False)
    _waveforms: list[str] = field(init=False)
    _connection: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        own = [(s, i) for i, asset in enumerate(self.watch.assets) for s in asset.signals]
        self._owner = {s.name: i for s, i in own}
        self._readings = sorted(s.name for s, _ in own if s.kind != "waveform")
        self._connection = {s.name: s.connection for s, _ in own}
        self._waveforms = sorted(s.name for s, _ in own if _is_waveform(s))

    def look(self, moment: Moment) -> View:
        """Read everything that a tick needs but the samples of waveforms.

        Raises
        ------
        HistoryError
            If history cannot be read.
        """
        needs = self.watch.check.needs
        end = from_us(moment.end_us)
        start, cut = end - timedelta(seconds=needs.window_s), from_us(moment.cut_us)
        readings, latest = [], []
        for late, names in self._by_delay(moment.delays).items():
            readings.append(_later(self.history.window(names, start - late, end - late, cut), late))
            latest.append(_later(self.history.last(names, end - late, cut), late))
        events = self.history.events(start, end).filter(pc.field("server_time") <= pa.scalar(cut, TIME))
        return View(
            self,
            moment,
            start,
            self._by_asset(concat(readings, READINGS) if len(readings) != 1 else readings[0]),
            self._by_asset(concat(latest, READINGS) if len(latest) != 1 else latest[0]),
            self._index(start, end, moment) if needs.waveforms and self._waveforms else {},
            events,
        )

    def _by_delay(self, delays: Mapping[str, int]) -> dict[timedelta, list[str]]:
        groups: dict[timedelta, list[str]] = {}
        for name in self._readings:
            groups.setdefault(self.late(name, delays), []).append(name)
        return groups

    def late(self, signal: str, delays: Mapping[str, int]) -> timedelta:
        """Return how much later a signal is judged."""
        return timedelta(microseconds=delays.get(self._connection[signal], 0))

    def _by_asset(self, table: pa.Table) -> Rows:
        n = len(self.watch.assets)
        if not table.num_rows:
            return Rows(empty(READINGS), np.zeros(0, np.int64), np.zeros(n + 1, np.int64))
        column = table.column("signal").unify_dictionaries().combine_chunks()
        owners = np.array([self._owner[name] for name in column.dictionary.to_pylist()], np.int64)
        codes = np.asarray(column.indices, np.int64)
        owner = owners[codes] if len(codes) else np.zeros(0, np.int64)
        order = np.argsort(owner, kind="stable")  # within an asset: by signal and time, as history gave them
        bounds = np.searchsorted(owner[order], np.arange(n + 1))
        return Rows(table, order, bounds)

    def _index(self, start: datetime, end: datetime, moment: Moment) -> dict[int, list[dict[str, object]]]:
        """List the waveforms of each asset: those of the window, and those that came too late for theirs."""
        longest = timedelta(microseconds=max(moment.delays.values(), default=0))
        rows = self.history.waveform_index(self._waveforms, start - LATE - longest, end)
        wanted = rows.filter(pa.array(self._wanted(rows, moment)))
        found: dict[int, list[dict[str, object]]] = {}
        for row in wanted.to_pylist():
            found.setdefault(self._owner[row["signal"]], []).append(row)
        return found

    def _wanted(self, rows: pa.Table, moment: Moment) -> NDArray[np.bool_]:
        """Mark the waveforms that a tick looks at: each goes to one tick, also where a delay has changed."""
        needs = self.watch.check.needs
        taken, received = (
            np.asarray(rows.column(c).cast(pa.int64()), np.int64) for c in ("time", "server_time")
        )
        at = taken + self._delays_of(rows, moment.delays)
        known = (received <= moment.cut_us) & (at < moment.end_us)
        inside = at >= moment.end_us - round(needs.window_s * 1e6)
        if not moment.past:
            return np.asarray(known & inside)
        fresh = np.ones(len(at), bool)
        for tick in moment.past:
            given = (taken + self._delays_of(rows, tick.delays) < tick.end_us) & (received <= tick.cut_us)
            fresh &= ~given
        return np.asarray(known & (fresh | inside if needs.window_s > needs.every_s else fresh))

    def _delays_of(self, rows: pa.Table, delays: Mapping[str, int]) -> NDArray[np.int64]:
        names = rows.column("signal").cast(pa.string()).to_pylist() if delays else [""] * rows.num_rows
        return np.array([delays.get(self._connection.get(n, ""), 0) for n in names], np.int64)


@dataclass
class View:
    """What history held at a tick for all assets of a watch; briefs are cut out of it when they are needed.

    ``failed`` names the assets whose waveforms cannot be read, and why.
    """

    slicer: Slicer
    moment: Moment
    start: datetime
    readings: Rows
    latest: Rows
    index: Mapping[int, list[dict[str, object]]]
    events: pa.Table
    failed: dict[str, str] = field(default_factory=dict)

    def briefs(self, states: Mapping[str, State], leave_out: Collection[str]) -> Iterator[Brief]:
        """Yield the work of the tick, a part at a time.

        Parameters
        ----------
        states
            What the check remembers, by asset.
        leave_out
            Assets that are not judged this time.
        """
        assets = self.slicer.watch.assets
        needs = self.slicer.watch.check.needs
        numbers = [i for i, a in enumerate(assets) if a.name not in leave_out]
        if needs.waveforms:
            numbers = [i for i in numbers if i in self.index or self._heard(i)]
        for part in split(numbers, self._weights(numbers)):
            brief = self._brief(part, states)
            if brief is not None:
                yield brief

    def brief_of(self, asset: str, states: Mapping[str, State]) -> Brief | None:
        """Return the work for one asset alone, None where its waveforms cannot be read."""
        names = [a.name for a in self.slicer.watch.assets]
        return self._brief([names.index(asset)], states)

    def _weights(self, numbers: Sequence[int]) -> list[float]:
        """Return which share of a brief each asset fills. [1]"""
        records = (len(self.index.get(i, ())) for i in numbers)
        return [max(n / RECORDS_A_BRIEF, 1 / ASSETS_A_BRIEF) for n in records]

    def _heard(self, number: int) -> bool:
        return bool(self.readings.bounds[number + 1] > self.readings.bounds[number])

    def _brief(self, numbers: Sequence[int], states: Mapping[str, State]) -> Brief | None:
        assets = tuple(self.slicer.watch.assets[i] for i in numbers)
        try:
            waveforms = tuple(self._samples(i) for i in numbers)
        except HistoryError as error:
            self.failed |= {a.name: str(error) for a in assets}
            return None
        readings, bounds = self.readings.of(numbers)
        latest, latest_bounds = self.latest.of(numbers)
        return Brief(
            self.slicer.watch.check,
            self.start,
            from_us(self.moment.end_us),
            assets,
            tuple(states.get(a.name, {}) for a in assets),
            readings,
            bounds,
            latest,
            latest_bounds,
            waveforms,
            self.events,
            self.moment.connected,
            self.moment.delays,
        )

    def _samples(self, number: int) -> tuple[Waveform, ...]:
        folder = self.slicer.history.folder / "samples"
        records = (from_row(folder, row) for row in self.index.get(number, ()))
        late, delays = self.slicer.late, self.moment.delays
        return tuple(replace(r, time=r.time + late(r.signal, delays)) if delays else r for r in records)


def split(items: Sequence[int], weights: Sequence[float]) -> Iterator[Sequence[int]]:
    """Yield parts in order, each as long as its weights come to no more than one, and never empty. [1]"""
    part: list[int] = []
    filled = 0.0
    for item, weight in zip(items, weights, strict=True):
        if part and filled + weight > 1.0 + 1e-9:
            yield part
            part, filled = [], 0.0
        part.append(item)
        filled += weight
    if part:
        yield part


def _later(table: pa.Table, late: timedelta) -> pa.Table:
    if not late:
        return table
    at = table.schema.get_field_index("time")
    return table.set_column(at, table.schema.field(at), pc.add(table.column(at), pa.scalar(late)))


def _is_waveform(signal: Signal) -> bool:
    return signal.kind == "waveform"
