"""Which check looks at which asset when: ticks on a declared grid, recorded so that they can be replayed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from arkwright.core.catalog import Check
from arkwright.core.plant import Asset

SETTLE_US = 2_000_000  # a window is judged this long after its end, so that ordinary delays are in it


@dataclass(frozen=True)
class Watch:
    """A check that looks at assets, every so often."""

    check: Check
    assets: tuple[Asset, ...]


@dataclass(frozen=True)
class Tick:
    """One grid time of one check: the window's end and what history held when it was judged.

    ``end_us`` and ``cut_us`` (server time of the last reading that counts). [us]
    """

    check: str
    end_us: int
    cut_us: int


def watch_all(checks: Iterable[Check], assets: Sequence[Asset], off: frozenset[str]) -> list[Watch]:
    """Pair each check that is not switched off with the assets it applies to."""
    pairs = ((c, tuple(a for a in assets if c.applies_to(a))) for c in checks if c.name not in off)
    return [Watch(check, fitting) for check, fitting in pairs if fitting]


@dataclass(frozen=True)
class Standstill:
    """When nobody was there to receive anything: windows that end then are not judged. [us]"""

    start_us: int = 0
    end_us: int = 0


NEVER_STILL = Standstill()


def due_ends(
    watch: Watch, last_end_us: int, now_us: int, *, most: int = 100, stills: Sequence[Standstill] = ()
) -> list[int]:
    """List the window ends on the grid that are due and were not judged, oldest first.

    Parameters
    ----------
    watch
        What to look at; its check declares the grid.
    last_end_us
        The last end that was judged, 0 where none was. [us]
    now_us
        The time now. [us]
    most
        How many at the most; the oldest are passed over. [1]
    stills
        Standstills: ends in them are passed over too.

    Returns
    -------
    ends_us
        Ends, rising, shape ``(n,)``. [us]
    """
    every_us = round(watch.check.needs.every_s * 1e6)
    latest = (now_us - SETTLE_US) // every_us * every_us
    first = latest if last_end_us <= 0 else (last_end_us // every_us + 1) * every_us
    first = max(first, latest - (most - 1) * every_us)
    ends = range(first, latest + 1, every_us)
    return [end for end in ends if not any(s.start_us < end <= s.end_us for s in stills)]
