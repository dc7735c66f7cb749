"""The one live component: a timer of the process that ships, per page, one event with what changed.

A page marks elements with ``data-live`` (a signal), ``data-spark`` (its last minutes) or ``data-figure`` (a
figure of the plant itself); ``assets/live.js`` collects the names, tells them here, and writes into the
elements what arrives. Nothing is bound to the element tree.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from arkwright.core.errors import ArkwrightError
from arkwright.core.feed import Card
from arkwright.core.plant import Signal
from arkwright.core.tables import to_us
from arkwright.history.query import thinned
from arkwright.web.page import Context, Figure, Language
from arkwright.web.pulse import Pulse
from arkwright.web.scale import limit_of, shown_value

if TYPE_CHECKING:
    from arkwright.app.plant import Plant

TICK_S = 1.0
MOST_NAMES = 5000  # of one page: more cannot be looked at
REPORT_S = 5.0  # a constant that is reported again is shipped so often, for its age
TRAIL = timedelta(minutes=10)
TRAIL_POINTS = 90
STATES: Mapping[str, str] = {"none": "n", "good": "g", "uncertain": "u", "bad": "b", "stale": "s"}

Row = tuple[float | str | None, str, float | None, str, str]  # value, state, reported [s], limit, why stale
NOTHING: Row = (None, "n", None, "", "")


@dataclass
class Viewer:
    """One open page: what it shows, and what it was told last."""

    client: Any
    language: Language
    generation: int = 0
    names: Sequence[str] = ()
    figures: Sequence[str] = ()
    sent: dict[str, Row] = field(default_factory=dict)
    told: dict[str, Figure] = field(default_factory=dict)
    on_cards: Callable[[], None] | None = None

    def rows_news(self, rows: Mapping[str, Row]) -> list[list[object]]:
        """Return what changed of the signals, as ``[index, value, state, reported, limit, why]``."""
        news: list[list[object]] = []
        for i, name in enumerate(self.names):
            row = rows.get(name, NOTHING)
            if is_news(self.sent.get(name), row):
                self.sent[name] = row
                news.append([i, *row])
        return news

    def figure_news(self, figures: Mapping[str, Figure]) -> dict[str, Figure]:
        """Return what changed of the figures."""
        news = {}
        for name in self.figures:
            figure = figures.get(name, ("", ""))
            if self.told.get(name) != figure:
                news[name] = self.told[name] = figure
        return news


def is_news(old: Row | None, new: Row) -> bool:
    """Say whether a row must be shipped; a mere repetition waits, for its age, a few seconds."""
    if old is None or old[:2] != new[:2] or old[3:] != new[3:]:
        return True
    return new[2] is not None and (old[2] is None or new[2] - old[2] >= REPORT_S)


class Hub:
    """All open pages of the process."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.pulse = Pulse(plant)
        self.viewers: dict[str, Viewer] = {}
        self.errors = 0

    # ----------------------------------------------------------------------------------------- the pages
    def welcome(self, context: Context) -> None:
        """Take the page that is being drawn into account."""
        from nicegui import ui

        client = ui.context.client
        viewer = self.viewers[client.id] = Viewer(client, context.language)
        client.on_delete(lambda: self.viewers.pop(client.id, None))

        async def watch(event: Any) -> None:
            await self._watch(viewer, event.args if isinstance(event.args, dict) else {})

        ui.on("arkwright_watch", watch)

    def on_cards(self, redraw: Callable[[], None]) -> None:
        """Call back in the page that is being drawn whenever the open cards of the feed changed."""
        from nicegui import ui

        self.viewers[ui.context.client.id].on_cards = redraw

    @property
    def cards(self) -> tuple[Card, ...]:
        """The open cards, worst first, as last looked up."""
        return self.pulse.cards

    def figures(self, language: Language, names: Iterable[str]) -> Mapping[str, Figure]:
        """Return figures of the plant itself by name, as they stand."""
        return self.pulse.figures(language, names)

    async def _watch(self, viewer: Viewer, asked: Mapping[str, Any]) -> None:
        viewer.generation = int(asked.get("generation", 0))
        viewer.names = _names(asked, "signals")
        viewer.figures = _names(asked, "figures")
        viewer.sent, viewer.told = {}, {}
        await self._ship([viewer])
        trails = [n for n in _names(asked, "sparks") if n in self.plant.site.signals]
        if trails:
            await _emit("arkwright_trail", await self.trails(trails), viewer.client.id)

    # ----------------------------------------------------------------------------------------- the timer
    async def run(self) -> None:
        """Ship what changed every second until cancelled; one failure is counted and the next tick comes."""
        while True:
            began = time.monotonic()
            try:
                await self.tick()
            except Exception:
                self.errors += 1
            await asyncio.sleep(max(0.05, TICK_S - (time.monotonic() - began)))

    async def tick(self) -> None:
        """Look at the plant once and tell every page that is connected."""
        if await self.pulse.look():
            self._redraw()
        await self._ship([v for v in self.viewers.values() if v.client.has_socket_connection])

    def _redraw(self) -> None:
        for viewer in list(self.viewers.values()):
            if viewer.on_cards is not None and viewer.client.has_socket_connection:
                with viewer.client:
                    viewer.on_cards()

    async def _ship(self, viewers: Sequence[Viewer]) -> None:
        now_us = to_us(self.plant.now())
        rows = {name: self.row(name, now_us) for name in {n for v in viewers for n in v.names}}
        asked: dict[Language, set[str]] = {}
        for viewer in viewers:
            asked.setdefault(viewer.language, set()).update(viewer.figures)
        figures = {language: self.pulse.figures(language, names) for language, names in asked.items()}
        for viewer in viewers:
            # Also without news: the page takes silence for a lost server.
            event: dict[str, Any] = {"t": now_us // 1000, "g": viewer.generation}
            if news := viewer.rows_news(rows):
                event["s"] = news
            if told := viewer.figure_news(figures.get(viewer.language, {})):
                event["f"] = told
            await _emit("arkwright_live", event, viewer.client.id)

    def row(self, name: str, now_us: int) -> Row:
        """Return what is shown of a signal.

        Parameters
        ----------
        name
            Name of a signal; one that the site does not know has no value.
        now_us
            The time now. [us]
        """
        signal = self.plant.site.signals.get(name)
        if signal is None:
            return NOTHING
        now = self.plant.live.value(name, now_us)
        value = shown_value(signal, now.value)
        reported = None if now.age_s is None else round(now_us / 1e6 - now.age_s, 1)
        limit = limit_of(signal, now.value)
        return (now.text if value is None else value, STATES[now.state], reported, limit, now.stale)

    # ----------------------------------------------------------------------------------------- sparklines
    async def trails(self, names: Sequence[str]) -> dict[str, list[list[float]]]:
        """Return the last minutes of signals as ``[seconds since 1970, value]``, thinned for a sparkline."""
        try:
            return await asyncio.to_thread(self._trails, names)
        except (ArkwrightError, OSError):
            return {}  # a sparkline then grows from now on

    def _trails(self, names: Sequence[str]) -> dict[str, list[list[float]]]:
        now = self.plant.now()
        rows = self.plant.history.window(list(names), now - TRAIL, now + timedelta(seconds=5))
        column = rows.column("signal").unify_dictionaries().combine_chunks()
        which = np.asarray(column.indices)
        found = {}
        for code, name in enumerate(column.dictionary.to_pylist()):
            if name in self.plant.site.signals:
                part = rows.filter(pa.array(which == code))
                found[name] = _points(
                    self.plant.site.signals[name], part.filter(pa.compute.is_valid(part["value"]))
                )
        return found


def _points(signal: Signal, rows: pa.Table) -> list[list[float]]:
    times = np.asarray(rows.column("time").cast(pa.int64()))
    values = np.asarray(rows.column("value"), np.float64)
    kept_times, kept = thinned(times, values, TRAIL_POINTS)
    shown = [shown_value(signal, float(v)) for v in kept]
    return [[round(int(t) / 1e6, 1), v] for t, v in zip(kept_times, shown, strict=True) if v is not None]


def _names(asked: Mapping[str, Any], key: str) -> list[str]:
    given = asked.get(key)
    return [str(n) for n in given[:MOST_NAMES]] if isinstance(given, list) else []


async def _emit(event: str, data: object, client_id: str) -> None:
    # Past NiceGUI's outbox on purpose: it would keep live values and play old ones back after a reconnect.
    from nicegui import core

    await core.sio.emit(event, data, room=client_id)
