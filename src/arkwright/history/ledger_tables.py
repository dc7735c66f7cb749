"""The tables of the ledger, the same on SQLite and PostgreSQL, and their version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

from arkwright.core.errors import HistoryError

SCHEMA = 2


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as UTC by both engines to the microsecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into what the engine keeps.

        Raises
        ------
        HistoryError
            If the time has no zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise HistoryError(
                f"time {value} has no zone", wanted="an aware time", fix="Add tzinfo, best UTC."
            )
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


METADATA = MetaData()

FACTS = Table(
    "facts",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
CARDS = Table(
    "cards",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("band", String(8), nullable=False),
    Column("asset", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("until", Moment),
    Column("body", Text, nullable=False),
    Index("cards_by_state", "state"),
    Index("cards_by_asset", "asset"),
)
FINDINGS = Table(
    "findings",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("subject", String(64), nullable=False),
    Column("check_name", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("band", String(8), nullable=False),
    Column("start", Moment, nullable=False),
    Column("end", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Index("findings_by_asset", "asset", "end"),
)
ORDERS = Table(
    "work_orders",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("card_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asset", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("body", Text, nullable=False),
    Index("orders_by_card", "card_id"),
    Index("orders_by_state", "state"),
)
LABELS = Table(
    "labels",
    METADATA,
    Column("order_id", String(64), primary_key=True),
    Column("finding_id", String(64), primary_key=True),
    Column("asset", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("time", Moment, nullable=False),
)
FILINGS = Table(
    "filings",
    METADATA,
    Column("order_id", String(64), primary_key=True),
    Column("target", String(128), primary_key=True),
    Column("remote_id", Text, nullable=False),
    Column("time", Moment, nullable=False),
    Column("body", Text, nullable=False),
)
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("time", Moment, nullable=False),
    Column("person", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
USERS = Table(
    "users",
    METADATA,
    Column("name", String(128), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=False),  # argon2id, empty until set
    Column("created", Moment, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
)
TOKENS = Table(
    "tokens",
    METADATA,
    Column("digest", String(64), primary_key=True),  # SHA-256: a stolen ledger opens no door
    Column("kind", String(16), nullable=False),  # session or link
    Column("person", String(128), nullable=False),
    Column("expires", Moment, nullable=False),
)
STATES = Table(
    "check_states",
    METADATA,
    Column("check_name", String(128), primary_key=True),
    Column("asset", String(512), primary_key=True),
    Column("body", Text, nullable=False),
)
TICKS = Table(
    "ticks",
    METADATA,
    Column("check_name", String(128), primary_key=True),
    Column("end_us", BigInteger, primary_key=True),
    Column("cut_us", BigInteger, nullable=False),
    # What was true at the tick and stands nowhere else: lost connections, assets that could not be judged.
    Column("detail", Text, nullable=False, server_default="{}"),
)
SNAPSHOTS = Table(
    "site_snapshots",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("time", Moment, nullable=False),
    Column("body", Text, nullable=False),
)
RESUMES = Table(
    "resumes",
    METADATA,
    Column("connection", String(256), primary_key=True),
    Column("body", Text, nullable=False),
)

# From a version to the next, what brings the tables on.
Steps = Mapping[int, Callable[[Connection], None]]


def _ticks_get_detail(at: Connection) -> None:
    at.execute(text("ALTER TABLE ticks ADD COLUMN detail TEXT NOT NULL DEFAULT '{}'"))


STEPS: Steps = {1: _ticks_get_detail}


def bring_up(at: Connection, steps: Steps = STEPS, wanted: int = SCHEMA) -> int:
    """Create the tables, or bring older ones on; return the version they had, 0 where there were none.

    Raises
    ------
    HistoryError
        If a newer program wrote the ledger, or a step between two versions is missing.
    """
    if not inspect(at).has_table(FACTS.name):
        METADATA.create_all(at)
        write_fact(at, "schema", str(wanted))
        return 0
    found = int(read_fact(at, "schema") or 0)
    if found > wanted:
        raise HistoryError(
            f"the ledger has schema {found}",
            wanted=f"at most {wanted}",
            fix="Install the newer Arkwright again.",
        )
    for version in range(found, wanted):
        if version not in steps:
            raise HistoryError(
                f"no way from ledger schema {version} to {version + 1}", fix="Restore a backup."
            )
        steps[version](at)
        write_fact(at, "schema", str(version + 1))
    return found


def read_fact(at: Connection, name: str) -> str | None:
    """Return a fact of the ledger itself."""
    return at.execute(select(FACTS.c.value).where(FACTS.c.name == name)).scalar()


def write_fact(at: Connection, name: str, value: str) -> None:
    """Keep a fact of the ledger itself."""
    upsert(at, FACTS, [{"name": name, "value": value}])


def upsert(
    at: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, first_stands: bool = False
) -> None:
    """Insert rows; where the key is there already, replace the row, or leave it if the first stands."""
    if not rows:
        return
    insert = insert_sqlite if at.dialect.name == "sqlite" else insert_postgresql
    statement: Any = insert(table)
    keys = [column.name for column in table.primary_key]
    if first_stands:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    else:
        rest = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=rest)
    at.execute(statement, list(rows))
