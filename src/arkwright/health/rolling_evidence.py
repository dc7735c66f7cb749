"""The evidence of a verdict on a rolling bearing: lines met and missed, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from arkwright.health.rolling_search import SMEAR, CombScore, Search, line_order
from arkwright.health.rolling_verdict import LineFound
from arkwright.kits.orders import COMBS, Line

PART_WORDS = {
    "outer_race": "outer race",
    "inner_race": "inner race",
    "ball": "rolling element",
    "cage": "cage",
}
LIKELY = 0.03  # the greatest of three lines of pure noise is above this as often


def lines_of(
    search: Search, fault: str, slip: float, top: int, *, is_smeared: bool = False
) -> tuple[LineFound, ...]:
    """Look up the lines of a fault's comb in one spectrum.

    Parameters
    ----------
    search
        Spectra of the record.
    fault
        Fault whose lines are expected.
    slip
        Slip of the cage. [1]
    top
        Number of the spectrum.
    is_smeared
        Whether the lines are those of a skidding ball, which wander.

    Returns
    -------
    lines
        Every expected line that the spectrum reaches.
    """
    level = search.plain[top]
    found = []
    for line in COMBS[fault]:
        at = round(line_order(line, fault, search.orders, slip) * search.shaft_hz / search.step_hz)
        if not 1 <= at < len(level) - 1:
            continue
        reach = max(1, round(SMEAR * at)) if is_smeared else 1
        first = max(0, at - reach)
        peak = first + int(np.argmax(level[first : at + reach + 1]))
        p = 1 - float(np.mean(level < level[peak])) ** (2 * reach + 1)
        hz = peak * search.step_hz
        found.append(
            LineFound(line_name(fault, line), hz / search.shaft_hz, hz, float(level[peak]), p, p <= LIKELY)
        )
    return tuple(found)


def line_name(fault: str, line: Line) -> str:
    """Name a line of a fault's comb as analysts write it: ``2xBPFI-1fr``."""
    base = {"outer_race": "BPFO", "inner_race": "BPFI", "ball": "BSF", "cage": "FTF"}[fault]
    side = f"{line.shaft:+d}fr" if line.shaft else f"{line.cage:+d}FTF" if line.cage else ""
    return f"{line.multiple}x{base}{side}"


def against_of(
    verdict: str, scores: Mapping[str, float], combs: Mapping[str, CombScore], best: str
) -> tuple[str, ...]:
    """Say what speaks against a verdict.

    Parameters
    ----------
    verdict
        The verdict.
    scores
        Score of each fault. [1]
    combs
        How each fault's comb stands in each spectrum.
    best
        Fault whose evidence is shown.

    Returns
    -------
    sentences
        One for each point; none if nothing speaks against it.
    """
    z, name = combs[best].z, PART_WORDS[best]
    if verdict == "normal":
        high = int(np.count_nonzero(z > 3))
        return (f"The {name}'s lines stand out in {high} of {len(z)} bands.",) if high else ()
    quiet = int(np.count_nonzero(z < 1))
    told = [f"{quiet} of {len(z)} bands show nothing of the {name}."] if quiet else []
    told += [
        f"The {PART_WORDS[f]}'s lines score {scores[f]:.1f} beside {scores[best]:.1f}."
        for f in scores
        if f != best and scores[f] > max(1.0, 0.3 * scores[best])
    ]
    return tuple(told)
