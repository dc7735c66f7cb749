"""What each fault would look like: its lines over the spectrum of a record, found or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from arkwright.core.plant import Asset
from arkwright.health.bearing import BearingOrders
from arkwright.kits.display import ExpectedLine, expected_lines, met_lines
from arkwright.kits.order_lines import ROTOR_ORDERS, SIDED, rotor_lines
from arkwright.kits.orders import COMBS

Floats = NDArray[np.float64]
PASSING = {
    "gear_mesh": ("pinion_teeth", "axle_gear_teeth"),
    "blade_pass": ("n_blades", "n_vanes"),
    "tooth_pass": ("n_teeth",),
}
"""Names of the nameplate that say how many teeth, blades or cutting edges pass in one turn of the shaft."""


class FaultLine(TypedDict):
    """An expected line: order [1], where it should be and what peaks there [Hz], level over floor [dB]."""

    name: str
    order: float
    expected_hz: float
    peak_hz: float
    level_db: float
    found: bool


def bearing_lines(
    hz: Floats, level_db: Floats, orders: BearingOrders, shaft_hz: float, slip: float
) -> dict[str, list[FaultLine]]:
    """Say what stands where each fault of a bearing would draw its lines, in an envelope spectrum.

    Parameters
    ----------
    hz
        Evenly spaced from 0, shape ``(n,)``. [Hz]
    level_db
        Level over the floor, same shape. [dB]
    orders
        Of the bearing.
    shaft_hz
        Speed of the shaft. [Hz]
    slip
        Share by which everything but the shaft is off. [1]

    Returns
    -------
    lines
        By fault.
    """
    return {fault: told_lines(hz, level_db, expected_lines(fault, orders, shaft_hz, slip)) for fault in COMBS}


def rotor_fault_lines(
    hz: Floats, level_db: Floats, asset: Asset, shaft_hz: float
) -> dict[str, list[FaultLine]]:
    """Say what stands where each fault of the rotor would draw its lines, in the spectrum itself.

    Parameters
    ----------
    hz
        Evenly spaced from 0, shape ``(n,)``. [Hz]
    level_db
        Level over the floor, same shape. [dB]
    asset
        Its nameplate may name teeth and blades.
    shaft_hz
        Speed of the shaft. [Hz]

    Returns
    -------
    lines
        By fault; what needs teeth or blades only where the nameplate has them.
    """
    found = {}
    for fault in (*ROTOR_ORDERS, *SIDED):
        lines = told_lines(hz, level_db, rotor_lines(fault, shaft_hz, _passing(fault, asset)))
        if lines:
            found[fault] = lines
    return found


def _passing(fault: str, asset: Asset) -> float | None:
    """Look up what passes in one turn of the shaft whose speed is measured. [1]"""
    names = PASSING.get(fault, ())
    if fault == "gear_mesh" and asset.nameplate.get("gear_speed_of") == "gear":
        names = ("gear_teeth",)
    return next((number for name in names if (number := asset.rated(name))), None)


def told_lines(hz: Floats, level_db: Floats, wanted: Iterable[ExpectedLine]) -> list[FaultLine]:
    """Say in plain numbers what stands at each expected line.

    Parameters
    ----------
    hz
        Evenly spaced from 0, shape ``(n,)``. [Hz]
    level_db
        Level over the floor, same shape. [dB]
    wanted
        Where to look.

    Returns
    -------
    lines
        Those inside the spectrum.
    """
    if len(hz) < 3:
        return []
    return [
        {
            "name": met.line.name,
            "order": float(f"{met.line.order:.5g}"),
            "expected_hz": float(f"{met.line.frequency_hz:.6g}"),
            "peak_hz": float(f"{met.frequency_hz:.6g}"),
            "level_db": float(f"{met.level_db:.3g}"),
            "found": met.found,
        }
        for met in met_lines(hz, level_db, tuple(wanted))
    ]
