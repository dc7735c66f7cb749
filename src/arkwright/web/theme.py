"""The frame around every page: rail, bar, look; the look itself is in ``assets/arkwright.css``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Page, menu
from arkwright.web.words import say

ASSETS = "/assets"


@contextmanager
def shell(context: Context, page: Page) -> Iterator[None]:
    """Draw the frame and let the page draw itself into it: ``with shell(context, PAGE): ...``.

    Styles and scripts in ``assets/<page name>.css`` and ``.js`` are loaded with it.
    """
    from nicegui import ui

    _head(context, page)
    with ui.element("div").classes("shell"):
        show(join(_rail(context, page), _bar(context)), as_="header")
        with ui.element("main").classes(f"main page-{page.name}"):
            yield


def show(markup: Markup, *, as_: str = "div", class_: str = "") -> object:
    """Put markup on the page and return its element, whose ``content`` may be set anew."""
    from nicegui import ui

    # The markup was escaped where it was written; a second cleaning in the browser would strip its symbols.
    return ui.html(str(markup), sanitize=False, tag=as_).classes(class_)


def title_of(context: Context, page: Page) -> str:
    """Return the title of a page in the language of the person."""
    return say(context, page.title, page.title_zh)


# ------------------------------------------------------------------------------------------------ the head
def _head(context: Context, page: Page) -> None:
    from nicegui import ui

    ui.page_title(f"{title_of(context, page)} · {context.plant.site.name}")
    ui.dark_mode({"dark": True, "light": False}.get(context.theme))
    theme = "" if context.theme == "system" else context.theme
    zone = context.plant.site.time_zone
    early = (
        f"const d=document.documentElement;d.lang='{context.language}';d.dataset.zone='{zone}';"
        f"d.dataset.theme='{theme}'"
    )
    # In the head, before anything is drawn: a dark page must not flash white.
    ui.add_head_html(f"<script>{early}</script>")
    for name in ("arkwright", page.name):
        if (path := asset(f"{name}.css")) is not None:
            ui.add_head_html(f'<link rel="stylesheet" href="{path}">')
    for name in ("live", page.name):
        if (path := asset(f"{name}.js")) is not None:
            ui.add_head_html(f'<script defer src="{path}"></script>')


@cache
def asset(name: str) -> str | None:
    """Return the address of a file in ``assets``, with its content's hash; None where there is none."""
    file = files("arkwright.web").joinpath("assets", name)
    if not file.is_file():
        return None
    return f"{ASSETS}/{name}?{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


# ------------------------------------------------------------------------------------------------ the frame
def _rail(context: Context, page: Page) -> Markup:
    skip = node("a", say(context, "Skip to the page", "跳到正文"), class_="skip", href="#c-main")
    entries = [
        node(
            "a",
            icon(p.icon),
            node("span", title_of(context, p)),
            _badge(p),
            href=p.path,
            class_="rail-item",
            aria_current="page" if p.name == page.name else None,
        )
        for p in menu(context)
    ]
    label = say(context, "Pages", "页面")
    return join(skip, node("nav", _mark(), *entries, class_="rail", aria_label=label))


def _badge(page: Page) -> Markup | None:
    return node("b", class_="badge", data_figure="feed/count") if page.name == "feed" else None


def _mark() -> Markup:
    return node(
        "a", icon("mark"), node("span", "Arkwright"), href="/", class_="rail-mark", aria_label="Arkwright"
    )


def _bar(context: Context) -> Markup:
    site = context.plant.site
    worst = node(
        "a",
        href="/feed",
        class_="bar-worst state boxed",
        data_state="ok",
        data_figure="site/worst",
        aria_live="polite",
        aria_label=say(context, "Worst state", "最严重状态"),
    )
    clock = node(
        "time",
        node("span", class_="clock-time"),
        node("span", class_="clock-day"),
        class_="clock",
        title=say(context, f"Time at the site ({site.time_zone})", f"现场时间({site.time_zone})"),
    )
    lost = node(
        "div",
        icon("lost"),
        node(
            "span",
            say(
                context,
                "No connection to Arkwright. What you see is old.",
                "与 Arkwright 的连接已断开,画面内容已过时。",
            ),
        ),
        class_="lost",
        role="alert",
        hidden=True,
    )
    head = node(
        "div", node("strong", site.name, class_="bar-site"), worst, clock, _person(context), class_="bar"
    )
    return join(head, lost)


def _person(context: Context) -> Markup:
    name = context.person.name
    languages = _choice("language", (("en", "English"), ("zh", "中文")), context.language)
    themes = (
        ("system", say(context, "As system", "跟随系统")),
        ("light", say(context, "Light", "浅色")),
        ("dark", say(context, "Dark", "深色")),
    )
    taste = node(
        "form",
        node("fieldset", node("legend", say(context, "Language", "语言")), languages),
        node(
            "fieldset", node("legend", say(context, "Theme", "主题")), _choice("theme", themes, context.theme)
        ),
        method="post",
        action="/taste",
    )
    out = node(
        "form",
        node("button", icon("out"), say(context, "Log out", "退出登录"), class_="button quiet"),
        method="post",
        action="/logout",
    )
    who = node("p", node("strong", name), node("span", context.person.role), class_="menu-who")
    face = node("span", name[:1].upper(), class_="face")
    opener = node(
        "summary",
        face,
        node("span", name, class_="face-name"),
        aria_label=say(context, f"Menu of {name}", f"{name} 的菜单"),
    )
    return node("details", opener, node("div", who, taste, out, class_="menu"), class_="person")


def _choice(name: str, choices: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    buttons = [
        node(
            "button",
            text,
            name=name,
            value=value,
            class_="choice",
            aria_pressed="true" if value == chosen else "false",
        )
        for value, text in choices
    ]
    return node("div", *buttons, class_="choices")
