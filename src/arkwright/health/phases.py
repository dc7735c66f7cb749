"""The phases of a motor among what was sampled at the same times, and its supply line."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from arkwright.core.quantity import quantities
from arkwright.health.symptom import Record
from arkwright.kits.exact_tones import Tone, find_tone

Floats = NDArray[np.float64]
Phases = tuple[Floats, Floats, Floats]

NAMES = (("L1", "L2", "L3"), ("U", "V", "W"), ("A", "B", "C"), ("R", "S", "T"), ("1", "2", "3"))
"""What plants call the phases, in the order of rotation; voltages are ``voltage.L1`` and so on."""
VOLTAGE = "voltage."
LINE_SHARE = 0.5  # of the current's power that the supply line must hold
MOST_SLIP = 0.15  # a motor that runs steadily slips less


def phases_of(record: Record, prefix: str = "") -> Phases | None:
    """Return three phases, in the order of rotation, or None where they are not all there and fit.

    Parameters
    ----------
    record
        One phase with the others beside it.
    prefix
        ``VOLTAGE`` for the voltages.

    Returns
    -------
    phases
        Each of shape ``(n,)``. [unit of the record]
    """
    own = {} if prefix else {_name(record.location): record.samples}
    others = {
        _name(where.removeprefix(prefix)): samples
        for where, samples in record.beside.items()
        if _quantity(where) == _quantity(prefix)
    }
    known = {**others, **own}
    for names in NAMES:
        found = [known[name] for name in names if name in known]
        if len(found) == 3 and all(_is_fit(x, record.samples) for x in found):
            return found[0], found[1], found[2]
    return None


def _quantity(where: str) -> str:
    """Return the quantity that a location is named with where it is not the record's own."""
    head, dot, _ = where.partition(".")
    return head if dot and head in quantities() else ""


def _name(location: str) -> str:
    return re.split(r"[^A-Za-z0-9]", location.upper())[-1]


def _is_fit(x: Floats, like: Floats) -> bool:
    return len(x) == len(like) and bool(np.isfinite(x).all()) and float(np.ptp(x)) > 0


def supply_of(record: Record, pairs: float, *, synchronous: bool) -> Tone | str:
    """Find the supply line of a motor's current, or say why there is none.

    Parameters
    ----------
    record
        Current of one phase.
    pairs
        Pole pairs: they say where the line lies at the record's speed. [1]
    synchronous
        Whether the rotor turns with the field, or slips.

    Returns
    -------
    supply
        The line.
    """
    turning = pairs * (record.speed_rpm or 0.0) / 60.0
    if not 1.0 <= pairs <= 64 or pairs != round(pairs):
        return f"{pairs:g} pole pairs: a whole number from 1 on is needed"
    low, high = (
        (0.97 * turning, 1.03 * turning) if synchronous else (0.985 * turning, turning / (1 - MOST_SLIP))
    )
    if high >= record.rate_hz / 2 or len(record.samples) < 12 * record.rate_hz / max(turning, 1e-9):
        return f"twelve periods of a supply near {turning:.0f} Hz are needed, at twice that rate or more"
    try:
        tone = find_tone(record.samples, record.rate_hz, low, high)
    except ValueError as error:
        return f"no supply line is found: {error}"
    if 0.5 * tone.peak**2 < LINE_SHARE * float(np.var(record.samples)):
        return f"no supply line stands out from {low:.1f} to {high:.1f} Hz: speed or pole pairs are wrong"
    return tone
