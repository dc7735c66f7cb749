"""The feed: one ranked list of cards in front of one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from arkwright.core.finding import BANDS, Band
from arkwright.core.work import Job

CardState = Literal["open", "deferred", "approved", "rejected", "cleared"]


@dataclass(frozen=True)
class Card:
    """A finding or a plan as the feed shows it.

    ``id`` is the subject of the finding, so that the same trouble is one card however often it is found.
    ``worth`` is what acting saves, in the currency of the site, None where the site states no costs.
    ``confidence`` is calibrated, 0 to 1. [1]
    """

    id: str
    kind: Literal["finding", "plan", "system"]
    asset: str
    title: str
    band: Band
    confidence: float
    worth: float | None
    since: datetime
    updated: datetime
    text: str
    state: CardState = "open"
    job: Job | None = None
    finding_ids: tuple[str, ...] = ()
    payload: Mapping[str, object] = field(default_factory=dict)
    until: datetime | None = None
    reason: str = ""
    decided_by: str = ""


def rank(cards: Iterable[Card]) -> list[Card]:
    """Order cards as the feed shows them: band, then confidence times worth, then age, oldest first."""
    return sorted(cards, key=_place)


def _place(card: Card) -> tuple[int, float, datetime, str]:
    return (-BANDS.index(card.band), -card.confidence * (card.worth or 0.0), card.since, card.id)
