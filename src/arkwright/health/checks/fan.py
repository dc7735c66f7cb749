"""Fans, by their vibration: the pass of the blades against what it was at the same speed."""

from __future__ import annotations

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.belt_plate import wheel_hz
from arkwright.health.passing import number_of, passing_figures, passing_of, passing_proof, passing_rise
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Base, Record, Symptom, Test, Told

CONFIDENCE = 0.7  # a duct or guide vane in the way, or a resonance that is met, draws the same line


def _judge(record: Record, asset: Asset, base: Base) -> Told:
    number = number_of(asset, "n_blades")
    if isinstance(number, str):
        return Told(missing=(number,))
    fan_hz = wheel_hz(record, asset)
    if isinstance(fan_hz, str):
        return Told(missing=(fan_hz,))
    passing = passing_of(record, number, fan_hz)
    if isinstance(passing, str):
        return Told(missing=(f"blades: {passing}",))
    figures = passing_figures(passing, "blade")
    if not base:
        return Told(figures, against=(_no_base(),))
    risen = passing_rise(passing, base, "blade")
    if risen is None:
        return Told(figures)
    rise, side = risen
    more = " Its sidebands have risen too: one blade differs from the others." if side is not None else ""
    more_zh = "其边带也升高：某一叶片与其他叶片不同。" if side is not None else ""
    text = (
        f"The line of {number} blades is {rise.rise_db:.0f} dB over what it was at this speed.{more} Check "
        "the blades for cracks and bends, the gap to the casing, and what stands in the way of the air."
    )
    text_zh = (
        f"{number} 个叶片的通过频率线比同转速初始值高 {rise.rise_db:.0f} dB。{more_zh}"
        "检查叶片是否裂纹、弯曲，与机壳的间隙，以及风道中的障碍物。"
    )
    proof = passing_proof(passing, rise, side, "blades", fan_hz)
    return Told(figures, (Symptom("blade_pass", CONFIDENCE, text, text_zh, (proof,)),))


def _no_base() -> Evidence:
    return Evidence(
        "What this fan showed at this speed when it was sound is not known yet: no rise can be told.",
        against=True,
    )


TEST = Test(
    "fan",
    "Fan: blade pass",
    "Follows the line at the number of blades of a fan. It is always there; what counts is that it rises "
    "over what it was at the same speed, over the noise around it as well, and from twice the amplitude on. "
    "A fan behind a belt turns at the ratio of the sheaves. Dirt on the blades is unbalance, found there.",
    "acceleration",
    ("blade_pass",),
    _judge,
    plate={"n_blades": "blades of the fan's wheel"},
    also={
        "sheave_mm": "pitch diameter of the sheave on the motor, where a belt drives the fan [mm]",
        "driven_sheave_mm": "pitch diameter of the sheave on the fan [mm]",
        "speed_of": "whose speed is measured: driver or driven",
    },
    references=(
        "Randall (2011), Vibration-based Condition Monitoring, Wiley, ch. 2: vane and blade passing",
    ),
    example={"n_blades": 9.0},
    needs_base=True,
)
CHECK = record_check(TEST)
