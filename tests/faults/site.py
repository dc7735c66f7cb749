"""A small site that reads one edge node, and what the tests of faults ask of it."""

import asyncio
import contextlib
import os
import shutil
import subprocess
from datetime import timedelta

import pyarrow.compute as pc
import pytest

from arkwright.app.plant import open_plant
from arkwright.app.stores import history_folder
from arkwright.connect.sparkplug_edge import EdgeConfig, EdgeMetric, EdgeNode
from arkwright.core.plant import Signal
from arkwright.core.tables import from_us
from arkwright.history.query import History

SITE = (
    'schema = 1\nname = "s"\n[connections.sp]\nprotocol = "sparkplug"\nurl = "sparkplug://127.0.0.1:{port}"\n'
)
ASSETS = "asset,parent,class\nworks,,area\np1,works,pump\n"
SIGNALS = (
    "signal,asset,quantity,unit,connection,address,kind\n"
    "p1.speed,p1,rotational_speed,rpm,sp,works/line/p1/speed,value\n"
    "p1.t,p1,temperature,degC,sp,works/line/p1/t,value\n"
    "p1.recipe,p1,state,1,sp,works/line/p1/recipe,text\n"
)
SPEED = Signal("p1.speed", "p1", "rotational_speed", "rpm", "sp", "works/line/p1/speed")


def make_site(folder, port=1):
    folder.mkdir()
    (folder / "site.toml").write_text(SITE.format(port=port))
    (folder / "assets.csv").write_text(ASSETS)
    (folder / "signals.csv").write_text(SIGNALS)
    return folder


def open_site(folder, home):
    """The plant, and the readings that intake was told are kept: (signal, time, value, text, status)."""
    plant, kept = open_plant(folder, home=home), []
    store = plant.intake.keeper.store

    class Store:
        def commit(self, readings, *more):
            store.commit(readings, *more)
            tellable = pc.less(readings.column("time"), from_us(2**52))  # python has no year 10000
            kept.extend(plain(readings.filter(tellable)))

    plant.intake.keeper.store = Store()
    return plant, kept


def plain(readings):
    return [(r["signal"], r["time"], r["value"], r["text"], r["status"]) for r in readings.to_pylist()]


def on_disk(home, names=("p1.speed", "p1.t", "p1.recipe")):
    """What the disk itself holds, read as another process would."""
    return plain(History(history_folder(home)).window(list(names), from_us(0), from_us(2**52)))


def speeds(rows):
    """The numbers of the speed among rows, in rpm."""
    unit = SPEED.declared_unit()
    return [round(unit.from_canonical(v)) for name, _, v, *_ in rows if name == "p1.speed" and v is not None]


class Feeder:
    """An edge node that counts up, one value each period, whether somebody listens or not."""

    def __init__(self, port, period_s):
        edge = EdgeConfig("works", "line", port=port, data_qos=1, period_s=0.05, retry_s=0.5)
        self.node = EdgeNode(edge, {"p1": [EdgeMetric("speed", "rpm")]})
        self.sent, self.period_s, self.is_paused = [], period_s, False

    @contextlib.asynccontextmanager
    async def running(self, first):
        self.node.start()
        task = asyncio.create_task(self._count(first))
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.to_thread(self.node.stop)

    async def _count(self, first):
        n = 0
        while True:
            if not self.is_paused:
                self.node.update("p1", "speed", float(n), first + timedelta(milliseconds=10 * n))
                self.sent.append(n)
                n += 1
            await asyncio.sleep(self.period_s)


@contextlib.asynccontextmanager
async def running(plant):
    task = asyncio.create_task(plant.run())
    try:
        yield task
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(ready, within_s=30.0):
    """Wait until something holds, and say how long that took. [s]"""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not ready():
        assert loop.time() - began < within_s, f"waited {within_s} s in vain"
        await asyncio.sleep(0.05)
    return loop.time() - began


@contextlib.contextmanager
def small_disk(folder, size):
    """A disk of its own, small enough to be filled."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here: needs root and tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(path):
    """Write until the disk takes no byte more."""
    with path.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        for size in (65_536, 4096, 1):
            with contextlib.suppress(OSError):
                while ballast.write(bytes(size)) == size:
                    pass
