"""What the simulator of a demo works says was really wrong, set against what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from arkwright.core.feed import Card
from arkwright.core.finding import CANNOT_JUDGE
from arkwright.history.ledger_tables import FINDINGS

if TYPE_CHECKING:
    from arkwright.app.plant import Plant
    from arkwright.history.ledger import Ledger

Seen = Mapping[tuple[str, str], datetime]  # (asset, cause) -> when it was first found


@dataclass(frozen=True)
class Wrong:
    """Something that was really wrong: where, what, since when, how far it has come [1]."""

    asset: str
    location: str
    fault: str
    since: datetime
    severity: float
    description: str
    description_zh: str


@dataclass(frozen=True)
class Verdict:
    """What became of a truth: ``right``, ``other`` (found under another name) or ``open``, and how soon."""

    wrong: Wrong
    state: str
    cause: str = ""
    took: timedelta | None = None


def compare(truths: Sequence[Wrong], seen: Seen) -> list[Verdict]:
    """Set the truth against what was found, in the order of the truths.

    A fault counts as found once its asset has a finding that names it; a finding of the asset by another
    name, made after the fault began, is told as such.
    """
    verdicts = []
    for wrong in truths:
        causes = {cause: when for (asset, cause), when in seen.items() if asset == wrong.asset}
        if wrong.fault in causes:
            verdicts.append(Verdict(wrong, "right", wrong.fault, causes[wrong.fault] - wrong.since))
            continue
        later = sorted((when, cause) for cause, when in causes.items() if when >= wrong.since)
        if later:
            verdicts.append(Verdict(wrong, "other", later[0][1], later[0][0] - wrong.since))
        else:
            verdicts.append(Verdict(wrong, "open"))
    return verdicts


def false_cards(cards: Iterable[Card], truths: Sequence[Wrong]) -> list[Card]:
    """Return the cards that blame an asset which is sound."""
    ailing = {wrong.asset for wrong in truths}
    return [
        card
        for card in cards
        if card.kind == "finding"
        and card.band != "none"
        and card.asset not in ailing
        and card.payload.get("cause") != CANNOT_JUDGE
    ]


# ----------------------------------------------------------------------------------------- looking up
def truth_url(plant: Plant) -> str:
    """Return where the simulator tells the truth, empty where the plant is a real one."""
    demo = plant.site.settings.get("demo")
    return str(demo.get("truth_url", "")) if isinstance(demo, Mapping) else ""


async def fetch_truth(url: str) -> list[Wrong]:
    """Ask the simulator what is wrong.

    Raises
    ------
    OSError
        If it does not answer, or answers something else.
    """
    import httpx

    try:
        async with httpx.AsyncClient(trust_env=False, timeout=3.0) as client:
            answer = (await client.get(url)).raise_for_status().json()
        return [_wrong(row) for row in answer["truth"]]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise OSError(f"{url} does not tell the truth: {error!r}") from error


def _wrong(row: Mapping[str, Any]) -> Wrong:
    since = datetime.fromisoformat(row["since"])
    return Wrong(
        str(row["asset"]),
        str(row["location"]),
        str(row["fault"]),
        since,
        float(row["severity"]),
        str(row["description"]),
        str(row.get("description_zh", "")),
    )


def first_seen(ledger: Ledger) -> Seen:
    """Return when each cause was first found of each asset."""
    at = FINDINGS.c
    query = select(at.asset, at.cause, func.min(at.end)).where(at.band != "none", at.cause != CANNOT_JUDGE)
    with ledger.view() as view:
        rows = view.at.execute(query.group_by(at.asset, at.cause)).all()
    return {(str(asset), str(cause)): when for asset, cause, when in rows}
