"""Judging in a running plant: each tick is judged by worker processes and kept whole, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from arkwright.app.judge import Brief, Ruling, judge_brief
from arkwright.app.slices import Moment, Past, Slicer, View, past_with
from arkwright.app.uses import offer
from arkwright.core.catalog import Check, FaultMode
from arkwright.core.finding import Finding
from arkwright.core.plant import Site
from arkwright.core.tables import from_us
from arkwright.history.ledger import Ledger
from arkwright.history.query import History
from arkwright.runtime.engines import Engine
from arkwright.runtime.engines.local import LocalEngine
from arkwright.runtime.intake import Intake
from arkwright.runtime.lateness import LATEST_US
from arkwright.runtime.loop import Loop, Ticked
from arkwright.runtime.watch import Standstill, Watch, watch_all

REST_US = 600_000_000  # an asset over which a worker died or hung is left alone for so long
MOST_SUSPECTS = 3


@dataclass
class _Memory:
    """What a check remembers: states by asset, its last ticks, and assets at rest until a time. [us]"""

    states: dict[str, dict[str, object]]
    past: tuple[Past, ...]
    resting: dict[str, int] = field(default_factory=dict)


class Judging:
    """All checks of a site, judged on their grids while history grows.

    Parameters
    ----------
    site
        The site; its ``checks_off`` are left out.
    history
        History of this process, through its lake.
    ledger
        Where ticks, states, findings and cards are kept.
    intake
        Says up to which server time history is complete, and which connections are alive.
    faults
        Fault modes by name, for the cards.
    checks
        Checks by name; all that there are if left out.
    engine
        Where judges run; one worker process of this computer if left out.
    """

    def __init__(
        self,
        site: Site,
        history: History,
        ledger: Ledger,
        intake: Intake,
        faults: Mapping[str, FaultMode],
        *,
        checks: Mapping[str, Check] | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.site, self.ledger, self.faults = site, ledger, faults
        self._intake = intake
        self.engine = engine or LocalEngine(_workers(site))
        known = _all_checks() if checks is None else checks
        self.watches = watch_all(known.values(), tuple(site.assets.values()), site.checks_off)
        self._slicers = {w.check.name: Slicer(w, history) for w in self.watches}
        self._memory, last_ends_us = self._remembered()
        self._wait_as_before()
        still = self._standstill(history)
        intake.begin_after(still.end_us)
        if still.start_us:
            for line in intake.lines:
                line.note_standstill(from_us(still.start_us), from_us(still.end_us))
        self.loop = Loop(self.watches, self.tick, lambda: intake.cut_us, last_ends_us, still)
        intake.on_standstill = self.loop.stand_still

    def _remembered(self) -> tuple[dict[str, _Memory], dict[str, int]]:
        memory, ends = {}, {}
        with self.ledger.view() as view:
            for name in self._slicers:
                ends[name] = view.last_tick_us(name)
                # A tick of longer ago had no record that the last one had not, however late they come.
                after_us = ends[name] - LATEST_US - 1
                details = view.tick_details(name, after_us)
                past: tuple[Past, ...] = ()
                for end, cut in view.ticks(name, after_us):
                    past = past_with(past, Past(end, cut, delays_then(details.get(end, {}))))
                memory[name] = _Memory(view.states(name), past)
        return memory, ends

    def _wait_as_before(self) -> None:
        """Go on to wait for connections as long as before the stop, instead of finding them silent first."""
        ticks = [m.past[-1] for m in self._memory.values() if m.past]
        newest = max(ticks, key=lambda tick: tick.cut_us, default=Past(0, 0))
        for line in self._intake.lines:
            line.lateness.delay_us = newest.delays.get(line.connection.name, 0)

    def _standstill(self, history: History) -> Standstill:
        """Return from when to when nothing was received; what is received from now on is stamped later."""
        received = history.last().column("server_time").cast(pa.int64())
        with self.ledger.view() as view:
            last_cut_us = view.last_cut_us()
        last_us = max(last_cut_us, int(np.max(np.asarray(received), initial=0)))
        return Standstill(last_us, max(self._intake.clock.wall_us(), last_us))

    async def run(self) -> None:
        """Judge what becomes due until cancelled."""
        await self.loop.run()

    async def step(self) -> int:
        """Judge all that is due now; returns how many ticks that were."""
        return await self.loop.step()

    # ------------------------------------------------------------------------------------------- one tick
    async def tick(self, watch: Watch, end_us: int) -> Ticked:
        """Judge the window of a watch that ends at a time, and keep the outcome in one change. [us]

        Raises
        ------
        HistoryError
            If history cannot be read, or the ledger cannot keep the tick; nothing of it is kept then.
        """
        memory = self._memory[watch.check.name]
        moment = Moment(end_us, self._intake.cut_us, memory.past, self._connected(), self._delays())
        view = await asyncio.to_thread(self._slicers[watch.check.name].look, moment)
        resting = {name for name, until_us in memory.resting.items() if until_us > end_us}
        drawn: list[tuple[str, ...]] = []
        briefs = _noting(view.briefs(memory.states, resting), drawn)
        outcomes = await self.engine.map(judge_brief, briefs)
        rulings: list[Ruling] = []
        for names, outcome in zip(drawn, outcomes, strict=True):
            if outcome.lost:
                rulings += await self._one_by_one(view, names)
            else:
                rulings += outcome.result or _unjudged(names, outcome.error)
        failed = dict.fromkeys(resting, "left alone for a while: its worker died or hung") | view.failed
        failed |= {r.asset: r.error for r in rulings if r.error}
        work = asyncio.create_task(self._finish(watch, moment, rulings, failed))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await work  # half a second at most, and memory is what the ledger is
            raise

    def _connected(self) -> dict[str, bool]:
        pulses = {line.connection.name: line.pulse() for line in self._intake.lines}
        return {name: alive for name, alive in pulses.items() if alive is not None}

    def _delays(self) -> dict[str, int]:
        """Return by how much connections are judged later, because their readings come late. [us]"""
        late = {line.connection.name: line.lateness.delay_us for line in self._intake.lines}
        return {name: delay_us for name, delay_us in late.items() if delay_us}

    async def _one_by_one(self, view: View, names: Sequence[str]) -> list[Ruling]:
        """Find out over which asset a worker died or hung; after a few, the rest is not tried any more."""
        memory = self._memory[view.slicer.watch.check.name]
        rulings: list[Ruling] = []
        suspects = 0
        for name in names:
            if suspects >= MOST_SUSPECTS:
                rulings += _unjudged([name], "not tried: the check died or hung over other assets")
                continue
            brief = await asyncio.to_thread(view.brief_of, name, memory.states)
            if brief is None:
                continue
            (outcome,) = await self.engine.map(judge_brief, [brief])
            rulings += outcome.result or _unjudged([name], outcome.error)
            if outcome.lost:
                suspects += 1
                memory.resting[name] = view.moment.end_us + REST_US
        return rulings

    async def _finish(
        self, watch: Watch, moment: Moment, rulings: Sequence[Ruling], failed: Mapping[str, str]
    ) -> Ticked:
        findings = await asyncio.to_thread(self._keep, watch, moment, rulings, failed)
        memory = self._memory[watch.check.name]
        memory.states |= {r.asset: r.state for r in rulings if r.state is not None}
        memory.past = past_with(memory.past, Past(moment.end_us, moment.cut_us, moment.delays))
        memory.resting = {n: t for n, t in memory.resting.items() if t > moment.end_us}
        return Ticked(len(findings), failed)

    def _keep(
        self, watch: Watch, moment: Moment, rulings: Sequence[Ruling], failed: Mapping[str, str]
    ) -> list[Finding]:
        name, now = watch.check.name, from_us(moment.end_us)
        states = {r.asset: r.state for r in rulings if r.state is not None}
        # What many assets say alike, as of a lost connection, has one id and is kept once.
        findings = list({f.id: f for r in rulings for f in r.findings}.values())
        with self.ledger.change() as change:
            change.add_tick(name, moment.end_us, moment.cut_us, noted(self.site, moment, failed))
            change.put_states(name, states)
            if findings:
                change.add_findings(findings)
            offer(change, self.site, self.faults, findings, now)
        return findings

    # --------------------------------------------------------------------------------------------- telling
    def status(self) -> dict[str, Any]:
        """Return how judging does, as plain JSON."""
        return {"checks": self.loop.status(), "engine": self.engine.status()}

    def close(self) -> None:
        """End the worker processes."""
        self.engine.close()


def _noting(briefs: Iterable[Brief], drawn: list[tuple[str, ...]]) -> Iterator[Brief]:
    """Hand briefs on and note their assets, so that what is lost with a worker can be named."""
    for brief in briefs:
        drawn.append(tuple(asset.name for asset in brief.assets))
        yield brief


def _unjudged(assets: Iterable[str], error: str) -> list[Ruling]:
    return [Ruling(asset, error=error) for asset in assets]


def noted(site: Site, moment: Moment, failed: Mapping[str, str]) -> dict[str, object]:
    """Return what a tick has to remember beside its times; nothing where all was well."""
    detail: dict[str, object] = {
        "lost": sorted(name for name, alive in moment.connected.items() if not alive),
        "unknown": sorted(name for name in site.connections if name not in moment.connected),
        "delays": dict(sorted(moment.delays.items())),
        "failed": dict(sorted(failed.items())),
    }
    return {key: value for key, value in detail.items() if value}


def connected_then(site: Site, detail: Mapping[str, object]) -> dict[str, bool]:
    """Return which connections were alive at a recorded tick; the other way of :func:`noted`."""
    lost, unknown = (_names(detail.get(key)) for key in ("lost", "unknown"))
    return {name: name not in lost for name in site.connections if name not in unknown}


def delays_then(detail: Mapping[str, object]) -> dict[str, int]:
    """Return by how much connections were judged later at a recorded tick. [us]"""
    found = detail.get("delays")
    return {str(k): int(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def _names(found: object) -> frozenset[str]:
    return frozenset(str(name) for name in found) if isinstance(found, (list, dict)) else frozenset()


def _workers(site: Site) -> int:
    table = site.settings.get("judging", {})
    return max(1, int(table.get("workers", 1))) if isinstance(table, dict) else 1


def _all_checks() -> Mapping[str, Check]:
    from arkwright.health.examine import checks

    return checks()
