"""The site folder of the demo works is one a plant's user could have written: it checks clean."""

import csv

from arkwright.app.demo.folder import write_site
from arkwright.app.demo.ports import Ports, free_ports
from arkwright.app.site import read_site

PORTS = Ports(4840, 1883, 5000, 8090)


def test_the_folder_has_no_flaw_at_all(tmp_path):
    write_site(tmp_path / "works", PORTS)
    site, flaws = read_site(tmp_path / "works")
    assert [str(flaw) for flaw in flaws] == []
    assert site is not None
    assert len(site.signals) > 120


def test_the_first_ill_pump_is_described_well_enough_to_be_judged(tmp_path):
    write_site(tmp_path, PORTS)
    site, _ = read_site(tmp_path)
    pump = site.assets["P-101"]
    (waveform,) = (s for s in pump.measuring("acceleration", kind="waveform") if s.location == "DE")
    assert pump.bearings["DE"] == "6205"
    assert pump.rated("rated_speed_rpm") == 1470
    assert pump.rated("rated_power_kw") == 15
    assert pump.nameplate["support"] == "rigid"
    assert (waveform.unit, waveform.rate_hz) == ("g", 25600.0)
    assert pump.downtime_cost_per_h == 850
    assert pump.title_zh
    assert [a.name for a in site.line("P-101")] == ["P-101", "WS", "works"]


def test_connections_point_at_the_ports_given(tmp_path):
    write_site(tmp_path, PORTS)
    site, _ = read_site(tmp_path)
    assert {c.protocol: c.url for c in site.connections.values()} == {
        "opcua": "opc.tcp://127.0.0.1:4840/arkwright/demo",
        "sparkplug": "sparkplug://127.0.0.1:1883",
        "mtconnect": "http://127.0.0.1:5000",
    }
    assert site.settings["demo"] == {"truth_url": "http://127.0.0.1:8090/truth"}


def test_limits_are_those_of_the_row_in_canonical_units(tmp_path):
    write_site(tmp_path, PORTS)
    site, _ = read_site(tmp_path)
    flow = site.signals["TM-301.coolant_flow"]
    assert flow.unit == "l/min"
    assert flow.limits.low == 10.0 * 0.06  # l/min to m3/h


def test_a_spreadsheet_can_open_it(tmp_path):
    write_site(tmp_path, PORTS)
    for name in ("assets.csv", "signals.csv"):
        rows = list(csv.reader((tmp_path / name).read_text(encoding="utf-8").splitlines()))
        assert {len(row) for row in rows} == {len(rows[0])}


def test_free_ports_differ():
    ports = free_ports()
    assert len({ports.opcua, ports.mqtt, ports.mtconnect, ports.truth}) == 4
