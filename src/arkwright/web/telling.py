"""Buttons, fields, and how a page says what was done, with a way back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from markupsafe import Markup

from arkwright.core.errors import ArkwrightError
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context
from arkwright.web.theme import show
from arkwright.web.words import say

TOAST_S = 12.0


def may_act(context: Context) -> bool:
    """Say whether the person may decide, or only look."""
    return context.person.role in {"owner", "engineer"}


def button(text: str | Markup, on_click: Callable[[], Any], *, look: str = "", **props: str) -> Any:
    """Draw a button that calls back."""
    element: Any = show(join(text), as_="button", class_=f"button {look}".strip())
    for name, value in {"type": "button", **props}.items():
        element.props[name.replace("_", "-")] = value
    element.on("click", on_click)
    return element


def field(kind: str, label: str, **props: str) -> dict[str, str]:
    """Draw a field to write into; the returned ``text`` follows what is written."""
    from nicegui import ui

    written = {"text": ""}
    element = ui.element(kind).classes("input")
    for name, value in {"aria-label": label, "placeholder": label, **props}.items():
        element.props[name] = value
    element.on("input", lambda e: written.update(text=str(e.args)), js_handler="(e) => emit(e.target.value)")
    return written


def this_client() -> Any:
    """Return the page that is being drawn, so that what comes later can still be said in it."""
    from nicegui import ui

    return ui.context.client


async def attempt(context: Context, client: Any, act: Callable[[], Any]) -> Any:
    """Do something off the event loop; what goes wrong is said in words, and None returned."""
    try:
        return await asyncio.to_thread(act)
    except ArkwrightError as error:
        toast(context, client, str(error), bad=True)
        return None


def toast(
    context: Context,
    client: Any,
    text: str,
    *,
    undo: Callable[[], Awaitable[None]] | None = None,
    bad: bool = False,
    more: Markup | None = None,
) -> None:
    """Say what was done, with a way back for a while."""
    from nicegui import ui

    # Into the page itself: the card whose button was pressed may be gone by now.
    with client.content:
        bar = ui.element("div").classes("toast is-bad" if bad else "toast")
        bar.props["role"] = "alert" if bad else "status"
    with bar:
        show(join(node("span", text), more), class_="toast-text")

        async def back() -> None:
            bar.set_visibility(False)
            if undo is not None:
                await undo()

        if undo is not None:
            button(say(context, "Undo", "撤销"), back, look="quiet")
        label = say(context, "Close", "关闭")
        button(icon("close"), lambda: bar.set_visibility(False), look="quiet icon-only", aria_label=label)
        ui.timer(TOAST_S, lambda: bar.set_visibility(False), once=True)


def keep_fresh(context: Context, screen: Any) -> None:
    """Draw a screen anew whenever the open cards of the plant change."""
    from nicegui import background_tasks

    def later() -> None:
        background_tasks.create(screen.refresh())

    if context.live is not None:
        context.live.on_cards(later)
