"""Misalignment of a coupling: the second order as strong as half of the first, and little above the third."""

from __future__ import annotations

from fractions import Fraction

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.record_check import record_check
from arkwright.health.rotor_lines import HALVES, THIRDS, WHOLE, RotorLines, rotor_lines
from arkwright.health.rotor_probes import axial_beside, velocity_at
from arkwright.health.rotor_words import lines_proof, order_figures
from arkwright.health.symptom import Base, Record, Symptom, Test, Told

SECOND = 0.5
"""Second order over first from which a coupling is suspected, the usual chart's. [1]"""
FEW = 0.15  # of the strongest order: what a half, a third or a high order may have
CARRIED = 0.5  # of the mean square that the first three orders must hold, else something else shakes
ALONG = 0.5  # axial over radial from which the coupling pushes along the shaft
SURE, SURE_ALONG = 0.85, 0.9
"""Shares of rotors called misaligned that were, without and with axial: python -m bench.rotor."""


def _judge(record: Record, asset: Asset, _base: Base) -> Told:
    lines = rotor_lines(record, asset)
    if isinstance(lines, str):
        return Told(missing=(lines,))
    figures = order_figures(lines)
    if not _is_second(lines):
        return Told(figures)
    if Fraction(2) in lines.hum:
        return Told(figures, against=(_hum(lines),))
    along = _along(record, lines)
    if along is not None:
        figures |= {"axial_ratio": along}
    sure = SURE if along is None or along < ALONG else SURE_ALONG
    return Told(figures, (_symptom(lines, along, sure),), against=(_crack(),))


def _is_second(lines: RotorLines) -> bool:
    first, second = lines.velocity(1), lines.velocity(2)
    top = max(first, second)
    if lines.is_quiet or second < SECOND * max(first, 1e-9) or second < 0.25 * lines.quiet:
        return False
    carried = lines.sum_of(WHOLE[:3]) ** 2 >= CARRIED * lines.overall**2
    others = lines.found((*WHOLE[3:], *HALVES, *THIRDS), FEW * top)
    return carried and len(others) <= 1


def _along(record: Record, lines: RotorLines) -> float | None:
    """Strongest axial over radial velocity of the first two orders, where axial is known. [1]"""
    axial = axial_beside(record).values()
    if not axial:
        return None
    at = [lines.shaft_hz * k for k in (1, 2)]
    return max(float(sum(velocity_at(x, record.rate_hz, hz) ** 2 for hz in at) ** 0.5) for x in axial) / max(
        lines.sum_of(WHOLE[:2]), 1e-9
    )


def _symptom(lines: RotorLines, along: float | None, sure: float) -> Symptom:
    first, second = lines.velocity(1), lines.velocity(2)
    axial = "" if along is None else f" Along the shaft it is {along:.1f} times as strong."
    axial_zh = "" if along is None else f"轴向为径向的 {along:.1f} 倍。"
    return Symptom(
        "misalignment",
        sure,
        f"The second order of the shaft has {second:.1f} mm/s RMS, the first {first:.1f}: the coupling is "
        f"out of line.{axial}",
        f"二倍转频振动速度 {second:.1f} mm/s RMS，一倍 {first:.1f}：联轴器不对中。{axial_zh}",
        (lines_proof(lines, (*WHOLE, *HALVES)),),
    )


def _hum(lines: RotorLines) -> Evidence:
    at = 2 * lines.shaft_hz
    text = (
        f"At {at:.1f} Hz the second order and twice the supply cannot be told apart: a longer record, or one "
        "with the motor switched off and running down, would tell."
    )
    return Evidence(text, against=True)


def _crack() -> Evidence:
    return Evidence(
        "A shaft with a crack, or one stiffer one way than the other, draws the second order too: it grows "
        "from week to week, and is strongest at half of a critical speed.",
        against=True,
    )


TEST = Test(
    name="misalignment",
    title="Misalignment of a coupling",
    summary=(
        "A coupling out of line bends twice a turn: the second order of the shaft has at least half of the "
        "first's velocity, the first three orders most of all, and halves, thirds and high orders are small. "
        "A strong axial vibration makes it surer. Where twice the supply lies on the second order, and below "
        "zone A's end, nothing is said."
    ),
    quantity="acceleration",
    causes=("misalignment",),
    judge=_judge,
    references=(
        "Xu, Marangoni (1994), Journal of Sound and Vibration 176(5), 663-679",
        "ISO 13373-3:2015, annex A",
    ),
    of_asset=True,
)
CHECK = record_check(TEST)
