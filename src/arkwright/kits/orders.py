"""Orders at which a rolling bearing's faults repeat, and the lines each fault draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import NamedTuple


class Line(NamedTuple):
    """A line at multiple × fault order + shaft × 1 + cage × FTF, and its weight in the comb. [1]"""

    multiple: int
    shaft: int
    cage: int
    weight: float


@dataclass(frozen=True)
class BearingOrders:
    """Fault frequencies as multiples of the shaft's speed: outer, inner, ball spin, cage. [1]"""

    bpfo: float
    bpfi: float
    bsf: float
    ftf: float
    source: str = ""

    def of(self, fault: str) -> float:
        """Return the order of a fault (outer_race, inner_race, ball, cage). [1]"""
        return {"outer_race": self.bpfo, "inner_race": self.bpfi, "ball": self.bsf, "cage": self.ftf}[fault]


# Sidebands: an inner defect passes the load zone once a turn, a ball defect once a turn of the cage; a ball
# defect strikes both races, so twice a spin. Randall & Antoni (2011), MSSP 25(2), 485-520, section 2.
COMBS: Mapping[str, tuple[Line, ...]] = {
    "outer_race": tuple(Line(k, 0, 0, 1.0) for k in (1, 2, 3, 4)),
    "inner_race": tuple(Line(k, 0, 0, 1.0) for k in (1, 2, 3, 4))
    + tuple(Line(k, s, 0, 0.5) for k in (1, 2, 3) for s in (-1, 1)),
    "ball": tuple(Line(2 * k, 0, 0, 1.0) for k in (1, 2, 3))
    + tuple(Line(2 * k, 0, s, 0.5) for k in (1, 2, 3) for s in (-1, 1))
    + (Line(1, 0, 0, 0.3),),
    "cage": tuple(Line(k, 0, 0, 1.0) for k in (1, 2, 3)),
}


def bearing_orders(n_balls: int, ball_mm: float, pitch_mm: float, angle_deg: float = 0.0) -> BearingOrders:
    """Compute the fault orders of a bearing with a still outer ring, without slip.

    Parameters
    ----------
    n_balls
        Rolling elements in one row. [1]
    ball_mm
        Diameter of a rolling element. [mm]
    pitch_mm
        Pitch diameter. [mm]
    angle_deg
        Contact angle. [deg]

    Returns
    -------
    orders
        Fault orders. [1]

    Raises
    ------
    ValueError
        If the geometry is not that of a bearing.

    References
    ----------
    .. [1] Randall, Antoni (2011), MSSP 25(2), 485-520, eqs. 1-4.
    """
    if n_balls < 2 or not 0 < ball_mm < pitch_mm:
        raise ValueError(f"{n_balls} elements of {ball_mm} mm on {pitch_mm} mm are not a bearing")
    share = ball_mm / pitch_mm * cos(radians(angle_deg))
    spin = pitch_mm / (2 * ball_mm) * (1 - share**2)
    return BearingOrders(n_balls / 2 * (1 - share), n_balls / 2 * (1 + share), spin, (1 - share) / 2)
