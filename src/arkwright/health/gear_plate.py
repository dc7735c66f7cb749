"""What a nameplate says of a pair of gears: teeth, and whose speed is measured."""

from __future__ import annotations

from dataclasses import dataclass

from arkwright.core.plant import Asset
from arkwright.health.symptom import Record

TEETH = (5, 1000)
"""Teeth that a gear can have: fewer do not roll, more are no industrial gear. [1]"""
LEAST_TURNS = 10.0
"""Turns of the slower gear below which its average still holds a third of the noise's amplitude. [1]"""
HARMONICS_HEARD = 2.5
"""The second harmonic of the mesh and its sidebands must lie below half of the sample rate. [1]"""


@dataclass(frozen=True)
class GearPair:
    """Teeth of both gears [1] and their speeds [Hz]."""

    pinion_teeth: int
    gear_teeth: int
    pinion_hz: float

    @property
    def gear_hz(self) -> float:
        """Speed of the gear. [Hz]"""
        return self.pinion_hz * self.pinion_teeth / self.gear_teeth

    @property
    def mesh_hz(self) -> float:
        """Frequency at which teeth mesh. [Hz]"""
        return self.pinion_hz * self.pinion_teeth


def pair_of(record: Record, asset: Asset) -> GearPair | str:
    """Return the pair of gears that a record is of, or a sentence that names what is missing."""
    teeth = [_teeth(asset, name) for name in ("pinion_teeth", "gear_teeth")]
    wrong = next((found for found in teeth if isinstance(found, str)), "")
    whose = str(asset.nameplate.get("gear_speed_of", "pinion"))
    if wrong or whose not in ("pinion", "gear"):
        return wrong or f"gear_speed_of is {whose}; pinion or gear is wanted: whose speed is measured"
    pinion, gear = (int(found) for found in teeth)
    turn_hz = (record.speed_rpm or 0.0) / 60
    pair = GearPair(pinion, gear, turn_hz if whose == "pinion" else turn_hz * gear / pinion)
    return _too_little(record, pair) or pair


def _teeth(asset: Asset, name: str) -> int | str:
    value = asset.rated(name)
    if value is None or not TEETH[0] <= value <= TEETH[1] or value != int(value):
        stated = asset.nameplate.get(name)
        return f"{name} is {stated}; a whole number from {TEETH[0]} to {TEETH[1]} is wanted"
    return int(value)


def _too_little(record: Record, pair: GearPair) -> str:
    turns = len(record.samples) / record.rate_hz * min(pair.pinion_hz, pair.gear_hz)
    if turns < LEAST_TURNS:
        return f"the record spans {turns:.1f} turns of the slower gear; {LEAST_TURNS:.0f} are needed"
    if HARMONICS_HEARD * pair.mesh_hz > record.rate_hz / 2:
        return (
            f"the sample rate of {record.rate_hz:.0f} Hz is too low for teeth that mesh at "
            f"{pair.mesh_hz:.0f} Hz; {2 * HARMONICS_HEARD * pair.mesh_hz:.0f} Hz are needed"
        )
    return ""
