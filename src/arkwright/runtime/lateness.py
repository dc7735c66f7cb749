"""How late the readings of a connection come: its clock is slow, or a gateway collects them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from arkwright.runtime.watch import SETTLE_US

SPELL_US = 5_000_000
N_SPELLS = 6
LEAST_SPELLS = 3  # what is sent at the start, and what waited through an outage, is over by then
LATEST_US = 7_200_000_000  # what is later than two hours is a backlog, not a habit
MARGIN_US = 2_000_000
SLACK_US = 10_000_000
SHARE = 0.05  # of the oldest readings of a batch may be later than what is waited for


@dataclass
class Lateness:
    """Watches how late readings come, and says by how much judging has to wait for them.

    A reading is late by its receipt minus its source time. Of each spell of five seconds the batch that was
    least late counts, so that a backlog that comes in between says nothing; but of a spell that silence went
    before the one that was latest, for a gateway sends what it collected one after the other. The median of
    the last spells is what is usual. ``delay_us`` moves only when that leaves it, for every move costs
    readings; what is later than ``latest_us`` does not count. [us]
    """

    delay_us: int = 0
    latest_us: int = LATEST_US
    _began: int = 0
    _heard: int = 0
    _is_burst: bool = False
    _found: int = LATEST_US
    _spells: deque[int] = field(default_factory=lambda: deque(maxlen=N_SPELLS))

    def note(self, server_us: int, times_us: NDArray[np.int64]) -> bool:
        """Take in the source times of a batch; returns whether the delay changed.

        Parameters
        ----------
        server_us
            When the batch was received. [us]
        times_us
            Source times of its readings, shape ``(n,)``. [us]

        Returns
        -------
        changed
            Whether ``delay_us`` is another now.
        """
        if not len(times_us):
            return False
        changed = False
        oldest = int(SHARE * len(times_us))
        late_us = max(0, server_us - int(np.partition(times_us, oldest)[oldest]))
        if server_us - self._began >= SPELL_US:
            changed = self._close()
            self._began, self._is_burst = server_us, server_us - self._heard >= SPELL_US
            self._found = late_us
        self._heard = server_us
        self._found = (max if self._is_burst else min)(self._found, late_us)
        return changed

    def _close(self) -> bool:
        if self._found >= self.latest_us:
            return False
        self._spells.append(self._found)
        if len(self._spells) < LEAST_SPELLS:
            return False
        usual = sorted(self._spells)[(len(self._spells) - 1) // 2]
        if self._least_kept() <= usual <= self.delay_us + SETTLE_US:
            return False
        before = self.delay_us
        self.delay_us = 0 if usual <= SETTLE_US else -(-usual // 1_000_000) * 1_000_000 + MARGIN_US
        return self.delay_us != before

    def _least_kept(self) -> int:
        """Return how little lateness still leaves the delay where it is. [us]"""
        return max(0, self.delay_us - max(SLACK_US, self.delay_us // 5))
