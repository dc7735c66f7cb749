"""One row of a cascade of spectra: a spectrum in few columns, peaks kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def cascade_row(frequencies: Floats, amplitude: Floats, edges: Floats) -> Floats:
    """Put a spectrum into columns, the highest line of each.

    Parameters
    ----------
    frequencies
        Evenly spaced from 0, shape ``(n,)``. [Hz]
    amplitude
        Amplitudes, shape ``(n,)``. [any]
    edges
        Of the columns, rising, shape ``(m + 1,)``. [Hz]

    Returns
    -------
    row
        Highest amplitude from one edge to the next; where the lines are wider apart than that, the nearest
        one; NaN beyond the spectrum; shape ``(m,)``. [as amplitude]
    """
    step = float(frequencies[1] - frequencies[0])
    last = len(amplitude) - 1
    low = np.ceil(edges[:-1] / step - 1e-9).astype(int)
    high = np.ceil(edges[1:] / step - 1e-9).astype(int)
    nearest = np.rint((edges[:-1] + edges[1:]) / (2 * step)).astype(int)
    starts = np.minimum(np.where(high > low, low, nearest), last)
    ends = np.minimum(np.where(high > low, high, nearest + 1), last + 1)
    row = np.array(
        [float(amplitude[a:b].max()) for a, b in zip(starts, np.maximum(ends, starts + 1), strict=True)]
    )
    return np.where(edges[:-1] > float(frequencies[-1]), np.nan, row)
