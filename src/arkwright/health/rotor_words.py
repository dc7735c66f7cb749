"""What is said of a rotor's orders: evidence with every line, and how it is called."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from arkwright.core.finding import Evidence
from arkwright.health.rotor_lines import HALVES, THIRDS, WHOLE, Line, RotorLines


def order_figures(lines: RotorLines) -> dict[str, float]:
    """Return the descriptors that every test of a rotor shares: velocities by order, the speed."""
    return {
        "overall_mm_s": lines.overall,
        "first_mm_s": lines.velocity(1),
        "second_mm_s": lines.velocity(2),
        "third_mm_s": lines.velocity(3),
        "high_orders_mm_s": lines.sum_of(WHOLE[2:]),
        "half_orders_mm_s": lines.sum_of(HALVES),
        "third_parts_mm_s": lines.sum_of(THIRDS),
        "shaft_hz": lines.shaft_hz,
    }


def say_order(order: Fraction) -> str:
    """Write an order: 2, 1/2, 2/3."""
    return str(order)


def lines_proof(lines: RotorLines, orders: Iterable[Fraction]) -> Evidence:
    """Write down the orders looked at: those that stand out, and those that are missing.

    Parameters
    ----------
    lines
        The orders of a record.
    orders
        Those that the verdict stands on. [1]
    """
    rows = [lines.lines[order] for order in orders if order in lines.lines]
    found = [row for row in rows if row.found]
    told = ", ".join(f"{say_order(r.order)}x {r.velocity:.2f} mm/s" for r in found) or "none"
    gone = ", ".join(f"{say_order(r.order)}x" for r in rows if not r.found)
    text = f"Orders of {lines.shaft_hz:.2f} Hz that stand out: {told}{f'; missing: {gone}' if gone else ''}."
    return Evidence(
        text,
        figures={"overall_mm_s": lines.overall, "shaft_hz": lines.shaft_hz, "share_first": lines.share_first},
        data={"lines": [_row(row) for row in rows]},
    )


def _row(line: Line) -> dict[str, object]:
    return {
        "order": say_order(line.order),
        "frequency_hz": round(line.hz, 4),
        "velocity_mm_s": float(f"{line.velocity:.5g}"),
        "over_floor_db": round(float(10 * np.log10(max(line.over, 1e-12))), 2),
        "found": line.found,
    }
