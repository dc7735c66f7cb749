"""What every check must keep: each test here runs for all that are found."""

import ast
import copy
import importlib
import inspect
import json
import math
import pickle
import re
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.health.slices import tones, waveform, window

from arkwright.core.catalog import Check, find_entries
from arkwright.core.finding import BANDS, CANNOT_JUDGE
from arkwright.core.plant import Asset, Limits, Signal
from arkwright.core.quantity import find_quantity
from arkwright.core.tables import BAD, GOOD, UNCERTAIN
from arkwright.health import ask as room
from arkwright.health.examine import NORMAL, checks, cleared_subjects, examine
from arkwright.health.fault import faults

NAMES = sorted(checks())
TESTS = room.tests()
HZ = 24.5


def _signal(name, quantity, unit, *, location="", kind="value", **limits):
    return Signal(
        f"X.{name}", "X", quantity, unit, "plc", kind=kind, location=location, max_gap_s=15.0,
        limits=Limits(**limits), title=name.title(), title_zh="信号",
    )  # fmt: skip


def _for_tests():
    """A waveform of each further quantity that a test of one record is asked of."""
    more = sorted({test.quantity for test in TESTS.values()} - {"acceleration"})
    return tuple(_signal(q, q, find_quantity(q).canonical, location="DE", kind="waveform") for q in more)


EVERYTHING = Asset(
    "X",
    asset_class="pump",
    title="Everything",
    title_zh="万物",
    nameplate={"rated_power_kw": 30.0, "support": "rigid", "rated_speed_rpm": 60 * HZ}
    | {name: value for test in TESTS.values() for name, value in test.example.items()},
    bearings={"DE": "6205", "NDE": "6203"},
    signals=(
        _signal("speed", "rotational_speed", "rpm"),
        _signal("DE.temperature", "temperature", "degC", location="DE", high=60.0, high_high=80.0,
                hysteresis=2.0, max_rate_per_s=1.0),
        _signal("flow", "volume_flow", "l/min", low_low=5.0, low=10.0),
        _signal("DE.velocity", "vibration_velocity", "mm/s", location="DE"),
        _signal("NDE.acceleration", "acceleration", "g", location="NDE", kind="waveform"),
        _signal("mode", "state", "", kind="text"),
        *_for_tests(),
    ),
)  # fmt: skip
BARE = Asset("X", signals=EVERYTHING.signals)


def ill_rows(n=120):
    """Two minutes in which everything goes wrong: hot, fast, without flow, shaking, and then silent."""
    rows = []
    for i in range(n):
        rows += [
            ("X.speed", float(i), 60 * HZ),
            ("X.DE.temperature", float(i), 50.0 if i < 30 else 95.0),
            ("X.flow", float(i), 20.0 if i < 40 else 0.1, BAD if i > 100 else GOOD),
            ("X.mode", float(i), "AUTO"),
        ]
        rows += [("X.DE.velocity", float(i), 9.0)] if i % 5 == 0 and i < 60 else []
    return rows


def ill_records(n=6):
    x = tones((HZ, 6.0), (2 * HZ, 0.4), seconds=1.6, noise=0.5)
    return tuple(waveform("X.NDE.acceleration", 10.0 * i, x) for i in range(n))


def walk(check, asset, rows, edges, *, records=(), through_json=True, **more):
    """Judge window after window; states go through JSON as they do in the ledger."""
    state, told = {}, []
    for start, end in pairwise(edges):
        cell = window(start, end, rows, waveforms=records, **more)
        state, found = check.judge(state, cell, asset, cell.end)
        told += found
        if through_json:
            state = json.loads(json.dumps(state, allow_nan=False))
    return state, told


def grid(check, end=120):
    return list(range(0, end + 1, round(check.needs.every_s)))


@pytest.fixture(params=NAMES)
def check(request):
    return checks()[request.param]


def test_there_are_the_first_checks():
    assert {"limit", "stale", "rate", "velocity", "bearing", "unbalance", "drift"} <= set(NAMES)


def test_it_says_what_it_is(check):
    assert check.title
    assert len(check.summary) > 60
    assert inspect.getdoc(importlib.import_module(f"arkwright.health.checks.{check.name}"))
    assert check.needs.window_s == check.needs.every_s, "every reading is in one window, and in one only"
    assert check.needs.every_s > 0


def test_it_goes_to_a_worker_and_back(check):
    again = pickle.loads(pickle.dumps(check))
    assert again.judge == check.judge


def test_it_does_not_apply_to_what_has_no_signals(check):
    assert check.applies_to(Asset("area")) is False
    assert check.applies_to(EVERYTHING) is True


@pytest.mark.parametrize("asset", [EVERYTHING, BARE], ids=["everything", "bare"])
def test_the_same_gives_the_same_and_touches_nothing(check, asset):
    state, _ = walk(check, asset, ill_rows(), grid(check, 60), records=ill_records(), connected={"plc": True})
    cell = window(60, 120, ill_rows(), waveforms=ill_records(), connected={"plc": True})
    before, samples = copy.deepcopy(state), [w.samples.copy() for w in cell.waveforms]
    first = check.judge(state, cell, asset, cell.end)
    assert check.judge(copy.deepcopy(before), cell, asset, cell.end) == first
    assert state == before
    assert all(np.array_equal(a, w.samples) for a, w in zip(samples, cell.waveforms, strict=True))


@pytest.mark.parametrize("asset", [EVERYTHING, BARE], ids=["everything", "bare"])
def test_one_big_window_says_what_many_small_ones_say(check, asset):
    more = {"records": ill_records(), "connected": {"plc": True}}
    small = walk(check, asset, ill_rows(), grid(check), **more)
    assert walk(check, asset, ill_rows(), [0, 120], **more) == small
    assert walk(check, asset, ill_rows(), [0, 60, 120], **more) == small
    assert walk(check, asset, ill_rows(), grid(check), through_json=False, **more)[1] == small[1]


def test_its_state_is_plain_json(check):
    state, _ = walk(check, EVERYTHING, ill_rows(), grid(check), records=ill_records(), through_json=False)
    assert json.loads(json.dumps(state, allow_nan=False)) == state


@pytest.mark.parametrize("asset", [EVERYTHING, BARE], ids=["everything", "bare"])
def test_what_it_says_is_well_formed(check, asset):
    _, told = walk(check, asset, ill_rows(), grid(check), records=ill_records(), connected={"plc": True})
    known = {*faults(), CANNOT_JUDGE, NORMAL}
    for finding in told:
        assert finding.check == check.name
        assert finding.asset in {asset.name, "plc"}
        assert finding.cause in known, f"no fault mode for {finding.cause}"
        assert finding.band in BANDS
        assert (finding.band == "none") == (finding.cause in {CANNOT_JUDGE, NORMAL})
        assert 0 < finding.confidence <= 1
        assert finding.start < finding.end
        assert bool(finding.missing) == (finding.cause == CANNOT_JUDGE)
        assert finding.text.endswith(".")
        if finding.cause != CANNOT_JUDGE:
            assert re.search(r"[\u4e00-\u9fff]", finding.text_zh)
            assert finding.cause == NORMAL or finding.evidence
        json.dumps([asdict(e) for e in finding.evidence], default=str, allow_nan=False)
    assert len({f.id for f in told}) == len(told)


def test_it_finds_something_in_the_plant_where_everything_is_wrong(check):
    if check.name == "drift":
        pytest.skip("a drift takes more than a day: tests/health/test_checks_drift.py")
    if check.name == "bearing":
        pytest.skip("noise is no bearing fault: tests/health/test_checks_bearing.py")
    if check.name in TESTS:
        pytest.skip("each family has records of its own: tests/health/checks")
    _, told = walk(
        check, EVERYTHING, ill_rows(), grid(check, 200), records=ill_records(), connected={"plc": True}
    )
    assert any(f.band != "none" for f in told)


def test_nothing_gives_nothing(check):
    _, told = walk(check, EVERYTHING, [], grid(check, 240))
    assert told == []
    _, told = walk(check, EVERYTHING, [], grid(check, 240), connected={"plc": True})
    assert {f.cause for f in told} <= {"silent_signal"}
    assert (check.name == "stale") == bool(told)
    cell = replace(window(0, 10), end=window(0, 10).start)
    assert check.judge({"kept": 1}, cell, EVERYTHING, cell.end) == ({"kept": 1}, [])


def test_rows_that_are_no_values_change_nothing_but_staleness(check):
    if check.name == "stale":
        pytest.skip("a bad reading is a sign of life: tests/health/test_checks_stale.py")
    rows = ill_rows()
    junk = [
        ("X.DE.temperature", i + 0.5, v, s)
        for i, (v, s) in enumerate(
            [(float("nan"), GOOD), (float("inf"), GOOD), (1e9, BAD), (1e9, UNCERTAIN), (-math.inf, GOOD)] * 20
        )
    ]
    clean = walk(check, EVERYTHING, rows, grid(check), records=ill_records())
    assert (
        walk(check, EVERYTHING, sorted(rows + junk, key=lambda r: r[1]), grid(check), records=ill_records())
        == clean
    )


def test_a_reading_that_comes_twice_counts_once(check):
    rows = ill_rows()
    once = walk(check, EVERYTHING, rows, grid(check), records=ill_records())
    assert (
        walk(check, EVERYTHING, [r for r in rows for _ in range(2)], grid(check), records=ill_records())
        == once
    )


def test_it_does_not_repeat_what_it_cannot_judge(check):
    _, told = walk(check, BARE, ill_rows(), grid(check), records=ill_records(), connected={"plc": True})
    refused = [f.subject for f in told if f.cause == CANNOT_JUDGE]
    assert len(refused) == len(set(refused))


def test_what_begins_ends_under_the_same_subject(check):
    rows = ill_rows()
    quiet = [
        (n, 120.0 + i, v)
        for i in range(900)
        for n, v in (("X.speed", 60 * HZ), ("X.DE.temperature", 40.0), ("X.flow", 20.0), ("X.mode", "AUTO"))
    ] + [("X.DE.velocity", 120.0 + 5 * i, 1.0) for i in range(180)]
    _, told = walk(check, EVERYTHING, rows + quiet, grid(check, 1020), connected={"plc": True})
    begun = {f.subject for f in told if f.cause not in {NORMAL, CANNOT_JUDGE}}
    ended = {subject for f in told for subject in cleared_subjects(f)}
    assert ended == begun


@settings(max_examples=25)
@given(
    values=st.lists(
        st.tuples(
            st.sampled_from(["X.DE.temperature", "X.flow", "X.DE.velocity", "X.speed", "X.unknown"]),
            st.floats(0, 119.9),
            st.floats(width=32) | st.just(float("nan")),
            st.sampled_from([GOOD, UNCERTAIN, BAD, 0x408F0000, 0x80AB0000]),
        ),
        max_size=60,
    ),
    edges=st.sets(st.integers(1, 5), max_size=5),
)
def test_whatever_comes_windows_may_be_cut_anywhere_on_the_grid(values, edges):
    for name in NAMES:
        check = checks()[name]
        cuts = sorted(
            {0, 120, *(round(e * check.needs.every_s) for e in edges if e * check.needs.every_s < 120)}
        )
        one = walk(check, EVERYTHING, values, [0, 120], connected={"plc": True})
        assert walk(check, EVERYTHING, values, cuts, connected={"plc": True}) == one


def test_every_cause_that_is_written_in_a_check_is_a_fault_mode():
    written = set()
    for name in NAMES:
        source = inspect.getsource(importlib.import_module(f"arkwright.health.checks.{name}"))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding" and len(node.args) > 2:
                cause = node.args[2]
                written |= {cause.value} if isinstance(cause, ast.Constant) else set()
        module = importlib.import_module(f"arkwright.health.checks.{name}")
        written |= set(getattr(module, "CAUSES", {}).values())
    written |= {"above_limit", "below_limit", "outer_race", "inner_race", "ball", "cage"}
    assert written <= set(faults())
    assert len(written) > 12


def test_examine_runs_all_and_puts_the_worst_first():
    states, order = None, []
    for start, end in pairwise(range(0, 121, 20)):
        cell = window(start, end, ill_rows(), waveforms=ill_records(), connected={"plc": True})
        states, found = examine(cell, EVERYTHING, cell.end, states)
        order.append([BANDS.index(f.band) for f in found])
    assert set(states) == set(NAMES)
    assert all(bands == sorted(bands, reverse=True) for bands in order)
    assert max(max(bands, default=0) for bands in order) == BANDS.index("stop")


NEW_CHECK = """
from arkwright.core.catalog import Check, Needs


def _judge(state, window, asset, _now):
    return state, []


CHECK = Check("sniff", "Smell", "Smells nothing.", Needs(10.0, 10.0), lambda asset: True, _judge)
"""


def test_a_new_check_is_one_new_file(tmp_path, monkeypatch):
    home = tmp_path / "newchecks"
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "sniff.py").write_text(NEW_CHECK)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    assert list(find_entries("newchecks", "CHECK", Check)) == ["sniff"]


def test_a_table_of_one_chunk_or_many_is_the_same():
    rows = ill_rows()
    whole = window(0, 120, rows, connected={"plc": True})
    half = whole.readings.num_rows // 2
    parts = pa.concat_tables([whole.readings.slice(0, half), whole.readings.slice(half)])
    for name in NAMES:
        check = checks()[name]
        chunked = replace(whole, readings=parts)
        assert check.judge({}, chunked, EVERYTHING, whole.end) == check.judge(
            {}, whole, EVERYTHING, whole.end
        )
