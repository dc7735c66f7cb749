"""What a nameplate says of a belt drive: sheaves, length, and whose speed is measured."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from arkwright.core.plant import Asset
from arkwright.health.symptom import Record
from arkwright.kits.belt_drive import belt_length, belt_rate

DRIVER, DRIVEN = "driver", "driven"


@dataclass(frozen=True)
class BeltDrive:
    """Speeds of both shafts and of the belt. [Hz]"""

    driver_hz: float
    driven_hz: float
    belt_hz: float


def drive_of(record: Record, asset: Asset) -> BeltDrive | str:
    """Return the speeds of a belt drive, or a sentence that names what is missing."""
    sheaves = _sheaves(asset)
    if isinstance(sheaves, str):
        return sheaves
    driver_mm, driven_mm = sheaves
    shafts = _shafts(record, asset, driver_mm / driven_mm)
    if isinstance(shafts, str):
        return shafts
    length = _length(asset, driver_mm, driven_mm)
    if isinstance(length, str):
        return length
    try:
        return BeltDrive(*shafts, belt_rate(max(driver_mm, driven_mm), length, min(shafts)))
    except ValueError as error:
        return f"belt_length_mm: {error}"


def wheel_hz(record: Record, asset: Asset) -> float | str:
    """Return the speed of a wheel that may be driven by a belt, or what is missing. [Hz]"""
    if asset.nameplate.get("driven_sheave_mm") is None:
        return (record.speed_rpm or 0.0) / 60
    sheaves = _sheaves(asset)
    if isinstance(sheaves, str):
        return sheaves
    shafts = _shafts(record, asset, sheaves[0] / sheaves[1])
    return shafts if isinstance(shafts, str) else shafts[1]


def _sheaves(asset: Asset) -> tuple[float, float] | str:
    found = []
    for name in ("sheave_mm", "driven_sheave_mm"):
        value = asset.rated(name)
        if value is None or not isfinite(value) or value <= 0:
            return f"{name} is {asset.nameplate.get(name)}; the pitch diameter of a sheave in mm is wanted"
        found.append(value)
    return found[0], found[1]


def _shafts(record: Record, asset: Asset, ratio: float) -> tuple[float, float] | str:
    turn_hz, whose = (record.speed_rpm or 0.0) / 60, asset.nameplate.get("speed_of")
    if ratio == 1 or whose == DRIVER:
        return turn_hz, turn_hz * ratio
    if whose == DRIVEN:
        return turn_hz / ratio, turn_hz
    return f"speed_of is {whose or 'not stated'}; whose speed is measured is wanted: {DRIVER} or {DRIVEN}"


def _length(asset: Asset, driver_mm: float, driven_mm: float) -> float | str:
    stated, apart = asset.rated("belt_length_mm"), asset.rated("centre_distance_mm")
    if stated is not None:
        return stated
    if apart is None:
        return "belt_length_mm is not stated: pitch length of the belt, or centre_distance_mm of the shafts"
    try:
        return belt_length(driver_mm, driven_mm, apart)
    except ValueError as error:
        return f"centre_distance_mm: {error}"
