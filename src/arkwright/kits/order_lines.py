"""The lines that faults of a rotor, its gear and its blades would draw in a spectrum."""

from __future__ import annotations

from collections.abc import Mapping

from arkwright.kits.display import ExpectedLine

ROTOR_ORDERS: Mapping[str, tuple[float, ...]] = {
    "unbalance": (1.0,),
    "misalignment": (1.0, 2.0, 3.0),
    "looseness": (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0),
}
"""Orders of the shaft that each fault raises, after [1]_, sections 2.2 and 2.3. [1]

.. [1] Randall (2011), Vibration-based Condition Monitoring, Wiley, chapter 2.
"""
SIDED = {"gear_mesh": ("GMF", 1), "blade_pass": ("BPF", 0), "tooth_pass": ("TPF", 0)}
"""Symbol of what passes many times a turn, and sidebands of the shaft on each side of it. [1]"""
MULTIPLES = (1, 2, 3)


def rotor_lines(fault: str, shaft_hz: float, passing: float | None = None) -> tuple[ExpectedLine, ...]:
    """List the lines that a fault would draw.

    Parameters
    ----------
    fault
        One of unbalance, misalignment, looseness, gear_mesh, blade_pass, tooth_pass.
    shaft_hz
        Speed of the shaft. [Hz]
    passing
        Teeth, blades or cutting edges that pass in one turn, for the last three. [1]

    Returns
    -------
    lines
        By rising frequency; none where ``passing`` is needed and not known.

    References
    ----------
    .. [1] Randall (2011), Vibration-based Condition Monitoring, Wiley, chapter 2.
    """
    if fault in ROTOR_ORDERS:
        found = [(f"{order:g}×", order) for order in ROTOR_ORDERS[fault]]
    else:
        found = _passing(*SIDED[fault], passing) if passing else []
    lines = [ExpectedLine(name, order, order * shaft_hz) for name, order in found]
    return tuple(sorted(lines, key=lambda line: line.order))


def _passing(symbol: str, sides: int, passing: float) -> list[tuple[str, float]]:
    found = []
    for multiple in MULTIPLES:
        name = symbol if multiple == 1 else f"{multiple}×{symbol}"
        found.append((name, multiple * passing))
        if sides:
            found += [(f"{name}−fr", multiple * passing - 1), (f"{name}+fr", multiple * passing + 1)]
    return found
