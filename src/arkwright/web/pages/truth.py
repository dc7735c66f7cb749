"""What was really wrong: the simulator's truth beside what Arkwright found, for a demo works only."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from arkwright.core.feed import Card
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Page
from arkwright.web.theme import shell, show
from arkwright.web.truths import Verdict, compare, false_cards, fetch_truth, first_seen, truth_url
from arkwright.web.words import say, write_age, write_time

EVERY_S = 5.0


async def draw(context: Context) -> None:
    """Draw the page."""
    from nicegui import ui

    with shell(context, PAGE):
        show(_head(context), class_="page-head")
        table: Any = show(await _comparison(context))

        async def redraw() -> None:
            table.content = str(await _comparison(context))

        if truth_url(context.plant):
            ui.timer(EVERY_S, redraw, immediate=False)


def _head(context: Context) -> Markup:
    text = say(
        context,
        "The simulator knows what it broke. No check reads this; it is here to show who was right.",
        "模拟器知道自己弄坏了什么。任何检查都不会读取它,此页仅用于对照结果。",
    )
    return join(node("h1", say(context, "What was really wrong", "真实故障")), node("p", text))


async def _comparison(context: Context) -> Markup:
    url = truth_url(context.plant)
    if not url:
        return _empty(
            context,
            say(
                context,
                "This plant is a real one: nobody knows but the findings.",
                "这是真实工厂,没有模拟真值。",
            ),
        )
    try:
        truths = await fetch_truth(url)
    except OSError as error:
        return _empty(context, str(error))
    seen = await asyncio.to_thread(first_seen, context.plant.ledger)
    false = false_cards(context.live.cards if context.live else (), truths)
    if not truths and not false:
        return _empty(
            context,
            say(
                context,
                "Nothing has gone wrong yet. The first fault comes within a minute.",
                "目前一切正常,首个故障将在一分钟内出现。",
            ),
        )
    verdicts = compare(truths, seen)
    return join(_sums(context, verdicts, false), _table(context, verdicts), _false(context, false))


def _sums(context: Context, verdicts: Sequence[Verdict], false: Sequence[Card]) -> Markup:
    counts = (
        (
            say(context, "Found and named", "已发现且判断正确"),
            sum(v.state == "right" for v in verdicts),
            "ok",
        ),
        (
            say(context, "Found under another name", "已发现但名称不同"),
            sum(v.state == "other" for v in verdicts),
            "watch",
        ),
        (say(context, "Not found yet", "尚未发现"), sum(v.state == "open" for v in verdicts), "act"),
        (say(context, "False", "误报"), len(false), "act"),
    )
    return node(
        "div",
        *(
            node(
                "p",
                title,
                node("strong", node("span", n, class_="state", data_state=look if n else "ok")),
                class_="big-figure",
            )
            for title, n, look in counts
        ),
        class_="big-figures truth-sums",
    )


def _table(context: Context, verdicts: Sequence[Verdict]) -> Markup:
    heads = (
        ("Really wrong", "真实故障"),
        ("Asset", "资产"),
        ("Since", "开始时间"),
        ("How far", "程度"),
        ("What Arkwright says", "Arkwright 的判断"),
        ("Time to detect", "发现用时"),
    )
    top = node(
        "tr",
        *(
            node("th", say(context, en, zh), class_="num" if en.startswith("Time") else None)
            for en, zh in heads
        ),
    )
    rows = node("tbody", *(_row(context, v) for v in verdicts))
    return node("div", node("table", node("thead", top), rows), class_="scroll panel")


def _row(context: Context, verdict: Verdict) -> Markup:
    wrong, site = verdict.wrong, context.plant.site
    asset = site.assets.get(wrong.asset)
    name = say(context, asset.title, asset.title_zh) if asset else wrong.asset
    words = {
        "right": (say(context, "found", "已发现"), "ok"),
        "other": (
            say(
                context,
                f"found as {_fault(context, verdict.cause)}",
                f"判断为{_fault(context, verdict.cause)}",
            ),
            "watch",
        ),
        "open": (say(context, "not yet", "尚未发现"), "act"),
    }
    text, look = words[verdict.state]
    took = (
        "–" if verdict.took is None else write_age(max(0.0, verdict.took.total_seconds()), context.language)
    )
    severity = node(
        "span",
        class_="meter",
        style=f"--fill:{wrong.severity:.3f}",
        role="img",
        aria_label=f"{100 * wrong.severity:.0f} %",
    )
    return node(
        "tr",
        node(
            "td",
            node("strong", _fault(context, wrong.fault)),
            node("p", say(context, wrong.description, wrong.description_zh), class_="muted small"),
        ),
        node(
            "td",
            node("a", name, href=f"/asset/{wrong.asset}"),
            node("p", wrong.location, class_="muted small"),
        ),
        node("td", write_time(wrong.since, site.time_zone), class_="mono"),
        node("td", severity, node("span", f"{100 * wrong.severity:.0f} %", class_="num small muted")),
        node("td", node("span", text, class_="state", data_state=look)),
        node("td", took, class_="num"),
    )


def _false(context: Context, cards: Sequence[Card]) -> Markup | None:
    if not cards:
        return None
    head = node("h2", say(context, "Blamed though sound", "误报的资产"))
    rows = (
        node(
            "li",
            node("a", card.title, href=f"/card/{card.id}"),
            " ",
            node("span", card.asset, class_="muted small"),
        )
        for card in cards
    )
    return node("section", head, node("ul", *rows), class_="panel")


def _fault(context: Context, name: str) -> str:
    fault = context.plant.faults.get(name)
    return say(context, fault.title, fault.title_zh) if fault else name.replace("_", " ").capitalize()


def _empty(context: Context, text: str) -> Markup:
    del context
    return node("div", icon("truth"), node("p", text), class_="empty")


PAGE = Page(
    "truth", "/truth", "Truth", "真值", "truth", draw, 8, shown=lambda context: bool(truth_url(context.plant))
)
