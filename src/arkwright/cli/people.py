"""`arkwright people`: who may look and who may decide, for a site that is run from a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from arkwright.cli.feed import AsJson, Folder, opened
from arkwright.cli.listfirst import ListFirst
from arkwright.cli.plain import print_table

if TYPE_CHECKING:
    from arkwright.history.ledger_people import Role

people_app = typer.Typer(
    cls=ListFirst,
    help="Accounts of a site: list, add, close, open. Passwords are set in the browser.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="The name of the account.")]
# Whoever can open the ledger's file can change it: the log says that it was done here, not by whom.
CONSOLE = "console"


@people_app.command("list")
def list_command(folder: Folder, as_json: AsJson = False) -> None:
    """List the accounts of a site."""
    from arkwright.history.ledger_people import People

    with opened(folder) as (_, ledger):
        people = People(ledger).everybody()
    if as_json:
        told = [
            {"name": p.name, "role": p.role, "active": p.active, "password": p.has_password} for p in people
        ]
        typer.echo(json.dumps({"people": told}, ensure_ascii=False))
    elif not people:
        typer.echo("There are no accounts.")
    else:
        rows = [
            [p.name, p.role, "" if p.active else "closed", "" if p.has_password else "not set"]
            for p in people
        ]
        print_table(["name", "role", "account", "password"], rows)


@people_app.command("add")
def add_command(
    folder: Folder,
    name: Name,
    role: Annotated[str, typer.Option(help="owner and engineer decide, viewer looks.")] = "engineer",
) -> None:
    """Make an account; it can decide from a terminal at once, and log in once its password is set."""
    from arkwright.history.ledger_people import People

    with opened(folder) as (_, ledger):
        People(ledger).add(name, _role(role), datetime.now(UTC), by=CONSOLE)
    typer.echo(f"{name} is {role}")


@people_app.command("close")
def close_command(folder: Folder, name: Name) -> None:
    """Close an account: its sessions end at once, and it decides nothing any more."""
    _set_active(folder, name, active=False)


@people_app.command("open")
def open_command(folder: Folder, name: Name) -> None:
    """Open an account that was closed."""
    _set_active(folder, name, active=True)


def _set_active(folder: Folder, name: str, *, active: bool) -> None:
    from arkwright.history.ledger_people import People

    with opened(folder) as (_, ledger):
        People(ledger).set_active(name, active, datetime.now(UTC), by=CONSOLE)
    typer.echo(f"{name} is {'open' if active else 'closed'}")


def _role(text: str) -> Role:
    from arkwright.core.errors import HistoryError
    from arkwright.history.ledger_people import Role as Roles

    if text not in get_args(Roles):
        raise HistoryError(f"there is no role '{text}'", wanted=", ".join(get_args(Roles)))
    return text  # type: ignore[return-value]
