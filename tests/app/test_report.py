"""The report on a record: whole, true to the answer, and without any address in it."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest

from arkwright.app.diagnose import Question, diagnose
from arkwright.app.plot import Axis, Mark, bars, cells, curve
from arkwright.app.plot_polar import polar
from arkwright.app.report import REBUILD, command_of, report_page
from arkwright.app.report_cascade import cascade_rows

RATE_HZ, SPEED_RPM = 12_000.0, 1797.0


def struck(order, n=60_000, level=1.0):
    rng = np.random.default_rng(4)
    x = rng.normal(0, level, n)
    period = RATE_HZ / (order * SPEED_RPM / 60)
    ring = 5 * np.exp(-np.arange(200) / RATE_HZ * 900) * np.sin(2 * np.pi * 3000 * np.arange(200) / RATE_HZ)
    for k in range(int((n - 300) / period)):
        at = int(k * period + rng.normal(0, 0.01 * period))
        x[max(at, 0) : max(at, 0) + 200] += ring
    return x


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    np.savez(folder / "outer.npz", DE=struck(3.5848))
    np.savez(folder / "inner & <b>.npz", DE=struck(5.4152))
    np.savez(folder / "healthy.npz", DE=np.random.default_rng(1).normal(0, 1, 60_000))
    turns = np.arange(60_000) * SPEED_RPM / 60 / RATE_HZ
    shaken = np.random.default_rng(2).normal(0, 1, 60_000) + np.sin(2 * np.pi * 3 * turns)
    np.savez(folder / "turning.npz", DE=shaken)
    np.savez(folder / "holed.npz", DE=np.where(np.arange(60_000) == 9, np.nan, 1.0))
    return folder


@cache
def asked(records, name, **more):
    return diagnose(Question(records / name, "DE", RATE_HZ, SPEED_RPM, "6205", **more))


class Shape(HTMLParser):
    """What a page is made of: its open elements must all be closed."""

    VOID = frozenset({"meta", "line", "rect", "path", "br"})

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("name", ["outer.npz", "inner & <b>.npz", "healthy.npz", "holed.npz"])
def test_a_page_is_whole_and_needs_nothing_else(records, name):
    page = report_page(asked(records, name))
    shape = Shape()
    shape.feed(page)
    assert shape.open == []
    assert not re.search(r"https?:|src=|@import|url\(|<link", page)
    assert "<b>" not in page.replace("</b>", "")
    assert "prefers-color-scheme" in page


def test_the_page_shows_every_expected_line_where_the_answer_says_it_is(records):
    diagnosis = asked(records, "outer.npz")
    page = report_page(diagnosis)
    for line in diagnosis.answer["evidence"][0]["lines"]:
        assert f"<td>{line['name']}</td>" in page
        assert f">{line['frequency_hz']:.2f}</td>" in page
    assert page.count('class="mark found"') == sum(
        line["found"] for line in diagnosis.answer["evidence"][0]["lines"]
    )
    pictures = re.findall(r'<svg[^>]*aria-label="([^"]+)"', page)
    assert pictures[0] == "envelope spectrum"
    assert {"spectrum", "order spectrum", "cascade", "kurtogram", "waveform"} <= set(pictures)


def test_velocity_and_its_orders_are_drawn_where_the_unit_is_one_of_acceleration(records):
    assert "velocity spectrum" not in report_page(asked(records, "outer.npz"))
    assert "velocity spectrum" in report_page(asked(records, "outer.npz", unit="g"))


def test_the_kurtogram_points_to_the_band_in_which_the_blows_ring(records):
    # They ring at 3000 Hz.
    page = report_page(asked(records, "outer.npz"))
    low, high = re.search(r'class="name best[^>]*>◆ (\d+)–(\d+):', page).groups()
    assert int(low) < 3000 < int(high)


def test_the_mean_turn_is_drawn_where_something_repeats_with_the_turn(records):
    assert "mean of all turns" not in report_page(asked(records, "outer.npz"))
    page = report_page(asked(records, "turning.npz"))
    # A mean square of 1/2 beside noise of 1: a third repeats.
    share = re.search(r"turn, ([0-9.]+)% of the vibration", page).group(1)
    assert float(share) == pytest.approx(33.3, abs=1.5)


def test_statistics_are_those_of_the_samples(records):
    diagnosis = asked(records, "healthy.npz")
    rows = dict(re.findall(r"<tr><td>([^<]+)</td><td class=\"n\">([^<]+)</td>", report_page(diagnosis)))
    x = diagnosis.samples
    assert float(rows["RMS, without the mean"]) == pytest.approx(x.std(), rel=1e-3)
    assert float(rows["kurtosis"]) == pytest.approx(3.0, abs=0.1)
    assert float(rows["peak"]) == pytest.approx(np.abs(x - x.mean()).max(), rel=1e-3)


def test_a_page_stays_small_and_its_marks_fit_a_printed_page(records):
    page = report_page(asked(records, "outer.npz"))
    assert len(page.encode()) < 1_000_000
    assert "@media print" in page


def test_what_other_tests_saw_and_what_is_told_in_chinese_is_on_the_page(records):
    diagnosis = asked(records, "outer.npz")
    row = {"text": "the rotor: 1x leads", "text_zh": "转子：1× 为主", "figures": {"level_db": 21.5}}
    more = replace(diagnosis, answer=diagnosis.answer | {"also": [row]})
    page = report_page(more)
    assert "What else was seen" in page
    assert 'lang="zh">转子：1× 为主' in page
    assert "level 21.5 dB" in page


def test_the_answer_lies_inside_the_page_as_it_is(records):
    diagnosis = asked(records, "outer.npz")
    text = re.search(r'id="answer">(.*?)</script>', report_page(diagnosis), re.DOTALL).group(1)
    assert json.loads(text) == json.loads(json.dumps(diagnosis.answer))


@pytest.mark.parametrize("name", ["outer.npz", "inner & <b>.npz", "healthy.npz"])
def test_twenty_lines_of_numpy_rebuild_the_verdict_from_the_json_alone(records, name, tmp_path):
    answer = asked(records, name).answer
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    assert len(REBUILD.splitlines()) <= 20
    done = subprocess.run(
        [sys.executable, "-c", REBUILD], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split()[0] == answer["verdict"], done.stderr
    for fault, score in answer["scores"].items():
        rebuilt = re.search(rf"'{fault}': np.float64\(([^)]+)\)", done.stdout).group(1)
        assert float(rebuilt) == pytest.approx(score, abs=0.01)


def test_the_verdict_of_torn_races_is_rebuilt_too(shared_data, tmp_path):
    file = shared_data / "diagnosis/cwru/1797_B_7_DE12.npz"
    answer = diagnose(Question(file, "DE", 12_000.0, 1797.0, "6205", alpha=0.1)).answer
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    done = subprocess.run(
        [sys.executable, "-c", REBUILD], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split()[0] == answer["verdict"] == "cannot_judge"
    assert set(answer["labels"]) == {"outer_race", "inner_race"}


def test_the_command_on_the_page_asks_the_same_question(records):
    question = asked(records, "outer.npz", unit="g", power_kw=20.0, support="rigid").question
    said = command_of(question)
    for word in ("outer.npz", "--channel DE", "--rpm 1797", "--rate 12000", "--unit g", "--support rigid"):
        assert word in said


def test_severity_is_apart_from_the_fault_and_says_what_it_lacks(records):
    plain = asked(records, "outer.npz").answer
    assert plain["severity"] is None
    assert "unit" in plain["severity_missing"][0]
    half = asked(records, "outer.npz", unit="g").answer
    assert half["severity"]["zone"] is None
    assert any("rated_power_kw" in m for m in half["severity_missing"])
    whole = asked(records, "outer.npz", unit="m/s2", power_kw=20.0, support="rigid").answer
    assert whole["severity"]["zone"] in "ABCD"
    assert half["severity"]["velocity_mm_s"] == pytest.approx(
        9.80665 * whole["severity"]["velocity_mm_s"], rel=1e-3
    )


# --------------------------------------------------------------------------------------------- the plots
def test_ticks_are_round_and_inside():
    assert Axis("x", 0, 10).ticks(5) == pytest.approx([0, 2, 4, 6, 8, 10])
    assert Axis("x", -0.07, 0.13).ticks(5) == pytest.approx([-0.05, 0, 0.05, 0.1])
    assert Axis("x", 3, 3).ticks() == [3]


def test_a_curve_ends_where_its_values_say():
    axes = Axis("x", 0, 1), Axis("y", 0, 1)
    svg = curve(np.array([0.0, 1.0]), np.array([0.0, 1.0]), *axes, [Mark(0.5, "half"), Mark(9, "outside")])
    assert 'd="M58.0 216.0L906.0 26.0"' in svg
    assert "half" in svg
    assert "outside" not in svg


def test_only_named_bars_stand_out():
    svg = bars(["a", "b"], [3.0, 2.0], 1.0, "score", ["a"])
    assert svg.count("bar over") == 1


def test_the_darkest_cell_is_the_highest_and_the_best_is_framed():
    rows = [("1", [0, 10], [1.0]), ("2", [0, 5, 10], [2.0, 9.0])]
    svg = cells(rows, Axis("Hz", 0, 10), "bands", "kurtogram", (1, 1))
    assert 'fill-opacity="1.00"' in svg
    assert "◆ 5–10: 9" in svg
    assert svg.count('class="best"') == 1


def test_a_steady_value_is_a_circle_and_a_swing_of_one_reaches_out_to_the_rim():
    def radii(svg):
        points = re.search(r'class="curve" d="M([^Z]+)Z', svg).group(1).split("L")
        return [np.hypot(*(float(v) - 210 for v in p.split())) for p in points]

    assert radii(polar(np.zeros(12), "g", "turn")) == pytest.approx([100.0] * 12, abs=0.1)
    assert radii(polar(np.array([1.0, 0, -1.0, 0]), "g", "turn")) == pytest.approx(
        [150, 100, 50, 100], abs=0.1
    )


def test_a_tone_that_rises_leans_in_the_cascade_and_one_that_stays_stands_upright():
    t = np.arange(60_000) / RATE_HZ
    rises = np.sin(2 * np.pi * (200 * t + 40 * t**2))  # from 200 to 600 Hz in five seconds
    rows = cascade_rows(rises, RATE_HZ, 5, 1000.0)
    assert [float(name) for name, _, _ in rows] == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5])
    for name, edges, levels in rows:
        loud = [edges[i] for i in range(len(levels)) if levels[i] > max(levels) - 6]
        assert np.mean(loud) == pytest.approx(200 + 80 * float(name), abs=25)
    upright = [
        int(np.argmax(levels)) for _, _, levels in cascade_rows(np.sin(2 * np.pi * 305 * t), RATE_HZ, 5, 1e3)
    ]
    assert set(upright) == {30}
