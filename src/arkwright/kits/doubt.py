"""What a record's quality gives reason to doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Doubt:
    """One reason to read a record with care; no reason to refuse it.

    ``kind`` is one of clipping, dropout, bias, saturation, rate, resolution, supply, interference, duplicate.
    ``text`` and ``text_zh`` are for a fitter; ``figures`` are its numbers, by name with the unit as suffix.
    """

    kind: str
    text: str
    text_zh: str
    figures: Mapping[str, float] = field(default_factory=dict)
