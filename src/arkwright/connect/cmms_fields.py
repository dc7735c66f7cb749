"""What a maintenance system is told of a work order, and what it says of one: the fields of Atlas CMMS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from arkwright.core.work import OrderState, Verdict, WorkOrder

SETTINGS: Mapping[str, str] = {
    "url": "where the system's interface begins, as https://cmms.example.com/api",
    "token": "an API key of the system; better [cmms] token in secrets.toml, or token_file",
    "token_file": "file that holds the API key, relative to the site folder",
    "auth": "how the key is sent: 'key' (header X-API-Key) or 'bearer'",
    "prefix": "put before order ids, unique among sites that share the system; the site's name if left out",
    "assets": "table of assets and their ids there, where neither customId nor name is the same",
    "timeout_s": "longest wait for one answer [s]",
    "tries": "how often one order is tried",
    "insecure": "true lets the key go over plain http to another computer",
}
PRIORITY: Mapping[str, str] = {"low": "LOW", "medium": "MEDIUM", "high": "HIGH", "urgent": "HIGH"}
STATES: Mapping[str, OrderState] = {
    "OPEN": "open",
    "IN_PROGRESS": "in_progress",
    "ON_HOLD": "on_hold",
    "COMPLETE": "done",
    "COMPLETED": "done",
    "DONE": "done",
    "CLOSED": "done",
    "CANCELLED": "cancelled",
    "CANCELED": "cancelled",
}
LONGEST_TITLE = 255
LONGEST_TEXT = 10_000
_SAID = re.compile(r"\s*(right|wrong|unsure)\b[\s:,.;-]*", re.IGNORECASE)


@dataclass(frozen=True)
class CmmsSettings:
    """Where orders are filed and as whom; the key never shows when this is printed.

    ``timeout_s`` [s] is the longest wait for one answer, ``assets`` maps names to ids there.
    """

    url: str
    token: str = field(repr=False)
    prefix: str
    auth: Literal["key", "bearer"] = "key"
    assets: Mapping[str, int | str] = field(default_factory=dict)
    timeout_s: float = 10.0
    tries: int = 4
    insecure: bool = False

    @property
    def target(self) -> str:
        """Name of the system in the ledger: its address without scheme and secrets."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or ''}:{parts.port or ''}{parts.path.rstrip('/')}"[:128]

    def key(self, order_id: str) -> str:
        """Return what names an order among all that the system holds."""
        return f"{self.prefix} {order_id}".strip()


@dataclass(frozen=True)
class Receipt:
    """What became of one order: ``filed`` anew, ``found`` there already, or ``failed`` and why."""

    order_id: str
    state: Literal["filed", "found", "failed"]
    remote_id: str = ""
    text: str = ""
    number: str = ""


@dataclass(frozen=True)
class RemoteOrder:
    """How an order stands in the system; ``state`` is None where it is gone or says nothing that is known."""

    order_id: str
    remote_id: str
    state: OrderState | None
    closed_at: datetime | None = None
    person: str = ""
    verdict: Verdict | None = None
    note: str = ""
    text: str = ""


def unplaced(row: Mapping[str, Any], order: WorkOrder) -> str:
    """Say that an order stands without its asset, empty where it has one."""
    return "" if row.get("asset") else f"no asset there is '{order.job.asset}': the order stands without one"


def description(order: WorkOrder) -> str:
    """Return what a fitter reads there: the job's own words, who approved it, codes, how to answer."""
    job = order.job
    codes = [
        ("failure mode", job.failure_mode),
        ("mechanism", job.failure_mechanism),
        ("activity", job.activity),
    ]
    stated = ", ".join(f"{name} {code}" for name, code in codes if code)
    lines = [
        f"Asset: {job.asset}",
        f"Priority: {job.priority}",
        f"Approved by {order.approved_by}, {order.approved_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        *([f"ISO 14224: {stated}"] if stated else []),
        "When done, begin the feedback with right, wrong or unsure: was it what was expected?",
    ]
    tail = "\n\n" + "\n".join(lines)
    return job.description[: LONGEST_TEXT - len(tail)] + tail


def moment_text(moment: datetime) -> str:
    """Return a time as the system reads it: ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def remote_order(order_id: str, remote_id: str, row: Any) -> RemoteOrder:
    """Read how an order stands there from its JSON."""
    if not isinstance(row, dict):
        return RemoteOrder(order_id, remote_id, None, text="the answer is no work order")
    said = str(row.get("status") or "")
    state = STATES.get(said.upper())
    note = str(row.get("feedback") or "").strip()
    match = _SAID.match(note)
    verdict: Verdict | None = None
    if state == "done":
        verdict = match[1].lower() if match else "unsure"  # type: ignore[assignment]
    return RemoteOrder(
        order_id,
        remote_id,
        state,
        _time_of(row.get("completedOn")),
        _name_of(row.get("completedBy")),
        verdict,
        note[match.end() :].strip() if match else note,
        "" if state else f"status '{said}' is not known",
    )


def _name_of(person: Any) -> str:
    if not isinstance(person, dict):
        return ""
    names = (str(person.get(k) or "") for k in ("firstName", "lastName"))
    return " ".join(n for n in names if n)


def _time_of(moment: Any) -> datetime | None:
    if isinstance(moment, (int, float)) and not isinstance(moment, bool):
        return datetime.fromtimestamp(moment / 1000, UTC)
    try:
        found = datetime.fromisoformat(str(moment))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
