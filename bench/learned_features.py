"""What bench.learned shows to a model: windows of records, by envelope orders or without any bearing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.health.bearing import BearingOrders
from arkwright.kits.envelope import (
    band_grid,
    envelope_spectra,
    whiten_cepstrum,
    whiten_noise,
)
from arkwright.kits.orders import COMBS, Line

Floats = NDArray[np.float64]
WINDOW_S = 2.0
SLIPS = np.linspace(-0.02, 0.01, 25)  # Smith & Randall (2015): slip of 1 to 2 % is normal
N_REFERENCE = 100
LEVELS_DB = (-3.0, 15.0)
PARTS = ("outer_race", "inner_race", "ball", "cage")


@dataclass(frozen=True)
class Window:
    """A piece of a record, and what it is of: rate [Hz], shaft [Hz], orders [1]."""

    x: Floats
    rate_hz: float
    shaft_hz: float
    orders: BearingOrders


def windows_of(x: Floats, rate_hz: float, shaft_hz: float, orders: BearingOrders) -> Iterator[Window]:
    """Cut a record into windows that do not overlap."""
    n = int(WINDOW_S * rate_hz)
    for at in range(0, len(x) - n + 1, n):
        yield Window(x[at : at + n], rate_hz, shaft_hz, orders)


Spectra = list[tuple[Floats, float]]


def features_of(window: Window) -> dict[str, Floats]:
    """Every kind of features of a window."""
    spectra = spectra_of(window)
    return {
        "envelope orders": order_features(window, spectra),
        "rivals": rival_features(window, spectra),
        "generic": generic_features(window),
    }


def order_features(window: Window, spectra: Spectra) -> Floats:
    """Levels of every fault's lines in the envelope spectra, over those of lines at orders that no fault has.

    For each of two whitenings, each line's level is taken as the mean and as the greatest over ten bands, at
    the slip that suits the fault's comb best; then the mean of lines at 100 random orders is subtracted and
    the spread divided out. So a record's own loudness, colour and length are gone. [1]
    """
    return np.concatenate([_lines(rows, step_hz, window) for rows, step_hz in spectra])


def spectra_of(window: Window) -> Spectra:
    """Scaled mean and greatest level over the bands, shape ``(2, n_lines)``, and their step [Hz]."""
    at = np.random.default_rng(0).uniform(0.3, 3 * window.orders.bpfi, N_REFERENCE) * window.shaft_hz
    spectra = []
    for white in (whiten_cepstrum(window.x), whiten_noise(window.x, window.rate_hz)):
        hz, power = envelope_spectra(white, window.rate_hz, band_grid(), len(window.x))
        n_floor = max(21, int(0.7 * window.shaft_hz / hz[1]))
        levels = np.clip(10 * np.log10(power / _floor(power, n_floor)), *LEVELS_DB)
        rows = np.vstack([levels.mean(axis=0), levels.max(axis=0)])
        near = _around(rows, np.rint(at / hz[1]).astype(int))
        rows = (rows - near.mean(axis=1, keepdims=True)) / (near.std(axis=1, keepdims=True) + 0.05)
        spectra.append((rows, float(hz[1])))
    return spectra


def _floor(power: Floats, n_floor: int) -> Floats:
    from scipy.ndimage import median_filter

    return np.asarray(median_filter(power, size=(1, n_floor | 1), mode="nearest"))


def _lines(rows: Floats, step_hz: float, window: Window) -> Floats:
    """Levels of all lines in the mean and in the greatest spectrum, then of whole combs."""
    lines, combs = [], []
    for part in PARTS:
        best = _at_best_slip(rows, comb_orders(part, COMBS[part], window.orders), step_hz / window.shaft_hz)
        lines.append(best.ravel())
        combs.append(best.mean(axis=1))
    return np.concatenate([*lines, *combs])


def _at_best_slip(rows: Floats, orders: Floats, step: float, n_first: int | None = None) -> Floats:
    """Levels of lines at the slip that suits the first of them best, shape ``(2, n_lines)``."""
    found = _around(rows, np.rint(orders / step).astype(int))
    return np.asarray(found[:, :, int(np.argmax(found[0, :n_first].mean(axis=0)))])


SAME_LINES = (
    *(Line(k, 0, 0, 1.0) for k in (1, 2, 3, 4)),
    *(Line(k, side, 0, 1.0) for k in (1, 2, 3) for side in (-1, 1)),
    *(Line(k, 0, side, 1.0) for k in (1, 2, 3) for side in (-1, 1)),
)
"""Looked for around every part's impact rate: its multiples, sidebands of the shaft and of the cage."""


def rival_features(window: Window, spectra: Spectra) -> Floats:
    """The same questions about each part, shape ``(3 * n,)``; only sidebands count for each by itself.

    A model that weighs the answers alike for all parts cannot learn which part a bearing's own sound goes
    with. [1]
    """
    made = []
    for which, part in enumerate(PARTS[:3]):
        rates = tuple(
            line._replace(multiple=line.multiple * (2 if part == "ball" else 1)) for line in SAME_LINES
        )
        answers, sides = [], []
        for rows, step_hz in spectra:
            orders = comb_orders(part, rates, window.orders)
            best = _at_best_slip(rows, orders, step_hz / window.shaft_hz, n_first=4)
            answers += [best[:, :4].mean(axis=1), best[:, :3].min(axis=1), best[:, 0]]
            sides.append([best[0, 4:10].mean(), best[0, 10:].mean(), 1.0])
        own = np.zeros((3, 3))
        own[which] = np.mean(sides, axis=0)
        made.append(np.concatenate([*answers, own.ravel()]))
    return np.concatenate(made)


def comb_orders(part: str, lines: tuple[Line, ...], orders: BearingOrders) -> Floats:
    """Orders of lines of a part at every slip, shape ``(n_lines, n_slips)``. [1]

    The races' orders sum to the number of balls, so the inner's moves against the cage's slip.
    """
    moved = -orders.bpfo / orders.bpfi * SLIPS if part == "inner_race" else SLIPS
    return np.array(
        [
            np.abs(line.multiple * orders.of(part) * (1 + moved) + line.shaft + line.cage * orders.ftf)
            for line in lines
        ]
    )


def _around(rows: Floats, index: NDArray[np.int_]) -> Floats:
    """Greatest of each line and its neighbours, shape ``(2, *index.shape)``; zero beyond the spectrum."""
    last = rows.shape[1] - 2
    at = np.clip(index, 1, last)
    return np.asarray(np.maximum(np.maximum(rows[:, at - 1], rows[:, at]), rows[:, at + 1]) * (index <= last))


def generic_features(window: Window) -> Floats:
    """What needs no bearing: RMS, kurtosis, crest, and the power of 32 equal bands. [dB, 1]"""
    x = window.x - window.x.mean()
    power = np.abs(np.fft.rfft(x)) ** 2
    bands = [10 * np.log10(band.sum()) for band in np.array_split(power[1:], 32)]
    rms = float(np.sqrt(np.mean(x**2)))
    return np.array([20 * np.log10(rms), np.mean(x**4) / rms**4, np.abs(x).max() / rms, *bands])
