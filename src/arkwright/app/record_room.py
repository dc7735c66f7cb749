"""Where records are looked up, and their views kept ready."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypedDict
from weakref import WeakKeyDictionary

from arkwright.app.record_views import RecordViews, record_views
from arkwright.core.errors import HistoryError
from arkwright.core.plant import Asset, Site
from arkwright.core.tables import READINGS, Slice, Waveform, empty, from_us, to_us
from arkwright.health.speed import AGE_US, speed_of
from arkwright.history.query import History

KEPT = 48  # records that stay ready: some 300 kB each
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
        self._ready: OrderedDict[tuple[str, int], RecordViews] = OrderedDict()
        self._lock = Lock()

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
        key = (signal, time_us)
        with self._lock:
            if key in self._ready:
                self._ready.move_to_end(key)
                return self._ready[key]
        made = self._make(signal, time_us)
        with self._lock:
            self._ready[key] = made
            while len(self._ready) > KEPT:
                self._ready.popitem(last=False)
        return made

    def _make(self, signal: str, time_us: int) -> RecordViews:
        at = from_us(time_us)
        found = self.history.waveforms(signal, at, at + INSTANT)
        if not found:
            raise HistoryError(f"there is no record at {at:%Y-%m-%d %H:%M:%S}", where=signal)
        of = self.site.signals[signal]
        asset = self.site.assets[of.asset]
        speed, source = self.speed_of(found[0], asset)
        return record_views(found[0], of, asset, speed, source)

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
