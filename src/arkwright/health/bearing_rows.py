"""The rows of the catalogue of bearings: one per designation and maker, each with its published source."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from arkwright.kits.orders import BearingOrders, bearing_orders

__all__ = ["Bearing", "bearings", "by_designation", "catalogue", "plain"]

ORDERS = ("bpfo", "bpfi", "bsf", "ftf")
GEOMETRY = ("ball_mm", "pitch_mm", "angle_deg")


@dataclass(frozen=True)
class Bearing:
    """One row: the orders, and the geometry [mm, deg] where the source states it.

    ``maker`` is empty where the source names none. ``confirmed_by`` says what else agrees with the row:
    another source, or the kinematics of a bearing alone.
    """

    designation: str
    maker: str
    n_balls: int
    orders: BearingOrders
    ball_mm: float | None = None
    pitch_mm: float | None = None
    angle_deg: float | None = None
    confirmed_by: str = ""

    @property
    def name(self) -> str:
        """Maker and designation."""
        return f"{self.maker} {self.designation}".strip()


@cache
def catalogue() -> Mapping[str, Bearing]:
    """Return all rows by maker and designation, in the order of the file."""
    cited = {row["source"]: row["citation"] for row in _rows("bearing_sources.csv")}
    read = (_bearing(row, cited[row["source"]]) for row in _rows("bearings.csv"))
    return {bearing.name: bearing for bearing in read}


@cache
def bearings() -> dict[str, BearingOrders]:
    """Return the orders by designation; of several makers those of the first in the file."""
    found: dict[str, BearingOrders] = {}
    for row in catalogue().values():
        found.setdefault(row.designation, row.orders)
    return found


@cache
def by_designation() -> Mapping[str, tuple[Bearing, ...]]:
    """Return the rows of each designation, which is reduced to its letters and digits."""
    found: dict[str, tuple[Bearing, ...]] = {}
    for row in catalogue().values():
        found[plain(row.designation)] = (*found.get(plain(row.designation), ()), row)
    return found


def plain(name: str) -> str:
    """Reduce a name to its letters and digits."""
    return "".join(c for c in name.upper() if c.isalnum())


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("arkwright.health").joinpath(name).read_text(encoding="utf-8")
    return iter(csv.DictReader(text.splitlines()))


def _bearing(row: dict[str, str], citation: str) -> Bearing:
    n = int(row["n_balls"])
    ball, pitch, angle = (float(row[k]) if row[k] else None for k in GEOMETRY)
    if ball is None or pitch is None:
        bpfo, bpfi, bsf, ftf = (float(row[k]) for k in ORDERS)
        orders = BearingOrders(bpfo, bpfi, bsf, ftf, citation)
    else:
        orders = replace(bearing_orders(n, ball, pitch, angle or 0.0), source=citation)
    who = row["designation"], row["maker"]
    return Bearing(*who, n, orders, ball, pitch, angle, row["confirmed_by"])
