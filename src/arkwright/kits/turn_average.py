"""Knocks that come once a turn: the squared record averaged over turns, and how likely chance makes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.envelope import whiten_noise
from arkwright.kits.tails import f_sf
from arkwright.kits.tracking import sample_by_turns

Floats = NDArray[np.float64]

PER_TURN = 32
"""Parts of a turn that are told apart. [1]"""
N_COMB = 8  # multiples of the speed that a knock once a turn draws in the squared record


@dataclass(frozen=True)
class TurnAverage:
    """Power over one turn, over its mean, shape ``(PER_TURN,)``; whole turns; how likely chance is. [1]"""

    power: Floats
    n_turns: int
    chance: float

    @property
    def crest(self) -> float:
        """Greatest part of a turn over the mean. [1]"""
        return float(self.power.max())

    @property
    def width(self) -> float:
        """Share of a turn that is above half of the way from the mean to the greatest part. [1]"""
        return float(np.mean(self.power >= 1 + 0.5 * (self.crest - 1)))


def refine_speed(x: Floats, rate_hz: float, shaft_hz: float, off: float) -> float:
    """Find the speed at which a record knocks most regularly, near the stated one.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    shaft_hz
        Stated speed. [Hz]
    off
        How far off it may be. [share]

    Returns
    -------
    shaft_hz
        The speed whose first multiples hold most of the squared record's spectrum. [Hz]
    """
    from scipy import fft

    power, rate = _power(x, rate_hz, shaft_hz)
    n = fft.next_fast_len(8 * len(power))
    lines = np.abs(fft.rfft((power - power.mean()) * np.hanning(len(power)), n))
    hz = fft.rfftfreq(n, 1 / rate)
    tried = np.arange(shaft_hz * (1 - off), shaft_hz * (1 + off), float(hz[1]) / (2 * N_COMB))
    level = np.sum([np.interp(k * tried, hz, lines) for k in range(1, N_COMB + 1)], axis=0)
    return float(tried[int(np.argmax(level))])


def _power(x: Floats, rate_hz: float, shaft_hz: float) -> tuple[Floats, float]:
    """Square the whitened record and thin it to four times what a turn's parts need."""
    white = whiten_noise(x, rate_hz)
    step = max(1, int(rate_hz / (4 * PER_TURN * shaft_hz)))
    whole = len(white) // step * step
    return np.asarray((white[:whole] ** 2).reshape(-1, step).mean(axis=1), np.float64), rate_hz / step


def average_turn(x: Floats, rate_hz: float, turns: Floats) -> TurnAverage:
    """Average the power of a record over the turns of a shaft.

    Tones are cut down to the noise first, so that what is left are knocks. The chance is that of an analysis
    of variance: parts of the turn that differ by more than turns do.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    turns
        Turns of the shaft at each sample, rising, shape ``(n,)``. [1]

    Returns
    -------
    average
        Power over one turn.

    Raises
    ------
    ValueError
        If the record does not span three turns.

    References
    ----------
    .. [1] Fisher (1925), Statistical Methods for Research Workers, chapter VII, analysis of variance.
    """
    span = float(turns[-1] - turns[0])
    if span < 3:
        raise ValueError(f"the record spans {span:.1f} turns; 3 are needed")
    power, rate = _power(x, rate_hz, span / len(turns) * rate_hz)
    at = np.interp((np.arange(len(power)) + 0.5) / rate * rate_hz, np.arange(len(turns)), turns)
    even = sample_by_turns(power, at, PER_TURN)
    n_turns = len(even) // PER_TURN
    rows = even[: n_turns * PER_TURN].reshape(n_turns, PER_TURN)
    # A knock of a passing rail joint is one turn's, not all turns': each counts up to a few times the usual.
    rows = np.minimum(rows, 6 * np.median(rows) + 1e-300)
    mean = rows.mean(axis=0)
    within = float(rows.var(axis=0, ddof=1).mean())
    ratio = n_turns * float(mean.var(ddof=1)) / max(within, 1e-300)
    chance = f_sf(ratio, PER_TURN - 1, PER_TURN * (n_turns - 1))
    return TurnAverage(np.asarray(mean / mean.mean(), np.float64), n_turns, max(chance, 1e-300))
