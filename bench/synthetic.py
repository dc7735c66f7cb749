"""Synthetic vibration records, healthy and faulty, that bench.diagnosis judges; without the product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Floats = NDArray[np.float64]
RATES_HZ = (8_192.0, 12_000.0, 12_800.0, 20_000.0, 25_600.0)


@dataclass(frozen=True)
class Case:
    """A record with what is true of it: rate [Hz], speed [rpm], fault orders [1], and its label."""

    x: Floats
    rate_hz: float
    speed_rpm: float
    orders: tuple[float, float, float, float]
    label: str
    snr_db: float = 0.0


def draw_healthy(seed: int, *, seconds: tuple[float, float] = (1.0, 10.0)) -> Case:
    """Draw a healthy record: coloured, shaft-modulated noise; shaft, supply and gear tones; stray knocks."""
    rng = np.random.default_rng([7_919, seed])
    rate = float(rng.choice(RATES_HZ))
    n = int(rate * np.exp(rng.uniform(*np.log(seconds))))
    shaft = rng.uniform(10, 60)
    turn = _turns(rng, n, rate, shaft)
    x = _noise(rng, n, rate) * (1 + rng.uniform(0, 0.5) * np.cos(2 * np.pi * turn + rng.uniform(0, 6.28)))
    x += _tones(rng, turn, n, rate)
    for at in rng.integers(0, n, rng.poisson(1.0)):
        x[at : at + 50] += rng.uniform(2, 8) * x.std() * np.exp(-np.arange(len(x[at : at + 50])) / 8.0)
    return Case(x, rate, 60 * shaft * (1 + rng.normal(0, 5e-4)), draw_orders(rng), "normal")


def draw_faulty(seed: int, fault: str, *, seconds: tuple[float, float] = (4.0, 10.0)) -> Case:
    """Draw a healthy record and add the impacts of one fault, at an impact-to-noise ratio of -18 to 0 dB."""
    base = draw_healthy(seed, seconds=seconds)
    rng = np.random.default_rng([104_729, seed])
    n, shaft = len(base.x), base.speed_rpm / 60
    hits = _hits(rng, fault, base.orders, n / base.rate_hz, shaft)
    train = np.zeros(n)
    at = (hits[0] * base.rate_hz).astype(int)
    np.add.at(train, at[at < n], hits[1][at < n])
    ring = _resonances(rng, base.rate_hz, int(rng.integers(1, 3)))
    struck = np.sum([lfilter([1.0], a, train) for a in ring], axis=0)
    snr = rng.uniform(-18, 0)
    struck *= base.x.std() / max(struck.std(), 1e-12) * 10 ** (snr / 20)
    return Case(base.x + struck, base.rate_hz, base.speed_rpm, base.orders, fault, snr)


def draw_orders(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Draw the fault orders of a bearing of random geometry (outer, inner, ball spin, cage). [1]"""
    balls, share = int(rng.integers(7, 17)), rng.uniform(0.12, 0.3)
    return balls / 2 * (1 - share), balls / 2 * (1 + share), (1 - share**2) / (2 * share), (1 - share) / 2


def _turns(rng: np.random.Generator, n: int, rate: float, shaft: float) -> Floats:
    wander = np.cumsum(rng.normal(0, 1, n)) / np.sqrt(n) * 3e-4
    return np.asarray(np.cumsum(shaft * (1 + wander) / rate))


def _resonances(rng: np.random.Generator, rate: float, count: int) -> list[Floats]:
    made = []
    for _ in range(count):
        f, q = rng.uniform(0.08, 0.45) * rate, rng.uniform(5, 40)
        r = np.exp(-np.pi * f / q / rate)
        made.append(np.array([1.0, -2 * r * np.cos(2 * np.pi * f / rate), r * r]))
    return made


def _noise(rng: np.random.Generator, n: int, rate: float) -> Floats:
    white = rng.normal(0, 1, n)
    x = rng.uniform(0.05, 1.0) * white
    for a in _resonances(rng, rate, int(rng.integers(0, 4))):
        y = lfilter([1.0], a, rng.normal(0, 1, n))
        x += rng.uniform(0.2, 1.5) * y / y.std()
    return np.asarray(x / x.std())


def _tones(rng: np.random.Generator, turn: Floats, n: int, rate: float) -> Floats:
    x = np.zeros(n)
    for k in range(1, 9):
        x += rng.exponential(0.5) / k * np.cos(2 * np.pi * k * turn + rng.uniform(0, 6.28))
    hum = rng.choice((50.0, 60.0)) * np.arange(n) / rate
    x += rng.exponential(0.1) * np.cos(4 * np.pi * hum)
    if rng.random() < 0.6:
        teeth, other = int(rng.integers(17, 61)), turn / rng.uniform(1.2, 4.0)
        for k in (1, 2, 3):
            depth = rng.uniform(0, 0.4, 2)
            swing = 1 + depth[0] * np.cos(2 * np.pi * turn) + depth[1] * np.cos(2 * np.pi * other)
            if k * teeth * (turn[-1] / n) < 0.45:
                x += (
                    rng.exponential(0.5)
                    / k
                    * swing
                    * np.cos(2 * np.pi * k * teeth * turn + rng.uniform(0, 6.28))
                )
    return x


def _hits(
    rng: np.random.Generator,
    fault: str,
    orders: tuple[float, float, float, float],
    span_s: float,
    shaft: float,
) -> tuple[Floats, Floats]:
    """Times [s] and strengths of the impacts, with slip, jitter and the load zone."""
    bpfo, bpfi, bsf, ftf = orders
    slip = rng.uniform(-0.015, 0.006)
    outer = bpfo * (1 + slip)
    per_turn = {"outer_race": outer, "inner_race": bpfo + bpfi - outer, "ball": 2 * bsf * (1 + slip)}[fault]
    count = int(span_s * shaft * per_turn)
    period = 1 / (per_turn * shaft)
    at = period * (np.arange(count) + np.cumsum(rng.normal(0, rng.uniform(0.002, 0.01), count)))
    at = at + rng.normal(0, rng.uniform(0.002, 0.02) * period, count)
    passing = {"outer_race": 0.0, "inner_race": shaft, "ball": ftf * (1 + slip) * shaft}[fault]
    zone = 1 + rng.uniform(0.4, 1.0) * np.cos(2 * np.pi * passing * at) if passing else np.ones(count)
    if fault == "ball":
        zone = zone * np.where(np.arange(count) % 2, rng.uniform(0.5, 1.0), 1.0)
    return np.abs(at), zone * rng.lognormal(0, 0.2, count)
