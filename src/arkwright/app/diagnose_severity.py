"""How bad a recorded vibration is: the ISO zone of its velocity, where unit and nameplate are stated."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from arkwright.core.errors import UnitError
from arkwright.core.plant import Asset
from arkwright.core.quantity import convert
from arkwright.core.tables import Waveform
from arkwright.health.zones import ZoneRule, velocity_of, zone_rule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # a recorded file has no time that matters here


def severity_of(
    samples: NDArray[np.float64],
    rate_hz: float | None,
    speed_rpm: float | None,
    unit: str,
    power_kw: float | None,
    support: str,
) -> tuple[dict[str, object] | None, tuple[str, ...]]:
    """Say how bad a vibration is, apart from what it is.

    Parameters
    ----------
    samples
        Record, shape ``(n,)``. [unit]
    rate_hz
        Sample rate. [Hz]
    speed_rpm
        Speed of the shaft. [rpm]
    unit
        Unit of acceleration that the samples are in; empty if not declared.
    power_kw
        Rated power of the asset. [kW]
    support
        ``rigid`` or ``flexible``; empty if not stated.

    Returns
    -------
    severity
        Overall velocity, and its zone if the nameplate allows one; None if there is no velocity.
    missing
        What would be needed.
    """
    if not unit:
        return None, ("the unit of the samples is not declared",)
    try:
        in_house = convert(samples, "acceleration", unit)
    except UnitError as error:
        return None, (error.found,)
    plate: dict[str, float | str] = {"rated_power_kw": power_kw} if power_kw is not None else {}
    if support:
        plate["support"] = support
    if speed_rpm:
        plate["rated_speed_rpm"] = speed_rpm
    rule = zone_rule(Asset("record", nameplate=plate))
    low_hz = rule.low_hz if isinstance(rule, ZoneRule) else 10.0
    record = Waveform("record", EPOCH, in_house.astype(np.float32), rate_hz or 0.0, "m/s2")
    velocity = velocity_of(record, low_hz)
    if isinstance(velocity, str):
        return None, (velocity,)
    said: dict[str, object] = {"velocity_mm_s": round(velocity, 3), "band_hz": [low_hz, 1000.0]}
    if not isinstance(rule, ZoneRule):
        return said | {"zone": None}, tuple(m.replace(" in assets.csv", "") for m in rule)
    return said | {"zone": rule.zone(velocity), "standard": str(rule)}, ()
