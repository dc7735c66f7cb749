"""A recording played through the runtime says what `diagnose` says of the file; tables and logs play too."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tests.app.works import Here, make_site
from typer.testing import CliRunner

from arkwright.app.diagnose import Question, diagnose
from arkwright.app.rejudge import compare_with_ledger
from arkwright.app.replay import replay
from arkwright.app.replay_tape import How, read_tape
from arkwright.cli.main import app
from arkwright.core.errors import HistoryError, SourceError
from arkwright.core.plant import Asset, Connection, Signal, Site
from arkwright.health.examine import checks
from arkwright.history.ledger import open_ledger
from arkwright.history.query import History

START = datetime(2026, 1, 1, tzinfo=UTC)


def stand(bearing: str) -> Site:
    """A test stand with one bearing."""
    vib = Signal("P.vib", "P", "acceleration", "g", "plc", kind="waveform", location="DE")
    asset = Asset("P", asset_class="pump", bearings={"DE": bearing}, signals=(vib,))
    return Site("stand", {"P": asset}, {"P.vib": vib}, {"plc": Connection("plc", "files", "recording:")})


@pytest.mark.parametrize(
    ("file", "channel", "rate_hz", "rpm", "bearing"),
    [
        ("cwru/1797_IR_7_DE48.npz", "DE", 48_000.0, 1797.0, "6205"),
        ("cwru/1797_ORat6_7_DE12.npz", "DE", 12_000.0, 1797.0, "6205"),
        ("cwru/1797_ORat3_14_FE.npz", "FE", 12_000.0, 1797.0, "6203"),
        ("ims_test1_early/2003.10.22.12.09.13_b2.npz", "x", 20_000.0, 2000.0, "ZA-2115"),
    ],
)
async def test_a_record_played_as_a_stream_gets_the_verdict_of_the_file(
    shared_data, tmp_path, file, channel, rate_hz, rpm, bearing
):
    path = shared_data / "diagnosis" / file
    answer = diagnose(Question(path, channel, rate_hz, rpm, bearing)).answer
    site = stand(bearing)
    tape = read_tape(path, site, How("P.vib", channel, rate_hz, rpm, start=START))
    told = await replay(site, tape, tmp_path / "data", engine=Here())
    assert answer["verdict"] in {"inner_race", "outer_race", "normal"}
    assert told.verdicts["bearing"] == answer["verdict"]
    assert told.waveforms == 5


def table(path, rows):
    path.write_text("\n".join(rows) + "\n")
    return path


def hot_table(path):
    at = [START + timedelta(seconds=s) for s in range(120)]
    rows = [f"{t.isoformat()},{99 if n >= 60 else 60},3.0" for n, t in enumerate(at)]
    return table(path, ["time,P0000.temp,P0000.pressure", *rows])


async def test_a_table_of_readings_is_judged_window_by_window(tmp_path):
    site = make_site(1)
    told = await replay(site, read_tape(hot_table(tmp_path / "a.csv"), site, How()), tmp_path / "data")
    (hot,) = [f for f in told.findings if f.check == "limit"]
    assert (hot.cause, hot.start, hot.end) == (
        "overheating",
        START + timedelta(seconds=60),
        START + timedelta(seconds=70),
    )
    assert told.readings == 240
    assert told.verdict == "overheating"
    assert [c.asset for c in told.cards if c.payload.get("check") == "limit"] == ["P0000"]


async def test_what_was_replayed_can_be_judged_again(tmp_path):
    site = make_site(1)
    tape = read_tape(hot_table(tmp_path / "a.csv"), site, How())
    await replay(site, tape, tmp_path / "data", engine=Here())
    ledger = open_ledger(tmp_path / "data" / "ledger.db")
    found = list(compare_with_ledger(site, History(tmp_path / "data" / "history"), ledger, checks()))
    ledger.close()
    assert {c.check: c.equal for c in found}["limit"]
    assert all(c.equal for c in found)
    with pytest.raises(HistoryError, match="history already"):
        await replay(site, tape, tmp_path / "data", engine=Here())


async def test_rows_of_signal_time_and_value_are_a_table_too(tmp_path):
    site = make_site(1)
    rows = [f"{(START + timedelta(seconds=s)).isoformat()},P0000.temp,{50 + s}" for s in range(60)]
    tape = read_tape(table(tmp_path / "long.csv", ["time,signal,value", *rows]), site, How())
    assert sum(a.readings.num_rows for a in tape.arrivals) == 60
    assert [a.time_us % 10_000_000 for a in tape.arrivals] == [0] * 6


def test_lines_of_an_adapter_arrive_in_the_order_of_the_file(tmp_path):
    site = make_site(1)
    lines = [
        "2026-01-01T00:00:01Z|P0000.temp|50",
        "2026-01-01T00:00:25Z|P0000.temp|51|P0000.pressure|UNAVAILABLE",
        "2026-01-01T00:00:05Z|P0000.temp|52",  # late
        "2026-01-01T00:00:31Z|P0000.temp|53",
    ]
    tape = read_tape(table(tmp_path / "log.txt", lines), site, How())
    seen = [[r["value"] for r in a.readings.to_pylist()] for a in tape.arrivals]
    assert seen == [[50.0], [51.0, None, 52.0], [53.0]]
    ends = [a.time_us - int(START.timestamp() * 1e6) for a in tape.arrivals]
    assert ends == [10_000_000, 30_000_000, 40_000_000]


def test_the_recording_of_a_lathe_plays(shared_data, tmp_path):
    path = shared_data / "platform/mtconnect/okuma_multus_u3000_session_A_1351-1354.shdr.txt"
    load = Signal("L.load", "L", "ratio", "%", "mt", "S1load")
    mode = Signal("L.mode", "L", "", "", "mt", "pmode", kind="text")
    site = Site("shop", {"L": Asset("L", signals=(load, mode))}, {s.name: s for s in (load, mode)}, {})
    tape = read_tape(path, site, How())
    rows = [r for a in tape.arrivals for r in a.readings.to_pylist()]
    assert {r["signal"] for r in rows} == {"L.load", "L.mode"}
    assert {r["text"] for r in rows if r["signal"] == "L.mode"} >= {"AUTOMATIC"}


@pytest.mark.parametrize(
    ("name", "content", "how", "match"),
    [
        ("none.npz", None, How(), "is not there"),
        ("a.csv", "time,other\n2026-01-01T00:00:00Z,1\n", How(), "none of its columns"),
        ("a.txt", "nonsense\n", How(), "no observation"),
        ("a.csv", "x\n", How(signal="P9.vib"), "no waveform signal 'P9.vib'"),
    ],
)
def test_a_recording_that_cannot_be_played_says_why(tmp_path, name, content, how, match):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(SourceError, match=match):
        read_tape(tmp_path / name, make_site(1), how)


def test_a_record_is_cut_in_slices_and_repeated(tmp_path):
    np.savez(tmp_path / "r.npz", DE=np.arange(1000.0), fs=100.0)
    how = How(repeat=2, every_s=15.0, slice_s=4.0, start=START)
    site = stand("6205")
    tape = read_tape(tmp_path / "r.npz", site, how)
    waves = [w for a in tape.arrivals for w in a.waveforms]
    assert [(w.time - START).total_seconds() for w in waves] == [0.0, 4.0, 15.0, 19.0]
    assert [len(w.samples) for w in waves] == [400] * 4
    assert waves[1].samples[0] == pytest.approx(400 * 9.80665)


def site_folder(folder):
    folder.mkdir()
    (folder / "site.toml").write_text('schema = 1\nname = "works"\n')
    (folder / "assets.csv").write_text("asset,class\nP0000,pump\n")
    head = "signal,asset,quantity,unit,connection,high,high_high\n"
    (folder / "signals.csv").write_text(head + "P0000.temp,P0000,temperature,degC,,80,95\n")
    return folder


def test_the_command_replays_and_then_judges_the_kept_history_again(tmp_path):
    folder = site_folder(tmp_path / "site")
    file = hot_table(tmp_path / "a.csv")
    home = tmp_path / "site.data"
    done = CliRunner().invoke(app, ["replay", str(file), str(folder), "--data", str(home), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["verdict"] == "overheating"
    assert told["verdicts"]["limit"] == "overheating"
    again = CliRunner().invoke(app, ["replay", str(folder), "--json"])
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["equal"] is True
    ledger = open_ledger(home / "ledger.db")
    with ledger.change() as change:
        change.put_states("limit", {"P0000": {"forged": 1}})
    ledger.close()
    forged = CliRunner().invoke(app, ["replay", str(folder)])
    assert forged.exit_code == 2
    assert "state differs: P0000" in forged.stdout
