"""Work orders: what a person approved, by state and due date, a page at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from arkwright.app.export import orders_as_csv, orders_as_json
from arkwright.core.work import OrderState, WorkOrder
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Page
from arkwright.web.parts import (
    PRIORITY_WORDS,
    asset_path,
    asset_title,
    empty_state,
    frame,
    link,
    local,
    state_word,
)
from arkwright.web.telling import button
from arkwright.web.theme import show
from arkwright.web.words import say

PAGE_ROWS = 25
FILTERS: Mapping[str, tuple[tuple[OrderState, ...], str, str]] = {
    "live": (("open", "in_progress", "on_hold"), "To do", "待完成"),
    "open": (("open",), "Open", "待处理"),
    "in_progress": (("in_progress",), "In progress", "进行中"),
    "on_hold": (("on_hold",), "On hold", "暂停"),
    "done": (("done",), "Done", "完成"),
    "cancelled": (("cancelled",), "Cancelled", "已取消"),
}


def _read(context: Context, states: Sequence[OrderState]) -> tuple[list[WorkOrder], dict[str, int]]:
    with context.plant.ledger.view() as view:
        orders = view.orders()
    counts = {name: sum(o.state in of for o in orders) for name, (of, *_) in FILTERS.items()}
    return [o for o in orders if o.state in states], counts


async def draw(context: Context) -> None:
    """Draw the page."""
    asked = context.params.get("state", "live")
    chosen = asked if asked in FILTERS else "live"
    orders, counts = await asyncio.to_thread(_read, context, FILTERS[chosen][0])
    at = context.params.get("page", "1")
    last = max(1, -(-len(orders) // PAGE_ROWS))
    number = min(last, max(1, int(at))) if at.isdigit() else 1
    with frame(context, PAGE):
        _head(context, orders, chosen)
        show(_filters(context, chosen, counts))
        if not orders:
            show(_nothing(context, chosen))
            return
        shown = orders[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
        show(node("div", _table(context, shown), class_="panel scroll orders"))
        if last > 1:
            show(_pages(context, chosen, number, last))


def _head(context: Context, orders: Sequence[WorkOrder], chosen: str) -> None:
    from nicegui import ui

    def save_csv() -> None:
        ui.download.content(orders_as_csv(orders), f"work-orders-{chosen}.csv", "text/csv")

    def save_json() -> None:
        text = json.dumps(orders_as_json(orders), ensure_ascii=False, indent=1)
        ui.download.content(text, f"work-orders-{chosen}.json", "application/json")

    with ui.element("header").classes("page-head"):
        title = node("h1", say(context, "Work orders", "工单"))
        hint = node(
            "p", say(context, "Approved by a person, the first due first.", "均由人员批准，按期限排序。")
        )
        show(join(title, hint), class_="head-text")
        button(join(icon("download"), "CSV"), save_csv, look="quiet")
        button(join(icon("download"), "JSON"), save_json, look="quiet")


def _filters(context: Context, chosen: str, counts: Mapping[str, int]) -> Markup:
    items = [
        node(
            "a",
            say(context, en, zh),
            node("b", counts[name]),
            href=link("/orders", state="" if name == "live" else name),
            aria_current="page" if name == chosen else None,
        )
        for name, (_, en, zh) in FILTERS.items()
    ]
    return node("nav", *items, class_="tabs", aria_label=say(context, "Which orders", "筛选"))


def _table(context: Context, orders: Sequence[WorkOrder]) -> Markup:
    names = (
        ("Order", "工单"),
        ("What", "内容"),
        ("Asset", "资产"),
        ("State", "状态"),
        ("Priority", "优先级"),
        ("Due", "期限"),
        ("Approved by", "批准人"),
    )
    head = node("tr", *(node("th", say(context, *n)) for n in names))
    return node("table", node("thead", head), node("tbody", *(_row(context, o) for o in orders)))


def _row(context: Context, order: WorkOrder) -> Markup:
    job = order.job
    late = order.closed_at is None and order.due < context.plant.now()
    due = local(context, order.due, "%d %b %H:%M")
    overdue = node("span", say(context, "late", "逾期"), class_="state", data_state="act") if late else None
    return node(
        "tr",
        node("td", node("a", order.id, href=f"/order/{order.id}"), class_="nowrap"),
        node("td", say(context, job.title, job.title_zh), class_="order-title"),
        node("td", node("a", asset_title(context, job.asset), href=asset_path(job.asset)), class_="nowrap"),
        node("td", node("span", state_word(context, order.state), class_="chip", data_order=order.state)),
        node("td", say(context, *PRIORITY_WORDS[job.priority])),
        node("td", due, overdue, class_="nowrap"),
        node("td", order.approved_by),
    )


def _pages(context: Context, chosen: str, number: int, last: int) -> Markup:
    def way(to: int, text: str, symbol: str) -> Markup | None:
        if not 1 <= to <= last:
            return None
        return node(
            "a",
            icon(symbol),
            href=link("/orders", state=chosen, page=to),
            aria_label=text,
            class_="button quiet",
        )

    said = say(context, f"Page {number} of {last}", f"第 {number} 页，共 {last} 页")
    back, on = say(context, "Page before", "上一页"), say(context, "Next page", "下一页")
    return node(
        "nav", way(number - 1, back, "back"), node("span", said), way(number + 1, on, "next"), class_="pages"
    )


def _nothing(context: Context, chosen: str) -> Markup:
    if chosen != "live":
        return empty_state(
            "orders",
            say(context, "None", "暂无"),
            say(context, "No order is in this state.", "没有此状态的工单。"),
        )
    title = say(context, "Nothing to do", "暂无待办工单")
    text = say(
        context,
        "A work order is made when somebody approves a card of the feed.",
        "批准待办卡片后会生成工单。",
    )
    return empty_state("wrench", title, text)


PAGE = Page("orders", "/orders", "Work orders", "工单", "orders", draw, order=4)
