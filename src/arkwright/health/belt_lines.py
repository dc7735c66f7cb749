"""The lines that a belt draws: multiples of its own rate, apart from those of both shafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import numpy as np
from numpy.typing import NDArray

from arkwright.health.belt_plate import BeltDrive
from arkwright.health.symptom import Record
from arkwright.kits.passing_line import PassingLine, line_at
from arkwright.kits.spectra import velocity_lines
from arkwright.kits.tails import chi2_sf

Floats = NDArray[np.float64]

MULTIPLES = (1, 2, 3, 4, 5, 6)
LEAST_TURNS = 12  # of the belt in a record: lines far enough apart to see noise between them
OFF = 0.02
"""How far the belt's rate may lie from what the plate says: pitch diameters, length and creep. [share]"""
SHAFT_OFF = 0.005  # of a stated speed
NEAR_LINES = 3.0  # lines within which a multiple of the belt cannot be told from one of a shaft
THERE = 0.01  # chance below which one line counts as there


@dataclass(frozen=True)
class BeltLines:
    """What a record shows of a belt.

    Its rate [Hz]; the lines by multiple; the multiples that fall upon a shaft's; how likely noise draws all
    of them but the strongest, which alone may be something else's [1]; and the velocity of both shafts'
    first two orders [mm2/s2].
    """

    belt_hz: float
    lines: tuple[tuple[int, PassingLine], ...]
    hidden: tuple[int, ...]
    chance: float
    shaft_power: float

    @property
    def power(self) -> float:
        """Return the velocity of all lines together, and of the noise in their place. [mm2/s2]"""
        return sum(line.power for _, line in self.lines)

    @property
    def level_db(self) -> float:
        """Return the velocity of the belt's lines together. [dB re 1 mm/s]"""
        return 10 * log10(max(self.power, 1e-300))

    @property
    def over_db(self) -> float:
        """Return how far the lines together stand over the noise around them. [dB]"""
        noise = sum(line.power / 10 ** (line.over_db / 10) for _, line in self.lines)
        return self.level_db - 10 * log10(max(noise, 1e-300))

    @property
    def there(self) -> tuple[int, ...]:
        """Return the multiples whose line stands out by itself."""
        return tuple(k for k, line in self.lines if line.chance <= THERE)

    @property
    def is_strongest(self) -> bool:
        """Say whether the belt shakes it more than the first two orders of both shafts do."""
        return sum(line.power for _, line in self.lines if line.chance <= THERE) > self.shaft_power

    @property
    def second_leads(self) -> bool:
        """Say whether twice the belt's rate is its strongest line, as of a flaw that meets both sheaves."""
        return max(self.lines, key=lambda row: row[1].power)[0] == 2


def belt_lines(record: Record, drive: BeltDrive) -> BeltLines | str:
    """Look for the multiples of a belt's rate in a record.

    Parameters
    ----------
    record
        The record, of acceleration.
    drive
        Speeds of the belt and of both shafts. [Hz]

    Returns
    -------
    lines
        What there is; a sentence where the record cannot show it.
    """
    seconds = len(record.samples) / record.rate_hz
    least = LEAST_TURNS / (drive.belt_hz * (1 - OFF))
    if seconds < least:
        return f"a record of {least:.1f} s is needed; it lasts {seconds:.1f} s"
    if 2 * MULTIPLES[-1] * drive.belt_hz >= record.rate_hz / 2:
        return f"a sample rate above {4 * MULTIPLES[-1] * drive.belt_hz:.0f} Hz is needed"
    hz, power = velocity_lines(record.samples, record.rate_hz)
    shafts = [k * shaft for shaft in (drive.driver_hz, drive.driven_hz) for k in range(1, 13)]
    shown = [k for k in MULTIPLES if not _hidden(k * drive.belt_hz, shafts, seconds)]
    hidden = tuple(k for k in MULTIPLES if k not in shown)
    if len(shown) < 2:
        return "the multiples of the belt's rate fall upon those of the shafts and cannot be told apart"
    tried = np.arange(1 - OFF, 1 + OFF, 1 / (seconds * MULTIPLES[-1] * drive.belt_hz))
    combs = [_comb(hz, power, drive.belt_hz * share, shown, shafts) for share in tried]
    best = min(range(len(tried)), key=lambda i: combs[i][0])
    chance, lines = combs[best]
    if len(lines) < 2:
        return "the record shows too little noise between the belt's lines"
    own = sum(_near(hz, power, k * shaft) for shaft in {drive.driver_hz, drive.driven_hz} for k in (1, 2))
    rate = drive.belt_hz * float(tried[best])
    return BeltLines(rate, lines, hidden, min(1.0, len(tried) * chance), float(own))


def _comb(
    hz: Floats, power: Floats, belt_hz: float, shown: Sequence[int], shafts: Sequence[float]
) -> tuple[float, tuple[tuple[int, PassingLine], ...]]:
    """Return the chance of all lines at one rate but the strongest (Fisher's sum of logarithms), and all."""
    others = [*shafts, *(k * belt_hz for k in range(1, 2 * MULTIPLES[-1] + 1))]
    met = [(k, line_at(hz, power, k * belt_hz, 0.0, others)) for k in shown]
    lines = tuple((k, line) for k, line in met if line is not None)
    logs = sorted(-2 * np.log(max(line.chance, 1e-12)) for _, line in lines)[:-1]
    return chi2_sf(sum(logs), 2 * len(logs)) if logs else 1.0, lines


def _hidden(at_hz: float, shafts: Sequence[float], seconds: float) -> bool:
    reach = max(NEAR_LINES / seconds, OFF * at_hz)
    return any(abs(at_hz - shaft) <= max(reach, SHAFT_OFF * shaft) for shaft in shafts)


def _near(hz: Floats, power: Floats, at_hz: float) -> float:
    step = float(hz[1])
    reach = max(2 * step, SHAFT_OFF * at_hz)
    inside = np.abs(hz - at_hz) <= reach + 2 * step
    return float(power[inside].sum())
