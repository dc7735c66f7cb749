"""The clock of the demo works: one start, one grid of ticks, the same for all its processes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from arkwright.app.demo.timeline import Timeline, read_timeline


@dataclass(frozen=True, slots=True)
class Clock:
    """Seed, speed-up and start of one run of the works."""

    seed: int
    speed: float
    start: datetime

    def timeline(self) -> Timeline:
        """Return what goes wrong in this run."""
        return read_timeline(self.seed, self.speed, self.start)

    def time_of(self, number: int, period_s: float) -> datetime:
        """Return the time of a tick.

        Parameters
        ----------
        number
            Number of the tick, from 0. [1]
        period_s
            Length of a tick on the wall. [s]

        Returns
        -------
        time
            Start plus that many ticks.
        """
        return self.start + timedelta(seconds=number * period_s)
