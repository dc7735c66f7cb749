"""How a person likes the pages: language and theme, kept in the ledger under the person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from arkwright.history.ledger import Ledger
from arkwright.history.ledger_tables import read_fact, write_fact
from arkwright.web.page import Language, Theme


@dataclass(frozen=True)
class Taste:
    """How a person likes the pages."""

    language: Language = "en"
    theme: Theme = "system"


def read_taste(ledger: Ledger, name: str, fallback: Language = "en") -> Taste:
    """Return how a person likes the pages, as kept in the ledger."""
    with ledger.view() as view:
        kept = (read_fact(view.at, _taste_key(name)) or "").split(",")
    if len(kept) != 2:
        return Taste(fallback)
    return make_taste(kept[0], kept[1])


def make_taste(language: str, theme: str) -> Taste:
    """Return a taste from words that came from outside; a word that is not known is the default."""
    return Taste(
        "zh" if language == "zh" else "en",
        "light" if theme == "light" else "dark" if theme == "dark" else "system",
    )


def keep_taste(ledger: Ledger, name: str, taste: Taste) -> None:
    """Keep how a person likes the pages."""
    with ledger.change() as change:
        write_fact(change.at, _taste_key(name), f"{taste.language},{taste.theme}")


def _taste_key(name: str) -> str:
    # A name may be longer than the key of a fact.
    return "taste:" + hashlib.sha256(name.encode()).hexdigest()[:32]


def accepted_language(headers: Mapping[bytes, bytes]) -> Language:
    """Return the language that a browser asks for first, of those we speak."""
    wanted = headers.get(b"accept-language", b"").decode("latin-1").lower().split(",")
    first = next((w.strip()[:2] for w in wanted if w.strip()[:2] in {"en", "zh"}), "en")
    return "zh" if first == "zh" else "en"
