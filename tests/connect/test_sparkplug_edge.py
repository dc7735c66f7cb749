"""An edge node over a real broker: births, data, deaths, and values kept while the broker is away."""

import shutil
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arkwright.connect.sparkplug_codec import DataType, Metric, Payload, decode, encode
from arkwright.connect.sparkplug_edge import REBIRTH, EdgeConfig, EdgeMetric, EdgeNode

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
pytestmark = pytest.mark.skipif(not Path(MOSQUITTO).exists(), reason="mosquitto is not installed")


class Broker:
    def __init__(self, folder, port):
        self.port = port
        self.file = folder / "mosquitto.conf"
        self.file.write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\nautosave_interval 1\n"
            f"persistence_location {folder}/\nuser root\nmax_inflight_messages 0\nmax_queued_messages 0\n"
        )
        self.start()

    def start(self):
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(self.file)], stderr=subprocess.DEVNULL)

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        self.process.wait(10)


@pytest.fixture
def broker(tmp_path, free_port):
    broker = Broker(tmp_path, free_port)
    yield broker
    broker.stop(signal.SIGKILL)


class Listener:
    def __init__(self, port):
        import paho.mqtt.client as paho

        self.heard = []
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, "listener", clean_session=False)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda c, *_: c.subscribe("spBv1.0/#", 1)
        self.client.on_message = lambda c, d, m: self.heard.append((m.topic.split("/"), decode(m.payload)))
        self.client.connect_async("127.0.0.1", port)
        self.client.loop_start()

    def of(self, kind):
        return [payload for topic, payload in list(self.heard) if topic[2] == kind]

    def values(self):
        return [m.value for p in self.of("DDATA") for m in p.metrics]


@pytest.fixture
def listener(broker):
    listener = Listener(broker.port)
    wait(listener.client.is_connected)
    yield listener
    listener.client.loop_stop()


def wait(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def node(broker, listener):
    metrics = {"pump": [EdgeMetric("speed", "rpm"), EdgeMetric("count", datatype=DataType.INT32)]}
    config = EdgeConfig("works", "line", port=broker.port, data_qos=1, period_s=0.02, retry_s=0.2)
    node = EdgeNode(config, metrics)
    yield node
    node.stop()


def test_a_node_is_born_with_aliases_and_units_and_dies_by_its_own_number(node, listener):
    node.start()
    wait(lambda: listener.of("DBIRTH"))
    node_birth, device_birth = listener.of("NBIRTH")[0], listener.of("DBIRTH")[0]
    assert (node_birth.seq, device_birth.seq) == (0, 1)
    speed = device_birth.metrics[0]
    assert (speed.name, speed.properties, speed.alias is not None) == ("speed", {"engUnit": "rpm"}, True)
    node.stop()
    wait(lambda: listener.of("NDEATH"))
    born = next(m.value for m in node_birth.metrics if m.name == "bdSeq")
    assert listener.of("NDEATH")[0].metrics[0].value == born


def test_a_rebirth_is_given_on_request(node, listener):
    node.start()
    wait(lambda: listener.of("DBIRTH"))
    command = encode(Payload([Metric(REBIRTH, True, DataType.BOOLEAN)]))
    listener.client.publish("spBv1.0/works/NCMD/line", command)
    wait(lambda: len(listener.of("DBIRTH")) == 2)
    assert listener.of("NBIRTH")[1].seq == 0


def test_nothing_is_lost_while_the_broker_is_away_and_history_says_so(node, listener, broker):
    node.start()
    wait(lambda: node.is_live)
    start = datetime.now(UTC)
    for n in range(300):
        node.update("pump", "count", n, start + timedelta(milliseconds=n))
        if n in (100, 200):
            wait(lambda: n in listener.values())  # noqa: B023
            broker.stop()
            broker.start()
    wait(lambda: set(listener.values()) >= set(range(300)), 30)
    assert any(m.is_historical for p in listener.of("DDATA") for m in p.metrics)


def test_a_node_with_a_primary_host_keeps_its_data_until_the_host_is_there(broker, listener):
    config = EdgeConfig("works", "line", port=broker.port, primary_host="ark", data_qos=1, period_s=0.02)
    node = EdgeNode(config, {"pump": [EdgeMetric("speed", "rpm")]})
    listener.client.unsubscribe("spBv1.0/#")
    listener.client.subscribe("spBv1.0/works/#", 1)
    node.start()
    try:
        node.update("pump", "speed", 1.0)
        time.sleep(0.5)
        assert not listener.heard
        listener.client.publish("spBv1.0/STATE/ark", '{"online": true, "timestamp": 1}', 1, retain=True)
        wait(lambda: listener.values() == [1.0])
        assert listener.of("DDATA")[0].metrics[0].is_historical
        listener.client.publish("spBv1.0/STATE/ark", '{"online": false, "timestamp": 2}', 1, retain=True)
        wait(lambda: listener.of("NDEATH"))
    finally:
        node.stop()
