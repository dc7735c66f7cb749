"""Who is there: sessions behind a cookie, and the first link of a site without owner."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any

from arkwright.history.ledger_people import LINK_LASTS, SESSION_LASTS, People, Person

COOKIE = "arkwright_session"
BELIEVED_S = 2.0  # a session ended elsewhere is noticed so soon; the page's own log-out at once
MOST_WAITING = 8  # log-ins at once: each takes 64 MB for argon2id, so they pass one at a time


class Sessions:
    """Sessions of this process, with a short memory so that not every request asks the ledger."""

    def __init__(self, people: People, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.people = people
        self.now = now
        self._known: dict[str, tuple[float, Person | None]] = {}
        self._one = asyncio.Semaphore(1)
        self._waiting = 0

    async def person(self, token: str) -> Person | None:
        """Return who a session is of, or None."""
        if not token:
            return None
        at = time.monotonic()
        found = self._known.get(token)
        if found is None or at - found[0] > BELIEVED_S:
            found = (at, await asyncio.to_thread(self.people.who, token, self.now()))
            if len(self._known) > 1000:
                self._known.clear()
            self._known[token] = found
        return found[1]

    def forget(self) -> None:
        """Ask the ledger again for everybody."""
        self._known.clear()

    async def log_in(self, name: str, password: str) -> str | None:
        """Return a new session's token; None if it is refused, or too many try at once."""
        return await self._alone(lambda: self.people.log_in(name, password, self.now()))

    async def redeem(self, link: str, password: str) -> str | None:
        """Set a password by a link and return a session's token; raises what is wrong with them."""
        return await self._alone(lambda: self.people.redeem(link, password, self.now()))

    async def log_out(self, token: str) -> None:
        """End a session."""
        self._known.pop(token, None)
        await asyncio.to_thread(self.people.log_out, token)
        self._known.pop(token, None)

    async def _alone(self, act: Callable[[], str | None]) -> str | None:
        if self._waiting >= MOST_WAITING:
            return None
        self._waiting += 1
        try:
            async with self._one:
                return await asyncio.to_thread(act)
        finally:
            self._waiting -= 1


@dataclass
class FirstLink:
    """The one-time link of a site that has no owner: it lives in memory, for ten minutes."""

    _digest: str = ""
    _ends: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def issue(self, now: datetime) -> str:
        """Return a new token; the one before it ends."""
        token = secrets.token_urlsafe(32)
        self._digest, self._ends = _digest(token), now + LINK_LASTS
        return token

    def fits(self, token: str, now: datetime) -> bool:
        """Say whether a token is the one, and in time."""
        return bool(self._digest) and now < self._ends and hmac.compare_digest(self._digest, _digest(token))

    def spend(self) -> None:
        """End the link."""
        self._digest = ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


# ------------------------------------------------------------------------------------------------ cookies
def read_cookies(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """Read the cookies of a request."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def session_cookie(token: str, *, secure: bool) -> dict[str, Any]:
    """Return how the session's cookie is set; it ends where the token is empty."""
    age = int(SESSION_LASTS.total_seconds()) if token else 0
    return {
        "key": COOKIE, "value": token, "max_age": age, "path": "/", "httponly": True, "samesite": "strict",
        "secure": secure,
    }  # fmt: skip
