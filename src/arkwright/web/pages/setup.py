"""Behind a one-time link: the owner chooses a name, and whoever was invited a password."""

from __future__ import annotations

from arkwright.history.ledger_people import SHORTEST
from arkwright.web.markup import icon, node
from arkwright.web.page import Language
from arkwright.web.pages.login import door, field, languages
from arkwright.web.words import pick


def setup_page(
    site: str, language: Language, path: str, *, owner: bool, wrong: str = "", name: str = ""
) -> str:
    """Write the page of a one-time link.

    Parameters
    ----------
    site
        Name of the site.
    language
        Language of the page.
    path
        Where it is posted to: the link itself.
    owner
        The link makes the owner, who chooses a name too.
    wrong
        What was wrong with the last attempt.
    name
        Name that was chosen then.
    """

    def say(en: str, zh: str) -> str:
        return pick(language, en, zh)

    hint = say(
        f"At least {SHORTEST} characters; a sentence is best.", f"至少 {SHORTEST} 个字符,最好用一句话。"
    )
    form = node(
        "form",
        node("p", icon("act"), wrong, class_="door-wrong", role="alert") if wrong else None,
        field(
            say("Your name", "用户名"),
            "name",
            value=name,
            autocomplete="username",
            maxlength=128,
            pattern="[\\w.@+\\-]+",
            autofocus=True,
        )
        if owner
        else None,
        field(
            say("Password", "密码"),
            "password",
            type="password",
            autocomplete="new-password",
            minlength=SHORTEST,
            autofocus=not owner,
        ),
        field(
            say("Password again", "再次输入密码"),
            "again",
            type="password",
            autocomplete="new-password",
            minlength=SHORTEST,
        ),
        node("p", hint, class_="door-hint"),
        node("button", say("Go to the plant", "进入工厂"), class_="button main-act"),
        method="post",
        action=f"{path}?lang={language}",
    )
    title = say("Become the owner", "成为所有者") if owner else say("Choose a password", "设置密码")
    return door(site, language, title, form, languages(path, language))


def spent_page(site: str, language: Language) -> str:
    """Write the page of a link that is spent, too old or was never given."""
    text = pick(
        language,
        "A link works once and for ten minutes. Ask the owner for a new one; for the first owner a new link "
        "is shown where Arkwright runs.",
        "链接只能使用一次,有效期十分钟。请向所有者索取新链接;"
        "首位所有者的新链接显示在运行 Arkwright 的终端上。",
    )
    return door(site, language, pick(language, "This link is spent", "链接已失效"), node("p", text))
