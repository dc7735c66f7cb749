"""The catalogue of bearings: published orders or geometry, each row with its source."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from arkwright.core.errors import EntryError
from arkwright.health.rolling import BearingVerdict, judge_record
from arkwright.kits.orders import BearingOrders, bearing_orders

__all__ = [
    "Bearing",
    "BearingOrders",
    "BearingVerdict",
    "bearings",
    "catalogue",
    "find_bearing",
    "judge_record",
]

MAKERS = "SKF|NTN|FAG|NSK|REXNORD|LDK|MB|FAFNIR|TIMKEN|KOYO|SNR|INA"
SUFFIX = r"[\s/]|-(?:2?RS|2?Z|2?RZ|C\d)"


@dataclass(frozen=True)
class Bearing:
    """One row of the catalogue: orders, and the geometry where the source states it. [mm, deg]"""

    designation: str
    n_balls: int
    orders: BearingOrders
    ball_mm: float | None = None
    pitch_mm: float | None = None
    angle_deg: float | None = None


@cache
def catalogue() -> Mapping[str, Bearing]:
    """Return all bearings of the catalogue by designation."""
    text = files("arkwright.health").joinpath("bearings.csv").read_text(encoding="utf-8")
    return {row["designation"]: _bearing(row) for row in csv.DictReader(text.splitlines())}


@cache
def bearings() -> dict[str, BearingOrders]:
    """All orders of the catalogue by designation; ``source`` says where the figures come from."""
    return {name: bearing.orders for name, bearing in catalogue().items()}


def find_bearing(designation: str) -> BearingOrders:
    """Find a bearing by designation; maker and the suffixes of seals and clearance do not matter.

    Raises
    ------
    EntryError
        If the catalogue has no such bearing.
    """
    word = re.sub(rf"^({MAKERS})\s+", "", designation.strip().upper())
    plain = {_plain(name): orders for name, orders in bearings().items()}
    for core in (word, re.split(SUFFIX, word)[0]):
        if _plain(core) in plain:
            return plain[_plain(core)]
    near = difflib.get_close_matches(re.split(SUFFIX, word)[0], bearings(), n=4, cutoff=0.6)
    raise EntryError(
        f"bearing '{designation}' is not in the catalogue",
        wanted=f"one like {', '.join(near)}" if near else "one that `arkwright bearings` lists",
        fix="Give its orders (bpfo, bpfi, bsf, ftf) instead: its maker states them, or "
        "`arkwright bearings` computes them from the geometry.",
    )


def _plain(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", name)


def _bearing(row: dict[str, str]) -> Bearing:
    n = int(row["n_balls"])
    if row["bpfo"]:
        bpfo, bpfi, bsf, ftf = (float(row[k]) for k in ("bpfo", "bpfi", "bsf", "ftf"))
        return Bearing(row["designation"], n, BearingOrders(bpfo, bpfi, bsf, ftf, row["source"]))
    ball, pitch, angle = (float(row[k]) for k in ("ball_mm", "pitch_mm", "angle_deg"))
    orders = replace(bearing_orders(n, ball, pitch, angle), source=row["source"])
    return Bearing(row["designation"], n, orders, ball, pitch, angle)
