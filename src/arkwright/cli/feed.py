"""`arkwright feed`: what is wrong, worst first, and what a named person decides about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arkwright.cli.listfirst import ListFirst
from arkwright.cli.plain import age_text, print_table, read_time

if TYPE_CHECKING:
    from arkwright.core.feed import Card
    from arkwright.core.plant import Site
    from arkwright.history.ledger import Ledger

feed_app = typer.Typer(
    cls=ListFirst,
    help="What is wrong, worst first; approve, defer, reject. 'arkwright feed SITE' lists the open cards.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(help="The site folder.")]
CardId = Annotated[str, typer.Argument(help="The card, or the beginning of its id.")]
PersonName = Annotated[
    str, typer.Option("--person", help="Who decides: an account of the site, owner or engineer.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
States = Annotated[str, typer.Option("--state", help="open, deferred, approved, rejected, cleared, or all.")]
STATES = ("open", "deferred", "approved", "rejected", "cleared")


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Site, Ledger]]:
    """Open the ledger of a site that has run, whether or not it runs now."""
    from arkwright.app.site import data_dir, load_site
    from arkwright.app.stores import open_ledger_of

    site = load_site(folder)
    ledger = open_ledger_of(site, data_dir(site, folder), must_exist=True)
    try:
        yield site, ledger
    finally:
        ledger.close()


@feed_app.command("list")
def list_command(
    folder: Folder,
    state: States = "open",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with all fields.")] = False,
) -> None:
    """List cards as the feed ranks them: band, then confidence times worth, then age."""
    from arkwright.app.export import cards_as_csv, cards_as_json
    from arkwright.app.uses import ranked
    from arkwright.core.errors import FeedError

    if state not in (*STATES, "all"):
        raise FeedError(f"there is no state '{state}'", wanted=", ".join((*STATES, "all")))
    now = datetime.now(UTC)
    with opened(folder) as (site, ledger):
        cards = ranked(ledger, now, () if state == "all" else (state,))  # type: ignore[arg-type]
    if as_json:
        told = {"site": site.name, "currency": site.money.currency, "cards": cards_as_json(cards)}
        typer.echo(json.dumps(told, ensure_ascii=False))
    elif as_csv:
        typer.echo(cards_as_csv(cards), nl=False)
    elif not cards:
        typer.echo(f"No card is {state}." if state != "all" else "There are no cards.")
    else:
        heads = ["card", "band", "sure", f"worth {site.money.currency}", "age", "state", "what"]
        print_table(heads, [_row(card, now) for card in cards])


def _row(card: Card, now: datetime) -> list[str]:
    worth = "" if card.worth is None else f"{card.worth:,.0f}"
    age = age_text(max(0.0, (now - card.since).total_seconds()))
    return [
        card.id[:8],
        card.band,
        f"{card.confidence:.0%}",
        worth,
        age,
        card.state,
        f"{card.title}. {card.text}",
    ]


@feed_app.command("show")
def show_command(folder: Folder, card: CardId, as_json: AsJson = False) -> None:
    """Show one card whole: evidence, the drafted work, and what was decided."""
    from arkwright.app.export import cards_as_json

    with opened(folder) as (_, ledger):
        found = _find(ledger, card)
    if as_json:
        typer.echo(json.dumps(cards_as_json([found])[0], ensure_ascii=False))
        return
    typer.echo(f"{found.title}\n{found.text}\n")
    typer.echo(
        f"{found.band}, {found.confidence:.0%} sure, {found.state}, since {found.since:%Y-%m-%d %H:%M} UTC"
    )
    if found.decided_by:
        until = f" until {found.until:%Y-%m-%d %H:%M} UTC" if found.until else ""
        typer.echo(f"{found.state} by {found.decided_by}{until} {found.reason}".rstrip())
    if found.job is not None:
        typer.echo(f"\n{found.job.description}")


@feed_app.command("approve")
def approve_command(folder: Folder, card: CardId, person: PersonName, as_json: AsJson = False) -> None:
    """Make a card a work order; approving it again changes nothing."""
    from arkwright.app.export import orders_as_json
    from arkwright.app.uses import approve

    with opened(folder) as (site, ledger):
        order = approve(ledger, site, _find(ledger, card).id, person, datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps(orders_as_json([order])[0], ensure_ascii=False))
    else:
        typer.echo(f"{order.id}: {order.job.title}, due {order.due:%Y-%m-%d %H:%M} UTC")


@feed_app.command("defer")
def defer_command(
    folder: Folder,
    card: CardId,
    person: PersonName,
    until: Annotated[str, typer.Option(help="Until when: 2026-03-04T06:00 by the site's clock, or 36h, 7d.")],
    as_json: AsJson = False,
) -> None:
    """Put a card aside until a time; it comes back then, or when it gets worse."""
    from arkwright.app.uses import defer

    now = datetime.now(UTC)
    with opened(folder) as (site, ledger):
        at = read_time(until, site, now, ahead=True)
        after = defer(ledger, _find(ledger, card).id, at, person, now)
    _tell(after, as_json, f"{after.title} is back on {at:%Y-%m-%d %H:%M} UTC, or when it gets worse.")


@feed_app.command("reject")
def reject_command(
    folder: Folder,
    card: CardId,
    person: PersonName,
    why: Annotated[str, typer.Option(help="Why it calls for no work.")],
    as_json: AsJson = False,
) -> None:
    """Say that a card calls for no work; it stays quiet for 30 days unless it gets worse."""
    from arkwright.app.uses import reject

    with opened(folder) as (_, ledger):
        after = reject(ledger, _find(ledger, card).id, why, person, datetime.now(UTC))
    _tell(after, as_json, f"{after.title} is rejected: {after.reason}")


@feed_app.command("reopen")
def reopen_command(folder: Folder, card: CardId, person: PersonName, as_json: AsJson = False) -> None:
    """Undo that a card was deferred or rejected."""
    from arkwright.app.uses import reopen

    with opened(folder) as (_, ledger):
        after = reopen(ledger, _find(ledger, card).id, person, datetime.now(UTC))
    _tell(after, as_json, f"{after.title} is open.")


def _tell(card: Card, as_json: bool, text: str) -> None:
    from arkwright.app.export import cards_as_json

    typer.echo(json.dumps(cards_as_json([card])[0], ensure_ascii=False) if as_json else text)


def _find(ledger: Ledger, beginning: str) -> Card:
    from arkwright.app.feed import find_card

    with ledger.view() as view:
        return find_card(view, beginning)
