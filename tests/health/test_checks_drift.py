"""Slow drift: the first day as base, what is a drift and what is not, and its false alarms."""

import numpy as np
import pytest
from tests.health.slices import T0, window

from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Slice
from arkwright.health.checks.drift import CHECK, N_BASE, base_of

OIL = Signal("G.oil", "G", "temperature", "degC", "plc", title="Oil", title_zh="油温")
TURNS = Signal("G.speed", "G", "rotational_speed", "rpm", "plc")
GEAR = Asset("G", title="Gear", nameplate={"rated_speed_rpm": 1500.0}, signals=(OIL, TURNS))
DAY_S = 86_400


def hours(n, level, *, start_h=0.0, seed=0, daily=3.0, turns=1500.0):
    """A reading a minute: a level, a daily wave and noise; ``level`` may be a function of the hour."""
    rng = np.random.default_rng(seed)
    rows = []
    for minute in range(round(n * 60)):
        hour = start_h + minute / 60
        base = level(hour) if callable(level) else level
        value = base + daily * np.sin(2 * np.pi * hour / 24) + 0.4 * rng.standard_normal()
        rows += [("G.oil", 3600 * hour, float(value)), ("G.speed", 3600 * hour, turns)]
    return rows


def judge(rows, *, start_h=0.0, n_h, state=None, events=()) -> tuple[dict, list]:
    """One long window: the fold cuts it into minutes."""
    whole: Slice = window(3600 * start_h, 3600 * (start_h + n_h), rows, events=events)
    return CHECK.judge(state or {}, whole, GEAR, whole.end)


@pytest.fixture(scope="module")
def learned():
    state, told = judge(hours(24, 60.0), n_h=24)
    assert told == []
    return state


def test_the_first_day_is_learned_in_silence(learned):
    course = learned["signals"]["G.oil"]
    level, cosine, sine = course["wave"]
    assert level == pytest.approx(60.0, abs=0.2)
    assert np.hypot(cosine, sine) == pytest.approx(3.0, abs=0.2)
    assert (course["low"], course["high"]) == pytest.approx((57.0, 63.0), abs=0.6)
    assert course["base"] == []
    assert N_BASE == 48


def test_a_slow_rise_is_found_once_it_has_left_the_first_day(learned):
    rows = hours(24, lambda h: 60.0 + 0.5 * (h - 24), start_h=24, seed=1)
    _, told = judge(rows, start_h=24, n_h=24, state=learned)
    first = told[0]
    assert (first.cause, first.band, first.location) == ("drift", "watch", "oil")
    assert (first.end - T0).total_seconds() / 3600 < 36
    assert first.text.startswith("Oil has risen to ")
    assert "of its first day" in first.text
    assert "上升" in first.text_zh
    assert first.evidence[-1].against


def test_another_day_like_the_first_is_silent(learned):
    assert judge(hours(24, 60.0, start_h=24, seed=2), start_h=24, n_h=24, state=learned)[1] == []


def test_an_excursion_of_minutes_is_no_drift(learned):
    rows = hours(12, lambda h: 100.0 if 26 <= h < 26.2 else 60.0, start_h=24, seed=3)
    assert judge(rows, start_h=24, n_h=12, state=learned)[1] == []


def test_hours_in_which_it_stands_do_not_count(learned):
    rows = hours(12, 20.0, start_h=24, seed=4, turns=0.0)
    assert judge(rows, start_h=24, n_h=12, state=learned)[1] == []


def test_it_is_over_once_it_is_back_for_two_hours(learned):
    rows = hours(16, lambda h: 75.0 if h < 30 else 60.0, start_h=24, seed=5)
    _, told = judge(rows, start_h=24, n_h=16, state=learned)
    assert told[0].cause == "drift"
    assert told[-1].cause == "normal"
    assert (told[-1].end - T0).total_seconds() / 3600 == pytest.approx(32, abs=0.6)


def test_closing_the_work_makes_what_is_now_the_base(learned):
    state, _ = judge(hours(6, 75.0, start_h=24, seed=6), start_h=24, n_h=6, state=learned)
    closed = ("order_closed", "G", 3600 * 30 + 30, '{"cause": "drift", "state": "done"}')
    state, told = judge(hours(1, 75.0, start_h=30, seed=7), start_h=30, n_h=1, state=state, events=(closed,))
    assert [f.cause for f in told] == ["normal"]
    assert state["signals"]["G.oil"]["spread"] == 0.0
    assert len(state["signals"]["G.oil"]["base"]) == 2


def test_wandering_that_remembers_itself_is_not_taken_for_drift():
    # AR(1) blocks with rho = 0.8: their spread is widened to sqrt((1 + 0.8) / (1 - 0.8)) = 3 times.
    rng = np.random.default_rng(8)
    blocks, x = [], 0.0
    for _ in range(4000):
        x = 0.8 * x + 0.6 * rng.standard_normal()
        blocks.append(x)
    (level, _, _), spread = base_of(tuple(blocks))
    assert level == pytest.approx(0.0, abs=0.15)
    assert spread == pytest.approx(3.0, rel=0.1)


def test_a_value_that_never_moved_has_a_spread_all_the_same():
    wave, spread = base_of((50.0,) * 48)
    assert wave == pytest.approx((50.0, 0.0, 0.0))
    assert spread == pytest.approx(0.05)
