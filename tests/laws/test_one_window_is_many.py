"""Law: a check that judges one big window says what it says of the small ones on its grid, one by one."""

import random

import numpy as np
import pyarrow as pa
import pytest
from tests.app.works import SECOND_US, START_US, make_site
from tests.laws.judges import OWN

from arkwright.app.judge import judge_brief
from arkwright.app.slices import Moment, Slicer
from arkwright.core.tables import READINGS, ReadingsBuilder, Scale, Slice, Waveform, from_us
from arkwright.health.examine import checks
from arkwright.history.lake import Lake
from arkwright.history.query import History
from arkwright.runtime.watch import Watch

SITE = make_site(2)
ASSET = SITE.assets["P0000"]
KNOWN = {n: c for n, c in checks().items() if c.applies_to(ASSET)}


def readings(seed, first_s, last_s):
    """Readings in order of signal and time."""
    rng, builder = random.Random(seed), ReadingsBuilder()
    for second in range(first_s, last_s):
        at = START_US + second * SECOND_US
        hot = 100.0 if (second // 40) % 2 else 60.0  # forty seconds well, forty seconds hot
        if rng.random() < 0.9:
            builder.add(Scale("P0000.temp"), at, hot + rng.gauss(0, 1))
        if not 100 <= second < 190:  # and a silence longer than is declared
            builder.add(Scale("P0000.pressure"), at + 1, rng.gauss(3, 0.1))
    table = builder.take(START_US)
    names, times = table.column("signal").to_pylist(), table.column("time").to_pylist()
    return table.take(sorted(range(len(names)), key=lambda i: (names[i], times[i])))


def waveforms(seed, first_s, last_s):
    """Records of a second with the shocks of an outer race: a 6205 at 1797 rpm."""
    rng = np.random.default_rng(seed)
    t = np.arange(12_000) / 12_000.0
    shock = np.sin(2 * np.pi * 3000 * t) * (np.mod(t, 1 / 107.4) < 0.001)

    def record(second):
        samples = (shock + rng.normal(0, 0.1, len(t))).astype(np.float32)
        at = from_us(START_US + second * SECOND_US)
        return Waveform("P0000.vib", at, samples, 12_000.0, "m/s2", speed_rpm=1797.0)

    return tuple(record(s) for s in range(first_s, last_s, 10))


def cut_out(table, waves, first_s, last_s):
    """A slice of seconds, cut by plain comparison and nothing of the product."""
    start, end = START_US + first_s * SECOND_US, START_US + last_s * SECOND_US
    times = np.asarray(table.column("time").cast(pa.int64()))
    inside = table.filter(pa.array((times >= start) & (times < end)))
    latest = []
    for name in ("P0000.temp", "P0000.pressure"):
        own = np.flatnonzero((np.array(table.column("signal").to_pylist()) == name) & (times < end))
        latest += [table.slice(own[np.argmax(times[own])], 1)] if len(own) else []
    return Slice(
        from_us(start),
        from_us(end),
        inside,
        tuple(w for w in waves if from_us(start) <= w.time < from_us(end)),
        latest=pa.concat_tables(latest) if latest else READINGS.empty_table(),
        connected={"plc0": True},
    )


def walk(check, state, slices):
    findings = []
    for window in slices:
        state, found = check.judge(state, window, ASSET, window.end)
        findings += found
    return state, findings


@pytest.mark.parametrize("name", sorted(n for n, c in KNOWN.items() if c.needs.window_s == c.needs.every_s))
@pytest.mark.parametrize("seed", [0, 1])
def test_one_big_window_says_what_many_small_ones_say(name, seed):
    check = KNOWN[name]
    every = round(check.needs.every_s)
    length = max(240 // every, 3) * every
    first = -(START_US // SECOND_US) % every  # where the grid meets the hour of the test
    table, waves = readings(seed, 0, first + length), waveforms(seed, 0, first + 6 * every)
    warm = cut_out(table, waves, first, first + every)
    state, _ = walk(check, {}, [warm])
    begins = range(first + every, first + length, every)
    small = walk(check, state, [cut_out(table, waves, s, s + every) for s in begins])
    big = walk(check, state, [cut_out(table, waves, first + every, first + length)])
    assert [f.id for f in big[1]] == [f.id for f in small[1]]
    assert big[1] == small[1]
    if name != "stale":  # which connection was alive in the middle of a window, nobody wrote down
        assert big[0] == small[0]
    if name in {"limit", "bearing"}:
        assert small[1]


@pytest.mark.parametrize("name", sorted({**KNOWN, **OWN}))
def test_a_window_asked_of_history_is_the_window_cut_by_hand(tmp_path, name):
    check = {**KNOWN, **OWN}[name]
    every, width = (round(s) for s in (check.needs.every_s, check.needs.window_s))
    first = -(START_US // SECOND_US) % every
    table, waves = readings(7, 0, first + 3 * every), waveforms(7, 0, 40)
    now_us = START_US + (first + 3 * every) * SECOND_US
    with Lake(tmp_path, lambda: from_us(now_us)) as lake:
        lake.commit(table, waves, pa.Table.from_pylist([], schema=_events()), {}, START_US)
        slicer = Slicer(Watch(check, (ASSET,)), History(lake))
        asked, by_hand = [{}, []], [{}, []]
        for end in range(first + every, first + 3 * every + 1, every):
            moment = Moment(START_US + end * SECOND_US, now_us, (), {"plc0": True})
            for brief in slicer.look(moment).briefs({ASSET.name: asked[0]}, ()):
                (ruling,) = judge_brief(brief)
                assert ruling.error == ""
                asked[0] = asked[0] if ruling.state is None else ruling.state
                asked[1] += ruling.findings
            window = cut_out(table, waves, end - width, end)
            if window.readings.num_rows or window.waveforms or not check.needs.waveforms:
                state, found = check.judge(by_hand[0], window, ASSET, window.end)
                by_hand = [state, [*by_hand[1], *found]]
    assert [f.id for f in asked[1]] == [f.id for f in by_hand[1]]
    assert [f.text for f in asked[1]] == [f.text for f in by_hand[1]]


def _events():
    from arkwright.core.tables import EVENTS

    return EVENTS
