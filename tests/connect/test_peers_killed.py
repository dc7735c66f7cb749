"""Foreign peers and the broker, killed and frozen, read through line, intake and lake.

Each peer writes down what it makes before it sends it. What history lacks of that must lie in a gap event, of
which there is one for each cut; nothing is there twice; a peer that is back is read again within ten seconds.
"""

import asyncio
from datetime import UTC, datetime

import pytest
from tests.connect.hall import PEERS, Client, Hall, account, read_journal
from tests.connect.opcua_harness import Wire, connection, opcua_server, signal
from tests.servers import Node

from arkwright.connect import opcua_left, sparkplug_host
from arkwright.connect.modbus import SOURCE as MODBUS
from arkwright.connect.mqtt import SOURCE as MQTT
from arkwright.connect.opcua import SOURCE as OPCUA
from arkwright.connect.sparkplug import SOURCE as SPARKPLUG
from arkwright.core.tables import BAD_NOT_CONNECTED

pytestmark = [pytest.mark.peers, pytest.mark.timeout(240)]
WITHIN_S = 10.0
KILLS = pytest.mark.parametrize(
    "kills", [2, pytest.param(10, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
FROZEN_S = 20.0
SLOW = [pytest.mark.slow, pytest.mark.timeout(300)]

OPCUA_COUNT = signal("line.counter", "ns=1;s=counter")
MODBUS_COUNT = signal("oven.served", "holding:20")
TOPIC_COUNT = signal("line.count", "plant/line/count")
NODE_COUNT = signal("pump.count", "works/line/pump/count", "rotational_speed", "rpm")


@pytest.fixture(autouse=True)
def short_history(monkeypatch):
    """A node has three seconds to send history before its absence becomes a gap event; ten in the field."""
    monkeypatch.setattr(sparkplug_host, "_HISTORY_WAIT_US", 3_000_000)


def opcua_link(server):
    return connection("opcua", f"opc.tcp://127.0.0.1:{server.port}/peer")


def modbus_link(server):
    return connection("modbus", f"modbus://127.0.0.1:{server.port}", unit=7, period_s=0.05, timeout_s=1.0)


async def reborn(hall, server, generation, name):
    """Kill a server, start its next generation, and wait until that is read."""
    await asyncio.to_thread(server.kill)
    server.arguments = (*server.arguments[:-1], str(generation))
    await asyncio.to_thread(server.start)
    scale = 1000 if "served" in name else 1_000_000
    return await hall.until(lambda: hall.committed[name][-1] > generation * scale)


def check_account(hall, name, journal, n_gaps, *, read=lambda value: value, **more):
    rows = [{**r, "value": read(r["value"])} for r in hall.rows(name) if r["value"] is not None]
    gaps = hall.events("gap")
    silent, doubled, invented = account(rows, gaps, journal, **more)
    assert not silent, f"lost without a word: {silent[:10]}"
    assert not doubled
    assert not invented
    assert len(gaps) == n_gaps, gaps
    assert all(g["end"] is not None and g["start"] < g["end"] for g in gaps)
    assert not hall.events("correction")


# ------------------------------------------------------------------------------------------------ OPC UA
@KILLS
async def test_a_killed_opcua_server_leaves_one_gap_a_kill_and_nothing_doubled(tmp_path, peer, kills):
    peer("node-opcua")
    server = opcua_server(tmp_path)
    server.start()
    hall = Hall(tmp_path / "lake", OPCUA, opcua_link(server), [OPCUA_COUNT])
    try:
        async with hall.running():
            await hall.until_more("line.counter", 50)
            for generation in range(2, 2 + kills):
                assert await reborn(hall, server, generation, "line.counter") < WITHIN_S
                await hall.until_more("line.counter", 50)
            check_account(hall, "line.counter", read_journal(tmp_path / "journal.csv"), kills)
    finally:
        server.kill()


@pytest.mark.parametrize("frozen_s", [pytest.param(FROZEN_S, marks=SLOW)])
async def test_a_frozen_opcua_server_is_taken_up_again_and_nothing_is_lost(tmp_path, peer, frozen_s):
    peer("node-opcua")
    server = opcua_server(tmp_path)
    server.start()
    hall = Hall(tmp_path / "lake", OPCUA, opcua_link(server), [OPCUA_COUNT])
    try:
        async with hall.running():
            await hall.until_more("line.counter", 50)
            await freeze(server.process, frozen_s)
            assert hall.line.state() != "running"
            assert await hall.until_more("line.counter", 20) < WITHIN_S
            await hall.until_more("line.counter", 50)
            check_account(hall, "line.counter", read_journal(tmp_path / "journal.csv"), 0)
    finally:
        server.kill()


@pytest.mark.parametrize("farewell", ["orderly", "abrupt"])
async def test_what_the_server_sent_while_we_were_restarted_is_replayed(
    tmp_path, peer, monkeypatch, farewell
):
    peer("node-opcua")
    server = opcua_server(tmp_path)
    server.start()
    wire = await Wire(server.port).join()
    # A server gives a subscription only to the same user over a secured line (OPC 10000-4, 5.14.7).
    settings = {"security": "Basic256Sha256", "certificate_folder": str(tmp_path / "ours"),
                "user": "fitter", "password": "spanner", "queue": 1000}  # fmt: skip
    link = connection("opcua", f"opc.tcp://127.0.0.1:{wire.port}/peer", **settings)
    try:
        async with Hall(tmp_path / "lake", OPCUA, link, [OPCUA_COUNT]).running() as hall:
            await hall.until_more("line.counter", 50)
            if farewell == "abrupt":
                await wire.cut()
        # A new process knows nothing but what history kept.
        monkeypatch.setattr(opcua_left, "_left", {})
        await asyncio.sleep(2)
        if farewell == "abrupt":
            await wire.join(wire.port)
        async with Hall(tmp_path / "lake", OPCUA, link, [OPCUA_COUNT]).running() as hall:
            assert await hall.until_more("line.counter", 100) < WITHIN_S
            check_account(hall, "line.counter", read_journal(tmp_path / "journal.csv"), 0)
    finally:
        await wire.cut()
        server.kill()


# ------------------------------------------------------------------------------------------------ Modbus
@KILLS
async def test_a_killed_modbus_device_leaves_one_gap_a_kill(tmp_path, peer, kills):
    peer("modbus-serial")
    journal = tmp_path / "served.csv"
    server = Node(PEERS / "modbus_server.cjs", tmp_path, str(journal), "1")
    server.start()
    hall = Hall(tmp_path / "lake", MODBUS, modbus_link(server), [MODBUS_COUNT])
    try:
        async with hall.running():
            await hall.until_more("oven.served", 20)
            for generation in range(2, 2 + kills):
                assert await reborn(hall, server, generation, "oven.served") < WITHIN_S
                await hall.until_more("oven.served", 20)
            check_account(hall, "oven.served", read_journal(journal), kills)
    finally:
        server.kill()


@pytest.mark.parametrize("frozen_s", [pytest.param(FROZEN_S, marks=SLOW)])
async def test_a_frozen_modbus_device_is_one_gap(tmp_path, peer, frozen_s):
    peer("modbus-serial")
    journal = tmp_path / "served.csv"
    server = Node(PEERS / "modbus_server.cjs", tmp_path, str(journal), "1")
    server.start()
    hall = Hall(tmp_path / "lake", MODBUS, modbus_link(server), [MODBUS_COUNT])
    try:
        async with hall.running():
            await hall.until_more("oven.served", 20)
            await freeze(server.process, frozen_s)
            assert hall.line.state() != "running"
            assert await hall.until_more("oven.served", 20) < WITHIN_S
            check_account(hall, "oven.served", read_journal(journal), 1)
    finally:
        server.kill()


# ------------------------------------------------------------------------------------------------ MQTT
@KILLS
@pytest.mark.parametrize("qos", [0, 1])
@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_a_broker_that_goes_loses_nothing_of_qos_1_and_leaves_a_gap_of_qos_0(
    tmp_path, peer, mosquitto, qos, how, kills
):
    peer("sparkplug-client")
    ends = []
    journal = tmp_path / "sent.csv"
    publisher = Client("mqtt_publisher.cjs", tmp_path, mosquitto.port, qos, journal)
    hall = Hall(tmp_path / "lake", MQTT, connection("mqtt", mosquitto.url), [TOPIC_COUNT])
    try:
        async with hall.running():
            await hall.until(lambda: hall.line.state() == "running")
            publisher.start()
            await hall.until_more("line.count", 50)
            for _ in range(kills):
                ends.append(datetime.now(UTC))
                await asyncio.to_thread(getattr(mosquitto, how))
                await asyncio.to_thread(mosquitto.start)
                assert await hall.until_more("line.count", 1) < WITHIN_S
                await hall.until_more("line.count", 50)
            # What a killed broker had promised but not yet written, it has forgotten, whoever reads it.
            forgiven = ends if qos and how == "kill" else ()
            n_gaps = 0 if qos else kills
            check_account(hall, "line.count", read_journal(journal), n_gaps, forgiven=forgiven)
    finally:
        publisher.kill()


@KILLS
async def test_a_killed_publisher_of_qos_1_loses_nothing_it_was_promised(tmp_path, peer, mosquitto, kills):
    peer("sparkplug-client")
    journal = tmp_path / "sent.csv"
    publisher = Client("mqtt_publisher.cjs", tmp_path, mosquitto.port, 1, journal, 0)
    hall = Hall(tmp_path / "lake", MQTT, connection("mqtt", mosquitto.url), [TOPIC_COUNT])
    try:
        async with hall.running():
            await hall.until(lambda: hall.line.state() == "running")
            publisher.start()
            await hall.until_more("line.count", 50)
            for generation in range(1, 1 + kills):
                await asyncio.to_thread(publisher.kill)
                publisher.arguments = (*publisher.arguments[:-1], generation)
                publisher.start()
                assert await hall.until_more("line.count", 1) < WITHIN_S
                await hall.until_more("line.count", 50)
            rows = hall.rows("line.count")
            made = read_journal(journal)
            known = {m.value for m in made}
            # A publisher killed before it heard the broker's promise has not written that one down.
            silent, doubled, _ = account([r for r in rows if r["value"] in known], [], made)
            assert not silent and not doubled and not hall.events("gap")
    finally:
        publisher.kill()


# ------------------------------------------------------------------------------------------------ Sparkplug
@KILLS
@pytest.mark.parametrize("victim", ["node", "broker"])
async def test_a_killed_edge_node_or_broker_leaves_one_gap_a_kill(tmp_path, peer, mosquitto, victim, kills):
    peer("sparkplug-client")
    journal = tmp_path / "sent.csv"
    node = Client("sparkplug_node.js", tmp_path, mosquitto.port, journal, 0)
    url = mosquitto.url.replace("mqtt://", "sparkplug://")
    hall = Hall(tmp_path / "lake", SPARKPLUG, connection("sparkplug", url), [NODE_COUNT])
    try:
        async with hall.running():
            await hall.until(lambda: hall.line.state() == "running")
            node.start()
            await hall.until_more("pump.count", 50)
            for generation in range(1, 1 + kills):
                if victim == "broker":
                    await asyncio.to_thread(mosquitto.kill)
                    await asyncio.to_thread(mosquitto.start)
                else:
                    await asyncio.to_thread(node.kill)
                    node.arguments = (*node.arguments[:-1], generation)
                    node.start()
                assert await hall.until_more("pump.count", 1) < WITHIN_S
                await hall.until_more("pump.count", 50)
            if victim == "node":
                deaths = [r for r in hall.rows("pump.count") if r["status"] == BAD_NOT_CONNECTED]
                assert len(deaths) == kills
            # A gap is told once the node had ten seconds to send history instead.
            await hall.until(lambda: len(hall.events("gap")) >= kills)
            check_counts(hall, read_journal(journal), kills)
    finally:
        node.kill()


@pytest.mark.parametrize("frozen_s", [pytest.param(FROZEN_S, marks=SLOW)])
async def test_a_frozen_edge_node_is_one_gap(tmp_path, peer, mosquitto, frozen_s):
    peer("sparkplug-client")
    journal = tmp_path / "sent.csv"
    node = Client("sparkplug_node.js", tmp_path, mosquitto.port, journal, 0)
    url = mosquitto.url.replace("mqtt://", "sparkplug://")
    hall = Hall(tmp_path / "lake", SPARKPLUG, connection("sparkplug", url), [NODE_COUNT])
    try:
        async with hall.running():
            await hall.until(lambda: hall.line.state() == "running")
            node.start()
            await hall.until_more("pump.count", 50)
            await freeze(node.process, frozen_s)
            assert await hall.until_more("pump.count", 20) < WITHIN_S
            await hall.until(lambda: len(hall.events("gap")) >= 1)
            check_counts(hall, read_journal(journal), 1)
    finally:
        node.kill()


def check_counts(hall, journal, n_gaps):
    """As check_account, for counts that travel as rpm."""
    factor = NODE_COUNT.declared_unit().factor
    check_account(hall, "pump.count", journal, n_gaps, read=lambda value: float(round(value / factor)))


async def freeze(process, seconds):
    """Stop a process as it stands, for a while."""
    import signal as signals

    process.send_signal(signals.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        process.send_signal(signals.SIGCONT)
