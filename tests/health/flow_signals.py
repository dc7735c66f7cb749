"""Vibration of pumps, fans and belts, written from physics: noise of flow, bubbles, vanes, knocks, belts."""

from math import pi

import numpy as np
from scipy.signal import lfilter

RATE_HZ = 20_000.0
SHAFT_HZ = 24.6
SECONDS = 2.0


def times(seconds=SECONDS, rate_hz=RATE_HZ):
    return np.arange(round(seconds * rate_hz)) / rate_hz


def resonated(x, hz, width_hz, rate_hz=RATE_HZ):
    """Ring one resonance of the casing, its gain one at the top."""
    r = np.exp(-pi * width_hz / rate_hz)
    a = (1, -2 * r * np.cos(2 * pi * hz / rate_hz), r * r)
    gain = abs(np.polyval(a[::-1], np.exp(-2j * pi * hz / rate_hz)))
    return lfilter((gain,), a, x)


def flow_noise(rng, level=0.3, colour=1.0, corner_hz=150.0, seconds=SECONDS, rate_hz=RATE_HZ):
    """Noise of a flow: flat up to a corner, falling with frequency to the power of ``colour`` above."""
    n = round(seconds * rate_hz)
    lines = np.fft.rfft(rng.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / rate_hz)
    return level * np.fft.irfft(lines / (1 + (hz / corner_hz) ** 2) ** (colour / 4), n)


def orders(rng, amplitudes, seconds=SECONDS, shaft_hz=SHAFT_HZ, rate_hz=RATE_HZ):
    """Draw lines at orders of a shaft, each as {order: amplitude}, with random phase."""
    t = times(seconds, rate_hz)
    return sum(
        a * np.cos(2 * pi * order * shaft_hz * t + rng.uniform(0, 2 * pi)) for order, a in amplitudes.items()
    )


def bubbles(rng, strength, per_s=3000, depth=0.5, vanes=6, seconds=SECONDS):
    """Collapses at random instants, of random size, more of them as each vane passes its suction side.

    Each is one sample's kick, which the casing colours: Rayleigh's 91 us for 1 mm and less are one or two.
    """
    n = len(times(seconds))
    share = 1 + depth * np.cos(2 * pi * vanes * SHAFT_HZ * times(seconds) + rng.uniform(0, 2 * pi))
    hits = rng.poisson(per_s / RATE_HZ * share)
    kicks = hits * rng.exponential(1.0, n) * rng.choice((-1.0, 1.0), n)
    rung = kicks + resonated(kicks, 4200, 900) + resonated(kicks, 7000, 1500)
    return strength * rung / rung.std()


def knocks(rng, strength, order=4.9469, slip=0.01, wander=0.01, seconds=SECONDS):
    """A spalled bearing: impacts at an order of the shaft, slipping, each ringing three resonances."""
    period = 1 / (order * SHAFT_HZ * (1 - slip))
    at = np.cumsum(period * (1 + wander * rng.standard_normal(int(seconds / period) + 2)))
    x = np.zeros(len(times(seconds)))
    index = (at * RATE_HZ).astype(int)
    x[index[index < len(x)]] = 1.0
    load = 1 + 0.6 * np.cos(2 * pi * SHAFT_HZ * times(seconds))
    rung = sum(resonated(x * load, hz, width) for hz, width in ((3600, 500), (5200, 900), (7600, 1200)))
    return strength * rung / rung.std()


def sound_pump(rng, seconds=SECONDS):
    """A sound pump on one day: load and medium change every level by a decibel or so."""

    def vary(spread_db):
        return 10 ** (spread_db * rng.standard_normal() / 20)

    lines = {1: 0.08 * vary(1), 2: 0.03 * vary(1), 6: 0.25 * vary(1), 12: 0.08 * vary(1), 5: 0.01, 7: 0.01}
    noise = flow_noise(rng, 0.3 * vary(0.7), seconds=seconds)
    return noise + 0.02 * vary(0.7) * rng.standard_normal(len(noise)) + orders(rng, lines, seconds)


def driven_fan(
    rng, belt=None, *, shafts=(24.6, 17.22), belt_hz=7.7283, blades=9, seconds=4.0, rate_hz=5000.0
):
    """A fan behind a belt, near its bearing: orders of both shafts, blades, noise; ``belt`` by multiple.

    Amplitudes are of acceleration; each order strays by a decibel from day to day, and the belt creeps.
    """
    creep = 1 + rng.uniform(-0.008, 0.008)
    drawn = lambda mean: mean * 10 ** (rng.standard_normal() / 20)  # noqa: E731
    x = flow_noise(rng, drawn(0.15), seconds=seconds, rate_hz=rate_hz)
    for turn_hz, amplitudes in zip(shafts, ((0.15, 0.06, 0.03), (0.12, 0.05, 0.03)), strict=True):
        lines = {k + 1: drawn(a) for k, a in enumerate(amplitudes)}
        x = x + orders(rng, lines, seconds, turn_hz, rate_hz)
    x = x + orders(rng, {blades: drawn(0.2), 2 * blades: drawn(0.05)}, seconds, shafts[1], rate_hz)
    return x + orders(rng, belt or {}, seconds, belt_hz * creep, rate_hz)
