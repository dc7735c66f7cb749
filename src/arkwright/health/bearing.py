"""The catalogue of bearings: finding the orders that a designation stands for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from arkwright.core.errors import EntryError
from arkwright.health.bearing_rows import Bearing, bearings, by_designation, catalogue, plain
from arkwright.health.rolling import BearingVerdict, judge_record
from arkwright.kits.orders import BearingOrders

__all__ = [
    "Bearing",
    "BearingOrders",
    "BearingVerdict",
    "bearings",
    "catalogue",
    "find_bearing",
    "judge_record",
    "rows_named",
]

MAKERS = {
    "FAFNIR": "TIMKEN",  # names of one house
    "INA": "FAG",
    "SCHAEFFLER": "FAG",
    **{name: name for name in ("SNR", "NACHI", "KOYO", "NTN", "FYH", "ASAHI", "RHP", "SNFA", "BARDEN")},
}
SEAL = r"2?RS[RH1]?|2?RZ|2?ZZ?|2?ZR|LL[UBH]|DDU?|VV|TVP2?|C[2-5]|CN"
SAME = 0.01
"""How far the race orders of several makers may lie apart to be one bearing. [1]

The search tries slips from -2 to +1 %, and cages slip by up to 2 %: an order 1 % too low costs nothing, one
1 % too high still leaves half of the slips that are met.
"""


def find_bearing(designation: str) -> BearingOrders:
    """Find a bearing by designation; the suffixes of seals, cage and clearance do not matter.

    Several makers may build one designation with different balls. Where the maker is not stated, or has no
    row, the first row stands for all as long as their race orders agree to 1 %; the order of the ball, which
    feels the ball's diameter most, may then differ by 2 %.

    Parameters
    ----------
    designation
        As on the ring or the drawing, with or without the maker.

    Returns
    -------
    orders
        Fault orders, with the source that they are from. [1]

    Raises
    ------
    EntryError
        If the catalogue has no such bearing, or its makers build it too differently.
    """
    maker, rows = _rows_of(designation)
    if not rows:
        raise _unknown(designation)
    of_maker = [row for row in rows if row.maker.upper() == maker]
    kept = of_maker or rows
    if _apart(kept) > SAME:
        raise _differs(designation, kept)
    return kept[0].orders


def rows_named(text: str) -> Sequence[Bearing]:
    """Find the rows that a text is a part of the name of, or else those that it names with suffixes.

    Parameters
    ----------
    text
        A designation, or a part of one.

    Returns
    -------
    rows
        In the order of the catalogue.

    Raises
    ------
    EntryError
        If there are none.
    """
    asked = plain(text)
    rows = [row for row in catalogue().values() if asked in plain(row.name)] if asked else []
    rows = rows or _rows_of(text)[1]
    if not rows:
        raise _unknown(text)
    return rows


def _rows_of(text: str) -> tuple[str, list[Bearing]]:
    """Return the maker that a text states, if any, and the rows of the designation that it states."""
    maker, words = _split(text)
    tried = ["".join(words[:k]) for k in range(len(words), 0, -1)]
    tried += [re.sub(rf"(?<=\d)({SEAL})+$", "", name) for name in tried]
    return maker, next((list(by_designation()[name]) for name in tried if name in by_designation()), [])


def _split(text: str) -> tuple[str, list[str]]:
    words = [w for w in re.split(r"[^A-Z0-9]+", text.upper()) if w]
    makers = {row.maker.upper(): row.maker.upper() for row in catalogue().values() if row.maker} | MAKERS
    maker = makers[words.pop(0)] if len(words) > 1 and words[0] in makers else ""
    if words and words[0] == "HY":  # GMN: balls of ceramic
        words.pop(0)
    return maker, words[:1] + [w for w in words[1:] if not re.fullmatch(SEAL, w)]


def _apart(rows: Sequence[Bearing]) -> float:
    """Return how far the race orders of rows lie from those of the first. [1]"""
    first = rows[0].orders
    ratios = [
        (row.orders.bpfo / first.bpfo, row.orders.bpfi / first.bpfi, row.n_balls / rows[0].n_balls)
        for row in rows
    ]
    return max(abs(ratio - 1) for three in ratios for ratio in three)


def _unknown(designation: str) -> EntryError:
    names = {name.upper(): name for name in (*catalogue(), *bearings())}
    near = difflib.get_close_matches(designation.strip().upper(), names, n=4, cutoff=0.6)
    near = near or difflib.get_close_matches("".join(_split(designation)[1][:1]), names, n=4, cutoff=0.6)
    shown = ", ".join(names[name] for name in near)
    return EntryError(
        f"bearing '{designation}' is not in the catalogue",
        wanted=f"one like {shown}" if near else "one that `arkwright bearings` lists",
        fix="Give its orders (bpfo, bpfi, bsf, ftf) instead: its maker states them, or "
        "`arkwright bearings` computes them from the geometry.",
    )


def _differs(designation: str, rows: Sequence[Bearing]) -> EntryError:
    each = ", ".join(f"{row.name} has {row.n_balls} elements and bpfo {row.orders.bpfo:.4g}" for row in rows)
    return EntryError(
        f"bearing '{designation}' is not one bearing: {each}, {100 * _apart(rows):.1f} % apart where "
        f"{100 * SAME:.0f} % can be carried",
        wanted="the maker as well",
        fix=f"Write the maker before it, as '{rows[0].name}', or give its orders (bpfo, bpfi, bsf, ftf).",
    )
