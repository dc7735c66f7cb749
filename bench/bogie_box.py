"""The gearbox of a bogie, physics first: every tooth's error of transmission shakes a box with resonances.

Each tooth of both gears is a little off its place (as made); a cracked one gives way while it carries. A flat
on a wheel of the axle knocks through the axle instead, by another way into the box.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Floats = NDArray[np.float64]
RATE_HZ = 20_000.0
PINION, GEAR = 19, 81


@dataclass(frozen=True)
class Box:
    """How the axle turns, and what is wrong: depth of a crack over the usual error, on which gear; a flat."""

    axle_hz: float = 9.0
    crack: float = 0.0
    on: str = "pinion"
    flat: float = 0.0
    off: float = 0.15  # of a tooth as made, over the mesh's own error


def run_box(run: Box, seconds: float, seed: int) -> tuple[Floats, Floats]:
    """Return acceleration [m/s2] and turns of the axle [1], each of shape ``(n,)``."""
    rng = np.random.default_rng([71_003, seed])
    n = round(seconds * RATE_HZ)
    t = np.arange(n) / RATE_HZ
    wander = 1 + 0.0008 * np.sin(2 * np.pi * 0.2 * t + rng.uniform(0, 6.28))
    axle = np.cumsum(run.axle_hz * wander) / RATE_HZ
    mesh = axle * GEAR
    error = (
        np.cos(2 * np.pi * mesh) + 0.4 * np.cos(4 * np.pi * mesh + 1) + 0.15 * np.cos(6 * np.pi * mesh + 2)
    )
    for name, teeth in (("pinion", PINION), ("gear", GEAR)):
        made = rng.normal(0, run.off, teeth)
        tooth = np.floor(mesh).astype(int) % teeth
        share = np.sin(np.pi * (mesh % 1)) ** 2
        error = error + made[tooth] * share
        if run.crack and name == run.on:
            error = error - run.crack * share * (tooth == 7)
    force = np.gradient(np.gradient(error)) * RATE_HZ**2 * 1e-6
    x = _through(force, 1_900.0, 12.0) + 0.5 * _through(force, 4_300.0, 20.0)
    x *= 8.0 / x.std()
    if run.flat:
        at = np.searchsorted(axle, np.arange(1, int(axle[-1])) + 0.6)
        knocks = np.zeros(n)
        knocks[at] = rng.lognormal(0, 0.1, len(at))
        ring = _through(knocks, 700.0, 15.0)
        x += run.flat * 8.0 * ring / np.abs(ring).max()
    return np.asarray(x + rng.normal(0, 2.0, n)), axle


def _through(force: Floats, hz: float, q: float) -> Floats:
    r = np.exp(-np.pi * hz / q / RATE_HZ)
    return np.asarray(lfilter([1 - r], [1.0, -2 * r * np.cos(2 * np.pi * hz / RATE_HZ), r * r], force))
