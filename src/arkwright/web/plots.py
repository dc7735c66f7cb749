"""The plots behind a card: envelope spectra of records and trends of values that its evidence names."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from arkwright.app.record_room import record_room
from arkwright.app.record_views import RecordViews
from arkwright.app.views import Trend, trend
from arkwright.core.errors import ArkwrightError
from arkwright.core.feed import Card
from arkwright.core.plant import Signal
from arkwright.core.tables import from_us
from arkwright.web.cards import evidence
from arkwright.web.charts import envelope_chart, trend_chart
from arkwright.web.markup import node
from arkwright.web.page import Context
from arkwright.web.parts import local, readings_path, section
from arkwright.web.theme import show
from arkwright.web.words import say

MOST_PLOTS = 3
AROUND = 6  # a plot of values shows so many times the window before it
LEAST_AROUND = timedelta(minutes=10)
FAULTS = {
    "outer_race": ("Outer race", "外圈"),
    "inner_race": ("Inner race", "内圈"),
    "ball": ("Rolling element", "滚动体"),
    "cage": ("Cage", "保持架"),
}


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
