"""Plain MQTT messages become readings, or are refused and shown."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkwright.connect.mqtt import Reader, _filter, _suggest, read_time
from arkwright.connect.mqtt_link import Message
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import BAD, BAD_NO_DATA, UNCERTAIN, to_us

LINK = Connection("m", "mqtt", "mqtt://127.0.0.1", {"topic": "plant/{area}/{asset}/{signal}"})
TEMP = Signal("t", "pump", "temperature", "degC", address="plant/a/pump/t")


class Desk:
    def __init__(self, last=None):
        self.last_reading, self.refusals, self.resume, self.gaps = last, [], {}, []

    def gap(self, *gap):
        self.gaps.append(gap)

    def refuse(self, subject, found, *, wanted="", fix=""):
        self.refusals.append(subject)


def rows(payload, *, signal=TEMP, desk=None, retain=False):
    reader = Reader(LINK, [signal], desk or Desk())
    reader.hear(Message(signal.address.partition("#")[0], payload, 1, 1, retain, 5))
    return reader.readings.take(9_000_000).to_pylist()


@pytest.mark.parametrize(
    "moment", ["2023-11-14T22:13:20Z", 1_700_000_000, 1_700_000_000_000, 1_700_000_000_000_000]
)
def test_times_of_every_habit_are_one_time(moment):
    assert read_time(moment) == 1_700_000_000_000_000


def test_a_json_message_keeps_its_time_and_quality():
    row = rows(b'{"value": 20, "time": 1700000000, "quality": "uncertain", "unit": "degC"}')[0]
    assert (row["time"], row["status"]) == (datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), UNCERTAIN)


def test_a_bare_number_is_stamped_on_receipt():
    assert rows(b" 20.5 ")[0]["origin"] == "server"


def test_a_path_in_the_address_finds_a_nested_value():
    nested = Signal("t", "pump", "temperature", "degC", address="plant/a/pump#temps.1")
    assert len(rows(b'{"temps": [1, 2]}', signal=nested)) == 1


def test_a_retained_value_without_time_is_read_once_only():
    assert rows(b"20", retain=True)
    assert not rows(b"20", retain=True, desk=Desk(datetime.now(UTC)))
    assert rows(b'{"value": 1, "time": 1700000000}', retain=True, desk=Desk(datetime.now(UTC)))


def test_another_unit_is_refused():
    desk = Desk()
    assert not rows(b'{"value": 20, "unit": "bar"}', desk=desk)
    assert desk.refusals == [TEMP.address]


def test_text_where_a_number_is_declared_is_refused():
    desk = Desk()
    assert not rows(b'{"value": "hot"}', desk=desk)
    assert desk.refusals == ["plant/a/pump/t"]


def test_a_huge_text_is_cut_and_told():
    desk, recipe = Desk(), Signal("r", "pump", "state", "1", address="plant/a/pump/r", kind="text")
    (row,) = rows(b"x" * 1_000_000, signal=recipe, desk=desk)
    assert len(row["text"]) == 4096
    assert desk.refusals == ["plant/a/pump/r"]


@pytest.mark.parametrize(
    ("is_kept", "qos", "gaps"), [(True, 1, 0), (True, 0, 1), (False, 1, 1), (False, 0, 1)]
)
def test_a_cut_is_a_gap_where_the_broker_cannot_have_kept_what_was_sent(is_kept, qos, gaps):
    desk, ends = Desk(), (datetime(2026, 5, 1, 6, tzinfo=UTC), datetime(2026, 5, 1, 7, tzinfo=UTC))
    reader = Reader(LINK, [TEMP], desk)
    reader.hear(Message(TEMP.address, b"20", 1, qos, False, to_us(ends[0])))
    reader.tell_gap(is_kept, ends[1])
    assert [(start, end, names) for start, end, _, names in desk.gaps] == [(*ends, ["t"])] * gaps


def test_null_and_bad_quality_are_kept_as_such():
    assert rows(b'{"value": null}')[0]["status"] == BAD_NO_DATA
    assert rows(b'{"value": 1, "quality": 8}')[0]["status"] == BAD


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused(payload):
    desk = Desk()
    assert len(rows(payload, desk=desk)) + len(desk.refusals) == 1


def test_a_template_becomes_a_filter_and_a_message_a_suggestion():
    assert _filter(LINK) == "plant/+/+/+"
    message = Message("plant/a/p/t", b'{"value": 3, "unit": "degC"}', 0, 0, False, 0)
    suggestion = _suggest(LINK, message)[0]
    assert (suggestion.quantity, suggestion.unit) == ("temperature", "degC")
