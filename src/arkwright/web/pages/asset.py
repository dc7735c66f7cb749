"""One asset: how it is, what it reads, what was found of it, and what was done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from arkwright.core.feed import Card, rank
from arkwright.core.finding import Finding
from arkwright.core.plant import Asset
from arkwright.core.work import WorkOrder
from arkwright.web.gauge import indicator, spark, title_of, value
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Page
from arkwright.web.parts import (
    ago,
    asset_path,
    asset_title,
    band,
    card_title,
    crumbs,
    empty_state,
    facts,
    frame,
    link,
    local,
    section,
    state_word,
)
from arkwright.web.records import RecordPanel
from arkwright.web.telling import keep_fresh
from arkwright.web.theme import show
from arkwright.web.trends import TrendPanel, first_window
from arkwright.web.words import say, write_money, write_number

MOST_FINDINGS = 12
MOST_BESIDE = 14  # values that fit beside the curves; more of them go below, in columns
PLATE_UNITS = ("kw", "rpm", "m3_h", "t_d", "m3", "kva", "v", "a", "hz", "bar", "mm", "m", "t", "kg", "degc")
# Names of a nameplate that are wanted in words; any other is shown as it is written.
PLATE_ZH = {
    "rated power": "额定功率",
    "rated speed": "额定转速",
    "rated flow": "额定流量",
    "support": "支承",
    "n blades": "叶片数",
    "n vanes": "叶片数",
    "pinion teeth": "小齿轮齿数",
    "gear teeth": "大齿轮齿数",
}


@dataclass(frozen=True)
class Told:
    """What the ledger knows of an asset."""

    cards: Sequence[Card]
    findings: Sequence[Finding]
    orders: Sequence[WorkOrder]


def _read(context: Context, names: frozenset[str]) -> Told:
    with context.plant.ledger.view() as view:
        cards = rank(c for c in view.cards(("open", "deferred", "approved")) if c.asset in names)
        findings = [f for name in sorted(names) for f in view.findings(name, limit=MOST_FINDINGS)]
        orders = [o for o in view.orders() if o.job.asset in names]
    findings.sort(key=lambda f: f.end, reverse=True)
    orders.sort(key=lambda o: o.approved_at, reverse=True)
    return Told(cards, findings[:MOST_FINDINGS], orders[:MOST_FINDINGS])


def _below(context: Context, name: str) -> frozenset[str]:
    names, todo = {name}, [name]
    while todo:
        for child in context.plant.site.children(todo.pop()):
            names.add(child.name)
            todo.append(child.name)
    return frozenset(names)


class AssetScreen:
    """The page of one asset."""

    def __init__(self, context: Context, asset: Asset) -> None:
        self.context, self.asset = context, asset
        self.query: dict[str, object] = {}
        self.told: Told | None = None

    async def build(self) -> None:
        """Draw all of it."""
        from nicegui import ui

        window = await asyncio.to_thread(first_window, self.context, self.asset)
        wide = len(self.asset.signals) > MOST_BESIDE
        show(crumbs(self.context, self.asset.name))
        self.head = show(Markup(""), as_="header", class_="page-head asset-head")
        with ui.element("div").classes("columns"):
            with ui.element("div").classes("column"):
                if not self.asset.signals:
                    show(self._children(), class_="flat")
                if window is not None:
                    await TrendPanel(self.context, self.asset, window, self._moved).build()
                if any(s.kind == "waveform" for s in self.asset.signals):
                    await RecordPanel(self.context, self.asset, self._moved).build()
                if wide:
                    show(join(self._live()), class_="stack live-wide")
                self.history = show(Markup(""), class_="stack")
            with ui.element("div").classes("column side"):
                self.side = show(Markup(""), class_="stack")
                show(join(None if wide else self._live(), self._plate()), class_="stack")
        await self.refresh()

    def _moved(self, query: Mapping[str, object]) -> None:
        """Let the address say what is shown, so that it can be sent to a colleague."""
        from nicegui import ui

        old = {"from", "to", "range"} if "range" in query or "from" in query else set()
        self.query = {k: v for k, v in self.query.items() if k not in old} | dict(query)
        address = json.dumps(link(asset_path(self.asset.name), **self.query))
        ui.run_javascript(f"history.replaceState(null, '', {address})")

    async def refresh(self) -> None:
        """Draw anew what the ledger tells, if it tells something new."""
        told = await asyncio.to_thread(_read, self.context, _below(self.context, self.asset.name))
        if told == self.told:
            return
        self.told = told
        self.head.content = str(self._head(told))  # type: ignore[attr-defined]
        self.side.content = str(join(self._cards(told.cards), self._orders(told.orders)))  # type: ignore[attr-defined]
        self.history.content = str(self._findings(told.findings))  # type: ignore[attr-defined]

    # ------------------------------------------------------------------------------------------- its parts
    def _head(self, told: Told) -> Markup:
        context, asset = self.context, self.asset
        worst = next((c for c in told.cards if c.kind != "system"), None)
        quiet = node("span", say(context, "Nothing found", "未发现异常"), class_="state", data_state="ok")
        about = " · ".join(p for p in (asset.name, asset.asset_class.replace("_", " ")) if p)
        return join(
            node("h1", asset_title(context, asset.name)),
            node("span", quiet if worst is None else band(worst.band, context), class_="asset-state"),
            node("span", state_word(context, worst.state), class_="chip")
            if worst is not None and worst.state != "open"
            else None,
            node("p", about),
        )

    def _cards(self, cards: Sequence[Card]) -> Markup | None:
        context = self.context
        shown = [c for c in cards if c.kind != "system" and c.state != "approved"]
        if not shown:
            return None
        rows = [
            node(
                "li",
                band(card.band, context),
                node("a", card_title(context, card), href=f"/card/{card.id}"),
                node("small", ago(context, card.since)),
            )
            for card in shown
        ]
        return section(say(context, "To decide", "待决定"), node("ul", *rows, class_="rows"))

    def _orders(self, orders: Sequence[WorkOrder]) -> Markup:
        context = self.context
        rows = [
            node(
                "li",
                node("a", o.id, href=f"/order/{o.id}"),
                node("span", state_word(context, o.state), class_="chip"),
                node("small", say(context, o.job.title, o.job.title_zh)),
            )
            for o in orders
        ]
        none = node("p", say(context, "None so far.", "暂无。"), class_="muted")
        return section(
            say(context, "Work orders", "工单"), node("ul", *rows, class_="rows") if rows else none
        )

    def _live(self) -> Markup | None:
        context = self.context
        rows = [
            node(
                "li",
                node("span", title_of(context, s), class_="live-name"),
                value(context, s),
                spark(context, s) if s.kind == "value" else None,
                indicator(context, s),
            )
            for s in self.asset.signals
            if s.kind != "waveform"
        ]
        return section(say(context, "Now", "当前值"), node("ul", *rows, class_="live-list")) if rows else None

    def _plate(self) -> Markup | None:
        context, asset = self.context, self.asset
        rows: dict[str, Any] = {}
        for name, said in asset.nameplate.items():
            title, number = plate_entry(name, said)
            rows[say(context, title[:1].upper() + title[1:], PLATE_ZH.get(title, ""))] = number
        for place, designation in asset.bearings.items():
            rows[say(context, f"Bearing {place}", f"轴承 {place}")] = designation
        currency = context.plant.site.money.currency
        rows[say(context, "Standstill costs", "停机成本")] = _per_hour(asset, currency)
        rows[say(context, "Replacement", "更换成本")] = write_money(asset.replace_cost, currency)
        plate = facts(rows)
        return section(say(context, "Nameplate", "铭牌"), plate) if any(rows.values()) else None

    def _children(self) -> Markup:
        context = self.context
        rows = [
            node(
                "li", node("a", asset_title(context, a.name), href=asset_path(a.name)), node("small", a.name)
            )
            for a in context.plant.site.children(self.asset.name)
        ]
        none = node("p", say(context, "No assets below it.", "没有下级资产。"), class_="muted")
        return section(
            say(context, "Assets here", "下级资产"), node("ul", *rows, class_="rows") if rows else none
        )

    def _findings(self, findings: Sequence[Finding]) -> Markup:
        context = self.context
        none = node("p", say(context, "Nothing was found so far.", "目前未发现任何问题。"), class_="muted")
        rows = [_finding_row(context, f) for f in findings]
        names = (("Until", "时间"), ("State", "等级"), ("What", "内容"), ("Check", "检查"))
        head = node("tr", *(node("th", say(context, *n)) for n in names))
        table = node("div", node("table", node("thead", head), node("tbody", *rows)), class_="scroll")
        return section(say(context, "What was found", "历史发现"), table if rows else none)


def _per_hour(asset: Asset, currency: str) -> str:
    cost = write_money(asset.downtime_cost_per_h, currency)
    return f"{cost}/h" if cost else ""


def _finding_row(context: Context, finding: Finding) -> Markup:
    text = say(context, finding.text, finding.text_zh)
    return node(
        "tr",
        node("td", local(context, finding.end), class_="nowrap"),
        node("td", band(finding.band, context)),
        node("td", node("a", text, href=f"/card/{finding.subject}") if finding.band != "none" else text),
        node("td", finding.check.replace("_", " "), class_="muted nowrap"),
    )


def plate_entry(name: str, said: float | str) -> tuple[str, str]:
    """Return the words and the value of a nameplate entry: ``rated_power_kw`` 15 is rated power, 15 kW.

    Parameters
    ----------
    name
        As the site writes it, the unit as suffix.
    said
        Its value. [as its name says]
    """
    for unit in PLATE_UNITS:
        if name.endswith(f"_{unit}") and isinstance(said, int | float):
            shown = {
                "kw": "kW",
                "m3_h": "m³/h",
                "t_d": "t/d",
                "m3": "m³",
                "kva": "kVA",
                "v": "V",
                "a": "A",
                "hz": "Hz",
                "degc": "°C",
            }
            return name.removesuffix(f"_{unit}").replace("_", " "), f"{said:g} {shown.get(unit, unit)}"
    number = (
        write_number(said, digits=0 if said == int(said) else None) if isinstance(said, int | float) else said
    )
    return name.replace("_", " "), number


async def draw(context: Context) -> None:
    """Draw the page."""
    asset = context.plant.site.assets.get(context.params.get("name", ""))
    with frame(context, PAGE):
        if asset is None:
            text = say(context, "Perhaps it was renamed in assets.csv.", "可能已在 assets.csv 中改名。")
            show(empty_state("asset", say(context, "There is no such asset", "没有该资产"), text))
            show(
                node(
                    "a", icon("next"), say(context, "All assets", "全部资产"), href="/assets", class_="button"
                )
            )
            return
        screen = AssetScreen(context, asset)
        await screen.build()
    keep_fresh(context, screen)


PAGE = Page("asset", "/asset/{name}", "Asset", "资产", "asset", draw)
