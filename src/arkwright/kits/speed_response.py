"""The first order of a rotor against its speed: a resonance between speeds, or none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
POWERS = (1.0, 2.0, 3.0)
"""Velocity per force of an unbalance grows with the speed on a heavy housing, with its cube on a soft one."""


@dataclass(frozen=True)
class Peak:
    """A resonance: natural frequency [Hz], damping ratio [1], how far off the points lie [natural log].

    ``plain`` is how far they lie off a power of the speed, which needs no resonance. [natural log]
    """

    natural_hz: float
    damping: float
    off: float
    plain: float

    @property
    def amplification(self) -> float:
        """Amplitude at the peak over that without a resonance. [1]"""
        return 1 / (2 * self.damping)

    def at(self, hz: float) -> float:
        """Return the amplification at a speed. [1]

        Parameters
        ----------
        hz
            Speed. [Hz]
        """
        return float(amplification(np.array([hz / self.natural_hz]), self.damping)[0])


def amplification(ratio: Floats, damping: float) -> Floats:
    """Compute the amplification of an oscillator against the ratio of frequencies.

    Parameters
    ----------
    ratio
        Frequency over natural frequency, shape ``(n,)``. [1]
    damping
        Damping ratio. [1]

    Returns
    -------
    amplification
        Shape ``(n,)``. [1]

    References
    ----------
    .. [1] ISO 2041:2018, forced response of a system with one degree of freedom.
    """
    return np.asarray(1 / np.hypot(1 - ratio**2, 2 * damping * ratio), np.float64)


def fit_peak(speed_hz: Floats, velocity: Floats) -> Peak:
    """Fit a resonance to velocities at the first order at several speeds.

    Parameters
    ----------
    speed_hz
        Speeds, at least four, shape ``(n,)``. [Hz]
    velocity
        Velocity at the first order, above zero, shape ``(n,)``. [any]

    Returns
    -------
    peak
        The oscillator whose response lies nearest in the logarithm, the force a power of the speed.

    Raises
    ------
    ValueError
        If there are fewer than four speeds, or a velocity is not above zero.
    """
    if len(speed_hz) < 4 or not (velocity > 0).all():
        raise ValueError(f"{len(speed_hz)} speeds; at least four with a velocity above zero are needed")
    told, speed = np.log(velocity), np.log(speed_hz)
    natural = np.geomspace(0.8 * speed_hz.min(), 1.25 * speed_hz.max(), 160)
    damping = np.geomspace(0.01, 0.5, 30)
    ratio = speed_hz[None, None, :] / natural[:, None, None]
    shape = -0.5 * np.log((1 - ratio**2) ** 2 + (2 * damping[None, :, None] * ratio) ** 2)
    best = (np.inf, 0, 0)
    for power in POWERS:
        rest = told - shape - power * speed
        off = rest.std(axis=2)
        at = np.unravel_index(int(np.argmin(off)), off.shape)
        best = min(best, (float(off[at]), int(at[0]), int(at[1])))
    line = np.polynomial.polynomial.polyfit(speed, told, 1)
    plain = float(np.std(told - line[0] - line[1] * speed))
    return Peak(float(natural[best[1]]), float(damping[best[2]]), best[0], plain)
