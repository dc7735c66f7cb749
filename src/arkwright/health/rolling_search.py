"""The search for each fault's comb in the envelope spectra of one record.

A comb is a set of lines at one order and a common slip. It is measured against combs at orders that no fault
of the bearing has, in the same spectrum, from which the fault's own lines are first taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.envelope import (
    band_grid,
    envelope_spectra,
    floor_of,
    levels_over_floor,
    smear_levels,
    whiten_cepstrum,
    whiten_noise,
)
from arkwright.kits.orders import COMBS, BearingOrders, Line

Floats = NDArray[np.float64]
SLIPS = np.linspace(-0.02, 0.01, 25)  # Smith & Randall (2015): slip of 1 to 2 % is normal
SKIDS = np.linspace(-0.05, 0.01, 41)
"""A ball under little load turns slower than rolling would have it, and not steadily. [1]"""
SMEAR = 0.008
"""Half of the width to which a skidding ball's lines are smeared, as a share of their frequency. [1]"""
SKID_FACTOR = 1.4
"""Wide lines over a wide range of slip meet something more often: a skidding ball must stand out further. [1]

The ratio of the ball's to the races' 99 % point over 582 synthetic healthy records: 4.3 to 3.0.
"""
TOP_SHARE = 1 / 3
"""Share of the spectra, those where the comb stands out most, that the score is the mean of. [1]"""
DEPTH_UNIT = 0.1
SEGMENT_S = 2.5
N_SURROGATES = 200
TOP_RATE_HZ = 25_600.0
LEVELS_DB = (-3.0, 15.0)  # one huge line is one line
LEAST_SPREAD_DB = 0.05
TOP_ORDER = 4.4  # of the inner race: four multiples of it, with sidebands
SPEED_ERROR = 0.005  # of a stated speed
SPEED_LINES_DB = 2.0  # mean level at which the shaft's own lines are believed rather than the stated speed
WHITENED = ("cepstrum", "noise")
"""How the record of each half of the spectra was whitened."""


@dataclass(frozen=True)
class CombScore:
    """How one fault's comb stands in each spectrum.

    ``level_db`` and the surrogates' ``null_mean_db`` and ``null_spread_db`` have shape ``(n_spectra,)``
    [dB], as has the ``depth`` to which the comb modulates the band's power, beyond what the surrogates
    reach [1]. ``line_db`` is what ``level_db`` is the weighted mean of, shape ``(n_spectra, n_lines)``
    [dB], over the lines that are ``inside`` the spectra, shape ``(n_lines,)``. The ``slip`` of the cage [1]
    is common to all spectra. ``is_smeared`` says that the lines were sought as a skidding ball's.
    """

    fault: str
    slip: float
    level_db: Floats
    null_mean_db: Floats
    null_spread_db: Floats
    line_db: Floats
    inside: NDArray[np.bool_]
    depth: Floats
    is_smeared: bool = False

    @property
    def z(self) -> Floats:
        """Distance from the surrogates in their spreads, shape ``(n_spectra,)``. [1]"""
        return (self.level_db - self.null_mean_db) / self.null_spread_db

    @property
    def score(self) -> float:
        """How surely and how deeply the comb stands out, in the third of the spectra where it does most. [1]

        The geometric mean of ``z`` and the depth in tenths: faint lines of wavy races stand out surely where
        a record is long, and chance lines are deep where it is short; a fault's are both.
        """
        stands = float(self.z[self._top].mean())
        score = float(np.sqrt(stands * self.deep / DEPTH_UNIT)) if stands > 0 else stands
        return score / SKID_FACTOR if self.is_smeared else score

    @property
    def deep(self) -> float:
        """Depth to which the comb modulates power, root mean square over the same spectra. [1]"""
        return float(np.sqrt(np.mean(self.depth[self._top] ** 2)))

    @property
    def _top(self) -> NDArray[np.intp]:
        return np.argsort(self.z)[-round(TOP_SHARE * len(self.z)) :]


def mean_of(combs: Sequence[CombScore], shown: CombScore) -> CombScore:
    """Take the mean of what several pieces of a record say of one fault.

    Parameters
    ----------
    combs
        The fault's comb in each piece.
    shown
        The piece whose slip is shown.

    Returns
    -------
    comb
        Means over the pieces.
    """
    if len(combs) == 1:
        return combs[0]
    return CombScore(
        shown.fault,
        shown.slip,
        np.mean([comb.level_db for comb in combs], axis=0),
        np.mean([comb.null_mean_db for comb in combs], axis=0),
        np.mean([comb.null_spread_db for comb in combs], axis=0),
        np.mean([comb.line_db for comb in combs], axis=0),
        shown.inside,
        np.mean([comb.depth for comb in combs], axis=0),
        shown.is_smeared,
    )


def line_order(line: Line, fault: str, orders: BearingOrders, slip: float) -> float:
    """Return the order of a line of a fault's comb.

    A cage that turns slower or faster than its geometry says, by load or by sliding, moves the races' orders
    by opposite amounts: their sum is the number of balls.

    Parameters
    ----------
    line
        Line of the comb.
    fault
        Fault that it belongs to.
    orders
        Orders of the bearing.
    slip
        Slip of the cage. [1]

    Returns
    -------
    order
        Multiple of the shaft's speed. [1]
    """
    at = np.array([orders.of(fault)])
    return float(_orders_at(np.array([line]), fault, orders, at, np.array([slip]))[0, 0, 0])


def thin_record(x: Floats, rate_hz: float) -> tuple[Floats, float]:
    """Reduce the sample rate to one that bearing faults need, by cutting the spectrum.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    x
        Record, shape ``(n // k,)`` with a whole k. [any]
    rate_hz
        Its sample rate. [Hz]
    """
    factor = ceil(rate_hz / TOP_RATE_HZ)
    if factor == 1:
        return x, rate_hz
    from scipy import fft

    n = len(x) // factor * factor
    bins = fft.rfft(x[:n])[: n // factor // 2 + 1]
    return np.asarray(fft.irfft(bins, n // factor) / factor, np.float64), rate_hz / factor


class Search:
    """The spectra of one record, and the combs measured in them.

    ``hz`` [Hz] has shape ``(n_lines,)``, ``plain`` (levels over the floor, dB) shape
    ``(n_spectra, n_lines)``; ``bands_hz`` [Hz] are those of one half of the spectra.
    """

    def __init__(self, x: Floats, rate_hz: float, shaft_hz: float, orders: BearingOrders) -> None:
        from scipy.ndimage import maximum_filter1d

        self.orders = orders
        self.bands_hz = band_grid() * rate_hz / 2
        n_segment = min(len(x), int(SEGMENT_S * rate_hz))
        halves = [
            envelope_spectra(white, rate_hz, band_grid(), n_segment, TOP_ORDER * orders.bpfi * shaft_hz)
            for white in (whiten_cepstrum(x), whiten_noise(x, rate_hz))
        ]
        self.hz = halves[0][0]
        self.step_hz = float(self.hz[1])
        n_floor = max(21, int(0.7 * shaft_hz / self.step_hz))
        power = np.vstack([power for _, power in halves])
        floor = floor_of(power, n_floor)
        self.plain = levels_over_floor(power, floor)
        self.shaft_hz = self._shaft_hz(shaft_hz)
        turns = np.arange(1, int(self.hz[-1] / self.shaft_hz) + 1) * self.shaft_hz
        reach = round(2 + 0.5 / self.step_hz)
        self.levels = maximum_filter1d(np.clip(self.plain, *LEVELS_DB), 3, axis=1)
        self._blank(self.levels, turns, reach)
        self.smeared = self.plain.copy()
        self._blank(self.smeared, turns, reach)
        self.smeared = np.clip(smear_levels(self.smeared, SMEAR), *LEVELS_DB)
        self.depths = maximum_filter1d(np.maximum(power - floor, 0.0), 3, axis=1)
        self._blank(self.depths, turns, reach)

    def measure(self, fault: str) -> CombScore:
        """Measure a fault's comb against those of the surrogates."""
        rolling = self._measure(fault, self.levels, SLIPS)
        if fault != "ball":
            return rolling
        skidding = replace(self._measure(fault, self.smeared, SKIDS), is_smeared=True)
        return max(rolling, skidding, key=lambda comb: comb.score)

    def _measure(self, fault: str, levels: Floats, slips: Floats) -> CombScore:
        at = np.array([self.orders.of(fault)])
        own = self._comb(levels, fault, at, slips)[:, 0]
        best = int(np.argmax(own.mean(axis=0)))
        slip = float(slips[best])
        rest = self._without(levels, fault, slip)
        # A fault has one slip in all spectra; the surrogates may choose one in each, so agreement counts.
        null = self._comb(rest, fault, self._surrogates(fault), slips).max(axis=2)
        spread = null.std(axis=1) + LEAST_SPREAD_DB
        lines, inside = self._lines(levels, fault, at, slips[best : best + 1])
        shown = lines[:, 0, :, 0], inside[0, :, 0] > 0
        depth = self._depth(fault, slip)
        return CombScore(fault, slip, own[:, best], null.mean(axis=1), spread, *shown, depth)

    def _depth(self, fault: str, slip: float) -> Floats:
        """Depth to which a fault's comb modulates each band, less what the surrogates reach."""
        one = np.array([slip])
        at = np.append(self.orders.of(fault), self._surrogates(fault))
        squares = self._lines(self.depths, fault, at, one)[0].sum(axis=(2, 3))
        return np.asarray(np.sqrt(np.maximum(squares[:, 0] - squares[:, 1:].mean(axis=1), 0.0)))

    def _shaft_hz(self, stated_hz: float) -> float:
        """Correct a stated speed by the shaft's own lines, where they stand out."""
        tried = stated_hz * np.linspace(1 - SPEED_ERROR, 1 + SPEED_ERROR, 41)
        mean = np.clip(self.plain, *LEVELS_DB).mean(axis=0)
        level = np.mean([np.interp(k * tried, self.hz, mean) for k in range(1, 6)], axis=0)
        best = int(np.argmax(level))
        return float(tried[best]) if level[best] > SPEED_LINES_DB else stated_hz

    def _blank(self, levels: Floats, at_hz: NDArray[np.floating], reach: int) -> None:
        at = np.rint(at_hz / self.step_hz).astype(int)
        near = (at[:, None] + np.arange(-reach, reach + 1)).ravel()
        base = np.median(levels, axis=1, keepdims=True)
        levels[:, near[(near >= 0) & (near < levels.shape[1])]] = base

    def _without(self, levels: Floats, fault: str, slip: float) -> Floats:
        """Levels without the lines that a fault explains: they must not raise what it is measured against."""
        side = range(-2, 3) if fault != "cage" else (0,)
        lines = [
            Line(k, s, 0, 1.0) if fault != "ball" else Line(k, 0, s, 1.0) for k in range(1, 9) for s in side
        ]
        at = [line_order(line, fault, self.orders, slip) * self.shaft_hz for line in lines]
        rest = levels.copy()
        reach = round(SMEAR * max(at) / self.step_hz) if levels is self.smeared else 0
        self._blank(rest, np.array(at), 2 + reach)
        return rest

    def _comb(self, levels: Floats, fault: str, at: Floats, slips: Floats) -> Floats:
        """Mean level of a fault's comb at several orders, shape ``(n_spectra, n_orders, n_slips)``."""
        weights = np.array([line.weight for line in COMBS[fault]])[:, None]
        levels_db, inside = self._lines(levels, fault, at, slips)
        return np.asarray(np.sum(levels_db * weights, axis=2) / np.sum(inside * weights, axis=1))

    def _lines(self, levels: Floats, fault: str, at: Floats, slips: Floats) -> tuple[Floats, Floats]:
        """Levels of lines, shape ``(n_spectra, n_orders, n_lines, n_slips)``, and which are inside."""
        orders = _orders_at(np.array(COMBS[fault]), fault, self.orders, at, slips)
        index = np.rint(orders * self.shaft_hz / self.step_hz).astype(int)
        last = levels.shape[1] - 2
        inside = (index < last).astype(np.float64)
        return levels[:, np.minimum(index, last)] * inside, inside

    def _surrogates(self, fault: str) -> Floats:
        """Return orders that no fault of the bearing explains."""
        rng = np.random.default_rng(0)  # the same record always gets the same verdict
        if fault == "cage":
            drawn = rng.uniform(0.22, 0.95, 2 * N_SURROGATES)
            ftf = self.orders.ftf
            own = np.array([0.5 * ftf, ftf, 1.5 * ftf, 2 * ftf, 0.5, 1 - ftf, 0.333])
            near = np.abs(drawn[:, None] / own - 1) < 0.04
            return np.asarray(drawn[~near.any(axis=1)][:N_SURROGATES], np.float64)
        o = self.orders
        top = max(7.0, 1.3 * o.bpfi)
        drawn = rng.uniform(1.6, top, 4 * N_SURROGATES)
        true = np.outer((o.bpfo, o.bpfi, o.bsf, 2 * o.bsf), (0.5, 1, 2, 1 / 3, 1.5, 2 / 3)).ravel()
        explained = (np.abs(drawn[:, None] / true - 1) < 0.035).any(axis=1)
        kept = drawn[~explained & (np.abs(drawn - np.rint(drawn)) > 0.04)][:N_SURROGATES]
        return np.asarray(kept, np.float64)


def _orders_at(lines: Floats, fault: str, orders: BearingOrders, at: Floats, slips: Floats) -> Floats:
    """Orders of a comb's lines, shape ``(n_orders, n_lines, n_slips)``."""
    moved = -orders.bpfo / orders.bpfi * slips if fault == "inner_race" else slips
    multiple, shaft, cage = (lines[:, i][:, None] for i in range(3))
    return np.abs(multiple * at[:, None, None] * (1 + moved) + shaft + cage * orders.ftf * (1 + slips))
