"""The host application: births, gaps, deaths, units, and the whole way over a real broker."""

import asyncio
import shutil
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkwright.connect.sparkplug import SOURCE
from arkwright.connect.sparkplug_codec import DataType, Metric, Payload, encode
from arkwright.connect.sparkplug_edge import EdgeConfig, EdgeMetric, EdgeNode
from arkwright.connect.sparkplug_host import Host, Node
from arkwright.core.errors import SourceError
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import BAD_NOT_CONNECTED

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
SPEED = Signal("speed", "pump", "rotational_speed", "rpm", address="works/line/pump/speed")
T0 = 1_700_000_000_000


class Desk:
    """An inlet that commits at once and keeps everything."""

    def __init__(self):
        self.batches, self.gaps, self.refusals, self.beats = [], [], [], 0
        self.resume, self.last_reading = {}, None

    async def put(self, batch):
        self.batches.append(batch)
        self.resume = batch.resume or self.resume
        if batch.acknowledge:
            batch.acknowledge()

    def beat(self):
        self.beats += 1

    def gap(self, start, end, reason, signals=()):
        self.gaps.append((start, end, reason, tuple(signals)))

    def refuse(self, subject, found, *, wanted="", fix=""):
        self.refusals.append((subject, found))

    def rows(self):
        return [row for b in self.batches for row in b.readings.to_pylist()]


def birth(host, now, bd=0, unit="rpm", seq=0):
    node = [Metric("bdSeq", bd, DataType.INT64)]
    host.hear("spBv1.0/works/NBIRTH/line", encode(Payload(node, seq, T0)), now)
    metric = Metric("speed", 1.0, DataType.DOUBLE, T0, 7, properties={"engUnit": unit})
    host.hear("spBv1.0/works/DBIRTH/line/pump", encode(Payload([metric], seq + 1, T0)), now)


def data(host, now, seq, value, **flags):
    metric = Metric("", value, DataType.DOUBLE, T0 + seq, 7, **flags)
    host.hear("spBv1.0/works/DDATA/line/pump", encode(Payload([metric], seq, T0)), now)


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def host(desk):
    return Host([SPEED], desk, {})


def test_data_by_alias_is_read_under_its_birth(host):
    birth(host, 1)
    data(host, 2, 2, 1500.0)
    rows = host.readings.take(3).to_pylist()
    assert [r["signal"] for r in rows] == ["speed", "speed"]
    assert rows[1]["time"] == datetime.fromtimestamp(T0 / 1000, UTC) + timedelta(milliseconds=2)


def test_a_sequence_gap_asks_for_a_rebirth_once_in_ten_seconds(host, desk):
    birth(host, 1)
    data(host, 2, 4, 1.0)
    data(host, 3, 9, 1.0)
    assert host.rebirths == ["works/line"]
    assert len(desk.gaps) == 2


def test_the_will_of_an_earlier_connection_kills_nobody(host):
    birth(host, 1, bd=5)
    host.readings.take(1)
    host.hear("spBv1.0/works/NDEATH/line", encode(Payload([Metric("bdSeq", 4, DataType.INT64)])), 2)
    assert not len(host.readings)
    host.hear("spBv1.0/works/NDEATH/line", encode(Payload([Metric("bdSeq", 5, DataType.INT64)])), 3)
    assert host.readings.take(4).column("status").to_pylist() == [BAD_NOT_CONNECTED]


def test_data_without_a_datatype_is_read_as_its_birth_says(host):
    node = [Metric("bdSeq", 0, DataType.INT64)]
    host.hear("spBv1.0/works/NBIRTH/line", encode(Payload(node, 0, T0)), 1)
    born = Metric("speed", None, DataType.INT32, T0, 7)
    host.hear("spBv1.0/works/DBIRTH/line/pump", encode(Payload([born], 1, T0)), 1)
    sent = Metric("", 2**32 - 5, 0, T0, 7)
    sent.datatype = DataType.UINT32
    raw = encode(Payload([sent], 2, T0)).replace(bytes([0x20, DataType.UINT32]), b"")
    # Field 4 (datatype) is gone, so the lengths of the message must be mended: one metric, two bytes less.
    at = raw.index(b"\x12")
    raw = raw[: at + 1] + bytes([raw[at + 1] - 2]) + raw[at + 2 :]
    host.hear("spBv1.0/works/DDATA/line/pump", raw, 2)
    assert host.readings.take(3).column("value").to_pylist() == [-5.0]


@pytest.mark.parametrize("historical", [True, False])
def test_an_absence_is_a_gap_with_both_ends_unless_history_fills_it(host, desk, historical):
    birth(host, 1_000_000)
    host.hear("spBv1.0/works/NDEATH/line", encode(Payload([Metric("bdSeq", 0, DataType.INT64)])), 5_000_000)
    birth(host, 9_000_000, bd=1)
    data(host, 9_500_000, 2, 3.0, is_historical=historical)
    host.settle(30_000_000)
    ends = [(g[0].timestamp(), g[1].timestamp(), g[3]) for g in desk.gaps]
    assert ends == ([] if historical else [(1.0, 9.0, ("speed",))])


def test_a_unit_that_is_not_the_declared_one_is_refused_and_not_stored(host, desk):
    birth(host, 1, unit="degC")
    data(host, 2, 2, 1500.0)
    assert not len(host.readings)
    assert desk.refusals[0][0] == SPEED.address


def test_text_for_a_number_is_refused_and_huge_text_is_cut(host, desk):
    birth(host, 1)
    host.readings.take(1)
    wrong = Metric("speed", "fast", DataType.STRING, T0)
    host.hear("spBv1.0/works/DDATA/line/pump", encode(Payload([wrong], 2, T0)), 2)
    assert not len(host.readings)
    assert desk.refusals[-1][0] == SPEED.address
    recipe = Signal("recipe", "pump", "state", "1", address="works/line/pump/recipe", kind="text")
    host = Host([recipe], desk, {})
    huge = Metric("recipe", "x" * 1_000_000, DataType.STRING, T0)
    host.hear("spBv1.0/works/DBIRTH/line/pump", encode(Payload([huge], 1, T0)), 2)
    assert len(host.readings.take(3).column("text")[0].as_py()) == 4096
    assert desk.refusals[-1][0] == recipe.address


@pytest.mark.parametrize(("is_kept", "qos", "gaps"), [(True, 1, 0), (True, 0, 1), (False, 1, 1)])
def test_our_own_absence_is_a_gap_unless_the_broker_kept_the_data(host, desk, is_kept, qos, gaps):
    birth(host, 1_000_000)
    host.hear("spBv1.0/works/DDATA/line/pump", encode(Payload([Metric("", 2.0, DataType.DOUBLE, T0, 7)], 2)),
              3_000_000, qos)  # fmt: skip
    later = Host([SPEED], desk, {})
    later.begin(host.nodes, is_kept)
    birth(later, 8_000_000, seq=0)
    later.settle(30_000_000)
    ends = [(g[0].timestamp(), g[1].timestamp()) for g in desk.gaps]
    assert ends == [(3.0, 8.0)] * gaps


def test_a_node_that_was_cut_off_unheard_is_known_by_its_new_birth_number(host, desk):
    birth(host, 1_000_000, bd=4)
    birth(host, 6_000_000, bd=5)
    birth(host, 7_000_000, bd=5)  # a rebirth on request, of the same connection
    host.settle(30_000_000)
    assert [(g[0].timestamp(), g[1].timestamp()) for g in desk.gaps] == [(1.0, 6.0)]


@pytest.mark.parametrize("historical", [True, False])
def test_a_new_connection_whose_births_went_unheard_is_one_gap_or_none(host, desk, historical):
    birth(host, 1_000_000, bd=0)
    data(host, 2_000_000, 2, 1.0)
    # The broker was away; the node came back before us, and its births at QoS 0 reached nobody.
    data(host, 60_000_000, 5, 2.0, is_historical=historical)
    assert host.rebirths == ["works/line"]
    birth(host, 61_000_000, bd=1)
    host.settle(90_000_000)
    ends = [(g[0].timestamp(), g[1].timestamp()) for g in desk.gaps]
    assert ends == ([] if historical else [(2.0, 60.0)])
    birth(host, 95_000_000, bd=2)  # the next connection that nobody heard the end of is a gap again
    host.settle(120_000_000)
    assert len(desk.gaps) == len(ends) + 1


def test_data_that_come_before_the_birth_that_was_asked_for_are_no_refusal(host, desk):
    host.ask_rebirth("works/line", host.nodes.setdefault("works/line", Node()), 1_000_000)
    data(host, 2_000_000, 5, 1.0)
    host.hear(
        "spBv1.0/works/NBIRTH/line", encode(Payload([Metric("bdSeq", 0, DataType.INT64)], 0, T0)), 2_500_000
    )
    data(host, 2_600_000, 1, 1.0)  # of a device whose own birth is still under way
    assert desk.refusals == []
    data(host, 12_000_000, 2, 1.0)
    assert [found for _, found in desk.refusals] == ["alias 7 has no birth"]


def test_two_absences_close_together_are_two_gaps(host, desk):
    for n in range(3):
        birth(host, 1_000_000 + 4_000_000 * n, bd=n)
    host.settle(30_000_000)
    assert [(g[0].timestamp(), g[1].timestamp()) for g in desk.gaps] == [(1.0, 5.0), (5.0, 9.0)]


@pytest.mark.skipif(not Path(MOSQUITTO).exists(), reason="mosquitto is not installed")
async def test_the_host_states_that_it_is_online_and_its_will_that_it_is_not(mosquitto, desk):
    import json

    import paho.mqtt.client as paho

    heard = []
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, "observer")
    client.on_message = lambda c, d, m: heard.append((json.loads(m.payload), m.retain))
    client.on_connect = lambda c, *_: c.subscribe("spBv1.0/STATE/ark", 1)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    link = Connection("sp", "sparkplug", f"sparkplug://127.0.0.1:{mosquitto.port}", {"host_id": "ark"})
    task = asyncio.create_task(SOURCE.read(link, [SPEED], desk))
    try:
        await until(lambda: any(state["online"] for state, _ in heard))
        task.cancel()
        await until(lambda: not heard[-1][0]["online"])
        assert heard[-1][0]["timestamp"] >= heard[0][0]["timestamp"]
    finally:
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(client.loop_stop)


def test_aliases_outlive_the_process(host, desk):
    birth(host, 1)
    later = Host([SPEED], desk, host.resume())
    data(later, 2, 77, 2.0)
    assert len(later.readings) == 1
    assert not desk.gaps


@given(
    raw=st.binary(max_size=80),
    verb=st.sampled_from(["NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH"]),
)
@settings(max_examples=200)
def test_no_payload_breaks_the_host(raw, verb):
    host = Host([SPEED], Desk(), {})
    birth(host, 1)
    host.hear(f"spBv1.0/works/{verb}/line/pump", raw, 2)
    host.settle(3)
    host.readings.take(4)


@pytest.mark.skipif(not Path(MOSQUITTO).exists(), reason="mosquitto is not installed")
async def test_two_broker_restarts_lose_and_double_nothing(tmp_path, free_port, desk):
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        f"listener {free_port} 127.0.0.1\nallow_anonymous true\npersistence true\nuser root\n"
        f"persistence_location {tmp_path}/\nmax_inflight_messages 0\nmax_queued_messages 0\n"
    )

    def start():
        return subprocess.Popen([MOSQUITTO, "-c", str(config)], stderr=subprocess.DEVNULL)

    async def sessions():
        while True:
            try:
                await SOURCE.read(
                    Connection("sp", "sparkplug", f"sparkplug://127.0.0.1:{free_port}"), [SPEED], desk
                )
            except (SourceError, OSError):
                await asyncio.sleep(0.1)

    broker, task = start(), asyncio.create_task(sessions())
    edge = EdgeConfig("works", "line", port=free_port, data_qos=1, period_s=0.02, retry_s=0.2)
    node = EdgeNode(edge, {"pump": [EdgeMetric("speed", "rpm")]})
    node.start()
    try:
        await until(lambda: node.is_live)
        start_time = datetime.now(UTC)
        for n in range(300):
            node.update("pump", "speed", float(n), start_time + timedelta(milliseconds=n))
            if n in (100, 200):
                await until(lambda: n in values(desk))  # noqa: B023
                broker.send_signal(signal.SIGTERM)
                broker.wait(10)
                broker = start()
            await asyncio.sleep(0.002)
        await until(lambda: set(values(desk)) >= set(range(300)))
        assert len(distinct(desk)) == 300
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(node.stop)
        broker.kill()
        broker.wait()


def distinct(desk):
    keys = {}
    for row in desk.rows():
        if row["value"] is not None:
            assert keys.setdefault(row["time"], row["value"]) == row["value"]
    return keys


def values(desk):
    unit = SPEED.declared_unit()
    return [round(unit.from_canonical(r["value"])) for r in desk.rows() if r["value"] is not None]


async def until(condition, seconds=30):
    for _ in range(seconds * 20):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("waited in vain")
