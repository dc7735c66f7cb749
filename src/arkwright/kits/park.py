"""Three phases as one turning vector: Clarke, Park, symmetrical components, extended Park's vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.exact_tones import BETA

Floats = NDArray[np.float64]
Vectors = NDArray[np.complex128]

TURN = np.exp(2j * np.pi / 3)


@dataclass(frozen=True)
class Sequences:
    """Symmetrical components of three phases at one frequency, as peak phasors. [unit of the record]"""

    positive: complex
    negative: complex
    zero: complex

    @property
    def unbalance(self) -> float:
        """Negative over positive sequence, the larger of the two taken as positive. [1]"""
        most, least = sorted((abs(self.positive), abs(self.negative)), reverse=True)
        return least / most if most else 0.0


def space_vector(a: Floats, b: Floats, c: Floats) -> Vectors:
    """Join three phases to a space vector that keeps amplitudes (Clarke).

    Parameters
    ----------
    a
        First phase, shape ``(n,)``. [any]
    b
        Second phase, shape ``(n,)``. [any]
    c
        Third phase, shape ``(n,)``. [any]

    Returns
    -------
    vector
        Alpha as real, beta as imaginary part, shape ``(n,)``. [any]

    References
    ----------
    .. [1] Duesterhoeft, Schulz, Clarke (1951), AIEE Trans. 70(2), 1248-1255.
    """
    return np.asarray((2.0 / 3.0) * (a + TURN * b + TURN**2 * c), np.complex128)


def turn_back(vector: Vectors, angle_rad: Floats) -> Vectors:
    """Look at a space vector from an axis that turns (Park): d as real, q as imaginary part.

    Parameters
    ----------
    vector
        Space vector, shape ``(n,)``. [any]
    angle_rad
        Angle of the d axis, shape ``(n,)``. [rad]

    Returns
    -------
    turned
        Shape ``(n,)``. [any]

    References
    ----------
    .. [1] Park (1929), AIEE Trans. 48(3), 716-727.
    """
    return np.asarray(vector * np.exp(-1j * angle_rad), np.complex128)


def phasor_at(x: Floats | Vectors, rate_hz: float, hz: float) -> complex:
    """Measure a tone of a real record, or a turning part of a space vector, at a known frequency.

    Parameters
    ----------
    x
        Record or space vector, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    hz
        Frequency; negative for the part of a space vector that turns backwards. [Hz]

    Returns
    -------
    phasor
        Peak phasor at the first sample. [any]
    """
    window = np.kaiser(len(x), BETA)
    turns = np.exp(-2j * np.pi * hz / rate_hz * np.arange(len(x)))
    scale = 1.0 if np.iscomplexobj(x) else 2.0
    return complex(scale * ((x * window) @ turns) / float(window.sum()))


def sequences_at(phases: tuple[Floats, Floats, Floats], rate_hz: float, hz: float) -> Sequences:
    """Split three phases into symmetrical components at one frequency.

    Parameters
    ----------
    phases
        Three records, each of shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    hz
        Frequency. [Hz]

    Returns
    -------
    sequences
        Positive, negative and zero sequence.

    References
    ----------
    .. [1] Fortescue (1918), AIEE Trans. 37(2), 1027-1140, eqs. 22-24.
    """
    a, b, c = (phasor_at(x, rate_hz, hz) for x in phases)
    return Sequences(
        complex((a + TURN * b + TURN**2 * c) / 3),
        complex((a + TURN**2 * b + TURN * c) / 3),
        (a + b + c) / 3,
    )


def park_modulus(vector: Vectors) -> Floats:
    """Return the extended Park's vector: the modulus of the space vector, over its mean.

    A balanced sine gives a constant; a negative sequence of share u gives a line of peak u at twice the
    frequency; sidebands f +- g give a line at g.

    Parameters
    ----------
    vector
        Space vector, shape ``(n,)``. [any]

    Returns
    -------
    modulus
        Shape ``(n,)``. [1]

    References
    ----------
    .. [1] Cruz, Cardoso (2001), IEEE Trans. Industry Applications 37(5), 1227-1233, section III.
    """
    size = np.abs(vector)
    return np.asarray(size / max(float(size.mean()), np.finfo(float).tiny), np.float64)
