"""Vibration velocity of a rotor's orders in one record: whole ones, halves, thirds, each over its floor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from arkwright.core.plant import Asset
from arkwright.health.symptom import Record
from arkwright.health.zones import BOUNDARIES, ZoneRule, zone_rule
from arkwright.kits.spectra import band_weights, velocity_lines

Floats = NDArray[np.float64]

WHOLE = tuple(Fraction(k) for k in range(1, 11))
HALVES = tuple(Fraction(k, 2) for k in (1, 3, 5, 7))
THIRDS = tuple(Fraction(k, 3) for k in (1, 2, 4, 5))
LEAST_TURNS = 24.0
"""Families lie a sixth of an order apart: four lines of the spectrum at this length, as wide as a tone."""
CHANCE = 1e-5
"""A line of noise alone stands out as much once in so many: twenty orders are looked at in a record."""
SPEED_OFF = 0.02  # a nameplate, a slip that is not known: as far off a speed may be
APART = 4.0  # lines of the spectrum by which two tones must be apart (Hann window, two each)
LOW = 0.3  # lower quantile from which the floor is told, so that tones beside it do not raise it
MAINS_HZ = (100.0, 120.0)  # twice the supply: what every motor hums at
QUIET_MM_S = min(bounds[0] for bounds in BOUNDARIES.values())
"""Velocity that is zone A for the smallest group on the stiffest support: nothing is said below it. [mm/s]"""


@dataclass(frozen=True)
class Line:
    """One order: where it lies [Hz], velocity [mm/s RMS], power over that of the noise round it [1]."""

    order: Fraction
    hz: float
    velocity: float
    over: float
    found: bool


@dataclass(frozen=True)
class RotorLines:
    """The orders of one record, speed as found [Hz], velocity of all of them and more [mm/s RMS].

    ``quiet`` [mm/s] is the end of zone A; ``hum`` holds the orders that twice the supply lies upon.
    """

    shaft_hz: float
    overall: float
    quiet: float
    lines: Mapping[Fraction, Line]
    hum: frozenset[Fraction]

    def velocity(self, order: float | Fraction) -> float:
        """Return the velocity of an order, zero where it does not stand out. [mm/s]

        Parameters
        ----------
        order
            Multiple of the shaft's speed. [1]
        """
        line = self.lines.get(Fraction(order).limit_denominator(6))
        return line.velocity if line is not None and line.found else 0.0

    def sum_of(self, orders: Iterable[Fraction]) -> float:
        """Return the velocity of several orders together, root of the sum of squares. [mm/s]"""
        return float(np.sqrt(sum(self.velocity(order) ** 2 for order in orders)))

    def found(self, orders: Iterable[Fraction], least: float = 0.0) -> list[Line]:
        """Return the orders that stand out and have at least a velocity.

        Parameters
        ----------
        orders
            Orders asked about. [1]
        least
            Least velocity. [mm/s]
        """
        lines = [self.lines[order] for order in orders if order in self.lines]
        return [line for line in lines if line.found and line.velocity >= least]

    @property
    def share_first(self) -> float:
        """Share of the whole mean square that the first order holds. [1]"""
        return (self.velocity(1) / self.overall) ** 2 if self.overall > 0 else 0.0

    @property
    def is_quiet(self) -> bool:
        """Whether the vibration is of a machine as good as new: nothing is told of it."""
        return self.overall < self.quiet


def rotor_lines(record: Record, asset: Asset) -> RotorLines | str:
    """Measure the orders of a rotor, or say what keeps them from being measured.

    Parameters
    ----------
    record
        Record of acceleration at a speed.
    asset
        The asset, for its zones.

    Returns
    -------
    lines
        The orders, or a phrase that names what is missing.
    """
    stated_hz = (record.speed_rpm or 0.0) / 60
    n, rate = len(record.samples), record.rate_hz
    if not record.has_unit:
        return "the unit of the record is not declared: how strong it shakes decides"
    if n * stated_hz < LEAST_TURNS * rate:
        turns = n * stated_hz / rate
        return f"the record holds {turns:.0f} turns of the shaft; {LEAST_TURNS:.0f} are needed"
    if 3.5 * stated_hz > 0.45 * rate:
        return f"sample rate {rate:g} Hz is too low for the third order of {60 * stated_hz:.0f} rpm"
    hz, power = velocity_lines(record.samples, rate)
    shaft_hz = _shaft(hz, power, stated_hz)
    orders = [order for order in (*WHOLE, *HALVES, *THIRDS) if float(order) * shaft_hz < 0.45 * rate]
    lines = {order: _line(hz, power, shaft_hz, order) for order in orders}
    near = {o for o in orders for hum in MAINS_HZ if abs(float(o) * shaft_hz - hum) < APART * hz[1]}
    rule = zone_rule(asset)
    quiet = rule.boundaries[0] if isinstance(rule, ZoneRule) else QUIET_MM_S
    return RotorLines(shaft_hz, _overall(hz, power, shaft_hz), quiet, lines, frozenset(near))


def _overall(hz: Floats, power: Floats, shaft_hz: float) -> float:
    """Velocity from 10 Hz, or what a slow shaft needs, to 1000 Hz or as far as the record reaches. [mm/s]"""
    low, high = min(10.0, 0.3 * shaft_hz), min(1000.0, 0.9 * float(hz[-1]))
    return float(np.sqrt(np.sum(power * band_weights(hz, low, high))))


def _shaft(hz: Floats, power: Floats, stated_hz: float) -> float:
    """Refine the speed by the strongest of the first three orders, to a part of a line. [Hz]"""
    best, found = 0.0, stated_hz
    for k in (1, 2, 3):
        low, high = ((1 + sign * SPEED_OFF) * k * stated_hz / hz[1] for sign in (-1, 1))
        a, b = max(1, int(low)), min(len(hz) - 2, int(np.ceil(high)))
        top = a + int(np.argmax(power[a : b + 1]))
        over = float(power[top]) / _floor(hz, power, top, stated_hz)
        near_hum = any(abs(hz[top] - hum) < 2 * hz[1] for hum in MAINS_HZ)
        if over > max(best, _least_over(b - a + 1)) and not near_hum:
            best, found = over, _peak_hz(hz, power, top) / k
    return found


def _peak_hz(hz: Floats, power: Floats, top: int) -> float:
    left, middle, right = np.log(np.maximum(power[top - 1 : top + 2], 1e-300))
    bend = left - 2 * middle + right
    return float(hz[top] + (0.5 * (left - right) / bend if bend < 0 else 0.0) * hz[1])


def _line(hz: Floats, power: Floats, shaft_hz: float, order: Fraction) -> Line:
    at = float(order) * shaft_hz / hz[1]
    # The speed is known to a part of a line, and swings by a thousandth within a record.
    reach = 1.0 + 0.001 * at
    low, high = max(2, int(np.ceil(at - reach))), min(len(hz) - 3, int(at + reach))
    top = low + int(np.argmax(power[low : high + 1]))
    floor = _floor(hz, power, top, shaft_hz)
    over = float(power[top]) / floor
    wide = max(2, round(0.001 * at))
    near = power[max(1, top - wide) : top + wide + 1]
    velocity = float(np.sqrt(max(float(near.sum()) - len(near) * floor, 0.0)))
    return Line(order, float(hz[top]), velocity, over, over >= _least_over(high - low + 1))


def _least_over(n: int) -> float:
    # Lines of noise are exponential: the largest of n is beyond x with a chance of n exp(-x).
    return float(np.log(n / CHANCE))


def _floor(hz: Floats, power: Floats, top: int, shaft_hz: float) -> float:
    """Mean power of the noise in a line near a place, from a lower quantile of what lies round it."""
    half = max(15, round(0.4 * shaft_hz / hz[1]))
    near = power[max(2, top - half) : top + half + 1]
    return max(float(np.quantile(near, LOW) / -np.log(1 - LOW)), 1e-30)
