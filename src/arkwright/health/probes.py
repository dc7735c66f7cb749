"""Two probes at right angles on one bearing, by what they are called."""

from __future__ import annotations

import re

import numpy as np

from arkwright.health.symptom import Floats, Record

ENDS = re.compile(r"^(.*?)[ ._/-]?([xy])$", re.IGNORECASE)


def probe_pair(record: Record) -> tuple[Floats, Floats] | str | None:
    """Find the probe that stands at right angles to a record's own.

    Parameters
    ----------
    record
        One probe, called like ``DE.x``; the other, ``DE.y``, is what a mark on the shaft passes next.

    Returns
    -------
    pair
        First and second probe, each of shape ``(n,)`` [unit of the record]; None where the record is the
        second one, whose partner is asked for both; what is missing where there is no partner.
    """
    own = _split(record.location)
    for where, samples in record.beside.items():
        other = _split(where)
        if other[0] == own[0] and other[1] != own[1] and "y" in (own[1], other[1]):
            if len(samples) != len(record.samples) or not np.isfinite(samples).all() or not np.ptp(samples):
                return f"the probe {where} is silent or broken"
            return (record.samples, samples) if other[1] == "y" else None
    return f"a second probe at right angles is needed: {own[0] or 'DE'}.x beside {own[0] or 'DE'}.y"


def _split(location: str) -> tuple[str, str]:
    found = ENDS.match(location)
    return (found[1].upper(), found[2].lower()) if found else (location.upper(), "")
