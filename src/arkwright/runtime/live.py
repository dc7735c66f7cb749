"""The last value of every signal, with its age, and whether it is stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isnan
from threading import Lock

import numpy as np
import pyarrow as pa

from arkwright.core.plant import Signal
from arkwright.core.tables import from_us, status_word


@dataclass(frozen=True)
class LiveValue:
    """The newest reading of a signal as it stands now.

    ``age_s`` [s] counts from the receipt of the last report; ``committed`` says that history holds it.
    """

    signal: str
    time: datetime | None
    value: float | None
    text: str | None
    status: int
    age_s: float | None
    stale: str
    committed: bool

    @property
    def state(self) -> str:
        """One word for a display: none, stale, good, uncertain or bad."""
        if self.time is None:
            return "none"
        return "stale" if self.stale else status_word(self.status)


class LiveTable:
    """Last values in memory; a late reading never overwrites a newer one.

    Parameters
    ----------
    signals
        Every signal of the site.
    connected
        Says whether a connection's heartbeat is alive.
    """

    def __init__(self, signals: Sequence[Signal], connected: Callable[[str], bool]) -> None:
        n = len(signals)
        self._signals = tuple(signals)
        self._at: Mapping[str, int] = {s.name: i for i, s in enumerate(signals)}
        self._connected = connected
        self._time = np.full(n, -1, np.int64)
        self._report = np.full(n, -1, np.int64)
        self._heard = np.full(n, -1, np.int64)
        self._value = np.full(n, np.nan)
        self._status = np.zeros(n, np.uint32)
        self._text: list[str | None] = [None] * n
        self._revision = np.zeros(n, np.int64)
        self._lock = Lock()
        self.revision = 0
        self.committed_us = 0

    def update(self, readings: pa.Table, heard_us: int | None = None) -> None:
        """Take in READINGS; rows of signals that the site does not know are passed over.

        ``heard_us`` is the time on the wall when they came; their server time if left out. [us]
        """
        if not readings.num_rows:
            return
        column = readings.column("signal").unify_dictionaries().combine_chunks()
        names = column.dictionary.to_pylist()
        index = np.array([self._at.get(n, -1) for n in names], np.int64)[np.asarray(column.indices)]
        times = np.asarray(readings.column("time").cast(pa.int64()))
        order = np.lexsort((np.arange(len(times)), times, index))
        last = order[np.append(index[order][1:] != index[order][:-1], True)]
        with self._lock:
            last = last[index[last] >= 0]
            reports = np.asarray(readings.column("server_time").cast(pa.int64()))[last]
            self._heard[index[last]] = reports if heard_us is None else heard_us
            self._report[index[last]] = np.maximum(self._report[index[last]], reports)
            self._store(readings, index, times, last)

    def _store(self, readings: pa.Table, index: np.ndarray, times: np.ndarray, last: np.ndarray) -> None:
        at = index[last]
        newer = times[last] >= self._time[at]
        rows, at = last[newer], at[newer]
        self.revision += 1
        values = readings.column("value").to_numpy(zero_copy_only=False)
        self._time[at], self._value[at] = times[rows], values[rows]
        self._status[at] = np.asarray(readings.column("status"))[rows]
        self._revision[at] = self.revision
        if readings.column("text").null_count == len(readings):
            for i in at[[self._text[i] is not None for i in at]]:
                self._text[i] = None
            return
        texts = readings.column("text").take(pa.array(rows)).to_pylist()
        for i, text in zip(at, texts, strict=True):
            self._text[i] = text

    def commit(self, server_time_us: int) -> None:
        """Mark everything received up to a server time as held by history. [us]"""
        self.committed_us = max(self.committed_us, server_time_us)

    def shift(self, step_us: int) -> None:
        """Count ages by a clock that was set: by how much, forward or back. [us]"""
        with self._lock:
            self._heard[self._heard >= 0] += step_us

    def changed_since(self, revision: int) -> list[str]:
        """Name the signals that changed after a revision."""
        return [self._signals[i].name for i in np.flatnonzero(self._revision > revision)]

    def value(self, signal: str, now_us: int) -> LiveValue:
        """Return one signal's value as it stands.

        Parameters
        ----------
        signal
            Name of a signal of the site.
        now_us
            The time now. [us]

        Returns
        -------
        value
            Last reading, age and staleness.

        Raises
        ------
        KeyError
            If the site has no such signal.
        """
        i = self._at[signal]
        with self._lock:
            time_us, report_us, status = int(self._time[i]), int(self._report[i]), int(self._status[i])
            heard_us = int(self._heard[i])
            value, text = float(self._value[i]), self._text[i]
        seen = time_us >= 0
        return LiveValue(
            signal,
            from_us(time_us) if seen else None,
            None if isnan(value) else value,
            text,
            status,
            max(0, now_us - heard_us) / 1e6 if seen else None,
            self.stale(self._signals[i], heard_us, now_us),
            report_us <= self.committed_us,
        )

    def stale(self, signal: Signal, heard_us: int, now_us: int) -> str:
        """Say why a signal is stale, or nothing where it is not.

        Silence on a constant is not stale: only a lost heartbeat, or a silence longer than the site declares.

        Parameters
        ----------
        signal
            The signal.
        heard_us
            When its last report came, negative where there is none. [us]
        now_us
            The time now. [us]

        Returns
        -------
        reason
            Why it is stale; empty where it is not.
        """
        if signal.connection and not self._connected(signal.connection):
            return f"connection {signal.connection} is lost"
        if signal.max_gap_s is not None and heard_us >= 0 and now_us - heard_us > signal.max_gap_s * 1e6:
            return f"no report for more than {signal.max_gap_s:g} s"
        return ""
