"""The feed: what wants a decision, the most urgent first, and what was decided before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from markupsafe import Markup

from arkwright.app.export import cards_as_csv
from arkwright.app.uses import ranked
from arkwright.core.feed import Card, CardState
from arkwright.web.acts import Acts
from arkwright.web.cards import card_face
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Page
from arkwright.web.parts import ago, card_text, card_title, empty_state, frame, link
from arkwright.web.telling import button, keep_fresh
from arkwright.web.theme import show
from arkwright.web.words import say

SHOWN = 60
FILTERS: Mapping[str, tuple[tuple[CardState, ...], str, str]] = {
    "open": (("open",), "To decide", "待决定"),
    "deferred": (("deferred",), "Deferred", "已推迟"),
    "approved": (("approved",), "Approved", "已批准"),
    "rejected": (("rejected",), "Rejected", "已拒绝"),
    "cleared": (("cleared",), "Over", "已消除"),
}


class FeedScreen:
    """The feed as one person sees it; drawn anew when its cards change."""

    def __init__(self, context: Context) -> None:
        self.context = context
        wanted = context.params.get("state", "open")
        self.chosen = wanted if wanted in FILTERS else "open"
        self.drawn: list[Card] | None = None
        self.counts: dict[str, int] = {}
        self.acts = Acts(context, self.refresh)

    def build(self) -> None:
        """Draw what stays; the rest comes with :meth:`refresh`."""
        from nicegui import ui

        self.filters = show(Markup(""), class_="filters")
        self.list = ui.element("div").classes("feed")

    async def refresh(self) -> None:
        """Look the cards up, and draw them if anything about them is new."""
        plant = self.context.plant
        cards = await asyncio.to_thread(ranked, plant.ledger, plant.now(), ())
        self.counts = {name: sum(c.state in states for c in cards) for name, (states, *_) in FILTERS.items()}
        shown = [c for c in cards if c.state in FILTERS[self.chosen][0]]
        if shown == self.drawn:
            return
        self.drawn = shown
        self.filters.content = str(self._filters())  # type: ignore[attr-defined]
        self.list.clear()
        with self.list:
            self._cards(shown)

    def _filters(self) -> Markup:
        items = [
            node(
                "a",
                say(self.context, en, zh),
                node("b", self.counts[name]),
                href=link("/feed", state="" if name == "open" else name),
                aria_current="page" if name == self.chosen else None,
            )
            for name, (_, en, zh) in FILTERS.items()
        ]
        return node("nav", *items, class_="tabs", aria_label=say(self.context, "Which cards", "筛选"))

    def _cards(self, cards: list[Card]) -> None:
        from nicegui import ui

        ours = [c for c in cards if c.kind != "system"]
        system = [c for c in cards if c.kind == "system"]
        if not ours:
            show(self._nothing())
        with ui.element("ol").classes("cards"):
            for card in ours[:SHOWN]:
                self._card(card)
        if len(ours) > SHOWN:
            more = len(ours) - SHOWN
            show(
                node(
                    "p",
                    say(self.context, f"and {more} less urgent ones", f"另有 {more} 条较不紧急"),
                    class_="muted",
                )
            )
        if system:
            self._system(system)

    def _card(self, card: Card) -> None:
        from nicegui import ui

        with ui.element("li").classes("card").props(f"data-band={card.band} data-card={card.id}"):
            show(card_face(self.context, card), class_="card-face")
            self.acts.draw(card)

    def _system(self, cards: list[Card]) -> None:
        from nicegui import ui

        head = say(self.context, "About Arkwright and its connections", "系统与连接")
        with ui.element("details").classes("system"):
            show(join(node("span", head), node("b", len(cards))), as_="summary")
            for card in cards[:SHOWN]:
                with ui.element("div").classes("system-card").props(f"data-card={card.id}"):
                    show(self._note(card), class_="system-face")
                    self.acts.draw(card)

    def _note(self, card: Card) -> Markup:
        title = node("a", card_title(self.context, card), href=f"/card/{card.id}")
        return join(
            node("h3", title, ago(self.context, card.updated)), node("p", card_text(self.context, card))
        )

    def _nothing(self) -> Markup:
        context, site = self.context, self.context.plant.site
        if self.chosen != "open":
            title = say(context, "None", "暂无")
            return empty_state("none", title, say(context, "No card is in this state.", "没有此状态的卡片。"))
        silent = [name for name, line in context.plant.lines.items() if not line.is_alive()]
        if silent:
            names = ", ".join(silent)
            text = say(
                context,
                f"But nothing is heard from {names}: what happens there is not seen.",
                f"但 {names} 没有数据，那里的情况无法得知。",
            )
            way = node(
                "a", say(context, "See the connections", "查看连接"), href="/connections", class_="button"
            )
            return join(
                empty_state("stale", say(context, "No finding", "暂无发现"), text),
                node("p", way, class_="way"),
            )
        watched = sum(1 for a in site.assets.values() if a.signals)
        text = say(
            context,
            f"{watched} assets are watched and none wants a decision. What is found comes here by itself.",
            f"正在监视 {watched} 台资产，目前无需决定。新发现会自动出现在这里。",
        )
        return empty_state("ok", say(context, "Nothing to decide", "无需处理"), text)


async def draw(context: Context) -> None:
    """Draw the feed, and keep it as things are."""
    with frame(context, PAGE):
        screen = FeedScreen(context)
        _head(context, screen)
        screen.build()
        await screen.refresh()
    keep_fresh(context, screen)


def _head(context: Context, screen: FeedScreen) -> None:
    from nicegui import ui

    def save() -> None:
        ui.download.content(cards_as_csv(screen.drawn or []), f"feed-{screen.chosen}.csv", "text/csv")

    with ui.element("header").classes("page-head"):
        title = node("h1", say(context, "Feed", "待办"))
        hint = node(
            "p",
            say(
                context,
                "The most urgent first. Nothing happens without you.",
                "最紧急的在前。未经您批准不会执行。",
            ),
        )
        show(join(title, hint), class_="head-text")
        button(join(icon("download"), "CSV"), save, look="quiet")


PAGE = Page("feed", "/feed", "Feed", "待办", "feed", draw, order=2)
