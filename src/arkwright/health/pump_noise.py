"""The noise of a pump: high up, where vapour bubbles collapse, and below the vanes, where flow turns back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from arkwright.health.rise import Rise, rise_over
from arkwright.health.symptom import Base, Record
from arkwright.kits.noise_level import NoiseLevel, noise_level, welch_lines
from arkwright.kits.repetition import Repetition, strongest_rhythm

LOW_HZ = 3000.0
"""Where the high band begins. A bubble of radius r collapses under a pressure p within 0.915 r sqrt(rho / p)
(Rayleigh 1917): 91 us for 1 mm and 1 bar in water, a pulse whose spectrum reaches 5 kHz and, as bubbles get
smaller, far beyond; lines of vanes, gears and shafts lie mostly below. [Hz]"""
HIGH_SHARE = 0.45  # of the sample rate: what an anti-alias filter leaves
N_BANDS = 4
"""Parts of the high band, of equal ratio: what excites one resonance fills one of them. [1]"""
LEAST_RATE_HZ = 8000.0
N_HIGH = 1024  # samples of a segment for the high band
LINES_A_TURN = 8  # lines between two orders of the shaft for the band below the vanes
BELOW = (0.3, 0.9)
"""Band below the vanes: from the order of the shaft to the share of the vanes' frequency. [1]"""


@dataclass(frozen=True)
class PumpNoise:
    """Noise in the parts of the high band and below the vanes, and the rhythm of the high band."""

    edges_hz: tuple[float, ...]
    high: tuple[NoiseLevel, ...]
    low: NoiseLevel | None
    rhythm: Repetition | None

    @property
    def high_db(self) -> float:
        """Mean level of the high band. [dB re one unit of the record squared per Hz]"""
        return fmean(part.level_db for part in self.high)


@dataclass(frozen=True)
class NoiseRise:
    """How the noise has risen over its base: mean and least of the high parts, and below the vanes."""

    high: Rise
    least_db: float
    low: Rise | None

    @property
    def lead_db(self) -> float:
        """Return how much more the high band has risen than the low one. [dB]"""
        return self.high.rise_db - (self.low.rise_db if self.low else 0.0)


def noise_of(record: Record, number: int, shaft_hz: float) -> PumpNoise | str:
    """Measure the noise of a pump.

    Parameters
    ----------
    record
        The record.
    number
        Vanes of the impeller.
    shaft_hz
        Speed of the shaft. [Hz]

    Returns
    -------
    noise
        The levels; a sentence where the record cannot tell them.
    """
    x, rate_hz = record.samples, record.rate_hz
    if rate_hz < LEAST_RATE_HZ:
        return f"cavitation: a sample rate of {LEAST_RATE_HZ:.0f} Hz is needed; it is {rate_hz:.0f} Hz"
    top = HIGH_SHARE * rate_hz
    edges = tuple(LOW_HZ * (top / LOW_HZ) ** (k / N_BANDS) for k in range(N_BANDS + 1))
    lines = welch_lines(x, rate_hz, N_HIGH)
    parts = [noise_level(lines, edges[k], edges[k + 1]) for k in range(N_BANDS)]
    high = tuple(part for part in parts if part is not None)
    if len(high) < N_BANDS:
        return "cavitation: the record is too short to tell noise"
    slow = welch_lines(x, rate_hz, round(LINES_A_TURN * rate_hz / shaft_hz))
    low = noise_level(slow, BELOW[0] * shaft_hz, BELOW[1] * number * shaft_hz, shaft_hz)
    return PumpNoise(edges, high, low, strongest_rhythm(x, rate_hz, shaft_hz, LOW_HZ, top))


def noise_figures(noise: PumpNoise) -> dict[str, float]:
    """Name the figures that may be followed over time."""
    parts = {f"noise_{k + 1}_db": part.level_db for k, part in enumerate(noise.high)}
    low = {} if noise.low is None else {"noise_low_db": noise.low.level_db}
    return {"noise_db": noise.high_db, **parts, **low}


def noise_rise(noise: PumpNoise, base: Base) -> NoiseRise | None:
    """Compare the noise with its base; none where there is no base."""
    own = max(part.own_db for part in noise.high)
    high = rise_over(base, "noise_db", noise.high_db, own)
    if high is None:
        return None
    low = None
    if noise.low is not None:
        low = rise_over(base, "noise_low_db", noise.low.level_db, noise.low.own_db)
    return NoiseRise(high, _least(noise_figures(noise), base), low)


def _least(figures: Mapping[str, float], base: Base) -> float:
    names = [f"noise_{k + 1}_db" for k in range(N_BANDS)]
    return min((figures[name] - base[name][0] for name in names if name in base), default=0.0)
