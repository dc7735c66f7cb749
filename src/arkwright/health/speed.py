"""The speed that an asset turned with while a record was taken."""

from __future__ import annotations

import numpy as np

from arkwright.core.plant import Asset
from arkwright.core.tables import Slice, Waveform, to_us
from arkwright.health.series import good_series

AGE_US = 60_000_000
"""A reading of the speed counts for a record that is no further away than this. [us]"""
STANDS_RPM = 30.0
"""Below this an asset is taken to stand. [rpm]"""


def speed_of(record: Waveform, location: str, asset: Asset, cell: Slice) -> float | None:
    """Return the speed during a record: its own, else as measured near it, else the rated one. [rpm]

    A ``rotational_speed`` signal counts if it sits at the location or is the asset's only one.
    """
    if record.speed_rpm is not None:
        return record.speed_rpm
    turning = asset.measuring("rotational_speed", kind="value")
    here = [s for s in turning if s.location == location] or (list(turning) if len(turning) == 1 else [])
    at_us = to_us(record.time)
    for table in (cell.readings, cell.latest) if here else ():
        series = good_series(table)
        for own in (series[s.name] for s in here if s.name in series):
            nearest = int(np.argmin(np.abs(own.times_us - at_us)))
            if abs(int(own.times_us[nearest]) - at_us) <= AGE_US:
                return abs(float(own.values[nearest]))
    return asset.rated("rated_speed_rpm")
