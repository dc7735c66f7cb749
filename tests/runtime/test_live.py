"""Live values: newest wins, lateness never, staleness is a matter of time and heartbeat."""

from hypothesis import given
from hypothesis import strategies as st

from arkwright.core.plant import Signal
from arkwright.core.tables import ReadingsBuilder, Scale
from arkwright.runtime.live import LiveTable

NOW = 1_700_000_000_000_000
SIGNALS = (
    Signal("a", "p1", "temperature", "degC", "plc", max_gap_s=5.0),
    Signal("b", "p1", "temperature", "degC", "plc"),
    Signal("c", "p1", "state", "", "plc"),
)


def table(*rows, server=NOW):
    builder = ReadingsBuilder()
    for signal, time_us, value in rows:
        builder.add(Scale(signal), time_us, value)
    return builder.take(server)


def live(alive=True):
    return LiveTable(SIGNALS, lambda _: alive)


def test_a_late_reading_never_overwrites_a_newer_one():
    at = live()
    at.update(table(("a", NOW, 2.0)))
    at.update(table(("a", NOW - 9, 1.0), server=NOW + 9))
    value = at.value("a", NOW + 1_000_000)
    assert value.value == 2.0
    assert value.age_s == (1_000_000 - 9) / 1e6  # the late report is still a sign of life


def test_text_gives_way_to_a_number_and_back():
    at = live()
    at.update(table(("c", NOW, "AUTO")))
    assert at.value("c", NOW).text == "AUTO"
    at.update(table(("c", NOW + 1, 3.0)))
    assert (at.value("c", NOW).text, at.value("c", NOW).value) == (None, 3.0)


def test_silence_is_stale_only_where_the_site_says_so():
    at = live()
    at.update(table(("a", NOW, 1.0), ("b", NOW, 1.0)))
    later = NOW + 6_000_000
    assert at.value("a", later).state == "stale"
    assert at.value("b", later).state == "good"


def test_a_lost_heartbeat_makes_everything_stale():
    at = live(alive=False)
    at.update(table(("b", NOW, 1.0)))
    assert at.value("b", NOW).stale == "connection plc is lost"


def test_a_signal_without_reading_has_no_state():
    assert live().value("a", NOW).state == "none"


def test_only_what_changed_is_named():
    at = live()
    at.update(table(("a", NOW, 1.0), ("b", NOW, 1.0)))
    before = at.revision
    at.update(table(("b", NOW + 1, 2.0), ("stranger", NOW, 1.0)))
    assert at.changed_since(before) == ["b"]


@given(st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 50), st.floats(-9, 9)))))
def test_it_agrees_with_a_dictionary(batches):
    at, slow = live(), {}
    for batch in batches:
        at.update(table(*((s, NOW + t, v) for s, t, v in batch)))
        for signal, time, value in batch:
            if signal not in slow or time >= slow[signal][0]:
                slow[signal] = (time, value)
    for signal, (_, value) in slow.items():
        assert at.value(signal, NOW).value == value
