"""How far the lines of a spectrum stand above the noise around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def noise_floor(power: Floats, n_block: int) -> Floats:
    """Follow the noise of a spectrum by the medians of its blocks, joined by straight lines.

    The median does not notice the few lines of a block that stand out, so that they hardly raise the floor
    that they are measured against.

    Parameters
    ----------
    power
        Power of each line, shape ``(n,)``. [any]
    n_block
        Lines in a block: many more than one that stands out takes, at least 1. [1]

    Returns
    -------
    floor
        Median power around each line, above zero, shape ``(n,)``. [as power]
    """
    n_block = max(1, min(n_block, len(power)))
    n_blocks = len(power) // n_block
    whole = power[: n_blocks * n_block].reshape(n_blocks, n_block)
    medians = np.median(whole, axis=1)
    centres = (np.arange(n_blocks) + 0.5) * n_block - 0.5
    least = max(float(power.max(initial=0.0)) * 1e-24, np.finfo(float).tiny)
    return np.maximum(np.interp(np.arange(len(power)), centres, medians), least)


def over_floor_db(amplitude: Floats, n_block: int) -> Floats:
    """Say how far each line of an amplitude spectrum stands above the noise around it.

    Parameters
    ----------
    amplitude
        Amplitudes, shape ``(n,)``. [any]
    n_block
        Lines in a block of the floor. [1]

    Returns
    -------
    level
        Level over the floor, shape ``(n,)``. [dB]
    """
    power = np.asarray(amplitude, np.float64) ** 2
    floor = noise_floor(power, n_block)
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-12 * floor) / floor), np.float64)
