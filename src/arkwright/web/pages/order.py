"""One work order: what is to be done, how far it is, and what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from arkwright.app.uses import move
from arkwright.core.work import MOVES, OrderState, Verdict, WorkOrder
from arkwright.history.ledger_audit import Act
from arkwright.web.acts import ask
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Page
from arkwright.web.pages.card import act_log, job_panel
from arkwright.web.parts import crumbs, empty_state, facts, frame, local, section, state_word
from arkwright.web.telling import attempt, button, field, may_act, this_client, toast
from arkwright.web.theme import show
from arkwright.web.words import say

MOVE_WORDS: Mapping[OrderState, tuple[str, str]] = {
    "in_progress": ("Start work", "开始"),
    "on_hold": ("Put on hold", "暂停"),
    "done": ("Done", "完成"),
    "cancelled": ("Cancel order", "取消工单"),
    "open": ("Reopen", "重新打开"),
}
VERDICT_WORDS: Mapping[Verdict, tuple[str, str]] = {
    "right": ("The finding was right", "判断正确"),
    "wrong": ("The finding was wrong", "判断错误"),
    "unsure": ("Cannot be said", "无法确定"),
}


def _read(context: Context) -> tuple[WorkOrder | None, list[Act]]:
    with context.plant.ledger.view() as view:
        order = view.order(context.params.get("id", ""))
        return order, [] if order is None else view.acts_on([order.id, order.card_id])


class OrderScreen:
    """The page of one work order."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.client = this_client()

    def build(self) -> None:
        """Draw what stays."""
        from nicegui import ui

        self.body = ui.element("div")

    async def refresh(self) -> None:
        """Draw the order as it is."""
        from nicegui import ui

        order, acts = await asyncio.to_thread(_read, self.context)
        self.body.clear()
        with self.body:
            if order is None:
                show(_missing(self.context))
                return
            if order.job.asset in self.context.plant.site.assets:
                show(crumbs(self.context, order.job.asset, last_is_link=True))
            with ui.element("header").classes("card-head"):
                show(self._head(order), class_="card-face")
                self._moves(order)
            with ui.element("div").classes("columns"):
                with ui.element("div").classes("column"):
                    due = local(self.context, order.due, "%d %b %Y %H:%M")
                    show(
                        join(
                            self._closing_note(order),
                            job_panel(self.context, order.job, due=due),
                            _told(self.context, order),
                        ),
                        class_="stack",
                    )
                with ui.element("div").classes("column side"):
                    show(join(self._facts(order), act_log(self.context, acts)), class_="stack")

    def _head(self, order: WorkOrder) -> Markup:
        context = self.context
        return join(
            node(
                "div",
                node("span", state_word(context, order.state), class_="chip", data_order=order.state),
                node("span", order.id, class_="mono muted"),
                class_="card-top",
            ),
            node("h1", say(context, order.job.title, order.job.title_zh)),
        )

    def _facts(self, order: WorkOrder) -> Markup:
        context = self.context
        closed = "" if order.closed_at is None else local(context, order.closed_at, "%d %b %Y %H:%M")
        rows = {
            say(context, "Approved by", "批准人"): order.approved_by,
            say(context, "Approved", "批准时间"): local(context, order.approved_at, "%d %b %Y %H:%M"),
            say(context, "Closed", "关闭时间"): closed,
            say(context, "Evidence", "证据"): node(
                "a", say(context, "Open the card", "打开卡片"), href=f"/card/{order.card_id}"
            ),
        }
        return section(say(context, "Order", "工单信息"), facts(rows))

    def _closing_note(self, order: WorkOrder) -> Markup | None:
        context = self.context
        if order.closed_at is None and not order.note:
            return None
        verdict = say(context, *VERDICT_WORDS[order.verdict]) if order.verdict else ""
        texts = [
            node("p", node("b", verdict)) if verdict else None,
            node("p", order.note) if order.note else None,
        ]
        return section(say(context, "What was found", "现场情况"), *texts)

    # ------------------------------------------------------------------------------------------- moves
    def _moves(self, order: WorkOrder) -> None:
        from nicegui import ui

        if not may_act(self.context) or not MOVES[order.state]:
            return
        with ui.element("div").classes("card-acts"):
            for i, to in enumerate(MOVES[order.state]):
                text = say(self.context, *MOVE_WORDS[to])
                main = to == "done" or (i == 0 and to == "in_progress")
                button(text, self._asker(order, to), look="main-act" if main else "")

    def _asker(self, order: WorkOrder, to: OrderState) -> Callable[[], Any]:
        if to == "in_progress":
            return lambda: self.move(order, to)
        return lambda: self.ask_note(order, to)

    def ask_note(self, order: WorkOrder, to: OrderState) -> None:
        """Ask what was found, and whether the finding was right: that is how the checks are scored."""
        context = self.context
        closing = to == "done"
        question = (
            say(context, "What did you find?", "现场发现了什么？")
            if closing
            else say(context, *MOVE_WORDS[to])
        )
        with ask(context, question, say(context, order.job.title, order.job.title_zh)) as dialog:
            typed = field("textarea", say(context, "Note", "备注"), rows="3", maxlength="2000")

            async def take(verdict: Verdict | None) -> None:
                dialog.close()
                await self.move(order, to, verdict, typed["text"])

            if not closing:
                button(say(context, *MOVE_WORDS[to]), lambda: take(None), look="main-act")
                return
            for verdict, words in VERDICT_WORDS.items():
                button(
                    say(context, *words),
                    partial(take, verdict),
                    look="main-act" if verdict == "right" else "",
                )

    async def move(
        self, order: WorkOrder, to: OrderState, verdict: Verdict | None = None, note: str = ""
    ) -> None:
        """Move the order on."""
        plant, person = self.context.plant, self.context.person
        moved = await attempt(
            self.context,
            self.client,
            lambda: move(plant.ledger, order.id, to, person, plant.now(), verdict=verdict, note=note),
        )
        await self.refresh()
        if moved is not None:
            toast(self.context, self.client, f"{order.id}: {state_word(self.context, moved.state)}")


def _told(context: Context, order: WorkOrder) -> Markup | None:
    text = str(order.evidence.get("text") or "")
    text = say(context, text, str(order.evidence.get("text_zh") or ""))
    way = node(
        "a",
        say(context, "See the evidence", "查看证据"),
        icon("next"),
        href=f"/card/{order.card_id}",
        class_="more",
    )
    return section(say(context, "Why", "依据"), node("p", text), way) if text else None


def _missing(context: Context) -> Markup:
    text = say(context, "It may have been of another site.", "可能属于其他工厂。")
    return empty_state("orders", say(context, "There is no such work order", "没有该工单"), text)


async def draw(context: Context) -> None:
    """Draw the page."""
    with frame(context, PAGE):
        screen = OrderScreen(context)
        screen.build()
        await screen.refresh()


PAGE = Page("order", "/order/{id}", "Work order", "工单", "orders", draw)
