"""Unbalance as one record shows it: the first order of the shaft holds most of the vibration."""

from __future__ import annotations

from fractions import Fraction

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.rotor_lines import HALVES, THIRDS, WHOLE, RotorLines, rotor_lines
from arkwright.health.rotor_probes import axial_beside, is_axial, velocity_at
from arkwright.health.rotor_words import lines_proof, order_figures
from arkwright.health.symptom import Base, Record, Symptom, Told

SHARE = 0.70  # of the mean square that is the first order, as in the check of a stream
SECOND = 0.3  # second order over first; from a half on it is a coupling, and between the two neither is named
PART, HIGH = 0.1, 0.15  # halves and thirds, third to tenth over first: less than a rub or a loose part has
ALONG = 0.5  # axial over radial: a bent shaft, a coupling at an angle or an overhung rotor
SURE = 0.5
"""A bent shaft, a resonance and a foot that lifts a little draw the same line: how often it is unbalance if
that is three times as frequent as each of them (a guess) and one probe sees it (python -m bench.rotor)."""


def judge_record(record: Record, asset: Asset, _base: Base) -> Told:
    """Say whether one record speaks of unbalance."""
    lines = rotor_lines(record, asset)
    if isinstance(lines, str):
        return Told(missing=(lines,))
    figures = order_figures(lines)
    if is_axial(record.location) or not _leads(lines):
        return Told(figures)
    first = lines.velocity(1)
    axial = axial_beside(record).values()
    along = max((velocity_at(x, record.rate_hz, lines.shaft_hz) / first for x in axial), default=0.0)
    if along >= ALONG:
        return Told(figures | {"axial_ratio": along})
    symptom = Symptom(
        "unbalance",
        SURE,
        f"{first:.1f} mm/s RMS at the first order of the shaft ({lines.shaft_hz:.2f} Hz), "
        f"{100 * lines.share_first:.0f} % of the vibration: the rotor is out of balance.",
        f"转频（{lines.shaft_hz:.2f} Hz）振动速度 {first:.1f} mm/s RMS，"
        f"占 {100 * lines.share_first:.0f} %：转子不平衡。",
        (lines_proof(lines, WHOLE[:4]),),
    )
    return Told(figures, (symptom,), against=(_doubt(),))


def _leads(lines: RotorLines) -> bool:
    first = lines.velocity(1)
    if lines.is_quiet or lines.share_first < SHARE or Fraction(1) in lines.hum:
        return False
    parts, high = lines.sum_of((*HALVES, *THIRDS)), lines.sum_of(WHOLE[2:])
    return lines.velocity(2) < SECOND * first and parts < PART * first and high < HIGH * first


def _doubt() -> Evidence:
    return Evidence(
        "A bent shaft, a resonance or a soft foot draws the same line: compare phases before balancing.",
        against=True,
    )
