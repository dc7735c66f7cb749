"""Where records are looked up, and what was seen in them kept ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict
from weakref import WeakKeyDictionary

import numpy as np

from arkwright.app.record_cascade import (
    TOP_ORDERS,
    Across,
    Along,
    cascade_picture,
    columns_of,
    row_levels,
    spread,
)
from arkwright.app.record_curves import Floats
from arkwright.app.record_kept import Kept
from arkwright.app.record_pictures import Heat
from arkwright.app.record_sight import Sight
from arkwright.app.record_views import RecordViews
from arkwright.core.errors import HistoryError
from arkwright.core.plant import Asset, Site
from arkwright.core.tables import READINGS, Slice, Waveform, empty, from_us, to_us
from arkwright.health.speed import AGE_US, speed_of
from arkwright.history.query import History
from arkwright.history.waveforms import from_row

KEPT = 48  # records whose first views stay ready: some 500 kB each
KEPT_WHOLE = 6  # records that stay ready with their samples: some 10 MB each
KEPT_ROWS = 4000  # rows of cascades: 2.4 kB each
INSTANT = timedelta(microseconds=1)
NEAR = timedelta(microseconds=AGE_US + 1)


class Record(TypedDict):
    """One row of the list of records; ``time_us`` [us since 1970], ``speed_rpm`` [rpm] where it is known."""

    signal: str
    time_us: int
    n: int
    rate_hz: float
    speed_rpm: float | None


class RecordRoom:
    """The views of records, kept ready for those who look at the same one again.

    Parameters
    ----------
    history
        Where the records are.
    site
        Says which bearing sits where.
    """

    def __init__(self, history: History, site: Site) -> None:
        self.history, self.site = history, site
        self._views: Kept[tuple[str, int], RecordViews] = Kept(KEPT)
        self._sights: Kept[tuple[str, int], Sight] = Kept(KEPT_WHOLE)
        self._rows: Kept[tuple[str, int, float], Floats] = Kept(KEPT_ROWS)

    def records(self, signal: str, start: datetime, end: datetime) -> list[Record]:
        """List the records of a signal in a window, the oldest first."""
        rows = self.history.waveform_index([signal], start, end)
        names = ["signal", "time", "n", "rate_hz", "speed_rpm"]
        return [_record(row) for row in rows.select(names).to_pylist()]

    def last_record(self, signal: str, now: datetime) -> Record | None:
        """Return the newest record of a signal, None if there is none within 400 days."""
        for back in (timedelta(hours=1), timedelta(days=2), timedelta(days=400)):
            found = self.records(signal, now - back, now + INSTANT)
            if found:
                return found[-1]
        return None

    def views(self, signal: str, time_us: int) -> RecordViews:
        """Return the views of one record.

        Parameters
        ----------
        signal
            Its signal.
        time_us
            Time of its first sample. [us]

        Returns
        -------
        views
            Plain JSON.

        Raises
        ------
        HistoryError
            If there is no such record, or its file is damaged.
        """
        return self._views.get((signal, time_us), lambda: self.sight(signal, time_us).views)

    def sight(self, signal: str, time_us: int) -> Sight:
        """Return one record with all that is known of it.

        Parameters
        ----------
        signal
            Its signal.
        time_us
            Time of its first sample. [us]

        Returns
        -------
        sight
            With its samples.

        Raises
        ------
        HistoryError
            If there is no such record, or its file is damaged.
        """
        return self._sights.get((signal, time_us), lambda: self._load(signal, time_us))

    def _load(self, signal: str, time_us: int) -> Sight:
        record = self._read(signal, time_us)
        of = self.site.signals[signal]
        asset = self.site.assets[of.asset]
        return Sight(record, of, asset, *self.speed_of(record, asset))

    def _read(self, signal: str, time_us: int) -> Waveform:
        at = from_us(time_us)
        found = self.history.waveforms(signal, at, at + INSTANT)
        if not found:
            raise HistoryError(f"there is no record at {at:%Y-%m-%d %H:%M:%S}", where=signal)
        return found[0]

    def cascade(
        self,
        rows: list[Record],
        name_of: Callable[[int], str],
        *,
        along: Along = "time",
        across: Across = "hz",
        top_hz: float | None = None,
    ) -> Heat | None:
        """Draw how the spectrum of a signal changed; one record at a time is in memory.

        Parameters
        ----------
        rows
            Records of one signal, the oldest first; of many, evenly spread ones are read.
        name_of
            Writes the time of a record. [us since 1970]
        along
            Order of the rows: time or speed.
        across
            Hz, or orders of the shaft.
        top_hz
            Where the axis ends; None for half the sample rate. [Hz]

        Returns
        -------
        picture
            None where no record can be drawn like that: orders and speeds need a speed.
        """
        known: list[Record] = [{**r, "speed_rpm": r["speed_rpm"] or self._rated(r["signal"])} for r in rows]
        if along == "speed" or across == "orders":
            known = [r for r in known if r["speed_rpm"]]
        if not known:
            return None
        shown = spread(known)
        top = TOP_ORDERS if across == "orders" else (top_hz or max(r["rate_hz"] for r in shown) / 2)
        edges = columns_of(top)
        index = self._index(shown)
        turned = [(r, (r["speed_rpm"] or 0.0) / 60 if across == "orders" else 1.0) for r in shown]
        read = [(r, self._row(r, edges * per, index)) for r, per in turned]
        signal = self.site.signals[rows[0]["signal"]]
        return cascade_picture(
            [(r, row) for r, row in read if row is not None], signal, edges, along, across, name_of
        )

    def _index(self, rows: Sequence[Record]) -> dict[int, dict[str, Any]]:
        """Look up where the samples of records are, by their times: once for all of them. [us]"""
        times = [r["time_us"] for r in rows]
        ends = from_us(min(times)), from_us(max(times)) + INSTANT
        found = self.history.waveform_index([rows[0]["signal"]], *ends).to_pylist()
        return {to_us(row["time"]): row for row in found}

    def _row(self, row: Record, edges_hz: Floats, index: Mapping[int, dict[str, Any]]) -> Floats | None:
        """Levels of one record in columns, None where its file is gone. [dB]"""
        name, at, signal = row["signal"], row["time_us"], self.site.signals[row["signal"]]

        def make() -> Floats:
            if at not in index:
                raise HistoryError("the record is gone", where=name)
            record = from_row(self.history.folder / "samples", index[at])
            samples = np.asarray(record.samples, np.float64)
            return row_levels(samples, row["rate_hz"], signal, edges_hz).astype(np.float32)

        try:
            return self._rows.get((name, at, float(edges_hz[-1])), make)
        except HistoryError:
            return None

    def _rated(self, signal: str) -> float | None:
        return self.site.assets[self.site.signals[signal].asset].rated("rated_speed_rpm")

    def speed_of(self, record: Waveform, asset: Asset) -> tuple[float | None, str]:
        """Return the speed of the shaft during a record, and what says so.

        Parameters
        ----------
        record
            The record; its own speed is best.
        asset
            Its readings of speed come next, then its nameplate: as the bearing check has it.

        Returns
        -------
        speed
            None where nothing says it. [rpm]
        source
            ``record``, ``reading`` or ``nameplate``; empty without a speed.
        """
        if record.speed_rpm is not None:
            return float(record.speed_rpm), "record"
        names = [s.name for s in asset.measuring("rotational_speed", kind="value")]
        near = record.time - NEAR, record.time + NEAR
        rows = self.history.window(names, *near) if names else empty(READINGS)
        location = self.site.signals[record.signal].location
        speed = speed_of(record, location, asset, Slice(near[0], near[1], rows))
        if speed is None:
            return None, ""
        bare = speed_of(record, location, asset, Slice(near[0], near[1], empty(READINGS)))
        return speed, "nameplate" if speed == bare else "reading"


_ROOMS: WeakKeyDictionary[History, RecordRoom] = WeakKeyDictionary()


def record_room(history: History, site: Site) -> RecordRoom:
    """Return the one room of a history, shared by everybody who looks."""
    return _ROOMS.setdefault(history, RecordRoom(history, site))


def _record(row: dict[str, Any]) -> Record:
    return {
        "signal": row["signal"],
        "time_us": to_us(row["time"]),
        "n": row["n"],
        "rate_hz": row["rate_hz"],
        "speed_rpm": row["speed_rpm"],
    }
