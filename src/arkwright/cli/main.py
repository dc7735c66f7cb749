"""The command line: `arkwright --help` lists what it can do. Rooms load only when a command needs them."""

from __future__ import annotations

import sys

import typer

from arkwright import __version__
from arkwright.cli.audit import audit_command
from arkwright.cli.bearings import bearings_command
from arkwright.cli.connect import connect_app
from arkwright.cli.diagnose import diagnose_command
from arkwright.cli.feed import feed_app
from arkwright.cli.history import history_command
from arkwright.cli.orders import orders_app
from arkwright.cli.people import people_app
from arkwright.cli.replay import replay_command
from arkwright.cli.run import demo_command, run_command, status_command
from arkwright.cli.site import check_command, new_command

app = typer.Typer(
    name="arkwright",
    help="Factory intelligence: from a sensor's reading to an approved work order.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo_command)
app.command("run")(run_command)
app.command("status")(status_command)
app.command("new")(new_command)
app.command("check")(check_command)
app.command("diagnose")(diagnose_command)
app.command("bearings")(bearings_command)
app.command("replay")(replay_command)
app.command("history")(history_command)
app.command("audit")(audit_command)
app.add_typer(connect_app, name="connect")
app.add_typer(feed_app, name="feed")
app.add_typer(orders_app, name="orders")
app.add_typer(people_app, name="people")


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    if version:
        typer.echo(f"arkwright {__version__}")
        raise typer.Exit


def main() -> None:
    """Run a command; an error a user can act on is one sentence on stderr and exit code 1."""
    from arkwright.core.errors import ArkwrightError

    try:
        app()
    except ArkwrightError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
