"""An MTConnect agent in a process of its own; it is told on its standard input what to play.

Arguments: the device model, the port, the size of the buffer, the instance id. Each line of the standard
input is JSON: ``{"file": ..., "first": n, "end": m}`` plays stamped lines of a recording, ``{"item": ...,
"value": ..., "time": ...}`` is one observation; every line is answered with the next sequence number.
"""

import asyncio
import json
import sys
from itertools import islice
from pathlib import Path

from arkwright.connect.mtconnect_agent import Agent
from arkwright.connect.mtconnect_shdr import Played, read_lines, take_line


def obey(agent: Agent, order: dict) -> None:
    if "file" in order:
        lines = read_lines(Path(order["file"]).read_text(encoding="utf-8").splitlines())
        for line in islice(lines, order.get("first", 0), order.get("end")):
            take_line(agent, agent.model.devices[0].name, line, Played())
    else:
        agent.observe(order["item"], order["value"], order.get("time"))


async def main() -> None:
    model, port, size, instance = sys.argv[1:]
    async with Agent(Path(model).read_bytes(), int(port), int(size), instance_id=int(instance)) as agent:
        print(agent.port, flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            obey(agent, json.loads(line))
            print(agent.ring.next, flush=True)


asyncio.run(main())
