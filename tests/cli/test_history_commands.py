"""`arkwright history` as a user runs it, also while another process writes."""

import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.app.troubles import NOW
from tests.cli.plantfolder import arkwright, keep, lay_out, readings, waveform

from arkwright.cli.history import draw

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path):
    return lay_out(tmp_path / "works")


@pytest.fixture
def run(capsys):
    return lambda *words: arkwright(capsys, *words)


def loaded(done):
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_all_signals_are_listed_with_their_last_value_in_their_own_unit(folder, run):
    keep(folder, readings([20.0, 100.0]), waveforms=(waveform(),))
    rows = {r["signal"]: r for r in loaded(run("history", folder, "--json"))["signals"]}
    assert (rows["p1.t"]["value"], rows["p1.t"]["unit"], rows["p1.t"]["status"]) == (212.0, "degF", "good")
    assert rows["p1.t"]["time"] == NOW.isoformat()
    assert rows["m1.t"]["status"] == "never heard of"
    table = run("history", folder).out
    assert "Bearing temperature" in table
    assert "212" in table


def test_every_reading_of_a_window_is_told_as_json_and_csv(folder, run):
    keep(folder, readings([0.0, 100.0, float("nan")]))
    told = loaded(run("history", folder, "p1.t", "--json"))
    assert told["unit"] == "degF"
    assert [(r["value"], r["status"]) for r in told["readings"]] == [
        (32.0, "good"),
        (212.0, "good"),
        (None, "bad"),
    ]
    rows = list(csv.reader(io.StringIO(run("history", folder, "p1.t", "--csv").out)))
    assert rows[0][:3] == ["time", "value [degF]", "status"]
    assert rows[1][1] == "32.0"


def test_buckets_hold_mean_least_greatest_and_count(folder, run):
    keep(folder, readings([0.0, 100.0, 50.0], step_s=10))
    told = loaded(run("history", folder, "p1.t", "--every", "1h", "--json"))
    first, second = told["buckets"]  # two readings before the hour, one on it
    assert (first["mean"], first["min"], first["max"], first["n"]) == (122.0, 32.0, 212.0, 2)
    assert (second["mean"], second["n"]) == (122.0, 1)
    assert "mean degF" in run("history", folder, "p1.t", "--every", "1h").out
    assert "is no length of time" in run("history", folder, "p1.t", "--every", "often", "--json").err


def test_a_curve_has_at_most_the_points_asked_for(folder, run):
    keep(folder, readings([float(n % 7) for n in range(500)]))
    told = loaded(run("history", folder, "p1.t", "--points", "50", "--json"))
    assert 3 <= len(told["points"]) <= 50
    assert told["n_readings"] == 500


def test_a_window_is_half_open_and_read_by_the_clock_of_the_site(folder, run):
    keep(folder, readings([1.0, 2.0, 3.0]))  # at 02:58, 02:59 and 03:00 UTC; Shanghai is eight hours on
    words = ("history", folder, "p1.t", "--from", "2026-03-03T10:59", "--to", "2026-03-03T11:00", "--json")
    [row] = loaded(run(*words))["readings"]
    assert row["time"] == "2026-03-03T02:59:00+00:00"
    done = run("history", folder, "p1.t", "--from", "2026-03-04", "--to", "2026-03-03")
    assert "the window ends" in done.err


def test_the_plot_names_unit_and_range_and_draws_a_ramp_as_a_ramp(folder, run):
    keep(folder, readings([float(n) for n in range(0, 101)]))
    lines = run("history", folder, "p1.t", "--from", "2026-03-03T09:20").out.splitlines()
    assert lines[0] == "Bearing temperature [degF], 101 readings"
    assert float(lines[1].split()[0]) == pytest.approx(212, abs=2)
    assert float(lines[8].split()[0]) == pytest.approx(32, abs=2)
    heights = [sum(line[11:].ljust(72)[x] != " " for line in lines[1:9]) for x in range(72)]
    assert heights == sorted(heights)
    assert (heights[0], heights[-1]) == (1, 8)


def test_nothing_is_drawn_where_nothing_is_known():
    rows = [row.ljust(14)[11:14] for row in draw([0.0, None, 1.0]).splitlines()]
    assert [row[0] for row in rows] == [" "] * 7 + ["▁"]
    assert [row[1] for row in rows] == [" "] * 8
    assert [row[2] for row in rows] == ["█"] * 8
    assert draw([None, None]) == "(nothing that can be drawn)"


def test_a_waveform_is_told_by_its_records(folder, run):
    keep(folder, waveforms=(waveform(),))
    [row] = loaded(run("history", folder, "p1.v", "--json"))["waveforms"]
    assert (row["n"], row["rate_hz"], row["speed_rpm"]) == (1000, 1000.0, 1480.0)
    assert "1480" in run("history", folder, "p1.v").out


def test_a_name_that_is_not_there_suggests_those_that_are(folder, run):
    keep(folder, readings([1.0]))
    assert "there is no signal 'p1.tt'; wanted p1.t" in run("history", folder, "p1.tt").err
    assert "nothing was read of it yet" in run("history", folder, "m1.t").err


def test_a_site_that_never_ran_says_so(folder, run):
    assert "nothing was kept yet" in run("history", folder).err


def test_history_feed_and_decisions_work_while_another_process_runs_the_site(folder, run):
    words = [sys.executable, "-m", "tests.cli.running_plant", str(folder)]
    plant = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert plant.stdout.readline() == "runs\n"
        seen = []
        for _ in range(3):
            seen.append(
                len(loaded(run("history", folder, "p1.t", "--from", "2026-01-01", "--json"))["readings"])
            )
            time.sleep(0.3)
        assert seen == sorted(seen)
        assert seen[-1] > seen[0]
        [card] = loaded(run("feed", folder, "--json"))["cards"]
        order = loaded(run("feed", "approve", folder, card["id"], "--person", "li", "--json"))
        deadline = time.monotonic() + 10
        while plant.stdout.readline() != f"sees {order['id']}\n":
            assert time.monotonic() < deadline
        assert loaded(run("audit", folder, "--verify", "--json"))["broken"] is None
    finally:
        plant.terminate()
        plant.wait(10)
        plant.stdout.close()
