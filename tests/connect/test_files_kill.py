"""A plant that is killed again and again while files come, grow and move has every row and record once."""

import asyncio
import json
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from arkwright.core.plant import Signal
from arkwright.history.lake import Lake
from arkwright.history.query import History

PLANT = Path(__file__).with_name("line_plant.py")
SIGNALS = (
    Signal("oven.temp", "oven", "temperature", "degC", "peer", "*.csv#temp"),
    Signal("oven.flow", "oven", "volume_flow", "m3/h", "peer", "*.parquet#flow"),
    Signal("pump.vib", "pump", "acceleration", "g", "peer", "*.npz#DE", "waveform"),
)


def describe(target, protocol, url, settings, signals, home, now=None):
    """Write what a plant in its own process is told."""
    fields = ("name", "asset", "quantity", "unit", "connection", "address", "kind")
    told = {"protocol": protocol, "url": url, "settings": settings, "home": str(home), "now": now,
            "signals": [{f: getattr(s, f) for f in fields} for s in signals]}  # fmt: skip
    target.write_text(json.dumps(told))


def start(told):
    """Start a plant in its own process, and wait until it runs."""
    process = subprocess.Popen([sys.executable, str(PLANT), str(told)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def kill(process):
    """End it as a power cut would."""
    process.kill()
    process.communicate()


class Works:
    """Writes files as a plant does, and knows what it wrote."""

    def __init__(self, folder):
        self.folder, self.t, self.n = folder, datetime.now(UTC) - timedelta(hours=1), 0
        self.temps, self.flows, self.records = {}, {}, {}

    def at(self):
        self.n += 1
        return self.t + timedelta(milliseconds=10 * self.n)

    def grow(self, name):
        path = self.folder / name
        new = not path.exists()
        with path.open("a") as file:
            file.write("time;temp\n" if new else "")
            for _ in range(40):
                time_, value = self.at(), self.n + 0.5
                self.temps[time_] = value
                file.write(f"{time_.isoformat()};{value}".replace(".5", ",5") + "\n")

    def table(self, name):
        times = [self.at() for _ in range(100)]
        flows = [float(self.n + k) for k in range(100)]
        self.flows |= dict(zip(times, flows, strict=True))
        parquet.write_table(pa.table({"time": times, "flow": flows}), self.folder / f"{name}.tmp")
        (self.folder / f"{name}.tmp").rename(self.folder / name)

    def record(self, name):
        samples = np.full(4000, float(self.n), np.float32) + np.arange(4000, dtype=np.float32)
        np.savez(self.folder / name, DE=samples, rate_hz=4000.0)
        self.records[name] = 9.80665 * samples.astype(np.float64)


@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_every_row_and_record_is_there_once(tmp_path, kills):
    folder, home, rng = tmp_path / "in", tmp_path / "lake", random.Random(kills)
    folder.mkdir()
    works, told = Works(folder), tmp_path / "plant.json"
    describe(told, "files", f"file://{folder}", {"period_s": 0.02, "settle_s": 0.1}, SIGNALS, home)
    for k in range(kills):
        process = start(told)
        for step in range(4):
            works.grow("log.csv")
            works.table(f"t{k}.{step}.parquet")
            works.record(f"r{k}.{step}.npz")
            time.sleep(rng.uniform(0.02, 0.25))
        (folder / "log.csv").rename(folder / f"log.{k}.csv")
        kill(process)
    process = start(told)
    wanted = len(works.temps) + len(works.flows)
    asyncio.run(settled(home, wanted, len(works.records)))
    kill(process)
    with Lake(home) as lake:
        history, end = History(lake), datetime.now(UTC) + timedelta(hours=1)
        begin = works.t - timedelta(days=1)
        rows = history.window(["oven.temp", "oven.flow"], begin, end).to_pylist()
        waves = history.waveforms("pump.vib", begin, end)
        events = history.events(begin, end).to_pylist()
    got = {(r["signal"], r["time"]): r["value"] for r in rows}
    assert len(got) == len(rows)
    assert got == {**{("oven.temp", t): v for t, v in works.temps.items()},
                   **{("oven.flow", t): v for t, v in works.flows.items()}}  # fmt: skip
    assert sorted(w.samples[0] for w in waves) == pytest.approx(sorted(r[0] for r in works.records.values()))
    assert [e for e in events if e["kind"] in ("correction", "refusal")] == []


async def settled(home, n_rows, n_records, within_s=60.0):
    """Wait until history, read from outside, holds as much as was written."""
    begin = datetime.now(UTC) - timedelta(days=1)
    async with asyncio.timeout(within_s):
        while True:
            await asyncio.sleep(0.3)
            history = History(home)
            end = datetime.now(UTC) + timedelta(hours=1)
            rows = history.window(["oven.temp", "oven.flow"], begin, end).num_rows
            if rows >= n_rows and history.waveform_index(["pump.vib"], begin, end).num_rows >= n_records:
                return
