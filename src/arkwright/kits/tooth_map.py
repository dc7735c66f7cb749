"""Where on its rim a gear is loud: the energy of each tooth, and how often chance makes one so loud."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.tails import chi2_isf, chi2_sf
from arkwright.kits.tracking import sample_by_turns

Floats = NDArray[np.float64]
LINE_LIMIT = 3.0
"""Amplitude that one order keeps over those around it: a single order is no tooth. [1]"""
MOST_SURE = 3.0
"""Amplitude to which orders that repeat are cut, over that of the noise: pitch errors repeat as well. [1]"""
HALF_CHANCE = 0.05
"""What each half of the turns must show alone, so that one stray knock is no tooth. [1]"""


@dataclass(frozen=True)
class ToothMap:
    """Energy of what is left of a gear's average without mesh and first sidebands, by tooth.

    ``energy``, shape ``(n_slots,)``, is over its median [1]; ``slot`` is the loudest, ``peak`` how loud [1];
    ``chance`` is how often noise makes one so loud [1], ``halves`` the peak of that tooth in the odd and in
    the even turns [1], both at least ``half_limit`` [1] where it is there throughout the record.
    ``average``, shape ``(n_points,)``, is the whitened average that the energy is of. [1]
    """

    energy: Floats
    slot: int
    peak: float
    chance: float
    halves: tuple[float, float]
    half_limit: float
    n_periods: int
    average: Floats

    @property
    def is_lasting(self) -> bool:
        """Say whether both halves of the turns show the tooth."""
        return bool(min(self.halves) >= self.half_limit)


def map_teeth(
    x: Floats, turns: Floats, n_teeth: int, per_turn: int, n_turns: int = 1, n_mate: int = 0
) -> ToothMap:
    """Map the energy of a gear over its rim, or over its hunting period.

    The average of the turns is whitened by what differs from turn to turn, mesh and first sidebands are taken
    out, and orders that stand alone are cut down. What is left is even around the rim for a sound gear.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    turns
        Turns of the gear at each sample, rising, shape ``(n,)``. [1]
    n_teeth
        Teeth of the gear. [1]
    per_turn
        Points in one turn, even, at least four a tooth. [1]
    n_turns
        Turns in a period: with more than one, what repeats each turn is taken out. [1]
    n_mate
        Turns of the mate in such a period: what repeats with each of them is taken out as well. [1]

    Returns
    -------
    teeth
        The map.

    Raises
    ------
    ValueError
        If fewer than eight periods are in the record.

    References
    ----------
    .. [1] McFadden (1987), MSSP 1(2), 173-183: early detection of cracks by the average without its mesh.
    """
    even = sample_by_turns(x, turns, per_turn)
    period = per_turn * n_turns
    n = len(even) // period
    if n < 8:
        raise ValueError(f"the record holds {n} periods of {n_turns} turns; 8 are needed")
    rows = even[: n * period].reshape(n, period)
    keep = _kept_orders(period // 2 + 1, n_teeth, n_turns, n_mate)
    white = [_whitened(part, keep) for part in (rows, rows[::2], rows[1::2])]
    raw = [_by_slot(average, n_teeth * n_turns) for average in white]
    freedom = _freedom(white[0], raw[0])
    energies = [_over_usual(energy, freedom) for energy in raw]
    slot = int(np.argmax(energies[0]))
    peak = float(energies[0][slot])
    return ToothMap(
        energies[0],
        slot,
        peak,
        _chance(peak, freedom, n_teeth * n_turns),
        (float(energies[1][slot]), float(energies[2][slot])),
        _level_at(HALF_CHANCE, freedom),
        n,
        white[0],
    )


def _kept_orders(n_lines: int, n_teeth: int, n_turns: int, n_mate: int) -> NDArray[np.bool_]:
    """Orders that are neither the mesh with its first sidebands nor, in a hunting period, of either gear."""
    line = np.arange(n_lines)
    order = line / n_turns
    off = np.abs((order + n_teeth / 2) % n_teeth - n_teeth / 2)
    keep = (order > 1) & (off > 1)
    for own in (n_turns, n_mate):
        keep &= (line % own > 0) if own > 1 else True
    return keep


def _whitened(rows: Floats, keep: NDArray[np.bool_]) -> Floats:
    from scipy import fft

    bins = np.asarray(fft.rfft(rows, axis=1))
    mean = bins.mean(axis=0)
    noise = _smoothed(np.var(bins, axis=0) / max(1, len(rows) - 1), keep)
    scaled = np.where(keep, mean / np.sqrt(noise), 0)
    size = np.abs(scaled)
    usual = np.sqrt(_smoothed(size**2, keep))
    single = np.minimum(1.0, LINE_LIMIT * usual / np.maximum(size, LINE_LIMIT * usual))
    average = fft.irfft(scaled * single / np.maximum(1.0, usual / MOST_SURE), rows.shape[1])
    return np.asarray(average / max(float(np.std(average)), np.finfo(float).tiny), np.float64)


def _smoothed(power: Floats, keep: NDArray[np.bool_], width: int = 31) -> Floats:
    """Take the running median over the orders that are kept, as a mean of exponential power."""
    from scipy.ndimage import median_filter

    level = np.interp(np.arange(len(power)), np.flatnonzero(keep), power[keep])
    smooth = median_filter(level, width, mode="nearest") / np.log(2)
    return np.asarray(np.maximum(smooth, max(float(smooth.max()) * 1e-12, np.finfo(float).tiny)), np.float64)


def _freedom(average: Floats, energy: Floats) -> float:
    """Degrees of freedom of the energy of one tooth: by the orders that share it, and by how teeth differ.

    Pitch errors of a sound gear differ from tooth to tooth as a single squared deviation does. The variance
    of the logarithm of a chi-square of d degrees is about 2 / d + 2 / d^2.
    """
    from scipy import fft

    power = np.abs(np.asarray(fft.rfft(average))) ** 2
    shared = float(power.sum() ** 2 / max(float((power**2).sum()), np.finfo(float).tiny)) / len(energy)
    logged = np.log(np.maximum(energy, np.finfo(float).tiny))
    variance = max((1.4826 * float(np.median(np.abs(logged - np.median(logged))))) ** 2, 1e-6)
    return max(1.0, min(2 * shared, float((1 + np.sqrt(1 + 2 * variance)) / variance)))


def _by_slot(average: Floats, n_slots: int) -> Floats:
    """Energy of each tooth, shape ``(n_slots,)``."""
    edges = np.rint(np.arange(n_slots) * len(average) / n_slots).astype(int)
    return np.asarray(np.add.reduceat(average**2, edges), np.float64)


def _over_usual(energy: Floats, freedom: float) -> Floats:
    # The median of a chi-square lies below its mean.
    usual = float(np.median(energy)) / (1 - 2 / (9 * freedom)) ** 3
    return np.asarray(energy / max(usual, np.finfo(float).tiny), np.float64)


def _chance(peak: float, freedom: float, n_slots: int) -> float:
    return float(-np.expm1(n_slots * np.log1p(-min(chi2_sf(peak * freedom, freedom), 1 - 1e-12))))


def _level_at(chance: float, freedom: float) -> float:
    return chi2_isf(chance, freedom) / freedom
