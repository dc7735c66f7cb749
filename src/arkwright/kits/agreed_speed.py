"""The speed at which the turns of a shaft agree best, near a stated one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ORDERS = 10
PADDED = 8  # lines of the spectrum between two of its own: a peak is then met within 1/16 of a line


def agreed_speed(x: Floats, rate_hz: float, shaft_hz: float, reach: float) -> float:
    """Find the speed near a stated one at which the turns of a record agree best.

    The mean square of the mean turn is the sum of the powers of the record's spectrum at all orders; the
    speed where the first ten hold most is the one looked for.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    shaft_hz
        Speed as stated. [Hz]
    reach
        Share of it by which it may be wrong. [1]

    Returns
    -------
    shaft_hz
        The speed found. [Hz]

    References
    ----------
    .. [1] McFadden (1987), "A revised model for the extraction of periodic waveforms by time domain
       averaging", MSSP 1(1), 83-95: an average of turns is a comb filter at the orders.
    """
    from scipy import fft

    size = fft.next_fast_len(PADDED * len(x))
    power = np.abs(fft.rfft((x - x.mean()) * np.hanning(len(x)), size)) ** 2
    # So fine that the highest order moves by less than half of a padded line from one to the next.
    n = 2 * int(np.ceil(2 * reach * shaft_hz * ORDERS * size / rate_hz)) + 1
    tried = shaft_hz * np.linspace(1 - reach, 1 + reach, n)
    step = rate_hz / size
    orders = [k for k in range(1, ORDERS + 1) if k * tried[-1] < rate_hz / 2]
    held = np.sum([power[np.rint(k * tried / step).astype(int)] for k in orders], axis=0)
    return float(tried[int(np.argmax(held))])
