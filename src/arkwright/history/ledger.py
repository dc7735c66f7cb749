"""The ledger: cards, findings, work orders, people and the audit log, in SQLite or PostgreSQL.

One `change` is one transaction, and there is only ever one at a time, on either engine: SQLite by its write
lock, PostgreSQL by an advisory lock. So reading, deciding and writing inside a change cannot be overtaken.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from arkwright.core.errors import HistoryError
from arkwright.history.ledger_audit import BrokenAct, Head, verify
from arkwright.history.ledger_codec import dump, without_secrets
from arkwright.history.ledger_tables import STEPS, Steps, bring_up
from arkwright.history.ledger_view import Change, View

Synchronous = Literal["FULL", "NORMAL", "OFF"]
# Any number that no other program takes on the same database; this is "arkw" in ASCII.
LOCK = 0x61726B77
WAIT_S = 30


@dataclass(frozen=True)
class Ledger:
    """The one place of what was decided; safe to share between threads, and between processes by its URL."""

    engine: Engine

    @contextmanager
    def view(self) -> Iterator[View]:
        """Read, all of it as at one moment."""
        engine = self.engine
        if engine.dialect.name == "postgresql":  # SQLite reads a snapshot without being asked
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with _told(self.engine), engine.connect() as at, at.begin():
            yield View(at)

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Change, all or nothing, one at a time; kept and synced when the block ends without an error."""
        engine = self.engine.execution_options(arkwright_change=True)
        with _told(self.engine), engine.connect() as at, at.begin():
            if at.dialect.name == "postgresql":
                at.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            yield Change(at)

    def verify_audit(self, anchor: Head | None = None) -> BrokenAct | None:
        """Name the first row of the audit log that is not as it was written, or None."""
        with self.view() as view:
            return verify(view.at, anchor)

    def keep_site(self, site: object, now: datetime) -> str:
        """Keep a snapshot of the site as it was loaded, without its secrets; return its hash."""
        site = without_secrets(site)
        digest = hashlib.sha256(dump(site).encode()).hexdigest()
        with self.change() as change:
            change.add_snapshot(digest, now, site)
        return digest

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_ledger(where: str | Path, *, synchronous: Synchronous = "FULL", steps: Steps = STEPS) -> Ledger:
    """Open a ledger by file or URL; create it, or bring an older one on, as needed.

    ``synchronous`` is SQLite's: FULL survives a power cut, NORMAL may lose the last changes in one.

    Raises
    ------
    HistoryError
        If the URL is not one of SQLite or PostgreSQL, or the ledger cannot be opened.
    """
    engine = _engine(where, synchronous)
    ledger = Ledger(engine)
    try:
        with ledger.change() as change:
            bring_up(change.at, steps)
    except HistoryError:
        ledger.close()
        raise
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).chmod(0o600)  # it holds password hashes
    return ledger


def _engine(where: str | Path, synchronous: Synchronous) -> Engine:
    address = str(where)
    try:
        url = make_url(address if "://" in address else f"sqlite:///{Path(address).absolute()}")
    except ArgumentError as error:
        raise HistoryError(f"'{address}' is not the address of a ledger: {error}", fix=_FIX) from error
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        return create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=20)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise HistoryError(f"'{url.render_as_string()}' cannot be a ledger", fix=_FIX)
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": WAIT_S}, pool_size=5, max_overflow=50)
    _listen(engine, synchronous)
    return engine


_FIX = "Write a file, sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/DATABASE."


def _listen(engine: Engine, synchronous: Synchronous) -> None:
    def on_connect(raw: sqlite3.Connection, _record: Any) -> None:
        raw.isolation_level = None  # sqlite3 would otherwise begin when it likes
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}").close()

    def on_begin(at: Connection) -> None:
        # A change takes the write lock first: a lock raised later would fail where another got in between.
        change = at.get_execution_options().get("arkwright_change", False)
        at.exec_driver_sql("BEGIN IMMEDIATE" if change else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise HistoryError(
            f"the ledger cannot be used: {reason}",
            where=engine.url.render_as_string(hide_password=True),
            fix="See that the disk has room and the database runs; nothing of this change was kept.",
        ) from error
