"""The MTConnect agent of the machining centre."""

import uuid
from collections.abc import Callable

import numpy as np

from arkwright.app.demo.areas.cell import NAME, MachiningCell
from arkwright.app.demo.areas.rows import Value
from arkwright.app.demo.clock import Clock
from arkwright.app.demo.ports import HOST
from arkwright.app.demo.serve.devices import devices_xml
from arkwright.app.demo.serve.pace import run_area
from arkwright.connect.mtconnect_agent import Agent

BUFFER = 65_536
"""About 45 minutes of this asset: 22 items at 2 Hz, constants left out. [observations]"""


async def serve_agent(port: int, clock: Clock, ready: Callable[[str], None]) -> None:
    """Serve the machining centre until cancelled.

    Parameters
    ----------
    port
        Port on 127.0.0.1. [1]
    clock
        Clock of the run.
    ready
        Called with the address once every data item has been observed.
    """
    area = MachiningCell()
    items = {row.signal: item.id for row, item in zip(area.signals, area.items, strict=True)}
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:arkwright:demo:{NAME}"))
    told: dict[str, float | str] = {}
    async with Agent(
        devices_xml(area.items, identity), port, BUFFER, host=HOST, sender="demo-works"
    ) as agent:
        async for time, values in run_area(area, clock):
            for signal, value in values.items():
                said = _as_said(value)
                # An agent reports changes: an axis at rest is silent.
                if told.get(signal) != said:
                    agent.observe(items[signal], said, time)
            if not told:
                agent.observe("avail", "AVAILABLE", time)
                ready(agent.url)
            told |= {signal: _as_said(value) for signal, value in values.items()}


def _as_said(value: Value) -> float | str:
    """Say whole numbers without a point, as a control does for counts and positions."""
    assert not isinstance(value, np.ndarray)
    return int(value) if isinstance(value, float) and value.is_integer() else value
