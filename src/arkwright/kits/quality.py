"""Whether a record is fit to be judged at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def record_flaws(x: NDArray[np.float64]) -> list[str]:
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
    clipped = max(float(np.mean(x == x.max())), float(np.mean(x == x.min())))
    # Two of the records that Smith & Randall (2015) call diagnosable are clipped: a touch is no refusal.
    if clipped > 0.02:
        flaws.append(f"{100 * clipped:.1f} % of the samples sit at the rail: the record is clipped")
    held = _held_share(x, 32)
    if held > 0.01:
        flaws.append(f"{100 * held:.1f} % of the samples are held: the record has dropouts")
    return flaws


def _held_share(x: NDArray[np.float64], run: int) -> float:
    edges = np.flatnonzero(np.diff(x) != 0)
    lengths = np.diff(np.concatenate(([-1], edges, [len(x) - 1])))
    return float(lengths[lengths >= run].sum() / len(x))
