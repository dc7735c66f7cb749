"""What a judge says of an asset, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Band = Literal["none", "watch", "act", "stop"]
BANDS: tuple[Band, ...] = ("none", "watch", "act", "stop")
CANNOT_JUDGE = "cannot_judge"


@dataclass(frozen=True)
class Evidence:
    """One line of proof: a sentence for a fitter, and the figures it stands on.

    ``signal`` with ``start`` and ``end`` points back at the readings; ``figures`` hold numbers by name with
    the unit as suffix (``frequency_hz``, ``level_db``); ``data`` holds plain JSON for plots and for redoing
    the verdict. ``against`` marks counter-evidence.
    """

    text: str
    signal: str = ""
    start: datetime | None = None
    end: datetime | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    against: bool = False


@dataclass(frozen=True)
class Finding:
    """One judgement on one asset over one window ``[start, end)``.

    ``cause`` is a fault mode's name, or ``cannot_judge`` with ``missing`` naming what would be needed, or
    ``normal``. ``band`` is how urgent it is, apart from what it is. ``confidence`` is calibrated, 0 to 1. [1]
    ``text`` and ``text_zh`` are the sentence for a fitter.
    """

    check: str
    asset: str
    cause: str
    band: Band
    confidence: float
    start: datetime
    end: datetime
    text: str
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    location: str = ""
    text_zh: str = ""
    labels: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Hash of check, asset, location and window: the same judgement always has the same id."""
        parts = (
            self.check,
            self.asset,
            self.location,
            self.start.isoformat(),
            self.end.isoformat(),
            self.cause,
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    @property
    def subject(self) -> str:
        """Hash of check, asset, location and cause: the same trouble in every window."""
        parts = (self.check, self.asset, self.location, self.cause)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def cannot_judge(
    check: str, asset: str, missing: tuple[str, ...], start: datetime, end: datetime, *, location: str = ""
) -> Finding:
    """Refuse to judge, naming everything that is missing."""
    text = f"Cannot judge: {'; '.join(missing)}."
    return Finding(
        check, asset, CANNOT_JUDGE, "none", 1.0, start, end, text, missing=missing, location=location
    )


def worst_first(findings: list[Finding]) -> list[Finding]:
    """Order findings by urgency, then confidence, then name."""
    return sorted(findings, key=lambda f: (-BANDS.index(f.band), -f.confidence, f.asset, f.check, f.location))


@dataclass(frozen=True)
class Forecast:
    """The time of an event as a distribution.

    ``hours`` [h] are the quantiles of the time from ``now`` to the event at ``shares`` [1], both ascending.
    """

    asset: str
    event: str
    now: datetime
    shares: tuple[float, ...]
    hours: tuple[float, ...]
    finding_id: str = ""
