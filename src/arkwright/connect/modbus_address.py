"""Addresses of Modbus: what lies where, of which kind and in which word order, and how it is decoded.

``[unit/]area:address[:kind[:order]][*factor][+offset]``, for example ``holding:40001:float32:be``,
``input:100:int16*0.1``, ``3/holding:0x0064:uint32:cdab``, ``coil:17``, ``holding:7:bit3``.

Decimal addresses of five or six digits that begin with the digit of their area are counted from 1, as
manuals write them (40001 is the first holding register); all others, and all hexadecimal ones, are counted
from 0 as on the wire.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from arkwright.core.errors import SourceError

AREAS = {"coil": 0, "discrete": 1, "input": 3, "holding": 4}
"""Area to the first digit of its addresses in manuals."""
BIT_AREAS = ("coil", "discrete")
MOST_REGISTERS, MOST_BITS = 125, 2000  # of one request (Modbus Application Protocol 1.1b3, 6.1 and 6.3)

ORDERS = {"be": (False, False), "abcd": (False, False), "le": (True, True), "dcba": (True, True),
          "cdab": (True, False), "badc": (False, True)}  # fmt: skip
"""Order to (least significant register first, least significant byte first in each register)."""
LAYOUTS = {"int16": ("h", 1), "uint16": ("H", 1), "int32": ("i", 2), "uint32": ("I", 2), "float32": ("f", 2),
           "int64": ("q", 4), "uint64": ("Q", 4), "float64": ("d", 4)}  # fmt: skip
NUMBER = r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
PATTERN = re.compile(
    r"(?:(?P<unit>\d{1,3})/)?(?P<area>coil|discrete|input|holding):(?P<at>0[xX][0-9a-fA-F]+|\d+)"
    r"(?::(?P<kind>bool|bit\d{1,2}|u?int(?:16|32|64)|float(?:32|64)|string\d{1,3}))?"
    r"(?::(?P<order>be|le|abcd|dcba|cdab|badc))?"
    rf"(?:\*(?P<factor>-?{NUMBER}))?(?P<offset>[+-]{NUMBER})?"
)


@dataclass(frozen=True)
class Place:
    """A decoded address; ``unit`` None takes the connection's. ``start`` is counted from 0. [1]"""

    area: str
    start: int
    n: int
    kind: str
    order: str = "be"
    unit: int | None = None
    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Block:
    """Registers or bits that one request reads, ``[start, start + n)``, and the places in it by index."""

    unit: int
    area: str
    start: int
    n: int
    members: tuple[int, ...]


def parse_place(address: str) -> Place:
    """Read an address.

    Parameters
    ----------
    address
        As in the head of this module.

    Returns
    -------
    place
        The address, decoded.

    Raises
    ------
    SourceError
        If it is not one; says what is wanted.
    """
    match = PATTERN.fullmatch(address.strip())
    if match is None:
        raise SourceError(
            f"address '{address}'", wanted="[unit/]area:address[:kind[:order]][*factor][+offset]",
            fix="For example holding:40001:float32:be or input:100:int16*0.1.",
        )  # fmt: skip
    area = match["area"]
    is_bits = area in BIT_AREAS
    kind = match["kind"] or ("bool" if is_bits else "uint16")
    if is_bits != (kind == "bool"):
        raise SourceError(f"'{kind}' of {area}", wanted="bool" if is_bits else "bit0 to bit15, or a number")
    place = Place(
        area, _start(area, match["at"]), _width(kind), kind, match["order"] or "be",
        int(match["unit"]) if match["unit"] else None,
        float(match["factor"] or 1), float(match["offset"] or 0),
    )  # fmt: skip
    if place.start + place.n > 0x1_0000:
        raise SourceError(f"address {place.start}", wanted="0 to 65535", where=address)
    return place


def _start(area: str, at: str) -> int:
    if at[:2] in {"0x", "0X"}:
        return int(at, 16)
    if len(at) in {5, 6} and at[0] == str(AREAS[area]) and int(at[1:]):
        return int(at[1:]) - 1
    return int(at)


def _width(kind: str) -> int:
    if kind.startswith("string"):
        return max(int(kind.removeprefix("string")), 1)
    return LAYOUTS[kind][1] if kind in LAYOUTS else 1


def decode(place: Place, cells: Sequence[int]) -> float | str:
    """Decode registers or a bit, without factor and offset.

    Parameters
    ----------
    place
        What lies there.
    cells
        The registers, or the bit, shape ``(n,)``.

    Returns
    -------
    value
        Number or text. [as the register holds it]
    """
    if place.kind == "bool":
        return float(bool(cells[0]))
    if place.kind.startswith("bit"):
        return float(cells[0] >> int(place.kind.removeprefix("bit")) & 1)
    last_first, swapped = ORDERS[place.order]
    words = list(reversed(cells)) if last_first else list(cells)
    if place.kind.startswith("string"):
        data = b"".join(word.to_bytes(2, "little" if swapped else "big") for word in cells)
        return data.split(b"\0")[0].decode("utf-8", "replace").strip()
    data = b"".join(word.to_bytes(2, "little" if swapped else "big") for word in words)
    return float(struct.unpack(f">{LAYOUTS[place.kind][0]}", data)[0])


def plan_blocks(places: Sequence[Place], unit: int, max_hole: int) -> list[Block]:
    """Group places into as few requests as the protocol allows.

    Parameters
    ----------
    places
        What to read.
    unit
        Unit of the places that name none. [1]
    max_hole
        Unwanted registers that may be read between two wanted ones. [1]

    Returns
    -------
    blocks
        Requests; each place is in exactly one.
    """
    order = sorted(
        range(len(places)), key=lambda i: (places[i].unit or unit, places[i].area, places[i].start)
    )
    blocks: list[Block] = []
    for at in order:
        place = places[at]
        home, end = place.unit or unit, place.start + place.n
        last = blocks[-1] if blocks else None
        most = MOST_BITS if place.area in BIT_AREAS else MOST_REGISTERS
        fits = (
            last is not None
            and (last.unit, last.area) == (home, place.area)
            and place.start <= last.start + last.n + max_hole
            and end - last.start <= most
        )
        if last is not None and fits:
            n = max(last.n, end - last.start)
            blocks[-1] = Block(home, place.area, last.start, n, (*last.members, at))
        else:
            blocks.append(Block(home, place.area, place.start, place.n, (at,)))
    return blocks
