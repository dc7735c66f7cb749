"""Parts that pages share: the shape and word of a band, figures of a card, toasts, and how acts are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup

from arkwright.core.feed import Card
from arkwright.core.finding import Band
from arkwright.core.plant import Site
from arkwright.web.markup import icon, node
from arkwright.web.page import Context, Page
from arkwright.web.pulse import BAND_WORDS
from arkwright.web.theme import asset, shell
from arkwright.web.words import say, write_age

STATE_WORDS: Mapping[str, tuple[str, str]] = {
    "open": ("Open", "待处理"),
    "deferred": ("Deferred", "已推迟"),
    "approved": ("Approved", "已批准"),
    "rejected": ("Rejected", "已拒绝"),
    "cleared": ("Over", "已消除"),
    "in_progress": ("In progress", "进行中"),
    "on_hold": ("On hold", "暂停"),
    "done": ("Done", "完成"),
    "cancelled": ("Cancelled", "已取消"),
}
PRIORITY_WORDS: Mapping[str, tuple[str, str]] = {
    "low": ("Low", "低"),
    "medium": ("Medium", "中"),
    "high": ("High", "高"),
    "urgent": ("Urgent", "紧急"),
}
# How sure, in words: IPCC AR5 guidance note (2010), table 1, the upper half.
SURE_WORDS = (
    (0.99, "virtually certain", "几乎确定"),
    (0.90, "very likely", "很可能"),
    (0.66, "likely", "可能"),
    (0.0, "possible", "也许"),
)
TOAST_S = 12.0


@contextmanager
def frame(context: Context, page: Page) -> Iterator[None]:
    """Draw the frame of a page, with the look of the parts."""
    from nicegui import ui

    ui.add_head_html(f'<link rel="stylesheet" href="{asset("parts.css")}">')
    with shell(context, page):
        yield


# ------------------------------------------------------------------------------------------------ in words
def band(level: Band, context: Context) -> Markup:
    """Draw a band as shape and word."""
    return node("span", say(context, *BAND_WORDS[level]), class_="state", data_state=level)


def state_word(context: Context, state: str) -> str:
    """Return the word for the state of a card or a work order."""
    return say(context, *STATE_WORDS.get(state, (state, state)))


def sure_words(context: Context, confidence: float) -> str:
    """Say how sure a judgement is, in words and per cent.

    Parameters
    ----------
    context
        Whom it is said to.
    confidence
        0 to 1. [1]
    """
    word = next(say(context, en, zh) for least, en, zh in SURE_WORDS if confidence >= least)
    return f"{word} ({confidence:.0%})"


def span_words(context: Context, hours: float) -> str:
    """Write a length of time for planning. [h]"""
    if hours >= 48:
        return say(context, f"{hours / 24:.0f} days", f"{hours / 24:.0f} 天")
    return say(context, f"{hours:.0f} h", f"{hours:.0f} 小时")


def ago(context: Context, moment: datetime) -> Markup:
    """Write how long ago something was, with the time itself behind it."""
    age = write_age(max(0.0, (context.plant.now() - moment).total_seconds()), context.language)
    told = say(context, f"{age} ago", f"{age}前")
    return node("time", told, datetime=moment.isoformat(), title=local(context, moment, "%Y-%m-%d %H:%M"))


def local(context: Context, moment: datetime, form: str = "%d %b %H:%M") -> str:
    """Write a time in the zone of the site."""
    from arkwright.app.site import time_zone

    if context.language == "zh":
        form = form.replace("%d %b", "%m月%d日")
    return moment.astimezone(time_zone(context.plant.site)).strftime(form)


def asset_title(context: Context, name: str) -> str:
    """Return what people call an asset."""
    asset = context.plant.site.assets.get(name)
    return name if asset is None else say(context, asset.title or name, asset.title_zh)


def card_title(context: Context, card: Card) -> str:
    """Return the title of a card in the language of the person."""
    return say(context, card.title, str(card.payload.get("title_zh") or ""))


def card_text(context: Context, card: Card) -> str:
    """Return the sentence of a card in the language of the person."""
    return say(context, card.text, str(card.payload.get("text_zh") or ""))


# ------------------------------------------------------------------------------------------------ ways
def link(path: str, **query: object) -> str:
    """Write an address with what it should show; empty parts are left out."""
    told = urlencode({k: v for k, v in query.items() if v not in (None, "")})
    return f"{path}?{told}" if told else path


def asset_path(name: str) -> str:
    """Return the address of an asset's page."""
    return f"/asset/{quote(name, safe='')}"


def readings_path(site: Site, signal: str, start: str | datetime | None, end: str | datetime | None) -> str:
    """Return the address where the readings behind a figure are: the asset's page at that window."""
    known = site.signals.get(signal)
    if known is None:
        return ""
    times = [t.isoformat() if isinstance(t, datetime) else t for t in (start, end)]
    path = link(asset_path(known.asset), signal=signal, **{"from": times[0], "to": times[1]})
    return f"{path}#records" if known.kind == "waveform" else path


def crumbs(context: Context, name: str, *, last_is_link: bool = False) -> Markup:
    """Draw the way from the top of the works to an asset."""
    way = list(context.plant.site.line(name))[::-1]
    steps = [
        node("li", node("a", asset_title(context, a.name), href=asset_path(a.name)))
        if last_is_link or a.name != name
        else node("li", asset_title(context, a.name), aria_current="page")
        for a in way
    ]
    return node(
        "nav", node("ol", *steps), class_="crumbs", aria_label=say(context, "Place in the works", "位置")
    )


def section(title: str, *children: Any, class_: str = "", note: str = "") -> Markup:
    """Draw a titled part of a page."""
    head = node("h2", title, node("small", note) if note else None)
    return node("section", head, *children, class_=f"panel {class_}".strip())


def facts(rows: Mapping[str, Any]) -> Markup:
    """Draw names and values one below the other; what is empty is left out."""
    pairs = [(node("dt", name), node("dd", value)) for name, value in rows.items() if value not in (None, "")]
    return node("dl", *(part for pair in pairs for part in pair), class_="facts")


def empty_state(symbol: str, title: str, text: str) -> Markup:
    """Say kindly and truly that there is nothing, and what that means."""
    return node("div", icon(symbol), node("h2", title), node("p", text), class_="empty")
