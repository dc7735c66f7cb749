"""Pictures of the bench: the kurtogram with the envelope of any band, and the cascade of stored records."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from arkwright.app.record_pictures import BandView, Heat
from arkwright.app.record_room import Record
from arkwright.app.record_views import FaultLine
from arkwright.core.errors import ArkwrightError
from arkwright.core.tables import from_us
from arkwright.web.bench import NONE, Bench
from arkwright.web.bench_bar import choices, group
from arkwright.web.markup import node
from arkwright.web.parts import local
from arkwright.web.pictures import picture
from arkwright.web.plots import FAULTS
from arkwright.web.record_charts import Plot, record_chart
from arkwright.web.record_look import Span
from arkwright.web.telling import button
from arkwright.web.theme import show
from arkwright.web.words import say

LOW_HZ = 1000.0  # where lines of shafts are


# ------------------------------------------------------------------------------------------- kurtogram
async def draw_kurtogram(bench: Bench) -> None:
    """Draw the kurtogram, and the envelope spectrum of the band that was chosen in it."""
    context = bench.context
    heat = await _tried(lambda: bench.room.sight(bench.views["signal"], bench.views["time_us"]).kurtogram)
    if heat is None:
        return
    band = bench.look.band or _best_band(heat)
    heading = say(context, "Fast kurtogram", "快速谱峭度图")
    hint = say(context, "Choose a cell: its envelope spectrum is below.", "选择单元，下方显示其包络谱。")
    if not heat.get("stands_out", True):
        en, zh = "No band stands out more than those of noise would. ", "没有比噪声更突出的频带。"
        hint = say(context, en, zh) + hint
    drawn = picture(context, heat, heading, f"{bench.file}-kurtogram", hint, chosen=_cell_of(heat, band))
    drawn.on("chosen", lambda e: bench.change(replace(bench.look, band=_asked(e.args))))
    if band is not None:
        await _draw_band(bench, band)


def _asked(args: Mapping[str, Any]) -> Span | None:
    low, high = args.get("low"), args.get("high")
    known = isinstance(low, int | float) and isinstance(high, int | float)
    return (max(0.0, float(low)), float(high)) if known and low < high else None  # type: ignore[arg-type,operator]


def _best_band(heat: Heat) -> Span | None:
    if heat["best"] is None:
        return None
    row, cell = heat["best"]
    edges = heat["rows"][row].get("edges", heat["edges"])
    return edges[cell], edges[cell + 1]


def _cell_of(heat: Heat, band: Span | None) -> tuple[int, int] | None:
    for r, row in enumerate(heat["rows"]):
        edges = row.get("edges", heat["edges"])
        for c, ends in enumerate(pairwise(edges)):
            if band is not None and all(abs(a - b) < 1.0 for a, b in zip(ends, band, strict=True)):
                return r, c
    return None


async def _draw_band(bench: Bench, band: Span) -> None:
    context, views = bench.context, bench.views
    view: BandView | None = await _tried(
        lambda: bench.room.sight(views["signal"], views["time_us"]).band(*band)
    )
    if view is None:
        return
    low, high = view["band_hz"]
    heading = say(
        context, f"Envelope spectrum of {low:.0f} to {high:.0f} Hz", f"{low:.0f} 至 {high:.0f} Hz 的包络谱"
    )
    _draw_chips(bench, view["faults"])
    lines = view["faults"].get(_fault(bench, view), [])
    file = f"{bench.file}-envelope-{low:.0f}-{high:.0f}"
    plot = Plot("band", view["curve"], heading, file, views["shaft_hz"], lines)
    chart = record_chart(context, plot, bench.look)
    chart.on("cursor", lambda e: _set_cursor(bench, str(e.args or "")))


def _set_cursor(bench: Bench, text: str) -> None:
    bench.look = bench.look.with_cursor("band", text)
    bench.tell(bench.look)


def _fault(bench: Bench, view: BandView) -> str:
    if bench.look.fault in view["faults"] or bench.look.fault == NONE:
        return bench.look.fault
    shares = {f: sum(e["found"] for e in ls) / max(1, len(ls)) for f, ls in view["faults"].items()}
    return max(shares, key=lambda f: shares[f], default=NONE)


def _draw_chips(bench: Bench, faults: Mapping[str, list[FaultLine]]) -> None:
    from nicegui import ui

    chosen = _fault(bench, {"band_hz": (0.0, 0.0), "curve": bench.views["waveform"], "faults": dict(faults)})
    with ui.element("div").classes("chips-row fault-row"):
        for key, lines in faults.items():
            pressed = key == chosen
            count = f"{sum(line['found'] for line in lines)}/{len(lines)}"
            text = f"{say(bench.context, *FAULTS[key])} {count}"
            act = _choosing(bench.change, bench, NONE if pressed else key)
            chip = button(text, act, look="chip-choice", aria_pressed="true" if pressed else "false")
            chip.classes(remove="button")


def _choosing(change: Any, bench: Bench, fault: str) -> Callable[[], Awaitable[None]]:
    return lambda: change(replace(bench.look, fault=fault))


# --------------------------------------------------------------------------------------------- cascade
async def draw_cascade(bench: Bench, go: Callable[[int], Awaitable[None]]) -> None:
    """Draw how the spectrum changed from record to record; a row that is chosen is gone to."""
    context = bench.context
    _draw_cascade_bar(bench)
    heat = await _tried(lambda: _cascade(bench))
    if heat is None or not heat["rows"]:
        text = say(context, "There are no records with a speed to draw.", "没有带转速的记录可绘制。")
        show(node("p", text, class_="muted"))
        return
    shown, known = len(heat["rows"]), len(bench.others)
    hint = say(context, "Choose a row to open its record.", "选择一行以打开该记录。")
    if shown < known:
        hint += say(context, f" {shown} of {known} records are shown.", f" 共 {known} 条，显示 {shown} 条。")
    heading = say(context, "Cascade of spectra", "频谱瀑布图")
    own = next((i for i, row in enumerate(heat["rows"]) if row["key"] == bench.views["time_us"]), None)
    chosen = None if own is None else (own, 0)
    drawn = picture(context, heat, heading, f"{bench.file}-cascade", hint, chosen=chosen, whole=True)
    drawn.on("chosen", lambda e: go(int(e.args["key"])))


def _cascade(bench: Bench) -> Heat | None:
    look = bench.look
    rows: list[Record] = sorted(bench.others, key=lambda r: r["time_us"])
    days = rows and rows[-1]["time_us"] - rows[0]["time_us"] > 20 * 3600e6
    form = "%d %b %H:%M" if days else "%H:%M:%S"
    return bench.room.cascade(
        rows,
        lambda us: local(bench.context, from_us(us), form),
        along="speed" if look.along == "speed" else "time",
        across="orders" if look.orders else "hz",
        top_hz=look.top or None,
    )


def _draw_cascade_bar(bench: Bench) -> None:
    from nicegui import ui

    context, look = bench.context, bench.look
    with ui.element("div").classes("bench-bar"):
        with group(say(context, "Rows by", "纵轴")):
            along = {"time": say(context, "Time", "时间"), "speed": say(context, "Speed", "转速")}
            choices(along, look.along, lambda k: bench.change(replace(look, along=k)))
        with group(say(context, "Axis", "横轴")):
            axes = {"hz": "Hz", "orders": say(context, "Orders", "阶次")}
            chosen = "orders" if look.orders else "hz"
            choices(axes, chosen, lambda k: bench.change(replace(look, orders=k == "orders")))
        if not look.orders:
            with group(say(context, "Up to", "上限")):
                tops = {"": say(context, "All", "全部"), f"{LOW_HZ:g}": "1 kHz"}
                known = f"{LOW_HZ:g}" if look.top == LOW_HZ else ""
                choices(tops, known, lambda k: bench.change(replace(look, top=float(k) if k else None)))


async def _tried(look: Callable[[], Any]) -> Any:
    """Look; what keeps it from being drawn is said in its place."""
    try:
        return await asyncio.to_thread(look)
    except ArkwrightError as error:
        show(node("p", str(error), class_="muted"))
        return None
