"""The whole works at a glance."""

from __future__ import annotations

from arkwright.web.gauge import value
from arkwright.web.markup import join, node
from arkwright.web.page import Context, Page
from arkwright.web.theme import shell, show


def draw(context: Context) -> None:
    """Draw the page."""
    with shell(context, PAGE):
        show(join(*(node("p", s.name, value(context, s)) for s in context.plant.site.signals.values())))


PAGE = Page("overview", "/", "Overview", "总览", "overview", draw, 1)
