"""The vibration records of an asset, one at a time: which one is looked at, and in which way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from markupsafe import Markup

from arkwright.app.record_room import INSTANT, Record, record_room
from arkwright.app.record_views import RecordViews
from arkwright.core.errors import ArkwrightError
from arkwright.core.plant import Asset
from arkwright.core.tables import from_us
from arkwright.web.bench import Bench
from arkwright.web.bench_bar import choices
from arkwright.web.bench_pictures import draw_cascade, draw_kurtogram
from arkwright.web.bench_turn import draw_turn
from arkwright.web.gauge import title_of
from arkwright.web.markup import icon, node
from arkwright.web.page import Context
from arkwright.web.parts import empty_state, local
from arkwright.web.record_look import Look, look_of
from arkwright.web.record_words import TABS
from arkwright.web.telling import button
from arkwright.web.theme import show
from arkwright.web.trends import moment_of
from arkwright.web.words import say

LISTED = timedelta(days=2)
MOST_LISTED = 100


@dataclass
class RecordPanel:
    """The panel; ``moved`` is told what the address should say."""

    context: Context
    asset: Asset
    moved: Callable[[Mapping[str, object]], None]
    signal: str = ""
    look: Look = field(default_factory=Look)
    record: Record | None = None
    newest: bool = True
    _list: list[Record] = field(default_factory=list)
    _places: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The signals that bring records."""
        return [s.name for s in self.asset.signals if s.kind == "waveform"]

    async def build(self) -> None:
        """Draw the choices and the newest record, or the one that the address asks for."""
        from nicegui import ui

        params = self.context.params
        asked = params.get("record_of") or params.get("signal", "")
        self.signal = asked if asked in self.names else self.names[0]
        self.look = look_of(params)
        with ui.element("section").classes("panel records").props("id=records"):
            with ui.element("header").classes("panel-head"):
                show(node("h2", say(self.context, "Vibration", "振动")))
                self._places["stepper"] = ui.element("div").classes("stepper")
            self._places["signals"] = ui.element("div").classes("chips-row")
            self._places["body"] = ui.element("div").classes("record-body")
        stamp = params.get("record", "") if asked == self.signal else ""
        await self._find(int(stamp) if stamp.isdigit() else None)

    async def _find(self, time_us: int | None) -> None:
        """Choose the record of a time, or the newest there is. [us]"""
        self._list, self.record = await asyncio.to_thread(self._look_up, time_us)
        self.newest = time_us is None
        await self.redraw()

    def _look_up(self, time_us: int | None) -> tuple[list[Record], Record | None]:
        room, now = record_room(self.context.plant.history, self.context.plant.site), self.context.plant.now()
        start = moment_of(self.context.params.get("from", "")) if time_us is None else None
        if time_us is not None or start is not None:
            at = from_us(time_us) if time_us is not None else start
            assert at is not None
            rows = room.records(self.signal, at - LISTED / 2, at + LISTED / 2 + INSTANT)
            wanted = time_us or round(at.timestamp() * 1e6)
            return rows, min(rows, key=lambda r: abs(r["time_us"] - wanted), default=None)
        rows = room.records(self.signal, now - LISTED, now + INSTANT)
        return rows, rows[-1] if rows else room.last_record(self.signal, now)

    async def redraw(self) -> None:
        """Draw everything for the record as it is chosen."""
        self._draw_signals()
        self._draw_stepper()
        views = await self._views()
        body = self._places["body"]
        body.clear()
        with body:
            if self.record is None:
                text = say(self.context, "As soon as one comes it is shown here.", "收到后会显示在这里。")
                show(empty_state("wave", say(self.context, "No record yet", "暂无记录"), text))
            elif isinstance(views, str):
                show(node("p", views, class_="muted"))
            else:
                await self._draw_views(views)

    async def _views(self) -> RecordViews | str:
        room = record_room(self.context.plant.history, self.context.plant.site)
        try:
            if self.record is None:
                return ""
            return await asyncio.to_thread(room.views, self.signal, self.record["time_us"])
        except ArkwrightError as error:
            return str(error)

    # ------------------------------------------------------------------------------------------ choices
    def _draw_signals(self) -> None:
        place = self._places["signals"]
        place.clear()
        with place:
            for name in self.names:
                title = title_of(self.context, self.context.plant.site.signals[name])
                self._choice(title, name == self.signal, partial(self._choose_signal, name))

    def _choice(self, text: str, pressed: bool, act: Callable[[], Any]) -> None:
        chosen = button(text, act, look="chip-choice", aria_pressed="true" if pressed else "false")
        chosen.classes(remove="button")

    async def _choose_signal(self, name: str) -> None:
        self.signal = name
        self.look = replace(self.look, base=None, band=None, spans={}, cursors={})
        at = self._stamp()
        self._tell(at)
        await self._find(at)

    async def _change(self, look: Look) -> None:
        """Show the record in another way."""
        self.look = look
        self._tell(self._stamp())
        await self.redraw()

    async def _choose_tab(self, tab: str) -> None:
        await self._change(replace(self.look, tab=tab))

    def _noted(self, look: Look) -> None:
        """Keep what a plot tells of itself, which is drawn already."""
        self.look = look
        self._tell(self._stamp())

    def _stamp(self) -> int | None:
        return None if self.newest or self.record is None else self.record["time_us"]

    async def _step(self, by: int) -> None:
        times = [r["time_us"] for r in self._list]
        if self.record is None or self.record["time_us"] not in times:
            return
        to = times.index(self.record["time_us"]) + by
        if 0 <= to < len(times):
            await self._go(times[to])

    async def _go(self, time_us: int | None) -> None:
        self._tell(time_us)
        await self._find(time_us)

    def _tell(self, time_us: int | None) -> None:
        self.moved({"record_of": self.signal, "record": time_us, **self.look.query()})

    def _draw_stepper(self) -> None:
        from nicegui import ui

        context, place = self.context, self._places["stepper"]
        place.clear()
        if self.record is None:
            return
        with place:
            button(
                icon("back"),
                lambda: self._step(-1),
                look="quiet icon-only",
                aria_label=say(context, "Earlier", "更早"),
            )
            self._draw_times(ui.element("select").classes("input"))
            button(
                icon("next"),
                lambda: self._step(1),
                look="quiet icon-only",
                aria_label=say(context, "Later", "更晚"),
            )
            if not self.newest:
                button(say(context, "Newest", "最新"), lambda: self._go(None), look="quiet")

    def _draw_times(self, select: Any) -> None:
        assert self.record is not None
        chosen = self.record["time_us"]
        others = self._list[-MOST_LISTED:] if self.newest else self._around(chosen)
        times = sorted({chosen, *(r["time_us"] for r in others)}, reverse=True)
        select.props["aria-label"] = say(self.context, "Record of", "记录时间")
        with select:
            for time_us in times:
                text = local(self.context, from_us(time_us), "%d %b %H:%M:%S")
                show(Markup("") + text, as_="option").props(  # type: ignore[attr-defined]
                    f'value="{time_us}"' + (" selected" if time_us == chosen else "")
                )
        select.on("change", lambda e: self._go(int(e.args)), js_handler="(e) => emit(e.target.value)")

    def _around(self, time_us: int) -> list[Record]:
        times = [r["time_us"] for r in self._list]
        at = times.index(time_us) if time_us in times else len(times)
        return self._list[max(0, at - MOST_LISTED // 2) : at + MOST_LISTED // 2]

    # -------------------------------------------------------------------------------------------- plots
    async def _draw_views(self, views: RecordViews) -> None:
        show(self._about(views))
        tabs = {key: say(self.context, *texts) for key, texts in TABS.items()}
        choices(tabs, self.look.tab, self._choose_tab)
        room = record_room(self.context.plant.history, self.context.plant.site)
        bench = Bench(self.context, room, views, self._list, self.look, self._noted, self._change)
        if self.look.tab == "kurtogram":
            await draw_kurtogram(bench)
        elif self.look.tab == "cascade":
            await draw_cascade(bench, self._go)
        elif self.look.tab == "turn":
            await draw_turn(bench)
        else:
            await bench.draw()

    def _about(self, views: RecordViews) -> Markup:
        context, envelope = self.context, views["envelope"]
        speed = "–" if views["speed_rpm"] is None else f"{views['speed_rpm']:.0f} rpm"
        rows = [
            (say(context, "Speed", "转速"), speed),
            (say(context, "Bearing", "轴承"), views["bearing"] or "–"),
            (say(context, "Length", "时长"), f"{views['n'] / views['rate_hz']:.2f} s"),
            (say(context, "Sample rate", "采样率"), f"{views['rate_hz'] / 1000:g} kHz"),
        ]
        if envelope is not None:
            low, high = envelope["band_hz"]
            rows.append(
                (say(context, "Envelope band", "包络频带"), f"{low / 1000:.1f}–{high / 1000:.1f} kHz")
            )
            rows.append((say(context, "Slip", "滑差"), f"{envelope['slip']:+.1%}".replace("-", "\u2212")))
        return node(
            "dl", *(node("div", node("dt", n), node("dd", v)) for n, v in rows), class_="record-facts"
        )
