"""Vibration of a pair of gears from its mesh, simulated without the product; bench.gear and tests judge it.

The mesh has three harmonics whose strength follows the pitch errors of both gears, tooth by tooth, and the
wander of the speed. A cracked tooth yields while it meshes: the mesh loses some of its strength and lags, and
the casing rings. Noise is coloured; a bearing knocks at an order of its own; another shaft has tones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Floats = NDArray[np.float64]
RATE_HZ, SPAN_S = 12_800.0, 10.0


@dataclass(frozen=True)
class Pair:
    """A pair of gears and what is wrong with it.

    ``mesh`` are the amplitudes of the harmonics; ``crack_db`` is the power of what the cracked tooth adds,
    over that of all the rest that is not the mesh [dB], ``cracked`` the gear that has it, ``tooth`` where on
    its rim, as share of a turn; ``sides`` how deep the shafts swing the second harmonic. [1]
    """

    pinion: int = 23
    gear: int = 67
    shaft_hz: float = 29.5
    mesh: tuple[float, ...] = (1.0, 0.5, 0.25)
    crack_db: float | None = None
    cracked: str = "pinion"
    tooth: float = 0.37
    hunting_db: float | None = None
    sides: float = 0.05
    pitch_errors: float = 0.1
    wander: float = 1e-3


@dataclass(frozen=True)
class Heard:
    """A record [m/s2] with the turns of the pinion at each sample [1], and the stated speed [rpm]."""

    x: Floats
    turns: Floats
    speed_rpm: float
    rate_hz: float = RATE_HZ
    pulses_s: Floats = field(default_factory=lambda: np.zeros(0))


def hear(pair: Pair, seed: int, span_s: float = SPAN_S) -> Heard:
    """Simulate one record."""
    rng = np.random.default_rng([17, seed])
    n = int(span_s * RATE_HZ)
    drift = np.cumsum(rng.normal(size=n)) / np.sqrt(n) * pair.wander
    turns = np.cumsum(pair.shaft_hz * (1 + drift)) / RATE_HZ
    rest = _rest(rng, turns, n)
    x = _mesh(rng, pair, turns) + rest
    ratio = pair.pinion / pair.gear
    if pair.crack_db is not None:
        own = turns if pair.cracked == "pinion" else turns * ratio
        x = x + _struck(rng, own, pair.tooth, rest, pair.crack_db)
    if pair.hunting_db is not None:
        x = x + _struck(
            rng, turns * pair.pinion / np.lcm(pair.pinion, pair.gear), 0.41, rest, pair.hunting_db
        )
    at = np.interp(np.arange(1, int(turns[-1])), turns, np.arange(n) / RATE_HZ)
    return Heard(x, turns, 60 * pair.shaft_hz * (1 + rng.normal(0, 1e-3)), pulses_s=at)


def _mesh(rng: np.random.Generator, pair: Pair, turns: Floats) -> Floats:
    wheel = turns * pair.pinion / pair.gear
    errors = [rng.normal(0, pair.pitch_errors, teeth) for teeth in (pair.pinion, pair.gear)]
    places = [(own * teeth % teeth).astype(int) for own, teeth in ((turns, pair.pinion), (wheel, pair.gear))]
    strength = 1 + errors[0][places[0]] + errors[1][places[1]]
    x = np.zeros(len(turns))
    for k, amplitude in enumerate(pair.mesh, 1):
        swing = 1 + (pair.sides if k == 2 else 0.05) * (np.cos(2 * np.pi * turns) + np.cos(2 * np.pi * wheel))
        x += amplitude * strength * swing * np.cos(2 * np.pi * k * pair.pinion * turns + rng.uniform(0, 6.28))
    return x


def _rest(rng: np.random.Generator, turns: Floats, n: int) -> Floats:
    """Coloured noise, a bearing that knocks at 4.87 orders with slip, tones of the shaft and of another."""
    noise = rng.normal(size=n)
    radius, at = rng.uniform(0.7, 0.95), rng.uniform(0.3, 2.2)
    ringing = lfilter([1.0], [1.0, -2 * radius * np.cos(at), radius**2], rng.normal(size=n))
    x = noise + rng.uniform(0.2, 1.0) * ringing / ringing.std()
    knocks = np.zeros(n)
    slip = np.cumsum(rng.normal(0, 0.01, int(turns[-1] * 4.87)))
    when = np.searchsorted(turns, (np.arange(len(slip)) + slip) / 4.87)
    knocks[when[(when > 0) & (when < n)]] = 1
    x += 0.3 * _ring(rng, knocks, n)
    for order in (1, 2, 3, 3.71):
        x += rng.exponential(0.15) * np.cos(2 * np.pi * order * turns + rng.uniform(0, 6.28))
    return x


def _ring(rng: np.random.Generator, hits: Floats, n: int) -> Floats:
    t = np.arange(250) / RATE_HZ
    x = np.convolve(hits, np.exp(-900 * t) * np.sin(2 * np.pi * rng.uniform(1500, 5000) * t))[:n]
    return x / max(float(x.std()), 1e-12)


def _struck(rng: np.random.Generator, own: Floats, place: float, rest: Floats, level_db: float) -> Floats:
    hits = np.zeros(len(own))
    at = np.searchsorted(own, np.arange(1, int(own[-1]) + 1) + place)
    at = at[at < len(own)]
    hits[at] = rng.lognormal(0, 0.2, len(at))
    return _ring(rng, hits, len(own)) * rest.std() * 10 ** (level_db / 20)
