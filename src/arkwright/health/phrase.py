"""Words of findings: values in the unit that the plant knows, times, places, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable

from arkwright.core.errors import UnitError
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import from_us

PLACES = {"DE": "Drive end", "NDE": "Non-drive end"}
PLACES_ZH = {"DE": "驱动端", "NDE": "非驱动端"}


def say_value(signal: Signal, value: float) -> str:
    """Write a value in the unit that the signal is declared in.

    Parameters
    ----------
    signal
        The signal.
    value
        Its value. [canonical unit]

    Returns
    -------
    text
        Four digits and the unit.
    """
    try:
        unit = signal.declared_unit()
    except UnitError:
        return f"{value:.4g}"
    name = "" if unit.name == "1" else f" {unit.name}"
    return f"{_short(float(unit.from_canonical(value)))}{name}"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def say_time(time_us: int) -> str:
    """Write a time to the minute, UTC.

    Parameters
    ----------
    time_us
        Time since the epoch. [us]

    Returns
    -------
    text
        As ``2026-03-03 03:12 UTC``.
    """
    return f"{from_us(time_us):%Y-%m-%d %H:%M} UTC"


def title_of(signal: Signal) -> str:
    """Return what the plant calls a signal, in English."""
    return signal.title or signal.name


def title_zh_of(signal: Signal) -> str:
    """Return what the plant calls a signal, in Chinese where it says so."""
    return signal.title_zh or title_of(signal)


def place_of(signal: Signal, rivals: Iterable[Signal], asset: Asset) -> str:
    """Return the location of a signal's trouble: its place, or its own name where rivals share the place.

    The fitter's word for the place (``DE``) is best; where another of the ``rivals`` could have the same
    trouble there, or no place is stated, only the signal's name without the asset's tells them apart.
    """
    if signal.location and not any(s.location == signal.location and s != signal for s in rivals):
        return signal.location
    return signal.name.removeprefix(f"{asset.name}.").removeprefix(f"{asset.name}/")


def say_place(location: str) -> str:
    """Write a place for a fitter: ``DE`` as drive end, others as they are."""
    return PLACES.get(location, location)


def say_place_zh(location: str) -> str:
    """Write a place for a fitter in Chinese."""
    return PLACES_ZH.get(location, location)
