"""The axle box of a rail vehicle, physics first: wheel on rail, flats, polygons, bearing, joints, mesh.

The wheel's radial error is what it is driven by: unsprung mass on the contact's stiffness and a rail that is
mass, spring and damper. A flat is the chord of the tread that it takes off (l^2 / 8R deep), a polygon a sine;
the rest of the roughness is as rails have it. The bearing's knocks ring the box itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

Floats = NDArray[np.float64]
RATE_HZ = 10_000.0
RADIUS_M = 0.46
BEARING = (7.9, 10.1, 3.2, 0.44)  # outer, inner, ball spin, cage


@dataclass(frozen=True)
class Roll:
    """How a wheel rolls, and what is wrong with it."""

    speed_hz: float = 10.0
    flat_mm: float = 0.0
    polygon: int = 0
    polygon_um: float = 0.0
    outer: float = 0.0  # bearing's knocks over the rest
    teeth: int = 0  # of a gear wheel on the axle
    run_out_um: float = 100.0


def roll(run: Roll, seconds: float, seed: int) -> tuple[Floats, Floats]:
    """Return acceleration [m/s2] and turns of the wheel [1], each of shape ``(n,)``; the speed wanders."""
    rng = np.random.default_rng([55_001, seed])
    n = round(seconds * RATE_HZ)
    t = np.arange(n) / RATE_HZ
    wander = 1 + 0.001 * np.sin(2 * np.pi * 0.15 * t + rng.uniform(0, 6.28))
    turns = np.cumsum(run.speed_hz * wander) / RATE_HZ + rng.uniform()
    error = run.run_out_um * 1e-6 * np.cos(2 * np.pi * turns)
    for order in range(2, 40):
        error += rng.exponential(8e-6) / order * np.cos(2 * np.pi * order * turns + rng.uniform(0, 6.28))
    if run.polygon:
        error += run.polygon_um * 1e-6 * np.cos(2 * np.pi * run.polygon * turns + rng.uniform(0, 6.28))
    if run.flat_mm:
        half = run.flat_mm / 2e3
        along = ((turns + 0.3) % 1 - 0.5) * 2 * np.pi * RADIUS_M
        error -= np.maximum(0.0, (half**2 - along**2) / (2 * RADIUS_M))
    error += _rail(rng, n, run.speed_hz)
    x = _box(error)
    if run.teeth:
        x += 3.0 * np.cos(2 * np.pi * run.teeth * turns) * (1 + 0.3 * np.cos(2 * np.pi * turns))
    noise = rng.normal(0, 1, n)
    x += 0.5 * noise
    if run.outer:
        x += _bearing(rng, turns, run.outer * float(np.std(x)))
    return x, turns


def _rail(rng: np.random.Generator, n: int, speed_hz: float) -> Floats:
    """Roughness of the rail (power with wavelength cubed), sleepers each 0.6 m, joints each 60 m."""
    hz = np.maximum(fft.rfftfreq(n, 1 / RATE_HZ), 5.0)
    bins = (rng.normal(size=len(hz)) + 1j * rng.normal(size=len(hz))) * hz**-1.5
    rough = fft.irfft(bins, n)
    rough *= 15e-6 / rough.std()
    speed = 2 * np.pi * RADIUS_M * speed_hz
    at = np.arange(n) / RATE_HZ * speed
    rough += 20e-6 * np.cos(2 * np.pi * at / 0.6 + rng.uniform(0, 6.28))
    joint = (at + rng.uniform(0, 60)) % 60.0
    return np.asarray(rough - 1e-4 * np.exp(-((joint / 0.03) ** 2)))


def _box(error: Floats) -> Floats:
    """Acceleration of the unsprung mass: contact 1.4 GN/m, wheel 900 kg, rail 150 kg on 60 MN/m."""
    w = 2j * np.pi * fft.rfftfreq(len(error), 1 / RATE_HZ)
    contact, wheel = 1.4e9, 900.0 * w**2 + 3e4 * w
    rail = 150.0 * w**2 + 1.2e5 * w + 6e7
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = 1 / (1 + wheel / contact + wheel / rail)
    moved[0] = 0
    low = signal.firwin(101, 2_500.0, fs=RATE_HZ)
    return np.asarray(signal.fftconvolve(fft.irfft(fft.rfft(error) * moved * w**2, len(error)), low, "same"))


def _bearing(rng: np.random.Generator, turns: Floats, rms: float) -> Floats:
    order = BEARING[0] * 0.992
    hits = (np.arange(int((turns[-1] - turns[0]) * order)) + 0.5) / order + turns[0]
    hits = hits + rng.normal(0, 0.004 / order, len(hits))
    at = np.searchsorted(turns, hits)
    train = np.zeros(len(turns))
    train[at[at < len(train)]] = rng.lognormal(0, 0.2, int(np.sum(at < len(train))))
    r = np.exp(-np.pi * 3_200 / 12 / RATE_HZ)
    ring = signal.lfilter([1.0], [1.0, -2 * r * np.cos(2 * np.pi * 3_200 / RATE_HZ), r * r], train)
    return np.asarray(ring * rms / ring.std())
