"""The whole works at a glance: its state in one line, its assets with what they measure, the feed's top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from arkwright.core.feed import Card
from arkwright.core.plant import Asset, Signal
from arkwright.web.gauge import figure, indicator, spark, title_of, value
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Live, Page
from arkwright.web.pulse import BAND_WORDS, card_title
from arkwright.web.theme import shell, show
from arkwright.web.words import say, write_age, write_money

KEY_SIGNALS = 3  # of an asset: what a glance takes in
MOST_TILES = 60  # on one page; a larger works shows its areas first
TOP = 3


@dataclass(frozen=True)
class Area:
    """Assets that stand together: those of one parent."""

    asset: Asset
    members: tuple[Asset, ...]


def areas_of(assets: Mapping[str, Asset]) -> list[Area]:
    """Group the assets that measure something, or have nothing below them, by what they stand in."""
    parents = {a.parent for a in assets.values()}
    groups: dict[str, list[Asset]] = {}
    for asset in assets.values():
        if asset.signals or asset.name not in parents:
            groups.setdefault(asset.parent or asset.name, []).append(asset)
    return [Area(assets[name], tuple(members)) for name, members in groups.items() if name in assets]


def key_signals(asset: Asset) -> list[Signal]:
    """Choose what a glance at an asset should show: signals with limits first."""
    values = [s for s in asset.signals if s.kind == "value"]
    return sorted(values, key=lambda s: not s.limits)[:KEY_SIGNALS]


def draw(context: Context) -> None:
    """Draw the page."""
    hub = context.live
    assert hub is not None
    areas = areas_of(context.plant.site.assets)
    chosen = [a for a in areas if a.asset.name == context.params.get("area")]
    with shell(context, PAGE):
        show(_head(context, hub, chosen), class_="over-head")
        show(Markup().join(_body(context, areas, chosen)), class_="over-areas")
        feed: Any = show(_feed(context, hub.cards), as_="aside", class_="over-feed panel")
        show(_connections(context, hub), as_="aside", class_="over-lines panel")

        def redraw() -> None:
            feed.content = str(_feed(context, hub.cards))

        hub.on_cards(redraw)


def _body(context: Context, areas: list[Area], chosen: list[Area]) -> Iterable[Markup]:
    if not areas:
        yield _empty(context)
    elif chosen or sum(len(a.members) for a in areas) <= MOST_TILES:
        yield from (_area(context, area) for area in chosen or areas)
    else:
        yield node("div", *(_small_area(context, area) for area in areas), class_="tiles")


# ----------------------------------------------------------------------------------------- the head
def _head(context: Context, hub: Live, chosen: list[Area]) -> Markup:
    back = (
        node("a", icon("back"), say(context, "All areas", "所有区域"), href="/", class_="small")
        if chosen
        else None
    )
    figures = hub.figures(context.language, ["site/line", "site/detail"])
    detail = node("p", figure(figures["site/detail"], "site/detail", class_=""), class_="muted")
    line = node("h1", figure(figures["site/line"], "site/line"), aria_live="polite")
    return join(back, line, detail)


# ----------------------------------------------------------------------------------------- areas, tiles
def _area(context: Context, area: Area) -> Markup:
    head = node(
        "header", node("h2", _name(context, area.asset)), _state(context, area.asset), class_="area-head"
    )
    tiles = node("div", *(_tile(context, a) for a in area.members), class_="tiles")
    return node("section", head, tiles, class_="area")


def _tile(context: Context, asset: Asset) -> Markup:
    # The code and the name: people of the works say the one or the other.
    head = node(
        "header",
        node("a", node("h3", _name(context, asset)), href=f"/asset/{quote(asset.name)}"),
        node("span", asset.name, class_="tile-code"),
        _state(context, asset),
        class_="tile-head",
    )
    rows = [_row(context, s) for s in key_signals(asset)]
    return node("article", head, node("dl", *rows) if rows else None, class_="tile")


def _row(context: Context, signal: Signal) -> Markup:
    label = node("dt", title_of(context, signal), title=title_of(context, signal))
    gauge = node("dd", spark(context, signal), indicator(context, signal), class_="tile-gauge")
    return node(
        "div", label, gauge, node("dd", value(context, signal), class_="tile-value"), class_="tile-row"
    )


def _small_area(context: Context, area: Area) -> Markup:
    n = len(area.members)
    head = node(
        "header", node("h3", _name(context, area.asset)), _state(context, area.asset), class_="tile-head"
    )
    text = node("p", say(context, f"{n} assets", f"{n} 台资产"), class_="muted small")
    return node("a", head, text, href=f"/?area={quote(area.asset.name)}", class_="tile")


def _state(context: Context, asset: Asset) -> Markup:
    assert context.live is not None
    name = f"asset/{asset.name}"
    return figure(context.live.figures(context.language, [name])[name], name)


def _name(context: Context, asset: Asset) -> str:
    return say(context, asset.title or asset.name, asset.title_zh)


def _empty(context: Context) -> Markup:
    text = say(
        context,
        "This site has no assets yet. Write them into assets.csv, or let 'arkwright connect browse URL' "
        "suggest signals.",
        "此站点还没有资产。请在 assets.csv 中填写,或用 'arkwright connect browse URL' 获取信号建议。",
    )
    return node("div", icon("site"), node("p", text), class_="empty")


# ----------------------------------------------------------------------------------------- feed, connections
def _feed(context: Context, cards: tuple[Card, ...]) -> Markup:
    head = node("h2", node("a", say(context, "Feed", "待办"), icon("next"), href="/feed"))
    if not cards:
        text = say(
            context,
            "Nothing waits for you. Findings come here by themselves.",
            "暂无待处理事项,发现会自动出现在这里。",
        )
        return join(head, node("p", text, class_="muted small"))
    now = context.plant.now()
    return join(head, node("ol", *(_card(context, c, now) for c in cards[:TOP]), class_="top-cards"))


def _card(context: Context, card: Card, now: datetime) -> Markup:
    asset = context.plant.site.assets.get(card.asset)
    band = node("span", say(context, *BAND_WORDS[card.band]), class_="state", data_state=card.band)
    age = write_age((now - card.since).total_seconds(), context.language)
    title, where = card_title(card, context.language), _name(context, asset) if asset else card.asset
    facts = [age] if where in title else [where, age]
    if card.worth:
        facts.append(write_money(card.worth, context.plant.site.money.currency))
    body = (
        node("strong", title),
        node("span", " · ".join(filter(None, facts)), class_="muted small"),
    )
    return node("li", node("a", band, *body, href=f"/card/{quote(card.id)}"), class_="top-card")


def _connections(context: Context, hub: Live) -> Markup:
    head = node("h2", node("a", say(context, "Connections", "连接"), icon("next"), href="/connections"))
    names = list(context.plant.lines)
    keys = [f"connection/{n}/{k}" for n in names for k in ("state", "rate")] + [
        "intake/commit",
        "connections/alive",
    ]
    now = hub.figures(context.language, keys)
    unit = say(context, "/s", "条/秒")
    rows = [
        node(
            "li",
            node("span", n, class_="line-name"),
            figure(now[f"connection/{n}/state"], f"connection/{n}/state"),
            node(
                "span",
                figure(now[f"connection/{n}/rate"], f"connection/{n}/rate", class_="num"),
                f" {unit}",
                class_="line-rate",
            ),
        )
        for n in names
    ]
    kept = node(
        "p",
        say(context, "Last commit to history ", "最近写入历史:"),
        figure(now["intake/commit"], "intake/commit", class_="num"),
        say(context, " ago", "前"),
        class_="muted small",
    )
    return join(head, node("ul", *rows, class_="lines"), kept)


PAGE = Page("overview", "/", "Overview", "总览", "overview", draw, 1)
