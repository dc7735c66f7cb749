"""The feed: findings become cards, cards are ranked, and a named person decides on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from arkwright.app.cards import (
    Desk,
    cleared,
    found_again,
    fresh_card,
    is_due_back,
    judged_again,
    mark,
    unjudged,
    unjudged_id,
    woken,
)
from arkwright.core.catalog import FaultMode
from arkwright.core.errors import FeedError
from arkwright.core.feed import Card, CardState, rank
from arkwright.core.finding import CANNOT_JUDGE, Finding
from arkwright.core.plant import Site
from arkwright.health.examine import NORMAL, cleared_subjects
from arkwright.history.ledger import Ledger
from arkwright.history.ledger_people import Person, find_person
from arkwright.history.ledger_view import Change, View
from arkwright.maintenance.draft import calls_for_work

MAY_DECIDE = ("owner", "engineer")


# ------------------------------------------------------------------------------------- findings to cards
@dataclass
class _Table:
    """Cards as they are within one change, and which of them were touched."""

    change: Change
    seen: dict[str, Card | None] = field(default_factory=dict)
    touched: dict[str, Card] = field(default_factory=dict)

    def get(self, card_id: str) -> Card | None:
        if card_id not in self.seen:
            self.seen[card_id] = self.change.card(card_id)
        return self.seen[card_id]

    def put(self, card: Card) -> None:
        if card != self.get(card.id):
            self.seen[card.id] = self.touched[card.id] = card

    def keep(self) -> list[Card]:
        for card in self.touched.values():
            self.change.put_card(card)
        return rank(self.touched.values())


def offer(
    change: Change, site: Site, faults: Mapping[str, FaultMode], findings: Iterable[Finding], now: datetime
) -> list[Card]:
    """Bring findings before the person: one card a trouble, however often it is found.

    A card that was deferred comes back when its time is up or its band worsens; a rejected one stays quiet
    for 30 days unless its band worsens; an approved one makes no second work order while the first is open.
    A finding that says a trouble is over clears its card. What cannot be judged is one quiet card for each
    asset and check. Offering the same findings again changes nothing.

    Parameters
    ----------
    change
        The change of the ledger in which the findings are kept.
    site
        For names and costs of assets.
    faults
        Fault modes by name.
    findings
        In any order.
    now
        The time now.

    Returns
    -------
    cards
        Those that are new or changed, as the feed ranks them.
    """
    table = _Table(change)
    desk = Desk(site, faults, now)
    for card in change.cards(("deferred",)):
        if is_due_back(card, now):
            table.put(woken(card))
    for finding in sorted(findings, key=lambda f: (f.end, f.id)):
        _take(table, desk, finding)
    return table.keep()


def _take(table: _Table, desk: Desk, finding: Finding) -> None:
    unjudged_card = table.get(unjudged_id(finding.check, finding.asset))
    if finding.cause == CANNOT_JUDGE:
        table.put(unjudged(unjudged_card, finding, desk.site, desk.now))
        return
    if unjudged_card is not None and _can_judge(finding):
        table.put(judged_again(unjudged_card, finding))
    if calls_for_work(finding):
        card = table.get(finding.subject)
        table.put(fresh_card(finding, desk) if card is None else found_again(card, finding, desk))
        return
    for subject in _over(table, finding):
        card = table.get(subject)
        if card is not None:
            table.put(cleared(card, finding))


def _can_judge(finding: Finding) -> bool:
    return finding.cause == NORMAL and (CANNOT_JUDGE in finding.labels or not finding.labels)


def _over(table: _Table, finding: Finding) -> Sequence[str]:
    if finding.labels or finding.cause != NORMAL:
        return cleared_subjects(finding) or (finding.subject,)
    # A check that does not name what is over means all that it ever said of the place.
    place = (finding.check, finding.location)
    live = table.change.cards(("open", "deferred"), asset=finding.asset)
    return [c.id for c in live if (c.payload.get("check"), c.payload.get("location")) == place]


# ---------------------------------------------------------------------------------------------- ranking
def ranked(ledger: Ledger, now: datetime, states: Sequence[CardState] = ("open",)) -> list[Card]:
    """Return cards as the feed shows them: band, then confidence times worth, then age.

    A deferred card whose time is up counts as open, whether or not a finding has come since.
    """
    with ledger.view() as view:
        cards = view.cards((*states, "deferred")) if states else view.cards()
    cards = [woken(card) if is_due_back(card, now) else card for card in cards]
    return rank(card for card in cards if not states or card.state in states)


# -------------------------------------------------------------------------------------------- decisions
def allowed(view: View, person: Person | str) -> str:
    """Return the name of a person who may decide, as the ledger knows them now.

    Raises
    ------
    FeedError
        If nobody has the name, the account is closed, or its role may only look.
    """
    name = person if isinstance(person, str) else person.name
    known = find_person(view, name)
    if known is None or not known.active:
        raise FeedError(
            f"nobody who may decide has the name '{name}'",
            wanted="a person with an account",
            fix="See 'arkwright people SITE'.",
        )
    if known.role not in MAY_DECIDE:
        raise FeedError(f"{name} is {known.role}", wanted=" or ".join(MAY_DECIDE), fix="Ask one of them.")
    return name


def card_of(view: View, card_id: str) -> Card:
    """Return a card.

    Raises
    ------
    FeedError
        If there is none of this id.
    """
    card = view.card(card_id)
    if card is None:
        raise FeedError(f"there is no card '{card_id}'", fix="See 'arkwright feed SITE' for those there are.")
    return card


def find_card(view: View, beginning: str) -> Card:
    """Return the one card whose id begins so.

    Raises
    ------
    FeedError
        If there is none, or there are several.
    """
    whole = view.card(beginning)
    found = [whole] if whole else [c for c in view.cards() if beginning and c.id.startswith(beginning)]
    if len(found) > 1:
        ids = ", ".join(c.id for c in found[:5])
        raise FeedError(f"{len(found)} cards begin with '{beginning}'", wanted="one of them", fix=ids)
    return found[0] if found else card_of(view, beginning)


def defer(ledger: Ledger, card_id: str, until: datetime, person: Person | str, now: datetime) -> Card:
    """Put a card aside until a time; it comes back then, or when its band worsens.

    Raises
    ------
    FeedError
        If the time is not ahead, the person may not decide, or the card is neither open nor deferred.
    """
    if until <= now:
        raise FeedError(f"{until:%Y-%m-%d %H:%M} is past", wanted="a time ahead")
    with ledger.change() as change:
        name, card = allowed(change, person), card_of(change, card_id)
        _check_state(card, ("open", "deferred"), "deferred")
        card = replace(card, state="deferred", until=until, decided_by=name, payload=mark(card, now))
        change.put_card(card)
        change.note(now, name, "deferred", card.id, detail={"until": until.isoformat(), "title": card.title})
    return card


def reject(ledger: Ledger, card_id: str, reason: str, person: Person | str, now: datetime) -> Card:
    """Say that a card calls for no work, and why; once more changes nothing.

    Raises
    ------
    FeedError
        If no reason is given, the person may not decide, or the card is approved or cleared.
    """
    reason = reason.strip()
    if not reason:
        raise FeedError("no reason is given", wanted="why this calls for no work", where=card_id)
    with ledger.change() as change:
        name, card = allowed(change, person), card_of(change, card_id)
        if card.state == "rejected":
            return card
        _check_state(card, ("open", "deferred"), "rejected")
        payload = mark(card, now)
        card = replace(card, state="rejected", until=None, reason=reason, decided_by=name, payload=payload)
        change.put_card(card)
        change.note(now, name, "rejected", card.id, reason=reason, detail={"title": card.title})
    return card


def reopen(ledger: Ledger, card_id: str, person: Person | str, now: datetime) -> Card:
    """Undo that a card was deferred or rejected; an open one stays as it is.

    Raises
    ------
    FeedError
        If the person may not decide, or the card is approved or cleared.
    """
    with ledger.change() as change:
        name, card = allowed(change, person), card_of(change, card_id)
        if card.state == "open":
            return card
        _check_state(card, ("deferred", "rejected"), "open")
        before = card.state
        payload = {k: v for k, v in card.payload.items() if k != "decided"}
        card = replace(card, state="open", until=None, reason="", decided_by="", payload=payload)
        change.put_card(card)
        change.note(now, name, "reopened", card.id, detail={"before": before, "title": card.title})
    return card


def _check_state(card: Card, legal: Sequence[CardState], to: str) -> None:
    if card.state not in legal:
        fix = "Cancel its work order first." if card.state == "approved" else "The trouble is over."
        raise FeedError(
            f"a card that is {card.state} cannot become {to}",
            wanted=" or ".join(legal),
            where=card.id,
            fix=fix,
        )
