"""A resonance at running speed: the first order is amplified in a narrow band of speeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.record_base import SAME_SPEED
from arkwright.health.record_check import record_check
from arkwright.health.rotor_lines import RotorLines, rotor_lines
from arkwright.health.rotor_words import order_figures
from arkwright.health.run_up import first_orders
from arkwright.health.symptom import Base, Record, Symptom, Test, Told
from arkwright.kits.speed_response import Peak, fit_peak

LEAST_SPEEDS = 5
LEAST_SPAN = 1.15  # fastest over slowest: a narrow peak and what lies beside it
LEAST_AMPLIFICATION = 2.5
"""Below it a resonance counts as critically damped (API 684, on lateral critical speeds). [1]"""
HALF_POWER = 2**-0.5
FIT = 0.25  # how far off points may lie, as a logarithm: a quarter of the velocity
BETTER = 0.5  # of what a power of the speed leaves
SURE = 0.9
"""Share of rotors called resonant that were: python -m bench.rotor."""
Points = list[tuple[float, float]]  # speed [Hz], velocity at the first order [mm/s]


@dataclass(frozen=True)
class _Seen:
    """The resonance that the points show, the speed it is run at [Hz], and the points."""

    peak: Peak
    runs_hz: float
    points: Points


def _judge(record: Record, asset: Asset, _base: Base) -> Told:
    if record.tacho_s is not None and record.has_unit:
        run = first_orders(record)
        if run:
            rated = asset.rated("rated_speed_rpm")
            runs_hz = rated / 60 if rated and rated > 0 else max(hz for hz, _ in run)
            return _told({}, _see(run, runs_hz))
    lines = rotor_lines(record, asset)
    if isinstance(lines, str):
        return Told(missing=(lines,))
    figures = order_figures(lines)
    if lines.is_quiet or lines.share_first < 0.5:
        return Told(figures)
    return _told(figures, _see(_points(record, lines), lines.shaft_hz))


def _points(record: Record, lines: RotorLines) -> Points:
    """List the first order at every known speed; this record's only where no base is at its speed."""
    known = [(rpm / 60, base["first_mm_s"][0]) for rpm, base in record.at_speeds if "first_mm_s" in base]
    if any(abs(lines.shaft_hz / hz - 1) <= SAME_SPEED for hz, _ in known if hz > 0):
        return known
    return sorted([*known, (lines.shaft_hz, lines.velocity(1))])


def _see(points: Points, runs_hz: float) -> _Seen | None:
    points = [(hz, v) for hz, v in points if v > 0 and hz > 0]
    hz = np.array([p[0] for p in points], np.float64)
    if len(points) < LEAST_SPEEDS or hz.max() < LEAST_SPAN * hz.min():
        return None
    peak = fit_peak(hz, np.array([p[1] for p in points], np.float64))
    at = np.array([peak.at(f) for f in hz])
    fits = peak.off <= min(FIT, BETTER * peak.plain) and peak.amplification >= LEAST_AMPLIFICATION
    # A peak that one speed alone shows may be a change of the unbalance between two days.
    is_seen = int(np.sum(at >= 2.0)) >= 2 and hz.min() < peak.natural_hz < hz.max()
    is_run = peak.at(runs_hz) >= HALF_POWER * peak.amplification
    return _Seen(peak, runs_hz, points) if fits and is_seen and is_run else None


def _told(figures: dict[str, float], seen: _Seen | None) -> Told:
    if seen is None:
        return Told(figures)
    peak = seen.peak
    proof = Evidence(
        f"First order at {len(seen.points)} speeds fits a resonance at {peak.natural_hz:.1f} Hz to "
        f"{100 * peak.off:.0f} %; a power of the speed fits to {100 * peak.plain:.0f} %.",
        figures={
            "natural_hz": peak.natural_hz,
            "damping_ratio": peak.damping,
            "amplification": peak.amplification,
            "fit_off": peak.off,
        },
        data={"points": [[float(f"{a:.6g}"), float(f"{b:.6g}")] for a, b in seen.points]},
    )
    symptom = Symptom(
        "resonance",
        SURE,
        f"A resonance at {60 * peak.natural_hz:.0f} rpm amplifies the first order "
        f"{peak.at(seen.runs_hz):.1f} times at the running speed of {60 * seen.runs_hz:.0f} rpm.",
        f"{60 * peak.natural_hz:.0f} rpm 处存在共振，在运行转速 {60 * seen.runs_hz:.0f} rpm 下将一倍频放大 "
        f"{peak.at(seen.runs_hz):.1f} 倍。",
        (proof,),
    )
    return Told(figures, (symptom,))


TEST = Test(
    name="resonance",
    title="Resonance at running speed",
    summary=(
        "The first order against the speed, over the records of a place at five speeds or more, or over "
        "one run-up with a tacho: an oscillator fits at least twice as well as a power of the speed does, "
        "with an amplification of 2.5 or more that two speeds show, and the running speed is in its "
        "half-power band. One speed alone says nothing."
    ),
    quantity="acceleration",
    causes=("resonance",),
    judge=_judge,
    also={"rated_speed_rpm": "the speed it is run at, for a record of a run-up"},
    references=("API RP 684, lateral critical speeds", "ISO 13373-3:2015, annex A", "ISO 2041:2018"),
    of_asset=True,
)
CHECK = record_check(TEST)
