"""One way to ask history: windows, last values, aggregates, curves for a screen, events and waveforms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from arkwright.core.errors import HistoryError
from arkwright.core.tables import EVENTS, READINGS, TIME, WAVEFORMS, Waveform, to_us
from arkwright.history.delta import DeltaFolder
from arkwright.history.exact import STORED
from arkwright.history.forms import FORMS, MINUTE_US
from arkwright.history.lake import Lake
from arkwright.history.last import LastReadings, last_before
from arkwright.history.sums import (
    Sums,
    as_aggregates,
    gathered,
    joined,
    sums_of_minutes,
    sums_of_readings,
    usable,
)
from arkwright.history.waveforms import from_row

Array = np.ndarray[Any, Any]
Window = tuple[int, int]
FAR_US = 2**62


class History:
    """History opened for reading: through the lake of this process, or a folder that another one writes.

    Every interval is half-open, ``[start, end)``, in source time.

    Raises
    ------
    HistoryError
        If there is no history in the folder.
    """

    def __init__(self, source: Lake | Path | str) -> None:
        self.folder = source.folder if isinstance(source, Lake) else Path(source)
        self._lake = source if isinstance(source, Lake) else None
        self._tables: dict[str, DeltaFolder] = {}
        if self._lake is not None:
            self._tables = {
                "readings": self._lake.readings,
                "waveforms": self._lake.waveforms,
                "events": self._lake.events,
            }
        elif not (self.folder / "readings" / "_delta_log").is_dir():
            raise HistoryError(
                "there is no history",
                wanted="a folder that Arkwright has written",
                where=str(self.folder),
                fix="Give the data folder of a site that has run.",
            )
        self._last: LastReadings | None = None

    def _table(self, name: str) -> DeltaFolder | None:
        """Return a table as it is now, None if nothing was ever written to it."""
        if name not in self._tables:
            if not (self.folder / name / "_delta_log").is_dir():
                return None
            self._tables[name] = DeltaFolder(self.folder / name, FORMS[name])
        table = self._tables[name]
        table.refresh()
        return table

    def _rows(
        self, name: str, subjects: Sequence[str] | None, window: Window, columns: Sequence[str] | None = None
    ) -> pa.Table:
        table = self._table(name)
        if table is None:
            return FORMS[name].schema.empty_table().select(list(columns or FORMS[name].schema.names))
        return table.read(subjects, *window, columns)

    # ------------------------------------------------------------------------------------------- readings
    def window(
        self, signals: Sequence[str], start: datetime, end: datetime, known: datetime | None = None
    ) -> pa.Table:
        """Return READINGS of some signals in ``[start, end)``, ordered by signal and time.

        ``known`` leaves out what was received later than that.
        """
        window = (to_us(start), to_us(end))
        known_us = FAR_US if known is None else to_us(known)
        near, others = READINGS.empty_table(), list(signals)
        if self._lake is not None:
            near, others = self._lake.recent.window(signals, *window, known_us)
        if not others:
            return near
        rows = _known(self._rows("readings", others, window), known)
        far = as_readings(rows.sort_by([("signal", "ascending"), ("time", "ascending")]))
        return _ordered(near, far)

    def statuses(self, signal: str, start: datetime, end: datetime) -> tuple[Array, Array]:
        """Return when a signal was read and with what status, ordered by source time.

        Parameters
        ----------
        signal
            Signal asked for.
        start, end
            Interval, half-open.

        Returns
        -------
        times
            Shape ``(n,)``. [us since the epoch]
        statuses
            OPC UA status codes, shape ``(n,)``. [1]
        """
        window = to_us(start), to_us(end)
        rows = self._rows("readings", [signal], window, ["time", "status"]).sort_by("time")
        times = np.asarray(rows.column("time").cast(pa.int64()), np.int64)
        return times, np.asarray(rows.column("status"), np.int64)

    def last(
        self,
        signals: Sequence[str] | None = None,
        at: datetime | None = None,
        known: datetime | None = None,
    ) -> pa.Table:
        """Return the last reading by source time of each signal, as READINGS, ordered by signal.

        Parameters
        ----------
        signals
            Signals asked for, all if None.
        at
            Readings before this time only; the newest there are if None.
        known
            Readings received at this server time or before only; all if None.
        """
        bounds = tuple(FAR_US if t is None else to_us(t) for t in (at, known))
        near, others = READINGS.empty_table(), signals
        if self._lake is not None and signals is not None and at is not None:
            near, others = self._lake.recent.last(signals, *bounds)
        newest = self._newest()
        if others is not None:
            newest = newest.filter(pa.compute.field("signal").isin(pa.array(others, pa.string())))
        if at is not None or known is not None:
            newest = self._before(newest, *bounds)
        return _ordered(near, as_readings(newest.sort_by("signal")))

    def _newest(self) -> pa.Table:
        if self._lake is not None:
            return self._lake.newest()
        table = self._table("readings")
        assert table is not None  # the constructor has seen it
        if self._last is None:
            self._last = LastReadings.load(self.folder / "last.arrow", table)
        elif self._last.version != table.version:
            self._last.catch_up(table)
        return self._last.table()

    def _before(self, newest: pa.Table, at_us: int, known_us: int) -> pa.Table:
        """Keep what is old enough and known by then; search for the rest only. [us]"""
        early = np.asarray(newest.column("time").cast(pa.int64())) < at_us
        early &= np.asarray(newest.column("server_time").cast(pa.int64())) <= known_us
        found = newest.filter(pa.array(early))
        others = newest.filter(pa.array(~early)).column("signal").to_pylist()
        table = self._table("readings")
        if not others or table is None:
            return found
        return pa.concat_tables([found, last_before(table, others, at_us, known_us)])

    # --------------------------------------------------------------------------------- aggregates, curves
    def aggregate(self, signal: str, start: datetime, end: datetime, every: timedelta) -> pa.Table:
        """Return mean, least, greatest and count in buckets of a length, counted from 1970-01-01 UTC.

        Text and Bad readings are left out, empty buckets do not appear. Where readings have been down-sampled
        to minutes, a minute counts in the bucket of its beginning.

        Parameters
        ----------
        signal
            Signal asked for.
        start, end
            Interval, half-open.
        every
            Length of a bucket.

        Returns
        -------
        aggregates
            Columns ``time`` (of the beginning), ``mean``, ``min``, ``max`` [canonical unit], ``n`` [1].

        Raises
        ------
        HistoryError
            If a bucket has no length.
        """
        every_us = every // timedelta(microseconds=1)
        if every_us <= 0:
            raise HistoryError(f"buckets of {every}", wanted="a length above zero", where=signal)
        parts = self._parts(signal, (to_us(start), to_us(end)))
        return as_aggregates(gathered(parts, every_us)[0])

    def _parts(self, signal: str, window: Window) -> Sums:
        raw = self._rows("readings", [signal], window, ["time", "value", "status"])
        coarse = self._rows("minutes", [signal], window)
        return joined(sums_of_readings(usable(raw)), sums_of_minutes(coarse))

    def lttb(self, signal: str, start: datetime, end: datetime, n: int) -> tuple[Array, Array]:
        """Return at most ``n`` points that keep the look of a curve (largest triangle, three buckets).

        Parameters
        ----------
        signal
            Signal asked for.
        start, end
            Interval, half-open.
        n
            Points wanted, at least 3. [1]

        Returns
        -------
        times
            Shape ``(m,)``, ``m <= n``. [us since the epoch]
        values
            Shape ``(m,)``. [canonical unit]

        Raises
        ------
        HistoryError
            If fewer than 3 points are asked for.

        References
        ----------
        Steinarsson, Downsampling Time Series for Visual Representation, University of Iceland, 2013.
        """
        if n < 3:
            raise HistoryError(f"{n} points of a curve", wanted="at least 3", where=signal)
        parts = self._parts(signal, (to_us(start), to_us(end)))
        coarse, _ = gathered(parts, MINUTE_US) if (parts.n > 1).any() else gathered(parts, 1)
        return thinned(coarse.times, coarse.total / np.maximum(coarse.n, 1), n)

    # ------------------------------------------------------------------------------- events and waveforms
    def events(
        self,
        start: datetime,
        end: datetime,
        subjects: Sequence[str] | None = None,
        kinds: Sequence[str] | None = None,
    ) -> pa.Table:
        """Return EVENTS that begin in ``[start, end)``, of some subjects and kinds, oldest first."""
        rows = self._rows("events", subjects, (to_us(start), to_us(end)))
        if kinds is not None:
            rows = rows.filter(pa.compute.field("kind").isin(list(kinds)))
        return rows.sort_by([("start", "ascending"), ("id", "ascending")]).cast(EVENTS)

    def waveform_index(self, signals: Sequence[str], start: datetime, end: datetime) -> pa.Table:
        """Return WAVEFORMS rows of some signals in ``[start, end)``, ordered by signal and time."""
        rows = self._rows("waveforms", list(signals), (to_us(start), to_us(end)))
        return rows.sort_by([("signal", "ascending"), ("time", "ascending")]).cast(WAVEFORMS)

    def waveforms(self, signal: str, start: datetime, end: datetime) -> tuple[Waveform, ...]:
        """Return waveforms of a signal in ``[start, end)`` with their samples, checked, oldest first."""
        rows = self.waveform_index([signal], start, end).to_pylist()
        return tuple(from_row(self.folder / "samples", row) for row in rows)


def _known(rows: pa.Table, known: datetime | None) -> pa.Table:
    if known is None:
        return rows
    return rows.filter(pa.compute.field("server_time") <= pa.scalar(known, TIME))


def _ordered(near: pa.Table, far: pa.Table) -> pa.Table:
    """Join what came from memory and what came from the disk, by signal and time."""
    if not near.num_rows or not far.num_rows:
        return near if near.num_rows else far
    rows = pa.concat_tables([near.cast(STORED), far.cast(STORED)])
    return as_readings(rows.sort_by([("signal", "ascending"), ("time", "ascending")]))


def as_readings(rows: pa.Table) -> pa.Table:
    """Turn rows as stored into READINGS."""
    return rows.cast(STORED).cast(READINGS)


def thinned(times: Array, values: Array, n: int) -> tuple[Array, Array]:
    """Keep at most ``n`` points of a curve by largest triangles.

    Parameters
    ----------
    times
        In order, shape ``(m,)``. [us]
    values
        Shape ``(m,)``. [canonical unit]
    n
        Points wanted. [1]

    Returns
    -------
    times
        Shape ``(min(m, n),)``. [us]
    values
        Shape ``(min(m, n),)``. [canonical unit]
    """
    if len(times) <= n:
        return times, values
    from tsdownsample import LTTBDownsampler

    kept = LTTBDownsampler().downsample(times, values, n_out=n)
    return times[kept], values[kept]
