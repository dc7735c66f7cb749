"""Zones of overall vibration velocity by what an asset's nameplate says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from arkwright.core.errors import UnitError
from arkwright.core.plant import Asset
from arkwright.core.quantity import find_unit
from arkwright.core.tables import Waveform, is_good
from arkwright.kits.quality import record_flaws
from arkwright.kits.spectra import velocity_rms

Zone = Literal["A", "B", "C", "D"]
EDITION = "ISO 10816-3:2009"
SUCCESSOR = "ISO 20816-3:2022"
LEAST_KW, LARGE_KW, MOST_KW = 15.0, 300.0, 50_000.0
SPEEDS_RPM = (120.0, 15_000.0)
SLOW_RPM = 600.0
LEAST_RATE_HZ = 2100.0
LEAST_RECORD_S = 1.0

# Boundaries A/B, B/C, C/D of the RMS velocity in 10-1000 Hz (2-1000 Hz below 600 rpm) on non-rotating parts
# [mm/s]. ISO 10816-3:2009, tables A.1 and A.2, as quoted by LGDiMaggio/predictive-maintenance-mcp; its
# successor ISO 20816-3:2022 is said to merge zones A and B.
BOUNDARIES: Mapping[tuple[int, str], tuple[float, float, float]] = {
    (1, "rigid"): (2.3, 4.5, 7.1),
    (1, "flexible"): (3.5, 7.1, 11.0),
    (2, "rigid"): (1.4, 2.8, 4.5),
    (2, "flexible"): (2.3, 4.5, 7.1),
}


@dataclass(frozen=True)
class ZoneRule:
    """Which boundaries apply: group 1 (above 300 kW) or 2 (from 15 kW), support; A/B, B/C, C/D. [mm/s]"""

    group: int
    support: str
    boundaries: tuple[float, float, float]
    low_hz: float = 10.0

    def zone(self, velocity: float) -> Zone:
        """Return the zone of an overall velocity; a value on a boundary belongs to the zone below.

        Parameters
        ----------
        velocity
            Root mean square. [mm/s]
        """
        names: tuple[Zone, ...] = ("A", "B", "C", "D")
        return names[sum(velocity > bound for bound in self.boundaries)]

    def __str__(self) -> str:
        """Name standard, group and support."""
        return f"{EDITION} group {self.group}, {self.support} support"


def zone_rule(asset: Asset) -> ZoneRule | tuple[str, ...]:
    """Find the boundaries for an asset, or name all that is missing from its nameplate."""
    power_kw, support = asset.rated("rated_power_kw"), asset.nameplate.get("support")
    missing = _missing_power(power_kw) + _missing_support(support) + _missing_speed(asset)
    if missing or power_kw is None:
        return tuple(missing)
    group = 1 if power_kw > LARGE_KW else 2
    slow = (asset.rated("rated_speed_rpm") or SLOW_RPM) < SLOW_RPM
    return ZoneRule(group, str(support), BOUNDARIES[group, str(support)], 2.0 if slow else 10.0)


def _missing_power(power_kw: float | None) -> list[str]:
    if power_kw is None:
        return ["rated_power_kw is not stated in assets.csv"]
    if not LEAST_KW <= power_kw <= MOST_KW:
        return [f"{EDITION} holds for {LEAST_KW:g} to {MOST_KW:g} kW; rated_power_kw is {power_kw:g}"]
    return []


def _missing_support(support: object) -> list[str]:
    if support is None:
        return ["support (rigid or flexible) is not stated in assets.csv"]
    if support not in {"rigid", "flexible"}:
        return [f"support is '{support}'; rigid or flexible is wanted"]
    return []


def _missing_speed(asset: Asset) -> list[str]:
    speed = asset.rated("rated_speed_rpm")
    low, high = SPEEDS_RPM
    if speed is not None and not low <= speed <= high:
        return [f"{EDITION} holds for {low:.0f} to {high:.0f} rpm; rated_speed_rpm is {speed:g}"]
    return []


def velocity_of(record: Waveform, low_hz: float = 10.0) -> float | str:
    """Integrate a record of acceleration to overall velocity, or say what keeps it from being done.

    Parameters
    ----------
    record
        The record, in a declared unit of acceleration.
    low_hz
        Lower corner of the band. [Hz]

    Returns
    -------
    velocity
        Root mean square up to 1000 Hz [mm/s], or a phrase that names what is missing.
    """
    try:
        unit = find_unit("acceleration", record.unit)
    except UnitError:
        return f"unit '{record.unit}' does not measure acceleration" if record.unit else "no unit is declared"
    if not is_good(record.status):
        return "the source calls the record bad"
    if record.rate_hz < LEAST_RATE_HZ:
        return f"sample rate {record.rate_hz:g} Hz is too low; {LEAST_RATE_HZ:g} Hz are needed up to 1000 Hz"
    if len(record.samples) < LEAST_RECORD_S * record.rate_hz:
        return f"the record is shorter than {LEAST_RECORD_S:g} s"
    samples = np.asarray(record.samples, np.float64)
    flaws = record_flaws(samples)
    if flaws:
        return flaws[0]
    return velocity_rms(unit.to_canonical(samples), record.rate_hz, (low_hz, 1000.0))
