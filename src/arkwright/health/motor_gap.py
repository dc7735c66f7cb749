"""A rotor out of centre: lines f +- fr, and rotor-slot harmonics a turn beside their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.health.line_family import LineMet, Spectrum, below_db, meet, together
from arkwright.health.motor_power import Cause
from arkwright.kits.exact_tones import LOBE, Tone, fit_tones, kaiser_lines
from arkwright.kits.motor_current import SUPPLY_MULTIPLES
from arkwright.kits.motor_lines import shaft_lines, slot_lines

Floats = NDArray[np.float64]

SURE_DB = 15.0  # over the noise, at which the rotor's own lines are believed rather than the stated speed
LIMIT_DB = 50.0
"""Of f +- fr below the supply: static times dynamic eccentricity of 2.7 %, so 16 % of the gap each. The gap's
mean permeance swings by their product once a turn; a swing of 1 % draws lines 58.7 dB down in the two-axis
model of `bench.motor_physics`, and the lines go with it. Motors are made to 10 %. [dB]"""


@dataclass(frozen=True)
class Gap:
    """What the lines of a rotor out of centre say: lines, the stronger one [dB below the supply], chance."""

    lines: tuple[LineMet, ...]
    slots: tuple[LineMet, ...]
    below_db: float
    p: float
    source: Cause = "unknown"
    power_ratio: float | None = None

    @property
    def are_there(self) -> bool:
        """Say whether both lines stand out, one of them over the limit."""
        return self.p <= 1e-4 and all(line.is_there for line in self.lines) and self.below_db <= LIMIT_DB

    @property
    def is_there(self) -> bool:
        """Say whether they are there, and not from a load that pulses once a turn."""
        return self.are_there and self.source != "load"

    @property
    def share(self) -> float:
        """Static times dynamic eccentricity that the lines stand for. [1]"""
        return 0.01 * float(10 ** ((58.7 - self.below_db) / 20))


def weak_lines(x: Floats, rate_hz: float, supply: Tone) -> Spectrum:
    """Compute the spectrum of a current without its supply.

    Parameters
    ----------
    x
        Current, shape ``(n,)``. [A]
    rate_hz
        Sample rate. [Hz]
    supply
        The supply line; its multiples are taken out.
    """
    weak = x - fit_tones(x, rate_hz, [k * supply.hz for k in SUPPLY_MULTIPLES])
    return Spectrum(*kaiser_lines(weak, rate_hz), pad=int(LOBE))


def refine_shaft(spectrum: Spectrum, supply: Tone, shaft_hz: float, reach: float) -> tuple[float, bool]:
    """Find the shaft's own frequency by its pair of lines about the supply, where it stands out.

    Parameters
    ----------
    spectrum
        The current without its supply.
    supply
        The supply line.
    shaft_hz
        As stated. [Hz]
    reach
        How far off that may be, as a share. [1]

    Returns
    -------
    shaft_hz
        The shaft's frequency. [Hz]
    is_seen
        Whether the lines show it.
    """
    step = float(spectrum.hz[1])
    tried = np.arange(shaft_hz * (1 - reach), shaft_hz * (1 + reach) + step / 4, step / 4)
    low, high = (_at(spectrum, np.abs(supply.hz + side * tried)) for side in (-1, 1))
    best = int(np.argmax(np.minimum(low, high)))
    lines = meet(spectrum, shaft_lines(supply.hz, float(tried[best]), 1), step)
    seen = bool(lines) and all(line.over_db >= SURE_DB for line in lines)
    return (float(tried[best]), True) if seen else (shaft_hz, False)


def _at(spectrum: Spectrum, hz: Floats) -> Floats:
    return np.asarray(np.interp(hz, spectrum.hz, spectrum.peak), np.float64)


def judge_gap(spectrum: Spectrum, supply: Tone, shaft_hz: float, reach_hz: float, bars: int) -> Gap:
    """Judge the lines of a rotor out of centre.

    Parameters
    ----------
    spectrum
        The current without its supply.
    supply
        The supply line.
    shaft_hz
        Frequency of the shaft. [Hz]
    reach_hz
        How far the lines may lie from where it puts them. [Hz]
    bars
        Rotor bars, 0 where they are not stated. [1]
    """
    lines = meet(spectrum, shaft_lines(supply.hz, shaft_hz, 1), reach_hz)
    slots = meet(spectrum, slot_lines(supply.hz, shaft_hz, bars, "dynamic"), reach_hz) if bars else ()
    level = min((below_db(line.peak, supply.peak) for line in lines), default=200.0)
    return Gap(lines, slots, level, together(lines))
