"""What was refused, missed or corrected becomes cards of the system: one for each connection and kind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from arkwright.app.cards import QUIET_EVENTS, decided
from arkwright.core.feed import Card, rank
from arkwright.core.finding import Band
from arkwright.core.plant import Site
from arkwright.history.ledger_view import Change
from arkwright.runtime.clock import COMPUTER

# A card of which nothing new was heard for so long is over.
FORGOTTEN = timedelta(days=7)
MOST_NAMES = 20


@dataclass(frozen=True)
class Kind:
    """How a kind of event is told: by whom, how urgent, and in which words."""

    band: Band
    title: str
    title_zh: str


KINDS: Mapping[str, Kind] = {
    "refusal": Kind("watch", "not everything was taken in", "部分数据被拒收"),
    "gap": Kind("none", "readings are missing", "数据缺失"),
    "correction": Kind("none", "readings contradict what stands", "数据与已存内容矛盾"),
    "clock_refused": Kind("watch", "a clock cannot be believed", "时钟不可信"),
    "late": Kind("watch", "readings come late", "数据迟到"),
    "clock_set": Kind("watch", "the clock was set", "时钟被调整"),
}


def report(change: Change, events: pa.Table, now: datetime, *, site: Site | None = None) -> list[Card]:
    """Bring refusals, gaps, corrections and wrong clocks before the person, with count and last example.

    Each event is to be given once: they are counted.

    Parameters
    ----------
    change
        The change of the ledger in which the caller notes how far it has read.
    events
        EVENTS; kinds that need no person are passed over.
    now
        The time now.
    site
        Says through which connection a signal comes; without it a signal's events are told under its name.

    Returns
    -------
    cards
        Those that are new or changed, as the feed ranks them.
    """
    cards = {c.id: c for c in _forgotten(change, now)}
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for event in _once(events):
        groups.setdefault((_connection(event, site), event["kind"]), []).append(event)
    for (connection, kind), group in groups.items():
        card_id = event_card_id(connection, kind)
        before = cards.get(card_id) or change.card(card_id)
        cards[card_id] = _told(before, connection, kind, group, now)
    for card in cards.values():
        change.put_card(card)
    return rank(cards.values())


def event_card_id(connection: str, kind: str) -> str:
    """Return the id of the one card for a connection and a kind of event."""
    return hashlib.sha256("\x1f".join(("event", connection, kind)).encode()).hexdigest()[:16]


def _once(events: pa.Table) -> Sequence[dict[str, Any]]:
    told = {row["id"]: row for row in events.to_pylist() if row["kind"] in KINDS}
    return sorted(told.values(), key=lambda row: (row["server_time"], row["id"]))


def _connection(event: Mapping[str, Any], site: Site | None) -> str:
    subject = str(event["subject"])
    signal = site.signals.get(subject) if site is not None else None
    return signal.connection if signal is not None and signal.connection else subject


def _forgotten(change: Change, now: datetime) -> list[Card]:
    live = change.cards(("open", "deferred", "rejected"), asset="")
    old = [c for c in live if c.kind == "system" and c.updated < now - FORGOTTEN]
    return [replace(c, state="cleared", until=None) for c in old]


def _told(
    before: Card | None, connection: str, kind: str, group: Sequence[Mapping[str, Any]], now: datetime
) -> Card:
    if before is not None and before.state == "cleared":
        before = None
    last, words = group[-1], KINDS[kind]
    counted = before.payload.get("count", 0) if before else 0
    count = (counted if isinstance(counted, int) else 0) + len(group)
    since = before.since if before else group[0]["start"]
    example = _example(last)
    card = Card(
        id=event_card_id(connection, kind),
        kind="system",
        asset="",
        title=f"{connection}: {words.title}",
        band=words.band,
        confidence=1.0,
        worth=None,
        since=since,
        updated=max(last["server_time"], before.updated) if before else last["server_time"],
        text=f"{_times(count)} since {since:%Y-%m-%d %H:%M} UTC. Last: {_sentence(kind, last, example)}",
        payload={
            "connection": connection,
            "kind": kind,
            "count": count,
            "subjects": _subjects(before, group),
            "example": example | {"subject": last["subject"], "time": last["start"].isoformat()},
            "title_zh": f"{'本机' if connection == COMPUTER else connection}：{words.title_zh}",
            "text_zh": f"{since:%Y-%m-%d %H:%M} UTC 以来 {count} 次。"
            f"最近：{_sentence_zh(kind, last, example)}",
        },
    )
    return card if before is None else _as_decided(before, card, now)


def _as_decided(before: Card, card: Card, now: datetime) -> Card:
    at = decided(before).get("at")
    quiet = isinstance(at, str) and now - datetime.fromisoformat(at) < QUIET_EVENTS
    stays = (before.state == "rejected" and quiet) or (
        before.state == "deferred" and before.until is not None and before.until > now
    )
    if not stays:
        return card
    payload = {**card.payload, "decided": dict(decided(before))}
    return replace(
        card, state=before.state, until=before.until, reason=before.reason, decided_by=before.decided_by,
        payload=payload,
    )  # fmt: skip


def _times(count: int) -> str:
    return "Once" if count == 1 else f"{count} times"


def _example(event: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(event["detail"])
    except ValueError:
        return {"text": str(event["detail"])[:500]}
    return found if isinstance(found, dict) else {"text": str(found)[:500]}


def _subjects(before: Card | None, group: Sequence[Mapping[str, Any]]) -> list[str]:
    known = before.payload.get("subjects", []) if before else []
    names = [str(n) for n in known] if isinstance(known, list) else []
    names += [str(_example(e).get("subject") or e["subject"]) for e in group[-MOST_NAMES:]]
    return list(dict.fromkeys(names))[-MOST_NAMES:]


def _sentence(kind: str, event: Mapping[str, Any], example: Mapping[str, Any]) -> str:
    subject = example.get("subject") or event["subject"]
    if kind == "gap":
        end = event["end"]
        until = "" if end is None else f" to {end:%Y-%m-%d %H:%M:%S}"
        return f"{event['start']:%Y-%m-%d %H:%M:%S}{until} UTC: {example.get('reason', 'lost')}."
    if kind == "correction":
        return f"{subject} at {event['start']:%Y-%m-%d %H:%M:%S} UTC: the first reading stands."
    if kind == "late":
        return (
            f"{subject}: {_span(float(example.get('delay_s', 0.0)))} after their own time. A clock there is "
            "slow, or a gateway collects them; they are kept as they are and judged that much later."
        )
    if kind == "clock_set":
        return _clock_sentence(event, example)
    if kind == "clock_refused":
        return f"{subject} said {example.get('last', 'a time')}. {example.get('fix', '')}".strip()
    wanted = f"; wanted {example['wanted']}" if example.get("wanted") else ""
    found = example.get("found") or example.get("text", "")
    return f"{subject}: {found}{wanted}. {example.get('fix') or ''}".strip()


def _sentence_zh(kind: str, event: Mapping[str, Any], example: Mapping[str, Any]) -> str:
    subject, start = example.get("subject") or event["subject"], event["start"]
    if kind == "late":
        late = _span_zh(float(example.get("delay_s", 0.0)))
        why = "那里的时钟偏慢，或由网关集中发送；数据照原样保存，诊断相应推迟。"
        return f"{subject}：比其自身时间晚 {late}。{why}"
    if kind == "clock_set":
        return _clock_sentence_zh(event, example)
    if kind == "correction":
        return f"{subject} 在 {start:%Y-%m-%d %H:%M:%S} UTC：以首次读数为准。"
    return _sentence(kind, event, example)  # what a peer or a connector says is told in its own words


def _clock_sentence(event: Mapping[str, Any], example: Mapping[str, Any]) -> str:
    now, step_s, until = _step(event, example)
    if step_s > 0:
        return f"forward by {_span(step_s)} to {now} UTC, or it slept; what nobody heard is not judged."
    return (
        f"back by {_span(-step_s)} to {now} UTC. Readings are kept; judging goes on at {until} UTC, "
        "for up to then all was judged before."
    )


def _clock_sentence_zh(event: Mapping[str, Any], example: Mapping[str, Any]) -> str:
    now, step_s, until = _step(event, example)
    if step_s > 0:
        return f"向前调了 {_span_zh(step_s)}，到 {now} UTC，或计算机曾休眠；无人接收的时段不作诊断。"
    goes_on = f"此前时段均已诊断，{until} UTC 起继续诊断。"
    return f"向后调了 {_span_zh(-step_s)}，到 {now} UTC。数据照常保存；{goes_on}"


def _step(event: Mapping[str, Any], example: Mapping[str, Any]) -> tuple[str, float, str]:
    """Return the time after a step of the clock, by how much it was set [s], and when judging goes on."""
    now, step_s = event["start"], float(example.get("step_s", 0.0))
    until = example.get("until")
    goes_on = datetime.fromisoformat(until) if isinstance(until, str) else now - timedelta(seconds=step_s)
    return f"{now:%Y-%m-%d %H:%M:%S}", step_s, f"{goes_on:%Y-%m-%d %H:%M:%S}"


def _span(seconds: float) -> str:
    return "{:.0f} {}".format(*_counted(seconds, "s", "min", "h", "days"))


def _span_zh(seconds: float) -> str:
    return "{:.0f} {}".format(*_counted(seconds, "秒", "分钟", "小时", "天"))


def _counted(seconds: float, *words: str) -> tuple[float, str]:
    """Count a span in the largest unit of which there are two or more."""
    units = zip((1.0, 60.0, 3600.0, 86_400.0), words, strict=True)
    return next(
        ((seconds / s, word) for s, word in reversed([*units]) if seconds >= 2 * s), (seconds, words[0])
    )
