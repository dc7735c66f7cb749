"""A value in the unit that the site declares, its limits, and the scale that it is drawn on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import floor, log10

from arkwright.core.errors import UnitError
from arkwright.core.plant import Limits, Signal
from arkwright.core.quantity import Unit

FIGURES = 5


@cache
def _unit(quantity: str, unit: str) -> Unit | None:
    try:
        return Signal("", "", quantity, unit).declared_unit()
    except UnitError:
        return None  # text signals carry no unit


def shown_value(signal: Signal, value: float | None) -> float | None:
    """Return a value in the unit that the site declares, with five figures.

    Parameters
    ----------
    signal
        The signal.
    value
        Its value. [canonical unit]

    Returns
    -------
    shown
        The same, None where there is none. [declared unit of the signal]
    """
    if value is None:
        return None
    unit = _unit(signal.quantity, signal.unit)
    shown = value if unit is None else unit.from_canonical(value)
    if shown == 0:
        return 0.0
    return round(shown, FIGURES - 1 - floor(log10(abs(shown))))


def shown_unit(signal: Signal) -> str:
    """Return the unit as people write it."""
    return PRETTY.get(signal.unit, signal.unit)


PRETTY = {
    "degC": "°C",
    "degF": "°F",
    "m3/h": "m³/h",
    "m3/min": "m³/min",
    "m3/s": "m³/s",
    "kp/cm2": "kp/cm²",
    "kg/cm2": "kg/cm²",
    "m2": "m²",
    "m3": "m³",
    "m/s2": "m/s²",
    "Nm": "N·m",
    "um": "µm",
    "us": "µs",
    "1": "",
    "ohm": "Ω",
    "kohm": "kΩ",
    "Nm3/h": "Nm³/h",
    "Nm3/min": "Nm³/min",
    "kg/m3": "kg/m³",
    "kA/m2": "kA/m²",
}


def limit_of(signal: Signal, value: float | None) -> str:
    """Say which limit a value is beyond: ``HH``, ``H``, ``L``, ``LL``, or nothing. [canonical unit]"""
    if value is None or not signal.limits:
        return ""
    at = signal.limits
    for code, limit, sign in (
        ("HH", at.high_high, 1),
        ("LL", at.low_low, -1),
        ("H", at.high, 1),
        ("L", at.low, -1),
    ):
        if limit is not None and sign * value >= sign * limit:
            return code
    return ""


@dataclass(frozen=True)
class Scale:
    """An indicator's scale and the normal range on it. [declared unit of the signal]"""

    least: float
    most: float
    low: float | None
    high: float | None

    def share(self, value: float) -> float:
        """Return where on the scale a value is, 0 to 1.

        Parameters
        ----------
        value
            A value. [declared unit]

        Returns
        -------
        share
            Place on the scale, kept inside it. [1]
        """
        return min(1.0, max(0.0, (value - self.least) / (self.most - self.least)))


def scale_of(signal: Signal) -> Scale | None:
    """Return the scale of a signal with limits; the normal range takes the middle of it."""
    at: Limits = signal.limits
    low, high, least, most = (shown_value(signal, v) for v in (at.low, at.high, at.low_low, at.high_high))
    low, high = (least if low is None else low), (most if high is None else high)
    if low is None and high is None:
        return None
    inside = _inside(low, high)
    start = low - inside / 3 if low is not None else min(0.0, (high or 0.0) - inside)
    end = high + inside / 3 if high is not None else (low or 0.0) + inside
    if least is not None:
        start = min(start, least - inside / 8)
    if most is not None:
        end = max(end, most + inside / 8)
    return Scale(start, end, low, high)


def _inside(low: float | None, high: float | None) -> float:
    if low is not None and high is not None:
        return high - low
    return abs(high or low or 1.0)
