"""Planetary gears: speeds and mesh of the stage, and averages of single planets by windows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.tracking import sample_by_turns

Floats = NDArray[np.float64]


class Stage(NamedTuple):
    """Frequencies of a planetary stage whose ring stands still. [Hz]

    ``sun_fault``, ``ring_fault`` and ``planet_fault`` are how often one damaged tooth of each is met.
    """

    carrier_hz: float
    sun_hz: float
    mesh_hz: float
    sun_fault_hz: float
    ring_fault_hz: float
    planet_fault_hz: float


class Window(NamedTuple):
    """What is cut out at each passing: its width [teeth], points a tooth, and shape.

    ``shape`` is ``hann``, or ``tukey`` whose middle half is flat.
    """

    width_teeth: float = 5.0
    points: int = 32
    shape: str = "hann"

    def weights(self) -> Floats:
        """Return the window, shape ``(n,)`` with an odd n. [1]"""
        from scipy.signal import windows

        size = round(self.width_teeth * self.points) | 1
        return np.asarray(
            windows.tukey(size, 0.5) if self.shape == "tukey" else windows.hann(size), np.float64
        )


WINDOW = Window()


def planetary_stage(carrier_hz: float, ring: int, sun: int, planet: int, n_planets: int) -> Stage:
    """Compute the frequencies of a planetary stage with a fixed ring.

    Parameters
    ----------
    carrier_hz
        Speed of the carrier. [Hz]
    ring
        Teeth of the ring. [1]
    sun
        Teeth of the sun. [1]
    planet
        Teeth of a planet. [1]
    n_planets
        Planets. [1]

    Returns
    -------
    stage
        Its frequencies.

    Raises
    ------
    ValueError
        If the teeth cannot mesh: ring = sun + 2 planet, give or take profile shift by two.

    References
    ----------
    .. [1] McFadden, Smith (1985), Proc. IMechE 199(C1), 65-70; Willis (1841), equation of planetary trains.
    """
    if min(ring, sun, planet, n_planets) < 1 or abs(ring - sun - 2 * planet) > 2:
        raise ValueError(f"ring {ring}, sun {sun} and planets of {planet} teeth do not mesh")
    mesh = ring * carrier_hz
    return Stage(
        carrier_hz,
        carrier_hz * (1 + ring / sun),
        mesh,
        n_planets * mesh / sun,
        n_planets * carrier_hz,
        2 * mesh / planet,
    )


def average_member(
    x: Floats,
    carrier_turns: Floats,
    ring: int,
    member: int,
    *,
    passing: float = 0.0,
    window: Window = WINDOW,
) -> tuple[Floats, Floats]:
    """Average a planet, or the sun through one planet, over its own turn.

    Each time the planet passes a transducer on the ring, the few teeth that mesh there are cut out by a
    window and laid at their place on the planet's (or the sun's) rim; in one turn of the carrier as many
    teeth pass as the ring has. The sum is divided by what the windows themselves add up to.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    carrier_turns
        Turns of the carrier at each sample, rising, shape ``(n,)``. [1]
    ring
        Teeth of the ring. [1]
    member
        Teeth of the planet, or of the sun. [1]
    passing
        Share of a carrier's turn at which the planet passes the transducer. [1]
    window
        What is cut out.

    Returns
    -------
    average
        Over one turn of the member, shape ``(member * window.points,)``. [any]
    weights
        What the windows add up to at each point, same shape. [1]

    Raises
    ------
    ValueError
        If the record is too short for every tooth to pass.

    References
    ----------
    .. [1] McFadden (1991), J. Sound and Vibration 144(1), 163-172: windowed averages of planets and sun.
    .. [2] McFadden (1994), MSSP 8(3), 275-284: smooth windows.
    """
    per_turn = ring * window.points
    even = sample_by_turns(x, carrier_turns, per_turn)
    shape = window.weights()
    size, rim = len(shape), member * window.points
    total, weights = np.zeros(rim), np.zeros(rim)
    first = int(np.ceil(carrier_turns[0] - passing))
    for turn in range(first, first + len(even) // per_turn + 2):
        centre = round((turn + passing - carrier_turns[0]) * per_turn)
        low = centre - size // 2
        if low < 0 or low + size > len(even):
            continue
        place = (turn * per_turn - size // 2 + np.arange(size)) % rim
        np.add.at(total, place, even[low : low + size] * shape)
        np.add.at(weights, place, shape)
    if float(weights.min()) <= 0:
        raise ValueError(f"the record is too short: not every one of {member} teeth has passed")
    return np.asarray(total / weights, np.float64), weights


def vote_planet(averages: list[Floats]) -> tuple[int, float]:
    """Name the planet whose average is least like the others'.

    Parameters
    ----------
    averages
        One average of each planet, each of shape ``(n,)``. [any]

    Returns
    -------
    planet
        Its number, from zero.
    lead
        Its fourth moment over the median of all planets', of what is left without the mesh. [1]
    """
    peaked = np.array([float(np.mean(a**4) / np.mean(a**2) ** 2) for a in averages])
    top = int(np.argmax(peaked))
    return top, float(peaked[top] / np.median(peaked))
