"""What a Sparkplug host application knows of its edge nodes, and what their messages mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from arkwright.connect.reach import LONGEST_TEXT
from arkwright.connect.sparkplug_codec import (
    DataSet,
    Metric,
    Payload,
    Template,
    decode,
    read_plain,
    read_signed,
)
from arkwright.core.catalog import Inlet
from arkwright.core.errors import SourceError, UnitError
from arkwright.core.plant import Signal
from arkwright.core.quantity import find_unit
from arkwright.core.tables import (
    BAD,
    BAD_NO_DATA,
    BAD_NOT_CONNECTED,
    GOOD,
    UNCERTAIN,
    ReadingsBuilder,
    Scale,
    from_us,
    to_us,
)

_REBIRTH_PAUSE_US = 10_000_000  # a node that cannot answer must not be asked in a storm
_HISTORY_WAIT_US = 10_000_000  # how long after a birth historical data may still fill the gap
_QUALITY = {192: GOOD, 0: BAD, 500: UNCERTAIN}  # Sparkplug 3.0.0, section 6.4.14: good, bad, stale
_VERBS = frozenset({"NBIRTH", "NDEATH", "NDATA", "DBIRTH", "DDEATH", "DDATA"})


@dataclass
class Node:
    """One edge node: its births, where its sequence stands, and the QoS that its data come with. [1]

    ``born`` names the devices whose births were heard; ``jumped`` says that the sequence broke since then, so
    that a new connection is no news any more.
    """

    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    types: dict[tuple[str, str], int] = field(default_factory=dict)
    scales: dict[int, Scale | None] = field(default_factory=dict)
    bd_seq: int | None = None
    seq: int | None = None
    asked_us: int = -_REBIRTH_PAUSE_US
    heard_us: int | None = None
    away_from_us: int | None = None
    gap: tuple[int, int] | None = None
    qos: int = 1
    born: set[str] = field(default_factory=set)
    jumped: bool = False


class Host:
    """Turns messages into readings; knows no network and no clock."""

    def __init__(self, signals: Sequence[Signal], inlet: Inlet, resume: Mapping[str, object]) -> None:
        self._inlet = inlet
        self._signals = {s.address: s for s in signals}
        self._scales: dict[str, Scale | None] = {s.address: _scale(s) for s in signals}
        self.nodes: dict[str, Node] = {}
        self.readings = ReadingsBuilder()
        self.rebirths: list[str] = []
        self.has_births = False
        self._told: set[str] = set()
        self.n_unknown = 0
        self._restore(resume)

    def begin(self, nodes: Mapping[str, Node], is_kept: bool) -> None:
        """Take up the nodes of the session before, and note from when on data may be missing.

        Data sent at QoS 0 during our absence, and all data if the broker did not keep our session, are lost
        unless the node sends them as history.

        Parameters
        ----------
        nodes
            The nodes as the session before left them; none after a restart of this process.
        is_kept
            Whether the broker still had our session.
        """
        self.nodes.update(nodes)
        last = self._inlet.last_reading
        for node in self.nodes.values():
            since = node.heard_us or (to_us(last) if last is not None else None)
            if since is not None and not (node.qos and is_kept):
                node.seq = None
                node.away_from_us = node.away_from_us or since

    def hear(self, topic: str, raw: bytes, now_us: int, qos: int = 1) -> None:
        """Take in one message.

        Parameters
        ----------
        topic
            Its MQTT topic.
        raw
            Its payload.
        now_us
            Time of receipt. [us]
        qos
            Quality of service it came with. [1]
        """
        parts = topic.split("/")
        if len(parts) not in (4, 5) or parts[2] not in _VERBS:
            return
        if parts[2].endswith("DATA") and self._plain_data(f"{parts[1]}/{parts[3]}", raw, now_us, qos):
            return
        self._hear_whole(topic, raw, now_us, qos)

    def _hear_whole(self, topic: str, raw: bytes, now_us: int, qos: int) -> None:
        parts = topic.split("/")
        try:
            payload = decode(raw)
        except SourceError as error:
            self._refuse(topic, str(error), wanted="a Sparkplug B payload")
            return
        name, device = f"{parts[1]}/{parts[3]}", parts[4] if len(parts) == 5 else ""
        node = self.nodes.setdefault(name, Node())
        if parts[2] == "NDEATH":
            self._node_death(name, node, payload, now_us)
            return
        if parts[2].endswith("DATA") and node.qos != qos:
            node.qos, self.has_births = qos, True
        self._welcome(name, node, payload, now_us, is_birth=parts[2] == "NBIRTH")
        self._check_seq(name, node, payload, now_us, is_birth=parts[2] == "NBIRTH")
        if parts[2] == "DDEATH":
            self._mark_lost(name, device, now_us)
        elif parts[2].endswith("BIRTH"):
            self._birth(name, node, device, payload)
        else:
            self._data(name, node, device, payload, now_us)
        node.heard_us = now_us

    def settle(self, now_us: int) -> None:
        """Report the gaps that no historical data has filled in time.

        Parameters
        ----------
        now_us
            Time now. [us]
        """
        for name, node in self.nodes.items():
            if node.gap is not None and now_us > node.gap[1] + _HISTORY_WAIT_US:
                self._tell_gap(name, node)

    def resume(self) -> dict[str, object]:
        """Return what a later session needs to read data sent under today's births."""
        return {"nodes": {name: _saved(node) for name, node in self.nodes.items()}}

    def _restore(self, resume: Mapping[str, object]) -> None:
        nodes = resume.get("nodes")
        for name, row in (nodes if isinstance(nodes, dict) else {}).items():
            names = {int(a): (str(p[0]), str(p[1])) for a, p in row.get("names", {}).items()}
            types = {(str(p[0]), str(p[1])): int(p[2]) for p in row.get("names", {}).values()}
            self.nodes[name] = Node(names, types, bd_seq=row.get("bd_seq"), qos=int(row.get("qos", 1)))

    # ------------------------------------------------------------------------------------------ life
    def _welcome(self, name: str, node: Node, payload: Payload, now_us: int, *, is_birth: bool) -> None:
        """End an absence: what the node measured meanwhile is missing, until history says otherwise."""
        is_new = is_birth and node.bd_seq not in (None, _bd_seq(payload))
        if is_new and node.away_from_us is None and not node.jumped:
            node.away_from_us = node.heard_us  # a new connection, and we never heard of the old one's end
        if node.away_from_us is not None:
            if node.gap is not None:
                self._tell_gap(name, node)  # away again, and the absence before was never filled
            node.gap, node.away_from_us = (node.away_from_us, now_us), None

    def _birth(self, name: str, node: Node, device: str, payload: Payload) -> None:
        if not device:
            node.names, node.types = {}, {}
            node.bd_seq = _bd_seq(payload)
            node.born, node.jumped = set(), False
        node.born.add(device)
        self.has_births = True
        node.scales.clear()
        for metric in payload.metrics:
            node.types[device, metric.name] = metric.datatype
            if metric.alias is not None and metric.name:
                node.names[metric.alias] = (device, metric.name)
            address = self._address(name, device, metric.name)
            if address in self._signals:
                self._check_unit(address, metric)
                if metric.value is not None:
                    self._reading(address, metric, payload, node)

    def _node_death(self, name: str, node: Node, payload: Payload, now_us: int) -> None:
        bd_seq = _bd_seq(payload)
        # The will of an earlier connection may arrive after the next birth.
        if node.bd_seq is not None and bd_seq != node.bd_seq:
            return
        if node.away_from_us is None:
            node.away_from_us = node.heard_us or now_us
        node.seq = None
        self._mark_lost(name, None, now_us)

    def _mark_lost(self, name: str, device: str | None, now_us: int) -> None:
        prefix = f"{name}/" if device is None else f"{name}/{device}/"
        for address, scale in self._scales.items():
            if address.startswith(prefix) and scale is not None:
                self.readings.add(scale, now_us, None, BAD_NOT_CONNECTED)

    def _check_seq(self, name: str, node: Node, payload: Payload, now_us: int, *, is_birth: bool) -> None:
        expected = None if is_birth or node.seq is None else (node.seq + 1) % 256
        if expected is not None and payload.seq not in (expected, None):
            node.jumped = True
            # A node that comes with history was away, and is telling what it measured meanwhile.
            if not any(m.is_historical for m in payload.metrics):
                reason = f"sequence {payload.seq} instead of {expected}"
                self._gap(name, node.heard_us or now_us, now_us, reason)
            self.ask_rebirth(name, node, now_us)
        node.seq = payload.seq if payload.seq is not None else node.seq

    def ask_rebirth(self, name: str, node: Node, now_us: int) -> None:
        """Ask a node for its births, at most once in 10 s."""
        if now_us - node.asked_us >= _REBIRTH_PAUSE_US:
            node.asked_us = now_us
            self.rebirths.append(name)

    # ------------------------------------------------------------------------------------------ data
    def _data(self, name: str, node: Node, device: str, payload: Payload, now_us: int) -> None:
        # Right after a rebirth was asked for, births are under way, and say how the values stand.
        is_early = device not in node.born and now_us - node.asked_us < _REBIRTH_PAUSE_US
        if node.bd_seq is None and not node.names:
            self.ask_rebirth(name, node, now_us)
        for metric in payload.metrics:
            if metric.name:
                place = (device, metric.name)
            elif metric.alias in node.names:
                place = node.names[metric.alias]
            else:
                self.n_unknown += 1
                if not is_early:
                    found = f"alias {metric.alias} has no birth"
                    self._refuse(f"{name}/{device}", found, wanted="a birth first")
                self.ask_rebirth(name, node, now_us)
                continue
            if not metric.datatype and isinstance(metric.value, int):
                metric.value = read_signed(metric.value, node.types.get(place, 0))
            address = self._address(name, *place)
            if address in self._signals:
                self._reading(address, metric, payload, node)
            else:
                self.n_unknown += 1

    def _plain_data(self, name: str, raw: bytes, now_us: int, qos: int) -> bool:
        # The road for high rates: no Metric objects, and one look-up a value. What is new goes the other one.
        node = self.nodes.get(name)
        is_usual = node is not None and node.seq is not None and node.qos == qos
        plain = read_plain(raw) if is_usual else None
        if node is None or plain is None or plain.seq != ((node.seq or 0) + 1) % 256:
            return False
        try:
            scales = [self._route(name, node, alias) for alias, _, _ in plain.rows]
        except KeyError:
            return False
        node.seq, node.heard_us = plain.seq, now_us
        for scale, (_, time_ms, value) in zip(scales, plain.rows, strict=True):
            if scale is not None:
                self.readings.add(scale, time_ms * 1000, value)
            else:
                self.n_unknown += 1
        return True

    def _route(self, name: str, node: Node, alias: int) -> Scale | None:
        if alias not in node.scales:
            node.scales[alias] = self._scales.get(self._address(name, *node.names[alias]))
        return node.scales[alias]

    def _reading(self, address: str, metric: Metric, payload: Payload, node: Node) -> None:
        scale = self._scales[address]
        if scale is None or metric.is_transient:
            return
        if metric.is_historical:
            node.gap = None
        time_ms = metric.time_ms if metric.time_ms is not None else payload.time_ms
        value, status = metric.value, _status(metric)
        if isinstance(value, (bytes, list, DataSet, Template)):
            self._refuse(address, f"value of datatype {metric.datatype}", wanted="a number or text")
            return
        if isinstance(value, str) and not self._is_text(address, value):
            return
        value = value[:LONGEST_TEXT] if isinstance(value, str) else value
        time_us = time_ms * 1000 if time_ms is not None and time_ms < 2**52 else None
        self.readings.add(scale, time_us, value, status)

    def _is_text(self, address: str, value: str) -> bool:
        """Say whether text is what was declared; text that is too long is told, and cut by the caller."""
        if self._signals[address].kind != "text":
            self._refuse(address, f"text '{value[:40]}'", wanted="a number, as declared")
            return False
        if len(value) > LONGEST_TEXT:
            self._refuse(
                address, f"text of {len(value)} characters", wanted=f"at most {LONGEST_TEXT}; it was cut"
            )
        return True

    def _address(self, name: str, device: str, metric: str) -> str:
        address = f"{name}/{device}/{metric}"
        return f"{name}/{metric}" if not device and address not in self._signals else address

    def _check_unit(self, address: str, metric: Metric) -> None:
        signal, sent = self._signals[address], metric.properties.get("engUnit")
        self._scales[address] = _scale(signal)
        if not isinstance(sent, str) or not sent or signal.kind == "text":
            return
        try:
            fits = find_unit(signal.quantity, sent) == signal.declared_unit()
        except UnitError:
            fits = False
        if not fits:
            self._scales[address] = None
            fix = f"set the unit of '{signal.name}' in signals.csv to what the node sends, if that is right"
            self._refuse(address, f"the node sends '{sent}'", wanted=f"'{signal.unit}' as declared", fix=fix)

    # ------------------------------------------------------------------------------------------ telling
    def _tell_gap(self, name: str, node: Node) -> None:
        if node.gap is not None:
            self._gap(name, *node.gap, "edge node was away and has sent no history")
            node.gap = None

    def _gap(self, name: str, start_us: int, end_us: int, reason: str) -> None:
        names = [s.name for a, s in self._signals.items() if a.startswith(f"{name}/")]
        if names and end_us > start_us:
            self._inlet.gap(from_us(start_us), from_us(end_us), f"{name}: {reason}", names)

    def _refuse(self, subject: str, found: str, *, wanted: str, fix: str = "") -> None:
        # Once a subject and session is enough for a person; a broken node may send thousands.
        if subject not in self._told:
            self._told.add(subject)
            self._inlet.refuse(subject, found, wanted=wanted, fix=fix)


def _bd_seq(payload: Payload) -> int | None:
    value = next((m.value for m in payload.metrics if m.name == "bdSeq"), None)
    return value if isinstance(value, int) else None


def _saved(node: Node) -> dict[str, object]:
    names = {str(alias): [*place, node.types.get(place, 0)] for alias, place in node.names.items()}
    return {"bd_seq": node.bd_seq, "names": names, "qos": node.qos}


def _status(metric: Metric) -> int:
    if metric.is_null or metric.value is None:
        return BAD_NO_DATA
    quality = metric.properties.get("Quality") if metric.properties else None
    return _QUALITY.get(quality, GOOD) if isinstance(quality, int) else GOOD


def _scale(signal: Signal) -> Scale:
    if signal.kind == "text":
        return Scale(signal.name)
    unit = signal.declared_unit()
    return Scale(signal.name, unit.factor, unit.offset)
