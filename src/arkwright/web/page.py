"""What a page is, and what it is handed to draw itself with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from arkwright.core.catalog import find_entries
from arkwright.core.feed import Card
from arkwright.history.ledger_people import Person

if TYPE_CHECKING:
    from arkwright.app.plant import Plant

Language = Literal["en", "zh"]
Theme = Literal["system", "light", "dark"]
Figure = tuple[str, str]  # text, and the state that it is shown in


class Live(Protocol):
    """The live component, as pages see it: values come by themselves, figures and cards are asked for."""

    @property
    def cards(self) -> tuple[Card, ...]:
        """The open cards of the feed, worst first, as last looked up."""

    def on_cards(self, redraw: Callable[[], None]) -> None:
        """Call back in the page that is being drawn whenever those cards changed."""

    def figures(self, language: Language, names: Iterable[str]) -> Mapping[str, Figure]:
        """Return figures of the plant itself by name, as they stand."""


@dataclass(frozen=True)
class Context:
    """One visit of one person to one page.

    ``params`` holds path and query parameters; ``live`` ships live values.
    """

    plant: Plant
    person: Person
    language: Language
    params: Mapping[str, str] = field(default_factory=dict)
    theme: Theme = "system"
    live: Live | None = None


@dataclass(frozen=True)
class Page:
    """A page: one file, found by the catalogue.

    ``icon`` names a symbol of ``assets/icons.svg``. ``order`` is its place in the menu, 0 for none. ``shown``
    says whether the page is of use here; where it is not it has no place in the menu.
    """

    name: str
    path: str
    title: str
    title_zh: str
    icon: str
    draw: Callable[[Context], Awaitable[None] | None]
    order: int = 0
    shown: Callable[[Context], bool] | None = None


def pages() -> Mapping[str, Page]:
    """Return every page by name."""
    return find_entries("arkwright.web.pages", "PAGE", Page)


def menu(context: Context) -> list[Page]:
    """Return the pages that have a place in the menu of this person, in order."""
    listed = [p for p in pages().values() if p.order and (p.shown is None or p.shown(context))]
    return sorted(listed, key=lambda p: (p.order, p.name))
