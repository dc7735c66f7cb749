"""The site folder: what people get wrong in it is named, all at once, with the row."""

from pathlib import Path

import pytest

from arkwright.app.draft import draft_site
from arkwright.app.site import load_site, read_site
from arkwright.core.errors import SiteError

TOML = 'schema = 1\nname = "w"\n[connections.plc]\nprotocol = "opcua"\nurl = "opc.tcp://127.0.0.1:4840"\n'
ASSETS = "asset,parent,class,title,rated_power_kw,bearings\nworks,,area,Works,,\n"
ASSETS += "p1,works,pump,Pump 1,30,DE=6205;NDE=6203\n"
SIGNALS = "signal,asset,quantity,unit,connection,address,high,hysteresis\n"
SIGNALS += "p1.t,p1,temperature,degF,plc,ns=2;s=T,212,9\n"


def write(folder: Path, toml=TOML, assets=ASSETS, signals=SIGNALS) -> Path:
    (folder / "site.toml").write_text(toml)
    (folder / "assets.csv").write_text(assets)
    (folder / "signals.csv").write_text(signals)
    return folder


def test_a_good_folder_loads_with_limits_in_canonical_units(tmp_path):
    site = load_site(write(tmp_path))
    limits = site.signals["p1.t"].limits
    assert limits.high == pytest.approx(100.0)  # 212 degF
    assert limits.hysteresis == pytest.approx(5.0)  # 9 degF of difference
    pump = site.assets["p1"]
    assert pump.bearings == {"DE": "6205", "NDE": "6203"}
    assert pump.rated("rated_power_kw") == 30.0
    assert pump.signals == (site.signals["p1.t"],)


def test_a_drafted_folder_is_valid_and_never_overwritten(tmp_path):
    draft_site(tmp_path / "new", 'Hall "7", east')
    assert read_site(tmp_path / "new")[1] == []
    with pytest.raises(SiteError, match="already there"):
        draft_site(tmp_path / "new")


@pytest.mark.parametrize(
    ("change", "file", "row", "says"),
    [
        ({"toml": "schema = 2\nname='w'\n"}, "site.toml", None, "schema is 2"),
        ({"toml": "name = \n"}, "site.toml", None, "Invalid value"),
        ({"toml": TOML + "[connections.x]\nurl='a'\n"}, "site.toml", None, "lacks url or protocol"),
        ({"toml": TOML.replace("opcua", "profinet")}, "site.toml", None, "modbus, mqtt, mtconnect, opcua"),
        ({"toml": TOML + "[history]\nraw_days = 'x'\n"}, "site.toml", None, "[history] raw_days is 'x'"),
        ({"toml": TOML + "[history]\nwaveform_days = 0\n"}, "site.toml", None, "waveform_days is 0"),
        ({"assets": ASSETS + "p1,works,pump,again,,\n"}, "assets.csv", 4, "stands in row 3 too"),
        ({"assets": ASSETS + "p2,wroks,pump,P2,,\n"}, "assets.csv", 4, "'works' perhaps"),
        ({"assets": ASSETS + "a,b,x,A,,\nb,a,x,B,,\n"}, "assets.csv", 4, "its own ancestor"),
        ({"assets": ASSETS + "p3,works,pump,P3,,6205\n"}, "assets.csv", 4, "location=designation"),
        ({"assets": ASSETS.replace("asset,parent", "name,parent")}, "assets.csv", 1, "'asset' is missing"),
        (
            {"signals": SIGNALS + "s2,p1,temperature,rpm,plc,x,,\n"},
            "signals.csv",
            3,
            "measures rotational_speed",
        ),
        ({"signals": SIGNALS + "s2,p9,temperature,K,plc,x,,\n"}, "signals.csv", 3, "asset 'p9'"),
        ({"signals": SIGNALS + "s2,p1,temperature,K,pcl,x,,\n"}, "signals.csv", 3, "'plc' perhaps"),
        ({"signals": SIGNALS + "s2,p1,temperature,K,plc,x,hot,\n"}, "signals.csv", 3, "a number"),
        ({"signals": SIGNALS + "s 2,p1,temperature,K,plc,x,,\n"}, "signals.csv", 3, "name 's 2'"),
    ],
)
def test_each_mistake_is_named_with_file_and_row(tmp_path, change, file, row, says):
    flaws = read_site(write(tmp_path, **change))[1]
    assert any(f.file == file and f.row == row and says in str(f) for f in flaws), [str(f) for f in flaws]


def test_all_mistakes_are_reported_at_once(tmp_path):
    assets = ASSETS + "p1,works,pump,again,,\n"
    signals = SIGNALS + "s2,p9,temperature,rpm,pcl,x,hot,\n"
    assert len(read_site(write(tmp_path, assets=assets, signals=signals))[1]) == 5


def test_crossed_limits_are_refused(tmp_path):
    signals = "signal,asset,quantity,unit,low,high\ns,p1,temperature,degC,90,20\n"
    (flaw,) = read_site(write(tmp_path, signals=signals))[1]
    assert "low 90 is not below high 20" in str(flaw)


def test_semicolons_decimal_commas_and_a_byte_order_mark_are_read(tmp_path):
    write(tmp_path)
    text = "\ufeffsignal;asset;quantity;unit;high\np1.t;p1;temperature;degC;90,5\n"
    (tmp_path / "signals.csv").write_text(text, encoding="utf-8")
    assert load_site(tmp_path).signals["p1.t"].limits.high == 90.5


def test_a_missing_folder_says_how_to_draft_one(tmp_path):
    with pytest.raises(SiteError, match="arkwright new"):
        load_site(tmp_path / "nowhere")


def test_a_big_works_with_an_error_in_every_row_is_reported_whole(tmp_path):
    assets = "asset,parent,class\na0,,x\n" + "".join(f"a{i},a{i // 8},x\n" for i in range(1, 5000))
    rows = "".join(f"s{i},b{i % 5000},temperature,degC\n" for i in range(50_000))
    write(tmp_path, assets=assets, signals="signal,asset,quantity,unit\n" + rows)
    assert len(read_site(tmp_path)[1]) == 50_000
