"""Quantities and units: one canonical unit a quantity, converted once, at the door."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from arkwright.core.errors import UnitError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Values = TypeVar("Values", float, "NDArray[np.float64]")


@dataclass(frozen=True)
class Unit:
    """A unit of one quantity: canonical value = value * factor + offset."""

    name: str
    quantity: str
    factor: float
    offset: float = 0.0
    also: tuple[str, ...] = ()

    def to_canonical(self, values: Values) -> Values:
        """Convert to the canonical unit of the quantity.

        Parameters
        ----------
        values
            One value or an array of any shape ``(...)``. [this unit]

        Returns
        -------
        values
            The same, converted. [canonical unit]
        """
        return values * self.factor + self.offset

    def from_canonical(self, values: Values) -> Values:
        """Convert from the canonical unit of the quantity.

        Parameters
        ----------
        values
            One value or an array of any shape ``(...)``. [canonical unit]

        Returns
        -------
        values
            The same, converted. [this unit]
        """
        return (values - self.offset) / self.factor


@dataclass(frozen=True)
class Quantity:
    """What is measured, its canonical unit, and every unit a plant writes for it."""

    name: str
    title: str
    canonical: str
    units: tuple[Unit, ...]

    def find_unit(self, name: str) -> Unit:
        """Find a unit of this quantity by any name a plant writes.

        Raises
        ------
        UnitError
            If the name is not a unit of this quantity.
        """
        unit = _find(self.name, name.strip())
        if unit is None:
            raise UnitError(
                f"unit '{name}' does not measure {self.name}",
                wanted=" or ".join(f"'{u.name}'" for u in self.units),
                fix=_other_homes(name),
            )
        return unit


@cache
def quantities() -> dict[str, Quantity]:
    """All known quantities by name, read once from ``quantities.toml``."""
    text = files("arkwright.core").joinpath("quantities.toml").read_text(encoding="utf-8")
    return {name: _quantity(name, row) for name, row in tomllib.loads(text).items()}


def find_quantity(name: str) -> Quantity:
    """Find a quantity by name.

    Raises
    ------
    UnitError
        If no such quantity is known; the error lists those that are.
    """
    found = quantities().get(name.strip())
    if found is None:
        raise UnitError(f"quantity '{name}' is not known", wanted="one of " + ", ".join(sorted(quantities())))
    return found


def find_unit(quantity: str, unit: str) -> Unit:
    """Find a unit of a named quantity.

    Raises
    ------
    UnitError
        If the quantity is unknown, or the unit does not measure it.
    """
    return find_quantity(quantity).find_unit(unit)


def convert(values: Values, quantity: str, unit: str, to: str | None = None) -> Values:
    """Convert between two units of a quantity.

    Parameters
    ----------
    values
        One value or an array of any shape ``(...)``. [unit]
    quantity
        Name of the quantity.
    unit
        Unit that the values are in.
    to
        Unit wanted; the canonical unit of the quantity if left out.

    Returns
    -------
    values
        The same, converted. [to]

    Raises
    ------
    UnitError
        If quantity or unit is unknown, or they do not belong together.
    """
    home = find_quantity(quantity)
    canonical = home.find_unit(unit).to_canonical(values)
    return canonical if to is None else home.find_unit(to).from_canonical(canonical)


def guess_quantities(unit: str) -> tuple[str, ...]:
    """Name every quantity that a unit may measure, the most particular first."""
    name = unit.strip()
    exact = tuple(q for q in quantities() if name in _names(q)[0])
    return exact or tuple(q for q in quantities() if _find(q, name))


def _quantity(name: str, row: dict[str, object]) -> Quantity:
    table = row["units"]
    assert isinstance(table, dict)
    units = tuple(
        Unit(key, name, float(u["factor"]), float(u.get("offset", 0.0)), tuple(u.get("also", ())))
        for key, u in table.items()
    )
    return Quantity(name, str(row["title"]), str(row["canonical"]), units)


def _find(quantity: str, name: str) -> Unit | None:
    exact, folded = _names(quantity)
    if name in exact:
        return exact[name]
    unit = folded.get(name.casefold())
    # Folding must not make a mega of a milli: 'mW' is not 'MW'. Whole words in capitals are a PLC habit.
    shouted = name == "MM" or (len(name) > 2 and name.isupper())
    if unit is None or (name[:1] != unit.name[:1] and name[:1] in {"m", "M"} and not shouted):
        return None
    return unit


@cache
def _names(quantity: str) -> tuple[dict[str, Unit], dict[str, Unit]]:
    # "mW" and "MW", "mm" and "MM" must not meet by accident: a folded name counts only where one unit has it.
    exact: dict[str, Unit] = {}
    folded: dict[str, list[Unit]] = {}
    for unit in quantities()[quantity].units:
        for name in (unit.name, *unit.also):
            exact[name] = unit
            homes = folded.setdefault(name.casefold(), [])
            if unit not in homes:
                homes.append(unit)
    return exact, {name: homes[0] for name, homes in folded.items() if len(homes) == 1}


def _other_homes(unit: str) -> str:
    homes = guess_quantities(unit)
    return f"'{unit}' measures {' or '.join(homes)}: change the quantity, or the unit" if homes else ""
