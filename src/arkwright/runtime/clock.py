"""The clock of this computer, and when somebody set it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from arkwright.core.tables import EVENTS, from_us

COMPUTER = "this computer"
LEAST_STEP_US = 1_000_000  # what a slow look between two clocks, or their slow drift, never comes to


def wall_us() -> int:
    """Return the time now. [us]"""
    return time.time_ns() // 1000


def steady_us() -> int:
    """Return a time that only runs on and is never set, from an unknown start. [us]"""
    return time.monotonic_ns() // 1000


@dataclass
class Clock:
    """Tells the time, and by how much it was set since it was asked last.

    A computer that slept looks like one whose clock was set forward: either way nobody was listening.
    """

    wall_us: Callable[[], int] = wall_us
    steady_us: Callable[[], int] = steady_us
    _wall: int = field(init=False)
    _steady: int = field(init=False)

    def __post_init__(self) -> None:
        self._wall, self._steady = self.wall_us(), self.steady_us()

    def look(self) -> tuple[int, int]:
        """Return the time now, and by how much the clock was set since the last look, 0 for not. [us]"""
        wall, steady = self.wall_us(), self.steady_us()
        step = (wall - self._wall) - (steady - self._steady)
        self._wall, self._steady = wall, steady
        return wall, step if abs(step) >= LEAST_STEP_US else 0


def clock_events(steps: Sequence[tuple[int, int, int]]) -> pa.Table:
    """Tell of steps of the clock: (time after it, by how much it was set, last time that was stamped). [us]

    Nothing is stamped earlier than before, so judging goes on once the clock has come to the last of these.

    Returns
    -------
    events
        EVENTS of kind ``clock_set``, of this computer.
    """
    rows = []
    for now_us, step_us, stamped_us in steps:
        at = from_us(now_us)
        before, until = from_us(now_us - step_us), from_us(max(now_us, stamped_us))
        detail = json.dumps(
            {"step_s": round(step_us / 1e6, 3), "before": before.isoformat(), "until": until.isoformat()}
        )
        row = {"id": f"clock_set:{now_us}:{step_us}", "kind": "clock_set", "subject": COMPUTER, "start": at}
        rows.append(row | {"end": None, "server_time": at, "detail": detail})
    return pa.Table.from_pylist(rows, schema=EVENTS)
