"""A loose part: a blow once a turn, so many orders of the shaft's speed at once."""

from __future__ import annotations

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.record_check import record_check
from arkwright.health.rotor_lines import HALVES, THIRDS, WHOLE, RotorLines, rotor_lines
from arkwright.health.rotor_words import lines_proof, order_figures
from arkwright.health.symptom import Base, Record, Symptom, Test, Told

HIGH = WHOLE[2:]
MANY = 4
"""Orders from the third to the tenth that must stand out: a coupling gives two or three. [1]"""
STRONG = 0.15
"""Their velocity together over the first order's: a blow, not the faint orders of every rotor. [1]"""
FAINT = 0.1  # halves and thirds over the strongest order from which a rub is another explanation
SURE = 0.6
"""Share of rotors called loose that were: python -m bench.rotor."""


def _judge(record: Record, asset: Asset, _base: Base) -> Told:
    lines = rotor_lines(record, asset)
    if isinstance(lines, str):
        return Told(missing=(lines,))
    figures = order_figures(lines)
    if lines.is_quiet or not _is_blow(lines):
        return Told(figures)
    parts = lines.found((*HALVES, *THIRDS), FAINT * max(lines.velocity(1), lines.velocity(2)))
    if parts:
        return Told(figures, against=(_also_rub(lines),))
    return Told(figures, (_symptom(lines),), against=(_gear(),))


def _is_blow(lines: RotorLines) -> bool:
    strong = lines.sum_of(HIGH) >= STRONG * max(lines.velocity(1), lines.velocity(2), 1e-9)
    return len(lines.found(HIGH)) >= MANY and strong


def _symptom(lines: RotorLines) -> Symptom:
    n = len(lines.found(HIGH))
    return Symptom(
        "looseness",
        SURE,
        f"{n} orders of the shaft from the third up stand out, {lines.sum_of(HIGH):.1f} mm/s RMS together, "
        f"beside {lines.velocity(1):.1f} at the first: something is loose and knocks.",
        f"三倍频以上有 {n} 个转频谐波突出，合计 {lines.sum_of(HIGH):.1f} mm/s RMS，"
        f"一倍频 {lines.velocity(1):.1f} mm/s：存在松动撞击。",
        (lines_proof(lines, (*WHOLE, *HALVES, *THIRDS)),),
    )


def _also_rub(lines: RotorLines) -> Evidence:
    text = (
        f"Parts of the shaft's order ({lines.sum_of((*HALVES, *THIRDS)):.1f} mm/s RMS) beside many whole "
        "ones: a loose part and a rub both draw them, so neither is named by this test."
    )
    return Evidence(text, against=True)


def _gear() -> Evidence:
    return Evidence(
        "A gear or a coupling with few teeth knocks at whole orders too: look at bolts, feet and fits first.",
        against=True,
    )


TEST = Test(
    name="looseness",
    title="Loose foot, fit or part",
    summary=(
        "A part that lifts and falls back knocks once a turn: at least four orders of the shaft from the "
        "third to the tenth stand out of the floor, and together have a seventh of the first's velocity. "
        "Halves and thirds beside them may be a rub as well: then neither is named. Below zone A's end "
        "nothing is said."
    ),
    quantity="acceleration",
    causes=("looseness",),
    judge=_judge,
    references=(
        "Goldman, Muszynska (1999), J. Eng. Gas Turbines Power 121(4): rotor with a loose pedestal",
        "ISO 13373-3:2015, annex A",
    ),
    of_asset=True,
)
CHECK = record_check(TEST)
