"""One card in full: what is said, why, what speaks against it, what to do, and who did what about it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from arkwright.core.feed import Card
from arkwright.core.work import Job, WorkOrder
from arkwright.history.ledger_audit import Act
from arkwright.web.acts import Acts
from arkwright.web.cards import card_figures, due_of
from arkwright.web.markup import join, node
from arkwright.web.page import Context, Page
from arkwright.web.parts import (
    PRIORITY_WORDS,
    band,
    card_text,
    card_title,
    crumbs,
    empty_state,
    facts,
    frame,
    local,
    section,
    span_words,
    state_word,
)
from arkwright.web.plots import draw_plots
from arkwright.web.proofs import proof_list
from arkwright.web.telling import keep_fresh
from arkwright.web.theme import show
from arkwright.web.words import say, write_money

REMEDY = "What to do: "  # how a draft begins the line that says it
ACT_WORDS = {
    "approved": ("approved", "批准"),
    "deferred": ("deferred", "推迟"),
    "rejected": ("rejected", "拒绝"),
    "reopened": ("reopened", "重新打开"),
    "moved": ("work order", "工单"),
}


def _read(context: Context) -> tuple[Card | None, list[WorkOrder], list[Act]]:
    with context.plant.ledger.view() as view:
        card = view.card(context.params.get("id", ""))
        if card is None:
            return None, [], []
        orders = view.orders_of(card.id)
        return card, orders, view.acts_on([card.id, *(o.id for o in orders)])


class CardScreen:
    """The page of one card; what changes with a decision is drawn anew, the plots stay."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.acts = Acts(context, self.refresh)
        self.drawn: tuple[Any, ...] = ()

    async def build(self, card: Card) -> None:
        """Draw all of it."""
        from nicegui import ui

        context = self.context
        if card.asset in context.plant.site.assets:
            show(crumbs(context, card.asset, last_is_link=True))
        self.head = ui.element("header").classes("card-head")
        with ui.element("div").classes("columns"):
            with ui.element("div").classes("column"):
                show(self._why(card), class_="flat")
                with ui.element("section").classes("panel plots"):
                    await draw_plots(context, card)
                show(self._against(card), class_="flat")
            self.side = ui.element("div").classes("column side")
        await self.refresh()

    async def refresh(self) -> None:
        """Draw anew what a decision changes."""
        card, orders, acts = await asyncio.to_thread(_read, self.context)
        if card is None or (card, orders, acts) == self.drawn:
            return
        self.drawn = (card, orders, acts)
        self.head.clear()
        with self.head:
            show(self._head(card), class_="card-face")
            self.acts.draw(card, evidence=False)
        self.side.clear()
        with self.side:
            show(join(self._orders(orders), self._work(card), act_log(self.context, acts)), class_="stack")

    def _head(self, card: Card) -> Markup:
        context = self.context
        state = node("span", state_word(context, card.state), class_="chip") if card.state != "open" else None
        return join(
            node("div", band(card.band, context), state, class_="card-top"),
            node("h1", card_title(context, card)),
            node("p", card_text(context, card), class_="lead"),
            card_figures(context, card),
        )

    def _why(self, card: Card) -> Markup:
        context = self.context
        nothing = node("p", say(context, "No further evidence is kept.", "无更多证据。"), class_="muted")
        proofs = proof_list(context, card, against=False)
        return section(say(context, "Why", "依据"), nothing if proofs is None else proofs)

    def _against(self, card: Card) -> Markup:
        doubts = proof_list(self.context, card, against=True)
        if doubts is None:
            return Markup("")
        return section(say(self.context, "What speaks against it", "反面依据"), doubts, class_="against")

    def _work(self, card: Card) -> Markup | None:
        return None if card.job is None else job_panel(self.context, card.job, due=self._due(card))

    def _due(self, card: Card) -> str:
        due = due_of(card)
        return "" if due is None else local(self.context, due, "%d %b %H:%M")

    def _orders(self, orders: Sequence[WorkOrder]) -> Markup | None:
        context = self.context
        if not orders:
            return None
        rows = [
            node(
                "li",
                node("a", o.id, href=f"/order/{o.id}"),
                node("span", state_word(context, o.state), class_="chip"),
            )
            for o in orders
        ]
        return section(say(context, "Work orders", "工单"), node("ul", *rows, class_="rows"))


def act_log(context: Context, acts: Sequence[Act]) -> Markup:
    """Draw who decided what, when and why."""
    rows = [_act_row(context, act) for act in acts]
    nobody = node("p", say(context, "Nobody has decided anything yet.", "尚未有人处理。"), class_="muted")
    return section(
        say(context, "What was decided", "处理记录"), node("ol", *rows, class_="log") if rows else nobody
    )


def _act_row(context: Context, act: Act) -> Markup:
    word = say(context, *ACT_WORDS.get(act.act, (act.act.replace("_", " "), act.act)))
    if act.act == "moved":
        to = state_word(context, str(json.loads(act.detail or "{}").get("to", "")))
        word = f"{word}: {to}"
    reason = node("q", act.reason) if act.reason else None
    return node(
        "li", node("time", local(context, act.time)), node("span", node("b", act.person), " ", word, reason)
    )


def job_panel(context: Context, job: Job, *, due: str) -> Markup:
    """Draw what is to be done: remedy, due date, time, spares, skills and codes."""
    told = [t.removeprefix(REMEDY) for t in job.description.splitlines() if t.startswith(REMEDY)]
    if job.remedy_zh:
        told = [say(context, text, job.remedy_zh) for text in told]
    codes = " · ".join(c for c in (job.failure_mode, job.failure_mechanism, job.activity) if c)
    spares = node("ul", *(node("li", s) for s in job.spares)) if job.spares else None
    lead = span_words(context, job.lead_time_h) if job.lead_time_h else None
    rows = {
        say(context, "Due", "期限"): due or span_words(context, job.within_h),
        say(context, "Priority", "优先级"): say(context, *PRIORITY_WORDS[job.priority]),
        say(context, "Takes", "工时"): span_words(context, job.duration_h),
        say(context, "Standstill costs", "停机成本"): write_money(
            job.cost, context.plant.site.money.currency
        ),
        say(context, "Spares", "备件"): spares,
        say(context, "Spares take", "备件周期"): lead,
        say(context, "Skills", "技能"): ", ".join(job.skills),
        say(context, "ISO 14224", "ISO 14224"): node("span", codes, class_="mono") if codes else None,
    }
    return section(
        say(context, "What to do", "处理措施"), *(node("p", t, class_="remedy") for t in told), facts(rows)
    )


async def draw(context: Context) -> None:
    """Draw the page."""
    card, _, _ = await asyncio.to_thread(_read, context)
    with frame(context, PAGE):
        if card is None:
            text = say(context, "It may have been of another site.", "可能属于其他工厂。")
            show(empty_state("info", say(context, "There is no such card", "没有该卡片"), text))
            return
        screen = CardScreen(context)
        await screen.build(card)
    keep_fresh(context, screen)


PAGE = Page("card", "/card/{id}", "Card", "卡片", "feed", draw)
