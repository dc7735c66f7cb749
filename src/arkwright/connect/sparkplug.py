"""Sparkplug B over MQTT, as host application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from arkwright.connect.mqtt_link import SETTINGS, Link, Message, Will, examine, now_us, open_link
from arkwright.connect.sparkplug_browse import suggest_metrics
from arkwright.connect.sparkplug_codec import DataType, Metric, Payload, encode
from arkwright.connect.sparkplug_host import Host, Node
from arkwright.core.catalog import Batch, Inlet, Source, Step, Suggestion
from arkwright.core.plant import Connection, Signal

_left: dict[tuple[str, str], dict[str, Node]] = {}  # what a cut session knew of its nodes, for the next one

_REBIRTH = "Node Control/Rebirth"


async def read(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Read one session, until the broker is lost."""
    host_id = str(connection.settings.get("host_id") or "arkwright")
    topic, moment_ms = f"spBv1.0/STATE/{host_id}", now_us() // 1000
    async with open_link(connection, Will(topic, _state(False, moment_ms))) as link:
        groups = sorted({s.address.split("/", 1)[0] for s in signals})
        await link.subscribe([topic, *(f"spBv1.0/{g}/#" for g in groups)])
        link.publish(topic, _state(True, moment_ms), qos=1, retain=True)
        inlet.beat()
        host = Host(signals, inlet, inlet.resume)
        host.begin(_left.pop((connection.name, connection.url), {}), link.is_kept)
        for name in sorted({"/".join(s.address.split("/")[:2]) for s in signals}):
            host.ask_rebirth(name, host.nodes.setdefault(name, Node()), now_us())
        try:
            await _listen(link, host, inlet, topic)
        finally:
            _left[connection.name, connection.url] = host.nodes
            link.publish(topic, _state(False, now_us() // 1000), qos=1, retain=True)


async def _listen(link: Link, host: Host, inlet: Inlet, state_topic: str) -> None:
    while True:
        for name in host.rebirths:
            _ask(link, name)
        host.rebirths.clear()
        messages = await link.take()
        if link.client.is_connected():
            inlet.beat()
        for message in messages:
            if message.topic == state_topic:
                _defend_state(link, message)
            else:
                host.hear(message.topic, message.payload, message.time_us, message.qos)
        host.settle(now_us())
        if messages:
            resume = host.resume() if host.has_births else None
            host.has_births = False
            readings = host.readings.take(now_us())
            await inlet.put(Batch(readings, resume=resume, acknowledge=link.acknowledger(messages)))


def _state(online: bool, moment_ms: int) -> bytes:
    return json.dumps({"online": online, "timestamp": moment_ms}).encode()


def _defend_state(link: Link, message: Message) -> None:
    # The will of an earlier connection of ours may reach the broker after our birth.
    try:
        online = json.loads(message.payload).get("online")
    except (ValueError, AttributeError):
        online = False
    if online is not True and link.client.is_connected():
        link.publish(message.topic, _state(True, now_us() // 1000), qos=1, retain=True)


def _ask(link: Link, name: str) -> None:
    group, edge = name.split("/", 1)
    metric = Metric(_REBIRTH, True, DataType.BOOLEAN, now_us() // 1000)
    link.publish(f"spBv1.0/{group}/NCMD/{edge}", encode(Payload([metric], time_ms=now_us() // 1000)))


async def browse(connection: Connection) -> list[Suggestion]:
    """Listen for births, ask for those not heard, and suggest a signal for every metric."""
    found: dict[str, Suggestion] = {}
    asked: set[str] = set()
    async with open_link(connection, is_persistent=False) as link:
        await link.subscribe(["spBv1.0/#"])
        end = asyncio.get_running_loop().time() + float(str(connection.settings.get("browse_s", 10)))
        while asyncio.get_running_loop().time() < end:
            for message in await link.take():
                parts = message.topic.split("/")
                if len(parts) < 4 or parts[2] in ("NCMD", "DCMD"):
                    continue
                node = f"{parts[1]}/{parts[3]}"
                if node not in asked:
                    asked.add(node)
                    _ask(link, node)
                if parts[2].endswith("BIRTH"):
                    found.update((s.address, s) for s in suggest_metrics(parts, message.payload))
    return [found[address] for address in sorted(found)]


async def diagnose(connection: Connection) -> list[Step]:
    """Try each step from the broker's name to the first Sparkplug message."""
    return await examine(connection, ["spBv1.0/#"])


SOURCE = Source(
    name="sparkplug",
    title="Sparkplug B",
    schemes=("sparkplug", "sparkplugs"),
    read=read,
    browse=browse,
    diagnose=diagnose,
    settings={
        **SETTINGS,
        "host_id": "name under which this host states that it is online; arkwright if left out",
    },
    replays="What edge nodes send flagged historical, and what of QoS 1 the broker queued; else a gap event.",
    example_url="sparkplug://127.0.0.1:1883",
)
