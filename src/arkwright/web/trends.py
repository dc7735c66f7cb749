"""The trend of an asset: one signal over a window that a person chooses, growing while it reaches to now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

from arkwright.app.views import Trend, trend
from arkwright.core.errors import ArkwrightError
from arkwright.core.plant import Asset
from arkwright.web.charts import Chart, trend_chart, trend_option
from arkwright.web.gauge import title_of, value
from arkwright.web.markup import join, node
from arkwright.web.page import Context
from arkwright.web.parts import local
from arkwright.web.telling import button
from arkwright.web.theme import show
from arkwright.web.words import say

RANGES: Mapping[str, tuple[timedelta, str, str]] = {
    "10m": (timedelta(minutes=10), "10 min", "10 分钟"),
    "1h": (timedelta(hours=1), "1 h", "1 小时"),
    "8h": (timedelta(hours=8), "8 h", "8 小时"),
    "1d": (timedelta(days=1), "Day", "1 天"),
    "30d": (timedelta(days=30), "30 d", "30 天"),
}
DEFAULT = "1h"
LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class Window:
    """What a trend shows: the last while, or between two times that stand still."""

    signal: str
    range: str = DEFAULT
    start: datetime | None = None
    end: datetime | None = None

    def ends(self, now: datetime) -> tuple[datetime, datetime]:
        """Return both ends; a window that reaches to now moves with it."""
        if self.start is not None and self.end is not None:
            return self.start, self.end
        return now - RANGES[self.range][0], now

    @property
    def lives(self) -> bool:
        """Say whether the window reaches to now."""
        return self.start is None

    def query(self) -> dict[str, object]:
        """Return it as the parts of an address."""
        if self.start is None or self.end is None:
            return {"signal": self.signal, "range": self.range}
        return {"signal": self.signal, "from": self.start.isoformat(), "to": self.end.isoformat()}


def window_of(params: Mapping[str, str], asset: Asset) -> Window | None:
    """Return the window that an address asks for; nonsense in it is passed over. None without a signal."""
    names = [s.name for s in asset.signals if s.kind == "value"]
    if not names:
        return None
    signal = params.get("signal", "")
    window = Window(signal if signal in names else names[0])
    asked = params.get("range", "")
    window = replace(window, range=asked if asked in RANGES else DEFAULT)
    start, end = (moment_of(params.get(key, "")) for key in ("from", "to"))
    if start is None or end is None or signal not in names or not start < end <= start + LONGEST:
        return window
    return replace(window, start=start, end=end)


def first_window(context: Context, asset: Asset) -> Window | None:
    """Return the window to begin with: as asked for, else an hour, or less where history is younger."""
    window, plant = window_of(context.params, asset), context.plant
    if window is None or not window.lives or "range" in context.params:
        return window
    young = plant.now() - RANGES["10m"][0]
    return window if plant.history.last([window.signal], young).num_rows else replace(window, range="10m")


def moment_of(text: str) -> datetime | None:
    """Read a time of an address; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


@dataclass
class TrendPanel:
    """The panel; ``moved`` is told what the address should say."""

    context: Context
    asset: Asset
    window: Window
    moved: Callable[[Mapping[str, object]], None]
    zoom: tuple[datetime, datetime] | None = None
    _places: dict[str, Any] = field(default_factory=dict)

    async def build(self) -> None:
        """Draw the choices and the curve."""
        from nicegui import ui

        with ui.element("section").classes("panel trend"):
            with ui.element("header").classes("panel-head"):
                show(node("h2", say(self.context, "Trend", "趋势")))
                self._places["ranges"] = ui.element("div").classes("choices")
            self._places["signals"] = ui.element("div").classes("chips-row")
            self._places["plot"] = ui.element("div").classes("plot")
        await self.redraw()

    async def redraw(self) -> None:
        """Draw everything for the window as it is now."""
        self._draw_ranges()
        self._draw_signals()
        view = await self._look()
        place = self._places["plot"]
        place.clear()
        with place:
            self._draw_plot(view)

    def _draw_ranges(self) -> None:
        place = self._places["ranges"]
        place.clear()
        with place:
            for key, (_, en, zh) in RANGES.items():
                pressed = self.window.lives and key == self.window.range
                self._choice(
                    say(self.context, en, zh), pressed, replace(self.window, range=key, start=None, end=None)
                )
            if not self.window.lives:
                self._choice(say(self.context, "Chosen", "所选时段"), True, self.window)

    def _draw_signals(self) -> None:
        place = self._places["signals"]
        place.clear()
        with place:
            for signal in self.asset.signals:
                if signal.kind == "value":
                    pressed = signal.name == self.window.signal
                    to = replace(self.window, signal=signal.name)
                    self._choice(title_of(self.context, signal), pressed, to, look="chip-choice")

    def _choice(self, text: str, pressed: bool, to: Window, look: str = "choice") -> None:
        async def choose() -> None:
            self.window, self.zoom = to, None
            self.moved(to.query())
            await self.redraw()

        chosen = button(text, choose, look=look, aria_pressed="true" if pressed else "false")
        chosen.classes(remove="button")

    def _draw_plot(self, view: Trend | None) -> None:
        context = self.context
        if view is None:
            show(
                node(
                    "p",
                    say(context, "History cannot be read just now.", "暂时无法读取历史。"),
                    class_="muted",
                )
            )
            return
        signal = context.plant.site.signals[self.window.signal]
        show(join(value(context, signal), self._said(view)), class_="plot-now")
        if not view["points"]:
            text = say(context, "No readings in this window.", "此时段无数据。")
            show(node("p", text, class_="muted plot-none"))
            if not self.window.lives:
                return
        chart = trend_chart(context, view, live=self.window.lives)
        chart.on("zoomed", lambda e: self._zoomed(chart, e.args))

    def _said(self, view: Trend) -> Markup:
        context = self.context
        flaws = len(view["stretches"])
        text = self._count(view)
        if flaws:
            stretches = "1 stretch" if flaws == 1 else f"{flaws} stretches"
            text += say(context, f", {stretches} not to be trusted", f"，{flaws} 段不可信")
        start, end = self.window.ends(context.plant.now())
        if not self.window.lives:
            text += f" · {local(context, start, '%d %b %H:%M:%S')} – {local(context, end, '%d %b %H:%M:%S')}"
        return node("span", text, class_="muted small")

    def _count(self, view: Trend) -> str:
        count = f"{view['n_readings']:,}".replace(",", "\u202f")
        return say(self.context, f"{count} readings", f"{count} 个读数")

    async def _zoomed(self, chart: Chart, asked: Mapping[str, Any]) -> None:
        """Read the stretch that was marked anew, so that every detail of it is there."""
        start, end = (_moment(asked.get(key)) for key in ("from", "to"))
        self.zoom = (start, end) if start is not None and end is not None and start < end else None
        view = await self._look()
        if view is not None:
            chart.replace(trend_option(view, self.context.language), self._count(view) if self.zoom else "")
            fixed = replace(self.window, start=self.zoom[0], end=self.zoom[1]) if self.zoom else self.window
            self.moved(fixed.query())

    async def _look(self) -> Trend | None:
        plant = self.context.plant
        start, end = self.zoom or self.window.ends(plant.now())
        try:
            return await asyncio.to_thread(trend, plant.history, plant.site, self.window.signal, start, end)
        except ArkwrightError:
            return None


def _moment(ms: object) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC) if isinstance(ms, int | float) else None
