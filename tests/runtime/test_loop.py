"""The loop: every window once and in order, a backlog bounded and visible, a failing check alone with it."""

import asyncio

import pytest

from arkwright.core.catalog import Check, Needs
from arkwright.core.errors import ArkwrightError, HistoryError
from arkwright.core.plant import Asset
from arkwright.runtime import loop as loop_module
from arkwright.runtime.loop import Loop, Ticked
from arkwright.runtime.watch import Standstill, Watch, due_ends

SECOND = 1_000_000
START = 1_780_000_000 * SECOND


def watch(name, every_s=10.0):
    check = Check(name, name, "", Needs(every_s, every_s), lambda _: True, lambda s, *_: (s, []))
    return Watch(check, (Asset("p1"),))


def loop_of(judge, watches, clock, last=START, still=None):
    ends = {w.check.name: last for w in watches}
    return Loop(watches, judge, lambda: clock[0], ends, still or Standstill())


async def test_windows_are_judged_in_order_of_their_ends_whichever_check_they_are_of():
    seen, clock = [], [START + 33 * SECOND]

    async def judge(of, end):
        seen.append(((end - START) // SECOND, of.check.name))
        return Ticked(1)

    loop = loop_of(judge, [watch("b"), watch("a", 15.0)], clock)
    assert await loop.step() == 5
    assert seen == [(5, "a"), (10, "b"), (20, "a"), (20, "b"), (30, "b")]  # 15 s counted from 1970
    assert await loop.step() == 0
    assert loop.status()["b"]["findings"] == 3


async def test_after_a_long_backlog_the_oldest_windows_are_passed_over_and_counted():
    seen, clock = [], [START + 100_000 * SECOND]

    async def judge(of, end):
        seen.append(end)
        return Ticked()

    loop = loop_of(judge, [watch("a")], clock)
    assert loop.status()["a"]["lag_s"] > 99_000
    assert await loop.step() == 100
    assert loop.health["a"].passed_over == 10_000 - 1 - 100
    assert seen[-1] == START + 99_990 * SECOND


async def test_a_check_is_never_judged_twice_at_once_and_a_slow_one_is_seen_lagging(monkeypatch):
    monkeypatch.setattr(loop_module, "LOOK_S", 0.01)
    at_once, most, clock = [0], [0], [START + 12 * SECOND]
    gate = asyncio.Event()

    async def judge(of, end):
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        await (gate.wait() if of.check.name == "slow" else asyncio.sleep(0))
        at_once[0] -= 1
        return Ticked()

    loop = loop_of(judge, [watch("slow")], clock)
    task = asyncio.create_task(loop.run())
    await asyncio.sleep(0.05)
    assert loop.health["slow"].state == "judging"
    clock[0] += 60 * SECOND
    await asyncio.sleep(0.05)
    assert (loop.health["slow"].ticks, most[0]) == (0, 1)
    gate.set()
    await asyncio.sleep(0.1)
    assert (loop.health["slow"].ticks, most[0]) == (7, 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_check_that_fails_stays_due_is_tried_again_and_stops_no_other(monkeypatch):
    monkeypatch.setattr(loop_module, "LOOK_S", 0.01)
    failures, seen, clock = [3], [], [START + 12 * SECOND]

    async def judge(of, end):
        if of.check.name == "bad" and failures[0]:
            failures[0] -= 1
            raise (HistoryError("the disk is full") if failures[0] else ZeroDivisionError("oops"))
        seen.append(of.check.name)
        return Ticked()

    loop = loop_of(judge, [watch("bad"), watch("good")], clock)
    task = asyncio.create_task(loop.run())
    await asyncio.sleep(0.015)
    assert loop.health["bad"].error == "the disk is full"
    assert loop.health["bad"].state == "failing"
    assert seen == ["good"]
    await asyncio.sleep(0.4)
    assert (sorted(seen), loop.health["bad"].error) == (["bad", "good"], "")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_step_that_cannot_be_kept_is_an_error():
    async def judge(of, end):
        raise HistoryError("the disk is full")

    with pytest.raises(ArkwrightError, match="check a: the disk is full"):
        await loop_of(judge, [watch("a")], [START + 12 * SECOND]).step()


def test_ends_of_a_standstill_are_not_due():
    still = Standstill(START + 25 * SECOND, START + 60 * SECOND)
    ends = due_ends(watch("a"), START, START + 85 * SECOND, stills=[still])
    assert [(end - START) // SECOND for end in ends] == [10, 20, 70, 80]


async def test_a_check_that_never_judged_begins_with_the_first_end_after_the_start():
    seen = []

    async def judge(of, end):
        seen.append((end - START) // SECOND)
        return Ticked()

    still = Standstill(0, START + 4 * SECOND)
    loop = loop_of(judge, [watch("a")], [START + 33 * SECOND], last=0, still=still)
    await loop.step()
    assert seen == [10, 20, 30]


async def test_a_computer_that_wakes_for_a_moment_between_two_sleeps_judges_neither():
    """The first sleep must not be forgotten with the second: its windows are still due to a slow check."""
    seen, clock = [], [START + 15 * SECOND]

    async def judge(of, end):
        seen.append((of.check.name, (end - START) // SECOND))
        return Ticked()

    loop = loop_of(judge, [watch("slow", 60.0), watch("quick")], clock)
    await loop.step()
    for fell_asleep, woke in ((15, 600), (607, 900)):
        clock[0] = START + fell_asleep * SECOND
        await loop.step()
        loop.stand_still(clock[0], START + woke * SECOND)
    clock[0] = START + 903 * SECOND
    await loop.step()
    # From 600 to 607 s it was awake, but no window became due.
    assert [end for name, end in seen if name == "slow"] == []
    assert [end for name, end in seen if name == "quick"] == [10]
    clock[0] = START + 1000 * SECOND
    await loop.step()
    assert [end for name, end in seen if name == "quick"] == [10, *range(910, 1000, 10)]
    assert loop.health["quick"].passed_over == 89
