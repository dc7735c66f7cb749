"""People of the ledger: accounts, passwords (argon2id), one-time links and sessions."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import RowMapping, delete, func, insert, select, update

from arkwright.core.errors import HistoryError
from arkwright.history.ledger import Ledger
from arkwright.history.ledger_tables import TOKENS, USERS
from arkwright.history.ledger_view import Change, View

Role = Literal["owner", "engineer", "viewer"]
LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=12)
SHORTEST = 10
# After so many wrong passwords in a row an account rests, so that guessing is slow.
TRIES = 5
REST = timedelta(minutes=1)
_NAME = re.compile(r"[\w.@+-]{1,128}")


@dataclass(frozen=True)
class Person:
    """Somebody who may log in."""

    name: str
    role: Role
    active: bool
    has_password: bool


@dataclass(frozen=True)
class People:
    """Accounts and what opens them; nothing that opens a door is kept as it is, only its hash."""

    ledger: Ledger
    hasher: PasswordHasher = field(default_factory=PasswordHasher)  # argon2id, RFC 9106 low-memory profile

    def has_owner(self) -> bool:
        """Say whether an owner has set a password."""
        query = select(func.count()).select_from(USERS)
        query = query.where(USERS.c.role == "owner", USERS.c.password != "", USERS.c.active)
        with self.ledger.view() as view:
            return bool(view.at.execute(query).scalar_one())

    def everybody(self) -> list[Person]:
        """Return all accounts by name."""
        with self.ledger.view() as view:
            return [_person(r) for r in view.at.execute(select(USERS).order_by(USERS.c.name)).mappings()]

    def add(self, name: str, role: Role, now: datetime, *, by: str) -> None:
        """Make an account; it has no password until its person sets one through a link.

        Raises
        ------
        HistoryError
            If the name is not fit for one, or taken.
        """
        if not _NAME.fullmatch(name):
            raise HistoryError(f"'{name}' cannot be a name", wanted="letters, digits and . @ + - _")
        with self.ledger.change() as change:
            if _row(change, name) is not None:
                raise HistoryError(f"'{name}' has an account already", fix="Choose another name.")
            row = {"name": name, "role": role, "password": "", "created": now, "active": True, "failures": 0}
            change.at.execute(insert(USERS).values(row))
            change.note(now, by, "account_made", name, detail={"role": role})

    def set_active(self, name: str, active: bool, now: datetime, *, by: str) -> None:
        """Close or reopen an account; closing ends its sessions and links at once."""
        with self.ledger.change() as change:
            _wanted(change, name)
            change.at.execute(update(USERS).where(USERS.c.name == name).values(active=active))
            if not active:
                change.at.execute(delete(TOKENS).where(TOKENS.c.person == name))
            change.note(now, by, "account_opened" if active else "account_closed", name)

    def make_link(self, name: str, now: datetime, *, by: str, lasts: timedelta = LINK_LASTS) -> str:
        """Return a token that sets a password once; older links of the person end."""
        with self.ledger.change() as change:
            _wanted(change, name)
            old = delete(TOKENS).where(TOKENS.c.person == name, TOKENS.c.kind == "link")
            change.at.execute(old)
            token = _issue(change, "link", name, now + lasts)
            change.note(now, by, "link_made", name)
        return token

    def redeem(self, token: str, password: str, now: datetime) -> str:
        """Set a password through a one-time link and log in; return the session's token.

        Raises
        ------
        HistoryError
            If the link is spent or too old, or the password too short.
        """
        if len(password) < SHORTEST:
            raise HistoryError(f"a password of {len(password)} characters", wanted=f"at least {SHORTEST}")
        hashed = self.hasher.hash(password)
        with self.ledger.change() as change:
            name = _holder(change, "link", token, now)
            if name is None:
                raise HistoryError("this link is spent or too old", fix="Ask for a new one.")
            change.at.execute(delete(TOKENS).where(TOKENS.c.person == name))
            fresh = {"password": hashed, "failures": 0, "locked_until": None}
            change.at.execute(update(USERS).where(USERS.c.name == name).values(fresh))
            change.note(now, name, "password_set", name)
            return _issue(change, "session", name, now + SESSION_LASTS)

    def log_in(self, name: str, password: str, now: datetime) -> str | None:
        """Return a session's token, or None if name and password do not fit or the account rests."""
        with self.ledger.view() as view:
            row = _row(view, name)
        open_ = row is not None and row["active"] and not _rests(row, now)
        # The same work whether the name is known or not, so that the time taken tells nothing.
        fits = self._fits(str(row["password"]) if row is not None and row["password"] else "", password)
        with self.ledger.change() as change:
            if not (open_ and fits):
                _count_failure(change, name, now, counts=bool(open_))
                return None
            values = {"failures": 0, "locked_until": None}
            change.at.execute(update(USERS).where(USERS.c.name == name).values(values))
            change.note(now, name, "logged_in", name)
            return _issue(change, "session", name, now + SESSION_LASTS)

    def who(self, token: str, now: datetime) -> Person | None:
        """Return the person behind a session, or None."""
        with self.ledger.view() as view:
            name = _holder(view, "session", token, now)
            row = None if name is None else _row(view, name)
        return None if row is None else _person(row)

    def log_out(self, token: str) -> None:
        """End a session."""
        with self.ledger.change() as change:
            change.at.execute(delete(TOKENS).where(TOKENS.c.digest == _digest(token)))

    def sweep(self, now: datetime) -> int:
        """Forget sessions and links that ran out; return how many."""
        with self.ledger.change() as change:
            return int(change.at.execute(delete(TOKENS).where(TOKENS.c.expires <= now)).rowcount)

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self.hasher.verify(hashed or self.hasher.hash(secrets.token_hex()), password)
        except (VerificationError, InvalidHashError):
            return False


def find_person(view: View, name: str) -> Person | None:
    """Return the account of a name within a reading or a change, or None."""
    row = _row(view, name)
    return None if row is None else _person(row)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _issue(change: Change, kind: str, name: str, expires: datetime) -> str:
    token = secrets.token_urlsafe(32)
    row = {"digest": _digest(token), "kind": kind, "person": name, "expires": expires}
    change.at.execute(insert(TOKENS).values(row))
    return token


def _holder(view: View, kind: str, token: str, now: datetime) -> str | None:
    query = select(TOKENS.c.person).join(USERS, USERS.c.name == TOKENS.c.person)
    query = query.where(TOKENS.c.digest == _digest(token), TOKENS.c.kind == kind)
    return view.at.execute(query.where(TOKENS.c.expires > now, USERS.c.active)).scalar()


def _row(view: View, name: str) -> RowMapping | None:
    if not _NAME.fullmatch(name):
        return None
    return view.at.execute(select(USERS).where(USERS.c.name == name)).mappings().one_or_none()


def _wanted(view: View, name: str) -> RowMapping:
    row = _row(view, name)
    if row is None:
        raise HistoryError(f"nobody has the name '{name}'", fix="Make the account first.")
    return row


def _rests(row: RowMapping, now: datetime) -> bool:
    return row["locked_until"] is not None and now < row["locked_until"]


def _count_failure(change: Change, name: str, now: datetime, *, counts: bool) -> None:
    row = _row(change, name)
    if row is None or not counts:
        return
    failures = int(row["failures"]) + 1
    rest = now + REST if failures % TRIES == 0 else row["locked_until"]
    values = {"failures": failures, "locked_until": rest}
    change.at.execute(update(USERS).where(USERS.c.name == name).values(values))
    change.note(now, name, "login_failed", name, detail={"failures": failures})


def _person(row: RowMapping) -> Person:
    return Person(str(row["name"]), row["role"], bool(row["active"]), bool(row["password"]))
