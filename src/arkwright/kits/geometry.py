"""Fault orders from the drawing of a rolling bearing, whichever of its rings turns."""

from __future__ import annotations

from dataclasses import replace
from math import asin, isfinite, pi

from arkwright.kits.orders import BearingOrders, bearing_orders

MOST_DEG = 90.0


def geometry_orders(
    n_balls: int, ball_mm: float, pitch_mm: float, angle_deg: float = 0.0, *, outer_turns: bool = False
) -> BearingOrders:
    """Compute the fault orders of a bearing without slip, and refuse what cannot be built.

    Parameters
    ----------
    n_balls
        Rolling elements in one row. [1]
    ball_mm
        Diameter of a rolling element; of a tapered roller its mean. [mm]
    pitch_mm
        Diameter of the circle through the centres of the elements. [mm]
    angle_deg
        Contact angle, from 0 (radial) to 90 (thrust). [deg]
    outer_turns
        Whether the outer ring turns and the inner one stands, as in a wheel hub or a belt pulley. The races
        are passed as often, by the same speed of one ring against the other; the cage, whose speed is the
        mean of the races' surface speeds, then follows the outer ring.

    Returns
    -------
    orders
        Fault orders, as multiples of the turning ring's speed. [1]

    Raises
    ------
    ValueError
        If the elements do not fit on their circle, or a number is not one of a bearing.

    References
    ----------
    .. [1] Randall, Antoni (2011), MSSP 25(2), 485-520, eqs. 1-4.
    """
    if not all(isfinite(v) for v in (ball_mm, pitch_mm, angle_deg)):
        raise ValueError("a geometry needs numbers")
    if not 0 <= angle_deg <= MOST_DEG:
        raise ValueError(f"a contact angle of {angle_deg:g} deg lies outside 0 to {MOST_DEG:g} deg")
    orders = bearing_orders(n_balls, ball_mm, pitch_mm, angle_deg)
    fit = pi / asin(ball_mm / pitch_mm)
    if n_balls > fit + 1e-9:
        raise ValueError(
            f"{n_balls} elements of {ball_mm:g} mm do not fit on a circle of {pitch_mm:g} mm; {int(fit)} do"
        )
    return replace(orders, ftf=1 - orders.ftf) if outer_turns else orders
