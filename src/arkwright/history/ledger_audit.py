"""The audit log: every row's hash covers the row before it, so that no act can be changed unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from arkwright.history.ledger_codec import dump, load_mapping, safe_text
from arkwright.history.ledger_tables import AUDIT, read_fact, write_fact

BEGINNING = "0" * 64
PAGE = 2000


@dataclass(frozen=True)
class Act:
    """Who did what to what, when and why; ``seq`` counts from 1."""

    seq: int
    time: datetime
    person: str
    act: str
    subject: str
    reason: str
    detail: str
    previous: str
    hash: str

    def true_hash(self) -> str:
        """Return the hash that the row must have."""
        moment = self.time.astimezone(UTC).isoformat(timespec="microseconds")
        parts = [
            self.seq,
            moment,
            self.person,
            self.act,
            self.subject,
            self.reason,
            self.detail,
            self.previous,
        ]
        return hashlib.sha256(dump(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """The last act: its number and hash; kept elsewhere it proves that the log was not written anew."""

    seq: int = 0
    hash: str = BEGINNING


@dataclass(frozen=True)
class BrokenAct:
    """The first row at which the log is not as it was written."""

    seq: int
    text: str


def append(
    at: Connection,
    now: datetime,
    person: str,
    act: str,
    subject: str,
    *,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> Act:
    """Write one act; the caller holds the ledger's write lock, so that the chain has one end."""
    head = read_head(at)
    person, act, subject, reason = (safe_text(text) for text in (person, act, subject, reason))
    moment = now.astimezone(UTC)
    row = Act(head.seq + 1, moment, person, act, subject, reason, dump(detail or {}), head.hash, "")
    row = replace(row, hash=row.true_hash())
    at.execute(insert(AUDIT).values(**vars(row)))
    write_fact(at, "audit_head", dump(Head(row.seq, row.hash)))
    return row


def read_head(at: Connection) -> Head:
    """Return the end of the chain."""
    found = load_mapping(read_fact(at, "audit_head"))
    return Head(int(str(found["seq"])), str(found["hash"])) if found else Head()


def read_acts(at: Connection, after: int = 0, limit: int | None = None) -> Iterator[Act]:
    """Yield acts in order, those after a number, a page at a time."""
    left = limit
    while left is None or left > 0:
        page = PAGE if left is None else min(PAGE, left)
        query = select(AUDIT).where(AUDIT.c.seq > after).order_by(AUDIT.c.seq).limit(page)
        acts = [Act(**row) for row in at.execute(query).mappings()]
        yield from acts
        if len(acts) < page:
            return
        after = acts[-1].seq
        left = None if left is None else left - page


def read_acts_on(at: Connection, subjects: Sequence[str], limit: int) -> list[Act]:
    """Return the latest acts on some subjects, the oldest first."""
    query = select(AUDIT).where(AUDIT.c.subject.in_(list(subjects))).order_by(AUDIT.c.seq.desc()).limit(limit)
    return [Act(**row) for row in at.execute(query).mappings()][::-1]


def verify(at: Connection, anchor: Head | None = None) -> BrokenAct | None:
    """Name the first row that was changed, removed or added behind the ledger's back, or None.

    ``anchor`` is a head that was kept elsewhere: the log must still contain it.
    """
    seen = Head()
    for act in read_acts(at):
        broken = _flaw(act, seen, anchor)
        if broken is not None:
            return broken
        seen = Head(act.seq, act.hash)
    head = read_head(at)
    if seen != head:
        return BrokenAct(seen.seq + 1, f"the log ends at row {seen.seq}; it was written up to row {head.seq}")
    if anchor is not None and anchor.seq > seen.seq:
        return BrokenAct(seen.seq + 1, f"the log ends at row {seen.seq}; row {anchor.seq} was seen before")
    return None


def _flaw(act: Act, before: Head, anchor: Head | None) -> BrokenAct | None:
    if act.seq != before.seq + 1:
        return BrokenAct(before.seq + 1, f"row {before.seq + 1} is missing")
    if act.previous != before.hash:
        return BrokenAct(act.seq, f"row {act.seq} does not follow row {before.seq}")
    if act.hash != act.true_hash():
        return BrokenAct(act.seq, f"row {act.seq} was changed after it was written")
    if anchor is not None and act.seq == anchor.seq and act.hash != anchor.hash:
        return BrokenAct(act.seq, f"row {act.seq} is not the one that was seen before")
    return None
