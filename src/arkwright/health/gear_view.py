"""What one record shows of a pair of gears: each one's rim, the mesh and its sidebands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arkwright.health.gear_plate import GearPair
from arkwright.health.rolling_speed import steady_record
from arkwright.health.symptom import Record
from arkwright.kits.average import average_turns, split_average
from arkwright.kits.gears import (
    energy_ratio,
    fm4,
    hunting_turns,
    order_amplitudes,
    sideband_ratio,
)
from arkwright.kits.mesh_phase import turns_by_mesh
from arkwright.kits.tooth_map import ToothMap, map_teeth
from arkwright.kits.tracking import turns_of

Floats = NDArray[np.float64]
MESH_CHANCE = 1e-4
"""How often noise may be taken for the mesh whose phase counts the turns. [1]"""
HUNTING_PERIODS = 8


@dataclass(frozen=True)
class Rim:
    """One gear: its name, teeth [1], speed [Hz], map of teeth, and amplitudes of its orders.

    ``orders`` has shape ``(n,)`` [unit of the record]; ``fm4``, ``sidebands`` and ``energy_ratio`` are the
    indicators of that name. [1]
    """

    name: str
    n_teeth: int
    shaft_hz: float
    teeth: ToothMap
    orders: Floats
    fm4: float
    sidebands: float
    energy_ratio: float

    def mesh(self, harmonic: int, side: int = 0) -> float:
        """Return the amplitude of a harmonic of the mesh, or of a sideband. [unit of the record]"""
        at = harmonic * self.n_teeth + side
        return float(self.orders[at]) if at < len(self.orders) else 0.0


@dataclass(frozen=True)
class GearView:
    """Both gears, the hunting period where the record holds enough of them, and how turns were counted."""

    pair: GearPair
    rims: tuple[Rim, Rim]
    hunting: ToothMap | None
    counted: str
    n_turns: float

    @property
    def loudest(self) -> Rim:
        """The gear with the tooth that chance explains least."""
        return min(self.rims, key=lambda rim: (rim.teeth.chance, -rim.teeth.peak))

    @property
    def mesh_level(self) -> float:
        """Effective value of the first three harmonics of the mesh. [unit of the record]"""
        return float(np.sqrt(sum(self.rims[0].mesh(h) ** 2 for h in (1, 2, 3)) / 2))

    @property
    def second_db(self) -> float:
        """Second harmonic of the mesh over the first. [dB]"""
        first, second = (max(self.rims[0].mesh(h), 1e-30) for h in (1, 2))
        return float(20 * np.log10(second / first))

    @property
    def second_sides(self) -> float:
        """Sidebands of the second harmonic, one and two turns of either gear, over it. [1]"""
        sides = [rim.mesh(2, k) for rim in self.rims for k in (-2, -1, 1, 2)]
        return float(np.sqrt(np.sum(np.square(sides)))) / max(self.rims[0].mesh(2), 1e-30)


def view_of(record: Record, pair: GearPair) -> GearView | str:
    """Look at a record as a pair of gears turned, or say what keeps one from it."""
    counted = _counted(record, pair)
    if isinstance(counted, str):
        return counted
    x, turns, pair, how = counted
    try:
        ratio = pair.pinion_teeth / pair.gear_teeth
        pinion = _rim("pinion", x, turns, record.rate_hz, (pair.pinion_teeth, pair.pinion_hz))
        gear = _rim("gear", x, turns * ratio, record.rate_hz, (pair.gear_teeth, pair.gear_hz))
        hunting = _hunting(x, turns, record.rate_hz, pair)
    except ValueError as error:
        return str(error)
    return GearView(pair, (pinion, gear), hunting, how, float(turns[-1] - turns[0]))


def _counted(record: Record, pair: GearPair) -> tuple[Floats, Floats, GearPair, str] | str:
    """Return samples, turns of the pinion at each, the pair at its true speed, and what counted them."""
    x, rate_hz = np.asarray(record.samples, np.float64), record.rate_hz
    stated_hz = (record.speed_rpm or 0.0) / 60
    try:
        if record.tacho_s is not None:
            first, turns = turns_of(record.tacho_s, rate_hz, len(x))
            turns = turns * (pair.pinion_hz / stated_hz)
            mean_hz = float(turns[-1] - turns[0]) / (len(turns) - 1) * rate_hz
            return x[first : first + len(turns)], turns, replace(pair, pinion_hz=mean_hz), "tacho"
        steady = steady_record(x, rate_hz, stated_hz * 60)
        if steady.flaws:
            return steady.flaws[0]
        mesh = turns_by_mesh(steady.samples, steady.rate_hz, pair.pinion_hz, pair.pinion_teeth)
    except ValueError as error:
        return f"the turns cannot be counted: {error}"
    if mesh.chance > MESH_CHANCE:
        return (
            f"the mesh at {pair.mesh_hz:.0f} Hz does not stand out of the noise, so that turns cannot be "
            "counted by it: a tacho would count them; or check teeth and speed"
        )
    return steady.samples, mesh.turns, replace(pair, pinion_hz=mesh.shaft_hz), "mesh"


def _rim(name: str, x: Floats, turns: Floats, rate_hz: float, gear: tuple[int, float]) -> Rim:
    n_teeth, shaft_hz = gear
    per_turn = _points(rate_hz, shaft_hz, n_teeth)
    average, _ = average_turns(x, turns, per_turn)
    parts = split_average(average, n_teeth)
    return Rim(
        name,
        n_teeth,
        shaft_hz,
        map_teeth(x, turns, n_teeth, per_turn),
        order_amplitudes(average),
        fm4(parts.difference),
        sideband_ratio(average, n_teeth),
        energy_ratio(parts.regular, parts.difference),
    )


def _points(rate_hz: float, shaft_hz: float, n_teeth: int) -> int:
    return max(4 * n_teeth, int(rate_hz / shaft_hz)) // 2 * 2


def _hunting(x: Floats, turns: Floats, rate_hz: float, pair: GearPair) -> ToothMap | None:
    """Map the hunting period, where there is one that differs from a gear's own turn and fits in often."""
    n_turns = hunting_turns(pair.pinion_teeth, pair.gear_teeth)
    n_mate = hunting_turns(pair.gear_teeth, pair.pinion_teeth)
    if min(n_turns, n_mate) < 2 or (turns[-1] - turns[0]) / n_turns < HUNTING_PERIODS + 1:
        return None
    per_turn = _points(rate_hz, pair.pinion_hz, pair.pinion_teeth)
    return map_teeth(x, turns, pair.pinion_teeth, per_turn, n_turns, n_mate)
