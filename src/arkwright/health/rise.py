"""Whether a level has risen over what the same place showed at first."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

from arkwright.health.record_base import N_BASE
from arkwright.health.symptom import Base
from arkwright.kits.small_base import base_limit

DOUBLED_DB = 20 * log10(2)
"""Least rise that counts: twice the amplitude. The base is a matter of minutes; what load, temperature and
medium change within weeks is not in its spread, and may not be taken for a fault. [dB]"""
FALSE_RATE = 0.001
"""Share of healthy records that one figure may lift over its limit by chance. [1]"""


@dataclass(frozen=True)
class Rise:
    """A level and its base [dB], how far it has risen and from which rise on that counts [dB]."""

    level_db: float
    base_db: float
    rise_db: float
    limit_db: float

    @property
    def is_real(self) -> bool:
        """Say whether neither chance nor everyday change explains it."""
        return self.rise_db >= self.limit_db


def rise_over(base: Base, name: str, level_db: float, own_db: float) -> Rise | None:
    """Compare a level with its base.

    Parameters
    ----------
    base
        Median and spread of each figure at like speed.
    name
        Name of the figure.
    level_db
        The figure now. [dB]
    own_db
        How much the figure strays by itself from record to record; a base that happened to agree more
        closely is not believed. [dB]

    Returns
    -------
    rise
        None where the base does not have the figure.
    """
    if name not in base:
        return None
    middle, spread = base[name]
    limit = max(DOUBLED_DB, base_limit(N_BASE, FALSE_RATE) * max(spread, own_db))
    return Rise(level_db, middle, level_db - middle, limit)
