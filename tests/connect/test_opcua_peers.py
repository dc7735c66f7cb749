"""Our OPC UA client against a node-opcua server in a process of its own."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from tests.connect.opcua_harness import Inlet, Wire, connection, opcua_server, running, signal, times

from arkwright.connect.opcua import SOURCE

pytestmark = [pytest.mark.peers, pytest.mark.timeout(120)]

SIGNALS = [
    signal("line.counter", "ns=1;s=counter"),
    signal("line.bad", "ns=1;s=bad"),
    signal("line.uncertain", "ns=1;s=uncertain"),
    signal("line.nan", "ns=1;s=nan"),
    signal("line.recipe", "ns=1;s=recipe", "state", kind="text"),
    signal("line.running", "ns=1;s=running", "state"),
    signal("line.wave", "ns=1;s=wave", "acceleration", "g", kind="waveform"),
    signal("line.temperature", "/Objects/1:Line/1:temperature", "temperature", "degC"),
    signal("line.fahrenheit", "ns=1;s=fahrenheit", "temperature", "degC"),
    signal("line.ghost", "ns=1;s=ghost"),
    signal("line.lost", "/Objects/1:Line/1:Nowhere"),
]


@pytest.fixture
def server(tmp_path, peer):
    peer("node-opcua")
    server = opcua_server(tmp_path)
    server.start()
    yield server
    server.kill()


def url(port):
    return f"opc.tcp://127.0.0.1:{port}/peer"


def counts(inlet):
    return [int(r["value"]) for r in inlet.rows("line.counter")]


async def test_every_kind_of_value_arrives_as_the_server_sent_it(server):
    inlet, began = Inlet(), datetime.now(UTC)
    async with running(SOURCE, connection("opcua", url(server.port)), SIGNALS, inlet):
        await inlet.until(lambda: len(inlet.rows("line.counter")) > 100 and inlet.waveforms)
    last = {r["signal"]: r for r in inlet.rows()}
    assert (last["line.temperature"]["value"], last["line.temperature"]["status"]) == (81.5, 0)
    assert (last["line.recipe"]["text"], last["line.running"]["value"]) == ("alloy 7", 1.0)
    assert (last["line.bad"]["value"], last["line.bad"]["status"]) == (None, 0x808C_0000)
    assert (last["line.uncertain"]["value"], last["line.uncertain"]["status"]) == (5.5, 0x4090_0000)
    assert last["line.nan"]["value"] is None and last["line.nan"]["status"] >> 31 == 1
    (wave,) = inlet.waveforms
    assert (wave.rate_hz, wave.unit, len(wave.samples)) == (12800.0, "m/s2", 2048)
    assert abs(wave.samples.max() - 9.80665) < 0.01
    got = counts(inlet)
    assert got == list(range(got[0], got[0] + len(got)))
    stamps = times(inlet.rows("line.counter"))
    assert stamps == sorted(stamps) and began < stamps[-1] < datetime.now(UTC)
    assert {r["origin"] for r in inlet.rows()} == {"source"}
    assert not inlet.gaps


async def test_unknown_nodes_and_wrong_units_are_refused_one_by_one_while_the_others_run(server):
    inlet = Inlet()
    async with running(SOURCE, connection("opcua", url(server.port)), SIGNALS, inlet):
        await inlet.until(lambda: len(inlet.rows("line.counter")) > 5)
    assert inlet.refused() == {"line.ghost", "line.lost", "line.fahrenheit"}
    why = {subject: found + wanted for subject, found, wanted, _ in inlet.refusals}
    assert "degF" in why["line.fahrenheit"] and "degC" in why["line.fahrenheit"]
    assert not inlet.rows("line.fahrenheit") and not inlet.rows("line.ghost")


async def test_what_a_living_server_sent_during_a_cut_of_the_line_is_replayed(server):
    inlet, wire = Inlet(), await Wire(server.port).join()
    async with running(SOURCE, connection("opcua", url(wire.port)), SIGNALS[:1], inlet) as errors:
        for _ in range(2):
            n = len(counts(inlet))
            await inlet.until(lambda n=n: len(counts(inlet)) > n + 50)
            await wire.cut()
            await asyncio.sleep(1.0)
            await wire.join(wire.port)
        n = len(counts(inlet))
        await inlet.until(lambda: len(counts(inlet)) > n + 150)
    await wire.cut()
    got = counts(inlet)
    assert errors, "the line was never cut"
    assert got == list(range(got[0], got[0] + len(got)))
    assert not inlet.gaps


async def test_a_line_that_goes_dead_without_a_word_is_noticed(server):
    inlet, wire = Inlet(), await Wire(server.port).join()
    settings = {"timeout_s": 1.0}
    async with running(SOURCE, connection("opcua", url(wire.port), **settings), SIGNALS[:1], inlet) as errors:
        await inlet.until(lambda: len(counts(inlet)) > 10)
        errors.clear()
        wire.dead = True
        began = time.monotonic()
        await inlet.until(lambda: bool(errors))
        assert "silent" in str(errors[0]) and time.monotonic() - began < 8
    await wire.cut()


async def test_an_encrypted_session_with_user_and_password(server, tmp_path):
    inlet = Inlet()
    settings = {"security": "Basic256Sha256", "certificate_folder": str(tmp_path / "ours"),
                "user": "fitter", "password": "spanner"}  # fmt: skip
    secured = connection("opcua", url(server.port), **settings)
    async with running(SOURCE, secured, SIGNALS[:2], inlet) as errors:
        await inlet.until(lambda: len(counts(inlet)) > 20 or errors, 30)
    assert not errors
    assert (tmp_path / "ours" / "arkwright.key.pem").stat().st_mode & 0o077 == 0
    steps = await SOURCE.diagnose(secured)
    assert all(step.passed for step in steps), steps
    wrong = connection("opcua", url(server.port), **settings | {"password": "hammer"})
    last = (await SOURCE.diagnose(wrong))[-1]
    assert not last.passed and "check user and password" in last.text


async def test_another_certificate_than_the_trusted_one_is_refused(server, tmp_path):
    settings = {"security": "Basic256Sha256", "certificate_folder": str(tmp_path / "ours")}
    secured = connection("opcua", url(server.port), **settings)
    assert all(step.passed for step in await SOURCE.diagnose(secured))
    (kept,) = (tmp_path / "ours" / "trusted").iterdir()
    kept.write_bytes(b"someone else")
    last = (await SOURCE.diagnose(secured))[-1]
    assert not last.passed and "another certificate" in last.text


async def test_browsing_suggests_with_unit_range_and_kind(server):
    found = {
        s.address.rpartition("=")[2]: s for s in await SOURCE.browse(connection("opcua", url(server.port)))
    }
    assert (found["temperature"].quantity, found["temperature"].unit) == ("temperature", "°C")
    assert found["temperature"].confidence > 0.9 and "°C" in found["temperature"].why
    assert (found["wave"].kind, found["wave"].rate_hz, found["recipe"].kind) == ("waveform", 12800.0, "text")
    assert found["running"].quantity == "state" and found["counter"].quantity == "count"
    assert found["counter"].address.startswith("nsu=")
