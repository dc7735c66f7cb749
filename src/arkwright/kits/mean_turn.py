"""The mean of all turns of a shaft: what repeats with every turn stays, all else averages out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.tracking import sample_by_turns

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


def mean_turn(x: Floats, rate_hz: float, shaft_hz: float, per_turn: int) -> tuple[Floats, Floats]:
    """Average all whole turns of a shaft that turns at one speed.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    shaft_hz
        Speed of the shaft. [Hz]
    per_turn
        Samples in one turn. [1]

    Returns
    -------
    mean
        Mean of each angle, shape ``(per_turn,)``. [as x]
    turns
        Every whole turn, shape ``(n_turns, per_turn)``. [as x]

    Raises
    ------
    ValueError
        If the record holds fewer than four turns.
    """
    counted = np.asarray(np.arange(len(x)) * (shaft_hz / rate_hz), np.float64)
    if len(x) < 8 or counted[-1] < 4:
        raise ValueError("the record holds fewer than four turns of the shaft")
    even = sample_by_turns(x - x.mean(), counted, per_turn)
    whole = len(even) // per_turn
    turns = even[: whole * per_turn].reshape(whole, per_turn)
    return np.asarray(turns.mean(axis=0), np.float64), turns
