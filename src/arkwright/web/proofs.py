"""The evidence of a card in full: sentences, figures, and every expected line as found or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from arkwright.core.feed import Card
from arkwright.web.cards import evidence, fault_lines, line_words
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context
from arkwright.web.parts import readings_path
from arkwright.web.words import say, write_number

# How a figure's name ends, and the unit that this means.
UNITS = (
    ("_mm_s", "mm/s"), ("_hz", "Hz"), ("_db", "dB"), ("_rpm", "rpm"), ("_g", "g"), ("_degc", "°C"),
    ("_kw", "kW"),
    ("_per_h", "1/h"), ("_per_s", "1/s"), ("_pct", "%"), ("_s", "s"), ("_h", "h"), ("_m_s2", "m/s²"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------- in sentences
def proof_list(context: Context, card: Card, *, against: bool) -> Markup | None:
    """Draw the lines of proof, or what speaks against it; each figure leads to its readings."""
    lines = [e for e in evidence(card) if bool(e.get("against")) == against]
    items = [_proof(context, line) for line in lines]
    return node("ul", *items, class_="proof-list") if items else None


def _proof(context: Context, line: Mapping[str, Any]) -> Markup:
    path = readings_path(
        context.plant.site, str(line.get("signal") or ""), line.get("start"), line.get("end")
    )
    way = (
        node("a", icon("chart"), say(context, "Readings", "读数"), href=path, class_="to-readings")
        if path
        else None
    )
    return node(
        "li", node("p", proof_text(context, line)), figure_list(context, line, path), way,
        lines_table(context, fault_lines(line)),
    )  # fmt: skip


def proof_text(context: Context, line: Mapping[str, Any]) -> str:
    """Return the sentence of a line of proof; in Chinese where its figures allow to say it anew."""
    text, lines = str(line.get("text", "")), fault_lines(line)
    found = sum(bool(e.get("found")) for e in lines)
    return say(context, text, f"{len(lines)} 条预期谱线中找到 {found} 条。" if lines else "")


def figure_list(context: Context, line: Mapping[str, Any], path: str) -> Markup | None:
    """Draw the figures of a line of proof, each a way to the readings it came from."""
    found = line.get("figures")
    if not isinstance(found, Mapping) or not found:
        return None
    cells = [
        _figure(str(name), value, path) for name, value in found.items() if isinstance(value, int | float)
    ]
    return node("dl", *cells, class_="proof-figures", aria_label=say(context, "Figures", "数据"))


def _figure(name: str, value: float, path: str) -> Markup:
    stem, unit = split_unit(name)
    number = join(write_number(float(value)), node("small", unit) if unit else None)
    told = node("a", number, href=path) if path else number
    return node("div", node("dt", stem), node("dd", told))


def split_unit(name: str) -> tuple[str, str]:
    """Return the words and the unit of a figure's name: ``level_db`` is level, dB."""
    for ending, unit in UNITS:
        if name.endswith(ending):
            return name.removesuffix(ending).replace("_", " "), unit
    return name.replace("_", " "), ""


def lines_table(context: Context, lines: Sequence[Mapping[str, Any]]) -> Markup | None:
    """Draw every expected line with where it was looked for, what was met, and whether that counts."""
    if not lines:
        return None
    names = (
        ("Line", "谱线"), ("Found", "结果"), ("Frequency [Hz]", "频率 [Hz]"), ("Order", "阶次"),
        ("Over floor [dB]", "高于噪声底 [dB]"),
    )  # fmt: skip
    head = node(
        "tr", *(node("th", say(context, *n), class_="num" if i > 1 else None) for i, n in enumerate(names))
    )
    rows = node("tbody", *(_line_row(context, e) for e in lines))
    return node("div", node("table", node("thead", head), rows, class_="lines-table"), class_="scroll")


def _line_row(context: Context, line: Mapping[str, Any]) -> Markup:
    found = bool(line.get("found"))
    word = say(context, "found", "已找到") if found else say(context, "not found", "未找到")
    mark = node("span", node("i", "▼" if found else "○", aria_hidden="true"), word, class_="met")
    numbers = (
        f"{float(line['frequency_hz']):.2f}",
        f"{float(line.get('order') or 0):.3f}",
        f"{float(line.get('level_db') or 0):+.1f}",
    )
    cells = [node("td", n.replace("-", "\u2212"), class_="num") for n in numbers]
    return node(
        "tr",
        node("th", line_words(str(line.get("name", ""))), scope="row"),
        node("td", mark),
        *cells,
        class_="is-found" if found else "is-missing",
    )
