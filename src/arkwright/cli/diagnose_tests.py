"""`arkwright diagnose --tests`: every test of one record, and what it needs to be asked."""

from __future__ import annotations

import json

import typer


def list_tests(*, as_json: bool) -> None:
    """Print every test with what it needs: for people, or one JSON array."""
    from arkwright.app.diagnose_tests import rows_of_tests

    rows = rows_of_tests()
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(f"{row['test']}: {row['title']}")
        typer.echo(f"  names     {', '.join(row['causes'])}")
        typer.echo(
            f"  measured  {row['quantity']}{', and the speed of the shaft' if row['needs_speed'] else ''}"
        )
        if row["needs_base"]:
            typer.echo("  needs     what the place showed before: judged in a stream, not from one file")
        for option in row["needs"]:
            typer.echo(f"  needs     {option['option']}  {option['text']}")
        for option in row["uses"]:
            typer.echo(f"  can use   {option['option']}  {option['text']}")
