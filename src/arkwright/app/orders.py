"""Work orders: a named person approves a card, the order is moved to its end, and history is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from arkwright.app.cards import due_of, mark
from arkwright.app.feed import allowed, card_of
from arkwright.app.site import time_zone
from arkwright.core.errors import FeedError
from arkwright.core.feed import Card
from arkwright.core.plant import Site
from arkwright.core.tables import EVENTS
from arkwright.core.work import OrderState, Verdict, WorkOrder, check_move
from arkwright.history.lake import Lake
from arkwright.history.ledger import Ledger
from arkwright.history.ledger_people import Person
from arkwright.history.ledger_view import Change, Label

OPEN: tuple[OrderState, ...] = ("open", "in_progress", "on_hold")
CLOSED: tuple[OrderState, ...] = ("done", "cancelled")


def approve(ledger: Ledger, site: Site, card_id: str, person: Person | str, now: datetime) -> WorkOrder:
    """Make a card a work order; a card approved twice is one work order.

    Raises
    ------
    FeedError
        If the person may not approve, or the card is rejected, cleared, or drafts no work.
    """
    with ledger.change() as change:
        name, card = allowed(change, person), card_of(change, card_id)
        if card.state == "approved":
            return change.orders_of(card.id)[0]
        order = _order(change, site, card, name, now)
        change.put_order(order)
        change.put_card(
            replace(
                card, state="approved", until=None, decided_by=name, payload=mark(card, now, order=order.id)
            )
        )
        change.note(now, name, "approved", card.id, detail={"order": order.id, "title": card.title})
    return order


def _order(change: Change, site: Site, card: Card, name: str, now: datetime) -> WorkOrder:
    if card.state not in {"open", "deferred"}:
        raise FeedError(
            f"a card that is {card.state} cannot be approved", wanted="open", where=card.id,
            fix="Reopen it first." if card.state == "rejected" else "The trouble is over.",
        )  # fmt: skip
    if card.job is None:
        raise FeedError("this card drafts no work", where=card.id, fix="Do what it says, or reject it.")
    year = now.astimezone(time_zone(site)).year
    number = change.next_number(f"order of {year}")
    evidence = {
        "text": card.text,
        "band": card.band,
        "confidence": card.confidence,
        "worth": card.worth,
        "since": card.since.isoformat(),
        **card.payload,
    }
    job = replace(card.job, finding_ids=card.finding_ids)
    due = due_of(card, now)
    return WorkOrder(f"WO-{year}-{number:05d}", card.id, job, "open", name, now, due, evidence)


def order_of(change: Change, order_id: str) -> WorkOrder:
    """Return a work order.

    Raises
    ------
    FeedError
        If there is none of this id.
    """
    order = change.order(order_id)
    if order is None:
        raise FeedError(f"there is no work order '{order_id}'", fix="See 'arkwright orders SITE list'.")
    return order


def move(
    ledger: Ledger,
    order_id: str,
    to: OrderState,
    person: Person | str,
    now: datetime,
    *,
    verdict: Verdict | None = None,
    note: str = "",
) -> WorkOrder:
    """Move a work order on; once it is closed, history is told, and its verdict labels the findings.

    Done and found right or unsure, the trouble counts as mended; found wrong, its card counts as rejected;
    cancelled, the trouble is still there and the card open again.

    Parameters
    ----------
    ledger
        Where the order is.
    order_id
        Its id, as WO-2026-00012.
    to
        Where to.
    person
        Who moves it.
    now
        The time now.
    verdict
        Whether the finding was right, for an order that is done.
    note
        What was found and done.

    Returns
    -------
    order
        As it is now.

    Raises
    ------
    FeedError
        If the person may not, the state machine does not know the move, or a verdict is given too early.
    """
    if verdict is not None and to != "done":
        raise FeedError(
            f"verdict '{verdict}' on an order that becomes {to}", wanted="a verdict when it is done"
        )
    with ledger.change() as change:
        name, order = allowed(change, person), order_of(change, order_id)
        return moved(change, order, to, name, now, verdict=verdict, note=note)


def moved(
    change: Change,
    order: WorkOrder,
    to: OrderState,
    name: str,
    now: datetime,
    *,
    verdict: Verdict | None = None,
    note: str = "",
) -> WorkOrder:
    """Move a work order within a change, for whoever has made sure that ``name`` may.

    Raises
    ------
    FeedError
        If the state machine does not know the move.
    """
    check_move(order.state, to, where=order.id)
    before, closed = order.state, now if to in CLOSED else None
    order = replace(order, state=to, closed_at=closed, verdict=verdict, note=note.strip() or order.note)
    change.put_order(order)
    change.note(
        now, name, "moved", order.id, reason=note.strip(),
        detail={"from": before, "to": to, "verdict": verdict},
    )  # fmt: skip
    if closed is not None:
        _close(change, order, name, now)
    return order


def label(
    ledger: Ledger, order_id: str, verdict: Verdict, person: Person | str, now: datetime, *, note: str = ""
) -> WorkOrder:
    """Say later, or say anew, whether the finding behind an order that is done was right.

    Raises
    ------
    FeedError
        If the person may not, or the order is not done.
    """
    with ledger.change() as change:
        name, order = allowed(change, person), order_of(change, order_id)
        if order.state != "done":
            raise FeedError(f"{order.id} is {order.state}", wanted="an order that is done", where=order.id)
        before = order.verdict
        order = replace(order, verdict=verdict, note=note.strip() or order.note)
        change.put_order(order)
        change.add_labels(_labels(change, order, name, now))
        detail = {"verdict": verdict, "before": before}
        change.note(now, name, "labelled", order.id, reason=note.strip(), detail=detail)
    return order


def _close(change: Change, order: WorkOrder, name: str, now: datetime) -> None:
    if order.verdict is not None:
        change.add_labels(_labels(change, order, name, now))
    card = change.card(order.card_id)
    if card is not None and card.state == "approved":
        change.put_card(_card_after(card, order, name, now))
    change.post(_closed_event(order, name, now))


def _labels(change: Change, order: WorkOrder, name: str, now: datetime) -> list[Label]:
    labels, cause = [], str(order.evidence.get("cause", ""))
    for finding_id in order.job.finding_ids:
        finding = change.finding(finding_id)
        told = cause if finding is None else finding.cause
        verdict = order.verdict or "unsure"
        labels.append(Label(order.id, finding_id, order.job.asset, told, verdict, order.note, name, now))
    return labels


def _card_after(card: Card, order: WorkOrder, name: str, now: datetime) -> Card:
    payload = mark(card, now, order=order.id)
    if order.state == "cancelled":
        payload = {k: v for k, v in payload.items() if k != "decided"}
        payload["returned"] = f"work order {order.id} was cancelled"
        return replace(card, state="open", decided_by="", payload=payload)
    if order.verdict == "wrong":
        reason = f"{order.id}: the finding was wrong. {order.note}".strip()
        return replace(card, state="rejected", reason=reason, decided_by=name, payload=payload)
    return replace(card, state="cleared", payload=payload | {"mended_at": now.isoformat()})


def _closed_event(order: WorkOrder, name: str, now: datetime) -> dict[str, object]:
    detail = {
        "order": order.id,
        "card": order.card_id,
        "state": order.state,
        "verdict": order.verdict,
        "cause": order.evidence.get("cause", ""),
        "finding_ids": list(order.job.finding_ids),
        "failure_mode": order.job.failure_mode,
        "activity": order.job.activity,
        "note": order.note,
        "person": name,
        "approved_at": order.approved_at.isoformat(),
    }
    return {
        "id": f"order_closed:{order.id}",
        "kind": "order_closed",
        "subject": order.job.asset,
        "start": now.isoformat(),
        "server_time": now.isoformat(),
        "detail": detail,
    }


def hand_over(ledger: Ledger, lake: Lake) -> int:
    """Let history take over the events that the ledger laid out; safe to stop anywhere and to do again.

    Returns
    -------
    n
        Events that history holds now and the ledger no longer.
    """
    with ledger.view() as view:
        posted = view.outbox()
    if not posted:
        return 0
    lake.append_events(pa.Table.from_pylist([_row(event) for event in posted], schema=EVENTS))
    with ledger.change() as change:
        change.drop_posted([str(event["id"]) for event in posted])
    return len(posted)


def _row(event: Mapping[str, object]) -> dict[str, Any]:
    from arkwright.history.ledger_codec import dump

    start, server = (datetime.fromisoformat(str(event[key])) for key in ("start", "server_time"))
    rest = {"end": None, "start": start, "server_time": server, "detail": dump(event["detail"])}
    return {key: event[key] for key in ("id", "kind", "subject")} | rest
