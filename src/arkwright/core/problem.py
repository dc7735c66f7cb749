"""What a planner is asked, what it answers, and what can be wrong with the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

PlanStatus = Literal["optimal", "feasible", "infeasible", "out_of_time"]


class Problem(Protocol):
    """A planning question: data only, with a name and the name of its room."""

    @property
    def name(self) -> str:
        """Name of the problem."""

    @property
    def room(self) -> str:
        """Room that plans it."""


@dataclass(frozen=True)
class Budget:
    """What a planner may spend: clocks as callables, cores, and a picture of progress.

    ``limit_s`` [s] of wall time; ``elapsed_s`` and ``cpu_s`` return seconds spent so far. [s]
    """

    limit_s: float
    elapsed_s: Callable[[], float]
    cpu_s: Callable[[], float]
    n_cores: int = 1
    progress: Callable[[float, float | None], None] | None = None

    def left_s(self) -> float:
        """Return the seconds left, never below zero. [s]"""
        return max(0.0, self.limit_s - self.elapsed_s())


@dataclass(frozen=True)
class Violation:
    """A rule that a plan breaks, in words, with where and by how much."""

    rule: str
    where: str
    text: str
    amount: float = 0.0


@dataclass(frozen=True)
class Plan:
    """An answer with its objective, its bound and the rules that bind it.

    ``objective`` and ``bound`` are in the problem's own unit of cost; ``bound`` is None where none can be
    had.
    """

    room: str
    status: PlanStatus
    objective: float | None
    bound: float | None
    decisions: Mapping[str, object] = field(default_factory=dict)
    binding: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
