"""How late readings come, batch after batch, and how long judging waits for them."""

import numpy as np
import pytest

from arkwright.runtime.lateness import LATEST_US, Lateness

S = 1_000_000


def delays(batches):
    """The delay [s] after each of (received [s], lateness of each reading [s])."""
    at = Lateness()
    found = []
    for received, late in batches:
        at.note(int(received * S), ((received - np.atleast_1d(late)) * S).astype(np.int64))
        found.append(at.delay_us / S)
    return found


def test_a_prompt_connection_is_never_waited_for():
    rng = np.random.default_rng(1)
    assert set(delays((t, rng.uniform(0, 2, 20)) for t in np.arange(1000, 1300, 0.5))) == {0.0}


@pytest.mark.parametrize("slow_s", [4.0, 90.0, 3600.0])
def test_a_slow_clock_is_waited_for_within_twenty_seconds_and_the_delay_stays(slow_s):
    found = delays((t, slow_s) for t in np.arange(1000, 1300, 0.5))
    assert found[40] >= slow_s
    assert found[40] <= slow_s + 3
    assert len(set(found[40:])) == 1


def test_a_gateway_that_collects_for_a_minute_is_waited_for_and_nearly_all_of_it_is_in_time():
    found = delays((1000 + 60 * n, np.arange(60.0)) for n in range(10))
    assert found[0] == 0.0
    assert found[-1] >= 57.0
    assert found[-1] <= 72.0


def test_a_backlog_between_live_batches_and_what_is_sent_at_the_start_move_nothing():
    start = [(1000.0, 86_400.0), (1000.1, np.full(50, 600.0))]
    live = [(t, 0.2) for t in np.arange(1000.5, 1060, 0.5)]
    backlog = [(t + 0.1, np.linspace(500, 900, 200)) for t in np.arange(1020, 1050, 0.5)]
    assert set(delays([*start, *sorted([*live, *backlog], key=lambda b: b[0])])) == {0.0}


def test_a_clock_that_was_mended_is_not_waited_for_any_more():
    slow = [(t, 300.0) for t in np.arange(1000, 1060, 0.5)]
    found = delays([*slow, *((t, 0.1) for t in np.arange(1060, 1120, 0.5))])
    assert found[100] >= 300
    assert found[-1] == 0.0


def test_what_is_later_than_two_hours_is_a_backlog():
    assert set(delays((t, 2 * LATEST_US / S) for t in np.arange(1000, 1100, 0.5))) == {0.0}
    assert Lateness().note(5 * S, np.zeros(0, np.int64)) is False


def test_a_gateway_whose_minute_comes_in_many_messages_is_waited_for_as_if_it_came_in_one():
    """One message a reading: what is sent last is the newest, and must not speak for what was sent first."""
    bursts = [
        (1003.9 + 60 * n, 0.2 * k, np.arange(60.0 - 6 * k, 54.0 - 6 * k, -1))
        for n in range(10)
        for k in range(10)
    ]
    found = delays((begin + after, late + after) for begin, after, late in bursts)
    assert found[-1] >= 58.0
    assert found[-1] <= 72.0
    assert len(set(found)) == 2
