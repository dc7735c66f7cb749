"""What a person agreed to goes into the site folder, and nothing else in it changes by a byte."""

import csv
import stat
import tomllib

import pytest

from arkwright.app.consent import add_signals, append_rows, take_back
from arkwright.app.site import read_site
from arkwright.core.catalog import Suggestion
from arkwright.core.errors import SiteError
from arkwright.core.plant import Connection

PLC = Connection("plc", "opcua", "opc.tcp://192.0.2.10:4840", {"user": "fitter", "password": 'a"b\\c'})
HEAT = Suggestion("ns=2;s=T1", "Pump 1 outlet", "temperature", "degC", "the unit", 0.95)
WAVE = Suggestion("ns=2;s=V1", "Pump 1 drive end", "acceleration", "g", "", 0.9, "waveform", "", 25600.0)
SITE = '# my works\nschema = 1   # do not touch\nname = "Works"\n'
ASSETS = "asset,parent,class\npump1,,pump\n"
SIGNALS = "signal;asset;quantity;unit;limit note\r\n old.t ;pump1;temperature;degC; warm, maybe\r\n"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site.toml").write_bytes(SITE.encode())
    (tmp_path / "assets.csv").write_bytes(ASSETS.encode())
    (tmp_path / "signals.csv").write_bytes(SIGNALS.encode())
    return tmp_path


def errors(folder):
    return [f for f in read_site(folder)[1] if f.level == "error"]


def test_what_stands_there_stays_and_the_result_checks_clean(site):
    added = add_signals(site, PLC, [HEAT, WAVE], "pump1", secret=frozenset({"password"}))
    assert errors(site) == []
    assert (site / "site.toml").read_bytes().startswith(SITE.encode())
    text = (site / "signals.csv").read_bytes().decode()
    # The old row keeps its blanks, its separator and its line end; new columns come after the last.
    assert "\r\n old.t ;pump1;temperature;degC; warm, maybe\r\n" in text
    assert text.startswith("signal;asset;quantity;unit;limit note;connection;address;title;kind;rate_hz\r\n")
    loaded, _ = read_site(site)
    assert loaded.signals["pump1.pump_1_drive_end"].rate_hz == 25600.0
    assert loaded.signals["pump1.pump_1_outlet"].address == "ns=2;s=T1"
    assert added.signals == {"pump1.pump_1_outlet": "ns=2;s=T1", "pump1.pump_1_drive_end": "ns=2;s=V1"}


def test_a_password_goes_into_a_file_that_only_its_owner_reads(site):
    add_signals(site, PLC, [HEAT], "pump1", secret=frozenset({"password"}))
    assert "password" not in (site / "site.toml").read_text()
    kept = site / "secrets.toml"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert tomllib.loads(kept.read_text())["connections"]["plc"]["password"] == 'a"b\\c'
    loaded, _ = read_site(site)
    assert loaded.connections["plc"].settings == {"user": "fitter", "password": 'a"b\\c'}


def test_undo_gives_back_every_byte(site):
    add_signals(site, PLC, [HEAT], "pump1", secret=frozenset({"password"}))
    what, files = take_back(site)
    assert what == "1 of plc's signals"
    assert files == ["secrets.toml", "signals.csv", "site.toml"]
    assert (site / "signals.csv").read_bytes() == SIGNALS.encode()
    assert (site / "site.toml").read_bytes() == SITE.encode()
    assert not (site / "secrets.toml").exists()
    with pytest.raises(SiteError, match="nothing to undo"):
        take_back(site)


def test_undo_does_not_touch_what_a_person_edited_since(site):
    add_signals(site, PLC, [HEAT], "pump1")
    with (site / "signals.csv").open("a") as file:
        file.write("mine;pump1;temperature;degC\r\n")
    with pytest.raises(SiteError, match="was edited"):
        take_back(site)
    assert "mine;pump1" in (site / "signals.csv").read_text()


def test_adding_twice_adds_once(site):
    add_signals(site, PLC, [HEAT], "pump1")
    before = (site / "signals.csv").read_bytes()
    again = add_signals(site, PLC, [HEAT, HEAT], "pump1")
    assert (again.signals, again.present, again.undo) == ({}, ("pump1.pump_1_outlet",) * 2, None)
    assert (site / "signals.csv").read_bytes() == before


def test_names_that_are_taken_get_a_number(site):
    twin = Suggestion("ns=2;s=T2", "Pump 1 outlet", "temperature", "degC", "", 0.95)
    added = add_signals(site, PLC, [HEAT, twin], "pump1")
    assert list(added.signals) == ["pump1.pump_1_outlet", "pump1.pump_1_outlet_2"]


def test_a_missing_asset_is_refused_unless_its_class_is_said(site):
    with pytest.raises(SiteError, match=r"asset 'fan9' is not in assets\.csv"):
        add_signals(site, PLC, [HEAT], "fan9")
    assert (site / "signals.csv").read_bytes() == SIGNALS.encode()
    add_signals(site, PLC, [HEAT], "fan9", asset_class="fan")
    assert (site / "assets.csv").read_text() == ASSETS + "fan9,,fan\n"
    assert errors(site) == []


def test_another_address_under_the_same_name_is_refused(site):
    add_signals(site, PLC, [HEAT], "pump1")
    other = Connection("plc", "opcua", "opc.tcp://192.0.2.11:4840")
    with pytest.raises(SiteError, match="connection 'plc' is opc"):
        add_signals(site, other, [WAVE], "pump1")


def test_a_result_with_a_fault_is_never_written(site):
    wrong = Suggestion("ns=2;s=X", "X", "temperature", "bar", "", 0.95)
    with pytest.raises(SiteError, match="nothing was written"):
        add_signals(site, PLC, [wrong], "pump1")
    assert (site / "site.toml").read_bytes() == SITE.encode()
    assert not (site / "undo").exists()


def test_a_title_cannot_break_the_table_or_become_a_formula(site):
    sly = Suggestion("ns=2;s=S", '=HYPERLINK("x")\n;a;b\u2028"', "temperature", "degC", "", 0.9)
    add_signals(site, PLC, [sly], "pump1")
    assert errors(site) == []
    last = list(csv.reader((site / "signals.csv").read_text().splitlines(), delimiter=";"))[-1]
    assert 'HYPERLINK("x") ;a;b "' in last


def test_an_address_with_a_line_end_is_refused(site):
    with pytest.raises(SiteError, match="does not fit into one line"):
        add_signals(site, PLC, [Suggestion("a\nb", "x", "temperature", "degC", "", 0.9)], "pump1")


def test_rows_follow_a_file_without_a_last_line_end_and_with_a_byte_order_mark():
    text = append_rows("\ufeffsignal,asset\na,b", [{"signal": "c", "asset": "d"}])
    assert text == "\ufeffsignal,asset\na,b\nc,d\n"
