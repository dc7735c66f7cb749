"""Silence, bad values and lost connections."""

from tests.health.slices import T0, run, window

from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import BAD, UNCERTAIN
from arkwright.health.checks.stale import CHECK

FLOW = Signal("P1.flow", "P1", "volume_flow", "m3/h", "plc", max_gap_s=15.0, title="Flow", title_zh="流量")
MODE = Signal("P1.mode", "P1", "state", "", "plc", kind="text", title="Mode")
PUMP = Asset("P1", title="Pump 1", signals=(FLOW, MODE))
ALIVE = {"plc": True}


def flows(*seconds, value=5.0, status=0):
    return [("P1.flow", float(s), value, status) for s in seconds]


def walk(windows):
    """Judge (start, rows, connected, latest) cell by cell."""
    state, told = {}, []
    for start, rows, connected, latest in windows:
        cell = window(start, start + 10, rows, connected=connected, latest=latest)
        state, found = CHECK.judge(state, cell, PUMP, cell.end)
        told += [(start + 10, f) for f in found]
    return told


def test_a_signal_that_is_silent_beyond_its_gap_is_an_instrument_fault():
    [(second, finding)] = run(CHECK, PUMP, flows(*range(30)), 60, connected=ALIVE)
    assert second == 50  # the last reading came at 29 s, 29 + 15 = 44 s, the next cell ends at 50 s
    assert (finding.cause, finding.band, finding.asset) == ("silent_signal", "watch", "P1")
    assert finding.text.startswith("No readings from Flow: silent since 2026-03-03 00:00 UTC.")
    assert "流量" in finding.text_zh


def test_it_is_over_with_the_first_reading_even_a_bad_one():
    rows = flows(*range(30)) + flows(70, status=BAD)
    assert [f.cause for _, f in run(CHECK, PUMP, rows, 80, connected=ALIVE)] == ["silent_signal", "normal"]


def test_silence_of_a_signal_without_a_gap_is_legal():
    rows = flows(*range(600))
    assert run(CHECK, PUMP, rows, 600, connected=ALIVE) == []


def test_a_signal_that_was_never_heard_is_given_its_gap_first():
    [(second, finding)] = run(CHECK, PUMP, [], 60, connected=ALIVE)
    assert second == 20
    assert "never heard" in finding.text


def test_a_lost_connection_is_one_finding_under_its_own_name_the_same_from_every_asset():
    other = Asset("P2", signals=(Signal("P2.flow", "P2", "volume_flow", "m3/h", "plc", max_gap_s=15.0),))
    found = []
    for asset in (PUMP, other):
        cell = window(0, 10, connected={"plc": False})
        found += CHECK.judge({}, cell, asset, cell.end)[1]
    first, second = found
    assert (first.asset, first.cause, first.band, first.location) == ("plc", "connection_lost", "act", "")
    assert (first.id, first.subject) == (second.id, second.subject)


def test_behind_a_lost_connection_no_signal_is_silent():
    told = run(CHECK, PUMP, flows(0), 120, connected={"plc": False})
    assert {f.cause for _, f in told} == {"connection_lost"}


def test_after_a_connection_is_back_its_signals_get_their_gap_anew():
    lost = [(s, [], {"plc": False}, flows(-5)) for s in range(0, 100, 10)]
    back = [(s, [], ALIVE, flows(-5)) for s in range(100, 140, 10)]
    told = walk(lost + back)
    assert [(s, f.cause) for s, f in told] == [
        (10, "connection_lost"),
        (110, "normal"),
        (120, "silent_signal"),
    ]


def test_of_a_connection_of_unknown_pulse_nothing_is_said():
    told = walk([(0, [], {"plc": False}, ()), (10, [], {}, ()), (20, [], {}, ()), (30, [], ALIVE, ())])
    assert [(s, f.cause) for s, f in told] == [(10, "connection_lost"), (40, "normal")]


def test_age_is_counted_from_receipt():
    # The last reading lies before the window; history gives it as the latest.
    told = walk([(0, [], ALIVE, flows(-3)), (10, [], ALIVE, flows(-3))])
    assert [s for s, _ in told] == [20]
    assert T0.isoformat().startswith("2026-03-03")


def test_a_signal_that_only_says_bad_for_a_minute_needs_mending():
    for status in (BAD, UNCERTAIN):
        rows = flows(*range(30)) + flows(*range(30, 120), status=status)
        told = run(CHECK, PUMP, rows, 120, connected=ALIVE)
        assert [(s, f.cause) for s, f in told] == [(90, "bad_signal")]  # good until 29 s, and a minute
        assert "No good value from Flow since 2026-03-03 00:00 UTC" in told[0][1].text


def test_a_connection_of_other_assets_is_not_this_ones():
    assert run(CHECK, PUMP, flows(*range(60)), 60, connected=ALIVE | {"mqtt": False}) == []
