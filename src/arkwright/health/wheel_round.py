"""A wheel that is not round: the line at a whole number of times its turn, and the force that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np

from arkwright.health.line_family import LineMet, Spectrum, meet
from arkwright.health.symptom import Floats, Record
from arkwright.kits.spectra import power_lines
from arkwright.kits.tracking import order_lines, turns_of

ORDERS = (2, 40)  # sides of polygons that are seen on wheels; the first order is run-out and unbalance
NEIGHBOURS = 6.0
"""The line over the strongest at other orders within a fifth. [dB]"""
SHARP = (10, 17.0)
"""Sides and lead [dB] from which a polygon is named before it makes a force: the orders of a sound wheel fall
off together, and below ten a rail that resonates lifts one of them by as much. Three in a thousand sound
wheels of `bench.wheelset` lead by more (seeds that no benchmark scores). [1]"""
TIGHT = 0.05  # how near to a whole number an order must be: beyond, it is another part's
UNSPRUNG_KG, WHEEL_LOAD_N = 900.0, 110e3  # a half wheelset and a wheel's share of a usual vehicle
LOAD_SHARE = 0.15
"""Dynamic over static wheel load from which a polygon counts. By Newton's law it is the box's acceleration
times the unsprung mass; how deep a polygon is, the rail's give hides; at low speed it makes no force. [1]"""


@dataclass(frozen=True)
class Polygon:
    """The strongest line at a whole order: order, acceleration [m/s2], the box's way [um], wheel load [1]."""

    order: int
    line: LineMet
    off: float
    chance_of_order: float
    acceleration: float
    way_um: float
    load_share: float
    lead_db: float

    @property
    def is_there(self) -> bool:
        """Say whether it stands out, leads its neighbours, and loads wheel and rail or would at speed."""
        leads = self.line.p <= 1e-4 and self.lead_db >= NEIGHBOURS and self.chance_of_order < 0.5
        return leads and (self.load_share >= LOAD_SHARE or self.is_sharp)

    @property
    def is_sharp(self) -> bool:
        """Say whether it is one of many sides that leads its neighbours far, whatever force it makes."""
        return self.order >= SHARP[0] and self.lead_db >= SHARP[1]


def turns_in(record: Record) -> Floats | None:
    """Return the turns at each sample, shape ``(n,)``, NaN outside the pulses; None without a tacho. [1]"""
    if record.tacho_s is None:
        return None
    pulses = np.asarray(record.tacho_s, np.float64)
    if not np.isfinite(pulses).all():
        return None
    try:
        first, turns = turns_of(pulses, record.rate_hz, len(record.samples))
    except ValueError:
        return None
    inside = np.full(len(record.samples), np.nan)
    inside[first : first + len(turns)] = turns
    return inside


def judge_polygon(
    record: Record, shaft_hz: float, off: float, skip: frozenset[int], share: float
) -> Polygon | None:
    """Find the strongest line at a whole number of times the wheel's turn.

    Parameters
    ----------
    record
        Acceleration of an axle box.
    shaft_hz
        Speed of the wheel. [Hz]
    off
        How far off that may be, where there is no tacho. [share]
    skip
        Orders that belong to something else: teeth on the axle.
    share
        Unsprung mass of a wheel over its load. [kg/N]
    """
    orders, power, sure = _by_order(record, shaft_hz, ORDERS[1] + 8.0)
    reach = 0.0 if sure else off
    best: Polygon | None = None
    whole = Spectrum(orders, np.asarray(np.sqrt(power), np.float64))
    for order in range(ORDERS[0], ORDERS[1] + 1):
        if order in skip or orders[-1] < 1.2 * order + 1:
            continue
        near = TIGHT + reach * order
        lines = meet(whole, {f"{order}x": float(order)}, near)
        if lines and (best is None or lines[0].peak > best.line.peak):
            best = _polygon(order, lines[0], whole, near, shaft_hz, share)
    return best


def _by_order(record: Record, shaft_hz: float, top: float) -> tuple[Floats, Floats, bool]:
    turns = turns_in(record)
    top = min(top, record.rate_hz / shaft_hz / 2.7)
    if turns is not None:
        known = np.isfinite(turns)
        return (*order_lines(record.samples[known], turns[known], top), True)
    hz, power = power_lines(record.samples, record.rate_hz)
    kept = hz <= top * shaft_hz
    return hz[kept] / shaft_hz, power[kept], False


def _polygon(
    order: int, line: LineMet, whole: Spectrum, near: float, shaft_hz: float, share: float
) -> Polygon:
    step = float(whole.hz[1])
    around = (np.abs(whole.hz - order) > near + 3 * step) & (np.abs(whole.hz / order - 1) < 0.2)
    rival = float(whole.peak[around].max()) if around.any() else 0.0
    top = int(np.argmin(np.abs(whole.hz - line.hz)))
    # Three lines hold a Hann window's tone; a tone's peak is its root mean square times the root of two.
    peak = float(np.sqrt(2 * np.sum(whole.peak[max(0, top - 2) : top + 3] ** 2)))
    lead = 20 * float(np.log10(line.peak / max(rival, 1e-12 * line.peak)))
    way = peak / (2 * pi * line.hz * shaft_hz) ** 2 * 1e6
    return Polygon(order, line, line.hz - order, min(1.0, 2 * near), peak, way, peak * share, lead)
