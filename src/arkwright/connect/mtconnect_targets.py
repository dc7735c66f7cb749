"""From data items to signals: which observation becomes which reading, in which unit, or why it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from arkwright.connect.guess import match_unit
from arkwright.connect.mtconnect_model import UNAVAILABLE, DataItem, Element, Model, local
from arkwright.connect.mtconnect_streams import Seen
from arkwright.connect.mtconnect_units import is_same_unit
from arkwright.core.catalog import Inlet
from arkwright.core.errors import ArkwrightError, SourceError, UnitError
from arkwright.core.plant import Signal
from arkwright.core.quantity import Unit, find_quantity
from arkwright.core.tables import (
    BAD_DECODING_ERROR,
    BAD_NO_DATA,
    BAD_NOT_CONNECTED,
    ReadingsBuilder,
    Scale,
    Waveform,
    from_us,
)

AXES = ("x", "y", "z")


@dataclass(frozen=True)
class Target:
    """A signal, the data item it comes from, the part of it, and how it becomes canonical."""

    signal: Signal
    item: DataItem
    part: str
    scale: Scale


Targets = Mapping[str, Sequence[Target]]


def find_targets(model: Model, signals: Sequence[Signal], inlet: Inlet) -> Targets:
    """Find the data item of every signal, by its id; what is wrong is refused one by one.

    Parameters
    ----------
    model
        What the agent answered to ``/probe``.
    signals
        The signals of the connection.
    inlet
        Told of every signal that the agent cannot serve.

    Returns
    -------
    targets
        By id of the data item.
    """
    found: dict[str, list[Target]] = {}
    for signal in signals:
        try:
            target = _target(model, signal)
        except ArkwrightError as error:
            inlet.refuse(signal.name, error.found, wanted=error.wanted, fix=error.fix)
            continue
        found.setdefault(target.item.id, []).append(target)
    return found


def _target(model: Model, signal: Signal) -> Target:
    address, _, part = signal.address.partition("#")
    item = model.find(address)
    if item is None:
        raise SourceError(
            f"no data item '{address}'", wanted="the id of one of the agent's", fix="Browse the connection."
        )
    _check_kind(item, signal, part)
    if signal.kind == "text":
        return Target(signal, item, part, Scale(signal.name))
    unit = signal.declared_unit()
    check_unit(item, signal.quantity, unit)
    return Target(signal, item, part, Scale(signal.name, unit.factor, unit.offset))


def _check_kind(item: DataItem, signal: Signal, part: str) -> None:
    if signal.kind == "waveform" and item.representation != "TIME_SERIES":
        raise SourceError(f"'{item.id}' is no time series", wanted="kind value or text")
    if signal.kind == "value" and item.category == "CONDITION":
        raise SourceError(f"'{item.id}' is a condition", wanted="kind text")
    if signal.kind == "value" and item.is_vector and part not in AXES:
        raise SourceError(f"'{item.id}' is a vector", wanted=" or ".join(f"{item.id}#{a}" for a in AXES))


def check_unit(item: DataItem, quantity: str, unit: Unit) -> None:
    """Refuse a data item that comes in another unit than the signal declares.

    Parameters
    ----------
    item
        Data item as the device model declares it.
    quantity
        Quantity of the signal.
    unit
        Unit that the signal declares.

    Raises
    ------
    UnitError
        If the model says another unit. A unit that neither the house nor the standard knows is not
        judged: the signal's word stands.
    """
    said = (item.units or item.native_units).removesuffix("_3D")
    if not said:
        return
    known, stranger = match_unit(quantity, [said])
    same = known == unit if known else None
    if same is None:
        same = is_same_unit(said, (unit.name, *unit.also))
    if same or (same is None and not stranger):
        return
    raise UnitError(
        f"data item '{item.id}' comes in {said}",
        wanted=f"{unit.name} as signals.csv declares",
        fix="Write the unit of the agent into signals.csv.",
    )


@dataclass
class Collector:
    """Turns observations into readings and waveforms; what cannot be read is refused once a session."""

    targets: Targets
    inlet: Inlet
    readings: ReadingsBuilder = field(default_factory=ReadingsBuilder)
    waveforms: list[Waveform] = field(default_factory=list)
    newest_us: int = 0
    _told: set[str] = field(default_factory=set)

    def take(self, seen: Sequence[Seen]) -> None:
        """Take in observations, in order.

        Parameters
        ----------
        seen
            Observations of wanted data items.
        """
        groups: dict[tuple[str, int | None], list[Seen]] = {}
        for one in seen:
            if not is_gone(one.element):  # the agent's own word, with the agent's clock
                self.newest_us = max(self.newest_us, one.time_us or 0)
            joined = self.targets[one.item][0].item.category == "CONDITION"
            key = (one.item, one.time_us) if joined else ("", one.sequence)
            groups.setdefault(key, []).append(one)
        for group in groups.values():
            for target in self.targets[group[0].item]:
                self._take(target, group)

    def _take(self, target: Target, group: Sequence[Seen]) -> None:
        if group[0].time_us is None:
            stamp = group[0].element.get("timestamp", "")[:50]
            self._refuse(target, f"time '{stamp}' cannot be read", "an ISO 8601 time; stamped on receipt")
        if target.item.category == "CONDITION":
            self._condition(target, group)
            return
        for one in group:
            self._one(target, one)

    def _condition(self, target: Target, group: Sequence[Seen]) -> None:
        """Say all that became active at one time in one text: a signal has one reading at a time."""
        texts = [condition_text(s.element) for s in group]
        said = " | ".join(t for t in texts if t)
        status = 0 if said else BAD_NO_DATA
        self.readings.add(target.scale, group[0].time_us, said or None, status)

    def _one(self, target: Target, seen: Seen) -> None:
        text = part_text(target, seen.element)
        if text is None or text == UNAVAILABLE:
            gone = BAD_NOT_CONNECTED if target.item.type == "AVAILABILITY" else BAD_NO_DATA
            if target.signal.kind != "waveform":
                self.readings.add(target.scale, seen.time_us, None, gone)
        elif target.signal.kind == "text":
            self.readings.add(target.scale, seen.time_us, text)
        elif target.item.representation == "TIME_SERIES":
            self._series(target, seen, text)
        else:
            self._number(target, seen.time_us, text)

    def _number(self, target: Target, time_us: int | None, text: str) -> None:
        try:
            self.readings.add(target.scale, time_us, float(text))
        except ValueError:
            self.readings.add(target.scale, time_us, None, BAD_DECODING_ERROR)
            self._refuse(target, f"'{text[:50]}' is no number", "a number, or kind text in signals.csv")

    def _series(self, target: Target, seen: Seen, text: str) -> None:
        try:
            values = np.array([float(word) for word in text.split()])
            rate_hz = float(seen.element.get("sampleRate") or target.item.sample_rate_hz or 0.0)
            count = int(seen.element.get("sampleCount") or len(values))
        except ValueError:
            self._refuse(target, "a time series that is not numbers", "numbers, a sampleRate, a sampleCount")
            return
        if (
            not (np.isfinite(rate_hz) and rate_hz > 0)
            or len(values) != count
            or not count
            or not seen.time_us
        ):
            found = f"{len(values)} of {count} values at {rate_hz:g} Hz"
            self._refuse(target, found, "all values, a time and a sample rate")
            return
        # The time of a series is that of its last value.
        first_us = seen.time_us - round((count - 1) * 1e6 / rate_hz)
        if target.signal.kind == "waveform":
            self.waveforms.append(_waveform(target, first_us, values, rate_hz))
            return
        for k, value in enumerate(values.tolist()):
            self.readings.add(target.scale, first_us + round(k * 1e6 / rate_hz), value)

    def _refuse(self, target: Target, found: str, wanted: str) -> None:
        if target.signal.name not in self._told:
            self._told.add(target.signal.name)
            self.inlet.refuse(
                target.signal.name, found, wanted=wanted, fix=f"See data item '{target.item.id}'."
            )


def _waveform(target: Target, first_us: int, values: NDArray[np.float64], rate_hz: float) -> Waveform:
    samples = (values * target.scale.factor + target.scale.offset).astype(np.float32)
    unit = find_quantity(target.signal.quantity).canonical
    return Waveform(target.signal.name, from_us(first_us), samples, rate_hz, unit)


def is_gone(element: Element) -> bool:
    """Say whether an observation tells that there is none."""
    return (element.text or "").strip() == UNAVAILABLE or local(element).upper() == UNAVAILABLE


def condition_text(element: Element) -> str:
    """Say a condition in words: level, native code, qualifier and text; empty where it is unavailable."""
    if is_gone(element):
        return ""
    words = (
        local(element).upper(),
        element.get("nativeCode", ""),
        element.get("qualifier", ""),
        (element.text or "").strip(),
    )
    return " ".join(w for w in words if w)


def part_text(target: Target, element: Element) -> str | None:
    """Return the text of an observation, or of the part that a signal wants; None if it is not there."""
    text = (element.text or "").strip()
    if not target.part or text == UNAVAILABLE:
        return text or _entries(element)
    if target.part in AXES and target.item.is_vector:
        words = text.split()
        return words[AXES.index(target.part)] if len(words) == len(AXES) else None
    entry = next((e for e in element if e.get("key") == target.part), None)
    return None if entry is None else (entry.text or "").strip()


def _entries(element: Element) -> str:
    return " ".join(f"{e.get('key')}={(e.text or '').strip()}" for e in element)
