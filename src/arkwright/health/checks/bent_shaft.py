"""A bent shaft: the first order along the shaft, both ends against each other."""

from __future__ import annotations

from collections.abc import Mapping

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.record_check import record_check
from arkwright.health.rotor_lines import WHOLE, RotorLines, rotor_lines
from arkwright.health.rotor_probes import Floats, axial_beside, is_axial, phase_between, velocity_at
from arkwright.health.rotor_words import lines_proof, order_figures
from arkwright.health.symptom import Base, Record, Symptom, Test, Told

ALONG = 0.5
"""Axial over radial velocity at the first order from which a shaft wobbles, the usual chart's. [1]"""
SECOND = 0.5  # axial second order over the first from which a coupling is the likelier cause
OPPOSED, TOGETHER = 140.0, 40.0  # phase between the ends, a probe's own error and some damping left out [deg]
SURE = 0.9
"""Share of rotors called bent that were: python -m bench.rotor."""
ONE_END = (
    "the first order is strong along the shaft: a bent shaft, a coupling at an angle and an overhung rotor "
    "all draw it; axial vibration of both ends, taken together, would tell them apart"
)


def _judge(record: Record, asset: Asset, _base: Base) -> Told:
    lines = rotor_lines(record, asset)
    if isinstance(lines, str):
        return Told(missing=(lines,))
    figures = order_figures(lines)
    axial = axial_beside(record)
    first = lines.velocity(1)
    if is_axial(record.location) or lines.is_quiet or not axial or first < 0.5 * lines.overall:
        return Told(figures)
    return _compare(record, lines, axial, figures)


def _compare(
    record: Record, lines: RotorLines, axial: Mapping[str, Floats], figures: dict[str, float]
) -> Told:
    """Compare the first order along the shaft with that across it, and one end with the other."""
    at, first = lines.shaft_hz, lines.velocity(1)
    along = {place: velocity_at(x, record.rate_hz, at) / first for place, x in axial.items()}
    twice = max(velocity_at(x, record.rate_hz, 2 * at) / first for x in axial.values())
    strongest = max(along.values())
    figures |= {"axial_ratio": strongest}
    if strongest < ALONG or twice >= SECOND * strongest or lines.velocity(2) >= SECOND * first:
        return Told(figures)
    if len(axial) < 2:
        return Told(figures, missing=(ONE_END,))
    one, other = sorted(along, key=lambda place: -along[place])[:2]
    phase = phase_between(axial[one], axial[other], record.rate_hz, at)
    figures |= {"axial_phase_deg": phase}
    if phase >= OPPOSED and along[other] >= ALONG / 2:
        return Told(figures, (_symptom(lines, strongest, phase),))
    if phase <= TOGETHER:
        return Told(figures, against=(_overhung(phase),))
    return Told(figures)


def _symptom(lines: RotorLines, along: float, phase: float) -> Symptom:
    proof = Evidence(
        f"Both ends move along the shaft {phase:.0f} degrees apart at {lines.shaft_hz:.2f} Hz.",
        figures={"axial_phase_deg": phase, "axial_ratio": along, "frequency_hz": lines.shaft_hz},
    )
    return Symptom(
        "bent_shaft",
        SURE,
        f"The first order along the shaft is {along:.1f} times that across it ({lines.velocity(1):.1f} mm/s "
        f"RMS), and both ends move against each other ({phase:.0f} degrees): the shaft is bent.",
        f"轴向一倍频为径向的 {along:.1f} 倍（{lines.velocity(1):.1f} mm/s RMS），两端相位相反"
        f"（{phase:.0f}°）：轴弯曲。",
        (proof, lines_proof(lines, WHOLE[:4])),
    )


def _overhung(phase: float) -> Evidence:
    text = f"Both ends move along the shaft together ({phase:.0f} degrees): an overhung rotor out of balance."
    return Evidence(text, figures={"axial_phase_deg": phase}, against=True)


TEST = Test(
    name="bent_shaft",
    title="Bent shaft",
    summary=(
        "A shaft that is bent between its bearings wobbles along its axis once a turn, one end against the "
        "other: the first order leads, has at least half of its radial velocity along the shaft, the second "
        "order does not, and the axial phases of both ends, sampled together, lie 140 degrees apart or more. "
        "With one end alone it is refused; without axial vibration nothing is said."
    ),
    quantity="acceleration",
    causes=("bent_shaft",),
    judge=_judge,
    references=("ISO 13373-3:2015, annex A", "Muszynska, Rotordynamics (2005), ch. 6: rotor bow"),
    of_asset=True,
)
CHECK = record_check(TEST)
