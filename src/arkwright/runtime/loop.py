"""The loop of judging: timer-driven, each check on its own grid, none of them able to stop another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arkwright.core.errors import ArkwrightError
from arkwright.runtime.watch import NEVER_STILL, SETTLE_US, Standstill, Watch, due_ends

LOOK_S = 0.25  # how often a watch looks at the clock of judging, which may stand still
LONGEST_WAIT_S = 30.0
LATE_TICKS = 3  # so many window ends due at once are a backlog, not a delay


@dataclass(frozen=True)
class Ticked:
    """What one tick came to: how many findings, and which assets could not be judged and why."""

    findings: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)


Judge = Callable[[Watch, int], Awaitable[Ticked]]


@dataclass
class CheckHealth:
    """How a check does, for people.

    ``last_end_us`` [us] is the last window end that was judged, ``took_s`` [s] how long that took, ``due``
    how many ends wait [1], ``passed_over`` how many were left out after a standstill [1].
    """

    last_end_us: int = 0
    took_s: float = 0.0
    ticks: int = 0
    findings: int = 0
    due: int = 0
    passed_over: int = 0
    overruns: int = 0
    error: str = ""
    failures: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)
    began: float | None = None

    @property
    def state(self) -> str:
        """One word for a display: failing, lagging, judging or waiting."""
        if self.error or self.failed:
            return "failing"
        if self.due >= LATE_TICKS:
            return "lagging"
        return "waiting" if self.began is None else "judging"


class Loop:
    """Judges what is due, over and over.

    Parameters
    ----------
    watches
        Which check looks at which assets.
    judge
        Judges the window of one watch that ends at a time [us] and keeps the outcome, all of it or nothing.
    now_us
        The clock of judging: the server time up to which history is complete. [us]
    last_ends_us
        Last window end that each check judged, by its name. [us]
    still
        The standstill before this start.
    """

    def __init__(
        self,
        watches: Sequence[Watch],
        judge: Judge,
        now_us: Callable[[], int],
        last_ends_us: Mapping[str, int],
        still: Standstill = NEVER_STILL,
    ) -> None:
        self.watches = tuple(watches)
        self._stills = [still]
        self._judge = judge
        self._now_us = now_us
        # A check that never judged begins with the first window end after this start.
        firsts = {w.check.name: still.end_us // _every_us(w) * _every_us(w) for w in watches}
        self.health = {name: CheckHealth(last_ends_us.get(name) or first) for name, first in firsts.items()}

    def stand_still(self, start_us: int, end_us: int) -> None:
        """Pass over the windows that end between two server times: nobody was listening then. [us]"""
        # A computer may sleep again before its windows of the last sleep were even looked at.
        oldest_us = min((h.last_end_us for h in self.health.values()), default=end_us)
        self._stills = [s for s in self._stills if s.end_us > oldest_us] + [Standstill(start_us, end_us)]

    async def run(self) -> None:
        """Judge until cancelled; a check that fails waits longer each time, and the others do not notice."""
        async with asyncio.TaskGroup() as group:
            for watch in self.watches:
                group.create_task(self._follow(watch), name=f"check {watch.check.name}")

    async def step(self) -> int:
        """Judge everything that is due now, in order of window ends; returns how many ticks that were.

        Raises
        ------
        ArkwrightError
            If a tick could not be kept.
        """
        ticks = 0
        while True:
            due = [(ends[0], w.check.name, w) for w in self.watches if (ends := self._due(w))]
            if not due:
                return ticks
            _, name, watch = min(due, key=lambda found: found[:2])
            await self._tick(watch)
            if self.health[name].error:
                raise ArkwrightError(self.health[name].error, where=f"check {name}")
            ticks += 1

    async def _follow(self, watch: Watch) -> None:
        health = self.health[watch.check.name]
        while True:
            if self._due(watch):
                await self._tick(watch)
            if health.error:
                await asyncio.sleep(min(2.0 ** min(health.failures, 10) * LOOK_S, LONGEST_WAIT_S))
            elif health.due <= 1:
                await asyncio.sleep(LOOK_S)

    def _due(self, watch: Watch) -> list[int]:
        health = self.health[watch.check.name]
        ends = due_ends(watch, health.last_end_us, self._now_us(), stills=self._stills)
        health.due = len(ends)
        return ends

    async def _tick(self, watch: Watch) -> None:
        """Judge the oldest window that is due; whatever goes wrong is noted, and it stays due."""
        health = self.health[watch.check.name]
        end_us, health.began = self._due(watch)[0], time.monotonic()
        try:
            done = await self._judge(watch, end_us)
        except Exception as error:  # one check must not take the loop down with it
            health.failures += 1
            known = isinstance(error, (ArkwrightError, OSError))
            health.error = str(error) if known else f"{type(error).__name__}: {error}"
        else:
            _note(health, watch, end_us, done)
        finally:
            health.took_s = time.monotonic() - health.began
            health.overruns += health.took_s > watch.check.needs.every_s
            health.began = None

    def status(self) -> dict[str, Any]:
        """Return how judging does, check by check, as plain JSON."""
        now_us = self._now_us()
        return {w.check.name: _told(self.health[w.check.name], w, now_us) for w in self.watches}


def _every_us(watch: Watch) -> int:
    return round(watch.check.needs.every_s * 1e6)


def _note(health: CheckHealth, watch: Watch, end_us: int, done: Ticked) -> None:
    if health.last_end_us:
        health.passed_over += (end_us - health.last_end_us) // _every_us(watch) - 1
    health.last_end_us = end_us
    health.ticks += 1
    health.findings += done.findings
    health.failed, health.error, health.failures = done.failed, "", 0


def _told(health: CheckHealth, watch: Watch, now_us: int) -> dict[str, Any]:
    needs = watch.check.needs
    lag_us = now_us - SETTLE_US - needs.every_s * 1e6 - health.last_end_us
    return {
        "title": watch.check.title,
        "state": health.state,
        "assets": len(watch.assets),
        "every_s": needs.every_s,
        "last_end_us": health.last_end_us,
        "lag_s": max(0.0, lag_us / 1e6) if health.last_end_us else None,
        "took_s": round(health.took_s, 4),
        "judging_for_s": None if health.began is None else round(time.monotonic() - health.began, 1),
        "ticks": health.ticks,
        "due": health.due,
        "passed_over": health.passed_over,
        "overruns": health.overruns,
        "findings": health.findings,
        "error": health.error,
        "failures": health.failures,
        "failed": dict(health.failed),
    }
