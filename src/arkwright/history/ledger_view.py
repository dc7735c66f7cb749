"""What can be read of the ledger in one transaction, and what can be changed in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, func, select

from arkwright.core.feed import Card, CardState
from arkwright.core.finding import Finding
from arkwright.core.work import OrderState, Verdict, WorkOrder
from arkwright.history import ledger_audit as audit
from arkwright.history import ledger_tables as t
from arkwright.history.ledger_codec import dump, load, load_mapping, safe_text

Noun = TypeVar("Noun")
TickRow = tuple[int, int]


@dataclass(frozen=True)
class Label:
    """What a closed work order says of a finding: right or wrong."""

    order_id: str
    finding_id: str
    asset: str
    cause: str
    verdict: Verdict
    note: str
    person: str
    time: datetime


@dataclass(frozen=True)
class View:
    """One reading of the ledger, all of it as at one moment."""

    at: Connection

    def card(self, card_id: str) -> Card | None:
        """Return a card."""
        return self._one(t.CARDS, Card, card_id)

    def cards(self, states: Sequence[CardState] = (), *, asset: str | None = None) -> list[Card]:
        """Return cards, of some states and one asset where they are given."""
        query = select(t.CARDS.c.body).order_by(t.CARDS.c.since, t.CARDS.c.id)
        query = query.where(t.CARDS.c.state.in_(states)) if states else query
        query = query if asset is None else query.where(t.CARDS.c.asset == asset)
        return [load(Card, text) for text in self.at.execute(query).scalars()]

    def finding(self, finding_id: str) -> Finding | None:
        """Return a finding."""
        return self._one(t.FINDINGS, Finding, finding_id)

    def findings(
        self, asset: str | None = None, *, since: datetime | None = None, limit: int = 200
    ) -> list[Finding]:
        """Return findings, the latest first."""
        query = select(t.FINDINGS.c.body).order_by(t.FINDINGS.c.end.desc(), t.FINDINGS.c.id).limit(limit)
        query = query if asset is None else query.where(t.FINDINGS.c.asset == asset)
        query = query if since is None else query.where(t.FINDINGS.c.end > since)
        return [load(Finding, text) for text in self.at.execute(query).scalars()]

    def findings_of(self, check: str) -> list[Finding]:
        """Return everything that a check found, the oldest first."""
        query = select(t.FINDINGS.c.body).order_by(t.FINDINGS.c.end, t.FINDINGS.c.id)
        query = query.where(t.FINDINGS.c.check_name == check)
        return [load(Finding, text) for text in self.at.execute(query).scalars()]

    def order(self, order_id: str) -> WorkOrder | None:
        """Return a work order."""
        return self._one(t.ORDERS, WorkOrder, order_id)

    def orders(self, states: Sequence[OrderState] = ()) -> list[WorkOrder]:
        """Return work orders, the first due first."""
        query = select(t.ORDERS.c.body).order_by(t.ORDERS.c.due, t.ORDERS.c.id)
        query = query.where(t.ORDERS.c.state.in_(states)) if states else query
        return [load(WorkOrder, text) for text in self.at.execute(query).scalars()]

    def orders_of(self, card_id: str) -> list[WorkOrder]:
        """Return the work orders that came of a card, the latest first."""
        query = select(t.ORDERS.c.body).where(t.ORDERS.c.card_id == card_id)
        query = query.order_by(t.ORDERS.c.approved_at.desc(), t.ORDERS.c.id.desc())
        return [load(WorkOrder, text) for text in self.at.execute(query).scalars()]

    def count_orders(self, card_id: str) -> int:
        """Count the work orders that came of a card."""
        query = select(func.count()).select_from(t.ORDERS).where(t.ORDERS.c.card_id == card_id)
        return int(self.at.execute(query).scalar_one())

    def unfiled(self, target: str) -> list[WorkOrder]:
        """Return the work orders that were not filed with a target and are not cancelled."""
        filed = select(t.FILINGS.c.order_id).where(t.FILINGS.c.target == target)
        query = select(t.ORDERS.c.body).where(t.ORDERS.c.id.not_in(filed), t.ORDERS.c.state != "cancelled")
        query = query.order_by(t.ORDERS.c.approved_at, t.ORDERS.c.id)
        return [load(WorkOrder, text) for text in self.at.execute(query).scalars()]

    def remote_id(self, order_id: str, target: str) -> str | None:
        """Return the number that a target gave to a work order."""
        query = select(t.FILINGS.c.remote_id)
        query = query.where(t.FILINGS.c.order_id == order_id, t.FILINGS.c.target == target)
        return self.at.execute(query).scalar()

    def filed(self, target: str) -> dict[str, str]:
        """Return the numbers that a target gave to work orders, by the id of the order."""
        query = select(t.FILINGS.c.order_id, t.FILINGS.c.remote_id).where(t.FILINGS.c.target == target)
        return {row.order_id: row.remote_id for row in self.at.execute(query.order_by(t.FILINGS.c.order_id))}

    def labels(self, cause: str | None = None) -> list[Label]:
        """Return what closed work orders say of findings, the oldest first."""
        query = select(t.LABELS).order_by(t.LABELS.c.time, t.LABELS.c.order_id, t.LABELS.c.finding_id)
        query = query if cause is None else query.where(t.LABELS.c.cause == cause)
        return [Label(**row._mapping) for row in self.at.execute(query)]

    def outbox(self) -> list[dict[str, object]]:
        """Return the events that history has not taken over yet."""
        query = select(t.OUTBOX.c.body).order_by(t.OUTBOX.c.id)
        return [load_mapping(text) for text in self.at.execute(query).scalars()]

    def acts(self, after: int = 0, limit: int | None = None) -> Iterator[audit.Act]:
        """Yield the acts of the audit log after a number, in order."""
        return audit.read_acts(self.at, after, limit)

    def acts_on(self, subjects: Sequence[str], limit: int = 100) -> list[audit.Act]:
        """Return the latest acts on some cards, orders or people, the oldest first."""
        return audit.read_acts_on(self.at, subjects, limit)

    def head(self) -> audit.Head:
        """Return the end of the audit log."""
        return audit.read_head(self.at)

    def states(self, check: str) -> dict[str, dict[str, object]]:
        """Return what a check remembers, by asset."""
        query = select(t.STATES.c.asset, t.STATES.c.body).where(t.STATES.c.check_name == check)
        return {asset: load_mapping(text) for asset, text in self.at.execute(query)}

    def ticks(self, check: str, after_us: int = 0) -> list[TickRow]:
        """Return the recorded ticks of a check as (window end, cut), rising. [us]

        Parameters
        ----------
        check
            Name of the check.
        after_us
            Only ends later than this. [us]
        """
        query = select(t.TICKS.c.end_us, t.TICKS.c.cut_us).order_by(t.TICKS.c.end_us)
        query = query.where(t.TICKS.c.check_name == check, t.TICKS.c.end_us > after_us)
        return [(int(end), int(cut)) for end, cut in self.at.execute(query)]

    def tick_details(self, check: str, after_us: int = 0) -> dict[int, dict[str, object]]:
        """Return what was noted at ticks of a check that end after a time, by end; most have nothing. [us]"""
        query = select(t.TICKS.c.end_us, t.TICKS.c.detail)
        query = query.where(t.TICKS.c.check_name == check, t.TICKS.c.end_us > after_us)
        query = query.where(t.TICKS.c.detail != "{}")
        return {int(end): load_mapping(text) for end, text in self.at.execute(query)}

    def last_tick_us(self, check: str) -> int:
        """Return the last window end that a check judged, 0 where it judged none. [us]"""
        query = select(func.max(t.TICKS.c.end_us)).where(t.TICKS.c.check_name == check)
        return int(self.at.execute(query).scalar() or 0)

    def last_cut_us(self) -> int:
        """Return the greatest cut of all ticks, 0 where there is none. [us]"""
        return int(self.at.execute(select(func.max(t.TICKS.c.cut_us))).scalar() or 0)

    def resumes(self) -> dict[str, dict[str, object]]:
        """Return the resume tokens by connection."""
        rows = self.at.execute(select(t.RESUMES.c.connection, t.RESUMES.c.body))
        return {name: load_mapping(text) for name, text in rows}

    def snapshot(self, digest: str) -> dict[str, object] | None:
        """Return a site as it was loaded under a hash."""
        query = select(t.SNAPSHOTS.c.body).where(t.SNAPSHOTS.c.hash == digest)
        text = self.at.execute(query).scalar()
        return None if text is None else load_mapping(text)

    def last_snapshot(self) -> str | None:
        """Return the hash of the site that was loaded last."""
        return t.read_fact(self.at, "site")

    def _one(self, table: Table, kind: type[Noun], row_id: str) -> Noun | None:
        text = self.at.execute(select(table.c.body).where(table.c.id == row_id)).scalar()
        return None if text is None else load(kind, text)


@dataclass(frozen=True)
class Change(View):
    """One change of the ledger: all of it is kept, or none; nobody else changes it meanwhile."""

    def put_card(self, card: Card) -> None:
        """Keep a card as it is now."""
        row = _picked(card, ("id", "state", "kind", "band", "asset", "since", "updated", "until"))
        t.upsert(self.at, t.CARDS, [row])

    def add_findings(self, findings: Sequence[Finding]) -> None:
        """Keep findings; one that is there already stands."""
        rows = [
            _picked(f, ("asset", "cause", "band", "start", "end"))
            | {"id": f.id, "subject": f.subject, "check_name": safe_text(f.check)}
            for f in findings
        ]
        t.upsert(self.at, t.FINDINGS, rows, first_stands=True)

    def put_order(self, order: WorkOrder) -> None:
        """Keep a work order as it is now."""
        names = ("id", "card_id", "state", "approved_by", "approved_at", "due", "closed_at")
        t.upsert(self.at, t.ORDERS, [_picked(order, names) | {"asset": safe_text(order.job.asset)}])

    def next_number(self, series: str) -> int:
        """Return the next number of a series, from 1; none is given twice. [1]"""
        number = int(t.read_fact(self.at, f"last {series}") or 0) + 1
        t.write_fact(self.at, f"last {series}", str(number))
        return number

    def add_labels(self, labels: Sequence[Label]) -> None:
        """Keep what a closed work order says of its findings."""
        t.upsert(self.at, t.LABELS, [{k: _kept(v) for k, v in vars(label).items()} for label in labels])

    def add_filing(self, order_id: str, target: str, remote_id: str, now: datetime, receipt: object) -> None:
        """Keep the receipt of a work order that a target took."""
        row = {"order_id": order_id, "target": target, "remote_id": safe_text(remote_id), "time": now}
        t.upsert(self.at, t.FILINGS, [row | {"body": dump(receipt)}], first_stands=True)

    def post(self, event: Mapping[str, object]) -> None:
        """Lay an event out for history to take over; its ``id`` is the key."""
        t.upsert(self.at, t.OUTBOX, [{"id": str(event["id"]), "body": dump(event)}], first_stands=True)

    def drop_posted(self, ids: Sequence[str]) -> None:
        """Forget events that history holds now."""
        self.at.execute(delete(t.OUTBOX).where(t.OUTBOX.c.id.in_(list(ids))))

    def note(
        self,
        now: datetime,
        person: str,
        act: str,
        subject: str,
        *,
        reason: str = "",
        detail: Mapping[str, object] | None = None,
    ) -> audit.Act:
        """Write who did what into the audit log."""
        return audit.append(self.at, now, person, act, subject, reason=reason, detail=detail)

    def put_states(self, check: str, states: Mapping[str, Mapping[str, object]]) -> None:
        """Keep what a check remembers of assets."""
        rows = [{"check_name": check, "asset": a, "body": dump(state)} for a, state in states.items()]
        t.upsert(self.at, t.STATES, rows)

    def add_tick(
        self, check: str, end_us: int, cut_us: int, detail: Mapping[str, object] | None = None
    ) -> None:
        """Record a tick; the first record of a window end stands.

        Parameters
        ----------
        check
            Name of the check.
        end_us
            End of the window. [us]
        cut_us
            Server time of the last reading that was there to be judged. [us]
        detail
            What was true then and stands nowhere else, plain JSON.
        """
        row = {"check_name": check, "end_us": end_us, "cut_us": cut_us, "detail": dump(detail or {})}
        t.upsert(self.at, t.TICKS, [row], first_stands=True)

    def put_resumes(self, resumes: Mapping[str, Mapping[str, object]]) -> None:
        """Keep resume tokens by connection."""
        t.upsert(self.at, t.RESUMES, [{"connection": n, "body": dump(r)} for n, r in resumes.items()])

    def add_snapshot(self, digest: str, now: datetime, site: object) -> None:
        """Keep the site as it was loaded, under its hash."""
        row = {"hash": digest, "time": now, "body": dump(site)}
        t.upsert(self.at, t.SNAPSHOTS, [row], first_stands=True)
        t.write_fact(self.at, "site", digest)


def _picked(noun: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: _kept(getattr(noun, name)) for name in names} | {"body": dump(noun)}


def _kept(value: object) -> object:
    return safe_text(value) if isinstance(value, str) else value
