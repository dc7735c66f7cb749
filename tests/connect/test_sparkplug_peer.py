"""A foreign edge node, npm sparkplug-client, is read, its death is noticed, and it is read again."""

import asyncio
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from arkwright.connect.sparkplug import SOURCE
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import BAD_NOT_CONNECTED, READINGS, concat, empty

PEERS = Path(__file__).resolve().parents[1] / "peers"
COUNT = Signal("count", "pump", "rotational_speed", "rpm", address="works/line/pump/count")
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
pytestmark = pytest.mark.peers


class Desk:
    def __init__(self):
        self.table, self.gaps, self.refusals = empty(READINGS), [], []
        self.resume, self.last_reading = {}, None

    async def put(self, batch):
        self.table = concat([self.table, batch.readings], READINGS)
        batch.acknowledge()

    def beat(self):
        pass

    def gap(self, *gap):
        self.gaps.append(gap)

    def refuse(self, *refusal, **more):
        self.refusals.append((refusal, more))

    def values(self):
        return [v for v in self.table.column("value").to_pylist() if v is not None]


@pytest.fixture
def port(free_port, tmp_path):
    missing = not (PEERS / "node_modules/sparkplug-client").is_dir() or not shutil.which("node")
    if missing or not Path(MOSQUITTO).exists():
        assert os.environ.get("ARKWRIGHT_REQUIRE_PEERS") != "1", (
            "node, sparkplug-client or mosquitto is missing"
        )
        pytest.skip("node, sparkplug-client or mosquitto is missing")
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {free_port} 127.0.0.1\nallow_anonymous true\n")
    broker = subprocess.Popen([MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    yield free_port
    broker.kill()
    broker.wait()


def start_node(port):
    return subprocess.Popen(["node", "sparkplug_node.js", str(port)], cwd=PEERS, stdout=subprocess.DEVNULL)


async def until(condition):
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("waited in vain")


async def test_a_foreign_node_is_read_and_its_death_and_return_are_noticed(port):
    desk = Desk()
    link = Connection("sp", "sparkplug", f"sparkplug://127.0.0.1:{port}")
    task = asyncio.create_task(SOURCE.read(link, [COUNT], desk))
    node = start_node(port)
    try:
        for kills in (1, 2):
            seen = len(desk.values())
            await until(lambda: len(desk.values()) > seen + 50)  # noqa: B023
            node.kill()
            node.wait()
            await until(lambda: desk.table.column("status").to_pylist().count(BAD_NOT_CONNECTED) >= kills)  # noqa: B023
            node = start_node(port)
        first = [v for v in desk.values() if v > 0]
        run = first[: first.index(1.0, 1)] if 1.0 in first[1:] else first
        assert run == [float(n) for n in range(int(run[0]), int(run[0]) + len(run))]
        assert not desk.refusals
        assert not task.done()
    finally:
        node.kill()
        node.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
