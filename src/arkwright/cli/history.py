"""`arkwright history`: what was read, as a plot in the terminal, as buckets, or as every reading."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arkwright.cli.plain import age_text, print_table, read_span, read_time

if TYPE_CHECKING:
    from arkwright.core.plant import Signal, Site
    from arkwright.history.query import History

WIDTH, HEIGHT = 72, 8
BLOCKS = " ▁▂▃▄▅▆▇█"


def history_command(
    folder: Annotated[Path, typer.Argument(help="The site folder.")],
    signal: Annotated[
        str, typer.Argument(help="The signal; without one, all signals with their last value.")
    ] = "",
    start: Annotated[
        str, typer.Option("--from", help="Begin: a time by the site's clock, or 36h ago as 36h; else a day.")
    ] = "",
    end: Annotated[
        str, typer.Option("--to", help="End, not included; up to the last reading if left out.")
    ] = "",
    every: Annotated[
        str, typer.Option(help="Mean, least, greatest and count for each 10s, 1m, 1h, 1d.")
    ] = "",
    points: Annotated[int, typer.Option(help="A curve of at most so many points that keeps its look.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Show what was read of a signal, in its own unit; also while the plant runs."""
    from arkwright.app import readout
    from arkwright.app.site import data_dir, load_site
    from arkwright.app.stores import history_of

    site, now = load_site(folder), datetime.now(UTC)
    history = history_of(data_dir(site, folder))
    if not signal:
        _print_all(readout.signals_now(history, site, now), as_json=as_json, as_csv=as_csv)
        return
    asked = readout.signal_of(site, signal)
    window = readout.window_of(
        history,
        asked,
        read_time(start, site, now) if start else None,
        read_time(end, site, now) if end else None,
    )
    if asked.kind == "waveform":
        _print_records(readout.records(history, asked, *window), asked, as_json=as_json, as_csv=as_csv)
        return
    if not (as_json or as_csv or every):
        _plot(history, site, asked, window, tight=not start)
        return
    told = _told(history, site, asked, window, every, points)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    rows = next(told[key] for key in ("buckets", "points", "readings") if key in told)
    if as_csv:
        typer.echo(readout.as_csv(rows, told["unit"]), nl=False)
    else:
        unit = told["unit"]
        cells = [[r["time"], *(f"{r[k]:.6g}" for k in ("mean", "min", "max")), str(r["n"])] for r in rows]
        print_table(["time", f"mean {unit}", f"min {unit}", f"max {unit}", "n"], cells)


def _told(
    history: History, site: Site, signal: Signal, window: tuple[datetime, datetime], every: str, points: int
) -> dict[str, Any]:
    from arkwright.app import readout
    from arkwright.app.views import display_unit
    from arkwright.core.errors import HistoryError

    start, end = window
    unit = "" if signal.kind == "text" else display_unit(signal).name
    told: dict[str, Any] = {"signal": signal.name, "title": signal.title, "unit": unit}
    told |= {"from": start.isoformat(), "to": end.isoformat()}
    if every:
        span = read_span(every)
        if span is None or span <= timedelta(0):
            raise HistoryError(f"'{every}' is no length of time", wanted="10s, 1m, 1h or 1d")
        return told | {
            "every_s": span.total_seconds(),
            "buckets": readout.buckets(history, signal, start, end, span),
        }
    if points:
        return told | readout.curve(history, site, signal, start, end, points)
    return told | {"readings": readout.readings(history, signal, start, end)}


def _print_all(rows: list[dict[str, Any]], *, as_json: bool, as_csv: bool) -> None:
    from arkwright.app import readout

    if as_json:
        typer.echo(json.dumps({"signals": rows}, ensure_ascii=False))
    elif as_csv:
        typer.echo(readout.as_csv(rows, ""), nl=False)
    else:
        cells = [
            [r["signal"], _said(r["value"]), r["unit"], "" if r["age_s"] is None else age_text(r["age_s"]),
             r["status"], r["title"]]
            for r in rows
        ]  # fmt: skip
        print_table(["signal", "last value", "unit", "age", "status", "what"], cells)


def _print_records(rows: list[dict[str, Any]], signal: Signal, *, as_json: bool, as_csv: bool) -> None:
    from arkwright.app import readout

    if as_json:
        typer.echo(json.dumps({"signal": signal.name, "waveforms": rows}, ensure_ascii=False))
    elif as_csv:
        typer.echo(readout.as_csv(rows, ""), nl=False)
    else:
        cells = [
            [r["time"], str(r["n"]), f"{r['rate_hz']:g}", r["unit"], _said(r["speed_rpm"])] for r in rows
        ]
        print_table(["time", "samples", "rate Hz", "unit", "rpm"], cells)


def _said(value: float | str | None) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value or "")


def _plot(
    history: History, site: Site, signal: Signal, window: tuple[datetime, datetime], *, tight: bool
) -> None:
    from arkwright.app import readout
    from arkwright.app.views import display_unit

    start, end = window
    if signal.kind == "text":
        rows = readout.readings(history, signal, start, end)[-20:]
        print_table(["time", "text", "status"], [[r["time"], _said(r["value"]), r["status"]] for r in rows])
        return
    unit = display_unit(signal).name
    told = readout.curve(history, site, signal, start, end, 4 * WIDTH)
    if tight and told["points"]:  # nobody asked for a begin: where the readings begin will do
        start = max(start, datetime.fromisoformat(told["points"][0]["time"]))
    typer.echo(f"{signal.title or signal.name} [{unit}], {told['n_readings']} readings")
    typer.echo(draw(readout.columns_of(told["points"], start, end, WIDTH)))
    first, last = (f"{t:%Y-%m-%d %H:%M:%S}" for t in (start, end))
    typer.echo(f"{'':>10} {first}{last.rjust(WIDTH - len(first))} UTC")
    for flaw in told["flaws"][:5]:
        typer.echo(f"{flaw['kind']}: {flaw['start'][:19]} to {flaw['end'][:19]} UTC. {flaw['text']}")
    more = len(told["flaws"]) - 5
    if more > 0:
        typer.echo(f"and {more} more; --points 1000 --json shows all")


def draw(columns: list[float | None]) -> str:
    """Draw columns of values with block characters; where nothing is known, nothing is drawn."""
    known = [v for v in columns if v is not None]
    if not known:
        return "(nothing that can be drawn)"
    low, high = min(known), max(known)
    span = high - low or 1.0
    steps = HEIGHT * (len(BLOCKS) - 1)
    levels = [0 if v is None else 1 + round((v - low) / span * (steps - 1)) for v in columns]
    rows = []
    for row in range(HEIGHT - 1, -1, -1):
        label = {HEIGHT - 1: f"{high:.5g}", 0: f"{low:.5g}"}.get(row, "")
        cells = [BLOCKS[min(max(level - row * (len(BLOCKS) - 1), 0), len(BLOCKS) - 1)] for level in levels]
        rows.append(f"{label:>10} {''.join(cells)}".rstrip())
    return "\n".join(rows)
