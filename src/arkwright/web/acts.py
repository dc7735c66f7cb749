"""What a person may do with a card: approve, defer, reject, reopen; each with a way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from arkwright.app.site import time_zone
from arkwright.app.uses import approve, defer, move, reject, reopen
from arkwright.core.feed import Card
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context
from arkwright.web.parts import card_title, local
from arkwright.web.telling import attempt, button, field, may_act, this_client, toast
from arkwright.web.theme import show
from arkwright.web.words import say

SHIFT_H = 6  # when the early shift begins: a card put off until tomorrow is back then


@dataclass(frozen=True)
class Acts:
    """What a person may do with a card; ``after`` redraws what has changed."""

    context: Context
    after: Callable[[], Awaitable[None]]
    client: Any = field_of(default_factory=this_client)

    def draw(self, card: Card, *, evidence: bool = True) -> None:
        """Draw the buttons that the state of the card and the role of the person allow."""
        from nicegui import ui

        with ui.element("div").classes("card-acts"):
            if may_act(self.context):
                self._buttons(card)
            if evidence:
                text = say(self.context, "Evidence", "证据")
                show(node("a", text, icon("next"), href=f"/card/{card.id}", class_="more"))

    def _buttons(self, card: Card) -> None:
        context, name = self.context, card_title(self.context, card)
        if card.state in {"open", "deferred"}:
            if card.job is not None:
                text = say(context, "Approve work", "批准工单")
                button(
                    join(icon("check"), text),
                    lambda: self.approve(card),
                    look="main-act",
                    **{"aria-label": f"{text}: {name}"},
                )
            if card.kind == "system":
                seen = say(context, "Seen", "知道了")
                button(seen, lambda: self.reject(card, seen), aria_label=f"{seen}: {name}")
                return
            defer_text, reject_text = say(context, "Defer", "推迟"), say(context, "Reject", "拒绝")
            button(defer_text, lambda: self.ask_until(card), **{"aria-label": f"{defer_text}: {name}"})
            button(reject_text, lambda: self.ask_why(card), **{"aria-label": f"{reject_text}: {name}"})
        elif card.state == "rejected":
            button(say(context, "Reopen", "重新打开"), lambda: self.reopen(card))

    async def approve(self, card: Card) -> None:
        """Make the card a work order, with a way back."""
        context, plant = self.context, self.context.plant
        order = await attempt(
            context,
            self.client,
            lambda: approve(plant.ledger, plant.site, card.id, context.person, plant.now()),
        )
        if order is None:
            return

        async def back() -> None:
            note = say(context, "approved by mistake", "误批准")
            await attempt(
                context,
                self.client,
                lambda: move(plant.ledger, order.id, "cancelled", context.person, plant.now(), note=note),
            )
            await self.after()

        await self.after()
        due = local(context, order.due, "%d %b")
        told = say(context, f"{order.id} is made, due {due}.", f"已生成 {order.id}，期限 {due}。")
        way = node("a", say(context, "Open it", "查看"), href=f"/order/{order.id}")
        toast(context, self.client, told, undo=back, more=way)

    async def reopen(self, card: Card) -> None:
        """Undo that the card was put aside."""
        context, plant = self.context, self.context.plant
        await attempt(
            context, self.client, lambda: reopen(plant.ledger, card.id, context.person, plant.now())
        )
        await self.after()

    async def defer(self, card: Card, until: datetime) -> None:
        """Put the card off, with a way back."""
        context, plant = self.context, self.context.plant
        done = await attempt(
            context, self.client, lambda: defer(plant.ledger, card.id, until, context.person, plant.now())
        )
        await self.after()
        if done is not None:
            when = local(context, until)
            told = say(
                context,
                f"Put off until {when}, or until it gets worse.",
                f"已推迟到 {when}；若恶化会提前返回。",
            )
            toast(context, self.client, told, undo=lambda: self.reopen(card))

    async def reject(self, card: Card, reason: str) -> None:
        """Say that the card calls for no work, with a way back."""
        context, plant = self.context, self.context.plant
        done = await attempt(
            context, self.client, lambda: reject(plant.ledger, card.id, reason, context.person, plant.now())
        )
        await self.after()
        if done is not None:
            told = say(
                context, "Rejected. It stays quiet unless it gets worse.", "已拒绝；若未恶化将不再提示。"
            )
            toast(context, self.client, told, undo=lambda: self.reopen(card))

    # -------------------------------------------------------------------------------------- asking first
    def ask_until(self, card: Card) -> None:
        """Ask until when the card shall wait."""
        from nicegui import ui

        context = self.context
        with ask(context, say(context, "Defer until", "推迟到"), card_title(context, card)) as dialog:
            with ui.element("div").classes("presets"):
                for text, until in presets(context):
                    face = join(node("b", text), node("span", local(context, until)))
                    button(face, self._closing(dialog, card, until))
            least = local(context, context.plant.now(), "%Y-%m-%dT%H:%M")
            label = say(context, "Another time", "其他时间")
            typed = field("input", label, type="datetime-local", min=least)

            async def take() -> None:
                if typed["text"]:
                    dialog.close()
                    stated = datetime.fromisoformat(typed["text"])
                    await self.defer(card, stated.replace(tzinfo=time_zone(context.plant.site)))

            button(say(context, "Defer until this time", "推迟到该时间"), take)

    def _closing(self, dialog: Any, card: Card, until: datetime) -> Callable[[], Awaitable[None]]:
        async def take() -> None:
            dialog.close()
            await self.defer(card, until)

        return take

    def ask_why(self, card: Card) -> None:
        """Ask why the card calls for no work: the answer teaches, so it is wanted."""
        from nicegui import ui

        context = self.context
        question = say(context, "Why is there nothing to do?", "为什么无需处理？")
        with ask(context, question, card_title(context, card)) as dialog:

            async def take(reason: str) -> None:
                if reason.strip():
                    dialog.close()
                    await self.reject(card, reason)

            with ui.element("div").classes("presets"):
                for text in reasons(context):
                    button(text, partial(take, text))
            typed = field(
                "textarea", say(context, "In your own words", "用自己的话说明"), rows="2", maxlength="500"
            )
            button(say(context, "Reject with this reason", "以此原因拒绝"), lambda: take(typed["text"]))


@contextmanager
def ask(context: Context, question: str, about: str) -> Iterator[Any]:
    """Open a dialog with a question, to be filled with answers; Escape closes it."""
    from nicegui import ui

    dialog = ui.dialog().classes("ask")
    with dialog, ui.element("div").classes("ask-box"):
        show(join(node("h2", question), node("p", about)), class_="ask-head")
        yield dialog
        button(say(context, "Cancel", "取消"), dialog.close, look="quiet")
    dialog.open()


def presets(context: Context) -> list[tuple[str, datetime]]:
    """Return times until which a card may wait, in the zone of the site."""
    now = context.plant.now().astimezone(time_zone(context.plant.site))
    morning = datetime.combine(now.date(), time(SHIFT_H), now.tzinfo)
    monday = morning + timedelta(days=7 - now.weekday())
    return [
        (say(context, "4 hours", "4 小时后"), now + timedelta(hours=4)),
        (say(context, "Tomorrow morning", "明早"), morning + timedelta(days=1)),
        (say(context, "Next Monday", "下周一"), monday),
        (say(context, "In 30 days", "30 天后"), now + timedelta(days=30)),
    ]


def reasons(context: Context) -> list[str]:
    """Return the reasons that are given most."""
    return [
        say(context, "Known, and planned already", "已知，已有计划"),
        say(context, "It runs like this on purpose", "属于正常工况"),
        say(context, "The instrument is at fault", "仪表故障"),
        say(context, "Looked at: nothing found", "已检查，未发现问题"),
    ]
