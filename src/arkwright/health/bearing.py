"""The catalogue of bearings: published orders or geometry, each row with its source."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from functools import cache
from importlib.resources import files

from arkwright.core.errors import EntryError
from arkwright.health.rolling import BearingVerdict, judge_record
from arkwright.kits.orders import BearingOrders, bearing_orders

__all__ = ["BearingOrders", "BearingVerdict", "bearings", "find_bearing", "judge_record"]


@cache
def bearings() -> dict[str, BearingOrders]:
    """All bearings of the catalogue by designation; ``source`` says where the figures come from."""
    text = files("arkwright.health").joinpath("bearings.csv").read_text(encoding="utf-8")
    return {row["designation"]: _orders(row) for row in csv.DictReader(text.splitlines())}


def find_bearing(designation: str) -> BearingOrders:
    """Find a bearing by designation; maker and the suffixes of seals and clearance do not matter.

    Raises
    ------
    EntryError
        If the catalogue has no such bearing.
    """
    word = re.sub(r"^(SKF|NTN|FAG|NSK|REXNORD)\s+", "", designation.strip().upper())
    core = re.split(r"[\s/]|-(?:2?RS|2?Z|2?RZ|C\d)", word)[0]
    found = bearings().get(core)
    if found is None:
        raise EntryError(
            f"bearing '{designation}' is not in the catalogue",
            wanted="one of " + ", ".join(bearings()),
            fix="Give its orders (bpfo, bpfi, bsf, ftf) instead.",
        )
    return found


def _orders(row: dict[str, str]) -> BearingOrders:
    if row["bpfo"]:
        bpfo, bpfi, bsf, ftf = (float(row[k]) for k in ("bpfo", "bpfi", "bsf", "ftf"))
        return BearingOrders(bpfo, bpfi, bsf, ftf, row["source"])
    n, angle = int(row["n_balls"]), float(row["angle_deg"])
    orders = bearing_orders(n, float(row["ball_mm"]), float(row["pitch_mm"]), angle)
    return replace(orders, source=row["source"])
