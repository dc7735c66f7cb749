"""Where judging runs: one interface for worker processes of this computer and for those of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What became of a job: its result, or the error that kept it from having one.

    ``lost`` says that the worker died or hung over it, as often as ``tries`` [1] says; ``took_s`` is the time
    of the last try. [s]
    """

    result: Result | None = None
    error: str = ""
    lost: bool = False
    tries: int = 1
    took_s: float = 0.0


class Engine(Protocol):
    """Maps a task over jobs in other processes; no job can take down or hang the one who asks."""

    async def map(self, task: Callable[[Job], Result], jobs: Iterable[Job]) -> list[Outcome[Result]]:
        """Do the jobs, drawn one by one as workers become free; outcomes in their order."""

    def status(self) -> dict[str, Any]:
        """Return how the workers do, as plain JSON."""

    def close(self) -> None:
        """End the workers."""


def attempt(function: Callable[..., Result], *args: object) -> Outcome[Result]:
    """Call a function of somebody else's; whatever it raises becomes the outcome."""
    try:
        return Outcome(function(*args))
    except Exception as error:  # one judge's mistake must not keep the others from judging
        return Outcome(error=f"{type(error).__name__}: {error}")
