"""Somebody sets the clock under a running plant: nothing is lost or doubled, nothing false is said."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from tests.faults.site import Feeder, make_site, on_disk, open_site, running, speeds, until
from tests.servers import MUST

from arkwright.app.stores import history_folder
from arkwright.app.uses import ranked
from arkwright.core.tables import from_us
from arkwright.history.ledger import open_ledger
from arkwright.history.query import History
from arkwright.runtime.clock import Clock, steady_us, wall_us

pytestmark = pytest.mark.peers
SIGNALS = """signal,asset,quantity,unit,connection,address,kind,high
p1.speed,p1,rotational_speed,rpm,sp,works/line/p1/speed,value,100000
"""
S = 1_000_000


def site_of(folder, port):
    site = make_site(folder, port)
    (site / "signals.csv").write_text(SIGNALS)
    return site


def stamps(home):
    """Server times of the speed's readings, in order of source time. [us]"""
    rows = History(history_folder(home)).window(["p1.speed"], from_us(0), from_us(2**52))
    return rows.sort_by("time").column("server_time").cast(pa.int64()).to_pylist()


def kinds(home):
    return History(history_folder(home)).events(from_us(0), from_us(2**52)).column("kind").to_pylist()


async def test_a_clock_set_back_and_forward_loses_nothing_and_judging_goes_on(tmp_path, mosquitto):
    home, offset = tmp_path / "home", [0]
    plant, kept = open_site(site_of(tmp_path / "s", mosquitto.port), home)
    plant.intake.clock = Clock(lambda: wall_us() + offset[0], steady_us)
    plant.lake.now = lambda: from_us(wall_us() + offset[0])
    feeder = Feeder(mosquitto.port, 0.02)
    with plant:
        async with running(plant), feeder.running(datetime.now(UTC)):
            await until(lambda: len(speeds(kept)) > 50)
            offset[0] -= 6 * S
            held = len(speeds(kept))
            await until(lambda: len(speeds(kept)) > held + 150)
            offset[0] += 600 * S
            # Its readings are ten minutes late by this clock now, and still judged.
            await until(lambda: plant.lines["sp"].lateness.delay_us > 590 * S, 60)
            feeder.is_paused = True
            feeder.node.update("p1", "speed", 200_000.0, datetime.now(UTC))
            await until(lambda: set(speeds(kept)) == {*feeder.sent, 200_000}, 90)
            await until(lambda: any(c.kind == "finding" for c in ranked(plant.ledger, plant.now())), 180)
        cards = ranked(plant.ledger, plant.now())
    assert {c.payload.get("cause") for c in cards if c.kind == "finding"} == {"above_limit"}
    told = [c for c in cards if c.payload.get("kind") == "clock_set"]
    assert [c.payload["count"] for c in told] == [2]
    assert "forward by 10 min" in told[0].text
    assert sorted(speeds(on_disk(home))) == [*feeder.sent, 200_000]
    assert sorted(kinds(home)) == ["clock_set", "clock_set", "late", "standstill"]
    assert stamps(home) == sorted(stamps(home))


def find_faketime():
    found = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
    if found is None:
        reason = "libfaketime is not installed; `.ci/run` installs it"
        pytest.fail(reason) if MUST else pytest.skip(reason)
    return found


def cards_of(home):
    with closing(open_ledger(home / "ledger.db")) as ledger:
        return ranked(ledger, datetime.now(UTC))


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_program_itself_lives_through_steps_of_its_clock(tmp_path, mosquitto):
    """`arkwright run` as a user starts it, with a clock that the test sets by libfaketime."""
    site, home, clock = site_of(tmp_path / "s", mosquitto.port), tmp_path / "s.data", tmp_path / "clock"
    clock.write_text("+0")
    fake = {
        "LD_PRELOAD": str(find_faketime()),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
    }
    words = [sys.executable, "-m", "arkwright", "run", str(site), "--no-web", "--json"]
    env = os.environ | fake | {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    process = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    feeder = Feeder(mosquitto.port, 0.05)

    def told():
        try:
            return json.loads((home / "status.json").read_text())
        except (OSError, ValueError):
            return {"connections": {"sp": {"readings": 0}}, "judging": {"checks": {}}}

    def read():
        return told()["connections"]["sp"]["readings"]

    feeder.is_paused = True
    try:
        async with feeder.running(datetime.now(UTC)):
            await until(lambda: told()["connections"]["sp"].get("state") == "running", 90)
            await asyncio.sleep(2)  # the node's birth was asked for and heard
            feeder.is_paused = False
            for step in ("-8s", "+3600s", "+3590s"):
                held = read()
                await until(lambda held=held: read() > held + 100, 90)
                clock.write_text(step)
            await asyncio.sleep(20)
            feeder.is_paused = True
            feeder.node.update("p1", "speed", 200_000.0, datetime.now(UTC))
            # Its clock is an hour ahead: its windows wait for readings that come an hour late by it.
            await until(lambda: any(c.kind == "finding" for c in cards_of(home)), 90)
    finally:
        process.terminate()
        out, _ = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0, out.decode()
    assert sorted(speeds(on_disk(home))) == [*feeder.sent, 200_000]
    assert kinds(home).count("clock_set") == 3
    assert {c.payload.get("cause") for c in cards_of(home) if c.kind == "finding"} == {"above_limit"}
    assert stamps(home) == sorted(stamps(home))
