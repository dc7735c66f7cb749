"""The unit language of MTConnect: from what an adapter sends to what the device model promises."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from arkwright.core.errors import UnitError

Dimension = tuple[tuple[str, int], ...]

# Factors into the base of each dimension: m, s, kg, deg, K, A, mol, lm. Part 2 of the MTConnect standard
# names the units; factors are of NIST SP 811 (2008), appendix B. An angle is a dimension of its own.
_PLAIN: Mapping[str, tuple[float, str]] = {
    "METER": (1.0, "m"), "INCH": (0.0254, "m"), "FOOT": (0.3048, "m"), "MICRON": (1e-6, "m"),
    "MM": (1e-3, "m"),
    "SECOND": (1.0, "s"), "MINUTE": (60.0, "s"), "HOUR": (3600.0, "s"), "DAY": (86400.0, "s"),
    "GRAM": (1e-3, "kg"), "POUND": (0.45359237, "kg"), "OUNCE": (0.028349523125, "kg"),
    "TON": (907.18474, "kg"),
    "DEGREE": (1.0, "deg"), "RADIAN": (57.29577951308232, "deg"), "REVOLUTION": (360.0, "deg"),
    "AMPERE": (1.0, "A"), "LUMEN": (1.0, "lm"), "MOLE": (1.0, "mol"), "COUNT": (1.0, "count"),
    "PERCENT": (1.0, "percent"), "DECIBEL": (1.0, "dB"), "PH": (1.0, "pH"),
    "BIT": (1.0, "bit"), "BYTE": (8.0, "bit"),
}  # fmt: skip
_DERIVED: Mapping[str, tuple[float, Mapping[str, int]]] = {
    "HERTZ": (1.0, {"s": -1}),
    "LITER": (1e-3, {"m": 3}),
    "GALLON": (3.785411784e-3, {"m": 3}),
    "NEWTON": (1.0, {"kg": 1, "m": 1, "s": -2}),
    "GRAVITY": (9.80665, {"m": 1, "s": -2}),
    "PASCAL": (1.0, {"kg": 1, "m": -1, "s": -2}),
    "BAR": (1e5, {"kg": 1, "m": -1, "s": -2}),
    "TORR": (133.3223684210526, {"kg": 1, "m": -1, "s": -2}),
    "PSI": (6894.757293168361, {"kg": 1, "m": -1, "s": -2}),
    "JOULE": (1.0, {"kg": 1, "m": 2, "s": -2}),
    "WATT": (1.0, {"kg": 1, "m": 2, "s": -3}),
    "HORSEPOWER": (745.699871582, {"kg": 1, "m": 2, "s": -3}),
    "VOLT": (1.0, {"kg": 1, "m": 2, "s": -3, "A": -1}),
    "OHM": (1.0, {"kg": 1, "m": 2, "s": -3, "A": -2}),
    "SIEMENS": (1.0, {"kg": -1, "m": -2, "s": 3, "A": 2}),
    "COULOMB": (1.0, {"A": 1, "s": 1}),
    "FARAD": (1.0, {"kg": -1, "m": -2, "s": 4, "A": 2}),
    "HENRY": (1.0, {"kg": 1, "m": 2, "s": -2, "A": -2}),
    "TESLA": (1.0, {"kg": 1, "s": -2, "A": -1}),
    "WEBER": (1.0, {"kg": 1, "m": 2, "s": -2, "A": -1}),
    "REVOLUTIONS": (360.0, {"deg": 1}),
}
_PREFIXES = {
    "NANO": 1e-9, "MICRO": 1e-6, "MILLI": 1e-3, "CENTI": 1e-2, "DECI": 0.1, "KILO": 1e3,
    "MEGA": 1e6, "GIGA": 1e9,
}  # fmt: skip
_POWERS = {"SQUARE": 2, "CUBIC": 3}
# Temperatures have an offset, and are never part of a product.
_TEMPERATURES = {
    "KELVIN": (1.0, 0.0),
    "CELSIUS": (1.0, 273.15),
    "FAHRENHEIT": (5.0 / 9.0, 459.67 * 5.0 / 9.0),
}


@dataclass(frozen=True)
class Conversion:
    """From a native unit to the unit of the model: value * factor + offset."""

    factor: float = 1.0
    offset: float = 0.0

    def __call__(self, value: float) -> float:
        """Convert one value."""
        return value * self.factor + self.offset


@dataclass(frozen=True)
class _Meaning:
    factor: float
    dimension: Dimension
    offset: float = 0.0


def find_conversion(native: str, units: str, scale: float = 1.0) -> Conversion:
    """Find how a native unit becomes the unit of the model.

    Parameters
    ----------
    native
        ``nativeUnits`` of the data item; the same as ``units`` where it is empty.
    units
        ``units`` of the data item.
    scale
        ``nativeScale`` of the data item: what an adapter multiplied by. [1]

    Returns
    -------
    conversion
        Factor and offset.

    Raises
    ------
    UnitError
        If a unit is not known, or the two do not measure the same thing.
    """
    if not native or not units or _bare(native) == _bare(units):
        return Conversion(1.0 / scale)
    source, target = _meaning(_bare(native)), _meaning(_bare(units))
    if source.dimension != target.dimension:
        raise UnitError(f"'{native}' cannot become '{units}'", wanted="two units of one thing")
    factor = source.factor / target.factor
    return Conversion(factor / scale, (source.offset - target.offset) / target.factor)


def _bare(unit: str) -> str:
    return unit.strip().upper().removesuffix("_3D")


@cache
def _meaning(unit: str) -> _Meaning:
    if unit in _TEMPERATURES:
        factor, offset = _TEMPERATURES[unit]
        return _Meaning(factor, (("K", 1),), offset)
    factor, powers = 1.0, Counter[str]()
    for place, side in enumerate(unit.split("/")):
        sign = 1 if place == 0 else -1
        found, inner = _side(side, unit)
        factor *= found**sign
        for name, power in inner.items():
            powers[name] += sign * power
    return _Meaning(factor, tuple(sorted((n, p) for n, p in powers.items() if p)))


def _side(side: str, whole: str) -> tuple[float, Counter[str]]:
    name, _, exponent = side.partition("^")
    power = int(exponent) if exponent.isdigit() else 1
    factor, powers = 1.0, Counter[str]()
    pending = 1
    for word in name.split("_"):
        if word in _POWERS:
            pending = _POWERS[word]
            continue
        found, dimension = _word(word, whole)
        factor *= found ** (pending * power)
        for base, exp in dimension.items():
            powers[base] += exp * pending * power
        pending = 1
    return factor, powers


def _word(word: str, whole: str) -> tuple[float, Mapping[str, int]]:
    if word in _PLAIN:
        factor, base = _PLAIN[word]
        return factor, {base: 1}
    if word in _DERIVED:
        return _DERIVED[word]
    for prefix, factor in _PREFIXES.items():
        if word.startswith(prefix) and word != prefix:
            inner, dimension = _word(word.removeprefix(prefix), whole)
            return factor * inner, dimension
    raise UnitError(f"unit '{whole}' is not known to MTConnect", wanted="such as MILLIMETER/SECOND")


def is_same_unit(unit: str, names: Iterable[str]) -> bool | None:
    """Say whether a unit of MTConnect is the one that these names mean.

    Parameters
    ----------
    unit
        Unit of a data item.
    names
        Names of another unit, as many as it has.

    Returns
    -------
    same
        None where the standard knows the unit, or every name, not at all.
    """
    try:
        meant = _meaning(_bare(unit))
    except UnitError:
        return None
    known: bool | None = None
    for name in names:
        try:
            other = _meaning(_bare(name)) if name.isupper() else None
        except UnitError:
            continue
        if other is not None:
            known = other.dimension == meant.dimension and math.isclose(other.factor, meant.factor)
            known = known and other.offset == meant.offset
    return known
