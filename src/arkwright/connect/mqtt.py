"""Plain MQTT: JSON or bare scalars on topics of any shape."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from arkwright.connect.guess import guess_signal
from arkwright.connect.mqtt_link import SETTINGS, Link, Message, examine, now_us, open_link
from arkwright.connect.reach import LONGEST_TEXT
from arkwright.core.catalog import Batch, Inlet, Source, Step, Suggestion
from arkwright.core.errors import UnitError
from arkwright.core.plant import Connection, Signal
from arkwright.core.quantity import find_unit
from arkwright.core.tables import BAD, BAD_NO_DATA, GOOD, UNCERTAIN, ReadingsBuilder, Scale, from_us, to_us

_QUALITY = {"good": GOOD, "ok": GOOD, "bad": BAD, "uncertain": UNCERTAIN, "stale": UNCERTAIN}
_heard: dict[tuple[str, str], datetime] = {}  # when a cut session last heard something, for the next one
_PLACE = re.compile(r"\{[^/}]*\}")


@dataclass(frozen=True)
class _Target:
    signal: Signal
    scale: Scale
    value_path: str


class Reader:
    """Turns messages into readings; an address is ``topic`` or ``topic#json.path``."""

    def __init__(self, connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
        self._paths = {k: str(connection.settings.get(k, k)) for k in ("value", "time", "unit", "quality")}
        self._inlet = inlet
        self._is_first = inlet.last_reading is None
        self._told: set[str] = set()
        self.readings = ReadingsBuilder()
        self.heard = _heard.get((connection.name, connection.url))
        # Topics heard at QoS 0: what is sent on them during a cut, no broker keeps.
        self.unkept = set(map(str, _list(inlet.resume.get("unkept"))))
        self.targets: dict[str, list[_Target]] = {}
        for signal in signals:
            topic, _, path = signal.address.partition("#")
            target = _Target(signal, _scale(signal), path or self._paths["value"])
            self.targets.setdefault(topic, []).append(target)

    def hear(self, message: Message) -> None:
        """Take in one message."""
        self.heard = from_us(message.time_us)
        if message.topic in self.targets and not message.qos and not message.retain:
            self.unkept.add(message.topic)
        for target in self.targets.get(message.topic, ()):
            try:
                self._take(target, message)
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
                self._refuse(
                    message.topic, f"{type(error).__name__}: {error}", "JSON with a value, or a number"
                )

    def tell_gap(self, is_kept: bool, now: datetime) -> None:
        """Report what the broker cannot have kept since the last reading, if there may be such.

        Parameters
        ----------
        is_kept
            Whether the broker still had our session.
        now
            End of the gap: from now on messages are heard again.
        """
        since = self.heard or self._inlet.last_reading
        topics = self.unkept if is_kept else set(self.targets)
        names = sorted(t.signal.name for topic in topics for t in self.targets.get(topic, ()))
        if since is not None and names:
            why = "they are sent at QoS 0" if is_kept else "it had not kept our session"
            self._inlet.gap(since, now, f"the broker kept no messages: {why}", names)

    def _take(self, target: _Target, message: Message) -> None:
        body = _body(message.payload, is_text=target.signal.kind == "text")
        is_object = isinstance(body, Mapping)
        value = _at(body, target.value_path) if is_object else body
        moment = _at(body, self._paths["time"], None) if is_object else None
        time_us = None if moment is None else read_time(moment)
        # A retained value without a time of its own would be stamped anew at every subscription.
        if message.retain and time_us is None and not self._is_first:
            return
        unit = _at(body, self._paths["unit"], None) if is_object else None
        if unit is not None and not self._unit_fits(target.signal, str(unit)):
            return
        status = _status(_at(body, self._paths["quality"], None) if is_object else None)
        fitting = self._fit(target, _scalar(value))
        self.readings.add(target.scale, time_us, fitting, BAD_NO_DATA if value is None else status)

    def _fit(self, target: _Target, value: float | str | None) -> float | str | None:
        if not isinstance(value, str):
            return value
        if target.signal.kind != "text":
            raise ValueError(f"text '{value[:40]}' where a number is declared")
        if len(value) > LONGEST_TEXT:
            found = f"text of {len(value)} characters"
            self._refuse(target.signal.address, found, f"at most {LONGEST_TEXT}; it was cut")
        return value[:LONGEST_TEXT]

    def _unit_fits(self, signal: Signal, sent: str) -> bool:
        try:
            fits = find_unit(signal.quantity, sent) == signal.declared_unit()
        except UnitError:
            fits = False
        if not fits:
            self._refuse(signal.address, f"the message states '{sent}'", f"'{signal.unit}' as declared")
        return fits

    def _refuse(self, subject: str, found: str, wanted: str) -> None:
        if subject not in self._told:
            self._told.add(subject)
            self._inlet.refuse(
                subject, found[:300], wanted=wanted, fix="correct signals.csv or the publisher"
            )


def read_time(moment: object) -> int:
    """Read an ISO time, or a number of s, ms or us since the epoch, told apart by its size. [us]

    Raises
    ------
    ValueError
        If it is none of these.
    """
    if isinstance(moment, bool) or not isinstance(moment, (str, int, float)):
        raise ValueError(f"time {moment!r} is neither ISO nor a number")
    if isinstance(moment, str):
        parsed = datetime.fromisoformat(moment)
        return to_us(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))
    if not abs(moment) < 1e17:  # the year 5138 in us; NaN too is caught here
        raise ValueError(f"time {moment} is no time")
    # 1e11 s is the year 5138 and 1e11 ms is 1973: nothing a plant sends lies between.
    factor = 1_000_000 if abs(moment) < 1e11 else 1000 if abs(moment) < 1e14 else 1
    return round(moment * factor)


def _body(payload: bytes, *, is_text: bool) -> Any:
    text = payload.decode("utf-8").strip()
    try:
        return json.loads(text)
    except ValueError:
        if is_text:
            return text
        raise


def _at(body: Any, path: str, *default: object) -> Any:
    for part in path.split("."):
        try:
            body = body[int(part)] if isinstance(body, list) else body[part]
        except (KeyError, IndexError, TypeError, ValueError):
            if default:
                return default[0]
            raise KeyError(f"no '{path}' in the message") from None
    return body


def _scalar(value: object) -> float | str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return float(value)
    raise ValueError(f"value is {type(value).__name__}")


def _status(quality: object) -> int:
    if isinstance(quality, str):
        return _QUALITY.get(quality.casefold(), UNCERTAIN)
    if isinstance(quality, bool):
        return GOOD if quality else BAD
    if isinstance(quality, int):
        # Classic OPC: one byte, 192 good, 64 uncertain; larger numbers are UA status codes.
        if 0 < quality < 256:
            return GOOD if quality >= 192 else UNCERTAIN if quality >= 64 else BAD
        return quality & 0xFFFF_FFFF
    return GOOD


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _scale(signal: Signal) -> Scale:
    if signal.kind == "text":
        return Scale(signal.name)
    unit = signal.declared_unit()
    return Scale(signal.name, unit.factor, unit.offset)


def _filter(connection: Connection) -> str:
    return _PLACE.sub("+", str(connection.settings.get("topic", "#")))


async def read(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Read one session, until the broker is lost."""
    reader = Reader(connection, signals, inlet)
    async with open_link(connection) as link:
        topics = [_filter(connection)] if "topic" in connection.settings else list(reader.targets)
        await link.subscribe(topics)
        inlet.beat()
        reader.tell_gap(link.is_kept, datetime.now(UTC))
        try:
            await _listen(link, reader, inlet)
        finally:
            if reader.heard is not None:
                _heard[connection.name, connection.url] = reader.heard


async def _listen(link: Link, reader: Reader, inlet: Inlet) -> None:
    n_unkept = len(reader.unkept)
    while True:
        messages = await link.take()
        if link.client.is_connected():
            inlet.beat()
        for message in messages:
            reader.hear(message)
        if messages:
            readings = reader.readings.take(now_us())
            resume = {"unkept": sorted(reader.unkept)} if len(reader.unkept) != n_unkept else None
            n_unkept = len(reader.unkept)
            await inlet.put(Batch(readings, resume=resume, acknowledge=link.acknowledger(messages)))


async def browse(connection: Connection) -> list[Suggestion]:
    """Listen, and suggest a signal for every topic with a number in it."""
    found: dict[str, Suggestion] = {}
    async with open_link(connection, is_persistent=False) as link:
        await link.subscribe([_filter(connection)])
        end = asyncio.get_running_loop().time() + float(str(connection.settings.get("browse_s", 10)))
        while asyncio.get_running_loop().time() < end:
            for message in await link.take():
                found.update((s.address, s) for s in _suggest(connection, message))
    return [found[address] for address in sorted(found)]


def _suggest(connection: Connection, message: Message) -> list[Suggestion]:
    try:
        body = _body(message.payload, is_text=False)
    except (ValueError, RecursionError):
        return []
    if not isinstance(body, Mapping):
        return [_suggestion(message.topic, body, "")] if _is_number(body) else []
    value, unit = (str(connection.settings.get(k, k)) for k in ("value", "unit"))
    if _is_number(_at(body, value, None)):
        return [_suggestion(message.topic, _at(body, value), str(_at(body, unit, "")))]
    return [_suggestion(f"{message.topic}#{k}", v, "") for k, v in body.items() if _is_number(v)]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _suggestion(address: str, value: object, unit: str) -> Suggestion:
    # Folders of a topic are often the plant's areas: only its last two words tell of the signal itself.
    parts = re.split(r"[/#]", address)
    guess = guess_signal(".".join(parts[-2:]), unit=unit)
    return Suggestion(
        address, parts[-1], guess.quantity, guess.unit, guess.why, guess.confidence, sample=str(value)[:40]
    )


async def diagnose(connection: Connection) -> list[Step]:
    """Try each step from the broker's name to the first message."""
    return await examine(connection, [_filter(connection)])


SOURCE = Source(
    name="mqtt",
    title="MQTT",
    schemes=("mqtt", "mqtts"),
    read=read,
    browse=browse,
    diagnose=diagnose,
    settings={
        **SETTINGS,
        "topic": "template of the topics, as plant/{area}/{asset}/{signal}",
        "value": "path of the value in a JSON message, parts joined by dots; value where it is left out",
        "time": "path of the time; time where it is left out",
        "unit": "path of the unit; unit where it is left out",
        "quality": "path of the quality; quality where it is left out",
    },
    replays="QoS 1: what the broker queued for the persistent session; QoS 0: nothing, a gap event instead.",
    example_url="mqtt://127.0.0.1:1883",
)
