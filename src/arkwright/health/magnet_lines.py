"""What a permanent-magnet motor's current shows: magnets, gap and turns, by lines at parts of the supply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.health.line_family import LineMet, Spectrum, below_db, meet
from arkwright.health.phases import Phases
from arkwright.kits.exact_tones import Tone
from arkwright.kits.park import phasor_at, space_vector

Vectors = NDArray[np.complex128]

MAGNET_DB = 46.0
"""Of f +- k fr, k > 1, below the supply: one magnet of eight that lost a third, in `bench.magnet_motor`
with a current loop of 150 Hz; magnets made to 2 % draw lines 56 dB down there. [dB]"""
GAP_DB = 28.0
"""Of f +- fr: 14 % of the gap turning, same model; motors are made to 10 %, most of it standing. [dB]"""
APART_DB = 20.0
"""A weak magnet draws k > 1 some 11 dB below the first pair, a rotor out of centre 30 dB. [dB]"""
TURNS_SHARE = 0.05
"""Negative sequence: three clamps of class 0.5 add 1.5 % at most, a rotor 10 % off its place 2.4 %. [1]"""
LIKE_GAP = 0.2
"""Third harmonic that turns forward, over the negative sequence: 0.3 where the gap makes both, hardly any
where turns are shorted (same model). [1]"""


@dataclass(frozen=True)
class Pairs:
    """The lines f +- k fr of one family, and the strongest. [dB below the supply]"""

    lines: tuple[LineMet, ...]
    below_db: float
    p: float

    def are_there(self, limit_db: float) -> bool:
        """Say whether they stand out over the noise and over ``limit_db`` [dB below the supply]."""
        return self.p <= 1e-4 and self.below_db <= limit_db


def judge_pairs(spectrum: Spectrum, supply: Tone, pole_pairs: int, orders: Sequence[int]) -> Pairs:
    """Measure the pairs of lines f +- k fr that a rotor which is not alike all round draws.

    Which k a weak magnet draws depends on the winding, and in one phase those that turn backwards fold in;
    the strongest line counts, its chance times the number of lines that were looked at.

    Parameters
    ----------
    spectrum
        The current without its supply.
    supply
        The supply line.
    pole_pairs
        Pole pairs, so that fr = f / p. [1]
    orders
        The k.

    References
    ----------
    .. [1] le Roux, Harley, Habetler (2007), IEEE Trans. Power Electronics 22(1), 322-328, eq. 1.
    .. [2] Ebrahimi, Faiz, Roshtkhari (2009), IEEE Trans. Industrial Electronics 56(11), 4727-4739.
    """
    shaft, step = supply.hz / pole_pairs, float(spectrum.hz[1])
    every = {f"f{side * k:+d}fr": supply.hz + side * k * shaft for k in orders for side in (-1, 1)}
    lines = meet(spectrum, {name: hz for name, hz in every.items() if hz > 0.2 * shaft}, step)
    if not lines:
        return Pairs((), 200.0, 1.0)
    top = max(lines, key=lambda line: line.peak)
    k = top.name[2:]
    pair = tuple(line for line in lines if line.name[2:] == k)
    return Pairs(pair, below_db(top.peak, supply.peak), min(1.0, top.p * len(lines)))


@dataclass(frozen=True)
class Turns:
    """Negative sequence and forward third harmonic over the positive sequence. [1]"""

    negative: float
    third: float

    @property
    def are_unlike(self) -> bool:
        """Say whether the phases are less alike than clamps and the gap of a sound motor allow."""
        return self.negative >= TURNS_SHARE

    @property
    def is_gap(self) -> bool:
        """Say whether the gap rather than the winding makes them so."""
        return self.third >= LIKE_GAP * self.negative


def judge_turns(currents: Phases, rate_hz: float, supply_hz: float) -> Turns:
    """Measure how unlike the phases are.

    Parameters
    ----------
    currents
        Three currents, each of shape ``(n,)``. [A]
    rate_hz
        Sample rate. [Hz]
    supply_hz
        Frequency of the supply. [Hz]

    References
    ----------
    .. [1] Cruz, Cardoso (2001), IEEE Trans. Industry Applications 37(5), 1227-1233, on the Park's vector of
       a winding with shorted turns.
    """
    vector = space_vector(*currents)
    one, other = (phasor_at(vector, rate_hz, side * supply_hz) for side in (1, -1))
    turn = 1 if abs(one) >= abs(other) else -1
    most, least = max(abs(one), abs(other)), min(abs(one), abs(other))
    third = abs(phasor_at(vector, rate_hz, 3 * turn * supply_hz)) if 3 * supply_hz < rate_hz / 2 else 0.0
    return Turns(least / most, third / most) if most else Turns(0.0, 0.0)


def linked_flux(
    voltage: complex, current: complex, hz: float, ohm: float, henry: tuple[float, float]
) -> float:
    """Return the flux that the magnets link, from phasors of one phase at the terminals. [Wb]

    Parameters
    ----------
    voltage
        Peak phasor. [V]
    current
        Peak phasor, into the motor. [A]
    hz
        Frequency. [Hz]
    ohm
        Resistance of a phase. [ohm]
    henry
        Inductance along the magnets and across them. [H]

    References
    ----------
    .. [1] Chen, Tomita, Doki, Okuma (2003), IEEE Trans. Industrial Electronics 50(2), 288-295, on the
       extended back-EMF: it lies on the q axis.
    """
    w, along, across = 2 * np.pi * hz, *henry
    emf = voltage - (ohm + 1j * w * across) * current
    q_axis = emf / abs(emf) if abs(emf) else 1.0 + 0j
    direct = float(np.real(current * np.conj(q_axis / 1j)))
    return float(abs(emf) / w - (along - across) * direct)
