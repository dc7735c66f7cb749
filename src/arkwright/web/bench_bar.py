"""Choices above the plots of a record: named groups of buttons, and lists to pick from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from markupsafe import Markup

from arkwright.web.markup import node
from arkwright.web.telling import button
from arkwright.web.theme import show


@contextmanager
def group(title: str, *, swatch: str = "") -> Iterator[None]:
    """Name a group of choices; ``swatch`` shows the ink of what it chooses."""
    from nicegui import ui

    with ui.element("div").classes("bench-group") as place:
        place.props["role"], place.props["aria-label"] = "group", title
        ink = node("i", class_=f"swatch is-{swatch}", aria_hidden="true") if swatch else None
        show(node("span", ink, title, class_="bench-title"))
        yield


def choices(options: Mapping[str, str], chosen: str, act: Callable[[str], Awaitable[None]]) -> None:
    """Draw buttons of which one is pressed."""
    from nicegui import ui

    with ui.element("div").classes("choices"):
        for key, text in options.items():
            pressed = "true" if key == chosen else "false"
            one = button(text, _calling(act, key), look="choice", aria_pressed=pressed)
            one.classes(remove="button")


def _calling(act: Callable[[str], Awaitable[None]], key: str) -> Callable[[], Awaitable[None]]:
    return lambda: act(key)


def pick_from(
    options: Mapping[str, str], chosen: str, act: Callable[[str], Awaitable[None]], label: str
) -> Any:
    """Draw a list to pick one from."""
    from nicegui import ui

    select = ui.element("select").classes("input")
    select.props["aria-label"] = label
    with select:
        for value, text in options.items():
            option: Any = show(Markup("") + text, as_="option")
            option.props["value"] = value
            if value == chosen:
                option.props["selected"] = True
    select.on("change", lambda e: act(str(e.args)), js_handler="(e) => emit(e.target.value)")
    return select
