"""The Sparkplug B edge node of the iron works: three devices through an MQTT broker."""

import asyncio
from collections.abc import Callable

from arkwright.app.demo.areas.ironworks import Ironworks
from arkwright.app.demo.clock import Clock
from arkwright.app.demo.ports import HOST
from arkwright.app.demo.serve.broker import wait_open
from arkwright.app.demo.serve.pace import run_area
from arkwright.app.demo.works import EDGE, GROUP, metric_of
from arkwright.connect.sparkplug_edge import EdgeConfig, EdgeMetric, EdgeNode

BORN_POLL_S = 0.02


async def serve_edge(port: int, clock: Clock, ready: Callable[[str], None]) -> None:
    """Publish the iron works until cancelled; the node is born with its first values.

    Parameters
    ----------
    port
        Port of the broker on 127.0.0.1. [1]
    clock
        Clock of the run.
    ready
        Called with the address of the node once it is born.
    """
    area = Ironworks()
    places = {row.signal: metric_of(row) for row in area.signals}
    devices: dict[str, list[EdgeMetric]] = {}
    for row in area.signals:
        device, metric = places[row.signal]
        devices.setdefault(device, []).append(EdgeMetric(metric, row.unit))
    node = EdgeNode(EdgeConfig(GROUP, EDGE, HOST, port, data_qos=1, period_s=0.25), devices)
    await wait_open(port)
    telling: asyncio.Task[None] | None = None
    try:
        async for time, values in run_area(area, clock):
            for signal, value in values.items():
                node.update(*places[signal], value, time)
            if telling is None:
                node.start()
                telling = asyncio.create_task(_tell_born(node, ready))
    finally:
        await asyncio.to_thread(node.stop)


async def _tell_born(node: EdgeNode, ready: Callable[[str], None]) -> None:
    while not node.is_live:
        await asyncio.sleep(BORN_POLL_S)
    ready(f"spBv1.0/{GROUP}/{EDGE}")
