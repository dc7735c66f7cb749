"""Work orders filed with a maintenance system over REST, and read back once they are done.

This is no ``Source``: it reads no readings but takes orders out and brings their end back, so it has a shape
of its own, ``file`` and ``read``, and offers no ``SOURCE``. The fields are those of Atlas CMMS (``POST
/work-orders``, ``POST /work-orders/search``, ``GET /work-orders/{id}``, an API key in ``X-API-Key``); a
system with other names needs a bridge.

Atlas numbers its orders itself, whatever ``customId`` is sent. So the order's own key stands at the head of
the title as well, and both are searched before anything is created: filing an order again finds the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from arkwright.connect.cmms_fields import (
    LONGEST_TITLE,
    PRIORITY,
    SETTINGS,
    CmmsSettings,
    Receipt,
    RemoteOrder,
    description,
    moment_text,
    remote_order,
    unplaced,
)
from arkwright.core.errors import SourceError
from arkwright.core.work import WorkOrder

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class _StopError(Exception):
    """The system refuses everybody or cannot be reached: no use in trying the next order."""


def file(
    orders: Iterable[WorkOrder],
    settings: CmmsSettings,
    *,
    keep: Callable[[Receipt], None] | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> list[Receipt]:
    """File work orders; each exactly once, however often it is asked for and whatever fails in between.

    Parameters
    ----------
    orders
        Orders to file.
    settings
        Where and as whom.
    keep
        Given each receipt as soon as it is there.
    wait
        How to wait between tries, given seconds.

    Returns
    -------
    receipts
        One an order, in order; one that fails does not hold up the others.

    Raises
    ------
    SourceError
        If the settings cannot be used.
    """
    receipts: list[Receipt] = []
    stopped = ""
    with _client(settings) as client:
        desk = _Desk(client, settings, wait)
        for order in orders:
            receipt = Receipt(order.id, "failed", text=f"not tried: {stopped}")
            if not stopped:
                receipt, stopped = desk.file_or_say_why(order)
            receipts.append(receipt)
            if keep is not None:
                keep(receipt)
    return receipts


def read(
    filed: Mapping[str, str], settings: CmmsSettings, *, wait: Callable[[float], None] = time.sleep
) -> list[RemoteOrder]:
    """Ask how filed orders stand.

    A verdict is taken from the first word of the feedback there: right, wrong or unsure; an order that is
    done without one is ``unsure``.

    Parameters
    ----------
    filed
        The system's ids by the orders' own.
    settings
        Where and as whom.
    wait
        How to wait between tries, given seconds.

    Returns
    -------
    orders
        How each stands; an order that cannot be read says why in ``text``.

    Raises
    ------
    SourceError
        If the settings cannot be used.
    """
    found: list[RemoteOrder] = []
    stopped = ""
    with _client(settings) as client:
        desk = _Desk(client, settings, wait)
        for order_id, remote_id in filed.items():
            if stopped:
                found.append(RemoteOrder(order_id, remote_id, None, text=f"not tried: {stopped}"))
                continue
            try:
                row = desk.ask("GET", f"work-orders/{remote_id}")
                found.append(remote_order(order_id, remote_id, row))
            except (_StopError, SourceError) as error:
                text = desk.safe(str(error))
                stopped = text if isinstance(error, _StopError) else ""
                found.append(RemoteOrder(order_id, remote_id, None, text=text))
    return found


def _client(settings: CmmsSettings) -> httpx.Client:
    parts = urlsplit(settings.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SourceError(f"URL '{parts.scheme}://...'", wanted=SETTINGS["url"], where="[cmms]")
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme == "http" and not (local or settings.insecure):
        raise SourceError(
            f"the key would go to {parts.hostname} in plain text", wanted="https", where="[cmms]",
            fix="Use https, or write 'insecure = true' if the network is yours alone.",
        )  # fmt: skip
    name, value = ("X-API-Key", settings.token) if settings.auth == "key" else (
        "Authorization", f"Bearer {settings.token}")  # fmt: skip
    return httpx.Client(
        base_url=settings.url.rstrip("/") + "/",
        headers={name: value, "Accept": "application/json"},
        timeout=settings.timeout_s,
        follow_redirects=False,  # the key goes to nobody else
        trust_env=False,
    )


@dataclass(frozen=True)
class _Desk:
    client: httpx.Client
    settings: CmmsSettings
    wait: Callable[[float], None]

    # ------------------------------------------------------------------------------------- one order
    def file_or_say_why(self, order: WorkOrder) -> tuple[Receipt, str]:
        """File an order; returns also why the next need not be tried, empty where they may."""
        try:
            return self.file(order), ""
        except (_StopError, SourceError) as error:
            text = self.safe(str(error))
            return Receipt(order.id, "failed", text=text), text if isinstance(error, _StopError) else ""

    def file(self, order: WorkOrder) -> Receipt:
        key = self.settings.key(order.id)
        body = self._body(order, key)
        doubt, last = False, ""
        for attempt in range(self.settings.tries):
            if attempt:
                self.wait(min(FIRST_WAIT_S * 2 ** (attempt - 1), LONGEST_WAIT_S))
            # Looked for before every try: the try before may have been kept though its answer was lost.
            standing = self._standing(key)
            if standing:
                return self._found(order, standing, ours=doubt)
            try:
                row = self._send("POST", "work-orders", body)
            except (httpx.TransportError, _AgainError) as error:
                doubt, last = True, _why(error)
                continue
            return self._created(order, key, row, doubt=doubt)
        standing = self._standing(key) if doubt else []
        if standing:
            return self._found(order, standing, ours=True)
        raise SourceError(f"no answer in {self.settings.tries} tries: {last}", where=self.settings.target,
                          fix="It is tried again next time.")  # fmt: skip

    def _created(self, order: WorkOrder, key: str, row: Any, *, doubt: bool) -> Receipt:
        remote_id = str(row.get("id", "")) if isinstance(row, dict) else ""
        if not remote_id:
            raise SourceError(
                "the answer names no id", wanted="a work order with an id", where=self.settings.target
            )
        standing = self._standing(key) if doubt else []
        if len(standing) > 1:
            return self._found(order, standing, ours=True)
        return Receipt(order.id, "filed", remote_id, unplaced(row, order), str(row.get("customId") or ""))

    def _found(self, order: WorkOrder, standing: Sequence[Mapping[str, Any]], *, ours: bool) -> Receipt:
        first, *more = sorted(standing, key=lambda row: int(row["id"]))
        text = unplaced(first, order)
        if more:
            ids = ", ".join(str(row["id"]) for row in more)
            text = f"stands there more than once: {first['id']} counts, delete {ids}"
        state: Literal["filed", "found"] = "filed" if ours else "found"
        return Receipt(order.id, state, str(first["id"]), text, str(first.get("customId") or ""))

    def _standing(self, key: str) -> list[Mapping[str, Any]]:
        in_title = {"field": "title", "operation": "cn", "value": key, "values": []}
        either = {
            "field": "customId",
            "operation": "eq",
            "value": key,
            "values": [],
            "alternatives": [in_title],
        }
        rows = self._search("work-orders", either)
        # The search there is by likeness: what it finds must be this order and no longer number.
        head = f"[{key}]"
        return [r for r in rows if r.get("customId") == key or str(r.get("title", "")).startswith(head)]

    def _search(self, what: str, condition: Mapping[str, object]) -> list[Mapping[str, Any]]:
        criteria = {
            "filterFields": [condition],
            "pageNum": 0,
            "pageSize": 50,
            "direction": "ASC",
            "sortField": "id",
        }
        found = self.ask("POST", f"{what}/search", criteria)
        rows = found.get("content", []) if isinstance(found, dict) else found
        return (
            [row for row in rows if isinstance(row, dict) and "id" in row] if isinstance(rows, list) else []
        )

    def _body(self, order: WorkOrder, key: str) -> dict[str, object]:
        job = order.job
        body: dict[str, object] = {
            "customId": key,
            "title": f"[{key}] {job.title}"[:LONGEST_TITLE],
            "description": description(order),
            "priority": PRIORITY[job.priority],
            "dueDate": moment_text(order.due),
            "estimatedDuration": job.duration_h,
        }
        asset = self._asset(job.asset)
        return body if asset is None else body | {"asset": {"id": asset}}

    def _asset(self, name: str) -> int | str | None:
        if name in self.settings.assets:
            return self.settings.assets[name]
        by_name = {"field": "name", "operation": "eq", "value": name, "values": []}
        either = {
            "field": "customId",
            "operation": "eq",
            "value": name,
            "values": [],
            "alternatives": [by_name],
        }
        rows = self._search("assets", either)
        exact = [row for row in rows if name in {row.get("customId"), row.get("name")}]
        found: int | str | None = exact[0]["id"] if len(exact) == 1 else None
        return found  # two of the same name: better none than the wrong one

    # -------------------------------------------------------------------------------------- one answer
    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask something that changes nothing, as often as it takes."""
        last = ""
        for attempt in range(self.settings.tries):
            if attempt:
                self.wait(min(FIRST_WAIT_S * 2 ** (attempt - 1), LONGEST_WAIT_S))
            try:
                return self._send(method, path, body)
            except (httpx.TransportError, _AgainError) as error:
                last = _why(error)
        raise _StopError(f"{self.settings.target} does not answer: {last}")

    def _send(self, method: str, path: str, body: object) -> Any:
        answer = self.client.request(method, path, json=body)
        if answer.status_code in {401, 403}:
            raise _StopError(
                f"{self.settings.target} refuses the key ({answer.status_code}): {self._said(answer)}"
            )
        if answer.status_code in AGAIN:
            pause = answer.headers.get("Retry-After", "")
            if pause.isdigit():
                self.wait(min(float(pause), LONGEST_WAIT_S))
            raise _AgainError(f"{answer.status_code} {self._said(answer)}".strip())
        if not answer.is_success:
            raise SourceError(
                f"{answer.status_code} {self._said(answer)}".strip(), where=f"{self.settings.target} {path}"
            )
        try:
            return answer.json()
        except ValueError as error:
            fix = "Check that the URL is that of the interface, not of the page."
            raise SourceError("the answer is not JSON", where=self.settings.target, fix=fix) from error

    def _said(self, answer: httpx.Response) -> str:
        try:
            body = answer.json()
        except ValueError:
            return ""
        text = body.get("message") or body.get("error") if isinstance(body, dict) else ""
        return self.safe(str(text or ""))[:300]

    def safe(self, text: str) -> str:
        """Return text without the key, should a server or a library have put it there."""
        return text.replace(self.settings.token, "***") if self.settings.token else text


class _AgainError(Exception):
    """An answer that another try may better."""


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
