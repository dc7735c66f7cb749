"""The works runs in processes of its own and answers as any plant would; it goes when its parent goes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import numpy as np
import psutil
import pytest

from arkwright.app.demo.plant import PlantError, start_plant
from arkwright.app.demo.ports import free_ports
from arkwright.app.demo.works import EDGE, GROUP
from arkwright.connect.sparkplug_codec import DataType, Metric, Payload, decode, encode


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with start_plant(7, 1.0, tmp_path_factory.mktemp("site")) as running:
        yield running
        assert running.dead() == []


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


async def hear_opcua(url, node_ids, seconds):
    """Subscribe to nodes; return (value, source time) by node, and the engineering unit of the first."""
    from asyncua import Client

    heard = {name: [] for name in node_ids}

    class Ear:
        def datachange_notification(self, node, value, data):
            heard[node.nodeid.Identifier].append((value, data.monitored_item.Value.SourceTimestamp))

    async with Client(url) as client:
        nodes = [client.get_node(f"ns=2;s={name}") for name in node_ids]
        unit = await (await nodes[0].get_child("0:EngineeringUnits")).read_value()
        subscription = await client.create_subscription(200, Ear())
        await subscription.subscribe_data_change(nodes, queuesize=50)
        await asyncio.sleep(seconds)
    return heard, unit


def test_opcua_serves_readings_units_and_waveforms_with_their_own_times(plant):
    wave, speed = "P-101.DE.acceleration", "P-101.speed"
    heard, unit = asyncio.run(hear_opcua(plant.urls["stations"], [wave, speed], 4.0))
    assert unit.DisplayName.Text == "g"
    assert len(heard[speed]) >= 3
    assert all(1460 < value < 1490 for value, _ in heard[speed])
    samples, first_sample = heard[wave][0]
    assert len(samples) == 40960
    assert 0.05 < float(np.std(samples)) < 1.0
    # The record ended on a tick of the grid: its first sample is 1.6 s older.
    after_start = (first_sample - plant.start).total_seconds() + 1.6
    assert after_start == pytest.approx(round(after_start), abs=1e-3)
    assert all(a < b for (_, a), (_, b) in zip(heard[speed], heard[speed][1:], strict=False))


def test_the_edge_is_born_again_on_request_with_units_and_then_sends_by_alias(plant):
    import paho.mqtt.client as paho

    heard, birth = [], threading.Event()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)

    def on_message(_client, _data, message):
        heard.append((message.topic, decode(message.payload)))
        if message.topic.endswith("SN-1") and "DBIRTH" in message.topic:
            birth.set()

    client.on_message = on_message
    client.connect("127.0.0.1", plant.ports.mqtt)
    client.subscribe("spBv1.0/#", 1)
    client.loop_start()
    ask = Payload([Metric("Node Control/Rebirth", True, DataType.BOOLEAN, 0)], time_ms=0)
    client.publish(f"spBv1.0/{GROUP}/NCMD/{EDGE}", encode(ask))
    assert birth.wait(10)
    time.sleep(2.5)
    client.loop_stop()
    client.disconnect()
    births = {topic.rsplit("/", 1)[-1]: body for topic, body in heard if "DBIRTH" in topic}
    assert set(births) == {"BF-1", "CO-1", "SN-1"}
    metal = next(m for m in births["BF-1"].metrics if m.name == "metal.temperature")
    assert metal.properties["engUnit"] == "degC"
    assert 1400 < metal.value < 1600
    data = [body for topic, body in heard if "DDATA" in topic and topic.endswith("BF-1")]
    assert any(m.alias == metal.alias and not m.name for body in data for m in body.metrics)
    assert any("NBIRTH" in topic and any(m.name == "bdSeq" for m in body.metrics) for topic, body in heard)


def test_the_machining_centre_answers_as_an_mtconnect_agent(plant):
    probe, current = (get(f"{plant.urls['machining']}/{word}") for word in ("probe", "current"))
    assert "MTConnectDevices" in probe
    assert 'nativeUnits="MILLIMETER/MINUTE"' in probe
    assert "MTConnectStreams" in current
    assert 'dataItemId="S1load"' in current
    assert ">O5120 AXLE-BOX-R2<" in current
    assert "UNAVAILABLE" not in current


def test_the_truth_it_serves_is_the_truth_of_its_handle(plant):
    time.sleep(max(0.0, 6 - (datetime.now(UTC) - plant.start).total_seconds()))
    answer = json.loads(get(plant.truth_url))
    now = datetime.fromisoformat(answer["now"])
    assert answer["truth"] == [truth.as_json() for truth in plant.truth(now)]
    assert answer["truth"][0]["asset"] == "P-101"
    later = plant.start + timedelta(hours=1)
    assert len(json.loads(get(f"{plant.truth_url}?at={later.isoformat()}"))["truth"]) == 8


def test_the_truth_refuses_a_time_without_zone(plant):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        get(f"{plant.truth_url}?at=2026-01-01T00:00:00")
    assert refusal.value.code == 400
    assert "zone" in refusal.value.read().decode()


def wait_gone(pids, within_s):
    until = time.monotonic() + within_s
    while time.monotonic() < until and any(map(is_alive, pids)):
        time.sleep(0.05)
    return [pid for pid in pids if is_alive(pid)]


def is_alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_when_the_parent_is_killed_nothing_is_left(tmp_path):
    words = [sys.executable, "-m", "arkwright.app.demo.plant", "--folder", str(tmp_path)]
    parent = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        said = [parent.stdout.readline() for _ in range(5)]
        assert said[-1].strip().endswith("/truth")
        children = [child.pid for child in psutil.Process(parent.pid).children(recursive=True)]
        assert len(children) >= 5
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
    assert wait_gone(children, 10) == []


def test_a_port_that_is_taken_is_said_and_nothing_is_left_running(tmp_path, plant):
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    fresh = free_ports()
    taken = type(fresh)(fresh.opcua, fresh.mqtt, fresh.mtconnect, plant.ports.truth)
    with pytest.raises(PlantError, match="truth process"):
        start_plant(7, 1.0, tmp_path, ports=taken)
    assert {child.pid for child in psutil.Process().children(recursive=True)} == before


def test_a_speed_of_zero_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(ValueError, match="above 0"):
        start_plant(7, 0.0, tmp_path)
