"""What an MTConnect agent remembers: observations in a ring, numbered without a hole."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["UNAVAILABLE", "NORMAL", "WARNING", "FAULT"]


@dataclass(frozen=True)
class Condition:
    """One report of a condition; a NORMAL without code ends all that were active."""

    level: Level
    code: str = ""
    severity: str = ""
    qualifier: str = ""
    text: str = ""


@dataclass(frozen=True)
class TimeSeries:
    """Evenly sampled values, the last of them at the time of the observation; ``rate_hz`` [Hz]."""

    values: tuple[float, ...]
    rate_hz: float


Value = str | Condition | TimeSeries | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation, in the unit of the model, with the time as its source wrote it."""

    sequence: int
    item: str
    time: str
    value: Value


State = dict[str, tuple[Observation, ...]]


def advance(state: State, seen: Observation) -> None:
    """Bring the state of one data item up to date: the last value, or all active conditions."""
    value = seen.value
    if not isinstance(value, Condition) or value.level == "UNAVAILABLE" or not value.code:
        state[seen.item] = (seen,)
        return
    others = tuple(o for o in state.get(seen.item, ()) if _stays(o.value, value))
    # A NORMAL with a code ends that one; when it was the last, the item as a whole is normal.
    state[seen.item] = others if value.level == "NORMAL" and others else (*others, seen)


def _stays(old: Value, new: Condition) -> bool:
    return isinstance(old, Condition) and old.level in ("WARNING", "FAULT") and old.code != new.code


@dataclass
class Ring:
    """The last ``size`` observations; sequence numbers begin at 1 and are never used twice."""

    size: int
    next: int = 1
    _kept: deque[Observation] = field(default_factory=deque)
    _before: State = field(default_factory=dict)
    _now: State = field(default_factory=dict)
    _dropped: dict[str, int] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Sequence number of the oldest observation still held."""
        return self.next - len(self._kept)

    @property
    def last(self) -> int:
        """Sequence number of the newest observation."""
        return self.next - 1

    def add(self, item: str, time: str, value: Value) -> Observation:
        """Keep an observation under the next number; the oldest falls out of a full ring."""
        seen = Observation(self.next, item, time, value)
        self.next += 1
        self._kept.append(seen)
        advance(self._now, seen)
        if len(self._kept) > self.size:
            oldest = self._kept.popleft()
            self._dropped[oldest.item] = oldest.sequence
            advance(self._before, oldest)
        return seen

    def has_lost(self, start: int, items: frozenset[str] | None) -> bool:
        """Say whether an observation of these items, from a sequence number on, has fallen out."""
        if start >= self.first or items is None:
            return start < self.first
        return any(self._dropped.get(item, 0) >= start for item in items)

    def since(self, start: int, count: int, items: frozenset[str] | None) -> tuple[list[Observation], int]:
        """Return up to ``count`` observations from a sequence number on, and the number to ask for next."""
        found: list[Observation] = []
        for seen in self._from(start):
            if items is None or seen.item in items:
                if len(found) == count:
                    return found, seen.sequence
                found.append(seen)
        return found, self.next

    def until(self, end: int, count: int, items: frozenset[str] | None) -> tuple[list[Observation], int]:
        """Return up to ``count`` observations before and with a sequence number, newest first."""
        found: list[Observation] = []
        for index in range(min(end, self.last) - self.first, -1, -1):
            seen = self._kept[index]
            if items is None or seen.item in items:
                if len(found) == count:
                    return found, seen.sequence
                found.append(seen)
        return found, self.first

    def state(self, at: int | None = None) -> State:
        """Return the state of every data item, now or as it was right after a sequence number."""
        if at is None:
            return dict(self._now)
        state = dict(self._before)
        for seen in self._from(self.first):
            if seen.sequence > at:
                break
            advance(state, seen)
        return state

    def _from(self, start: int) -> Iterator[Observation]:
        # A deque reaches its middle by steps: walk from the nearer end.
        skip = max(0, start - self.first)
        if skip > len(self._kept) // 2:
            tail = [self._kept[i] for i in range(-1, skip - len(self._kept) - 1, -1)]
            return iter(reversed(tail))
        return (seen for i, seen in enumerate(self._kept) if i >= skip)
