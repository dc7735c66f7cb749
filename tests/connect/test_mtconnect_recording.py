"""The recording of a real turn-mill centre, from a separate agent through client and runtime to the lake."""

import asyncio
import calendar
import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.connect.test_files_kill import describe, kill, start

from arkwright.connect.mtconnect import SOURCE
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import BAD_NO_DATA, to_us
from arkwright.history.lake import Lake
from arkwright.history.query import History
from arkwright.runtime import line as line_module
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

PEER = Path(__file__).with_name("mtconnect_peer.py")
A, B = "okuma_multus_u3000_session_A_1351-1354.shdr.txt", "okuma_multus_u3000_session_B_1337-1347.shdr.txt"
THEN = datetime(2022, 8, 8, 15, tzinfo=UTC)  # an hour after the recording: the lake believes its times
START, END = datetime(2022, 8, 8, tzinfo=UTC), datetime(2022, 8, 9, tzinfo=UTC)
# What the units of the device model are in the house: quantity, unit, and the factor to the canonical unit.
UNITS = {
    "MILLIMETER": ("length", "mm", 1.0), "MILLIMETER_3D": ("length", "mm", 1.0),
    "DEGREE": ("angle", "deg", 1.0),
    "PERCENT": ("ratio", "%", 1.0), "REVOLUTION/MINUTE": ("rotational_speed", "rpm", 1.0),
    "MILLIMETER/SECOND": ("speed", "mm/s", 1e-3), None: ("count", "1", 1.0),
}  # fmt: skip


# ------------------------------------------------------------ the oracle: its own reading of the text
@cache
def items(folder):
    """Attributes of every data item of the first device, by name or source."""
    device = next(
        iter(ElementTree.parse(folder / "Devices_okuma_mazak.xml").getroot().iterfind(".//{*}Device"))
    )
    found = {}
    for item in device.iterfind(".//{*}DataItem"):
        names = {item.get("name"), *(s.text for s in item.iterfind("{*}Source"))} - {None}
        found |= {name: dict(item.attrib) for name in names}
    return found


def microseconds(text):
    """The digits of the stamp as they stand; of seven behind the point the house keeps six."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 1_000_000 + int(
        fraction.ljust(6, "0")[:6]
    )


def observations(folder, name):
    """Yield key, time and text of every observation, in the order of the file."""
    known, until = items(folder), ""
    for line in (folder / name).read_text().splitlines():
        if until:
            until = "" if line == until else until
            continue
        stamp, _, rest = line.partition("|")
        fields = rest.split("|")
        if stamp.startswith("*") or fields[0].startswith("@"):
            until = fields[-1] if "--multiline--" in fields[-1] else ""
            continue
        while len(fields) > 1:
            n = 5 if known.get(fields[0], {}).get("category") == "CONDITION" else 1
            if fields[0] in known:
                yield fields[0], microseconds(stamp), " ".join(f for f in fields[1 : 1 + n] if f)
            fields = fields[1 + n :]


def expected(folder, *names):
    """All that was said of each (signal, time), in order: floats in canonical units, text, or None."""
    said = defaultdict(list)
    for name in names:
        for key, at, text in observations(folder, name):
            item = items(folder)[key]
            for suffix, value in values(item, text):
                said[item["id"] + suffix, at].append(value)
    return said


def values(item, text):
    if item["category"] != "SAMPLE":
        yield "", None if text == "UNAVAILABLE" else text
        return
    factor = UNITS[item.get("units")][2] / (60.0 if item.get("nativeUnits") == "MILLIMETER/MINUTE" else 1.0)
    vector = item.get("units") == "MILLIMETER_3D"
    for suffix, word in zip(
        ("#x", "#y", "#z") if vector else ("",), text.split() if vector else (text,), strict=True
    ):
        yield suffix, None if text == "UNAVAILABLE" else float(word) * factor


def signals(folder):
    found = []
    used = {key for name in (A, B) for key, _, _ in observations(folder, name)}
    for item in {i["id"]: i for key, i in items(folder).items() if key in used}.values():
        quantity, unit, _ = UNITS[item.get("units") if item["category"] == "SAMPLE" else None]
        kind = "value" if item["category"] == "SAMPLE" else "text"
        for suffix in ("#x", "#y", "#z") if item.get("units") == "MILLIMETER_3D" else ("",):
            address = item["id"] + suffix
            found.append(Signal(address, "MU3000", quantity, unit, "peer", address, kind))
    return found


# -------------------------------------------------------------------------------------------------- the plant
class Peer:
    """The agent in its own process."""

    def __init__(self, folder, port, size=131_072):
        self.folder, self.port, self.size, self.process = folder, port, size, None

    def start(self, instance):
        model = self.folder / "Devices_okuma_mazak.xml"
        command = [sys.executable, str(PEER), str(model), str(self.port), str(self.size), str(instance)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert int(self.process.stdout.readline()) == self.port

    def tell(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def play(self, name, first=0, end=None):
        return self.tell(file=str(self.folder / name), first=first, end=end)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.communicate()


@pytest.fixture
def folder(shared_data):
    return shared_data / "platform" / "mtconnect"


@pytest.fixture
def peer(folder, free_port):
    peer = Peer(folder, free_port)
    yield peer
    peer.kill()


@asynccontextmanager
async def plant(folder, home, port):
    """Line, intake and lake as the runtime has them; yields the line and history."""
    declared = signals(folder)
    with Lake(home, now=lambda: THEN) as lake:
        intake = Intake(lake, LiveTable(declared, lambda _: True))
        connection = Connection("peer", "mtconnect", f"http://127.0.0.1:{port}", {"interval_ms": 20})
        line = Line(connection, SOURCE, declared, intake.queue, resume=lake.resume("peer") or {})
        intake.lines.append(line)
        tasks = [asyncio.create_task(line.keep_alive()), asyncio.create_task(intake.run())]
        try:
            yield line, History(lake)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def until(line, number, within_s=20.0):
    """Wait until everything before a sequence number is committed."""
    async with asyncio.timeout(within_s):
        while line.resume.get("next", 0) < number:
            await asyncio.sleep(0.05)


def stored(history):
    names = history.last().column("signal").unique().to_pylist()
    return history.window(names, START, END).to_pylist()


def check(rows, said):
    """Every (signal, time) is there once, with what was said of it first."""
    found = {}
    for row in rows:
        key = (row["signal"], to_us(row["time"]))
        assert key not in found, key
        found[key] = row
    assert found.keys() == said.keys()
    for key, values in said.items():
        row, first = found[key], values[0]
        assert row["origin"] == "source"
        if first is None:
            assert (row["value"], row["text"], row["status"]) == (None, None, BAD_NO_DATA), key
        elif isinstance(first, str):
            assert row["text"] == first, key
        else:
            assert row["value"] == pytest.approx(first, rel=1e-12, abs=1e-12), key


def contradictions(said):
    return sum(value != values[0] for values in said.values() for value in values[1:])


# ------------------------------------------------------------------------------------------ the proofs
async def test_every_line_of_both_sessions_is_in_history_exactly_once(folder, peer, tmp_path):
    peer.start(instance=7)
    async with plant(folder, tmp_path, peer.port) as (line, history):
        await until(line, 1)
        peer.play(A)
        await until(line, peer.play(B))  # the older session comes second: all of it is late
        said = expected(folder, A, B)
        check(stored(history), said)
        corrections = history.events(START, END, kinds=["correction"]).num_rows
    assert corrections == contradictions(said)
    assert (line.health.refusals, line.health.gaps) == (0, 0)


def moment(time_us):
    return datetime.fromtimestamp(time_us / 1e6, UTC)


async def test_a_feed_that_comes_in_mm_a_minute_is_kept_in_the_canonical_unit(folder, peer, tmp_path):
    peer.start(instance=7)
    async with plant(folder, tmp_path, peer.port) as (line, history):
        await until(line, peer.play(A))
        rows = history.window(["Lp1Fact"], START, END).to_pylist()
    said = {(at, float(text)) for key, at, text in observations(folder, A) if key == "p1Fact"}
    fastest = max(feed for _, feed in said)
    # Whatever the adapter writes in mm/min stands in history in m/s: 1 m/s is 60,000 mm/min.
    assert fastest > 1000
    assert max(r["value"] for r in rows) == pytest.approx(fastest / 60_000)


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
async def test_an_agent_killed_and_started_with_the_same_numbers_loses_nothing(
    folder, peer, tmp_path, kills, monkeypatch
):
    """An agent that keeps its buffer over a restart comes back with the instance and numbers it had."""
    # Kill after kill within seconds is not what back-off is made for.
    monkeypatch.setattr(line_module, "LONGEST_WAIT_S", 2.0)
    peer.start(instance=7)
    share = 1200 // (kills + 1)
    async with plant(folder, tmp_path, peer.port) as (line, history):
        await until(line, peer.play(A, 0, share))
        for n in range(1, kills + 1):
            peer.kill()
            peer.start(instance=7)
            peer.play(A, 0, share * n)  # what it held
            began = time.monotonic()
            await until(line, peer.play(A, share * n, share * (n + 1)))
            assert time.monotonic() - began < 10
        await until(line, peer.play(A, share * (kills + 1)))
        check(stored(history), expected(folder, A))
    assert (line.health.gaps, line.health.refusals) == (0, 0)


async def test_what_comes_while_the_client_is_away_is_read_from_the_buffer(folder, peer, tmp_path):
    peer.start(instance=7)
    async with plant(folder, tmp_path, peer.port) as (line, _):
        await until(line, peer.play(A, 0, 300))
    last = peer.play(A, 300)  # nobody listens
    async with plant(folder, tmp_path, peer.port) as (line, history):
        assert line.resume["instance"] == 7
        await until(line, last)
        check(stored(history), expected(folder, A))
    assert line.health.gaps == 0


async def test_what_has_left_a_small_buffer_is_a_gap_with_both_ends(folder, free_port, tmp_path):
    peer = Peer(folder, free_port, size=500)
    peer.start(instance=7)
    try:
        async with plant(folder, tmp_path, peer.port) as (line, history):
            last = 0
            for first in range(0, 300, 60):
                last = peer.play(A, first, first + 60)
                await until(line, last)
        before = list(observations(folder, A))
        end = peer.play(A, 300)
        async with plant(folder, tmp_path, peer.port) as (line, history):
            await until(line, end)
            rows = stored(history)
            (gap,) = history.events(START, END, kinds=["gap"]).to_pylist()
    finally:
        peer.kill()
    # The buffer holds the last 500 observations; everything before the cut was read already.
    taken = before[: last - (end - len(before))]
    held = before[-500:]
    assert gap["start"] == moment(max(at for _, at, _ in taken))
    assert gap["end"] == moment(held[0][1])
    have = {(r["signal"], to_us(r["time"])) for r in rows}
    ids = items(folder)
    kept = {
        (ids[key]["id"] + suffix, at)
        for key, at, text in (*taken, *held)
        for suffix, _ in values(ids[key], text)
    }
    assert kept <= have
    assert line.health.gaps == 1


async def test_an_agent_restarted_with_an_empty_buffer_is_a_gap_and_is_read_from_its_start(
    folder, peer, tmp_path
):
    began = datetime.now(UTC)
    peer.start(instance=7)
    async with plant(folder, tmp_path, peer.port) as (line, history):
        await until(line, peer.play(A, 0, 600))
        peer.kill()
        peer.start(instance=8)
        end = peer.play(A, 600)
        async with asyncio.timeout(20):
            while line.resume.get("instance") != 8 or line.resume["next"] < end:
                await asyncio.sleep(0.05)
        check(stored(history), expected(folder, A))
        # Here the agent's clock is ours, and says until when all was known: closer than the recording's last.
        (gap,) = history.events(began, datetime.now(UTC), kinds=["gap"]).to_pylist()
    assert "restarted" in gap["detail"] and gap["end"] > gap["start"] > began


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
async def test_a_plant_killed_again_and_again_has_every_line_once(folder, peer, tmp_path, kills):
    peer.start(instance=7)
    told, home = tmp_path / "plant.json", tmp_path / "lake"
    url, now = f"http://127.0.0.1:{peer.port}", THEN.isoformat()
    describe(told, "mtconnect", url, {"interval_ms": 20, "count": 50}, signals(folder), home, now)
    share = 1389 // (kills + 1)
    for n in range(kills):
        process = await asyncio.to_thread(start, told)
        for part in range(10):  # it is killed while lines come
            peer.play(A, share * n + share * part // 10, share * n + share * (part + 1) // 10)
            await asyncio.sleep(random.Random(n + part).uniform(0.01, 0.15))
        kill(process)
    end = peer.play(A, share * kills)
    async with plant(folder, home, peer.port) as (line, history):
        await until(line, end)
        check(stored(history), expected(folder, A))
        assert history.events(START, datetime.now(UTC), kinds=["gap", "refusal"]).num_rows == 0
