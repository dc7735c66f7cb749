"""Exactly once, on the disk, and nothing silently lost."""

import json
import math
import tempfile
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.history.conftest import NOW, NOW_US, Oracle, as_rows, make_batch

from arkwright.core.errors import HistoryError, TableError
from arkwright.core.tables import BAD_OUT_OF_RANGE, BAD_TIME, EVENTS, Waveform, empty, to_us
from arkwright.history.lake import Lake
from arkwright.history.query import History

DAY = timedelta(days=1)


def everything(lake: Lake | Path) -> list:
    readings = History(lake)
    names = readings.last().column("signal").to_pylist()
    return as_rows(readings.window(names, NOW - 500 * DAY, NOW + 2 * DAY))


def open_lake(folder: Path) -> Lake:
    return Lake(folder, lambda: NOW)


def test_a_batch_sent_twice_is_there_once(tmp_path):
    rows = [("a", NOW_US, 1.0, 0), ("b", NOW_US, None, 0x80000000), ("c", NOW_US, "run", 0)]
    with open_lake(tmp_path) as lake:
        assert lake.append(make_batch(rows)).appended == 3
        again = lake.append(make_batch(rows))
        assert (again.appended, again.duplicates, again.corrections.num_rows) == (0, 3, 0)
        assert everything(lake) == rows


def test_the_first_value_stands_and_the_second_becomes_a_correction(tmp_path):
    with open_lake(tmp_path) as lake:
        lake.append(make_batch([("a", NOW_US, 1.0, 0)]))
        receipt = lake.append(make_batch([("a", NOW_US, 2.0, 0), ("a", NOW_US, 1.0, 0)]))
        assert (receipt.appended, receipt.duplicates) == (0, 1)
        assert everything(lake) == [("a", NOW_US, 1.0, 0)]
        events = History(lake).events(NOW - DAY, NOW + DAY, ["a"], ["correction"]).to_pylist()
        assert len(events) == 1
        detail = json.loads(events[0]["detail"])
        assert (detail["stands"]["value"], detail["refused"]["value"]) == (1.0, 2.0)


def test_a_correction_told_again_after_a_restart_is_one_event(tmp_path):
    for _ in range(2):
        with open_lake(tmp_path) as lake:
            lake.append(make_batch([("a", NOW_US, 1.0, 0), ("a", NOW_US, 2.0, 0)]))
    assert History(tmp_path).events(NOW - DAY, NOW + DAY).num_rows == 1


@pytest.mark.parametrize(
    "offset", [timedelta(days=-401), timedelta(hours=1, seconds=1), timedelta(days=9000)]
)
def test_an_impossible_clock_is_stored_at_receipt_as_bad_and_told(tmp_path, offset):
    strange = to_us(NOW + offset)
    rows = [("a", strange, 5.0, 0), ("a", strange, 5.0, 0), ("a", strange + 1, 6.0, 0), ("a", NOW_US, 1.0, 0)]
    with open_lake(tmp_path) as lake:
        receipt = lake.append(make_batch(rows))
        assert (receipt.appended, receipt.duplicates, receipt.moved) == (3, 1, 2)
        stored = History(lake).window(["a"], NOW, NOW + DAY)
        assert stored.column("status").to_pylist() == [0, BAD_TIME, BAD_TIME]
        assert stored.column("value").to_pylist() == [1.0, None, None]
        texts = stored.column("text").to_pylist()
        assert texts[1].startswith("5.0 @ ")
        assert texts[2].startswith("6.0 @ ")
        assert History(lake).events(NOW - DAY, NOW + DAY, ["a"], ["clock_refused"]).num_rows == 1
        assert lake.append(make_batch(rows)).appended == 0


@pytest.mark.parametrize("offset", [timedelta(days=-400), timedelta(hours=1)])
def test_the_ends_of_the_believed_window_are_believed(tmp_path, offset):
    with open_lake(tmp_path) as lake:
        assert lake.append(make_batch([("a", to_us(NOW + offset), 5.0, 0)])).moved == 0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_kept_as_bad(tmp_path, value):
    with open_lake(tmp_path) as lake:
        rows = [("a", NOW_US, value, 0), ("a", NOW_US + 1, value, 0x80000000), ("b", NOW_US, 1.0, 0)]
        lake.append(make_batch(rows))
        assert everything(lake) == [
            ("a", NOW_US, None, BAD_OUT_OF_RANGE),
            ("a", NOW_US + 1, None, 0x80000000),
            ("b", NOW_US, 1.0, 0),
        ]


def test_huge_strings_and_foreign_letters_come_back(tmp_path):
    rows = [("高炉/炉温" * 20, NOW_US, "x" * 200_000, 0), ("z" * 300, NOW_US, 1.5, 0x40000000)]
    with open_lake(tmp_path) as lake:
        lake.append(make_batch(rows))
    with open_lake(tmp_path) as lake:
        assert lake.append(make_batch(rows)).duplicates == 2
        assert everything(lake) == sorted(rows)


def test_a_table_that_does_not_fit_is_refused_by_column(tmp_path):
    with open_lake(tmp_path) as lake, pytest.raises(TableError, match="status"):
        lake.append(make_batch([("a", NOW_US, 1.0, 0)]).drop_columns(["status"]))


def test_two_writers_of_a_folder_are_told_apart(tmp_path):
    with open_lake(tmp_path), pytest.raises(HistoryError, match="is writing here already"):
        open_lake(tmp_path)
    open_lake(tmp_path).close()


STEP = 7 * 60_000_000  # spreads keys over days and hours
ROW = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.integers(0, 250).map(lambda k: NOW_US - k * STEP),
    st.one_of(st.sampled_from([0.0, 1.0, 2.5, None]), st.sampled_from(["on", "off"])),
    st.sampled_from([0, 0x40000000]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.lists(ROW, max_size=25), st.sampled_from(["", "restart", "repeat"])), max_size=6)
)
def test_exactly_once_equals_a_dictionary(steps):
    oracle = Oracle()
    appended = duplicates = 0
    with tempfile.TemporaryDirectory() as folder:
        lake = open_lake(Path(folder))
        for rows, act in steps:
            for _ in range(2 if act == "repeat" else 1):
                oracle.take(rows)
                receipt = lake.append(make_batch(rows))
                appended += receipt.appended
                duplicates += receipt.duplicates
            if act == "restart":
                lake.close()
                (Path(folder) / "last.arrow").unlink() if len(rows) % 2 else None
                lake = open_lake(Path(folder))
        assert everything(lake) == oracle.rows()
        assert (appended, duplicates) == (oracle.appended, oracle.duplicates)
        told = History(lake).events(NOW - 30 * DAY, NOW + DAY, None, ["correction"]).to_pylist()
        said = {
            (e["subject"], to_us(e["start"]), d["text"] if d["text"] is not None else d["value"], d["status"])
            for e in told
            for d in [json.loads(e["detail"])["refused"]]
        }
        assert said == oracle.refused
        lake.close()


def test_a_day_late_is_as_welcome_as_now(tmp_path, walk, oracle):
    rows = walk(5, 200, step_us=10_000_000)
    late = [(n, t - 86_400_000_000, v, s) for n, t, v, s in rows]
    with open_lake(tmp_path) as lake:
        for part in (rows, late, late[:300]):
            oracle.take(part)
            lake.append(make_batch(part))
        assert everything(lake) == oracle.rows()
        newest = as_rows(History(lake).last())
        assert newest == [r for r in oracle.rows() if r[1] == max(t for n, t, _, _ in rows if n == r[0])]


def test_a_start_needs_no_scan_and_finds_the_same_watermarks(tmp_path, walk):
    with open_lake(tmp_path) as lake:
        lake.append(make_batch(walk(20, 10)))
        before = lake.newest().sort_by("signal")
    for loss in ("nothing", "stale", "gone"):
        if loss == "stale":
            saved = (tmp_path / "last.arrow").read_bytes()
            with open_lake(tmp_path) as lake:
                lake.append(make_batch([("s000", NOW_US + 1, 3.0, 0), ("new", NOW_US, 1.0, 0)]))
                before = lake.newest().sort_by("signal")
            (tmp_path / "last.arrow").write_bytes(saved)
        if loss == "gone":
            (tmp_path / "last.arrow").write_bytes(b"torn")
        with open_lake(tmp_path) as lake:
            assert lake.newest().sort_by("signal").equals(before), loss


def test_a_half_written_log_entry_is_put_aside(tmp_path):
    with open_lake(tmp_path) as lake:
        lake.append(make_batch([("a", NOW_US, 1.0, 0)]))
    log = tmp_path / "readings" / "_delta_log"
    (log / f"{2:020d}.json").write_text('{"commitInfo":{"time')
    (tmp_path / "last.arrow").unlink()
    with open_lake(tmp_path) as lake:
        assert lake.append(make_batch([("a", NOW_US, 1.0, 0), ("a", NOW_US + 1, 2.0, 0)])).appended == 1
        assert len(everything(lake)) == 2
    assert list(log.glob("*.torn-*"))


def test_commit_keeps_everything_and_a_retry_changes_nothing(tmp_path):
    wave = Waveform("w", NOW, np.linspace(-1, 1, 1000, dtype=np.float32), 1000.0, "g", speed_rpm=1480.0)
    events = pa.Table.from_pylist(
        [
            {
                "id": "1",
                "kind": "gap",
                "subject": "plc",
                "start": NOW,
                "end": NOW + DAY,
                "server_time": NOW,
                "detail": "{}",
            }
        ]
    ).cast(EVENTS)
    for _ in range(2):
        with open_lake(tmp_path) as lake:
            for _ in range(2):
                lake.commit(make_batch([("a", NOW_US, 1.0, 0)]), (wave,), events, {"plc": {"next": 7}})
            assert lake.resume("plc") == {"next": 7}
            assert lake.resume("other") is None
    history = History(tmp_path)
    assert history.events(NOW, NOW + DAY).num_rows == 1
    (back,) = history.waveforms("w", NOW, NOW + DAY)
    assert np.array_equal(back.samples, wave.samples)
    assert (back.rate_hz, back.unit, back.speed_rpm, back.time) == (1000.0, "g", 1480.0, NOW)
    assert len(list((tmp_path / "samples").glob("*/*"))) == 1


def test_a_damaged_waveform_is_refused_and_an_orphan_is_swept(tmp_path):
    wave = Waveform("w", NOW, np.arange(5000, dtype=np.float32), 1000.0, "g")
    other = Waveform("w", NOW, np.ones(10, np.float32), 1000.0, "g")
    with open_lake(tmp_path) as lake:
        lake.append_waveforms([wave])
        assert lake.append_waveforms([other]) == 0
        assert History(lake).events(NOW - DAY, NOW + DAY, ["w"], ["correction"]).num_rows == 1
    (file,) = (tmp_path / "samples").glob("*/*")
    orphan = file.with_name("orphan.f32.zst")
    orphan.write_bytes(b"0")
    open_lake(tmp_path).close()
    assert not orphan.exists()
    whole = file.read_bytes()
    history = History(tmp_path)
    for damage in (whole[:-9], pa.Codec("zstd").compress(bytes(20_000), asbytes=True)):
        file.write_bytes(damage)
        with pytest.raises(HistoryError, match="waveform cannot be read"):
            history.waveforms("w", NOW, NOW + DAY)
    file.write_bytes(whole)
    assert len(history.waveforms("w", NOW, NOW + DAY)) == 1


def test_an_empty_commit_writes_nothing(tmp_path):
    with open_lake(tmp_path) as lake:
        lake.commit(make_batch([]), (), empty(EVENTS), {})
        assert lake.readings.version == 0
        assert History(lake).last().num_rows == 0
