"""The evidence of a card in full: sentences, figures, expected lines, and plots of the readings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from arkwright.app.record_views import RecordViews, record_room
from arkwright.app.views import Trend, trend
from arkwright.core.errors import ArkwrightError
from arkwright.core.feed import Card
from arkwright.core.plant import Signal
from arkwright.web.cards import evidence, fault_lines, line_words
from arkwright.web.charts import envelope_chart, trend_chart
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context
from arkwright.web.parts import local, readings_path, section
from arkwright.web.theme import show
from arkwright.web.words import say, write_number

MOST_PLOTS = 3
AROUND = 6  # a plot of values shows so many times the window before it
LEAST_AROUND = timedelta(minutes=10)
FAULTS = {
    "outer_race": ("Outer race", "外圈"),
    "inner_race": ("Inner race", "内圈"),
    "ball": ("Rolling element", "滚动体"),
    "cage": ("Cage", "保持架"),
}
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


# ---------------------------------------------------------------------------------------------- in plots
async def draw_plots(context: Context, card: Card) -> None:
    """Draw the plots that the evidence names: envelope spectra of records, trends of values."""
    drawn: set[str] = set()
    for line in evidence(card):
        signal = context.plant.site.signals.get(str(line.get("signal") or ""))
        if signal is None or signal.name in drawn or len(drawn) >= MOST_PLOTS:
            continue
        drawn.add(signal.name)
        window = _window(line, card)
        if signal.kind == "waveform":
            await _draw_record(context, card, signal, window)
        elif signal.kind == "value":
            await _draw_trend(context, signal, window)


def _window(line: Mapping[str, Any], card: Card) -> tuple[datetime, datetime]:
    ends = [line.get("start"), line.get("end")]
    start, end = (datetime.fromisoformat(t) if isinstance(t, str) else None for t in ends)
    return start or card.since, end or card.updated


async def _draw_record(
    context: Context, card: Card, signal: Signal, window: tuple[datetime, datetime]
) -> None:
    room = record_room(context.plant.history, context.plant.site)

    def look() -> RecordViews | None:
        rows = room.records(signal.name, *window)
        return room.views(signal.name, rows[-1]["time_us"]) if rows else None

    views = await _tried(look)
    if views is None or views["envelope"] is None:
        return
    fault = str(card.payload.get("cause", ""))
    fault = fault if fault in views["envelope"]["faults"] else views["envelope"]["best"]
    show(_caption(context, views, fault))
    heading = say(
        context,
        f"Envelope spectrum, {say(context, *FAULTS[fault]).lower()} lines",
        f"包络谱与{FAULTS[fault][1]}谱线",
    )
    envelope_chart(context, views["envelope"], fault, signal.name, heading)


def _caption(context: Context, views: RecordViews, fault: str) -> Markup:
    from arkwright.core.tables import from_us

    envelope = views["envelope"]
    assert envelope is not None
    found = sum(line["found"] for line in envelope["faults"][fault])
    low, high = envelope["band_hz"]
    when = local(context, from_us(views["time_us"]), "%d %b %H:%M:%S")
    path = readings_path(context.plant.site, views["signal"], from_us(views["time_us"]), None)
    text = say(
        context,
        f"{found} of {len(envelope['faults'][fault])} expected lines stand out. Record of {when}, "
        f"{views['speed_rpm']:.0f} rpm, bearing {views['bearing']}, band {low:.0f} to {high:.0f} Hz, "
        f"slip {envelope['slip']:+.1%}.",
        f"{len(envelope['faults'][fault])} 条预期谱线中有 {found} 条突出。记录时间 {when}，"
        f"{views['speed_rpm']:.0f} rpm，轴承 {views['bearing']}，频带 {low:.0f} 至 {high:.0f} Hz，"
        f"滑差 {envelope['slip']:+.1%}。",
    )
    return node(
        "p",
        text,
        " ",
        node("a", say(context, "Open the record", "打开记录"), href=path),
        class_="muted plot-note",
    )


async def _draw_trend(context: Context, signal: Signal, window: tuple[datetime, datetime]) -> None:
    start, end = window
    before = max((end - start) * AROUND, LEAST_AROUND)

    def look() -> Trend:
        return trend(
            context.plant.history, context.plant.site, signal.name, start - before, end + before / AROUND
        )

    view = await _tried(look)
    if view is not None and view["points"]:
        trend_chart(context, view)


async def _tried(look: Any) -> Any:
    """Look at history; readings that are gone by retention or damage leave the sentences standing."""
    try:
        return await asyncio.to_thread(look)
    except ArkwrightError as error:
        show(section("", node("p", str(error), class_="muted")))
        return None
