"""Broken rotor bars: sidebands (1 +- 2s) f of the supply, and whether a swinging load draws them instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.health.line_family import LineMet, Spectrum, below_db, meet, together
from arkwright.health.motor_power import Cause, left_by_load, power_ratio, swings
from arkwright.kits.motor_current import PAD, Carrier, swing_lines
from arkwright.kits.motor_lines import bar_lines, broken_bars

Vectors = NDArray[np.complex128]

MOST_BARS = 80  # of usual motors: where the maker's number is not stated
MOST_STATED = 400  # a number of bars beyond is no number of bars
HALF_A_BAR = 0.5
LEAN_DB = 6.0
"""The lower line this far above the upper cannot come from a load: its swing draws both alike. [dB]"""


@dataclass(frozen=True)
class Bars:
    """What the two sidebands say: lines, level [dB below the supply], bars (at least), and what swings."""

    lines: tuple[LineMet, ...]
    below_db: float
    broken: float
    swing_hz: float
    p: float
    lean_db: float
    source: Cause
    power_ratio: float | None
    is_least: bool = False

    @property
    def are_there(self) -> bool:
        """Say whether the lines stand out, the lower one for sure, and are as high as half a broken bar."""
        return self.p <= 1e-4 and self.lines[0].is_there and self.broken >= HALF_A_BAR


def judge_bars(
    carrier: Carrier,
    slip: float,
    reach_hz: float,
    rotor: tuple[int, int],
    power: Vectors | None,
    rate_hz: float,
) -> Bars:
    """Judge the sidebands of broken bars.

    Parameters
    ----------
    carrier
        The current in the frame of its supply.
    slip
        Slip. [1]
    reach_hz
        How far the lines may lie from where the slip puts them. [Hz]
    rotor
        Bars, 0 where they are not stated, and pole pairs.
    power
        Complex power of three phases where voltages are there, shape ``(n,)``. [W]
    rate_hz
        Its sample rate. [Hz]

    Returns
    -------
    bars
        What they say.

    References
    ----------
    .. [1] Bellini, Filippetti, Franceschini, Tassoni, Kliman (2001), IEEE Trans. Industry Applications 37(5),
       1248-1255, on the sum of both lines.
    """
    hz, phasors = swing_lines(carrier)
    spectrum = Spectrum(hz, np.asarray(np.abs(phasors), np.float64), PAD)
    supply = carrier.supply.hz
    expected = {name: at - supply for name, at in bar_lines(supply, slip, 1).items()}
    lines = meet(spectrum, expected, reach_hz)
    swing_hz = float(np.mean([abs(line.hz) for line in lines]))
    below = [below_db(line.peak, 1.0) for line in lines]
    # The mean of both amplitudes does not depend on the inertia, which only shares them out between the two.
    level = below_db(float(np.mean([line.peak for line in lines])), 1.0)
    broken = broken_bars(level, rotor[0] or MOST_BARS, rotor[1])
    ratio = None if power is None else power_ratio(power, rate_hz, swing_hz)
    lean = below[1] - below[0] if len(below) == 2 else 0.0
    source: Cause = "motor" if lean >= LEAN_DB else swings(ratio)
    is_least = False
    if power is not None and source != "motor":
        # Bars and a load that swings at the same time: the load's part is taken off.
        left = below_db(left_by_load(power, rate_hz, swing_hz), 1.0)
        least = broken_bars(left, rotor[0] or MOST_BARS, rotor[1])
        if least >= HALF_A_BAR:
            level, broken, source, is_least = left, least, "motor", True
    return Bars(lines, level, broken, swing_hz, together(lines), lean, source, ratio, is_least)
