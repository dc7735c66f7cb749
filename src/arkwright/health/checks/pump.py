"""Pumps, by their vibration: cavitation, flow that turns back at part load, and the pass of the vanes."""

from __future__ import annotations

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.passing import Passing, number_of, passing_figures, passing_of, passing_rise
from arkwright.health.pump_noise import NoiseRise, PumpNoise, noise_figures, noise_of, noise_rise
from arkwright.health.pump_words import (
    no_base,
    not_cavitation,
    say_cavitation,
    say_recirculation,
    say_vane_pass,
)
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Base, Record, Symptom, Test, Told

RHYTHM_CHANCE = 0.01
"""Where chance draws so strong a rhythm less often than this, the noise is knocks of something that turns."""
LEAD_DB = 3.0103
"""The band that a fault is named for must have gained at least twice as much power as the other. [dB]"""
SHARE_OF_ALL = 0.5  # of the mean rise: what every part of the high band must have risen by at least


def _judge(record: Record, asset: Asset, base: Base) -> Told:
    number = number_of(asset, "n_vanes")
    if isinstance(number, str):
        return Told(missing=(number,))
    shaft_hz = (record.speed_rpm or 0.0) / 60
    passing, noise = passing_of(record, number, shaft_hz), noise_of(record, number, shaft_hz)
    if isinstance(passing, str) and isinstance(noise, str):
        return Told(missing=(f"vanes: {passing}", noise))
    figures = {} if isinstance(passing, str) else passing_figures(passing, "vane")
    figures |= {} if isinstance(noise, str) else noise_figures(noise)
    if not base:
        return Told(figures, against=(no_base(),))
    symptoms = [] if isinstance(passing, str) else _vanes(passing, base, shaft_hz)
    against: tuple[Evidence, ...] = ()
    if not isinstance(noise, str):
        rise = noise_rise(noise, base)
        if rise is not None:
            symptoms += _noise(noise, rise)
            against = not_cavitation(noise, rise, RHYTHM_CHANCE)
    return Told(figures, tuple(sorted(symptoms, key=lambda s: -s.confidence)), against=against)


def _vanes(passing: Passing, base: Base, shaft_hz: float) -> list[Symptom]:
    risen = passing_rise(passing, base, "vane")
    return [] if risen is None else [say_vane_pass(passing, *risen, shaft_hz)]


def _noise(noise: PumpNoise, rise: NoiseRise) -> list[Symptom]:
    low = rise.low
    if low is not None and low.is_real and -rise.lead_db >= LEAD_DB:
        return [say_recirculation(noise, rise)]
    broad = rise.least_db >= SHARE_OF_ALL * rise.high.rise_db
    rhythmic = noise.rhythm is None or noise.rhythm.chance <= RHYTHM_CHANCE
    if rise.high.is_real and broad and rise.lead_db >= LEAD_DB and not rhythmic:
        return [say_cavitation(noise, rise)]
    return []


TEST = Test(
    "pump",
    "Pump: cavitation and vanes",
    "Listens to the noise of a pump. Cavitation lifts the whole noise above 3 kHz, without a rhythm other "
    "than the shaft's own; flow that turns back at part load lifts the noise below the vanes' frequency; "
    "worn vanes or a narrowed gap lift the line at the number of vanes. All are told from what the pump "
    "showed at the same speed at first, and count from twice the amplitude on.",
    "acceleration",
    ("cavitation", "recirculation", "vane_pass"),
    _judge,
    plate={"n_vanes": "vanes of the impeller, as in the pump's data sheet"},
    references=(
        "Gülich, Centrifugal Pumps, 3rd ed., ch. 6 (cavitation), 5 (partload) and 10 (noise and vibrations)",
        "Rayleigh (1917), Philosophical Magazine 34(200), 94-98: collapse of a bubble",
        "Randall (2011), Vibration-based Condition Monitoring, Wiley, ch. 2: vane and blade passing",
    ),
    example={"n_vanes": 6.0},
    needs_base=True,
)
CHECK = record_check(TEST)
