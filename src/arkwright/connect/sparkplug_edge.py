"""A Sparkplug B edge node: births, data, deaths, and history kept while nobody listens."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from arkwright.connect.sparkplug_codec import DataType, Metric, Payload, decode, encode, guess_datatype
from arkwright.core.errors import SourceError
from arkwright.core.tables import to_us

REBIRTH = "Node Control/Rebirth"


@dataclass(frozen=True)
class EdgeMetric:
    """A metric the node will publish; ``unit`` is sent as the property engUnit."""

    name: str
    unit: str = ""
    datatype: DataType = DataType.DOUBLE
    properties: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class EdgeConfig:
    """Where an edge node connects and as whom.

    ``primary_host`` empty means: publish whoever listens. ``data_qos`` is 0 in the standard; 1 lets a host
    with a persistent session lose nothing. ``period_s`` [s] is how long values are gathered into one message;
    ``retry_s`` [s] the wait between connection attempts.
    """

    group: str
    edge: str
    host: str = "127.0.0.1"
    port: int = 1883
    primary_host: str = ""
    user: str = ""
    password: str = ""
    use_tls: bool = False
    data_qos: int = 0
    period_s: float = 0.1
    retry_s: float = 0.5
    n_keep: int = 100_000
    n_batch: int = 500


@dataclass(slots=True)
class _Point:
    device: str
    metric: Metric


class EdgeNode:
    """An edge node with its devices; ``update`` may be called from any thread.

    Devices are named in ``devices``; the empty name holds the node's own metrics.
    """

    def __init__(self, config: EdgeConfig, devices: Mapping[str, Sequence[EdgeMetric]]) -> None:
        self.config = config
        self._metrics = {d: {m.name: m for m in ms} for d, ms in devices.items()}
        pairs = [(d, m.name) for d, ms in devices.items() for m in ms]
        self._alias = {pair: at for at, pair in enumerate(pairs, start=1)}
        self._last: dict[tuple[str, str], Metric] = {}
        self._kept: deque[_Point] = deque(maxlen=config.n_keep)
        self._live: deque[_Point] = deque()
        self._inflight: dict[int, list[_Point]] = {}
        self._early: set[int] = set()
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._gone = threading.Event()
        self._thread: threading.Thread | None = None
        self._client: Any = None
        self._bd_seq = -1
        self._seq = 0
        self._born = False
        self._rebirth = False
        self._host_online = not config.primary_host
        self._host_time = -1

    @property
    def is_live(self) -> bool:
        """Say whether the node is born and its host listens."""
        return self._born

    @property
    def n_unsent(self) -> int:
        """Count the values not handed to the broker yet. [1]"""
        with self._lock:
            return len(self._kept) + len(self._live) + sum(map(len, self._inflight.values()))

    def start(self) -> None:
        """Begin to connect, in a thread of the node's own."""
        self._thread = threading.Thread(target=self._run, name=f"edge-{self.config.edge}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Publish the death certificate and leave."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def update(self, device: str, name: str, value: Any, moment: datetime | None = None) -> None:
        """Take in a new value; it is published within the period, or kept until somebody listens.

        Raises
        ------
        SourceError
            If the node has no such metric.
        """
        declared = self._metrics.get(device, {}).get(name)
        if declared is None:
            raise SourceError(f"edge node has no metric '{device}/{name}'", wanted="a declared metric")
        time_ms = to_us(moment) // 1000 if moment is not None else _now_ms()
        metric = Metric("", value, declared.datatype, time_ms, self._alias[device, name])
        with self._lock:
            self._last[device, name] = metric
            (self._live if self._born else self._kept).append(_Point(device, metric))

    # ------------------------------------------------------------------------------------------ session
    def _run(self) -> None:
        while not self._stop.is_set():
            self._gone.clear()
            with suppress(OSError):
                self._session()
            self._lose()
            self._stop.wait(self.config.retry_s)

    def _session(self) -> None:
        self._client = client = self._fresh_client()
        client.connect(self.config.host, self.config.port, keepalive=10)
        client.loop_start()
        try:
            while not self._gone.is_set():
                self._wake.wait(self.config.period_s)
                self._wake.clear()
                if self._stop.is_set() or (self._born and not self._host_online):
                    self._die()
                    return
                self._turn()
        finally:
            client.disconnect()
            client.loop_stop()

    def _turn(self) -> None:
        if not self._client.is_connected() or not self._host_online:
            return
        if not self._born or self._rebirth:
            self._rebirth = False
            self._publish_births()
        self._flush(self._kept, historical=True)
        self._flush(self._live, historical=False)

    def _lose(self) -> None:
        with self._lock:
            self._born = False
            unsure = [p for mid in sorted(self._inflight) for p in self._inflight[mid]]
            self._inflight.clear()
            self._early.clear()
            waiting = [*unsure, *self._kept, *self._live]
            self._live.clear()
            self._kept.clear()
            self._kept.extend(waiting)
            self._host_online = not self.config.primary_host

    def _fresh_client(self) -> Any:
        import paho.mqtt.client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        self._bd_seq = (self._bd_seq + 1) % 256
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"arkwright-edge-{self.config.group}-{self.config.edge}",
            reconnect_on_failure=False,
        )
        if self.config.user:
            client.username_pw_set(self.config.user, self.config.password)
        if self.config.use_tls:
            client.tls_set()
        client.will_set(self._topic("NDEATH"), encode(self._death()), qos=1, retain=False)
        client.on_connect, client.on_disconnect = self._connected, self._disconnected
        client.on_message, client.on_publish = self._message, self._published
        return client

    def _connected(self, client: Any, _data: Any, _flags: Any, reason: Any, _props: Any) -> None:
        if reason.is_failure:
            self._gone.set()
            return
        topics = [(self._topic("NCMD"), 1), (self._topic("DCMD") + "/#", 1)]
        if self.config.primary_host:
            topics.append((f"spBv1.0/STATE/{self.config.primary_host}", 1))
        client.subscribe(topics)
        self._wake.set()

    def _disconnected(self, *_: Any) -> None:
        self._gone.set()
        self._wake.set()

    def _message(self, _client: Any, _data: Any, message: Any) -> None:
        if message.topic.startswith("spBv1.0/STATE/"):
            self._hear_state(message.payload)
            return
        try:
            metrics = decode(message.payload).metrics
        except SourceError:
            return
        if any(m.name == REBIRTH and m.value is True for m in metrics):
            self._rebirth = True
            self._wake.set()

    def _hear_state(self, payload: bytes) -> None:
        try:
            state = json.loads(payload)
            online, moment = bool(state["online"]), int(state["timestamp"])
        except (ValueError, TypeError, KeyError):
            return
        # A will may arrive after the next birth: only a newer word counts.
        if moment >= self._host_time:
            self._host_time, self._host_online = moment, online
            self._wake.set()

    def _published(self, _client: Any, _data: Any, mid: int, *_: Any) -> None:
        with self._lock:
            if self._inflight.pop(mid, None) is None:
                self._early.add(mid)

    # ------------------------------------------------------------------------------------------ messages
    def _topic(self, kind: str, device: str = "") -> str:
        return "/".join(p for p in ("spBv1.0", self.config.group, kind, self.config.edge, device) if p)

    def _death(self) -> Payload:
        return Payload([Metric("bdSeq", self._bd_seq, DataType.INT64, _now_ms())], time_ms=_now_ms())

    def _die(self) -> None:
        if self._client.is_connected():
            self._client.publish(self._topic("NDEATH"), encode(self._death()), qos=1).wait_for_publish(2)

    def _send(
        self, kind: str, device: str, metrics: list[Metric], points: list[_Point] | None = None
    ) -> None:
        payload = encode(Payload(metrics, self._seq, _now_ms()))
        self._seq = (self._seq + 1) % 256
        qos = self.config.data_qos if points else 0
        info = self._client.publish(self._topic(kind, device), payload, qos=qos)
        with self._lock:  # the acknowledgement may have come before its id was known here
            if info.mid in self._early:
                self._early.discard(info.mid)
            elif points:
                self._inflight[info.mid] = points

    def _publish_births(self) -> None:
        self._seq = 0
        control = [
            Metric("bdSeq", self._bd_seq, DataType.INT64, _now_ms()),
            Metric(REBIRTH, False, DataType.BOOLEAN, _now_ms()),
        ]
        self._send("NBIRTH", "", control + self._birth_metrics(""))
        for device in self._metrics:
            if device:
                self._send("DBIRTH", device, self._birth_metrics(device))
        with self._lock:
            self._born = True

    def _birth_metrics(self, device: str) -> list[Metric]:
        return [self._birth_metric(device, m) for m in self._metrics.get(device, {}).values()]

    def _birth_metric(self, device: str, declared: EdgeMetric) -> Metric:
        with self._lock:
            last = self._last.get((device, declared.name))
        properties = {**({"engUnit": declared.unit} if declared.unit else {}), **declared.properties}
        return Metric(
            declared.name,
            last.value if last else None,
            declared.datatype or guess_datatype(last.value if last else 0.0),
            last.time_ms if last else _now_ms(),
            self._alias[device, declared.name],
            properties=properties,
        )

    def _flush(self, queue: deque[_Point], *, historical: bool) -> None:
        while queue and not self._gone.is_set():
            with self._lock:
                points = [queue.popleft() for _ in range(min(len(queue), self.config.n_batch))]
            for device, part in groupby(sorted(points, key=_device), key=_device):
                self._send_data(device, list(part), historical=historical)

    def _send_data(self, device: str, points: list[_Point], *, historical: bool) -> None:
        for point in points:
            point.metric.is_historical = historical
        self._send("DDATA" if device else "NDATA", device, _in_order(p.metric for p in points), points)


def _in_order(metrics: Iterable[Metric]) -> list[Metric]:
    return sorted(metrics, key=lambda m: m.time_ms or 0)


def _device(point: _Point) -> str:
    return point.device


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
