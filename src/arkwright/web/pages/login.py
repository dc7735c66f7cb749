"""The door: name and password, without a script."""

from __future__ import annotations

from markupsafe import Markup

from arkwright.web.markup import icon, join, node
from arkwright.web.page import Language
from arkwright.web.theme import asset
from arkwright.web.words import pick


def door(site: str, language: Language, title: str, *body: Markup) -> str:
    """Write a page before the log-in: plain HTML, no script, nothing of the plant but its name."""
    head = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name="color-scheme", content="light dark"),
        node("title", f"{title} · Arkwright"),
        node("link", rel="icon", href=asset("mark.svg")),
        node("link", rel="stylesheet", href=asset("arkwright.css")),
    )
    card = node(
        "section",
        node("p", icon("mark"), node("span", "Arkwright"), class_="door-mark"),
        node("h1", title),
        node("p", site, class_="door-site"),
        *body,
        class_="door-card",
    )
    page = node("html", head, node("body", node("main", card), class_="door"), lang=language)
    return f"<!doctype html>{page}"


def log_in_page(site: str, language: Language, *, next_path: str, wrong: bool, name: str = "") -> str:
    """Write the log-in page; ``wrong`` after an attempt that was refused."""

    def say(en: str, zh: str) -> str:
        return pick(language, en, zh)

    alarm = (
        node(
            "p",
            icon("act"),
            say(
                "Name or password is wrong, or the account is resting: "
                "after five wrong passwords it rests for a minute.",
                "用户名或密码错误,或账户处于休息状态:连续五次输错密码后需等待一分钟。",
            ),
            class_="door-wrong",
            role="alert",
        )
        if wrong
        else None
    )
    form = node(
        "form",
        alarm,
        field(say("Name", "用户名"), "name", value=name, autocomplete="username", autofocus=not name),
        field(
            say("Password", "密码"),
            "password",
            type="password",
            autocomplete="current-password",
            autofocus=bool(name),
        ),
        node("input", type="hidden", name="next", value=next_path),
        node("button", say("Log in", "登录"), class_="button main-act"),
        method="post",
        action=f"/login?lang={language}",
    )
    return door(site, language, say("Log in", "登录"), form, languages("/login", language))


def no_owner_page(site: str, language: Language) -> str:
    """Write the page of a site that has no owner yet."""
    text = pick(
        language,
        "This site has no owner yet. Open the one-time link that was shown where Arkwright was started.",
        "此站点尚无所有者。请打开启动 Arkwright 时显示的一次性链接。",
    )
    return door(
        site,
        language,
        pick(language, "Not set up yet", "尚未设置"),
        node("p", text),
        languages("/login", language),
    )


def field(label: str, name: str, **attributes: object) -> Markup:
    """Write a labelled input."""
    given = {"type": "text", "required": True, **attributes}
    return node("label", node("span", label), node("input", name=name, id=name, **given), class_="field")


def languages(path: str, language: Language) -> Markup:
    """Write links to the same page in the other language."""
    links = [
        node(
            "a",
            text,
            href=f"{path}?lang={code}",
            lang=code,
            aria_current="true" if code == language else None,
        )
        for code, text in (("en", "English"), ("zh", "中文"))
    ]
    return node("p", join(*links), class_="door-languages")
