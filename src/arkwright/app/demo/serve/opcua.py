"""The OPC UA server of the works: assets as objects, readings as variables, waveforms as float arrays."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from asyncua import ua as _ua
from asyncua.common.node import Node
from asyncua.server.server import Server

from arkwright.app.demo.areas.bench import Bench
from arkwright.app.demo.areas.rows import Area, AssetRow, SignalRow, Value
from arkwright.app.demo.areas.trains import Trains
from arkwright.app.demo.clock import Clock
from arkwright.app.demo.ports import HOST, OPCUA_PATH
from arkwright.app.demo.serve.pace import run_area
from arkwright.app.demo.serve.sparse import SparseServer
from arkwright.app.demo.serve.units import CEFACT_URI, CODES, unit_id

# asyncua declares its generated types as numpy-like aliases that no plain int or str satisfies.
ua: Any = _ua

NAMESPACE = "urn:arkwright:demo:works"


async def serve_opcua(port: int, clock: Clock, ready: Callable[[str], None]) -> None:
    """Serve the trains and the bench until cancelled.

    Parameters
    ----------
    port
        Port on 127.0.0.1. [1]
    clock
        Clock of the run.
    ready
        Called with the address once clients can connect and every variable has a value.
    """
    server = Server(iserver=SparseServer())
    await server.init()
    url = f"opc.tcp://{HOST}:{port}{OPCUA_PATH}"
    server.set_endpoint(url)
    server.set_server_name("Demo works")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(NAMESPACE)
    trains, bench = Trains(), Bench()
    nodes = await _build(server, index, [*trains.assets, *bench.assets], [*trains.signals, *bench.signals])
    async with server:
        seen: set[str] = set()

        async def publish(area: Area[Any]) -> None:
            async for time, values in run_area(area, clock):
                await _write(server, nodes, area, time, values)
                seen.update(values)

        async with asyncio.TaskGroup() as group:
            group.create_task(publish(trains))
            group.create_task(publish(bench))
            group.create_task(_say_ready(lambda: len(seen) > 0, lambda: ready(url)))


async def _say_ready(is_ready: Callable[[], bool], ready: Callable[[], None]) -> None:
    while not is_ready():
        await asyncio.sleep(0.02)
    ready()


async def _build(
    server: Server, index: int, assets: list[AssetRow], signals: list[SignalRow]
) -> dict[str, Any]:
    """Lay out folders by area, objects by asset, variables by signal; return the node of each signal."""
    works = await server.nodes.objects.add_folder(
        ua.NodeId("works", index), ua.QualifiedName("DemoWorks", index)
    )
    places: dict[str, Node] = {"works": works}
    for row in assets:
        parent = places.get(row.parent, works)
        name, label = ua.QualifiedName(row.asset, index), ua.NodeId(row.asset, index)
        make: Callable[..., Awaitable[Node]] = (
            parent.add_folder if row.asset_class == "area" else parent.add_object
        )
        places[row.asset] = await make(label, name)
        await _describe(places[row.asset], row.title)
        for key, value in row.plate.items():
            await places[row.asset].add_property(
                ua.NodeId(f"{row.asset}:{key}", index), f"{index}:{key}", value
            )
    return {row.signal: await _variable(places[row.asset], index, row) for row in signals}


async def _variable(parent: Node, index: int, row: SignalRow) -> Any:
    waveform = row.kind == "waveform"
    kind = ua.VariantType.Float if waveform else ua.VariantType.Double
    first = ua.Variant(
        [] if waveform else None, kind if waveform else ua.VariantType.Null, is_array=waveform or None
    )
    node = await parent.add_variable(
        ua.NodeId(row.signal, index),
        ua.QualifiedName(row.title, index),
        first,
        datatype=ua.NodeId(ua.ObjectIds.Float if waveform else ua.ObjectIds.Double),
    )
    await _describe(node, row.title)
    code = CODES[row.unit]
    unit = ua.EUInformation(
        CEFACT_URI, unit_id(code), ua.LocalizedText(row.unit), ua.LocalizedText(row.quantity)
    )
    await node.add_property(ua.NodeId(f"{row.signal}:unit", index), "0:EngineeringUnits", unit)
    if row.rate_hz is not None:
        await node.add_property(ua.NodeId(f"{row.signal}:rate", index), f"{index}:SampleRate", row.rate_hz)
    return node.nodeid


async def _describe(node: Node, title: str) -> None:
    text = ua.DataValue(ua.Variant(ua.LocalizedText(title), ua.VariantType.LocalizedText))
    await node.write_attribute(ua.AttributeIds.Description, text)


async def _write(
    server: Server, nodes: dict[str, Any], area: Area[Any], time: datetime, values: dict[str, Value]
) -> None:
    rates = {row.signal: row.rate_hz for row in area.signals if row.rate_hz is not None}
    now = datetime.now(UTC)
    for signal, value in values.items():
        if isinstance(value, np.ndarray):
            variant = ua.Variant(value.tolist(), ua.VariantType.Float, is_array=True)
            # A record is stamped with its first sample.
            stamp = time - timedelta(seconds=len(value) / rates[signal])
        else:
            variant, stamp = ua.Variant(float(value), ua.VariantType.Double), time
        reading = ua.DataValue(variant, SourceTimestamp=stamp, ServerTimestamp=now)
        await server.write_attribute_value(nodes[signal], reading)
