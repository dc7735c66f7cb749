"""Every connection with its heartbeat, and how Arkwright itself keeps up: queue, history, checks."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from arkwright.core.catalog import Step
from arkwright.runtime.line import LONGEST_WAIT_S, Line
from arkwright.web.gauge import figure
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Live, Page
from arkwright.web.pulse import checks_of
from arkwright.web.theme import shell, show
from arkwright.web.words import say, write_age

EXAMINED_WITHIN_S = 30.0
DETAILS = (
    ("sessions", "Sessions", "会话"),
    ("batches", "Batches", "批次"),
    ("readings", "Readings", "读数"),
    ("refusals", "Refused", "拒收"),
    ("gaps", "Gaps", "缺口"),
)


def draw(context: Context) -> None:
    """Draw the page."""
    hub = context.live
    assert hub is not None
    with shell(context, PAGE):
        show(_head(context, hub), class_="page-head")
        from nicegui import ui

        with ui.element("div").classes("lines-grid"):
            for name, line in context.plant.lines.items():
                _connection(context, hub, name, line)
        if not context.plant.lines:
            show(_empty(context))
        show(_self(context, hub), as_="section", class_="panel self-panel")


def safe_url(url: str) -> str:
    """Return an address without name, password and query, which may hold secrets."""
    at = urlsplit(url)
    if not at.netloc:
        return url.partition("?")[0]
    return f"{at.scheme}://{at.netloc.rpartition('@')[2]}{at.path}"


def _head(context: Context, hub: Live) -> Markup:
    now = hub.figures(context.language, ["connections/alive"])
    title = node("h1", say(context, "Connections", "连接"))
    return join(title, node("p", figure(now["connections/alive"], "connections/alive")))


# ----------------------------------------------------------------------------------------- one connection
def _connection(context: Context, hub: Live, name: str, line: Line) -> None:
    from nicegui import ui

    with ui.element("section").classes("panel line-panel"):
        show(_line(context, hub, name, line))
        if context.person.role != "viewer":
            _examination(context, line)


def _examination(context: Context, line: Line) -> None:
    from nicegui import ui

    button = ui.element("button").classes("button quiet examine").props("type=button")
    with button:
        show(Markup(say(context, "Examine this connection", "诊断此连接")), as_="span")
    result: Any = show(Markup())

    async def examine() -> None:
        button.props("disabled")
        waiting = say(context, "Trying each step …", "正在逐步检查……")
        result.content = str(node("p", waiting, class_="muted small", role="status"))
        result.content = str(await _diagnose(context, line))
        button.props(remove="disabled")

    button.on("click", examine)


async def _diagnose(context: Context, line: Line) -> Markup:
    try:
        async with asyncio.timeout(EXAMINED_WITHIN_S):
            steps = await line.source.diagnose(line.connection)
    except Exception as error:  # a connector's own mistake must show on its page, not break it
        steps = [Step(type(error).__name__, passed=False, text=str(error))]
    return node("ol", *(_step(context, step) for step in steps), class_="steps")


def _step(context: Context, step: Step) -> Markup:
    word = say(context, "passed", "通过") if step.passed else say(context, "failed", "失败")
    look = "ok" if step.passed else "act"
    return node(
        "li",
        node("strong", step.title),
        node("span", word, class_="state", data_state=look),
        node("p", step.text, class_="muted small") if step.text else None,
    )


def _line(context: Context, hub: Live, name: str, line: Line) -> Markup:
    keys = ("state", "beat", "rate", "wait", "error", *(key for key, _, _ in DETAILS))
    names = [f"connection/{name}/{key}" for key in keys]
    now = dict(zip(keys, _figures(context, hub, names), strict=True))

    def shown(key: str, class_: str = "num") -> Markup:
        return figure(now[key], f"connection/{name}/{key}", class_=class_)

    address = node(
        "p",
        node("span", line.connection.protocol, class_="protocol"),
        " ",
        node("code", safe_url(line.connection.url)),
        class_="line-url",
    )
    head = node("header", node("h2", name), shown("state", "state line-state"), address, class_="line-head")
    beat = node(
        "p", say(context, "Sign of life", "最近心跳"), node("strong", shown("beat")), class_="big-figure"
    )
    rate = node(
        "p", say(context, "Readings a second", "每秒读数"), node("strong", shown("rate")), class_="big-figure"
    )
    signals = node(
        "p",
        say(context, "Signals", "信号"),
        node("strong", f"{len(line.signals):,}", class_="num"),
        class_="big-figure",
    )
    counts = node(
        "dl",
        *(
            node("div", node("dt", say(context, en, zh)), node("dd", shown(key, "figure")))
            for key, en, zh in DETAILS
        ),
        class_="counts",
    )
    return join(
        head,
        node("div", beat, rate, signals, class_="big-figures"),
        counts,
        _trouble(context, line, shown("error"), shown("wait")),
    )


def _figures(context: Context, hub: Live, names: list[str]) -> list[tuple[str, str]]:
    found = hub.figures(context.language, names)
    return [found[name] for name in names]


def _trouble(context: Context, line: Line, error: Markup, wait: Markup) -> Markup:
    """Write what is wrong and what to do; hidden by the style while the error is empty."""
    again = say(
        context,
        f"Arkwright tries again by itself, at least every {LONGEST_WAIT_S:.0f} s. Is the peer switched on, "
        "and can this computer reach its address? Examine the connection below to see which step fails.",
        f"Arkwright 会自动重试,间隔不超过 {LONGEST_WAIT_S:.0f} 秒。请确认对端已开机、地址可达;"
        "可在下方诊断查看失败的步骤。",
    )
    replays = line.source.replays and node(
        "p", say(context, "After the cut: ", "恢复后:"), line.source.replays, class_="small muted"
    )
    return node(
        "div",
        node("p", icon("act"), error, class_="trouble-text"),
        node("p", say(context, "Next try after ", "下次重试:"), wait, class_="small muted trouble-wait"),
        node("p", again, class_="small"),
        replays or None,
        class_="trouble",
        role="status",
    )


# ----------------------------------------------------------------------------------------- Arkwright itself
def _self(context: Context, hub: Live) -> Markup:
    names = ["intake/fill", "intake/commits", "intake/commit", "intake/error", "history/size", "checks/state"]
    now = hub.figures(context.language, names)

    def entry(en: str, zh: str, name: str, *, hint: Markup | None = None) -> Markup:
        return node(
            "p",
            say(context, en, zh),
            node("strong", figure(now[name], name, class_="figure")),
            hint,
            class_="big-figure",
        )

    fill, state = now["intake/fill"]
    meter = node(
        "span",
        class_="meter",
        data_figure="intake/fill",
        data_state=state,
        style=f"--fill:{float(fill.rstrip(' %')) / 100:.3f}",
    )
    figures = node(
        "div",
        entry("Intake queue", "接收队列", "intake/fill", hint=meter),
        entry("Last commit, ago", "最近提交距今", "intake/commit"),
        entry("Commits", "提交次数", "intake/commits"),
        entry("History on disk", "历史占用空间", "history/size"),
        class_="big-figures",
    )
    why = say(
        context,
        "A full queue makes the connections wait: nothing is dropped.",
        "队列满时各连接会等待,不会丢弃读数。",
    )
    trouble = node("p", figure(now["intake/error"], "intake/error", class_="trouble-line"))
    head = node("h2", say(context, "Arkwright itself", "Arkwright 自身"))
    return join(head, figures, node("p", why, class_="muted small"), trouble, _checks(context, hub))


def _checks(context: Context, hub: Live) -> Markup:
    checks = checks_of(context.plant.judging.status())
    head = node("h3", say(context, "Checks", "检查"))
    if not checks:
        return join(
            head,
            node(
                "p",
                say(context, "No check applies to this site.", "没有适用于此站点的检查。"),
                class_="muted small",
            ),
        )
    titles = (
        ("Check", "检查"),
        ("State", "状态"),
        ("Assets", "资产"),
        ("Every", "周期"),
        ("Behind", "滞后"),
        ("Findings", "发现"),
    )
    keys = ("state", "lag", "findings", "error")
    rows = []
    for name, row in checks.items():
        state, lag, findings, error = (
            figure(value, f"check/{name}/{key}", class_=class_)
            for value, key, class_ in zip(
                _figures(context, hub, [f"check/{name}/{k}" for k in keys]),
                keys,
                ("state", "num", "num", "trouble-line"),
                strict=True,
            )
        )
        cells = [
            node("td", state),
            node("td", f"{row['assets']}", class_="num"),
            node("td", write_age(row["every_s"], context.language), class_="num"),
            node("td", lag, class_="num"),
            node("td", findings, class_="num"),
        ]
        rows.append(node("tr", node("td", node("strong", row["title"]), error), *cells))
    top = node(
        "tr",
        *(
            node("th", say(context, en, zh), class_="num" if i > 1 else None)
            for i, (en, zh) in enumerate(titles)
        ),
    )
    return join(head, node("div", node("table", node("thead", top), node("tbody", *rows)), class_="scroll"))


def _empty(context: Context) -> Markup:
    text = say(
        context,
        "This site has no connection yet. 'arkwright connect browse URL' shows what a peer offers.",
        "此站点尚无连接。可用 'arkwright connect browse URL' 查看对端提供的信号。",
    )
    return node("div", icon("connections"), node("p", text), class_="empty")


PAGE = Page("connections", "/connections", "Connections", "连接", "connections", draw, 5)
