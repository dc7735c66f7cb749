"""`arkwright bearings`: the catalogue of bearings, and fault orders from a geometry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from arkwright.health.bearing import BearingOrders


def bearings_command(
    name: Annotated[str, typer.Argument(help="Designation, as 6205; all where it is left out.")] = "",
    balls: Annotated[int | None, typer.Option(help="Rolling elements in one row.")] = None,
    ball_mm: Annotated[float | None, typer.Option(help="Their diameter [mm].")] = None,
    pitch_mm: Annotated[float | None, typer.Option(help="Pitch diameter [mm].")] = None,
    angle_deg: Annotated[float, typer.Option(help="Contact angle [deg].")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the bearings that can be judged by name, or compute fault orders from a geometry."""
    if balls is not None or ball_mm is not None or pitch_mm is not None:
        rows = {"geometry": _computed(balls, ball_mm, pitch_mm, angle_deg)}
    else:
        from arkwright.health.bearing import bearings, find_bearing

        rows = {name: find_bearing(name)} if name else dict(bearings())
    if as_json:
        typer.echo(json.dumps([_row(designation, orders) for designation, orders in rows.items()]))
        return
    typer.echo(f"{'bearing':12}{'BPFO':>9}{'BPFI':>9}{'BSF':>9}{'FTF':>9}  source")
    for designation, o in rows.items():
        typer.echo(f"{designation:12}{o.bpfo:9.4f}{o.bpfi:9.4f}{o.bsf:9.4f}{o.ftf:9.4f}  {o.source}")


def _computed(
    balls: int | None, ball_mm: float | None, pitch_mm: float | None, angle_deg: float
) -> BearingOrders:
    from arkwright.core.errors import EntryError
    from arkwright.kits.orders import bearing_orders

    if balls is None or ball_mm is None or pitch_mm is None:
        raise EntryError("a geometry that is not whole", wanted="--balls, --ball-mm and --pitch-mm")
    try:
        return bearing_orders(balls, ball_mm, pitch_mm, angle_deg)
    except ValueError as error:
        raise EntryError(str(error), fix="Check the three numbers on the drawing.") from error


def _row(designation: str, orders: BearingOrders) -> dict[str, object]:
    return {
        "bearing": designation,
        "bpfo": orders.bpfo,
        "bpfi": orders.bpfi,
        "bsf": orders.bsf,
        "ftf": orders.ftf,
        "source": orders.source,
    }
