"""Three currents that are not alike: is it the supply, or are turns of the stator shorted?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from arkwright.health.phases import Phases
from arkwright.kits.park import sequences_at

CURRENT_LIMIT = 0.06
"""Negative over positive sequence of the current. One per cent of the voltage, from which a motor must be
derated, makes 6 to 10 per cent of the current: NEMA MG 1-2016, 14.36 and its note. [1]"""
VOLTAGE_LIMIT = 0.01
MOST_GAIN = 10.0
"""What one per cent of voltage may do to the current at rated load, the upper end of the same note. [1]"""
NO_LOAD = 0.4  # least current of usual motors without load, over the rated one
CLAMPS = 0.015
"""What three clamps of class 0.5 may add together. [1]"""
ZERO_LIMIT = 0.05  # three wires carry no zero sequence: where it shows, a clamp reads wrong


@dataclass(frozen=True)
class Windings:
    """Unbalance of currents, zero sequence, unbalance of voltages where they are there; the load. [1]"""

    current: float
    zero: float
    voltage: float | None
    load: float = 1.0

    @property
    def unexplained(self) -> float:
        """Unbalance of the current beyond what the voltages can make of it. [1]"""
        if self.voltage is None:
            return 0.0
        # The current of the other sequence does not fall with the load as the motor's own does.
        drawn = sqrt(NO_LOAD**2 + (1 - NO_LOAD**2) * min(self.load, 1.0) ** 2)
        return self.current - MOST_GAIN / drawn * self.voltage - CLAMPS

    @property
    def has_shorted_turns(self) -> bool:
        """Say whether the current is less balanced than the voltages and clamps allow."""
        return self.unexplained > 0

    @property
    def has_bad_supply(self) -> bool:
        """Say whether the supply is unbalanced, or where voltages are not known the current is."""
        if self.voltage is not None:
            return self.voltage >= VOLTAGE_LIMIT
        return self.current >= CURRENT_LIMIT


def judge_windings(currents: Phases, voltages: Phases | None, rate_hz: float, supply_hz: float) -> Windings:
    """Measure how unlike three phases are.

    Parameters
    ----------
    currents
        Three currents, each of shape ``(n,)``. [A]
    voltages
        Three voltages, where they are there. [V]
    rate_hz
        Sample rate. [Hz]
    supply_hz
        Frequency of the supply. [Hz]
    """
    drawn = sequences_at(currents, rate_hz, supply_hz)
    most = max(abs(drawn.positive), abs(drawn.negative))
    fed = None if voltages is None else sequences_at(voltages, rate_hz, supply_hz).unbalance
    return Windings(drawn.unbalance, abs(drawn.zero) / most if most else 0.0, fed)
