"""`arkwright connect`, run against a node-opcua server that knows nothing of us."""

import json
from pathlib import Path

import pytest
from tests.connect.opcua_harness import opcua_server
from tests.servers import require_peer
from typer.testing import CliRunner

from arkwright.cli.main import app


def run(*words, answers=None):
    return CliRunner().invoke(app, ["connect", *map(str, words)], input=answers)


def as_json(*words):
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    require_peer("node-opcua")
    server = opcua_server(tmp_path_factory.mktemp("opcua"))
    server.start()
    yield f"opc.tcp://127.0.0.1:{server.port}/peer"
    server.kill()


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    assert CliRunner().invoke(app, ["new", str(folder)]).exit_code == 0
    return folder


def find(found, name):
    return next(s for s in found["suggestions"] if s["address"].endswith(f";s={name}"))


def signals(folder):
    return (folder / "signals.csv").read_text().splitlines()[1:]


def test_list_names_every_source_with_what_it_replays_and_an_example():
    known = {s["name"]: s for s in as_json("list")["sources"]}
    assert {"opcua", "mqtt", "sparkplug", "modbus", "mtconnect"} <= set(known)
    assert all(s["replays"] and s["example_url"] and s["settings"] for s in known.values())
    assert known["opcua"]["secret"] == ["password"]
    assert "queue" in run("list").stdout


@pytest.mark.peers
def test_browsing_says_what_each_signal_looks_like_and_why(server):
    found = as_json("browse", server)
    heat = find(found, "temperature")
    assert (heat["quantity"], heat["unit"], heat["sample"]) == ("temperature", "degC", "81.5")
    assert heat["confidence"] > 0.9
    assert "°C" in heat["why"]
    assert (find(found, "bad")["looks_like"], find(found, "bad")["is_sure"]) == ("not clear", False)
    assert "2 look like temperature" in found["summary"]
    table = run("browse", server).stdout
    assert "none added" in table
    assert "arkwright connect add" in table


@pytest.mark.peers
def test_nothing_is_added_without_consent(server, site):
    refused = run("add", server, site, "--name", "plc", "--asset", "works")
    assert refused.exit_code == 2
    assert "without consent" in refused.output
    assert signals(site) == []
    assert not (site / "undo").exists()


@pytest.mark.peers
def test_only_what_is_named_is_added_and_the_folder_checks_clean(server, site):
    heat = find(as_json("browse", server), "temperature")["address"]
    report = as_json("add", server, site, "--name", "plc", "--asset", "works", "--address", heat)
    assert report["signals"] == {"works.line_temperature": heat}
    assert len(signals(site)) == 1
    assert CliRunner().invoke(app, ["check", str(site)]).exit_code == 0
    assert Path(report["undo"]).exists()


@pytest.mark.peers
def test_all_adds_what_is_sure_and_says_what_it_left_out(server, site):
    report = as_json("add", server, site, "--name", "plc", "--asset", "works", "--all")
    left_out = {address.rpartition("=")[2] for address in report["left_out"]}
    assert left_out == {"bad", "uncertain", "nan", "wave"}
    assert len(report["signals"]) == len(signals(site)) == 5
    assert CliRunner().invoke(app, ["check", str(site)]).exit_code == 0
    assert "took back" in run("undo", site).stdout
    assert signals(site) == []


@pytest.mark.peers
def test_an_unclear_signal_is_added_once_a_person_says_what_it_measures(server, site):
    wave = find(as_json("browse", server), "wave")["address"]
    words = ("add", server, site, "--name", "plc", "--asset", "works", "--address", wave)
    assert "is not clear" in str(run(*words).exception)
    as_json(*words, "--as", "acceleration:g")
    assert signals(site)[0].split(",")[2:9] == ["acceleration", "g", "plc", wave, "waveform", "", "12800"]


@pytest.mark.peers
def test_each_signal_is_asked_for_at_a_terminal(server, site, monkeypatch):
    monkeypatch.setattr("arkwright.cli.connect.is_terminal", lambda: True)
    done = run("add", server, site, "--name", "plc", "--asset", "works", answers="n\ny\nq\n")
    assert done.exit_code == 0, done.output
    assert len(signals(site)) == 1


@pytest.mark.peers
def test_a_misspelt_address_or_setting_is_named_with_the_right_one(server, site):
    heat = find(as_json("browse", server), "temperature")["address"]
    done = run("add", server, site, "--name", "plc", "--asset", "works", "--address", heat + "e")
    assert f"'{heat}' perhaps" in str(done.exception)
    assert "one of user, password" in str(run("browse", server, "--setting", "quue=50").exception)


@pytest.mark.peers
def test_diagnose_prints_each_step(server, free_port):
    steps = as_json("diagnose", server)
    assert steps["passed"]
    assert [s["title"] for s in steps["steps"]][:2] == [
        "Resolve the host name",
        "Open port " + port_of(server),
    ]
    closed = run("diagnose", f"opc.tcp://127.0.0.1:{free_port}")
    assert closed.exit_code == 1
    assert f"FAIL  Open port {free_port}" in closed.stdout


def port_of(url):
    return url.rpartition(":")[2].partition("/")[0]


def test_an_address_of_no_protocol_is_refused_with_examples():
    text = str(run("browse", "ftp://192.0.2.1").exception)
    assert "no known protocol" in text
    assert "opc.tcp://" in text


def test_a_server_that_is_not_there_points_to_diagnose(free_port):
    text = str(run("browse", f"opc.tcp://127.0.0.1:{free_port}").exception)
    assert "arkwright connect diagnose" in text
