"""What the house refused, missed or corrected becomes cards, so that a person sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

import pyarrow as pa

from arkwright.app.uses import report
from arkwright.core.errors import HistoryError
from arkwright.core.plant import Site
from arkwright.core.tables import EVENTS, concat, from_us, to_us
from arkwright.history.lake import Lake
from arkwright.history.ledger import Ledger
from arkwright.history.query import History

EVERY_S = 2.0
# How far was reported is kept like the state of a check, so that after a kill it goes on where it stood.
NAME, WHOSE = "reports", "events"


@dataclass
class Reports:
    """Events of history on their way to the feed, each reported once."""

    site: Site
    ledger: Ledger
    lake: Lake
    history: History
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    error: str = ""
    _waiting: list[pa.Table] = field(default_factory=list)
    _guard: Lock = field(default_factory=Lock)
    _cut_us: int = 0

    def __post_init__(self) -> None:
        self.lake.on_events = self._hear
        self._waiting = [self._unreported()]

    def _hear(self, events: pa.Table) -> None:
        with self._guard:
            self._waiting.append(events)

    def _unreported(self) -> pa.Table:
        """Return the events that history held and nobody reported before the last stop."""
        with self.ledger.view() as view:
            self._cut_us = int(str(view.states(NAME).get(WHOSE, {}).get("cut_us", 0)))
        last = from_us(self._cut_us)
        events = self.history.events(from_us(0), from_us(2**52))
        return events.filter(pa.compute.field("server_time") > pa.scalar(last, pa.timestamp("us", "UTC")))

    async def run(self) -> None:
        """Report every few seconds until cancelled; what cannot be reported waits."""
        while True:
            try:
                await asyncio.to_thread(self.report)
            except HistoryError as error:
                self.error = str(error)
            else:
                self.error = ""
            await asyncio.sleep(EVERY_S)

    def report(self) -> int:
        """Report what waits, in one change of the ledger; return how many events."""
        with self._guard:
            taken, self._waiting = self._waiting, []
        events = concat(taken, EVENTS)
        if not events.num_rows:
            return 0
        now = self.now()
        # Not back, whatever the clock says: what was reported would be reported again after a start.
        cut = max(self._cut_us, *(to_us(time) for time in events.column("server_time").to_pylist()))
        try:
            with self.ledger.change() as change:
                report(change, events, now, site=self.site)
                change.put_states(NAME, {WHOSE: {"cut_us": cut}})
        except HistoryError:
            with self._guard:
                self._waiting = [events, *self._waiting]
            raise
        self._cut_us = cut
        return int(events.num_rows)
