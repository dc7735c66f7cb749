"""Whether a record is fit to be judged at all, and what to keep in mind where it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.base_doubts import base_doubts
from arkwright.kits.doubt import Doubt
from arkwright.kits.level_doubts import at_rail, clipping, dropouts, resolution
from arkwright.kits.line_doubts import line_doubts
from arkwright.kits.rate_doubts import rate_doubts
from arkwright.kits.speed_doubts import speed_doubts
from arkwright.kits.twin_doubts import twin_doubts

Floats = NDArray[np.float64]


def record_flaws(x: Floats) -> list[str]:
    """Name everything that makes a record unfit to be judged.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]

    Returns
    -------
    flaws
        One phrase each; none if the record is fit.
    """
    if len(x) < 2:
        return [f"the record has {len(x)} sample{'s' * (len(x) != 1)}"]
    holes = int(np.count_nonzero(~np.isfinite(x)))
    if holes:
        return [f"{holes} of {len(x)} samples are not numbers"]
    if float(np.ptp(x)) <= 1e-12 * max(1.0, float(np.abs(x).max())):
        return ["the record is constant"]
    flaws = []
    clipped = at_rail(x) / len(x)
    # Two of the records that Smith & Randall (2015) call diagnosable are clipped: a touch is no refusal.
    if clipped > 0.02:
        flaws.append(f"{100 * clipped:.1f} % of the samples sit at the rail: the record is clipped")
    held = _held_share(x, 32)
    if held > 0.01:
        flaws.append(f"{100 * held:.1f} % of the samples are held: the record has dropouts")
    return flaws


def _held_share(x: Floats, run: int) -> float:
    edges = np.flatnonzero(np.diff(x) != 0)
    lengths = np.diff(np.concatenate(([-1], edges, [len(x) - 1])))
    return float(lengths[lengths >= run].sum() / len(x))


def record_doubts(
    x: Floats, rate_hz: float, shaft_hz: float | None = None, beside: Mapping[str, Floats] | None = None
) -> tuple[Doubt, ...]:
    """Name everything that gives reason to read a record with care; none of it refuses the record.

    Parameters
    ----------
    x
        Record without flaws, shape ``(n,)``. [any]
    rate_hz
        Sample rate as stated. [Hz]
    shaft_hz
        Speed of the shaft as stated, None if not known. [Hz]
    beside
        Records of the same times by location, each of shape ``(n,)``. [any]

    Returns
    -------
    doubts
        Level first, then rate, lines and copies; none for a record that has flaws, which say more.
    """
    if not 0 < rate_hz < np.inf or record_flaws(x):
        return ()
    found = clipping(x) + dropouts(x, rate_hz) + resolution(x) + base_doubts(x, rate_hz)
    found += rate_doubts(x, rate_hz)
    if shaft_hz is not None and shaft_hz > 0:
        found += speed_doubts(x, rate_hz, shaft_hz)
    return (*found, *line_doubts(x, rate_hz, shaft_hz), *twin_doubts(x, beside or {}))
