"""What goes wrong and when: the seeded timeline of the demo works and the truth it holds at any time."""

import math
import random
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

Severities = Mapping[tuple[str, str], float]
"""Severity by asset and location; absent means sound."""

GROWTH = 3.0
"""Growth exponent: damage feeds itself, so most of it happens in the last third."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where it sits, when it starts and how it grows (in days of ageing)."""

    asset: str
    location: str
    fault: str
    starts_day: float
    grows_days: float
    first: float
    description: str
    description_zh: str

    def severity(self, day: float) -> float:
        """How far the fault has come.

        Parameters
        ----------
        day
            Age of the works. [d]

        Returns
        -------
        severity
            0 before it starts, then from ``first`` up to 1; never falls. [1]
        """
        if day < self.starts_day:
            return 0.0
        share = min(1.0, (day - self.starts_day) / self.grows_days)
        grown = self.first + (1 - self.first) * math.expm1(GROWTH * share) / math.expm1(GROWTH)
        return min(1.0, grown)


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing that was really wrong at a moment: its asset and place, since when, how far it has come."""

    asset: str
    location: str
    fault: str
    since: datetime
    severity: float
    description: str
    description_zh: str

    def as_json(self) -> dict[str, object]:
        """Return plain values, the time in ISO 8601."""
        return asdict(self) | {"since": self.since.isoformat(), "severity": round(self.severity, 4)}


@dataclass(frozen=True, slots=True)
class Timeline:
    """The faults of one run, fixed by seed, speed-up and start."""

    start: datetime
    speed: float
    day_s: float
    faults: tuple[Fault, ...]

    def day(self, now: datetime) -> float:
        """Age of the works at a time. [d]"""
        return (now - self.start).total_seconds() * self.speed / self.day_s

    def severities(self, now: datetime) -> dict[tuple[str, str], float]:
        """Severity of every fault that has started, by asset and location. [1]"""
        day = self.day(now)
        return {(f.asset, f.location): f.severity(day) for f in self.faults if day >= f.starts_day}

    def truth(self, now: datetime) -> list[Truth]:
        """List what is really wrong at a time, the oldest first."""
        day = self.day(now)
        begun = sorted((f for f in self.faults if day >= f.starts_day), key=lambda f: f.starts_day)
        return [self._truth(fault, day) for fault in begun]

    def _truth(self, fault: Fault, day: float) -> Truth:
        since = self.start + timedelta(seconds=fault.starts_day * self.day_s / self.speed)
        severity = fault.severity(day)
        return Truth(
            fault.asset, fault.location, fault.fault, since, severity, fault.description, fault.description_zh
        )


def read_timeline(seed: int, speed: float, start: datetime) -> Timeline:
    """Read the timeline of the works and move it by the seed.

    Parameters
    ----------
    seed
        Seed of the run.
    speed
        Speed-up, above zero: 2 makes everything go wrong in half the time. [1]
    start
        When the works starts, aware.

    Returns
    -------
    timeline
        The same for the same seed, speed and start.

    Raises
    ------
    ValueError
        If the speed-up is not positive or the start is naive.
    """
    if speed <= 0:
        raise ValueError(f"speed-up {speed}; wanted a number above 0 (1 is the pace of the demo)")
    if start.tzinfo is None:
        raise ValueError(f"start {start.isoformat()} has no time zone; wanted an aware time")
    table = _table()
    faults = tuple(_moved(Fault(**row), seed, float(table["jitter"])) for row in table["fault"])
    return Timeline(start.astimezone(UTC), speed, float(table["day_s"]), faults)


def _moved(fault: Fault, seed: int, jitter: float) -> Fault:
    # A string seeds the standard generator by its digest, the same in every process. numpy would cost the
    # process that only tells the truth 20 MB.
    draw = random.Random(f"{seed}/{fault.asset}/{fault.location}")
    early, fast = draw.uniform(1 - jitter, 1 + jitter), draw.uniform(1 - jitter, 1 + jitter)
    return replace(fault, starts_day=fault.starts_day * early, grows_days=fault.grows_days * fast)


@cache
def _table() -> dict[str, Any]:
    text = files("arkwright.app.demo").joinpath("timeline.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
