"""Work wanted and work approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from arkwright.core.errors import FeedError

OrderState = Literal["open", "in_progress", "on_hold", "done", "cancelled"]
Verdict = Literal["right", "wrong", "unsure"]

# From each state, the states that a person may move an order to.
MOVES: Mapping[OrderState, tuple[OrderState, ...]] = {
    "open": ("in_progress", "on_hold", "cancelled"),
    "in_progress": ("on_hold", "done", "cancelled"),
    "on_hold": ("in_progress", "cancelled"),
    "done": (),
    "cancelled": (),
}


@dataclass(frozen=True)
class Job:
    """Work that a finding calls for, drafted but not approved.

    ``duration_h`` [h], ``lead_time_h`` [h] for spares; ``within_h`` [h] is how soon it should be done. ISO
    14224 codes: ``failure_mode`` (table B.6 onwards), ``failure_mechanism`` (B.2), ``activity`` (B.5).
    """

    asset: str
    title: str
    description: str
    finding_ids: tuple[str, ...]
    priority: Literal["low", "medium", "high", "urgent"]
    within_h: float
    duration_h: float
    spares: tuple[str, ...] = ()
    failure_mode: str = ""
    failure_mechanism: str = ""
    activity: str = ""
    skills: tuple[str, ...] = ()
    lead_time_h: float = 0.0
    cost: float | None = None
    title_zh: str = ""
    remedy_zh: str = ""


@dataclass(frozen=True)
class WorkOrder:
    """A job that a named person approved."""

    id: str
    card_id: str
    job: Job
    state: OrderState
    approved_by: str
    approved_at: datetime
    due: datetime
    evidence: Mapping[str, object] = field(default_factory=dict)
    closed_at: datetime | None = None
    verdict: Verdict | None = None
    note: str = ""


def check_move(state: OrderState, to: OrderState, *, where: str = "") -> None:
    """Refuse a move that the state machine of a work order does not know.

    Raises
    ------
    FeedError
        If an order in ``state`` cannot go to ``to``.
    """
    if to not in MOVES[state]:
        wanted = ", ".join(MOVES[state]) or "nothing: it is closed"
        raise FeedError(f"a work order that is {state} cannot become {to}", wanted=wanted, where=where)
