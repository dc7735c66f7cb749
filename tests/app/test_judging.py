"""Judging in a plant: ticks kept whole, once, and nothing that a check does stops the others."""

import asyncio
import time
from dataclasses import replace

import numpy as np
import pytest
from tests.app import bad_judges
from tests.app.works import SECOND_US, START_US, make_site, open_works
from tests.laws.judges import ADDING, SEEING

from arkwright.app import judging as judging_module
from arkwright.app.rejudge import compare_with_ledger
from arkwright.core.catalog import Needs
from arkwright.core.errors import ArkwrightError, HistoryError
from arkwright.core.tables import Waveform, from_us
from arkwright.health.examine import checks
from arkwright.runtime.engines.local import LocalEngine


async def hot_hour(works, first_s=0, last_s=60, hot_from_s=20):
    """A minute of readings once a second; the temperature of the first pump is too high from a second on."""
    for second in range(first_s, last_s):
        at = START_US + second * SECOND_US
        works.clock[0] = at + 300_000
        temp = 99.0 if second >= hot_from_s else 60.0
        rows = [("P0000.temp", at, temp), ("P0000.pressure", at, 3.0)]
        await works.take(rows)
        await works.take([("P0001.temp", at, 50.0), ("P0001.pressure", at, 3.0)], line="plc1")
        await works.judging.step()


async def test_a_reading_beyond_its_limit_becomes_a_finding_a_card_and_a_tick(tmp_path):
    with open_works(tmp_path, make_site(2)) as works:
        await hot_hour(works)
        with works.ledger.view() as view:
            found = [f for f in view.findings() if f.check == "limit"]
            cards = view.cards()
            ticks = view.ticks("limit")
    assert [(f.asset, f.cause, f.band) for f in found] == [("P0000", "overheating", "act")]
    assert [c.asset for c in cards if c.payload.get("check") == "limit"] == ["P0000"]
    assert [end for end, _ in ticks] == [START_US + s * SECOND_US for s in range(10, 60, 10)]


async def test_judging_again_gives_what_was_kept(tmp_path):
    with open_works(tmp_path, make_site(2)) as works:
        await hot_hour(works)
        for compared in compare_with_ledger(works.site, works.history, works.ledger, checks()):
            assert compared.equal, compared


# ------------------------------------------------------------------------------------- checks that misbehave
async def ten_seconds(works):
    await works.take([("P0000.temp", works.clock[0], 60.0)])
    return await works.go_to(works.clock[0] // 10_000_000 * 10_000_000 + 12 * SECOND_US)


def states_of(works, check):
    with works.ledger.view() as view:
        return view.states(check), view.tick_details(check)


@pytest.mark.parametrize(
    ("check", "why"),
    [
        (bad_judges.RAISING, "ZeroDivisionError: division by zero"),
        (bad_judges.HANGING, "no answer within 1 s, 2 times"),
    ],
)
async def test_an_asset_that_cannot_be_judged_keeps_no_other_from_it_and_is_visible(tmp_path, check, why):
    engine = LocalEngine(limit_s=1.0)
    known = {"bad": check, "adding": ADDING}
    with open_works(tmp_path, make_site(3), known, engine) as works:
        assert await ten_seconds(works) == 2
        states, details = states_of(works, "bad")
        assert states == {"P0000": {"n": 1}, "P0002": {"n": 1}}
        assert list(details.values())[-1]["failed"] == {"P0001": why}
        told = works.judging.status()["checks"]
        assert (told["bad"]["state"], told["bad"]["failed"]) == ("failing", {"P0001": why})
        assert (told["adding"]["state"], told["adding"]["ticks"]) == ("waiting", 1)
        began = time.monotonic()
        await ten_seconds(works)
        # What hung once is left alone for ten minutes: it costs the second tick no time.
        assert time.monotonic() - began < 1.5
        assert states_of(works, "bad")[0]["P0002"] == {"n": 2}
        with works.ledger.view() as view:
            assert {f.asset for f in view.findings_of("bad")} == {"P0000", "P0002"}
        if check is bad_judges.RAISING:
            (again,) = [
                c
                for c in compare_with_ledger(works.site, works.history, works.ledger, known)
                if c.check == "bad"
            ]
            assert again.equal


async def test_a_check_that_kills_every_worker_is_visible_and_the_rest_goes_on(tmp_path):
    known = {"bad": bad_judges.DYING, "adding": ADDING}
    with open_works(tmp_path, make_site(6), known, LocalEngine(limit_s=20.0)) as works:
        assert await ten_seconds(works) == 2
        failed = works.judging.loop.health["bad"].failed
        assert sorted(failed) == sorted(works.site.assets)
        assert sum("not tried" in why for why in failed.values()) == 3
        assert len(states_of(works, "adding")[0]) == 6


async def test_a_state_that_is_not_plain_json_is_refused(tmp_path):
    with open_works(tmp_path, make_site(1), {"bad": bad_judges.MUMBLING}) as works:
        await ten_seconds(works)
        assert "not plain JSON" in works.judging.loop.health["bad"].failed["P0000"]


async def test_a_tick_that_the_ledger_cannot_keep_stays_due_and_is_kept_later(tmp_path, monkeypatch):
    with open_works(tmp_path, make_site(2), {"adding": ADDING}) as works:
        offer = judging_module.offer
        monkeypatch.setattr(judging_module, "offer", refuse)
        with pytest.raises(ArkwrightError, match="no space left"):
            await ten_seconds(works)
        with works.ledger.view() as view:
            assert (view.ticks("adding"), view.states("adding")) == ([], {})
        assert works.judging.loop.health["adding"].state == "failing"
        monkeypatch.setattr(judging_module, "offer", offer)
        assert await works.judging.step() == 1
        with works.ledger.view() as view:
            assert len(view.ticks("adding")) == 1
            assert view.states("adding")["P0000"]["n"] == 1
        assert works.judging.loop.health["adding"].state == "waiting"


def refuse(*_):
    raise HistoryError("no space left on the disk")


# ----------------------------------------------------------------------------------------- starts and clocks
async def test_what_is_received_after_a_restart_with_the_clock_set_back_is_not_in_judged_windows(tmp_path):
    clock, known = [START_US], {"adding": ADDING}
    with open_works(tmp_path, make_site(1), known, clock=clock) as works:
        await ten_seconds(works)
    clock[0] -= 6 * SECOND_US
    with open_works(tmp_path, make_site(1), known, clock=clock) as works:
        await works.take([("P0000.temp", START_US + SECOND_US, 5.0)])  # of the window that was judged
        await ten_seconds(works)
        (again,) = compare_with_ledger(works.site, works.history, works.ledger, known)
        assert again.equal


async def test_windows_of_a_standstill_are_passed_over_and_the_standstill_is_told(tmp_path):
    clock, known = [START_US], {"adding": ADDING}
    with open_works(tmp_path, make_site(1), known, clock=clock) as works:
        await ten_seconds(works)
    clock[0] += 3600 * SECOND_US
    with open_works(tmp_path, make_site(1), known, clock=clock) as works:
        await ten_seconds(works)
        with works.ledger.view() as view:
            ends = [(end - START_US) // SECOND_US for end, _ in view.ticks("adding")]
        assert ends == [10, 3620]
        assert works.judging.loop.health["adding"].passed_over == 360
        told = works.history.events(from_us(START_US), from_us(clock[0]), kinds=["standstill"]).to_pylist()
        assert sorted(r["subject"] for r in told) == ["plc0", "plc1"]


async def test_a_waveform_that_comes_too_late_for_its_window_is_given_to_the_next_tick_once(tmp_path):
    clock, known = [START_US], {"seeing": SEEING}
    wave = Waveform("P0000.vib", from_us(START_US - 30 * SECOND_US), np.ones(100, np.float32), 1e4, "m/s2")
    with open_works(tmp_path, make_site(1), known, clock=clock) as works:
        await ten_seconds(works)
        await works.take([], waveforms=[wave])
    clock[0] += SECOND_US
    with open_works(tmp_path, make_site(1), known, clock=clock) as works:
        for _ in range(3):
            await ten_seconds(works)
        with works.ledger.view() as view:
            seen = [f.evidence[0].data["waveforms"] for f in view.findings_of("seeing")]
    assert [len(w) for w in seen] == [0, 1, 0, 0]


async def test_judging_waits_for_history_and_not_for_the_clock(tmp_path):
    with open_works(tmp_path, make_site(1), {"adding": ADDING}) as works:
        works.clock[0] += 600 * SECOND_US  # history has taken nothing in since: its disk may be full
        assert await works.judging.step() == 0
        await works.intake.drain()
        assert await works.judging.step() == 59  # ends at 10 s, 20 s, ... 590 s; 600 s is not settled yet


async def test_the_loop_runs_by_itself_and_a_failing_check_does_not_stop_it(tmp_path):
    known = {"bad": bad_judges.RAISING, "adding": ADDING}
    with open_works(tmp_path, make_site(2), known) as works:
        task = asyncio.create_task(works.judging.run())
        works.clock[0] += 32 * SECOND_US
        await works.intake.drain()
        health = works.judging.loop.health
        for _ in range(100):
            await asyncio.sleep(0.05)
            if health["adding"].ticks == 3 and health["bad"].ticks == 3:
                break
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (health["adding"].ticks, health["bad"].ticks) == (3, 3)
        assert works.judging.status()["checks"]["adding"]["lag_s"] == 0.0


async def late_hours(works, late_s, seconds=120):
    """Readings once a second of a source whose clock is slow; the first pump gets hot after a minute."""
    for second in range(seconds):
        now = START_US + second * SECOND_US
        works.clock[0] = now + 300_000
        at = now - int(late_s * SECOND_US)
        await works.take([("P0000.temp", at, 99.0 if second >= 60 else 60.0), ("P0000.pressure", at, 3.0)])
        await works.take([("P0001.temp", now, 50.0), ("P0001.pressure", now, 3.0)], line="plc1")
        await works.judging.step()


@pytest.mark.parametrize("late_s", [13.0, 200.0])
async def test_a_source_whose_clock_is_slow_is_judged_later_not_never(tmp_path, late_s):
    with open_works(tmp_path, make_site(2)) as works:
        await late_hours(works, late_s)
        with works.ledger.view() as view:
            (found,) = [f for f in view.findings() if f.check == "limit"]
            details = [d for d in view.tick_details("limit").values() if "delays" in d]
        assert (found.asset, found.cause) == ("P0000", "overheating")
        assert {tuple(d["delays"]) for d in details} == {("plc0",)}
        # The evidence points at the readings where they lie, by the source's own clock.
        (proof,) = [e for e in found.evidence if e.signal == "P0000.temp" and e.start is not None]
        rows = works.history.window(["P0000.temp"], proof.start, proof.end).column("value").to_pylist()
        assert max(rows) > 90
        for compared in compare_with_ledger(works.site, works.history, works.ledger, checks()):
            assert compared.equal, compared
        kinds = works.history.events(from_us(0), from_us(works.clock[0])).column("kind").to_pylist()
        assert kinds.count("late") == (1 if late_s > 60 else 0)


async def test_a_waveform_of_a_slow_clock_is_judged_once(tmp_path):
    once = replace(SEEING, needs=Needs(10.0, 10.0, waveforms=True))
    with open_works(tmp_path, make_site(1), {"seeing": once}) as works:
        for second in range(150):
            now = START_US + second * SECOND_US
            works.clock[0], at = now + 300_000, now - 400 * SECOND_US
            due = second % 30 == 5
            wave = Waveform("P0000.vib", from_us(at), np.ones(50, np.float32), 1e4, "m/s2")
            await works.take([("P0000.temp", at, 60.0)], waveforms=[wave] if due else [])
            await works.judging.step()
        with works.ledger.view() as view:
            seen = [w for f in view.findings_of("seeing") for w in f.evidence[0].data["waveforms"]]
    assert len(seen) >= 3  # those of the first seconds come before the delay is known
    assert len(seen) == len({str(w) for w in seen})


ONCE = replace(SEEING, needs=Needs(10.0, 10.0, waveforms=True))


async def test_a_waveform_is_judged_once_also_where_the_delay_rises_and_falls(tmp_path):
    """A slow clock is put right after a while: records of the time around the change are the ones at risk."""
    with open_works(tmp_path, make_site(1), {"seeing": ONCE}) as works:
        lateness, sent = works.lines["plc0"].lateness, []
        for second in range(1, 90):
            works.clock[0] = now = START_US + second * SECOND_US
            lateness.delay_us = 30 * SECOND_US if 35 <= second < 62 else 0
            wave = Waveform("P0000.vib", from_us(now - 1), np.full(50, second, np.float32), 1e4, "m/s2")
            await works.take([], waveforms=[wave])
            sent.append(50.0 * second)
            await works.judging.step()
        with works.ledger.view() as view:
            seen = [w[2] for f in view.findings_of("seeing") for w in f.evidence[0].data["waveforms"]]
        # The first window ended before the start, the last is not due yet.
        assert sorted(seen) == [s for s in sent if min(seen) <= s <= max(seen)]
        assert (min(seen), max(seen)) == (50.0, 50.0 * 80)
        for compared in compare_with_ledger(works.site, works.history, works.ledger, {"seeing": ONCE}):
            assert compared.equal, compared


async def test_a_start_waits_for_a_slow_clock_as_long_as_before_the_stop(tmp_path):
    clock = [START_US]
    with open_works(tmp_path, make_site(2), clock=clock) as works:
        await late_hours(works, 45.0, 40)
        delay_us = works.lines["plc0"].lateness.delay_us
        assert delay_us >= 45 * SECOND_US
    with open_works(tmp_path, make_site(2), clock=clock) as works:
        assert {n: line.lateness.delay_us for n, line in works.lines.items()} == {"plc0": delay_us, "plc1": 0}
