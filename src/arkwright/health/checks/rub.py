"""A rotor that touches its stator: parts of the shaft's order, a third or two thirds before all."""

from __future__ import annotations

from arkwright.core.plant import Asset
from arkwright.health.record_check import record_check
from arkwright.health.rotor_lines import HALVES, THIRDS, WHOLE, RotorLines, rotor_lines
from arkwright.health.rotor_words import lines_proof, order_figures
from arkwright.health.symptom import Base, Record, Symptom, Test, Told

PART = 0.2
"""Velocity of halves or thirds over the strongest whole order: less may be a belt, a neighbour. [1]"""
SURE = 0.7
"""Less than the share that was right in python -m bench.rotor, where few rubs answer at a third at all."""
BOTH = (
    "half orders of the shaft: a rub and a loose part both draw them; touch marks at seals or loose bolts "
    "will tell, or a run half as fast again: a rub then answers at a third"
)


def _judge(record: Record, asset: Asset, _base: Base) -> Told:
    lines = rotor_lines(record, asset)
    if isinstance(lines, str):
        return Told(missing=(lines,))
    figures = order_figures(lines)
    top = max(lines.velocity(1), lines.velocity(2), 1e-9)
    halves, thirds = lines.sum_of(HALVES), lines.sum_of(THIRDS)
    if lines.is_quiet or max(halves, thirds) < max(PART * top, 0.25 * lines.quiet):
        return Told(figures)
    if thirds > halves and len(lines.found(THIRDS, 0.02 * top)) >= 2:
        return Told(figures, (_symptom(lines),))
    if halves > thirds and len(lines.found(HALVES, 0.02 * top)) >= 2:
        return Told(figures, missing=(BOTH,))
    return Told(figures)


def _symptom(lines: RotorLines) -> Symptom:
    thirds = lines.sum_of(THIRDS)
    return Symptom(
        "rub",
        SURE,
        f"A third of the shaft's order and its multiples have {thirds:.1f} mm/s RMS, the first "
        f"order {lines.velocity(1):.1f}: the rotor touches its stator.",
        f"三分之一转频及其倍频 {thirds:.1f} mm/s RMS，一倍频 {lines.velocity(1):.1f}：转子与静子碰摩。",
        (lines_proof(lines, (*THIRDS, *HALVES, *WHOLE)),),
        band="act",
    )


TEST = Test(
    name="rub",
    title="Rub of the rotor",
    summary=(
        "A rotor that touches on one side bounces: above its critical speed it does so every second or "
        "third turn. Two orders of the family of thirds that stand out, with a fifth of the strongest "
        "whole order's velocity, are a rub; halves may be a loose part as well, and are said to be either. "
        "Below zone A's end nothing is said."
    ),
    quantity="acceleration",
    causes=("rub",),
    judge=_judge,
    references=(
        "Bently (1974), ASME 74-PET-16: forced subrotative speed dynamic action",
        "Ehrich (1988), J. Vib. Acoust. 110(1), 9-16: high order subharmonic response",
    ),
    of_asset=True,
)
CHECK = record_check(TEST)
