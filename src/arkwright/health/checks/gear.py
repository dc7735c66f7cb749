"""A pair of gears, by their vibration: one loud tooth, teeth that wear, a mesh that is not in line."""

from __future__ import annotations

import numpy as np

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.gear_plate import pair_of
from arkwright.health.gear_view import GearView, view_of
from arkwright.health.gear_words import say_hunting, say_misaligned, say_tooth, say_wear
from arkwright.health.record_check import record_check
from arkwright.health.rise import rise_over
from arkwright.health.symptom import Base, Record, Symptom, Test, Told

CHANCE = 1e-5  # of noise and pitch errors making one tooth so loud, over all teeth of a gear
PEAK = 3.0  # a tooth that is less than 5 dB over the usual one shows nothing that an eye would find
MESH_OWN_DB = 1.5  # how much the mesh strays with everyday load
SECOND_DB, SECOND_SIDES = (
    6.0,
    0.25,
)  # twice the mesh at double amplitude, its sidebands at least a quarter of it


def _judge(record: Record, asset: Asset, base: Base) -> Told:
    pair = pair_of(record, asset)
    if isinstance(pair, str):
        return Told(missing=(pair,))
    view = view_of(record, pair)
    if isinstance(view, str):
        return Told(missing=(view,))
    found = (_tooth(view), _hunting(view), _misaligned(view, base), _wear(view, base))
    symptoms = sorted((s for s in found if s is not None), key=lambda s: -s.confidence)
    return Told(_figures(view), tuple(symptoms), against=() if symptoms else _quiet(view))


def _tooth(view: GearView) -> Symptom | None:
    rim = view.loudest
    teeth = rim.teeth
    is_there = teeth.chance <= CHANCE and teeth.peak >= PEAK and teeth.is_lasting
    return say_tooth(rim, view) if is_there else None


def _hunting(view: GearView) -> Symptom | None:
    own = view.hunting
    is_there = own is not None and own.chance <= CHANCE and own.peak >= PEAK and own.is_lasting
    return say_hunting(view) if is_there else None


def _misaligned(view: GearView, base: Base) -> Symptom | None:
    if view.second_db < SECOND_DB or view.second_sides < SECOND_SIDES:
        return None
    rise = rise_over(base, "mesh_second_db", view.second_db, MESH_OWN_DB)
    return say_misaligned(view, rise) if rise is None or rise.is_real else None


def _wear(view: GearView, base: Base) -> Symptom | None:
    rise = rise_over(base, "mesh_db", _decibels(view.mesh_level), MESH_OWN_DB)
    is_even = view.loudest.teeth.chance > CHANCE or view.loudest.teeth.peak < PEAK
    return say_wear(view, rise) if rise is not None and rise.is_real and is_even else None


def _figures(view: GearView) -> dict[str, float]:
    figures = {"mesh_db": _decibels(view.mesh_level), "mesh_second_db": view.second_db}
    for rim in view.rims:
        figures |= {
            f"{rim.name}_peak": rim.teeth.peak,
            f"{rim.name}_log_chance": float(np.log10(max(rim.teeth.chance, 1e-300))),
            f"{rim.name}_fm4": rim.fm4,
            f"{rim.name}_sidebands": rim.sidebands,
        }
    return figures


def _quiet(view: GearView) -> tuple[Evidence, ...]:
    rim = view.loudest
    text = (
        f"Turns were counted by the {view.counted}. The loudest tooth, of the {rim.name}, is "
        f"{rim.teeth.peak:.1f} times the usual one; noise makes one so loud in {rim.teeth.chance:.1e} of "
        "records."
    )
    return (Evidence(text, figures={"peak": rim.teeth.peak, "chance": rim.teeth.chance}, against=True),)


def _decibels(value: float) -> float:
    return float(20 * np.log10(max(value, 1e-30)))


TEST = Test(
    "gear",
    "Gears",
    "Averages the record over the turns of pinion and gear, counted by a tacho or by the phase of the mesh, "
    "and looks for one tooth that is louder than the others (a crack, a break), for one pair of teeth that "
    "knocks when it meets (hunting tooth), for a mesh that has grown with all teeth alike (wear), and for a "
    "second harmonic of the mesh that leads with sidebands of the shafts (teeth that bear on one end). Wear "
    "needs a base at like speed. It refuses without both numbers of teeth, a speed, ten turns of the slower "
    "gear, or a mesh that can be followed.",
    "acceleration",
    ("gear_tooth_crack", "hunting_tooth", "gear_misaligned", "gear_wear"),
    _judge,
    plate={
        "pinion_teeth": "teeth of the pinion, the gear on the faster shaft of the pair",
        "gear_teeth": "teeth of the gear that it drives or is driven by",
    },
    also={"gear_speed_of": "whose shaft's speed is measured: pinion (where nothing is stated) or gear"},
    references=(
        "McFadden (1987), MSSP 1(2), 173-183: cracks by the average without its mesh",
        "Zakrajsek, Townsend, Decker (1993), NASA TM-105950: FM4, NA4",
        "Randall (2011), Vibration-based Condition Monitoring, Wiley, section 5.4",
    ),
    example={"pinion_teeth": 23.0, "gear_teeth": 67.0, "gear_speed_of": "pinion"},
)
CHECK = record_check(TEST)
