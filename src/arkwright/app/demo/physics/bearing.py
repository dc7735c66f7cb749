"""Rolling-bearing kinematics and the train of impacts a local defect makes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Defect = Literal["outer_race", "inner_race", "ball", "cage"]

LOAD_ZONE = 0.5
"""Load distribution factor of a bearing without preload or clearance: half the ring carries. [1]"""

ROLLER_JITTER = 0.006
"""Standard deviation of one passing interval, relative: rollers slide a little in the cage. [1]"""


@dataclass(frozen=True, slots=True)
class BearingGeometry:
    """Inner measures of a rolling bearing.

    ``ball_mm`` and ``pitch_mm`` are roller and pitch diameter [mm], ``contact_deg`` the contact angle [deg].
    """

    n_balls: int
    ball_mm: float
    pitch_mm: float
    contact_deg: float = 0.0

    @property
    def ratio(self) -> float:
        """Share of the pitch circle that a roller spans in the contact direction. [1]"""
        return self.ball_mm / self.pitch_mm * float(np.cos(np.radians(self.contact_deg)))


def defect_order(geometry: BearingGeometry, defect: Defect) -> float:
    """Impacts per shaft turn of a local defect, without slip.

    Parameters
    ----------
    geometry
        Inner measures of the bearing.
    defect
        Where the defect sits.

    Returns
    -------
    order
        Impacts per turn of the inner ring, outer ring fixed; a ball defect strikes both races. [1]

    References
    ----------
    .. [1] Randall & Antoni, "Rolling element bearing diagnostics: a tutorial", MSSP 25 (2011) 485-520, eq.
       1-4.
    """
    ratio, n = geometry.ratio, geometry.n_balls
    return {
        "outer_race": n / 2 * (1 - ratio),
        "inner_race": n / 2 * (1 + ratio),
        "ball": geometry.pitch_mm / geometry.ball_mm * (1 - ratio**2),
        "cage": cage_order(geometry),
    }[defect]


def cage_order(geometry: BearingGeometry) -> float:
    """Count turns of the cage per shaft turn, outer ring fixed. [1]"""
    return (1 - geometry.ratio) / 2


def load_share(angle_rad: FloatArray) -> FloatArray:
    """Share of the largest roller load at an angle from the load line.

    Parameters
    ----------
    angle_rad
        Angle from the load line, shape ``(n,)``. [rad]

    Returns
    -------
    share
        0 outside the load zone, 1 on the load line, shape ``(n,)``. [1]

    References
    ----------
    .. [1] Harris & Kotzalas, "Essential Concepts of Bearing Technology", 5th ed., eq. 7.17 (ball: exponent
       3/2).
    """
    depth = 1 - (1 - np.cos(angle_rad)) / (2 * LOAD_ZONE)
    return np.clip(depth, 0.0, None) ** 1.5


def impact_turns(
    geometry: BearingGeometry, defect: Defect, n_turns: float, slip: float, rng: np.random.Generator
) -> FloatArray:
    """Shaft positions at which the defect is struck.

    The intervals are independent (cage slip has no memory of an ideal position), so the train is
    pseudo-cyclostationary: its lines widen with their harmonic number.

    Parameters
    ----------
    geometry
        Inner measures of the bearing.
    defect
        Where the defect sits.
    n_turns
        Length of the record in shaft turns. [1]
    slip
        Share by which the mean rate lags the kinematic one. [1]
    rng
        Source of the interval jitter.

    Returns
    -------
    turns
        Increasing positions in [0, n_turns), shape ``(n,)``. [turn]

    References
    ----------
    .. [1] Antoni & Randall, "A stochastic model for simulation and diagnostics of rolling element bearings
       with localized faults", J. Vib. Acoust. 125 (2003) 282-289.
    """
    interval = 1 / (defect_order(geometry, defect) * (1 - slip))
    n = int(n_turns / interval * 1.1) + 8
    steps = interval * (1 + ROLLER_JITTER * rng.standard_normal(n))
    turns = np.cumsum(steps) - interval * rng.uniform()
    return turns[(turns >= 0) & (turns < n_turns)]


def impact_weights(
    geometry: BearingGeometry, defect: Defect, turns: FloatArray, phase_rad: float
) -> FloatArray:
    """Relative strength of each impact as its place moves through the load zone.

    An outer-race defect stays where it is; one on the inner ring passes the load zone once a shaft turn, one
    on a ball or in the cage once a cage turn.

    Parameters
    ----------
    geometry
        Inner measures of the bearing.
    defect
        Where the defect sits.
    turns
        Shaft positions of the impacts, shape ``(n,)``. [turn]
    phase_rad
        Place of the defect at position 0. [rad]

    Returns
    -------
    weights
        0 to 1, shape ``(n,)``. [1]
    """
    if defect == "outer_race":
        return np.full_like(turns, float(load_share(np.array([0.2]))[0]))
    rate = 1.0 if defect == "inner_race" else cage_order(geometry)
    share = load_share(2 * np.pi * rate * turns + phase_rad)
    # Preload and roller weight keep a little contact outside the load zone.
    return 0.15 + 0.85 * share
