"""Law: judging history again on the recorded ticks gives what was found live, whatever went on meanwhile."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest
from tests.app.works import SECOND_US, START_US, Works, make_site, open_works
from tests.laws.judges import OWN

from arkwright.app.rejudge import compare_with_ledger
from arkwright.core.tables import Waveform, from_us, to_us
from arkwright.health.examine import checks
from arkwright.history.compact import compact
from arkwright.history.ledger import open_ledger
from arkwright.history.query import History

SITE = make_site(3)
NAMES = [s.name for s in SITE.signals.values() if s.kind == "value"]
LENGTH_S = 150


@dataclass
class Weather:
    """What happens to the works, second by second, from a seed."""

    rng: random.Random
    clock: list[int]
    kept_back: list[tuple[str, int, float]] = field(default_factory=list)
    sent: list[tuple[str, int, float]] = field(default_factory=list)

    async def second(self, works: Works) -> None:
        rng = self.rng
        self.clock[0] += SECOND_US + rng.randint(-200_000, 200_000)
        at = self.clock[0] - rng.randint(0, 900_000)
        rows = [(n, at + k, self.value(n)) for k, n in enumerate(NAMES) if rng.random() < 0.8]
        if rng.random() < 0.15:  # held back, to come late
            self.kept_back += rows
            rows = []
        if rng.random() < 0.1:
            rows += self.kept_back
            self.kept_back = []
        if self.sent and rng.random() < 0.2:  # the same once more, and a contradiction
            rows += rng.choices(self.sent, k=3)
            name, time, value = rng.choice(self.sent)
            rows.append((name, time, value + 1.0))
        self.sent += rows
        waves = [self.wave(at)] if rng.random() < 0.06 else []
        line = rng.choice(["plc0", "plc1"])
        if rng.random() < 0.03:
            works.lines[line].gap(from_us(at - 5 * SECOND_US), from_us(at), "of the test")
        if rows or waves or rng.random() < 0.5:
            await works.take(rows, line=line, waveforms=waves)
        else:
            await works.intake.drain()
        if rng.random() < 0.7:
            await works.judging.step()

    def value(self, name: str) -> float:
        hot = 45.0 if self.rng.random() < 0.1 else 0.0
        return round(self.rng.gauss(60.0 if name.endswith("temp") else 3.0, 2.0) + hot, 2)

    def wave(self, at: int) -> Waveform:
        samples = np.random.default_rng(at).normal(size=6000).astype(np.float32)
        signal = f"P{self.rng.randint(0, 2):04d}.vib"
        begin = from_us(at - self.rng.randint(0, 20) * SECOND_US)
        return Waveform(signal, begin, samples, 12_000.0, "m/s2", speed_rpm=1797.0)


async def live(folder, seed: int, known, length_s: int = LENGTH_S) -> None:
    """Run the works through some weather, with restarts, clocks set back and compactions."""
    clock = [START_US]
    weather = Weather(random.Random(seed), clock)
    left = length_s
    while left > 0:
        with open_works(folder, SITE, known, clock=clock) as works:
            for _ in range(min(left, weather.rng.randint(20, 70))):
                await weather.second(works)
                left -= 1
        clock[0] += weather.rng.choice([-40, 2, 45]) * SECOND_US
        if weather.rng.random() < 0.5:
            compact(folder / "history", from_us(clock[0] + 86_400 * SECOND_US), grace_s=0.0)


def compared(folder, known):
    ledger = open_ledger(folder / "ledger.db")
    try:
        return list(compare_with_ledger(SITE, History(folder / "history"), ledger, known))
    finally:
        ledger.close()


async def assert_replay_is_live(folder, seed, known, length_s=LENGTH_S):
    await live(folder, seed, known, length_s)
    found = compared(folder, known)
    assert {c.check for c in found} == set(known)
    assert [c for c in found if not c.equal] == []
    assert min(c.ticks for c in found) >= length_s // 90
    assert sum(c.findings for c in found) > 10


@pytest.mark.parametrize("seed", [1, 2])
async def test_history_judged_again_gives_what_was_found_live(tmp_path, seed):
    await assert_replay_is_live(tmp_path, seed, {**applying(), **OWN})


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(10, 30))
async def test_history_judged_again_gives_what_was_found_live_in_any_weather(tmp_path, seed):
    await assert_replay_is_live(tmp_path, seed, {**applying(), **OWN}, 300)


def applying():
    """All checks that there are and that look at something of the works."""
    return {n: c for n, c in checks().items() if any(c.applies_to(a) for a in SITE.assets.values())}


# ------------------------------------------------------------------------------------ what a judge is shown
def shown(folder):
    """What the seeing check was shown, tick by tick, by asset."""
    ledger = open_ledger(folder / "ledger.db")
    with ledger.view() as view:
        ticks = view.ticks("seeing")
        details = view.tick_details("seeing")
        found = {(f.asset, to_us(f.end)): f.evidence[0].data for f in view.findings_of("seeing")}
    ledger.close()
    return ticks, details, found


async def test_a_judge_is_shown_exactly_what_was_known_then(tmp_path):
    await live(tmp_path, 3, OWN)
    ticks, details, found = shown(tmp_path)
    history = History(tmp_path / "history")
    whole = (from_us(START_US) - timedelta(days=1), from_us(START_US) + timedelta(days=1))
    rows = [
        (r["signal"], to_us(r["time"]), to_us(r["server_time"]), r["value"], r["text"], r["status"])
        for r in history.window(NAMES, *whole).to_pylist()
    ]
    waves = history.waveform_index([s for s in SITE.signals if s.endswith(".vib")], *whole).to_pylist()
    events = history.events(*whole).to_pylist()
    before_us, judged = None, 0
    for end, cut in ticks:
        start = end - 25 * SECOND_US
        for asset in SITE.assets.values():
            own = [r for r in rows if r[0].startswith(asset.name) and r[1] < end and r[2] <= cut]
            records = [
                [w["signal"], to_us(w["time"])]
                for w in waves
                if w["signal"].startswith(asset.name)
                and to_us(w["server_time"]) <= cut
                and to_us(w["time"]) < end
                and (
                    to_us(w["time"]) >= start
                    or (
                        before_us is not None
                        and to_us(w["server_time"]) > before_us
                        and to_us(w["time"]) >= start - 300 * SECOND_US
                    )
                )
            ]
            inside = [(n, t, v, x, s) for n, t, _, v, x, s in own if t >= start]
            if not inside and not records:
                assert (asset.name, end) not in found
                continue
            told = found[asset.name, end]
            last = {r[0]: r for r in sorted(own, key=lambda r: r[1])}
            assert as_lists(told["readings"]) == as_lists(inside)
            assert as_lists(told["latest"]) == as_lists((n, t, v, x, s) for n, t, _, v, x, s in last.values())
            assert [w[:2] for w in told["waveforms"]] == sorted(records)
            connection = {s.connection for s in asset.signals} | {s.name for s in asset.signals}
            assert told["events"] == sorted(
                e["id"]
                for e in events
                if e["subject"] in connection
                and start <= to_us(e["start"]) < end
                and to_us(e["server_time"]) <= cut
            )
            lost = details.get(end, {}).get("lost", [])
            assert {n for n, alive in told["connected"].items() if not alive} == set(lost) & connection
            judged += 1
        before_us = cut
    assert judged > 20


def as_lists(rows):
    return sorted(([*row] for row in rows), key=str)
