"""A permanent-magnet motor under current control, magnet by magnet and tooth by tooth, without the product.

Each tooth links the flux of the magnets before it, over an air gap that may be off centre; phases add up
their teeth. The controller holds the currents: what the magnets' voltage departs from its fundamental gets
through as s / ((Ls + R)(s + wc)), a PI current loop of bandwidth wc with its zero on the motor's pole.
Shorted turns carry a current of their own, as in `bench.motor_physics`. No line of a fault is put in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TURN = np.exp(2j * np.pi / 3)
# Nine teeth, eight poles: each phase's three teeth stand side by side.
TEETH = (("a", 1), ("a", -1), ("a", 1), ("b", 1), ("b", -1), ("b", 1), ("c", 1), ("c", -1), ("c", 1))
POLE_PAIRS = 4
OHM, HENRY, FLUX = 0.05, 0.0008, 0.12
RATE_HZ = 5_000.0


@dataclass(frozen=True)
class Ride:
    """How a motor runs, and what is wrong with it; shares are of 1."""

    shaft_hz: float = 25.0
    ampere: float = 100.0
    bandwidth_hz: float = 150.0
    weak: tuple[float, ...] = ()  # strength lost by each magnet from the first
    static: float = 0.0
    dynamic: float = 0.0
    shorted: float = 0.0
    short_ohm: float = 0.02
    spread: float = 0.005  # of the magnets, as made
    inverter: float = 0.01  # of each harmonic 6k +- 1


def ride(run: Ride, seconds: float, seed: int, snr_db: float = 55.0) -> tuple[Floats, Floats]:
    """Return currents and voltages of three phases, each of shape ``(3, n)`` [A, V]."""
    rng = np.random.default_rng([99_991, seed])
    n = round(seconds * RATE_HZ)
    t = np.arange(n) / RATE_HZ
    turn = 2 * np.pi * (run.shaft_hz * t + rng.uniform())
    w = 2 * np.pi * POLE_PAIRS * run.shaft_hz
    whole = linked(Ride(spread=0.0), np.zeros(8))
    # The scale makes a sound motor link FLUX.
    scale = FLUX / abs(np.fft.fft(whole)[POLE_PAIRS]) * len(whole)
    made = linked(run, rng.normal(0, run.spread, 8)) * scale
    orders = np.fft.fftfreq(len(made), 1 / len(made))
    emf = np.zeros(n, complex)
    current = np.zeros(n, complex)
    lines = np.fft.fft(made) / len(made)
    for k in np.flatnonzero(np.abs(lines) > 1e-9 * FLUX):
        if abs(orders[k]) < 60:
            wave = lines[k] * np.exp(1j * orders[k] * turn)
            volt = 1j * orders[k] * 2 * np.pi * run.shaft_hz
            emf += volt * wave
            s = 1j * (orders[k] - POLE_PAIRS) * 2 * np.pi * run.shaft_hz  # as the controller sees it
            current -= volt * wave * s / ((HENRY * s + OHM) * (s + 2 * np.pi * run.bandwidth_hz))
    axis = np.exp(1j * (POLE_PAIRS * turn + np.angle(lines[POLE_PAIRS])))
    current += 1j * run.ampere * axis
    voltage = emf + (OHM + 1j * w * HENRY) * 1j * run.ampere * axis
    if run.shorted:
        loop = (1 - 2 * run.shorted / 3) * run.shorted * (OHM + 1j * w * HENRY) + run.short_ohm
        fed = 1j * w * FLUX * axis
        current += 2 / 3 * np.real(run.shorted * fed / loop)
    for order in (-5, 7, -11, 13):
        share = run.inverter * rng.uniform(0.2, 1.0) * 5 / abs(order)
        current += run.ampere * share * np.exp(1j * (order * POLE_PAIRS * turn + rng.uniform(0, 6.28)))
    noise = rng.normal(0, 1, (3, n)) * run.ampere / np.sqrt(2) * 10 ** (-snr_db / 20)
    gains = 1 + rng.normal(0, 0.003, 3)[:, None]  # of the clamps
    return gains * _phases(current) + noise, _phases(voltage)


def linked(run: Ride, off: Floats, n: int = 1024) -> NDArray[np.complex128]:
    """Space vector of the flux linked by three phases over one turn of the rotor."""
    turn = 2 * np.pi * np.arange(n) / n
    lost = np.zeros(8)
    lost[: len(run.weak)] = run.weak
    made = (1 - lost) * (1 + off) * np.where(np.arange(8) % 2, -1.0, 1.0)
    share = np.zeros((3, n))
    fine = np.linspace(-0.5, 0.5, 33) * 2 * np.pi / 9
    for tooth, (phase, sign) in enumerate(TEETH):
        at = 2 * np.pi * tooth / 9 + fine[:, None]
        seen = (at - turn[None, :]) % (2 * np.pi)
        magnet = np.floor(seen / (2 * np.pi / 8)).astype(int) % 8
        arc = np.abs((seen % (2 * np.pi / 8)) / (2 * np.pi / 8) - 0.5) < 0.42
        gap = 1 - run.static * np.cos(at) - run.dynamic * np.cos(at - turn[None, :])
        share["abc".index(phase)] += sign * np.mean(made[magnet] * arc / gap, axis=0)
    return 2 / 3 * (share[0] + TURN * share[1] + TURN**2 * share[2])


def _phases(vector: NDArray[np.complex128]) -> Floats:
    return np.real(np.outer([1, TURN**2, TURN], vector))
