"""Rate of change: what is fast, and what only looks so."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.health.slices import run, window

from arkwright.core.plant import Asset, Limits, Signal
from arkwright.core.tables import BAD
from arkwright.health.checks.rate import CHECK

LEVEL = Signal(
    "T1.level", "T1", "temperature", "degC", "plc", limits=Limits(max_rate_per_s=0.5),
    title="Melt", title_zh="熔体",
)  # fmt: skip
TANK = Asset("T1", title="Tank", signals=(LEVEL,))


def ramp(slope, n=120, first=20.0, step=1.0):
    return [("T1.level", i * step, first + slope * i * step) for i in range(n)]


def test_a_ramp_faster_than_declared_is_found_and_told_as_a_rate():
    [(second, finding)] = run(CHECK, TANK, ramp(0.8), 120)
    assert second == 10
    assert (finding.cause, finding.band, finding.location) == ("rapid_change", "watch", "level")
    assert finding.text.startswith("Melt rose by 0.8 degC/s at 2026-03-03 00:00 UTC")
    assert "上升" in finding.text_zh
    assert finding.evidence[0].figures["rate_per_s"] == pytest.approx(0.8)


def test_a_fall_counts_as_a_rise_does():
    [(_, finding)] = run(CHECK, TANK, ramp(-0.8), 120)
    assert "fell by 0.8 degC/s" in finding.text


def test_a_ramp_below_the_declared_rate_is_nothing():
    assert run(CHECK, TANK, ramp(0.49), 120) == []


def test_a_step_is_a_fast_change_and_is_over_after_five_quiet_minutes():
    rows = [("T1.level", float(i), 20.0 if i < 30 else 35.0) for i in range(600)]
    told = run(CHECK, TANK, rows, 600)
    assert [f.cause for _, f in told] == ["rapid_change", "normal"]
    assert told[1][0] == 330  # the step at 30 s, and 300 s of quiet


def test_one_spike_is_none():
    rows = ramp(0.0)
    rows[50] = ("T1.level", 50.0, 500.0)
    assert run(CHECK, TANK, rows, 120) == []


def test_duplicates_and_jitter_are_none():
    draw = random.Random(1)
    rows = [("T1.level", i + draw.uniform(-0.2, 0.2), 20.0 + 0.3 * i) for i in range(1, 120)]
    rows = sorted(rows + rows[::3], key=lambda r: r[1])
    assert run(CHECK, TANK, rows, 120) == []


def test_over_a_gap_the_mean_rate_counts():
    slow = [("T1.level", float(i), 20.0) for i in range(20)] + [
        ("T1.level", float(i), 40.0) for i in range(80, 100)
    ]
    assert run(CHECK, TANK, slow, 120) == []  # 20 degC in 61 s
    fast = [("T1.level", float(i), 20.0) for i in range(20)] + [
        ("T1.level", float(i), 80.0) for i in range(80, 100)
    ]
    assert [f.cause for _, f in run(CHECK, TANK, fast, 120)] == ["rapid_change"]  # 60 degC in 61 s


def test_bad_values_are_none():
    rows = [(n, s, 500.0 if 40 < s < 60 else v, BAD if 40 < s < 60 else 0) for n, s, v in ramp(0.0)]
    assert run(CHECK, TANK, rows, 120) == []


@given(
    values=st.lists(st.integers(0, 40), min_size=1, max_size=60),
    cuts=st.lists(st.integers(1, 5), max_size=5),
)
def test_many_small_windows_say_what_one_big_one_says(values, cuts):
    rows = [("T1.level", float(i), float(v)) for i, v in enumerate(values)]
    state, many = {}, []
    for start, end in pairwise(sorted({0, 60, *(10 * c for c in cuts)})):
        cell = window(start, end, rows)
        state, found = CHECK.judge(state, cell, TANK, cell.end)
        many += found
    big = window(0, 60, rows)
    assert CHECK.judge({}, big, TANK, big.end) == (state, many)
