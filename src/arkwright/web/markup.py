"""HTML written by functions: whatever is not markup already is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

Child = str | Markup | int | float | None | Iterable["Child"]

VOID = frozenset(
    {"br", "hr", "img", "input", "link", "meta", "path", "use", "rect", "circle", "line", "polyline"}
)


def node(name: str, /, *children: Child, **attributes: Any) -> Markup:
    """Write an element.

    ``class_`` becomes ``class``, ``data_live`` becomes ``data-live``; True writes a bare attribute, None and
    False write none.
    """
    head = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{head}>") if name not in _SVG else Markup(f"<{name}{head}/>")
    return Markup(f"<{name}{head}>{join(*children)}</{name}>")


_SVG = frozenset({"path", "use", "rect", "circle", "line", "polyline"})


def join(*children: Child) -> Markup:
    """Write children one after the other."""
    return Markup("").join(_flat(children))


def icon(name: str, *, title: str = "", class_: str = "") -> Markup:
    """Draw a symbol of ``assets/icons.svg``; hidden from screen readers unless it has a title."""
    use = node("use", href=f"/assets/icons.svg#{name}")
    named: dict[str, Any] = {"role": "img", "aria_label": title} if title else {"aria_hidden": "true"}
    return node("svg", use, class_=f"icon {class_}".strip(), viewBox="0 0 24 24", focusable="false", **named)


def _attribute(key: str, value: Any) -> Markup:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return Markup("")
    return Markup(f" {name}") if value is True else Markup(f' {name}="{escape(value)}"')


def _flat(children: Iterable[Child]) -> Iterable[Markup]:
    for child in children:
        if child is None or child is False:
            continue
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str | int | float):
            yield escape(child)
        else:
            yield from _flat(child)
