"""`arkwright new` and `arkwright check`: the site folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(help="The site folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def new_command(
    folder: Folder,
    name: Annotated[str, typer.Option(help="How people call the site; the folder's name if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Draft a new site folder. Nothing that exists is overwritten."""
    from arkwright.app.draft import draft_site

    written = draft_site(folder, name)
    if as_json:
        typer.echo(json.dumps({"written": [str(p) for p in written]}))
        return
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(f"Next: fill in the tables, then run 'arkwright check {folder}'.")


def check_command(folder: Folder, as_json: AsJson = False) -> None:
    """Report every flaw of a site folder at once: file, row, what was found, what to write instead."""
    from dataclasses import asdict

    from arkwright.app.site import read_site

    site, flaws = read_site(folder)
    errors = sum(f.level == "error" for f in flaws)
    n_assets, n_signals = (len(site.assets), len(site.signals)) if site else (0, 0)
    if as_json:
        counts = {"errors": errors, "assets": n_assets, "signals": n_signals}
        typer.echo(json.dumps(counts | {"flaws": [asdict(f) for f in flaws]}))
    else:
        for flaw in flaws:
            typer.echo(f"{flaw.level}: {flaw}")
        typer.echo(f"{n_assets} assets, {n_signals} signals: {errors or 'no'} error{'s' * (errors > 1)}")
    if errors:
        raise typer.Exit(1)
