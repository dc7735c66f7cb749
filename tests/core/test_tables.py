"""Readings: what goes in comes out, and nothing bad becomes a value."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkwright.core.errors import TableError
from arkwright.core.tables import (
    BAD_OUT_OF_RANGE,
    BAD_SENSOR_FAILURE,
    READINGS,
    ReadingsBuilder,
    Scale,
    Slice,
    check_table,
    concat,
    from_us,
    is_bad,
    is_good,
    status_word,
    to_us,
)

NOW = 1_700_000_000_000_000


def build(*rows):
    builder = ReadingsBuilder()
    for row in rows:
        builder.add(*row)
    return builder.take(NOW)


def test_values_are_converted_at_the_door_and_times_kept():
    table = build((Scale("t1", 1.0, -273.15), NOW - 5, 300.0))
    (row,) = table.to_pylist()
    assert row["value"] == pytest.approx(26.85)
    assert to_us(row["time"]) == NOW - 5
    assert row["origin"] == "source"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_becomes_null_and_bad(value):
    (row,) = build((Scale("t1"), NOW, value)).to_pylist()
    assert row["value"] is None
    assert row["status"] == BAD_OUT_OF_RANGE


def test_a_bad_status_keeps_its_code_and_loses_its_value():
    (row,) = build((Scale("t1"), NOW, 12.0, BAD_SENSOR_FAILURE)).to_pylist()
    assert row["value"] is None
    assert row["status"] == BAD_SENSOR_FAILURE


def test_readings_without_time_are_stamped_in_strictly_rising_order():
    table = build((Scale("a"), None, 1.0), (Scale("a"), None, 2.0))
    times = table.column("time").cast(pa.int64()).to_pylist()
    assert times == [NOW, NOW + 1]
    assert set(table.column("origin").to_pylist()) == {"server"}


def test_text_travels_beside_numbers():
    rows = build((Scale("mode"), NOW, "AUTOMATIC"), (Scale("n"), NOW, 3.0)).to_pylist()
    assert [(r["value"], r["text"]) for r in rows] == [(None, "AUTOMATIC"), (3.0, None)]


def test_an_emptied_builder_begins_anew():
    builder = ReadingsBuilder()
    builder.add(Scale("a"), NOW, 1.0)
    assert builder.take(NOW).num_rows == 1
    assert builder.take(NOW).num_rows == 0


def test_a_missing_column_is_named():
    table = build((Scale("a"), NOW, 1.0)).drop_columns(["status"])
    with pytest.raises(TableError, match="'status' is missing"):
        check_table(table, READINGS)


def test_times_without_zone_are_refused():
    table = build((Scale("a"), NOW, 1.0))
    naive = table.set_column(1, "time", table.column("time").cast(pa.timestamp("us")))
    with pytest.raises(TableError, match="times in UTC"):
        check_table(naive, READINGS)
    with pytest.raises(TableError, match="no zone"):
        to_us(datetime(2026, 1, 1))


def test_a_slice_gives_usable_readings_in_source_order():
    table = build((Scale("a"), NOW + 2, 2.0), (Scale("a"), NOW, 1.0), (Scale("a"), NOW + 1, float("nan")))
    times, values = Slice(from_us(NOW), from_us(NOW + 9), table).series("a")
    assert times.tolist() == [NOW, NOW + 2]
    assert values.tolist() == [1.0, 2.0]


def test_status_severity_reads_the_top_bits():
    assert is_good(0x00A7_0000)  # GoodEntryInserted, severity Good
    assert status_word(0x40A4_0000) == "uncertain"
    assert is_bad(BAD_SENSOR_FAILURE)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-12, 12))
def test_times_survive_the_way_through_microseconds(moment, hours):
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert from_us(to_us(aware)) == aware.astimezone(UTC)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True)))
def test_nothing_is_lost_or_invented_by_a_batch(values):
    table = build(*((Scale("a"), NOW + i, v) for i, v in enumerate(values)))
    assert table.num_rows == len(values)
    kept = [v for v in table.column("value").to_pylist() if v is not None]
    assert kept == [v for v in values if np.isfinite(v)]
    assert concat([table, table], READINGS).num_rows == 2 * len(values)
