"""Cards and work orders as tables and as JSON, for spreadsheets and other programs: all fields of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from arkwright.core.feed import Card
from arkwright.core.work import Job, WorkOrder
from arkwright.history.ledger_codec import dump, plain

# A spreadsheet takes a cell that begins so for a formula (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cards_as_json(cards: Iterable[Card]) -> list[dict[str, Any]]:
    """Return cards as plain JSON; times are ISO 8601 in UTC."""
    return [plain(card) for card in cards]


def orders_as_json(orders: Iterable[WorkOrder]) -> list[dict[str, Any]]:
    """Return work orders as plain JSON; times are ISO 8601 in UTC."""
    return [plain(order) for order in orders]


def cards_as_csv(cards: Iterable[Card]) -> str:
    """Return cards as CSV, one a row; lists are joined by ';', the payload is one cell of JSON."""
    rows = [_flat(card, job=card.job) for card in cards]
    return _table(rows, _columns(Card))


def orders_as_csv(orders: Iterable[WorkOrder]) -> str:
    """Return work orders as CSV, one a row; lists are joined by ';', the evidence is one cell of JSON."""
    rows = [_flat(order, job=order.job) for order in orders]
    return _table(rows, _columns(WorkOrder))


def _columns(kind: type[Card] | type[WorkOrder]) -> list[str]:
    own = [name for name in kind.__dataclass_fields__ if name != "job"]
    return [*own, *(f"job_{name}" for name in Job.__dataclass_fields__)]


def _flat(noun: Card | WorkOrder, job: Job | None) -> dict[str, Any]:
    row = {key: value for key, value in plain(noun).items() if key != "job"}
    return row | {f"job_{key}": value for key, value in (plain(job) if job else {}).items()}


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, list):
        value = ";".join(str(each) for each in value)
    if isinstance(value, dict):
        value = dump(value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return "" if value is None else value
