"""What commands share: times as people write them, ages in words, and tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arkwright.core.plant import Site


def read_time(text: str, site: Site, now: datetime, *, ahead: bool = False) -> datetime:
    """Read a time as people write it: ISO, by the clock of the site, or a span from now, as 36h or 7d.

    Raises
    ------
    SiteError
        If it is neither.
    """
    from arkwright.app.site import time_zone
    from arkwright.core.errors import SiteError

    span = read_span(text)
    if span is not None:
        return now + span if ahead else now - span
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        wanted = "2026-03-04T06:00, or a span such as 36h or 7d"
        raise SiteError(f"'{text}' is no time", wanted=wanted) from error
    return (found if found.tzinfo else found.replace(tzinfo=time_zone(site))).astimezone(UTC)


def read_span(text: str) -> timedelta | None:
    """Read a span of time as 90s, 15m, 36h or 7d; None if it is none."""
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    number, unit = text[:-1], text[-1:]
    if unit not in seconds or not number.replace(".", "", 1).isdigit():
        return None
    return timedelta(seconds=float(number) * seconds[unit])


def age_text(age_s: float) -> str:
    """Say an age in words: 5 s, 3 min, 2 h, 4 d. [s]"""
    for length, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if age_s >= 2 * length:
            return f"{age_s / length:.0f} {unit}"
    return f"{age_s:.0f} s"


def print_table(heads: list[str], rows: list[list[str]]) -> None:
    """Print a table as wide as the terminal, or as it needs where it goes into a file or a pipe."""
    import sys

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console() if sys.stdout.isatty() else Console(width=200)
    table = Table(*heads, box=None, pad_edge=False)
    for row in rows:  # Text, not markup: names and texts of others may hold brackets
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    console.print(table)
