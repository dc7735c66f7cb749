"""`arkwright bearings`: the catalogue of bearings, and fault orders from a geometry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arkwright.health.bearing import Bearing, BearingOrders


def bearings_command(
    name: Annotated[
        str, typer.Argument(help="Designation or a part of one, as 6205 or 62; all where it is left out.")
    ] = "",
    balls: Annotated[int | None, typer.Option(help="Rolling elements in one row.")] = None,
    ball_mm: Annotated[float | None, typer.Option(help="Their diameter [mm].")] = None,
    pitch_mm: Annotated[float | None, typer.Option(help="Pitch diameter [mm].")] = None,
    angle_deg: Annotated[float, typer.Option(help="Contact angle [deg].")] = 0.0,
    outer_turns: Annotated[bool, typer.Option("--outer-turns", help="The outer ring turns.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the bearings that can be judged by name, or compute fault orders from a geometry."""
    if balls is not None or ball_mm is not None or pitch_mm is not None:
        rows: Sequence[Bearing] = [_computed(balls, ball_mm, pitch_mm, angle_deg, outer_turns=outer_turns)]
    else:
        rows = _listed(name)
    typer.echo(json.dumps([_row(row) for row in rows]) if as_json else _table(rows))


def _listed(name: str) -> Sequence[Bearing]:
    from arkwright.health.bearing import catalogue, rows_named

    return rows_named(name) if name else list(catalogue().values())


def _computed(
    balls: int | None, ball_mm: float | None, pitch_mm: float | None, angle_deg: float, *, outer_turns: bool
) -> Bearing:
    from arkwright.core.errors import EntryError
    from arkwright.health.bearing import Bearing
    from arkwright.kits.geometry import geometry_orders

    if balls is None or ball_mm is None or pitch_mm is None:
        raise EntryError("a geometry that is not whole", wanted="--balls, --ball-mm and --pitch-mm")
    try:
        orders = geometry_orders(balls, ball_mm, pitch_mm, angle_deg, outer_turns=outer_turns)
    except ValueError as error:
        raise EntryError(str(error), fix="Check the three numbers on the drawing.") from error
    return Bearing("geometry", "", balls, orders, ball_mm, pitch_mm, angle_deg)


def _table(rows: Sequence[Bearing]) -> str:
    wide = max(len(row.name) for row in rows) + 2
    head = f"{'bearing':{wide}}{'balls':>6}{'BPFO':>9}{'BPFI':>9}{'BSF':>9}{'FTF':>9}  source"
    lines = [f"{row.name:{wide}}{row.n_balls:6}{_four(row.orders)}  {row.orders.source}" for row in rows]
    kinds = len({row.designation for row in rows})
    tail = f"{len(rows)} rows, {kinds} designations" if len(rows) > 1 else ""
    return "\n".join([head, *lines, *([tail] if tail else [])])


def _four(o: BearingOrders) -> str:
    return f"{o.bpfo:9.4f}{o.bpfi:9.4f}{o.bsf:9.4f}{o.ftf:9.4f}"


def _row(row: Bearing) -> dict[str, object]:
    o = row.orders
    return {
        "bearing": row.designation,
        "maker": row.maker,
        "n_balls": row.n_balls,
        "ball_mm": row.ball_mm,
        "pitch_mm": row.pitch_mm,
        "angle_deg": row.angle_deg,
        "bpfo": o.bpfo,
        "bpfi": o.bpfi,
        "bsf": o.bsf,
        "ftf": o.ftf,
        "source": o.source,
        "confirmed_by": row.confirmed_by,
    }
