"""`arkwright connect`: list the sources, examine one, browse it, and add signals with consent."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from arkwright.app.connections import Wish
    from arkwright.core.catalog import Source, Suggestion
    from arkwright.core.plant import Connection

Outcome = TypeVar("Outcome")

connect_app = typer.Typer(
    help="Find sources, examine them, browse them, and add signals with consent.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Url = Annotated[str, typer.Argument(help="Address of the source, as opc.tcp://plc.example:4840.")]
Folder = Annotated[Path, typer.Argument(help="The site folder.")]
Protocol = Annotated[str, typer.Option(help="Source to use, where the address fits several.")]
User = Annotated[str, typer.Option(help="User name at the source.")]
Password = Annotated[str, typer.Option(help="Password of the user; '-' asks for it.")]
Setting = Annotated[list[str], typer.Option(help="A setting of the source, name=value; may be repeated.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

WIDE = 160  # columns of a table that goes into a file or a pipe


@connect_app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """List the sources: address, settings, and what each can replay after a cut."""
    from arkwright.app.connections import sources

    known = list(sources().values())
    if as_json:
        typer.echo(json.dumps({"sources": [_source(s) for s in known]}, ensure_ascii=False))
        return
    for source in known:
        typer.echo(f"{source.name}: {source.title}")
        typer.echo(f"  address   {source.example_url}")
        typer.echo(f"  after a cut   {source.replays}")
        width = max(map(len, source.settings), default=0)
        for name, text in source.settings.items():
            typer.echo(f"    {name.ljust(width)}  {text}")


@connect_app.command("diagnose")
def diagnose_command(
    url: Url,
    protocol: Protocol = "",
    user: User = "",
    password: Password = "",
    setting: Setting = [],  # noqa: B006 -- typer reads the default and never changes it
    as_json: AsJson = False,
) -> None:
    """Try a connection step by step and say which step fails and why."""
    from arkwright.app.connections import diagnose

    source, connection = _plan(_wish(url, protocol, "", user, password, setting))
    steps = _run(diagnose(source, connection), f"Examining {connection.url}")
    passed = bool(steps) and all(step.passed for step in steps)
    if as_json:
        rows = [{"title": s.title, "passed": s.passed, "text": s.text} for s in steps]
        typer.echo(json.dumps({"url": url, "passed": passed, "steps": rows}, ensure_ascii=False))
    else:
        for step in steps:
            typer.echo(
                f"{'ok  ' if step.passed else 'FAIL'}  {step.title}{': ' * bool(step.text)}{step.text}"
            )
    if not passed:
        raise typer.Exit(1)


@connect_app.command("browse")
def browse_command(
    url: Url,
    protocol: Protocol = "",
    user: User = "",
    password: Password = "",
    setting: Setting = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Suggest signals, each with quantity and unit guessed and explained. Nothing is added."""
    from arkwright.app.connections import browse, summarise

    source, connection = _plan(_wish(url, protocol, "", user, password, setting))
    found = _run(browse(source, connection), f"Browsing {connection.url}")
    if as_json:
        rows = [_suggestion(s) for s in found]
        report = {"url": url, "protocol": source.name, "suggestions": rows, "summary": summarise(found)}
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    _print_table(found)
    for line in summarise(found):
        typer.echo(line)
    typer.echo(f"{len(found)} signals found, none added. To add some:")
    typer.echo(f"  arkwright connect add {url} SITE --name NAME --asset ASSET --address ADDRESS")


@connect_app.command("add")
def add_command(
    url: Url,
    folder: Folder,
    name: Annotated[str, typer.Option(help="Name of the connection in site.toml.")],
    asset: Annotated[str, typer.Option(help="Asset that the signals tell of.")],
    address: Annotated[list[str], typer.Option(help="A signal to add; may be repeated.")] = [],  # noqa: B006
    take_all: Annotated[bool, typer.Option("--all", help="Add every signal whose guess is sure.")] = False,
    measures: Annotated[
        str, typer.Option("--as", help="What the named signals measure, as temperature:degC.")
    ] = "",
    asset_class: Annotated[str, typer.Option(help="Add the asset, of this class, if it is missing.")] = "",
    protocol: Protocol = "",
    user: User = "",
    password: Password = "",
    setting: Setting = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Write the signals that you name or confirm, and their connection, into a site folder."""
    from arkwright.app.consent import add_signals

    source, connection = _plan(_wish(url, protocol, name, user, password, setting))
    chosen, left_out = _choose(source, connection, address, take_all, measures)
    added = add_signals(folder, connection, chosen, asset, asset_class=asset_class, secret=source.secret)
    if as_json:
        report = {"connection": added.connection, "signals": dict(added.signals), "present": added.present}
        report |= {"left_out": [s.address for s in left_out], "undo": str(added.undo or "")}
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    for signal, where in added.signals.items():
        typer.echo(f"added {signal} from {where}")
    for signal in added.present:
        typer.echo(f"left {signal} as it is")
    for suggestion in left_out:
        typer.echo(f"not added, since unclear: {suggestion.address} ({suggestion.why})")
    n = len(added.signals)
    undo = f" Undo: 'arkwright connect undo {folder}'." if added.undo else ""
    typer.echo(f"{n or 'no'} signal{'s' * (n != 1)} added to {folder}.{undo}")


@connect_app.command("undo")
def undo_command(folder: Folder) -> None:
    """Take back the last 'connect add', if nobody has edited the files since."""
    from arkwright.app.consent import take_back

    what, files = take_back(folder)
    typer.echo(f"took back {what}: {', '.join(files)}")


# ------------------------------------------------------------------------------------------- choosing
def _choose(
    source: Source, connection: Connection, addresses: Sequence[str], take_all: bool, measures: str
) -> tuple[list[Suggestion], list[Suggestion]]:
    """Return what a person named or confirmed, and what was left out because its guess is none."""
    from arkwright.app.connections import browse, choose_all, choose_named, state_signals
    from arkwright.core.errors import SourceError

    if take_all and (addresses or measures):
        raise typer.BadParameter("--all goes without --address and --as")
    if (measures and not addresses) or not (addresses or take_all or is_terminal()):
        raise typer.BadParameter("nothing is added without consent: name signals with --address, or --all")
    try:
        found = _run(browse(source, connection), f"Browsing {connection.url}")
    except SourceError:
        if not measures:
            raise
        found = []  # not every source can be browsed; what a person states of an address is enough
    if measures:
        return state_signals(found, addresses, measures), []
    if addresses:
        return choose_named(found, addresses), []
    return choose_all(found) if take_all else (_confirm(found), [])


def is_terminal() -> bool:
    """Say whether a person sits at the other end and can be asked."""
    return sys.stdin.isatty()


def _confirm(found: Sequence[Suggestion]) -> list[Suggestion]:
    from arkwright.app.connections import is_sure

    chosen: list[Suggestion] = []
    for suggestion in filter(is_sure, found):
        typer.echo(f"{suggestion.address}  {suggestion.title}")
        sure = f"{suggestion.confidence:.0%} sure: {suggestion.why}"
        typer.echo(f"  {suggestion.quantity} in {suggestion.unit}, {sure}")
        answer = typer.prompt("Add it? [y]es, [n]o, [q]uit asking", default="n").strip().casefold()[:1]
        if answer == "q":
            break
        if answer == "y":
            chosen.append(suggestion)
    return chosen


# ------------------------------------------------------------------------------------------- the rest
def _wish(url: str, protocol: str, name: str, user: str, password: str, setting: Sequence[str]) -> Wish:
    from arkwright.app.connections import Wish

    if password == "-":  # not a password, but the wish to type one
        password = typer.prompt("Password", hide_input=True)
    return Wish(url, protocol, name, user, password, setting)


def _plan(wish: Wish) -> tuple[Source, Connection]:
    from arkwright.app.connections import plan_connection

    return plan_connection(wish)


def _run(work: Coroutine[Any, Any, Outcome], what: str) -> Outcome:
    from rich.console import Console

    with Console(stderr=True).status(what):
        return asyncio.run(work)


def _print_table(found: Sequence[Suggestion]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    table = Table("address", "title", "looks like", "unit", "sure", "sample", "why", box=None, pad_edge=False)
    from rich.text import Text

    from arkwright.app.connections import looks_like

    for s in found:
        cells = (s.address, s.title, looks_like(s), s.unit, f"{s.confidence:.0%}", s.sample, s.why)
        # Text, not markup: a foreign server may write brackets into its names.
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    console.print(table)


def _suggestion(suggestion: Suggestion) -> dict[str, object]:
    from dataclasses import asdict

    from arkwright.app.connections import is_sure, looks_like

    return {**asdict(suggestion), "looks_like": looks_like(suggestion), "is_sure": is_sure(suggestion)}


def _source(source: Source) -> dict[str, object]:
    return {
        "name": source.name,
        "title": source.title,
        "schemes": list(source.schemes),
        "example_url": source.example_url,
        "replays": source.replays,
        "settings": dict(source.settings),
        "secret": sorted(source.secret & set(source.settings)),
    }
