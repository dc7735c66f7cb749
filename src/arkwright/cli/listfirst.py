"""A group of commands whose first, ``list``, needs no name: `feed SITE` is `feed list SITE`."""

from __future__ import annotations

import typer
from typer.core import TyperGroup


class ListFirst(TyperGroup):
    """Takes the command behind the site as well: `orders SITE move ...` is `orders move SITE ...`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the command where it belongs, then parse as ever."""
        if args and args[0] not in self.commands and args[0] != "--help":
            if len(args) > 1 and args[1] in self.commands:
                args = [args[1], args[0], *args[2:]]
            else:
                args = ["list", *args]
        return super().parse_args(ctx, args)
