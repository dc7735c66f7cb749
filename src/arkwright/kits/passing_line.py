"""A line that is expected at one frequency: its power, how far it stands over the noise, chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WIDE = 2
"""Lines on each side of its middle that a tone fills under a Hann window. [lines]"""
RING = (4, 40)
"""The noise around a line is taken from so many lines away to so many. [lines]"""
FEWEST = 6  # lines of noise that are needed on each side of a line
WORTH = 1.5 * 2.08
"""Lines of a ring that are worth one independent line for the mean: 1.5 of a Hann spectrum are one, and the
median of exponential figures scatters 1 / ln(2)^2 = 2.08 times as widely as their mean. [1]"""


@dataclass(frozen=True)
class PassingLine:
    """A line as it was met.

    Where [Hz], its power [square of the record's unit], level over the noise [dB], and how likely noise alone
    reaches it anywhere that it was looked for. [1]
    """

    hz: float
    power: float
    over_db: float
    chance: float


def line_at(
    hz: Floats, power: Floats, at_hz: float, reach_hz: float, others_hz: Sequence[float] = ()
) -> PassingLine | None:
    """Look up the strongest line near a frequency in the Hann spectrum of a whole record.

    The power of one line of noise is exponentially distributed about its mean, and the mean is known from n
    lines' worth around only: a line r times the mean is met with the probability ``(1 + r / n) ** -n``, the
    tail of an F distribution with 2 and 2 n degrees of freedom. The chance is that of any line within reach;
    what only rises towards a stronger line beside it is the skirt of that one, and its chance is one.
    The mean is read between the noise on both sides along a power law, as the noise of drives falls.

    Parameters
    ----------
    hz
        Frequencies, shape ``(n,)``. [Hz]
    power
        Power in each line, shape ``(n,)``. [square of the record's unit]
    at_hz
        Where it is expected. [Hz]
    reach_hz
        How far away it may lie. [Hz]
    others_hz
        Lines that are no noise and are left out of it. [Hz]

    Returns
    -------
    line
        None where the spectrum does not reach it, or shows too little noise around it.

    References
    ----------
    .. [1] Scargle (1982), Astrophysical Journal 263, 835-853, eqs. 13 and 14: lines of noise.
    """
    step = float(hz[1])
    middle, reach = round(at_hz / step), max(1, round(reach_hz / step))
    if middle - reach < 1 or middle + reach + WIDE >= len(hz):
        return None
    near = np.arange(middle - reach, middle + reach + 1)
    top = int(near[int(np.argmax(power[near]))])
    noise = _noise_at(power, top, [round(other / step) for other in others_hz])
    if noise is None:
        return None
    mean, worth = noise
    ratio = min(float(power[top]) / mean, 1e15)
    one = float(np.exp(-worth * np.log1p(ratio / worth)))
    chance = -float(np.expm1(len(near) * np.log1p(-min(one, 1 - 1e-12))))
    if power[top] < power[max(1, top - WIDE) : top + WIDE + 1].max():
        chance = 1.0
    whole = float(power[max(1, top - WIDE) : top + WIDE + 1].sum())
    return PassingLine(top * step, whole, 10 * float(np.log10(max(ratio, 1e-15))), max(chance, 1e-300))


def _noise_at(power: Floats, top: int, others: list[int]) -> tuple[float, float] | None:
    """Return the mean power of noise at a line, and how many independent lines it is known from."""
    index = np.arange(max(1, top - RING[1]), min(len(power), top + RING[1] + 1))
    kept = np.abs(index - top) >= RING[0]
    for other in others:
        kept &= np.abs(index - other) > WIDE
    left, right = index[kept & (index < top)], index[kept & (index > top)]
    if min(len(left), len(right)) < FEWEST:
        return None
    tiny = np.finfo(float).tiny
    levels = [np.log(max(float(np.median(power[side])) / np.log(2), tiny)) for side in (left, right)]
    places = [float(np.mean(np.log(side))) for side in (left, right)]
    share = (np.log(top) - places[0]) / (places[1] - places[0])
    mean = float(np.exp((1 - share) * levels[0] + share * levels[1]))
    scatter = (1 - share) ** 2 / len(left) + share**2 / len(right)
    return max(mean, tiny), float(1 / (WORTH * scatter))
