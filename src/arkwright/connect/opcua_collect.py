"""Gather notifications into batches: canonical units, nothing doubled by a new subscription, losses told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arkwright.connect.opcua_nodes import Item
from arkwright.connect.opcua_wire import NO_TIME, Message, Odd, Scalars
from arkwright.connect.reach import LONGEST_TEXT
from arkwright.core.catalog import Inlet
from arkwright.core.tables import (
    BAD_NO_DATA,
    BAD_OUT_OF_RANGE,
    READINGS,
    TIME,
    ReadingsBuilder,
    Scale,
    Waveform,
    concat,
    constant_name,
    from_us,
    is_bad,
    is_good,
)

OVERFLOW = (
    0x0480  # info type DataValue with the overflow bit: the queue at the server ran over (OPC 10000-4, 7.39)
)


class Collector:
    """Readings and waveforms of one subscription, gathered until :meth:`take`.

    Handles count the items from 0; behind them come the nodes that tell rates and speeds of waveforms.
    """

    def __init__(self, items: Sequence[Item], inlet: Inlet, last_us: dict[str, int] | None = None) -> None:
        self.items = list(items)
        self.inlet = inlet
        self.companions = [
            (at, what, node)
            for at, item in enumerate(self.items)
            for what, node in (("rate", item.rate_node), ("speed", item.speed_node))
            if node is not None
        ]
        n = len(self.items)
        self._names = pa.array([item.signal.name for item in self.items], pa.string())
        self._factor = np.array([item.factor for item in self.items], np.float64)
        self._offset = np.array([item.offset for item in self.items], np.float64)
        self._wants_text = np.array([item.signal.kind == "text" for item in self.items], bool)
        self._last = np.full(n, NO_TIME, np.int64)
        for at, item in enumerate(self.items):
            self._last[at] = (last_us or {}).get(item.signal.name, NO_TIME)
        self._first = self._last != NO_TIME  # the next notification of these may be one that is known already
        self._beside: dict[tuple[int, str], float] = {}
        self._parts: list[Scalars] = []
        self._builder = ReadingsBuilder()
        self._waveforms: list[Waveform] = []
        self._cut: set[str] = set()
        self.n_rows = 0

    @property
    def nodes(self) -> list[Any]:
        """All nodes to monitor, in the order of their handles."""
        return [item.node for item in self.items] + [node for _, _, node in self.companions]

    def last_us(self) -> dict[str, int]:
        """Return the source time of each signal's last notification. [us]"""
        return {
            item.signal.name: int(t) for item, t in zip(self.items, self._last, strict=True) if t != NO_TIME
        }

    def newest_us(self) -> int:
        """Return the newest source time of all signals, NO_TIME if there is none. [us]"""
        return int(self._last.max(initial=NO_TIME))

    # ----------------------------------------------------------------------------------------- taking in
    def take_in(self, message: Message, received_us: int) -> None:
        """Take in a message.

        Parameters
        ----------
        message
            The message, decoded.
        received_us
            Time of receipt. [us]
        """
        for part in message.scalars:
            self._take_scalars(part)
        # Rate and speed first: a record of the same message was taken under them.
        for odd in sorted(message.odd, key=lambda o: o.handle < len(self.items)):
            self._take_odd(odd, received_us)

    def _take_scalars(self, part: Scalars) -> None:
        n = len(self.items)
        beside = part.handles >= n
        if beside.any():
            for at, value in zip(
                (part.handles[beside] - n).tolist(), part.values[beside].tolist(), strict=True
            ):
                self._take_companion(at, value)
            part = _keep(part, ~beside)
        if self._first.any():
            known = self._first[part.handles] & (self._last[part.handles] == part.times_us)
            self._first[part.handles] = False
            part = _keep(part, ~known)
        self._tell_overflow(part)
        self._last[part.handles] = part.times_us
        if self._wants_text[part.handles].any():
            part = self._name_states(part)
        self._parts.append(part)
        self.n_rows += len(part.handles)

    def _name_states(self, part: Scalars) -> Scalars:
        as_text = self._wants_text[part.handles]
        for at in np.flatnonzero(as_text).tolist():
            value, item = part.values[at], self.items[int(part.handles[at])]
            text = None if np.isnan(value) else item.labels.get(int(value), f"{value:g}")
            self._add(int(part.handles[at]), text, int(part.status[at]), int(part.times_us[at]))
        return _keep(part, ~as_text)

    def _tell_overflow(self, part: Scalars) -> None:
        over = (part.status & OVERFLOW) == OVERFLOW
        if not over.any():
            return
        handles = part.handles[over]
        known = self._last[handles]
        ends = part.times_us[over]
        known, ends = known[known != NO_TIME], ends[ends != NO_TIME]
        if known.size and ends.size:
            names = sorted({self.items[h].signal.name for h in handles.tolist()})
            start, end = from_us(int(known.min())), from_us(int(ends.max()))
            self.inlet.gap(start, end, "the queue at the server ran over: raise 'queue'", names)

    def _take_companion(self, at: int, value: object) -> None:
        if at < len(self.companions) and isinstance(value, (int, float)) and np.isfinite(value):
            item, what, _ = self.companions[at]
            self._beside[item, what] = float(value)

    def _take_odd(self, odd: Odd, received_us: int) -> None:
        if odd.handle >= len(self.items):
            self._take_companion(odd.handle - len(self.items), odd.value)
            return
        stamp = NO_TIME if odd.time_us is None else odd.time_us
        is_known = self._first[odd.handle] and self._last[odd.handle] == stamp
        self._first[odd.handle] = False
        self._last[odd.handle] = stamp
        if is_known:
            return
        if self.items[odd.handle].signal.kind == "waveform" and not is_bad(odd.status):
            self._take_waveform(odd, received_us)
        else:
            self._take_text(odd, stamp)

    def _take_text(self, odd: Odd, stamp: int) -> None:
        if isinstance(odd.value, (list, np.ndarray)) and not is_bad(odd.status):
            self._refuse_once(odd.handle, f"an array of {len(odd.value)}", "one value, or kind 'waveform'")
            return
        status = BAD_NO_DATA if odd.value is None and is_good(odd.status) else odd.status
        text = None if odd.value is None or is_bad(odd.status) else _text(odd.value)
        if text is not None and len(text) > LONGEST_TEXT:
            self._refuse_once(
                odd.handle, f"text of {len(text)} characters", f"at most {LONGEST_TEXT}; it was cut"
            )
            text = text[:LONGEST_TEXT]
        self._add(odd.handle, text, status, stamp)

    def _add(self, handle: int, text: str | None, status: int, stamp: int) -> None:
        scale = Scale(self.items[handle].signal.name)
        self._builder.add(scale, None if stamp == NO_TIME else stamp, text, status)
        self.n_rows += 1

    def _take_waveform(self, odd: Odd, received_us: int) -> None:
        item = self.items[odd.handle]
        raw = _samples(odd.value)
        if raw is None:
            self._refuse_once(odd.handle, f"a {type(odd.value).__name__}", "an array of numbers")
            return
        rate_hz = item.signal.rate_hz or self._beside.get((odd.handle, "rate"), 0.0)
        if not raw.size or rate_hz <= 0:
            return
        if not np.isfinite(raw).all():
            self._refuse_once(odd.handle, "NaN or infinity among the samples", "numbers only")
            return
        speed = self._beside.get((odd.handle, "speed"))
        time: datetime = from_us(received_us if odd.time_us is None else odd.time_us)
        samples = (raw * item.factor + item.offset).astype(np.float32)
        speed_rpm = None if speed is None else speed * item.speed_factor
        self._waveforms.append(
            Waveform(item.signal.name, time, samples, rate_hz, item.canonical, odd.status, speed_rpm)
        )
        self.n_rows += 1

    def _refuse_once(self, handle: int, found: str, wanted: str) -> None:
        name = self.items[handle].signal.name
        if name not in self._cut:
            self._cut.add(name)
            self.inlet.refuse(name, found, wanted=wanted, fix="Correct kind or address in signals.csv.")

    # ----------------------------------------------------------------------------------------- handing over
    def take(self, received_us: int) -> tuple[pa.Table, tuple[Waveform, ...]]:
        """Return what was gathered and begin anew.

        Parameters
        ----------
        received_us
            Time of receipt. [us]

        Returns
        -------
        readings
            READINGS in the order of arrival.
        waveforms
            Records in canonical units.
        """
        parts, self._parts = self._parts, []
        waveforms, self._waveforms = tuple(self._waveforms), []
        tables = [self._table(parts, received_us)] if parts else []
        if len(self._builder):
            tables.append(self._builder.take(received_us))
        self.n_rows = 0
        return concat(tables, READINGS), waveforms

    def _table(self, parts: list[Scalars], received_us: int) -> pa.Table:
        handles = np.concatenate([p.handles for p in parts])
        raw = np.concatenate([p.values for p in parts])
        status = np.concatenate([p.status for p in parts])
        times = np.concatenate([p.times_us for p in parts])
        n = len(handles)
        values = raw * self._factor[handles] + self._offset[handles]
        finite = np.isfinite(values)
        # A number that is none may not be Good, whatever its source thinks of it.
        status[~finite & (status >> 30 == 0)] = BAD_OUT_OF_RANGE
        unstamped = times == NO_TIME
        if unstamped.any():
            times = np.where(unstamped, received_us + np.arange(n), times)
        origin = (
            pa.DictionaryArray.from_arrays(
                pa.array(unstamped.astype(np.int32)), pa.array(["source", "server"])
            )
            if unstamped.any()
            else constant_name("source", n)
        )
        return pa.table(
            [
                pa.DictionaryArray.from_arrays(pa.array(handles.astype(np.int32)), self._names),
                pa.array(times).cast(TIME),
                pa.array(np.full(n, received_us, np.int64)).cast(TIME),
                pa.array(values, mask=~finite | (status >> 31 == 1)),
                pa.nulls(n, pa.string()),
                pa.array(status),
                origin,
            ],
            schema=READINGS,
        )


def _keep(part: Scalars, mask: NDArray[np.bool_]) -> Scalars:
    if mask.all():
        return part
    return Scalars(part.handles[mask], part.values[mask], part.status[mask], part.times_us[mask])


def _samples(value: object) -> NDArray[np.float64] | None:
    if value is None:
        return np.empty(0)
    if isinstance(value, np.ndarray):
        return value.astype(np.float64)
    if isinstance(value, list) and all(isinstance(v, (int, float)) for v in value):
        return np.array(value, np.float64)
    return None


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    text = getattr(value, "Text", value)
    return "" if text is None else str(text)
