"""Declared limits: levels, hysteresis, the hold, quality, and words."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.health.slices import run, us_at, window

from arkwright.core.finding import BANDS
from arkwright.core.plant import Asset, Limits, Signal
from arkwright.core.tables import BAD, UNCERTAIN
from arkwright.health.checks.limit import CHECK, OFF_US, ON_US

TEMP = Signal(
    "P1.DE.temperature", "P1", "temperature", "degC", "plc", location="DE",
    limits=Limits(low=5.0, high=75.0, high_high=90.0, hysteresis=2.0),
    title="Bearing temperature", title_zh="轴承温度",
)  # fmt: skip
PUMP = Asset("P1", title="Pump 1", signals=(TEMP,))
OFF_S = OFF_US / 1e6


def rows(*values, start=0.0, step=1.0, name="P1.DE.temperature", status=0):
    return [(name, start + i * step, v, status) for i, v in enumerate(values)]


def test_a_value_above_its_high_limit_is_a_watch_with_value_limit_and_time_in_the_fitters_unit():
    [(second, finding)] = run(CHECK, PUMP, rows(*[70.0] * 12, *[78.25] * 28), 40)
    assert second == 20
    assert (finding.cause, finding.band, finding.location) == ("overheating", "watch", "DE")
    assert finding.text == (
        "Bearing temperature: 78.25 degC, above its high limit of 75 degC since 2026-03-03 00:00 UTC."
    )
    assert "轴承温度：78.25 degC" in finding.text_zh
    assert finding.evidence[0].figures["limit"] == 75.0
    assert finding.evidence[0].start.second == 12


def test_a_value_that_arrives_in_fahrenheit_is_told_in_fahrenheit():
    signal = Signal("t", "a", "temperature", "degF", "plc", limits=Limits(high=100.0), title="Oil")
    [(_, finding)] = run(CHECK, Asset("a", signals=(signal,)), rows(*[110.0] * 20, name="t"), 10)
    assert "Oil: 230 degF, above its high limit of 212 degF" in finding.text


def test_beyond_the_highest_limit_it_is_an_act_and_says_so_once():
    told = run(CHECK, PUMP, rows(*[80.0] * 20, *[95.0] * 40), 60)
    assert [(s, f.band) for s, f in told] == [(10, "watch"), (30, "act")]
    assert "highest limit of 90 degC" in told[1][1].text
    assert told[0][1].subject == told[1][1].subject
    assert "since 2026-03-03 00:00 UTC" in told[1][1].text


def test_one_spike_is_no_trouble_nor_is_a_short_excursion():
    values = [70.0] * 60
    values[5] = 200.0
    values[20:24] = [80.0] * 4  # 4 s is below the hold of 5 s
    assert ON_US == 5_000_000
    assert run(CHECK, PUMP, rows(*values), 60) == []


def test_one_reading_that_nothing_contradicts_is_a_trouble():
    [(second, finding)] = run(CHECK, PUMP, [("P1.DE.temperature", 3.0, 80.0, 0)], 40)
    assert (second, finding.cause) == (10, "overheating")


def test_a_trouble_stays_until_the_value_is_back_by_the_hysteresis_for_the_hold():
    # 74 is below the limit but not by the hysteresis of 2; 72.9 is.
    values = [80.0] * 10 + [74.0] * 400 + [72.9] * 400
    told = run(CHECK, PUMP, rows(*values), 810)
    assert [f.cause for _, f in told] == ["overheating", "normal"]
    assert told[1][0] == 410 + OFF_S
    assert told[1][1].labels == ("overheating",)
    assert "80 degC" in told[1][1].text


def test_work_in_cycles_is_one_trouble():
    # 20 s above the limit every 120 s: shorter pauses than the hold do not end it.
    values = [80.0 if second % 120 < 20 else 40.0 for second in range(1200)]
    told = run(CHECK, PUMP, rows(*values), 1200)
    assert {f.cause for _, f in told} == {"overheating"}
    assert told[0][0] == 10
    assert all("up to 80 degC" in f.text for _, f in told[1:])


def test_below_the_low_limit_is_the_other_side():
    [(_, finding)] = run(CHECK, PUMP, rows(*[1.0] * 10), 10)
    assert (finding.cause, finding.band) == ("low_temperature", "watch")
    assert "below its low limit of 5 degC" in finding.text


def test_from_above_to_below_ends_one_trouble_before_the_other_begins():
    values = [80.0] * 10 + [1.0] * 700
    told = run(CHECK, PUMP, rows(*values), 700)
    assert [f.cause for _, f in told][:2] == ["overheating", "normal"]
    assert told[2][1].cause == "low_temperature"


@pytest.mark.parametrize("status", [BAD, BAD | 0x8C0000, UNCERTAIN])
def test_a_value_that_is_not_good_is_no_value(status):
    assert run(CHECK, PUMP, rows(*[200.0] * 60, status=status), 60) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_no_value(value):
    assert run(CHECK, PUMP, rows(*[value] * 60), 60) == []


def test_two_signals_of_one_place_and_trouble_are_told_apart_by_name():
    twin = Signal("P1.DE.oil", "P1", "temperature", "degC", "plc", location="DE", limits=Limits(high=60.0))
    asset = Asset("P1", signals=(TEMP, twin))
    told = run(CHECK, asset, rows(*[99.0] * 10) + rows(*[99.0] * 10, name="P1.DE.oil"), 10)
    assert sorted(f.location for _, f in told) == ["DE.oil", "DE.temperature"]
    assert len({f.subject for _, f in told}) == 2


def test_a_trouble_that_goes_on_is_told_again_after_a_quarter_of_an_hour():
    told = run(CHECK, PUMP, rows(*[80.0] * 200, step=10.0), 2000)
    assert [s for s, _ in told] == [10, 910, 1810]
    assert len({f.subject for _, f in told}) == 1
    assert len({f.id for _, f in told}) == 3


def test_assets_without_limits_are_left_alone():
    assert not CHECK.applies_to(Asset("a", signals=(Signal("s", "a", "temperature", "degC"),)))
    rated = Signal("s", "a", "temperature", "degC", limits=Limits(max_rate_per_s=1.0))
    assert not CHECK.applies_to(Asset("a", signals=(rated,)))


@given(
    values=st.lists(st.sampled_from([1.0, 30.0, 74.0, 76.0, 89.0, 91.0, 200.0]), min_size=1, max_size=80),
    cuts=st.lists(st.integers(1, 7), max_size=7),
)
def test_many_small_windows_say_what_one_big_one_says(values, cuts):
    made = rows(*values)
    edges = sorted({0, 80, *(10 * c for c in cuts)})
    state, many = {}, []
    for start, end in pairwise(edges):
        cell = window(start, end, made)
        state, found = CHECK.judge(state, cell, PUMP, cell.end)
        many += found
    big = window(0, 80, made)
    whole, one = CHECK.judge({}, big, PUMP, big.end)
    assert (whole, one) == (state, many)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_a_band_is_never_worse_than_the_worst_value_bears_out(values):
    worst = max(values)
    lowest = min(values)
    allowed = "act" if worst > 90 else "watch" if worst > 75 or lowest < 5 else "none"
    for _, finding in run(CHECK, PUMP, rows(*values), 60):
        assert BANDS.index(finding.band) <= BANDS.index(allowed)


def test_the_grid_counts_from_the_epoch():
    assert us_at(0) % 10_000_000 == 0
