"""`arkwright audit`: who did what, and proof that nobody has changed the record of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arkwright.cli.feed import AsJson, Folder, opened
from arkwright.cli.plain import print_table

if TYPE_CHECKING:
    from arkwright.history.ledger_audit import Act, Head


def audit_command(
    folder: Folder,
    verify: Annotated[bool, typer.Option("--verify", help="Go through the whole chain of hashes.")] = False,
    anchor: Annotated[
        str, typer.Option(help="A head kept elsewhere, as NUMBER:HASH: the log must still contain it.")
    ] = "",
    last: Annotated[int, typer.Option(help="How many of the latest acts; 0 shows all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show who did what; with --verify, exit code 2 if the log is not as it was written."""
    with opened(folder) as (_, ledger):
        with ledger.view() as view:
            head = view.head()
            acts = list(view.acts(max(0, head.seq - last) if last else 0))
        broken = ledger.verify_audit(_anchor(anchor)) if verify or anchor else None
    told: dict[str, Any] = {"head": f"{head.seq}:{head.hash}", "acts": [_plain(act) for act in acts]}
    if verify or anchor:
        told["broken"] = None if broken is None else asdict(broken)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        rows = [
            [str(a["seq"]), a["time"], a["person"], a["act"], a["subject"], a["reason"]] for a in told["acts"]
        ]
        print_table(["", "time", "who", "act", "of", "why"], rows)
        if verify or anchor:
            typer.echo(
                f"broken: {broken.text}" if broken else f"all {head.seq} acts are as they were written"
            )
        typer.echo(f"head {told['head']}")
    if broken is not None:
        raise typer.Exit(2)


def _plain(act: Act) -> dict[str, Any]:
    row = asdict(act)
    return row | {"time": act.time.isoformat(timespec="seconds"), "detail": json.loads(act.detail)}


def _anchor(text: str) -> Head | None:
    from arkwright.core.errors import HistoryError
    from arkwright.history.ledger_audit import Head as SeenHead

    if not text:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or not digest:
        raise HistoryError(f"'{text}' is no head", wanted="NUMBER:HASH, as 'arkwright audit' prints it")
    return SeenHead(int(number), digest)
