"""The one door to every test of one record: what is missing or unfit is named before the test is asked."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from arkwright.core.catalog import find_entries
from arkwright.core.plant import Asset
from arkwright.health.speed import STANDS_RPM
from arkwright.health.symptom import Base, Record, Test, Told
from arkwright.kits.quality import record_flaws

NO_SPEED = "the speed of the shaft is not known"
NO_RATE = "the sample rate is not stated"


def tests() -> Mapping[str, Test]:
    """All tests of one record by name: each file of ``arkwright.health.checks`` that ends in ``TEST``."""
    return find_entries("arkwright.health.checks", "TEST", Test)


def ask(test: Test, record: Record, asset: Asset, base: Base | None = None) -> Told:
    """Ask a test what one record shows, or name everything that keeps it from being asked.

    Parameters
    ----------
    test
        The test.
    record
        The record.
    asset
        What it was taken from; only its nameplate and bearings count.
    base
        Median and spread of each descriptor at like speed, where they are known.

    Returns
    -------
    told
        The test's own answer; ``missing`` where the question is not whole or the record is unfit.
    """
    missing = (*lacking(test, record, asset), *_flaws(record))
    return Told(missing=missing) if missing else test.judge(record, asset, base or {})


def lacking(test: Test, record: Record, asset: Asset) -> tuple[str, ...]:
    """Name what the question lacks: quantity, sample rate, speed, fields of the nameplate."""
    missing = []
    if record.quantity != test.quantity:
        missing.append(f"the record measures {record.quantity}; {test.quantity} is needed")
    if not (isfinite(record.rate_hz) and record.rate_hz > 0):
        missing.append(NO_RATE)
    speed = record.speed_rpm
    if test.needs_speed and not (speed is not None and isfinite(speed) and speed >= STANDS_RPM):
        missing.append(NO_SPEED)
    return (*missing, *filter(None, (_lacking_plate(test, name, asset) for name in test.plate)))


def _lacking_plate(test: Test, name: str, asset: Asset) -> str:
    stated = asset.nameplate.get(name)
    if stated is None:
        return f"{name} is not stated: {test.plate[name]}"
    if isinstance(test.example.get(name), (int, float)) and not isinstance(stated, (int, float)):
        return f"{name} is '{stated}'; a number is wanted: {test.plate[name]}"
    return ""


def _flaws(record: Record) -> tuple[str, ...]:
    return tuple(record_flaws(record.samples))
