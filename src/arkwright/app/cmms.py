"""Work orders go to the plant's maintenance system, and their end comes back as labels of the findings."""

from __future__ import annotations

import hashlib
import secrets
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep

from arkwright.app.orders import CLOSED, OPEN, moved, order_of
from arkwright.connect.cmms import file, read
from arkwright.connect.cmms_fields import SETTINGS, CmmsSettings, Receipt, RemoteOrder
from arkwright.core.errors import FeedError, SiteError
from arkwright.core.plant import Site
from arkwright.core.work import MOVES, OrderState, WorkOrder
from arkwright.history.ledger import Ledger
from arkwright.history.ledger_codec import dump, load_mapping
from arkwright.history.ledger_tables import read_fact, write_fact

# Longer than filing takes; a process that died while it filed holds the others up for so long.
LEASE = timedelta(minutes=10)
Wait = Callable[[float], None]


def cmms_settings(site: Site, folder: Path | None = None) -> CmmsSettings | None:
    """Return how a site files its orders, None where it does not.

    Parameters
    ----------
    site
        The site; its ``[cmms]`` table counts.
    folder
        The site folder, for a key that is kept in a file.

    Returns
    -------
    settings
        What the connector needs.

    Raises
    ------
    SiteError
        If the table lacks something or has something that is not known.
    """
    table = site.settings.get("cmms")
    if not isinstance(table, dict):
        return None
    unknown = sorted(set(table) - set(SETTINGS))
    if unknown:
        raise SiteError(f"[cmms] {unknown[0]}", wanted=", ".join(SETTINGS), where="site.toml")
    token = _token(table, folder)
    if not table.get("url") or not token:
        raise SiteError(
            "[cmms] lacks url or token",
            wanted="url in site.toml, token in secrets.toml",
            where="site.toml",
            fix="The key may also stand in a file of its own: token_file.",
        )
    known = {key: table[key] for key in ("auth", "assets", "timeout_s", "tries", "insecure") if key in table}
    return CmmsSettings(str(table["url"]), token, str(table.get("prefix", site.name)), **known)


def _token(table: Mapping[str, object], folder: Path | None) -> str:
    if table.get("token"):
        return str(table["token"])
    folder = folder or Path()
    try:
        if table.get("token_file"):
            return (folder / str(table["token_file"])).read_text(encoding="utf-8").strip()
        secret = tomllib.loads((folder / "secrets.toml").read_text(encoding="utf-8")).get("cmms", {})
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise SiteError(f"the key cannot be read: {error}", where="[cmms] token") from error
    return str(secret.get("token", "")) if isinstance(secret, dict) else ""


def file_orders(
    ledger: Ledger, site: Site, now: datetime, *, folder: Path | None = None, wait: Wait = sleep
) -> list[Receipt]:
    """File every open work order that was not filed yet, and keep the receipts.

    Parameters
    ----------
    ledger
        Where orders and receipts are.
    site
        Its ``[cmms]`` says where to.
    now
        The time now.
    folder
        The site folder, for a key that is kept in a file.
    wait
        How to wait between tries, given seconds.

    Returns
    -------
    receipts
        One an order; those that failed are tried again next time.

    Raises
    ------
    FeedError
        If another process files at this moment.
    """
    settings = cmms_settings(site, folder)
    if settings is None:
        return []
    target = settings.target

    def keep(receipt: Receipt) -> None:
        if receipt.state != "failed":
            with ledger.change() as change:
                change.add_filing(receipt.order_id, target, receipt.remote_id, now, receipt)
                change.note(
                    now,
                    "arkwright",
                    "filed",
                    receipt.order_id,
                    detail={"target": target, "as": receipt.remote_id},
                )

    with _alone(ledger, target, now):
        with ledger.view() as view:
            orders = [order for order in view.unfiled(target) if order.state in OPEN]
        return file(orders, settings, keep=keep, wait=wait)


@contextmanager
def _alone(ledger: Ledger, target: str, now: datetime) -> Iterator[None]:
    """Keep other processes from filing the same orders meanwhile."""
    fact, holder = f"filing {hashlib.sha256(target.encode()).hexdigest()[:16]}", secrets.token_hex(8)
    with ledger.change() as change:
        before = load_mapping(read_fact(change.at, fact))
        until = before.get("until")
        if isinstance(until, str) and datetime.fromisoformat(until) > now:
            raise FeedError("another process files orders now", fix=f"Try again after {until}.")
        write_fact(change.at, fact, dump({"holder": holder, "until": now + LEASE}))
    try:
        yield
    finally:
        with ledger.change() as change:
            if load_mapping(read_fact(change.at, fact)).get("holder") == holder:
                write_fact(change.at, fact, "{}")


def read_back(
    ledger: Ledger, site: Site, now: datetime, *, folder: Path | None = None, wait: Wait = sleep
) -> tuple[list[WorkOrder], list[RemoteOrder]]:
    """Bring the orders that were filed to where they stand in the maintenance system.

    Returns
    -------
    moved
        Orders that have moved, as they are now.
    unclear
        What the system did not say of the others, and why.
    """
    settings = cmms_settings(site, folder)
    if settings is None:
        return [], []
    with ledger.view() as view:
        live = {order.id: order for order in view.orders(OPEN)}
        filed = {o: remote for o, remote in view.filed(settings.target).items() if o in live}
    remotes = read(filed, settings, wait=wait)
    after = [_bring(ledger, live[r.order_id], r, now) for r in remotes]
    return [order for order in after if order is not None], [r for r in remotes if r.state is None]


def _bring(ledger: Ledger, order: WorkOrder, remote: RemoteOrder, now: datetime) -> WorkOrder | None:
    who = f"{remote.person or 'somebody'} (cmms)"
    at = remote.closed_at if remote.closed_at and order.approved_at <= remote.closed_at <= now else now
    with ledger.change() as change:
        order = order_of(change, order.id)  # as it is now: a person may have been quicker
        path = _path(order.state, remote.state)
        for to in path:
            verdict = remote.verdict if to == "done" else None
            order = moved(
                change, order, to, who, at if to in CLOSED else now, verdict=verdict, note=remote.note
            )
    return order if path else None


def _path(state: OrderState, to: OrderState | None) -> tuple[OrderState, ...]:
    """Return the moves that lead from a state to another; none where it is there, closed, or only behind."""
    if to is None or to in {state, "open"} or state in CLOSED:
        return ()
    return (to,) if to in MOVES[state] else ("in_progress", to)
