"""The bench where one record is looked at: spectra, waveform, cursors, and what each fault looks like."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from markupsafe import Markup, escape

from arkwright.app.record_room import Record, RecordRoom
from arkwright.app.record_views import Curve, FaultLine, RecordViews
from arkwright.core.errors import ArkwrightError
from arkwright.core.tables import from_us
from arkwright.web.bench_bar import choices, group, pick_from
from arkwright.web.charts import Chart
from arkwright.web.markup import node
from arkwright.web.page import Context
from arkwright.web.parts import local
from arkwright.web.record_charts import Plot, plot_option, record_chart
from arkwright.web.record_look import Look, Span
from arkwright.web.record_words import EVERY_FAULT, MOTIONS, ROTOR_FAULTS, SCALES
from arkwright.web.telling import button
from arkwright.web.theme import show
from arkwright.web.words import say

NONE = "none"
FEWEST = 6.0  # orders that are shown at least: a line is seen beside its neighbours
ROOM_ABOVE = 1.25  # a spectrum with lines of a fault is shown a quarter further than the last of them
LISTED = 60


@dataclass
class Bench:
    """What a tab draws itself with; ``tell`` writes a look into the address, ``change`` draws it anew."""

    context: Context
    room: RecordRoom
    views: RecordViews
    others: Sequence[Record]
    look: Look
    tell: Callable[[Look], None]
    change: Callable[[Look], Awaitable[None]]
    base: RecordViews | None = None

    @property
    def file(self) -> str:
        """Return what files of this record are called."""
        when = local(self.context, from_us(self.views["time_us"]), "%Y%m%d-%H%M%S")
        return f"{self.views['signal']}-{when}"

    @property
    def fault(self) -> str:
        """Return the fault whose lines are shown: as chosen, else the one that stands out most."""
        known = {*self.views["rotor"], *(self.views["envelope"] or {"faults": {}})["faults"]}
        if self.look.fault in known or self.look.fault == NONE:
            return self.look.fault
        return self.views["envelope"]["best"] if self.views["envelope"] is not None else NONE

    @property
    def motion(self) -> str:
        """Return what the spectrum is shown as; faults of the rotor are looked for in velocity."""
        spectra = self.views["spectra"]
        if self.look.motion in spectra:
            return self.look.motion
        return (
            "vibration_velocity" if self.fault in ROTOR_FAULTS and len(spectra) > 1 else next(iter(spectra))
        )

    async def draw(self) -> None:
        """Draw all of it."""
        if self.look.base is not None:
            self.base = await self._find_base(self.look.base)
        self._draw_bar()
        self._draw_faults()
        if self.views["envelope"] is not None:
            await self._draw_plot("envelope", say(self.context, "Envelope spectrum", "包络谱"))
        self._draw_why_not()
        await self._draw_plot(
            "spectrum", say(self.context, *MOTION_SPECTRA.get(self.motion, ("Spectrum", "频谱")))
        )
        await self._draw_plot("waveform", say(self.context, "Waveform", "时域波形"))

    async def _find_base(self, time_us: int) -> RecordViews | None:
        """Return the record of that time [us]; one that retention took, or that never was, is no base."""
        try:
            return await asyncio.to_thread(self.room.views, self.views["signal"], time_us)
        except ArkwrightError:
            return None

    def _draw_why_not(self) -> None:
        if self.views["why_not"]:
            why = "; ".join(self.views["why_not"])
            text = say(self.context, f"No verdict on the bearing: {why}.", f"无法判断轴承：{why}。")
            show(node("p", node("span", text, class_="state", data_state="none"), class_="no-verdict"))

    # ------------------------------------------------------------------------------------------ choices
    def _draw_bar(self) -> None:
        from nicegui import ui

        context, look = self.context, self.look
        with ui.element("div").classes("bench-bar"):
            if self.views["shaft_hz"]:
                axes = {"hz": "Hz", "orders": say(context, "Orders", "阶次")}
                chosen = "orders" if look.orders else "hz"
                with group(say(context, "Axis", "横轴")):
                    choices(
                        axes, chosen, lambda k: self.change(replace(look, orders=k == "orders", spans={}))
                    )
            if len(self.views["spectra"]) > 1:
                with group(say(context, "Spectrum of", "频谱量")):
                    motions = {m: say(context, *MOTIONS[m]) for m in self.views["spectra"]}
                    choices(motions, self.motion, lambda m: self.change(self._as(m)))
            with group(say(context, "Amplitude", "幅值")):
                scales = {s: say(context, *texts) for s, texts in SCALES.items()}
                choices(scales, look.scale, lambda s: self.change(replace(look, scale=s)))
            self._draw_bases()

    def _as(self, motion: str) -> Look:
        return replace(self.look.with_span("spectrum", None), motion=motion)

    def _draw_bases(self) -> None:
        context, own = self.context, self.views["time_us"]
        times = [r["time_us"] for r in self.others if r["time_us"] != own]
        listed = sorted(
            {*times[-LISTED:], *times[:1], *([self.look.base] if self.look.base else [])}, reverse=True
        )
        options = {"": say(context, "Nothing", "无")}
        options |= {str(t): local(context, from_us(t), "%d %b %H:%M:%S") for t in listed}
        with group(say(context, "Compare with", "对比"), swatch="base" if self.base else ""):
            pick_from(
                options,
                str(self.look.base or ""),
                lambda t: self.change(replace(self.look, base=int(t) if t else None)),
                say(context, "Compare with the record of", "对比记录"),
            )

    def _draw_faults(self) -> None:
        from nicegui import ui

        envelope = self.views["envelope"]
        families = (
            (
                say(self.context, "In the envelope", "包络谱中"),
                {} if envelope is None else envelope["faults"],
            ),
            (say(self.context, "In the spectrum", "频谱中"), self.views["rotor"]),
        )
        with ui.element("div").classes("chips-row fault-row"):
            title = say(self.context, "What each fault would look like", "各故障的特征")
            show(Markup(escape(title)), as_="span", class_="fault-row-title")
            for family, faults in families:
                if faults:
                    with ui.element("div").classes("fault-family") as place:
                        place.props["role"], place.props["aria-label"] = "group", family
                        self._draw_family(family, faults)

    def _draw_family(self, title: str, faults: Mapping[str, Sequence[FaultLine]]) -> None:
        show(node("span", title, class_="muted small"))
        for key, lines in faults.items():
            pressed = key == self.fault
            to = NONE if pressed else key
            count = f"{sum(line['found'] for line in lines)}/{len(lines)}"
            text = f"{say(self.context, *EVERY_FAULT[key])} {count}"
            act = partial(self.change, replace(self.look.with_span("spectrum", None), fault=to))
            chip = button(text, act, look="chip-choice", aria_pressed="true" if pressed else "false")
            chip.classes(remove="button")

    # -------------------------------------------------------------------------------------------- plots
    async def _draw_plot(self, name: str, heading: str) -> None:
        span = self._span(name)
        whole = self._whole(name, self.views)
        if whole is None:
            return
        shown = whole if span is None else await self._detail(name, self.views["time_us"], span)
        if not shown["points"]:  # an address may name a stretch that this record does not have
            shown, span = whole, None
        plot = self._plot(name, heading, shown)
        if self.base is not None:
            plot = await self._with_base(plot, span)
        chart = record_chart(self.context, plot, self.look, None if span is None else whole)
        chart.on("cursor", lambda e: self._set_cursor(name, str(e.args or "")))
        if not plot.levels:
            chart.on("zoomed", lambda e: self._zoomed(chart, plot, e.args))

    def _plot(self, name: str, heading: str, curve: Curve) -> Plot:
        envelope = self.views["envelope"]
        lines: Sequence[FaultLine] = ()
        if name == "envelope" and envelope is not None:
            lines = envelope["faults"].get(self.fault, [])
        if name == "spectrum":
            lines = self.views["rotor"].get(self.fault, [])
        file = f"{self.file}-{name}" if name != "envelope" else f"{self.file}-envelope-{self.fault}"
        return Plot(name, curve, heading, file, self.views["shaft_hz"], lines)

    async def _with_base(self, plot: Plot, span: Span | None) -> Plot:
        assert self.base is not None
        curve = self._whole(plot.name, self.base)
        if curve is not None and span is not None and not plot.levels:
            curve = await self._detail(plot.name, self.base["time_us"], span)
        when = local(self.context, from_us(self.base["time_us"]), "%d %b %H:%M:%S")
        return replace(plot, base=curve, base_shaft_hz=self.base["shaft_hz"], base_words=when)

    def _span(self, name: str) -> Span | None:
        """Return the stretch that is shown: as zoomed, else as far as the lines of a fault reach."""
        if name == "envelope":
            return None
        lines = self.views["rotor"].get(self.fault, []) if name == "spectrum" else []
        if name in self.look.spans or not lines:
            return self.look.spans.get(name)
        last = max(
            ROOM_ABOVE * max(line["expected_hz"] for line in lines), FEWEST * (self.views["shaft_hz"] or 0)
        )
        whole = self._whole(name, self.views)
        return (0.0, last) if whole is not None and last < 0.8 * whole["points"][-1][0] else None

    def _whole(self, name: str, views: RecordViews) -> Curve | None:
        if name == "envelope":
            return None if views["envelope"] is None else views["envelope"]["curve"]
        if name == "waveform":
            return views["waveform"]
        return views["spectra"].get(self.motion)

    async def _detail(self, name: str, time_us: int, span: Span) -> Curve:
        kind = "waveform" if name == "waveform" else self.motion

        def read() -> Curve:
            return self.room.sight(self.views["signal"], time_us).detail(kind, *span)

        return await asyncio.to_thread(read)

    def _set_cursor(self, name: str, text: str) -> None:
        self.look = self.look.with_cursor(name, text)
        self.tell(self.look)

    async def _zoomed(self, chart: Chart, plot: Plot, asked: Mapping[str, Any]) -> None:
        """Read the stretch that was marked in full, or show the whole again."""
        ends, per = [asked.get("from"), asked.get("to")], plot.per(self.look)
        whole = self._whole(plot.name, self.views)
        low, high = (max(0.0, float(e) * per) if isinstance(e, int | float) else None for e in ends)
        span = None if low is None or high is None or low >= high else (low, high)
        shown = whole if span is None else await self._detail(plot.name, self.views["time_us"], span)
        if shown is None or not shown["points"]:
            return
        fresh = replace(plot, curve=shown)
        if self.base is not None:
            fresh = await self._with_base(fresh, span)
        chart.replace(plot_option(self.context, fresh, self.look), "", shown.get("over_db"))
        self.look = self.look.with_span(plot.name, span)
        self.tell(self.look)


MOTION_SPECTRA = {
    "acceleration": ("Acceleration spectrum", "加速度谱"),
    "vibration_velocity": ("Velocity spectrum", "速度谱"),
    "displacement": ("Displacement spectrum", "位移谱"),
}
