"""A rotor in an oil film, physics first: whirl and whip come out of the equations, no line is put in.

The rotor's first mode (mass, stiffness) hangs on a journal that the oil pushes round at nearly half speed
(Muszynska 1988, Journal of Sound and Vibration 127(3), 457-483): the film's force turns with lambda times the
shaft and stiffens with eccentricity. Below the threshold the journal only follows the unbalance; above it,
it whirls at lambda times the speed, until that meets the rotor's own frequency and stays there: whip.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RATE_HZ = 4_000.0
CLEARANCE_UM = 120.0


@dataclass(frozen=True)
class Spin:
    """Speed, unbalance, side load and film of one run."""

    speed_hz: float
    unbalance_um: float = 6.0
    side_um: float = 0.0  # where the load would hold the journal without the film
    turned: float = 0.47  # mean speed of the oil over the shaft's
    low_hz: float = 22.0  # of rotor and journal together on their support
    high_hz: float = 55.0  # of the rotor alone


def spin(runs: list[Spin], seconds: float, settle_s: float = 3.0) -> list[tuple[Floats, Floats]]:
    """Return what two probes at right angles see, each of shape ``(n,)`` [um]."""
    film = _Film(runs)
    step, n = 1 / RATE_HZ, round((seconds + settle_s) * RATE_HZ)
    y = [np.full(len(runs), 1.0 + 0.5j) for _ in range(3)]
    seen = np.empty((n, len(runs)), complex)
    for i in range(n):
        seen[i] = y[2]
        t = i * step
        k1 = film.slope(t, y)
        k2 = film.slope(t + step / 2, [a + step / 2 * b for a, b in zip(y, k1, strict=True)])
        k3 = film.slope(t + step / 2, [a + step / 2 * b for a, b in zip(y, k2, strict=True)])
        k4 = film.slope(t + step, [a + step * b for a, b in zip(y, k3, strict=True)])
        rows = zip(y, k1, k2, k3, k4, strict=True)
        y = [a + step / 6 * (p + 2 * q + 2 * r + s) for a, p, q, r, s in rows]
    kept = seen[round(settle_s * RATE_HZ) :]
    return [(kept[:, k].real.copy(), kept[:, k].imag.copy()) for k in range(len(runs))]


class _Film:
    """State: rotor's place and speed, journal's place, complex. [um, um/s, um]"""

    def __init__(self, runs: list[Spin]) -> None:
        self.w = 2 * np.pi * np.array([r.speed_hz for r in runs])
        self.e = np.array([r.unbalance_um for r in runs])
        self.side = np.array([r.side_um for r in runs])
        self.turned = np.array([r.turned for r in runs])
        low, high = (2 * np.pi * np.array([getattr(r, k) for r in runs]) for k in ("low_hz", "high_hz"))
        self.own, self.shaft = low**2, high**2 - low**2  # stiffness over mass
        self.damp, self.film = 0.03 * low, 600.0  # of the rotor; of the film over the mass

    def slope(self, t: float, y: list) -> list:
        rotor, speed, journal = y
        out = np.minimum(np.abs(journal) / CLEARANCE_UM, 0.98)
        # The film stiffens and thickens towards the wall, and is carried round less.
        film = self.film / (1 - out**2) ** 1.5
        wall = 1e7 * np.maximum(np.abs(journal) / CLEARANCE_UM - 0.98, 0.0)
        stiff = 0.02 * self.own + self.own * out**2 / (1 - out**2) + wall
        carried = 1j * self.turned * (1 - out) ** 0.04 * self.w * journal
        pull = self.shaft * (rotor - journal) - stiff * (journal - self.side)
        shake = self.w**2 * self.e * np.exp(1j * self.w * t)
        push = -self.damp * speed - self.own * rotor - self.shaft * (rotor - journal) + shake
        return [speed, push, carried + pull / film]


def probe(
    path: tuple[Floats, Floats], speed_hz: float, seed: int, noise_um: float = 1.0
) -> tuple[Floats, Floats]:
    """See a path as a plant does: run-out of the shaft's surface, hum in one probe, noise."""
    rng = np.random.default_rng([77_003, seed])
    n = len(path[0])
    t = np.arange(n) / RATE_HZ
    seen = []
    for k in (0, 1):
        x = path[k] + rng.normal(0, noise_um, n)
        for order in (1, 2, 3, 4):
            x = x + rng.uniform(0, 3) / order * np.cos(
                2 * np.pi * order * speed_hz * t + rng.uniform(0, 6.28)
            )
        seen.append(x + rng.uniform(0, 1.5) * np.cos(2 * np.pi * 50 * t + rng.uniform(0, 6.28)))
    return seen[0], seen[1]
