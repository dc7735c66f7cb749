"""Every answer of history equals what a loop over all readings would say, before and after upkeep."""

import subprocess
import sys
from datetime import timedelta

import numpy as np
import pytest
from tests.history.conftest import NOW, NOW_US, as_rows, make_batch

from arkwright.core.errors import HistoryError
from arkwright.core.tables import from_us
from arkwright.history.compact import Policy, compact
from arkwright.history.lake import Lake
from arkwright.history.query import History

HOUR_US = 3_600_000_000
SIGNALS = 6
N = 2_000


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(4)
    out = []
    for k in range(N):
        for s in range(SIGNALS):
            status = [0, 0, 0, 0x40000000, 0x80000000][rng.integers(5)]
            value = None if status >> 31 else ("text" if rng.random() < 0.05 else float(rng.normal()))
            out.append((f"s{s}", NOW_US - (N - k) * 7_000_000 - s * 1_000, value, status))
    return out


@pytest.fixture(scope="module")
def folder(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("lake")
    order = np.random.default_rng(1).permutation(40)
    with Lake(path, lambda: NOW) as lake:
        for part in order:
            lake.append(make_batch(rows[part * len(rows) // 40 : (part + 1) * len(rows) // 40]))
    return path


def numbers(rows, signal, start_us, end_us):
    return [(t, v) for n, t, v, _ in rows if n == signal and start_us <= t < end_us and isinstance(v, float)]


def by_hand(rows, signal, start_us, end_us, every_us):
    buckets = {}
    for t, v in numbers(rows, signal, start_us, end_us):
        buckets.setdefault(t // every_us * every_us, []).append(v)
    return {t: (np.mean(v), min(v), max(v), len(v)) for t, v in sorted(buckets.items())}


def check_all(history, rows):
    start_us, end_us = NOW_US - 3 * HOUR_US + 1234, NOW_US - HOUR_US // 2
    start, end = from_us(start_us), from_us(end_us)
    names = ["s1", "s4", "unknown"]
    got = as_rows(history.window(names, start, end))
    assert got == sorted(r for r in rows if r[0] in names and start_us <= r[1] < end_us)
    for every in (timedelta(minutes=1), timedelta(hours=1), timedelta(seconds=90)):
        check_aggregate(history, rows, start_us, end_us, every)
    for at_us in (NOW_US - 2 * HOUR_US, NOW_US - N * 7_000_000 + 1, NOW_US + 1, rows[0][1]):
        latest = {}
        for row in sorted(rows, key=lambda r: r[1]):
            if row[1] < at_us:
                latest[row[0]] = row
        assert as_rows(history.last(None, from_us(at_us))) == sorted(latest.values())
    check_curve(history, rows, start_us, end_us)


def check_aggregate(history, rows, start_us, end_us, every):
    table = history.aggregate("s2", from_us(start_us), from_us(end_us), every).to_pydict()
    wanted = by_hand(rows, "s2", start_us, end_us, every // timedelta(microseconds=1))
    assert [from_us(t) for t in wanted] == table["time"]
    assert np.allclose([w[0] for w in wanted.values()], table["mean"], rtol=1e-12, atol=1e-12)
    assert [w[1:] for w in wanted.values()] == list(zip(table["min"], table["max"], table["n"], strict=True))


def lttb_by_hand(times, values, n):
    """Largest triangle, three buckets, as in the thesis; equal counts a bucket."""
    m, kept = len(times), [0]
    width = (m - 2) / (n - 2)
    for i in range(n - 2):
        low, high = int(i * width) + 1, int((i + 1) * width) + 1
        low2, high2 = high, min(int((i + 2) * width) + 1, m)
        mx, my = times[low2:high2].mean(), values[low2:high2].mean()
        ax, ay = times[kept[-1]], values[kept[-1]]
        area = np.abs((ax - mx) * (values[low:high] - ay) - (ax - times[low:high]) * (my - ay))
        kept.append(low + int(area.argmax()))
    return [*kept, m - 1]


def check_curve(history, rows, start_us, end_us):
    points = sorted(numbers(rows, "s3", start_us, end_us))
    times, values = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    got_times, got_values = history.lttb("s3", from_us(start_us), from_us(end_us), 50)
    kept = lttb_by_hand((times - times[0]).astype(float), values, 50)
    assert np.array_equal(got_times, times[kept])
    assert np.array_equal(got_values, values[kept])
    whole = history.lttb("s3", from_us(start_us), from_us(end_us), 10**6)
    assert np.array_equal(whole[0], times)


def test_answers_equal_brute_force(folder, rows):
    check_all(History(folder), rows)


def test_answers_through_the_open_lake_are_the_same(folder, rows):
    with Lake(folder, lambda: NOW) as lake:
        check_all(History(lake), rows)


def test_upkeep_changes_files_and_no_answer(folder, rows):
    reader = History(folder)
    before = reader.last()
    report = compact(folder, NOW + timedelta(hours=3), grace_s=0.0)
    assert report.joined >= 40
    assert report.removed >= report.joined
    assert compact(folder, NOW + timedelta(hours=3), grace_s=0.0).joined == 0
    check_all(reader, rows)  # opened before the files were replaced
    check_all(History(folder), rows)
    assert History(folder).last().equals(before)
    with Lake(folder, lambda: NOW) as lake:
        assert lake.append(make_batch(rows)).duplicates == len(rows)


def test_closed_days_become_one_file_each_and_late_readings_join_them_again(tmp_path, rows):
    tomorrow = NOW + timedelta(days=1)
    names = sorted({r[0] for r in rows})
    early, late = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    with Lake(tmp_path, lambda: NOW) as lake:
        for part in (early, late):
            lake.append(make_batch(part))
            compact(tmp_path, tomorrow, grace_s=0.0)
            lake.readings.refresh()
            assert {dict(f.cut)["hour"] for f in lake.readings.files()} == {"24"}
            assert len(lake.readings.files()) == 1
        assert compact(tmp_path, tomorrow, grace_s=0.0).joined == 0
        assert as_rows(History(lake).window(names, NOW - timedelta(days=2), NOW)) == sorted(
            rows, key=lambda r: r[:2]
        )
        assert lake.append(make_batch(rows)).duplicates == len(rows)
    check_all(History(tmp_path), rows)


def test_the_writer_goes_on_while_a_process_compacts(tmp_path, walk):
    rows = walk(10, 300, step_us=60_000_000)
    with Lake(tmp_path, lambda: NOW) as lake:
        for k in range(0, 1500, 50):
            lake.append(make_batch(rows[k : k + 50]))
        round_ = subprocess.Popen([sys.executable, "-m", "arkwright.history.compact", str(tmp_path)])
        for k in range(1500, 3000, 50):
            lake.append(make_batch(rows[k : k + 50]))
        assert round_.wait(60) == 0
        assert lake.append(make_batch(rows)).duplicates == len(rows)
        names = sorted({r[0] for r in rows})
        assert as_rows(History(lake).window(names, NOW - timedelta(days=2), NOW)) == sorted(rows)


def test_old_readings_become_minutes_once_and_the_rest_stays(tmp_path, rows):
    with Lake(tmp_path, lambda: NOW) as lake:
        for part in range(4):
            lake.append(make_batch(rows[part * len(rows) // 4 : (part + 1) * len(rows) // 4]))
    later = NOW + timedelta(days=91)
    wanted = History(tmp_path).aggregate("s2", NOW - timedelta(days=1), NOW, timedelta(minutes=1))
    report = compact(tmp_path, later, Policy(raw_days=90), grace_s=0.0)
    assert report.aged == len(rows)
    assert compact(tmp_path, later, Policy(raw_days=90)).aged == 0
    history = History(tmp_path)
    got = history.aggregate("s2", NOW - timedelta(days=1), NOW, timedelta(minutes=1))
    for name in ("time", "min", "max", "n"):
        assert got.column(name).equals(wanted.column(name))
    assert np.allclose(got.column("mean"), wanted.column("mean"), rtol=1e-12, atol=1e-12)
    assert history.window(["s2"], NOW - timedelta(days=1), NOW).num_rows == 0
    assert history.last(["s2"]).num_rows == 1
    assert len(history.lttb("s2", NOW - timedelta(days=1), NOW, 20)[0]) == 20


def test_questions_that_make_no_sense_teach(folder, tmp_path):
    history = History(folder)
    with pytest.raises(HistoryError, match="above zero"):
        history.aggregate("s1", NOW, NOW, timedelta(0))
    with pytest.raises(HistoryError, match="at least 3"):
        history.lttb("s1", NOW, NOW, 2)
    with pytest.raises(HistoryError, match="no history"):
        History(tmp_path)
    assert history.aggregate("s1", NOW, NOW, timedelta(minutes=1)).num_rows == 0
    assert len(history.lttb("nobody", NOW - timedelta(days=1), NOW, 5)[0]) == 0
    assert history.window([], NOW - timedelta(days=1), NOW).num_rows == 0
