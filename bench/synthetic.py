"""Synthetic vibration records, healthy and faulty, that bench.diagnosis judges; without the product.

A healthy record is no white noise: races are wavy and draw faint lines at their own orders, a neighbour's
bearing, a gear's rough tooth and a belt come through, the supply and a converter draw lines and modulate, and
the speed wanders. What share of it each record gets is drawn, so that a threshold that holds for all of them
holds for the mixture. The depths are what a maker's tolerances and a rigid housing allow, as guessed before
any verdict was scored; no real record was used to set them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Floats = NDArray[np.float64]
Orders = tuple[float, float, float, float]
RATES_HZ = (8_192.0, 12_000.0, 12_800.0, 20_000.0, 25_600.0)
WAVY = 0.03  # depth to which a sound race's waviness modulates the noise: spread of its half-normal
SKID = 0.045  # a lightly loaded ball turns up to this much slower than rolling would have it


@dataclass(frozen=True)
class Case:
    """A record with what is true of it: rate [Hz], speed [rpm], fault orders [1], and its label."""

    x: Floats
    rate_hz: float
    speed_rpm: float
    orders: Orders
    label: str
    snr_db: float = 0.0


def draw_healthy(seed: int, *, seconds: tuple[float, float] = (1.0, 10.0)) -> Case:
    """Draw a healthy record: coloured noise that swells with shaft and races; tones; what comes through."""
    rng = np.random.default_rng([7_919, seed])
    rate = float(rng.choice(RATES_HZ))
    n = int(rate * np.exp(rng.uniform(*np.log(seconds))))
    shaft = rng.uniform(10, 60)
    orders = draw_orders(rng)
    turn = _turns(rng, n, rate, shaft)
    x = _noise(rng, n, rate) * (1 + _breath(rng, turn, orders, rate)) + _tones(rng, turn, n, rate)
    x += _converter(rng, n, rate) + _come_through(rng, turn, rate, x.std())
    for at in rng.integers(0, n, rng.poisson(rng.choice((0.0, 1.0, 20.0), p=(0.4, 0.4, 0.2)))):
        x[at : at + 50] += rng.uniform(2, 8) * x.std() * np.exp(-np.arange(len(x[at : at + 50])) / 8.0)
    return Case(x, rate, 60 * shaft * (1 + rng.normal(0, 5e-4)), orders, "normal")


def draw_faulty(seed: int, fault: str, *, seconds: tuple[float, float] = (4.0, 10.0)) -> Case:
    """Draw a healthy record and add the impacts of one fault, at an impact-to-noise ratio of -18 to 0 dB."""
    base = draw_healthy(seed, seconds=seconds)
    rng = np.random.default_rng([104_729, seed])
    at, strength = _hits(rng, fault, base.orders, len(base.x) / base.rate_hz, base.speed_rpm / 60)
    struck = _struck(rng, at, strength, len(base.x), base.rate_hz)
    snr = rng.uniform(-18, 0)
    struck *= base.x.std() / max(struck.std(), 1e-12) * 10 ** (snr / 20)
    return Case(base.x + struck, base.rate_hz, base.speed_rpm, base.orders, fault, snr)


def draw_orders(rng: np.random.Generator) -> Orders:
    """Draw the fault orders of a bearing of random geometry (outer, inner, ball spin, cage). [1]"""
    balls, share = int(rng.integers(7, 17)), rng.uniform(0.12, 0.3)
    return balls / 2 * (1 - share), balls / 2 * (1 + share), (1 - share**2) / (2 * share), (1 - share) / 2


def _turns(rng: np.random.Generator, n: int, rate: float, shaft: float) -> Floats:
    """Angle of the shaft in turns; its speed wanders, in the mean by 1 per mille, at times by 5. [1]"""
    wander = np.cumsum(rng.normal(0, 1, n)) / np.sqrt(n) * rng.choice((3e-4, 1e-3, 5e-3), p=(0.5, 0.4, 0.1))
    return np.asarray(np.cumsum(shaft * (1 + wander) / rate))


def _resonances(rng: np.random.Generator, rate: float, count: int) -> list[Floats]:
    made = []
    for _ in range(count):
        f, q = rng.uniform(0.08, 0.45) * rate, rng.uniform(5, 40)
        r = np.exp(-np.pi * f / q / rate)
        made.append(np.array([1.0, -2 * r * np.cos(2 * np.pi * f / rate), r * r]))
    return made


def _noise(rng: np.random.Generator, n: int, rate: float) -> Floats:
    x = rng.uniform(0.05, 1.0) * rng.normal(0, 1, n)
    for a in _resonances(rng, rate, int(rng.integers(0, 4))):
        y = lfilter([1.0], a, rng.normal(0, 1, n))
        x += rng.uniform(0.2, 1.5) * y / y.std()
    return np.asarray(x / x.std())


def _wave(rng: np.random.Generator, turn: Floats) -> Floats:
    return np.asarray(np.cos(2 * np.pi * (turn + rng.uniform())))


def _breath(rng: np.random.Generator, turn: Floats, orders: Orders, rate: float) -> Floats:
    """How the noise swells: with the shaft, the vanes, a belt, the supply, and with wavy races."""
    swell = np.zeros(len(turn))
    for k in range(1, 4):
        swell += rng.uniform(0, 0.5) / k * _wave(rng, k * turn)
    if rng.random() < 0.3:
        swell += rng.uniform(0, 0.4) * _wave(rng, int(rng.integers(3, 10)) * turn)
    if rng.random() < 0.3:
        belt = rng.uniform(0.25, 0.8)
        swell += sum(rng.exponential(0.05) / k * _wave(rng, k * belt * turn) for k in range(1, 5))
    if rng.random() < 0.5:
        t = np.arange(len(turn)) / rate
        swell += rng.uniform(0, 0.2) * _wave(rng, 2 * rng.choice((50.0, 60.0)) * t)
    slip = rng.uniform(-0.015, 0.006)
    outer = orders[0] * (1 + slip)
    for order in (outer, orders[0] + orders[1] - outer):
        depth = abs(rng.normal(0, WAVY))
        for k in range(1, 4):
            swell += depth / k * _wave(rng, k * order * turn)
    return np.asarray(np.maximum(swell, -0.95))


def _tones(rng: np.random.Generator, turn: Floats, n: int, rate: float) -> Floats:
    x = np.zeros(n)
    for k in range(1, 9):
        x += rng.exponential(0.5) / k * _wave(rng, k * turn)
    x += rng.exponential(0.1) * _wave(rng, 2 * rng.choice((50.0, 60.0)) * np.arange(n) / rate)
    if rng.random() < 0.6:
        teeth, other = int(rng.integers(17, 61)), turn / rng.uniform(1.2, 4.0)
        for k in (1, 2, 3):
            swing = 1 + rng.uniform(0, 0.4) * _wave(rng, turn) + rng.uniform(0, 0.4) * _wave(rng, other)
            if k * teeth * (turn[-1] / n) < 0.45:
                x += rng.exponential(0.5) / k * swing * _wave(rng, k * teeth * turn)
    return x


def _converter(rng: np.random.Generator, n: int, rate: float) -> Floats:
    """Lines that have nothing to do with the shaft: a converter's carrier with its sidebands, and strays."""
    t, x = np.arange(n) / rate, np.zeros(n)
    if rng.random() < 0.3:
        carrier, supply = rng.uniform(0.1, 0.45) * rate, rng.uniform(10, 60)
        for side in (-4, -2, 0, 2, 4):
            x += rng.exponential(0.1) * _wave(rng, (carrier + side * supply) * t)
    for _ in range(rng.poisson(1.0)):
        x += rng.exponential(0.1) * _wave(rng, rng.uniform(0.02, 0.48) * rate * t)
    return x


def _come_through(rng: np.random.Generator, turn: Floats, rate: float, level: float) -> Floats:
    """Impacts of something else: a bearing of other geometry, or a rough tooth on another shaft."""
    n, shaft = len(turn), float(turn[-1] / len(turn) * rate)
    x = np.zeros(n)
    if rng.random() < 0.08:  # three neighbours, of which 2 to 3 % have a defect
        fault = str(rng.choice(("outer_race", "inner_race", "ball")))
        x += _scaled(rng, _struck(rng, *_hits(rng, fault, draw_orders(rng), n / rate, shaft), n, rate), level)
    if rng.random() < 0.2:
        every = rng.choice((1.0, 1.0 / rng.uniform(1.2, 4.0)))
        at = np.arange(int(turn[-1] * every)) / (every * shaft)
        x += _scaled(rng, _struck(rng, at, rng.lognormal(0, 0.3, len(at)), n, rate), level)
    return x


def _scaled(rng: np.random.Generator, x: Floats, level: float) -> Floats:
    return np.asarray(x * level / max(float(x.std()), 1e-12) * 10 ** (rng.uniform(-30, -15) / 20))


def _struck(rng: np.random.Generator, at_s: Floats, strength: Floats, n: int, rate: float) -> Floats:
    train = np.zeros(n)
    at = (at_s * rate).astype(int)
    np.add.at(train, at[at < n], strength[at < n])
    return np.sum([lfilter([1.0], a, train) for a in _resonances(rng, rate, int(rng.integers(1, 3)))], axis=0)


def _hits(
    rng: np.random.Generator, fault: str, orders: Orders, span_s: float, shaft: float
) -> tuple[Floats, Floats]:
    """Times [s] and strengths of the impacts, with slip, jitter and the load zone."""
    bpfo, bpfi, bsf, ftf = orders
    slip = rng.uniform(-0.015, 0.006)
    outer = bpfo * (1 + slip)
    rolls = 1 + slip
    if fault == "ball":
        rolls *= 1 - rng.choice((0.0, rng.uniform(0, SKID)))
    per_turn = {"outer_race": outer, "inner_race": bpfo + bpfi - outer, "ball": 2 * bsf * rolls}[fault]
    count = int(span_s * shaft * per_turn)
    period = 1 / (per_turn * shaft)
    at = period * (np.arange(count) + np.cumsum(rng.normal(0, rng.uniform(0.002, 0.01), count)))
    at = at + rng.normal(0, rng.uniform(0.002, 0.02) * period, count)
    passing = {"outer_race": 0.0, "inner_race": shaft, "ball": ftf * (1 + slip) * shaft}[fault]
    zone = 1 + rng.uniform(0.4, 1.0) * np.cos(2 * np.pi * passing * at) if passing else np.ones(count)
    if fault == "ball":
        zone = zone * np.where(np.arange(count) % 2, rng.uniform(0.5, 1.0), 1.0)
        at = at + _skid(rng, count, period, rolls < 1 + slip)
    return np.abs(at), zone * rng.lognormal(0, 0.2, count)


def _skid(rng: np.random.Generator, count: int, period: float, does: bool) -> Floats:
    """Delay of each impact where the spin wanders by about 1 % over seconds. [s]"""
    wander = np.cumsum(rng.normal(0, 1, count)) / np.sqrt(max(count, 1)) * 0.015
    return np.asarray(np.cumsum(wander) * period if does else np.zeros(count))
