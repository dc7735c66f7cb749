"""How a card of the feed looks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from arkwright.core.feed import Card
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context
from arkwright.web.parts import (
    ago,
    asset_path,
    asset_title,
    band,
    card_text,
    card_title,
    local,
    state_word,
    sure_words,
)
from arkwright.web.words import say, write_money

MOST_LINES = 6


# ------------------------------------------------------------------------------------------------ its look
def card_face(context: Context, card: Card) -> Markup:
    """Draw a card as the feed shows it, without its buttons."""
    title = node("a", card_title(context, card), href=f"/card/{card.id}")
    return join(
        node(
            "div",
            band(card.band, context),
            node("span", place_of(context, card), class_="card-place"),
            class_="card-top",
        ),
        node("h2", title),
        node("p", card_text(context, card), class_="card-text"),
        preview(context, card),
        card_figures(context, card),
    )


def place_of(context: Context, card: Card) -> Markup | str:
    """Return where the trouble is, as a way there."""
    if card.asset not in context.plant.site.assets:
        return card.asset or say(context, "Arkwright itself", "系统")
    return node("a", asset_title(context, card.asset), href=asset_path(card.asset))


def card_figures(context: Context, card: Card) -> Markup:
    """Draw how sure, what it is worth, since when, and when it is due, with the state of a decided card."""
    currency = str(card.payload.get("currency") or context.plant.site.money.currency)
    rows: list[tuple[str, str, Any]] = []
    if card.kind != "system":
        rows.append(("check", say(context, "How sure", "把握"), sure_words(context, card.confidence)))
    if worth := write_money(card.worth, currency):
        rows.append(("money", say(context, "Saved if planned", "计划处理可节省"), worth))
    rows.append(("clock", say(context, "First seen", "首次发现"), ago(context, card.since)))
    if (due := due_of(card)) is not None and card.state in {"open", "deferred"}:
        rows.append(("wrench", say(context, "Work due", "完成期限"), local(context, due, "%d %b")))
    if card.state != "open":
        rows.append(("info", state_word(context, card.state), decided(context, card)))
    cells = (
        node("li", icon(s), node("span", name, class_="figure-name"), node("b", value))
        for s, name, value in rows
    )
    return node("ul", *cells, class_="card-figures")


def due_of(card: Card) -> datetime | None:
    """Return when the work of a card is due, if it calls for work."""
    found = card.payload.get("due")
    return datetime.fromisoformat(found) if isinstance(found, str) else None


def decided(context: Context, card: Card) -> str:
    """Say who decided what, and why."""
    parts = [card.decided_by, f"“{card.reason}”" if card.reason else ""]
    if card.until is not None:
        parts.append(say(context, f"until {local(context, card.until)}", f"至 {local(context, card.until)}"))
    return " · ".join(p for p in parts if p) or "–"


def evidence(card: Card) -> list[Mapping[str, Any]]:
    """Return the lines of proof of a card."""
    found = card.payload.get("evidence")
    return [e for e in found if isinstance(e, Mapping)] if isinstance(found, Sequence) else []


def fault_lines(line: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the expected lines that a piece of evidence names, with what was met there."""
    data = line.get("data")
    found = data.get("lines") if isinstance(data, Mapping) else None
    return (
        [e for e in found if isinstance(e, Mapping) and "frequency_hz" in e]
        if isinstance(found, Sequence)
        else []
    )


def line_words(name: str) -> str:
    """Write the name of a line as people do: ``2xBPFI-1fr`` is 2×BPFI−fr."""
    side = re.sub(r"([+-])1(?=\D)", r"\1", name.removeprefix("1x").replace("x", "×"))
    return side.replace("-", "\u2212")


def preview(context: Context, card: Card) -> Markup | None:
    """Draw the core of the evidence: expected lines as found or not, else its first two sentences."""
    proofs = [e for e in evidence(card) if not e.get("against")]
    lines = next((found for e in proofs if (found := fault_lines(e))), [])
    if lines:
        chips = [line_chip(context, line) for line in lines[:MOST_LINES]]
        rest = len(lines) - MOST_LINES
        more = node("li", f"+{rest}", class_="line-more") if rest > 0 else None
        return node("ul", *chips, more, class_="lines", aria_label=say(context, "Expected lines", "预期谱线"))
    texts = [str(e.get("text", "")) for e in proofs[:2] if e.get("text") and e.get("text") != card.text]
    return node("ul", *(node("li", text) for text in texts), class_="proofs") if texts else None


def line_chip(context: Context, line: Mapping[str, Any]) -> Markup:
    """Draw one expected line: found or not by shape and word, with its frequency and level."""
    found, name = bool(line.get("found")), line_words(str(line.get("name", "")))
    word = say(context, "found", "已找到") if found else say(context, "not found", "未找到")
    level = f"{float(line.get('level_db') or 0):+.0f} dB"
    return node(
        "li",
        node("i", "▼" if found else "○", aria_hidden="true"),
        node("b", name),
        node("span", f"{float(line['frequency_hz']):.1f} Hz"),
        node("span", level if found else word, class_="line-level"),
        class_=f"line-chip {'is-found' if found else 'is-missing'}",
        title=f"{name} {word} {level}",
    )
