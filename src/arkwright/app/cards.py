"""What becomes of one card when a finding comes: pure, so that it can be judged by itself.

A card is told in the time of the findings: ``since`` is where the first window began, ``updated`` where the
last one ended. Its ``payload`` holds plain JSON for whoever shows it: ``check``, ``cause``, ``location``,
``start``, ``evidence`` of the latest finding, ``missing``, ``labels``, ``text_zh``, ``title_zh``, ``count``
of findings, ``due``, ``currency``, ``decided`` (band and time of the last act), ``returned`` (why).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from arkwright.core.catalog import FaultMode
from arkwright.core.feed import Card, CardState
from arkwright.core.finding import BANDS, CANNOT_JUDGE, Band, Finding
from arkwright.core.plant import Asset, Site
from arkwright.core.work import Job
from arkwright.history.ledger_codec import dump, plain
from arkwright.maintenance.draft import avoided_cost, draft_jobs

# A rejected trouble stays quiet for so long, unless its band worsens.
QUIET = timedelta(days=30)
# What a connection refused or lost was seen and put aside: news of it is told again after a day.
QUIET_EVENTS = timedelta(days=1)
MOST_IDS = 50
MOST_EVIDENCE = 200_000  # characters; larger plots stay with the finding, which the card names


@dataclass(frozen=True)
class Desk:
    """What is needed to write a card: the site, its fault modes, and the time."""

    site: Site
    faults: Mapping[str, FaultMode]
    now: datetime


def is_worse(band: Band, than: Band) -> bool:
    """Say whether one band is more urgent than another."""
    return BANDS.index(band) > BANDS.index(than)


def decided(card: Card) -> Mapping[str, object]:
    """Return the last act on a card: its ``band``, its time ``at``; empty where there was none."""
    found = card.payload.get("decided")
    return found if isinstance(found, Mapping) else {}


def mark(card: Card, now: datetime, **more: object) -> dict[str, object]:
    """Return the payload of a card with an act noted at a time, under the band that the card has."""
    return {**card.payload, "decided": {"band": card.band, "at": now.isoformat(), **more}}


# --------------------------------------------------------------------------------------------- a finding
def fresh_card(finding: Finding, desk: Desk) -> Card:
    """Write the card of a trouble that is new, or has come back after it was over."""
    card = Card(
        id=finding.subject,
        kind="finding",
        asset=finding.asset,
        title="",
        band=finding.band,
        confidence=finding.confidence,
        worth=None,
        since=finding.start,
        updated=finding.end,
        text="",
        payload={"count": 0},
    )
    return _told(card, finding, desk, due=None)


def found_again(card: Card, finding: Finding, desk: Desk) -> Card:
    """Return a card after one more finding of its trouble; the same finding changes nothing."""
    if finding.id in card.finding_ids:
        return card
    if card.state == "cleared":
        return fresh_card(finding, desk) if _is_back(card, finding) else card
    if finding.end <= card.updated:  # found late: it tells of the beginning, not of how things are
        ids = (finding.id, *card.finding_ids)[:MOST_IDS]
        return replace(card, since=min(card.since, finding.start), finding_ids=ids)
    # A trouble that goes on does not move its own due date; one that eased does.
    due = None if is_worse(card.band, finding.band) else _due(card)
    state = _state_after(card, finding.band, desk.now)
    told = _told(card, finding, desk, due)
    if state == card.state:
        return told
    payload = {k: v for k, v in told.payload.items() if k != "decided"}
    payload["returned"] = _why_back(card, finding.band)
    return replace(told, state=state, until=None, reason="", decided_by="", payload=payload)


def _told(card: Card, finding: Finding, desk: Desk, due: datetime | None) -> Card:
    asset = desk.site.assets.get(finding.asset, Asset(finding.asset))
    ids = tuple(dict.fromkeys([*card.finding_ids, finding.id]))[-MOST_IDS:]
    [job] = draft_jobs([finding], {asset.name: asset}, desk.faults, desk.now)
    wanted = desk.now + timedelta(hours=job.within_h)
    due = wanted if due is None else min(due, wanted)
    left_h = max(0.0, (due - desk.now).total_seconds() / 3600)
    job = replace(job, within_h=left_h, finding_ids=ids)
    return replace(
        card,
        title=job.title,
        band=finding.band,
        confidence=finding.confidence,
        worth=avoided_cost(job, asset),
        updated=finding.end,
        text=finding.text,
        job=job,
        finding_ids=ids,
        payload={**_kept(card), **_payload(finding, job, due), "currency": desk.site.money.currency},
    )


def _payload(finding: Finding, job: Job, due: datetime) -> dict[str, object]:
    evidence = plain(finding.evidence)
    if len(dump(evidence)) > MOST_EVIDENCE:
        evidence = [line | {"data": {}} for line in evidence]
    return {
        "check": finding.check,
        "cause": finding.cause,
        "location": finding.location,
        "start": finding.start.isoformat(),
        "evidence": evidence,
        "missing": list(finding.missing),
        "labels": list(finding.labels),
        "text_zh": finding.text_zh,
        "title_zh": job.title_zh,
        "due": due.isoformat(),
    }


def _kept(card: Card) -> dict[str, object]:
    count = card.payload.get("count", 0)
    kept = {k: card.payload[k] for k in ("decided", "returned") if k in card.payload}
    return kept | {"count": (count if isinstance(count, int) else 0) + 1}


def _due(card: Card) -> datetime | None:
    found = card.payload.get("due")
    return datetime.fromisoformat(found) if isinstance(found, str) else None


def due_of(card: Card, now: datetime) -> datetime:
    """Return when the work of a card is due: as was said when its band was reached, but not in the past."""
    found = _due(card)
    return now if found is None else max(found, now)


# ---------------------------------------------------------------------------------------- coming back
def is_due_back(card: Card, now: datetime) -> bool:
    """Say whether a deferred card's time is up."""
    return card.state == "deferred" and card.until is not None and card.until <= now


def woken(card: Card) -> Card:
    """Return a deferred card as open again."""
    payload = {k: v for k, v in card.payload.items() if k != "decided"} | {"returned": "its time is up"}
    return replace(card, state="open", until=None, reason="", decided_by="", payload=payload)


def _state_after(card: Card, band: Band, now: datetime) -> CardState:
    last = decided(card)
    rose = is_worse(band, _band_of(last.get("band"), card.band))
    if card.state == "deferred" and (rose or is_due_back(card, now)):
        return "open"
    if card.state == "rejected" and (rose or _age(last, now) >= QUIET):
        return "open"
    return card.state


def _why_back(card: Card, band: Band) -> str:
    before = _band_of(decided(card).get("band"), card.band)
    return f"it rose from {before} to {band}" if is_worse(band, before) else "its time is up"


def _band_of(found: object, otherwise: Band) -> Band:
    return next((band for band in BANDS if band == found), otherwise)


def _age(last: Mapping[str, object], now: datetime) -> timedelta:
    at = last.get("at")
    return now - datetime.fromisoformat(at) if isinstance(at, str) else timedelta(0)


def _is_back(card: Card, finding: Finding) -> bool:
    mended = card.payload.get("mended_at")
    if isinstance(mended, str):  # readings from before the repair do not tell of after it
        return finding.start >= datetime.fromisoformat(mended)
    return finding.end > card.updated


def cleared(card: Card, finding: Finding) -> Card:
    """Return a card whose trouble is over, as a finding says; decisions stand, older news change nothing."""
    if card.state not in {"open", "deferred"} or finding.end <= card.updated:
        return card
    payload = {**card.payload, "cleared_text": finding.text, "cleared_text_zh": finding.text_zh}
    return replace(card, state="cleared", updated=finding.end, until=None, payload=payload)


# ------------------------------------------------------------------------------------- cannot be judged
def unjudged_id(check: str, asset: str) -> str:
    """Return the id of the one card that says a check cannot judge an asset."""
    return hashlib.sha256("\x1f".join((CANNOT_JUDGE, check, asset)).encode()).hexdigest()[:16]


def unjudged(card: Card | None, finding: Finding, site: Site, now: datetime) -> Card:
    """Return the card of what cannot be judged, with what one more place lacks."""
    asset = site.assets.get(finding.asset, Asset(finding.asset))
    check = finding.check.replace("_", " ")
    over = card is None or card.state == "cleared"
    places = {} if over or card is None else dict(_places(card))
    if card is not None and (finding.end <= card.updated and (over or finding.location in places)):
        return card
    places[finding.location] = list(finding.missing)
    fresh = Card(
        id=unjudged_id(finding.check, finding.asset),
        kind="system",
        asset=finding.asset,
        title=f"{asset.title or asset.name}: {check} cannot judge",
        band="none",
        confidence=1.0,
        worth=None,
        since=finding.start,
        updated=finding.end,
        text=_lacking(places),
        finding_ids=(finding.id,),
        payload={
            "check": finding.check,
            "cause": CANNOT_JUDGE,
            "places": places,
            "missing": list(finding.missing),
            "text_zh": finding.text_zh,
            "title_zh": f"{asset.title_zh or asset.title or asset.name}：{check} 无法判断",
        },
    )
    return fresh if over or card is None else _unjudged_again(card, fresh, now)


def _unjudged_again(card: Card, fresh: Card, now: datetime) -> Card:
    ids = tuple(dict.fromkeys([*card.finding_ids, *fresh.finding_ids]))[-MOST_IDS:]
    state = _state_after(card, "none", now)
    kept = {"decided": card.payload["decided"]} if state == card.state and decided(card) else {}
    return replace(
        card,
        state=state,
        text=fresh.text,
        updated=max(card.updated, fresh.updated),
        finding_ids=ids,
        payload=dict(fresh.payload) | kept,
    )


def judged_again(card: Card, finding: Finding) -> Card:
    """Return the card of what cannot be judged without one place; cleared once no place is left."""
    places = dict(_places(card))
    if card.state == "cleared" or finding.location not in places or finding.end <= card.updated:
        return card
    del places[finding.location]
    if not places:
        return replace(card, state="cleared", updated=finding.end, until=None)
    payload = {**card.payload, "places": places}
    return replace(card, text=_lacking(places), updated=finding.end, payload=payload)


def _places(card: Card) -> Mapping[str, object]:
    found = card.payload.get("places")
    return found if isinstance(found, Mapping) else {}


def _lacking(places: Mapping[str, object]) -> str:
    lines = []
    for place, missing in sorted(places.items()):
        what = "; ".join(str(m) for m in missing) if isinstance(missing, list) else str(missing)
        lines.append(f"{place}: {what}" if place else what)
    return f"Needs: {'. '.join(dict.fromkeys(lines))}."
