"""Memory and disk answer alike: what was received last comes from memory, the rest from files."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.history.conftest import NOW, NOW_US, as_rows, make_batch

from arkwright.core.tables import from_us
from arkwright.history.lake import Lake
from arkwright.history.query import History
from arkwright.history.recent import Recent

NAMES = ["a", "b", "c", "silent"]
rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.floats(-9, 9)), min_size=1, max_size=8
)


def fill(lake, batches, first_us):
    for number, batch in enumerate(batches):
        fresh = {(n, NOW_US + t * 1_000_000): v for n, t, v in batch}
        server_us = first_us + number * 1_000_000
        lake.append(make_batch([(n, t, v, 0) for (n, t), v in fresh.items()], server_us))


def same(one, other):
    assert one.schema == other.schema
    assert as_rows(one) == as_rows(other)
    assert one.column("signal").to_pylist() == other.column("signal").to_pylist()


@settings(max_examples=12)
@given(st.lists(rows, min_size=1, max_size=6), st.lists(rows, max_size=4), st.integers(1, 12), st.data())
def test_windows_and_last_readings_are_those_of_the_files(tmp_path_factory, before, after, most_rows, data):
    folder = tmp_path_factory.mktemp("lake")
    with Lake(folder, lambda: NOW) as lake:
        fill(lake, before, NOW_US)
    with Lake(folder, lambda: NOW) as lake:
        lake.recent = Recent(lake.last.table(), most_rows)
        fill(lake, after, NOW_US + 10_000_000)
        near, far = History(lake), History(folder)
        for _ in range(4):
            start, length = data.draw(st.integers(-5, 60)), data.draw(st.integers(1, 40))
            known = from_us(NOW_US + data.draw(st.integers(0, 14)) * 1_000_000)
            start = NOW + timedelta(seconds=start)
            end = start + timedelta(seconds=length)
            same(near.window(NAMES, start, end, known), far.window(NAMES, start, end, known))
            same(near.last(NAMES, end, known), far.last(NAMES, end, known))


def test_a_window_of_what_came_last_reads_no_file(tmp_path, monkeypatch):
    with Lake(tmp_path, lambda: NOW) as lake:
        fill(lake, [[("a", 1, 1.0), ("b", 1, 2.0)], [("a", 2, 3.0)]], NOW_US)
        history = History(lake)
        monkeypatch.setattr(lake.readings, "read_files", lambda *_: pytest.fail("a file was read"))
        assert history.window(["a"], NOW, NOW + timedelta(seconds=9)).num_rows == 2
        assert history.last(["a", "b"], NOW + timedelta(seconds=2)).column("value").to_pylist() == [1.0, 2.0]


def test_no_more_rows_are_held_than_allowed(tmp_path):
    recent = Recent(make_batch([]), most_rows=50_000)
    for number in range(30):
        recent.add(make_batch([("a", number * 4000 + k, 1.0, 0) for k in range(4000)]))
    held, others = recent.window(["a"], 100_000, 200_000, NOW_US)
    assert others == []
    assert held.num_rows == 20_000
    assert recent.window(["a"], 0, 200_000, NOW_US)[1] == ["a"]
