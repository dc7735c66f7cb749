"""A machine tool, physics first: a spindle whose holder may rattle or cut, a ball screw that may be pitted.

The holder is a mass that the drawbar presses into a stiff seat; where it is too weak for the unbalance the
holder lifts and strikes, and knocks once or twice a turn come of it by themselves.
A milling cutter's edges meet chips of h = fz sin(phi) (Altintas 2012, eq. 2.42), each plus its own run-out.
Balls of a screw go round at the mean speed of the two tracks that they roll on.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Floats = NDArray[np.float64]
RATE_HZ = 12_800.0
HEAD_KG = 300.0
LIFT_M = 10e-6  # until the grippers hold again


@dataclass(frozen=True)
class Turning:
    """How a spindle runs, and what is wrong with it."""

    speed_hz: float = 100.0
    unbalance_gmm: float = 30.0
    hold_n: float = 3_000.0  # of the drawbar, across the seat
    edges: int = 0  # 0 in air
    feed_mm: float = 0.1
    run_out_mm: float = 0.01


def turn_spindle(run: Turning, seconds: float, seed: int) -> Floats:
    """Return acceleration at the spindle's nose, shape ``(n,)`` [m/s2]."""
    rng = np.random.default_rng([61_001, seed])
    n = round(seconds * RATE_HZ)
    turn = 2 * pi * run.speed_hz * np.arange(n) / RATE_HZ + rng.uniform(0, 6.28)
    force = run.unbalance_gmm * 1e-6 * (2 * pi * run.speed_hz) ** 2 * np.cos(turn)
    if run.edges:
        force = force + _cut(run, turn, rng)
    force = force + rng.normal(0, 15.0, n)
    x = _seat(force, run.hold_n) / HEAD_KG
    for k in (1, 2, 3):  # the belt or coupling of the drive, and hum
        x = x + rng.exponential(0.02) * np.cos(2 * pi * (k * 100 + 0.3) * np.arange(n) / RATE_HZ + k)
    return np.asarray(x + rng.normal(0, 0.05, n))


def _seat(force: Floats, hold_n: float) -> Floats:
    """Force on the head of a holder of 2 kg that is pressed into a seat of 900 Hz with ``hold_n`` [N]."""
    mass, stiff, step = 2.0, 2.0 * (2 * pi * 900.0) ** 2, 1 / RATE_HZ / 8
    damp = 0.3 * 2 * pi * 900.0 * mass  # friction of the taper
    at, speed = -hold_n / stiff, 0.0
    out = np.empty(len(force))
    for i, push in enumerate(force.tolist()):
        for _ in range(8):
            past = at if at < 0 else max(0.0, at - LIFT_M)
            seat = -stiff * past - damp * speed if past else -0.05 * damp * speed
            speed += step * (push - hold_n + seat) / mass
            at += step * speed
        out[i] = hold_n - seat
    return out


def _cut(run: Turning, turn: Floats, rng: np.random.Generator) -> Floats:
    total = np.zeros(len(turn))
    aside = run.run_out_mm * np.cos(2 * pi * np.arange(run.edges) / run.edges + rng.uniform(0, 6.28))
    for edge in range(run.edges):
        angle = (turn + 2 * pi * edge / run.edges) % (2 * pi)
        chip = np.maximum(0.0, run.feed_mm * np.sin(angle) + aside[edge] - aside[edge - 1])
        total += np.where(angle < pi / 2, 2_000.0 * 2.0 * chip, 0.0)
    return total


@dataclass(frozen=True)
class Screw:
    """A ball screw in a stroke at one speed; ``pit`` is nut, screw or nothing."""

    speed_hz: float = 25.0
    balls: int = 20
    ball_mm: float = 6.35
    pitch_mm: float = 41.4
    contact_deg: float = 45.0
    pit: str = ""
    level: float = 0.5


def run_screw(run: Screw, seconds: float, seed: int) -> Floats:
    """Return acceleration at the nut, shape ``(n,)`` [m/s2]."""
    rng = np.random.default_rng([61_003, seed])
    n = round(seconds * RATE_HZ)
    t = np.arange(n) / RATE_HZ
    x = lfilter([1.0], [1.0, -1.1, 0.5], rng.normal(0, 1, n))
    for k in range(1, 6):  # coupling, guideway's balls, the motor's torque ripple
        x += rng.exponential(0.4) / k * np.cos(2 * pi * k * run.speed_hz * t + rng.uniform(0, 6.28))
    x += 0.3 * np.cos(2 * pi * 24 * run.speed_hz * t) + 0.2 * np.cos(2 * pi * 173.3 * t)
    if not run.pit:
        return np.asarray(x)
    # The track of the screw moves at w r, the nut's stands; a ball's centre goes at their mean.
    inner = (run.pitch_mm - run.ball_mm * cos(radians(run.contact_deg))) / 2
    round_hz = 0.5 * run.speed_hz * inner / (run.pitch_mm / 2) * (1 + rng.uniform(-0.01, 0.004))
    past = run.balls * (round_hz if run.pit == "nut" else run.speed_hz - round_hz)
    count = int(seconds * past)
    at = (np.arange(count) + np.cumsum(rng.normal(0, 0.004, count))) / past
    strength = rng.lognormal(0, 0.2, count)
    if run.pit == "screw":  # it turns through the load
        strength *= 1 + 0.6 * np.cos(2 * pi * run.speed_hz * at)
    train = np.zeros(n)
    place = (at * RATE_HZ).astype(int)
    inside = (place >= 0) & (place < n)
    np.add.at(train, place[inside], strength[inside])
    r = np.exp(-pi * 3_000 / 10 / RATE_HZ)
    ring = lfilter([1.0], [1.0, -2 * r * np.cos(2 * pi * 3_000 / RATE_HZ), r * r], train)
    return np.asarray(x + run.level * x.std() * ring / ring.std())
