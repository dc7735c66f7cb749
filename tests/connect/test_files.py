"""Tables of a folder become readings: each row once, with its own time, and what is not right is named."""

import asyncio
import json
import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from tests.connect.opcua_harness import Inlet, connection, has_no_doubles, running, signal

from arkwright.connect import files_session
from arkwright.connect.files import SOURCE
from arkwright.connect.files_cells import find_time, parse_number, time_reader
from arkwright.connect.files_csv import Portion, read_pieces
from arkwright.connect.files_settings import Settings, target_of
from arkwright.connect.files_table import Refusals
from arkwright.connect.files_watch import Mark
from arkwright.core.errors import SourceError
from arkwright.core.tables import BAD, BAD_DECODING_ERROR, BAD_NO_DATA, BAD_OUT_OF_RANGE, UNCERTAIN

TEMP = signal("oven.temp", "temp", "temperature", "degC")
FLOW = signal("oven.flow", "flow", "volume_flow", "m3/h")
STATE = signal("oven.state", "state", kind="text")
T = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)


class Keeping(Inlet):
    """Keeps the place as history would: with the batch it came in."""

    async def put(self, batch):
        self.resume = json.loads(json.dumps(batch.resume))
        await super().put(batch)

    async def has(self, n):
        await self.until(lambda: len(self.rows()) >= n)


def files(folder, **settings):
    return connection("files", f"file://{folder}", **{"period_s": 0.02, "settle_s": 0.06} | settings)


async def watch(folder, signals, ready, inlet=None, **settings):
    """Watch a folder until something is true of the inlet."""
    inlet = Keeping() if inlet is None else inlet
    async with running(SOURCE, files(folder, **settings), signals, inlet) as errors:
        await inlet.until(lambda: ready(inlet) or errors)
        await asyncio.sleep(0.15)  # what should not come has time to come
    assert errors == []
    return inlet


def n_rows(n, name=None):
    return lambda inlet: len(inlet.rows(name)) >= n


def values(inlet, name):
    return [r["value"] for r in inlet.rows(name)]


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))


def table(n, first=0):
    return "".join(
        f"{(T + timedelta(seconds=k)).isoformat()},{k}.5,{2 * k}\n" for k in range(first, first + n)
    )


# -------------------------------------------------------------------------------- rows as they come
async def test_columns_become_readings_in_canonical_units_at_their_own_time(tmp_path):
    write(tmp_path / "a.csv", "time,temp,flow,state\n2026-05-01T06:00:00Z,212,60,ON\n")
    signals = [signal("f", "temp", "temperature", "degF"), signal("q", "flow", "volume_flow", "l/min"), STATE]
    inlet = await watch(tmp_path, signals, n_rows(3))
    rows = {r["signal"]: r for r in inlet.rows()}
    # 212 degF is 100 degC; 60 l/min is 3.6 m3/h.
    assert (rows["f"]["value"], rows["q"]["value"]) == pytest.approx((100.0, 3.6))
    assert rows["oven.state"]["text"] == "ON"
    assert {(r["time"], r["origin"], r["status"]) for r in rows.values()} == {(T, "source", 0)}


async def test_a_growing_file_is_read_line_by_line_and_a_half_written_line_waits(tmp_path):
    path, inlet = tmp_path / "log.csv", Keeping()
    write(path, "time,temp,flow\n" + table(2) + "2026-05-01T06:00:02+00:00,99")
    async with running(SOURCE, files(tmp_path, settle_s=5.0), [TEMP, FLOW], inlet):
        await inlet.has(4)
        await asyncio.sleep(0.2)
        assert values(inlet, "oven.temp") == [0.5, 1.5]
        with path.open("a") as file:
            file.write(".25,7\n" + table(3, first=3))
        await inlet.has(12)
    assert values(inlet, "oven.temp") == [0.5, 1.5, 99.25, 3.5, 4.5, 5.5]
    assert (inlet.refusals, has_no_doubles(inlet.rows())) == ([], True)


async def test_a_last_line_without_an_end_is_taken_when_the_file_rests(tmp_path):
    write(tmp_path / "a.csv", "time,temp\n2026-05-01T06:00:00Z,1\n2026-05-01T06:00:01Z,2")
    assert values(await watch(tmp_path, [TEMP], n_rows(2)), "oven.temp") == [1.0, 2.0]


async def test_the_next_session_goes_on_where_the_last_committed_batch_ended(tmp_path):
    path = tmp_path / "log.csv"
    write(path, "time,temp,flow\n" + table(5))
    first = await watch(tmp_path, [TEMP], n_rows(5))
    with path.open("a") as file:
        file.write(table(3, first=5) + "yesterday,1,1\n")
    second = Keeping()
    second.resume = first.resume
    await watch(tmp_path, [TEMP], n_rows(3), second)
    assert values(second, "oven.temp") == [5.5, 6.5, 7.5]
    # Row 10 of the file: a line of names, eight rows, then the bad one.
    assert [(s, f) for s, f, _, _ in second.refusals] == [("log.csv", "row 10: time 'yesterday'")]


async def test_a_renamed_file_is_not_read_again_and_a_rotated_log_goes_on(tmp_path):
    path, inlet = tmp_path / "log.csv", Keeping()
    write(path, "time,temp,flow\n" + table(50))
    async with running(SOURCE, files(tmp_path), [TEMP], inlet):
        await inlet.has(50)
        path.rename(tmp_path / "log.1.csv")
        write(path, "time,temp,flow\n" + table(2, first=50))
        await inlet.has(52)
        (tmp_path / "log.1.csv").rename(tmp_path / "log.2.csv")
        await asyncio.sleep(0.3)
    assert values(inlet, "oven.temp") == [k + 0.5 for k in range(52)]


async def test_a_file_written_anew_under_its_old_name_is_read_from_its_beginning(tmp_path):
    path, inlet = tmp_path / "day.csv", Keeping()
    write(path, "time,temp,flow\n" + table(3))
    async with running(SOURCE, files(tmp_path), [TEMP, FLOW], inlet):
        await inlet.has(6)
        write(path, "time,flow,temp\n" + table(5, first=10))  # longer, and with its columns changed round
        await inlet.has(16)
    assert values(inlet, "oven.temp")[3:] == [20.0, 22.0, 24.0, 26.0, 28.0]


async def test_a_file_is_not_believed_before_it_rests(tmp_path):
    whole = pa.table({"time": [T, T + timedelta(seconds=1)], "temp": [1.0, 2.0]})
    parquet.write_table(whole, tmp_path / "whole.pq")
    data, inlet = (tmp_path / "whole.pq").read_bytes(), Keeping()
    async with running(SOURCE, files(tmp_path, include="*.parquet", settle_s=0.4), [TEMP], inlet):
        for part in range(0, len(data), len(data) // 8):
            with (tmp_path / "slow.parquet").open("ab") as file:
                file.write(data[part : part + len(data) // 8])
            await asyncio.sleep(0.1)
        await inlet.has(2)
    assert inlet.refusals == []


@pytest.mark.parametrize("name", [".hidden.csv", "copy.csv.part", "copy.csv.tmp", "note.json"])
async def test_what_is_not_meant_to_be_read_is_left_alone(tmp_path, name):
    write(tmp_path / name, "time,temp\nno,no\n")
    write(tmp_path / "a.csv", "time,temp\n2026-05-01T06:00:00Z,1\n")
    inlet = await watch(tmp_path, [TEMP], n_rows(1))
    assert (len(inlet.rows()), inlet.refusals) == (1, [])


async def test_a_folder_that_is_seldom_looked_at_is_alive_meanwhile(tmp_path, monkeypatch):
    monkeypatch.setattr(files_session, "BEAT_S", 0.05)
    inlet = Keeping()
    async with running(SOURCE, files(tmp_path, period_s=60.0), [TEMP], inlet) as errors:
        await inlet.until(lambda: inlet.beats > 5)
        tmp_path.rename(tmp_path.with_name("gone"))
        await inlet.until(lambda: errors)
    assert "no folder" in str(errors[0])


async def test_files_that_a_signal_names_are_the_only_ones_it_takes(tmp_path):
    (tmp_path / "p1").mkdir()
    for name in ("p1/a.csv", "b.csv"):
        write(tmp_path / name, "time,temp\n2026-05-01T06:00:00Z,1\n")
    one, other = signal("one", "p1/*.csv#temp"), signal("other", "b*#temp")
    inlet = await watch(tmp_path, [one, other], n_rows(2), include="**/*.csv")
    assert sorted(r["signal"] for r in inlet.rows()) == ["one", "other"]


# ---------------------------------------------------------------------------- tables as plants write
@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("time;temp\n2026-05-01T06:00:00Z;1234,5\n", {}),
        ("time;temp\r\n2026-05-01T06:00:00Z;1.234,5\r\n", {}),
        ("\ufefftime\ttemp\n2026-05-01T06:00:00Z\t1234.5\n", {}),
        ('time,temp\n"2026-05-01T06:00:00Z","1234.5"\n', {}),
        ('time,temp\n2026-05-01T06:00:00Z,"1234,5"\n', {"decimal": ","}),
        ("time;temp;\n2026-05-01T06:00:00Z;1234.5;\n", {}),
        ("time,temp [degC]\n2026-05-01T06:00:00Z,1234.5\n", {}),
        ("Zeit;temp\n01.05.2026 08:00:00;1234,5\n",
         {"time_format": "%d.%m.%Y %H:%M:%S", "time_zone": "Europe/Berlin"}),
        ("Date;Time;temp\n2026-05-01;14:00:00;1234.5\n", {"time_zone": "Asia/Shanghai"}),
        ("day;clock;temp\n2026-05-01;06:00:00;1234.5\n", {"time_column": "day+clock"}),
        ("ts,temp\n1777615200.000000,1234.5\n", {"time_format": "epoch_s"}),
        ("ts,temp\n1777615200000,1234.5\n", {"time_format": "epoch_ms"}),
        ("Export of line 1\nby shift A\ntime,temp\n2026-05-01T06:00:00Z,1234.5\n", {"skip_rows": 2}),
        ("2026-05-01T06:00:00Z,1234.5\n", {"columns": "time,temp"}),
        ("\n\ntime,temp\n\n2026-05-01T06:00:00Z,1234.5\n\n", {}),
    ],
)  # fmt: skip
async def test_one_reading_is_the_same_however_a_plant_writes_it(tmp_path, text, settings):
    write(tmp_path / "a.csv", text)
    inlet = await watch(tmp_path, [TEMP], lambda i: i.rows() or i.refusals, **settings)
    assert [(r["time"], r["value"]) for r in inlet.rows()] == [(T, 1234.5)]
    assert inlet.refusals == []


async def test_a_table_of_a_row_for_each_reading_is_read_by_name(tmp_path):
    rows = ["temp,21.5,degC,good", "flow,3.6,m3/h,uncertain", "temp,70,degF,good", "state,ON,,good",
            "temp,22,,bad", "stranger,1,,good", "flow,4,m3/h,0x40000000", "flow,4,m3/h,so so"]  # fmt: skip
    text = "time,name,v,u,q\n" + "".join(f"2026-05-01T06:00:0{k}Z,{row}\n" for k, row in enumerate(rows))
    write(tmp_path / "a.csv", text)
    long = {"layout": "long", "signal_column": "name", "value_column": "v", "unit_column": "u"}
    inlet = await watch(tmp_path, [TEMP, FLOW, STATE], n_rows(5), **long, status_column="q")
    told = [(r["signal"], r["value"], r["text"], r["status"]) for r in inlet.rows()]
    assert sorted(told, key=str) == sorted([
        ("oven.temp", 21.5, None, 0), ("oven.flow", 3.6, None, UNCERTAIN), ("oven.state", None, "ON", 0),
        ("oven.temp", None, None, BAD), ("oven.flow", 4.0, None, UNCERTAIN),
    ], key=str)  # fmt: skip
    assert [f for _, f, _, _ in inlet.refusals] == ["row 4: oven.temp in 'degF'", "row 9: status 'so so'"]


async def test_bad_rows_are_refused_by_their_number_and_the_others_are_kept(tmp_path):
    rows = ["2026-05-01T06:00:00Z,1,10", "2026-05-01T06:00:01Z,2", "2026-05-01T06:00:02Z,x,12", "soon,4,13",
            '2026-05-01T06:00:04Z,"5,14', "2026-05-01T06:00:05Z,6,15,9", "2026-05-01T06:00:06Z,7,16",
            "2026-05-01T06:00:07Z,,17", "2026-05-01T06:00:08Z,NaN,18",
            "2026-05-01T06:00:09Z,inf,19"]  # fmt: skip
    write(tmp_path / "a.csv", "time,temp,flow\n" + "\n".join(rows) + "\n")
    inlet = await watch(tmp_path, [TEMP, FLOW], n_rows(11))
    assert [f for _, f, _, _ in inlet.refusals] == [
        "row 3: 2 cells", "row 4: 'x' for oven.temp", "row 5: time 'soon'",
        "row 6: '2026-05-01T06:00:04Z,\"5,14'", "row 7: 4 cells",
    ]  # fmt: skip
    assert [(r["value"], r["status"]) for r in inlet.rows("oven.temp")] == [
        (1.0, 0), (None, BAD_DECODING_ERROR), (7.0, 0), (None, BAD_NO_DATA), (None, BAD_OUT_OF_RANGE)
    ]  # fmt: skip
    assert values(inlet, "oven.flow") == [10.0, 12.0, 16.0, 17.0, 18.0, 19.0]


async def test_a_cell_may_hold_a_line_break_and_a_separator(tmp_path):
    write(
        tmp_path / "a.csv",
        'time,state\n2026-05-01T06:00:00Z,"stop,\nthen ""go"""\n2026-05-01T06:00:01Z,5" pipe\n',
    )
    inlet = await watch(tmp_path, [STATE], n_rows(2))
    assert [r["text"] for r in inlet.rows()] == ['stop,\nthen "go"', '5" pipe']


async def test_many_bad_rows_are_told_of_without_flooding(tmp_path):
    write(tmp_path / "a.csv", "time,temp\n" + "never,1\n" * 5000 + "2026-05-01T06:00:00Z,1\n")
    inlet = await watch(tmp_path, [TEMP], n_rows(1))
    found = [f for _, f, _, _ in inlet.refusals]
    assert len(found) == 21
    assert found[-1] == "4980 more rows are not right"


async def test_a_logger_that_writes_a_bad_row_each_time_is_told_of_ever_more_seldom(tmp_path):
    path, inlet = tmp_path / "a.csv", Keeping()
    write(path, "time,temp\n")
    async with running(SOURCE, files(tmp_path), [TEMP], inlet):
        for k in range(100):
            with path.open("a") as file:
                file.write(f"never,1\n{(T + timedelta(seconds=k)).isoformat()},1\n")
            await asyncio.sleep(0.03)
        await inlet.has(100)
    found = [f for _, f, _, _ in inlet.refusals]
    assert len(found[:20]) == 20 and found[19].startswith("row 40: ")
    assert 1 <= len(found[20:]) <= 4 and found[20].endswith("more rows are not right")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no line of names"),
        (b"time,other\n2026-05-01T06:00:00Z,1\n", "no signal takes anything from it"),
        (b"when,temp\n2026-05-01T06:00:00Z,1\n", "no column of the time among when, temp"),
        ("time,temp\n2026-05-01T06:00:00Z,1\n".encode("utf-16"), "UTF-16"),
        (b"time,temp\xb0\n", "names of the columns that are not utf-8"),
        (b"\0" * 300, "binary data"),
        (b"x" * 300_000, "a line of more than"),
        (b"time,temp,temp\n2026-05-01T06:00:00Z,1,2\n", "none of its columns"),
        (b"time,temp [degF]\n2026-05-01T06:00:00Z,1\n", "none of its columns"),
    ],
)
async def test_a_table_that_cannot_be_read_is_refused_once_and_the_next_one_is_read(tmp_path, content, why):
    (tmp_path / "a.csv").write_bytes(content)
    write(tmp_path / "b.csv", "time,temp\n2026-05-01T06:00:00Z,1\n")
    inlet = await watch(tmp_path, [TEMP], lambda i: i.rows() and i.refusals)
    again = Keeping()
    again.resume = inlet.resume
    write(tmp_path / "c.csv", "time,temp\n2026-05-01T06:00:01Z,1\n")
    await watch(tmp_path, [TEMP], n_rows(1), again)
    assert [s for s, f, _, _ in inlet.refusals if why in f] == ["a.csv"]
    assert (len(inlet.rows()), len(again.rows()), again.refusals) == (1, 1, [])


async def test_an_unreadable_file_is_told_of_once_and_read_when_it_may_be(tmp_path, monkeypatch):
    path, inlet = tmp_path / "a.csv", Keeping()
    write(path, "time,temp\n2026-05-01T06:00:00Z,1\n")
    real, shut = type(path).open, [True]

    def guarded(self, *args, **more):
        if shut and self.name == "a.csv":
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **more)

    monkeypatch.setattr(type(path), "open", guarded)
    async with running(SOURCE, files(tmp_path), [TEMP], inlet):
        await inlet.until(lambda: inlet.refusals)
        await asyncio.sleep(0.2)
        shut.clear()
        await inlet.has(1)
    assert len(inlet.refusals) == 1 and "Permission denied" in inlet.refusals[0][1]


async def test_a_folder_that_goes_away_is_a_lost_peer_and_what_was_read_stays_known(tmp_path):
    folder, inlet = tmp_path / "share", Keeping()
    folder.mkdir()
    write(folder / "a.csv", "time,temp\n2026-05-01T06:00:00Z,1\n")
    async with running(SOURCE, files(folder), [TEMP], inlet) as errors:
        await inlet.has(1)
        folder.rename(tmp_path / "gone")
        await inlet.until(lambda: errors)
        (tmp_path / "gone").rename(folder)
        write(folder / "b.csv", "time,temp\n2026-05-01T06:00:01Z,2\n")
        await inlet.has(2)
        await asyncio.sleep(0.2)
    assert "no folder" in str(errors[0]) and values(inlet, "oven.temp") == [1.0, 2.0]


# ------------------------------------------------------------------------------------------ Parquet
@pytest.mark.parametrize(
    ("times", "settings"),
    [
        (pa.array([T, T + timedelta(seconds=1)], pa.timestamp("ns", "UTC")), {}),
        (pa.array([T.replace(tzinfo=None), datetime(2026, 5, 1, 6, 0, 1)], pa.timestamp("ms")), {}),
        (pa.array([datetime(2026, 5, 1, 8), datetime(2026, 5, 1, 8, 0, 1)]), {"time_zone": "Europe/Berlin"}),
        (pa.array([1777615200, 1777615201]), {"time_format": "epoch_s"}),
        (pa.array(["2026-05-01T06:00:00Z", "2026-05-01T06:00:01Z"]), {}),
    ],
)
async def test_parquet_columns_of_every_kind_become_readings(tmp_path, times, settings):
    columns = {"time": times, "temp": [21.5, None], "flow": ["3.6", "many"], "state": ["ON", "OFF"],
               "door": [True, False]}  # fmt: skip
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    inlet = await watch(tmp_path, [TEMP, FLOW, STATE, signal("door", "door", "state")], n_rows(7), **settings)
    assert [(r["time"], r["value"]) for r in inlet.rows("oven.temp")] == [(T, 21.5)]
    assert [(r["value"], r["status"]) for r in inlet.rows("oven.flow")] == [
        (3.6, 0),
        (None, BAD_DECODING_ERROR),
    ]
    assert [r["text"] for r in inlet.rows("oven.state")] == ["ON", "OFF"]
    assert values(inlet, "door") == [1.0, 0.0]
    assert [f for _, f, _, _ in inlet.refusals] == ["row 2: 'many' for oven.flow"]


async def test_a_long_parquet_file_and_its_units_are_read(tmp_path):
    columns = {"time": [T] * 4, "signal": ["temp", "flow", "temp", "x"], "value": [1.0, 2.0, np.nan, 4.0],
               "unit": ["degC", "l/h", "degC", ""]}  # fmt: skip
    columns["time"] = [T + timedelta(seconds=k) for k in range(4)]
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    inlet = await watch(tmp_path, [TEMP, FLOW], n_rows(2), layout="long", unit_column="unit")
    assert [(r["signal"], r["value"], r["status"]) for r in inlet.rows()] == [
        ("oven.temp", 1.0, 0), ("oven.temp", None, BAD_NO_DATA)
    ]  # fmt: skip
    assert [f for _, f, _, _ in inlet.refusals] == ["row 2: oven.flow in 'l/h'"]


async def test_broken_parquet_and_a_column_of_another_unit_are_refused(tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    degrees = pa.field("temp", pa.float64(), metadata={"unit": "degF"})
    schema = pa.schema([("time", pa.timestamp("us", "UTC")), degrees, ("flow", pa.float64())])
    parquet.write_table(pa.table([[T], [70.0], [1.0]], schema=schema), tmp_path / "a.parquet")
    inlet = await watch(tmp_path, [TEMP, FLOW], lambda i: i.rows() and len(i.refusals) == 2)
    assert {s: f[:30] for s, f, _, _ in inlet.refusals} == {
        "broken.parquet": "not a Parquet file that can be", "a.parquet": "column 'temp' in 'degF'"
    }  # fmt: skip
    assert values(inlet, "oven.flow") == [1.0]


# ------------------------------------------------------------------------------------------ cells
@pytest.mark.parametrize(
    ("text", "comma", "wanted"),
    [
        ("1", False, 1.0), ("-1.5e3", False, -1500.0), (".5", False, 0.5), ("1,5", False, None),
        ("1_000", False, None), ("0x1", False, None), ("1,5", True, 1.5), ("1.234,5", True, 1234.5),
        ("1 234,5", True, 1234.5), ("1.234", True, None), ("1.5", True, None), ("7", True, 7.0),
        ("1,234,5", True, None), ("-inf", True, float("-inf")),
    ],
)  # fmt: skip
def test_a_number_that_could_be_two_is_none(text, comma, wanted):
    assert parse_number(text, comma) == wanted


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 14))
def test_a_time_with_a_zone_is_the_same_moment_in_utc(moment, hours):
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    us = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert time_reader("iso", "Asia/Tokyo")(aware.isoformat()) == us
    assert time_reader("epoch_us", "UTC")(str(us)) == us
    assert time_reader("epoch_s", "UTC")(f"{us // 1_000_000}.{us % 1_000_000:06d}") == us


def test_summer_and_winter_time_are_those_of_the_zone():
    read = time_reader("iso", "Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    for moment in (datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12)):
        aware = moment.replace(tzinfo=berlin)
        assert read(moment.isoformat()) == round(aware.timestamp() * 1e6)


def test_a_time_is_found_within_a_file_name():
    assert find_time("2004.02.12.10.32.39", "%Y.%m.%d.%H.%M.%S", "UTC") == 1_076_581_959_000_000
    assert find_time("DE_20260501-060000_run3.npz", "%Y%m%d-%H%M%S", "UTC") == 1_777_615_200_000_000
    assert find_time("run3.npz", "%Y%m%d", "UTC") is None


@given(
    st.lists(st.sampled_from(["ON", "a,b", 'say "x"', "two\nlines", "", "ü"]), min_size=1, max_size=12),
    st.lists(st.floats(0, 1), max_size=4),
)
@settings(max_examples=40)
def test_a_file_read_in_pieces_as_it_is_written_equals_one_read_at_once(tmp_path_factory, texts, shares):
    quoted = ['"' + text.replace('"', '""') + '"' for text in texts]
    rows = "".join(f"{(T + timedelta(seconds=k)).isoformat()},{q}\n" for k, q in enumerate(quoted))
    raw, mark, found = ("time,state\n" + rows).encode(), Mark(0, 0), []
    path = tmp_path_factory.mktemp("grows") / "a.csv"
    for share in [*sorted(shares), 1.0]:
        end = round(share * len(raw))
        path.write_bytes(raw[:end])
        refusals, mark = Refusals(), replace(mark, size=end)
        for piece in read_pieces(Portion(path, [target_of(STATE)], Settings(), mark, False, 0, refusals)):
            mark = piece.mark
            found += piece.readings.column("text").to_pylist()
        assert refusals.take() == []
    assert found == [text for text in texts if text]


# ---------------------------------------------------------------------------- settings, browsing
@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"layout": "tall"}, "layout is 'tall'"), ({"decimal": ";"}, "decimal is ';'"),
        ({"time_zone": "Mars/Olympus"}, "time_zone 'Mars/Olympus'"),
        ({"encoding": "utf-16"}, "encoding 'utf-16'"),
        ({"encoding": "latin-99"}, "encoding"), ({"include": "../*"}, "include '../*'"),
        ({"period_s": 0}, "not positive"), ({"period_s": "often"}, "setting 'period_s'"),
    ],
)  # fmt: skip
async def test_a_wrong_setting_is_named(tmp_path, settings, why):
    with pytest.raises(SourceError, match=why.replace("*", r"\*")):
        await SOURCE.read(files(tmp_path, **settings), [TEMP], Keeping())
    assert (await SOURCE.diagnose(files(tmp_path, **settings)))[0].passed is False


@pytest.mark.parametrize("url", ["file://server/share", "file:", "/srv/x", "http://x/y"])
async def test_a_url_that_is_no_folder_of_this_host_is_refused(url):
    with pytest.raises(SourceError, match="file://localhost/"):
        await SOURCE.browse(connection("files", url))


async def test_a_signal_with_a_wrong_address_or_unit_is_refused_and_the_others_are_read(tmp_path):
    write(tmp_path / "a.csv", "time,temp\n2026-05-01T06:00:00Z,1\n")
    wrong = [signal("a", ""), signal("b", "*.csv#"), signal("c", "temp", "temperature", "bar"),
             signal("d", "a.csv#nothing")]  # fmt: skip
    inlet = await watch(tmp_path, [*wrong, TEMP], n_rows(1))
    assert [s for s, _, _, _ in inlet.refusals] == ["a", "b", "c", "a.csv"]
    assert "no column 'nothing' for d" in inlet.refusals[-1][1]


async def test_browsing_suggests_columns_and_channels_with_their_units(tmp_path):
    write(tmp_path / "a.csv", "time;Vorlauf [°C];p_bar;Motor state\n2026-05-01T06:00:00Z;21,5;4,2;ON\n")
    np.savez(tmp_path / "v.npz", DE=np.zeros(100), rate_hz=12000.0)
    (tmp_path / "broken.mat").write_bytes(b"no")
    found = {s.address: s for s in await SOURCE.browse(files(tmp_path))}
    assert sorted(found) == ["*.csv#Motor state", "*.csv#Vorlauf [°C]", "*.csv#p_bar", "*.npz#DE"]
    flow, pressure = found["*.csv#Vorlauf [°C]"], found["*.csv#p_bar"]
    assert (flow.quantity, flow.unit, flow.sample) == ("temperature", "°C", "21,5")
    assert (pressure.quantity, pressure.unit, found["*.csv#Motor state"].kind) == ("pressure", "bar", "text")
    assert (found["*.npz#DE"].kind, found["*.npz#DE"].rate_hz) == ("waveform", 12000.0)
    assert all(s.why for s in found.values())


async def test_what_browsing_suggests_can_be_read_as_it_stands(tmp_path):
    write(tmp_path / "a.csv", "time;Vorlauf [°C];p_bar\n2026-05-01T06:00:00Z;21,5;4,2\n")
    signals = [
        signal(s.title, s.address, s.quantity, s.unit, kind=s.kind)
        for s in await SOURCE.browse(files(tmp_path))
    ]
    inlet = await watch(tmp_path, signals, n_rows(2))
    assert {r["signal"]: r["value"] for r in inlet.rows()} == pytest.approx({"Vorlauf": 21.5, "p_bar": 4.2})


async def test_diagnose_names_the_step_that_fails(tmp_path):
    assert [s.passed for s in await SOURCE.diagnose(files(tmp_path / "none"))] == [False]
    assert [s.passed for s in await SOURCE.diagnose(files(tmp_path))] == [True, False]
    write(tmp_path / "a.csv", "time,temp\n2026-05-01T06:00:00Z,1\n")
    assert all(s.passed for s in await SOURCE.diagnose(files(tmp_path)))
    (tmp_path / "b.mat").write_bytes(b"no")
    os.utime(tmp_path / "b.mat", (2e9, 2e9))
    assert [s.passed for s in await SOURCE.diagnose(files(tmp_path))] == [True, True, False]


async def test_a_resume_that_makes_no_sense_is_a_first_session(tmp_path):
    write(tmp_path / "a.csv", "time,temp\n2026-05-01T06:00:00Z,1\n")
    for resume in ({"files": 3}, {"files": {"a.csv": [1]}}, {"files": {"a.csv": ["x"] * 6}}, {"next": 5}):
        inlet = Keeping()
        inlet.resume = resume
        await watch(tmp_path, [TEMP], n_rows(1), inlet)
        assert len(inlet.rows()) == 1


def test_random_bytes_never_stop_the_reader(tmp_path):
    rng = random.Random(5)
    for k in range(30):
        (tmp_path / f"{k}.csv").write_bytes(b"time,temp\n" + rng.randbytes(rng.randrange(300)))
    inlet = asyncio.run(watch(tmp_path, [TEMP], lambda i: len(i.resume.get("files", ())) == 30))
    assert len(inlet.refusals) > 10
