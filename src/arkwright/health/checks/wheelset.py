"""Wheelsets of rail vehicles, by the acceleration of an axle box: flats and wheels out of round."""

from __future__ import annotations

from math import pi

import numpy as np

from arkwright.core.finding import Band, Evidence
from arkwright.core.plant import Asset
from arkwright.health.line_family import confidence_of, lines_proof
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Base, Record, Symptom, Test, Told
from arkwright.health.wheel_round import (
    UNSPRUNG_KG,
    WHEEL_LOAD_N,
    Polygon,
    judge_polygon,
    turns_in,
)
from arkwright.kits.turn_average import TurnAverage, average_turn, refine_speed

SPEED_OFF = 0.005
"""How far off a stated speed may be: what the diameter of a worn wheel is not known to. [share]"""
LEAST_TURNS = 20.0
CHANCE = 1e-6
CREST = 3.0
"""Power of the loudest part of a turn over the mean, from which a knock counts. Even noise in 32 parts of
twenty turns stays below 2.3 in all but one of ten thousand records. [1]"""
NARROW = 0.25  # share of a turn: a flat is short, a run-out is as long as the wheel
ON_THE_AXLE = 0.6  # a broken tooth of a gear wheel on the axle knocks once a turn too


def _judge(record: Record, asset: Asset, _base: Base) -> Told:
    shaft = (record.speed_rpm or 0.0) / 60.0
    turns = len(record.samples) / record.rate_hz * shaft
    if turns < LEAST_TURNS:
        return Told(missing=(f"{LEAST_TURNS:.0f} turns of the wheel are needed; the record has {turns:.1f}",))
    if record.rate_hz < 250 * shaft:
        return Told(missing=(f"a sample rate above {250 * shaft:.0f} Hz is needed at this speed",))
    average = _average(record, shaft)
    if isinstance(average, str):
        return Told(missing=(average,))
    polygon = _polygon(record, asset, shaft)
    figures = {"knock_crest": average.crest, "knock_width": average.width}
    if polygon is not None:
        figures |= {"polygon_order": float(polygon.order), "polygon_m_s2": polygon.acceleration}
        figures |= {"polygon_load_share": polygon.load_share, "polygon_lead_db": polygon.lead_db}
    return Told(figures, _symptoms(average, polygon, record, asset), against=_against(average, asset))


def _average(record: Record, shaft: float) -> TurnAverage | str:
    turns = turns_in(record)
    if turns is not None:
        known = np.isfinite(turns)
        samples, turns = record.samples[known], turns[known]
    else:
        samples = record.samples
        hz = refine_speed(samples, record.rate_hz, shaft, SPEED_OFF)
        turns = np.arange(len(samples)) / record.rate_hz * hz
    try:
        return average_turn(samples, record.rate_hz, turns)
    except ValueError as error:
        return f"the turns cannot be averaged: {error}"


def _polygon(record: Record, asset: Asset, shaft: float) -> Polygon | None:
    if not record.has_unit:
        return None
    teeth = asset.rated("axle_gear_teeth") or 0.0
    mass = _within(asset.rated("unsprung_kg"), 50.0, 5e3, UNSPRUNG_KG)
    load = 1e3 * _within(asset.rated("wheel_load_kn"), 5.0, 300.0, WHEEL_LOAD_N / 1e3)
    skip = frozenset({round(teeth)}) if 5 < teeth < 500 else frozenset()
    return judge_polygon(record, shaft, SPEED_OFF, skip, mass / load)


def _within(value: float | None, low: float, high: float, usual: float) -> float:
    return value if value is not None and low <= value <= high else usual


def _is_flat(average: TurnAverage) -> bool:
    return average.chance <= CHANCE and average.crest >= CREST and average.width <= NARROW


def _symptoms(
    average: TurnAverage, polygon: Polygon | None, record: Record, asset: Asset
) -> tuple[Symptom, ...]:
    found = []
    flat = _is_flat(average)
    if flat:
        found.append(_flat(average, record, asset))
    # A flat draws every order: what leads among them is no polygon.
    if polygon is not None and polygon.is_there and not flat:
        found.append(_out_of_round(polygon, record, asset))
    return tuple(found)


def _flat(average: TurnAverage, record: Record, asset: Asset) -> Symptom:
    most = ON_THE_AXLE if "axle_gear_teeth" in asset.nameplate else 0.9
    peak = float(np.quantile(np.abs(record.samples - record.samples.mean()), 0.999))
    unit = f", about {peak:.0f} m/s2 at the axle box" if record.has_unit else ""
    proof = Evidence(
        f"The record's power in 1/32 of a turn is {average.crest:.1f} times the mean over "
        f"{average.n_turns} turns, in {100 * average.width:.0f} % of the turn.",
        record.location,
        figures={
            "crest": average.crest,
            "width": average.width,
            "turns": float(average.n_turns),
            "chance": average.chance,
        },
        data={"power": [float(f"{v:.4g}") for v in average.power]},
    )
    band: Band = "act" if average.crest >= 4.0 else "watch"
    return Symptom(
        "wheel_flat",
        confidence_of(average.chance, most),
        f"A wheel strikes the rail once a turn, always at the same place{unit}: a flat.",
        "车轮每转在同一位置冲击钢轨一次：车轮擦伤。",
        (proof,),
        band,
    )


def _out_of_round(polygon: Polygon, record: Record, asset: Asset) -> Symptom:
    diameter = _within(asset.rated("wheel_diameter_mm"), 200.0, 2e3, 920.0)
    figures = {
        "order": float(polygon.order),
        "acceleration_m_s2": polygon.acceleration,
        "way_um": polygon.way_um,
        "wheel_load_share": polygon.load_share,
        "wavelength_mm": pi * diameter / polygon.order,
        "order_off": polygon.off,
    }
    proof = lines_proof(
        f"Order {polygon.order} of the wheel, {polygon.acceleration:.0f} m/s2 peak, {polygon.lead_db:.0f} dB "
        f"over the orders around it; the box moves by {polygon.way_um:.1f} um.",
        [polygon.line],
        figures,
        record.location,
    )
    return Symptom(
        "wheel_polygon",
        round(confidence_of(polygon.line.p, 0.9) * (1 - polygon.chance_of_order), 3),
        f"The wheel is a polygon of {polygon.order} sides: it moves the wheel's load by "
        f"{100 * polygon.load_share:.0f} % at this speed.",
        f"车轮呈 {polygon.order} 边形：轮重波动约 {100 * polygon.load_share:.0f} %。",
        (proof,),
        "act" if polygon.load_share >= 0.5 else "watch",
    )


def _against(average: TurnAverage, asset: Asset) -> tuple[Evidence, ...]:
    if not _is_flat(average) or "axle_gear_teeth" not in asset.nameplate:
        return ()
    text = "A broken tooth of the gear wheel on this axle knocks once a turn too: look at both axle boxes."
    return (Evidence(text, against=True),)


TEST = Test(
    name="wheelset",
    title="Wheel of a rail vehicle: flat and out of round",
    summary=(
        "A flat by a knock at the same place of every turn; a polygon by the strongest line at a whole order "
        "from 2 to 40 that leads its neighbours and moves a seventh of the wheel's load, or leads by 17 dB: "
        "at low speed it makes no force. Without a tacho the order is as sure as the speed. The axle-box "
        "bearing has its own check."
    ),
    quantity="acceleration",
    causes=("wheel_flat", "wheel_polygon"),
    judge=_judge,
    plate={"wheel_diameter_mm": "diameter of the tread"},
    also={
        "unsprung_kg": "unsprung mass of one wheel, half a wheelset",
        "wheel_load_kn": "static load of one wheel",
        "axle_gear_teeth": "teeth of a gear wheel on this axle, if it is driven",
    },
    references=(
        "Nielsen, Johansson (2000), Proc. IMechE Part F 214(2), 79-91, on wheels out of round",
        "Wu, Thompson (2002), Journal of Sound and Vibration 251(1), 125-139, on wheel flats",
    ),
    example={"wheel_diameter_mm": 920.0},
)
CHECK = record_check(TEST)
