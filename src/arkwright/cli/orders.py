"""`arkwright orders`: the work orders of a site, from approval to the verdict, and to other systems."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from arkwright.cli.feed import AsJson, Folder, PersonName, opened
from arkwright.cli.listfirst import ListFirst
from arkwright.cli.plain import print_table

if TYPE_CHECKING:
    from arkwright.core.work import OrderState, Verdict, WorkOrder

orders_app = typer.Typer(
    cls=ListFirst,
    help="Work orders: list, move, label, export, and file them with a maintenance system.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

OrderId = Annotated[str, typer.Argument(help="The work order, as WO-2026-00012.")]
VerdictText = Annotated[str, typer.Option(help="Was the finding right? right, wrong or unsure.")]
Note = Annotated[str, typer.Option(help="What was found and done.")]


@orders_app.command("list")
def list_command(
    folder: Folder,
    state: Annotated[
        str, typer.Option(help="open, in_progress, on_hold, done, cancelled; all if left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List work orders, the first due first."""
    from arkwright.app.export import orders_as_json

    orders = _orders(folder, state)
    if as_json:
        typer.echo(json.dumps({"orders": orders_as_json(orders)}, ensure_ascii=False))
    elif not orders:
        typer.echo("There are no work orders.")
    else:
        print_table(
            ["order", "state", "priority", "due UTC", "approved by", "what"], [_row(o) for o in orders]
        )


def _row(order: WorkOrder) -> list[str]:
    due = f"{order.due.astimezone(UTC):%Y-%m-%d %H:%M}"
    state = f"{order.state} ({order.verdict})" if order.verdict else order.state
    return [order.id, state, order.job.priority, due, order.approved_by, order.job.title]


@orders_app.command("move")
def move_command(
    folder: Folder,
    order: OrderId,
    to: Annotated[str, typer.Argument(help="in_progress, on_hold, done or cancelled.")],
    person: PersonName,
    verdict: VerdictText = "",
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Move a work order on; done with a verdict, it teaches the checks."""
    from arkwright.app.uses import move

    with opened(folder) as (_, ledger):
        after = move(
            ledger, order, _state(to), person, datetime.now(UTC), verdict=_verdict(verdict), note=note
        )
    _tell(after, as_json)


@orders_app.command("label")
def label_command(
    folder: Folder,
    order: OrderId,
    verdict: Annotated[str, typer.Argument(help="right, wrong or unsure.")],
    person: PersonName,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Say later, or anew, whether the finding behind an order that is done was right."""
    from arkwright.app.uses import label
    from arkwright.core.errors import FeedError

    said = _verdict(verdict)
    if said is None:
        raise FeedError("no verdict is given", wanted="right, wrong or unsure")
    with opened(folder) as (_, ledger):
        after = label(ledger, order, said, person, datetime.now(UTC), note=note)
    _tell(after, as_json)


@orders_app.command("export")
def export_command(
    folder: Folder,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV; this is so if nothing is said.")] = False,
    as_json: AsJson = False,
    state: Annotated[str, typer.Option(help="Only orders of this state.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; the terminal if left out.")] = None,
) -> None:
    """Export work orders with all their fields."""
    from arkwright.app.export import orders_as_csv, orders_as_json
    from arkwright.core.errors import FeedError

    if as_csv and as_json:
        raise FeedError("CSV and JSON at once", wanted="either --csv or --json")
    orders = _orders(folder, state)
    text = orders_as_csv(orders)
    if as_json:
        text = json.dumps({"orders": orders_as_json(orders)}, ensure_ascii=False, indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    typer.echo(f"wrote {len(orders)} work orders to {out}")


@orders_app.command("file")
def file_command(folder: Folder, as_json: AsJson = False) -> None:
    """File open orders with the maintenance system of site.toml, and bring back how filed ones stand."""
    from dataclasses import asdict

    from arkwright.app.cmms import cmms_settings, file_orders, read_back
    from arkwright.app.export import orders_as_json
    from arkwright.core.errors import SiteError

    now = datetime.now(UTC)
    with opened(folder) as (site, ledger):
        if cmms_settings(site, folder) is None:
            raise SiteError(
                "no maintenance system is stated", wanted="[cmms] with url and token", where="site.toml"
            )
        receipts = file_orders(ledger, site, now, folder=folder)
        moved, unclear = read_back(ledger, site, now, folder=folder)
    if as_json:
        told = {"receipts": [asdict(r) for r in receipts], "moved": orders_as_json(moved)}
        told["unclear"] = [{"order_id": r.order_id, "text": r.text} for r in unclear]
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        for r in receipts:
            typer.echo(" ".join(filter(None, (f"{r.order_id}: {r.state}", r.number or r.remote_id, r.text))))
        for order in moved:
            typer.echo(f"{order.id}: now {order.state}" + (f", {order.verdict}" if order.verdict else ""))
        for remote in unclear:
            typer.echo(f"{remote.order_id}: cannot be read back: {remote.text}")
        typer.echo(f"{len(receipts)} to file, {len(moved)} moved")
    if unclear or any(r.state == "failed" for r in receipts):
        raise typer.Exit(1)


def _orders(folder: Path, state: str) -> list[WorkOrder]:
    states = (_state(state),) if state else ()
    with opened(folder) as (_, ledger), ledger.view() as view:
        return view.orders(states)


def _state(text: str) -> OrderState:
    from arkwright.core.errors import FeedError
    from arkwright.core.work import OrderState as States

    if text not in get_args(States):
        raise FeedError(f"there is no state '{text}'", wanted=", ".join(get_args(States)))
    return text  # type: ignore[return-value]


def _verdict(text: str) -> Verdict | None:
    from arkwright.core.errors import FeedError
    from arkwright.core.work import Verdict as Verdicts

    if text and text not in get_args(Verdicts):
        raise FeedError(f"verdict '{text}'", wanted=", ".join(get_args(Verdicts)))
    return text or None  # type: ignore[return-value]


def _tell(order: WorkOrder, as_json: bool) -> None:
    from arkwright.app.export import orders_as_json

    if as_json:
        typer.echo(json.dumps(orders_as_json([order])[0], ensure_ascii=False))
    else:
        typer.echo(f"{order.id} is {order.state}" + (f", {order.verdict}" if order.verdict else ""))
