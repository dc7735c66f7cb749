"""Who may log in: the owner adds people, hands each a one-time link, and closes accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from arkwright.core.errors import HistoryError
from arkwright.history.ledger_people import Person, Role
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Page
from arkwright.web.theme import shell, show
from arkwright.web.words import say

ROLES: tuple[tuple[Role, str, str], ...] = (
    ("viewer", "Viewer: looks", "查看者:只能查看"),
    ("engineer", "Engineer: decides on cards", "工程师:可处理待办"),
    ("owner", "Owner: also adds people", "所有者:还可管理人员"),
)


async def draw(context: Context) -> None:
    """Draw the page; what changes accounts asks the ledger again who is asking."""
    with shell(context, PAGE):
        show(node("h1", say(context, "People", "人员")), class_="page-head")
        if context.person.role != "owner":
            show(
                node(
                    "div",
                    icon("people"),
                    node("p", say(context, "Only the owner sees accounts.", "仅所有者可查看账户。")),
                    class_="empty",
                )
            )
            return
        await _Desk(context).draw()


class _Desk:
    """The owner's page: the list, the form, and the link that was made last."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.wish: dict[str, str] = {"name": "", "role": "engineer"}
        self.links: Any = None
        self.list: Any = None

    async def draw(self) -> None:
        from nicegui import ui

        context = self.context
        with ui.element("section").classes("panel people-add"):
            show(node("h2", say(context, "Add a person", "添加人员")))
            with ui.element("form").classes("people-form").on("submit.prevent", self.add):
                self._name()
                self._role()
                with ui.element("button").classes("button main-act").props("type=submit"):
                    show(Markup(say(context, "Make a one-time link", "生成一次性链接")), as_="span")
            self.links = show(Markup())
        self.list = ui.element("section").classes("panel people-list")
        await self.redraw()

    def _name(self) -> None:
        from nicegui import ui

        with ui.element("label").classes("field"):
            show(Markup(say(self.context, "Name", "用户名")), as_="span")
            field = ui.element("input").props("required maxlength=128 autocomplete=off name=name")
            field.on(
                "input",
                lambda e: self.wish.update(name=str(e.args)),
                js_handler="(e) => emit(e.target.value)",
            )

    def _role(self) -> None:
        from nicegui import ui

        with ui.element("label").classes("field"):
            show(Markup(say(self.context, "May", "权限")), as_="span")
            options = join(
                *(
                    node("option", say(self.context, en, zh), value=role, selected=role == "engineer")
                    for role, en, zh in ROLES
                )
            )
            choice: Any = show(options, as_="select")
            choice.on(
                "change",
                lambda e: self.wish.update(role=str(e.args)),
                js_handler="(e) => emit(e.target.value)",
            )

    async def redraw(self) -> None:
        from nicegui import ui

        people = await asyncio.to_thread(self.context.plant.people.everybody)
        self.list.clear()
        with self.list:
            for person in people:
                with ui.element("div").classes("person-row"):
                    show(_person(self.context, person))
                    if person.name != self.context.person.name:
                        self._acts(person)

    def _acts(self, person: Person) -> None:
        context = self.context
        with _button(say(context, "New link", "新链接"), lambda: self.renew(person.name)):
            pass
        word = say(context, "Close", "停用") if person.active else say(context, "Reopen", "恢复")
        with _button(word, lambda: self.switch(person)):
            pass

    # ------------------------------------------------------------------------------------------ acts
    async def add(self) -> None:
        name, role = self.wish["name"].strip(), self.wish["role"]
        people, context = self.context.plant.people, self.context
        if role not in {r for r, _, _ in ROLES}:
            return
        by, now = context.person.name, context.plant.now()
        await self._act(lambda: people.add(name, role, now, by=by))
        if any(p.name == name for p in await asyncio.to_thread(people.everybody)):
            await self.renew(name, only_new=True)

    async def renew(self, name: str, *, only_new: bool = False) -> None:
        people, context = self.context.plant.people, self.context
        known = {p.name: p for p in await asyncio.to_thread(people.everybody)}
        if only_new and known[name].has_password:
            return
        by, now = context.person.name, context.plant.now()
        token = await self._act(lambda: people.make_link(name, now, by=by))
        if token:
            self.links.content = str(_link(context, name, str(token)))
        await self.redraw()

    async def switch(self, person: Person) -> None:
        people, context = self.context.plant.people, self.context
        by, now = context.person.name, context.plant.now()
        await self._act(lambda: people.set_active(person.name, not person.active, now, by=by))
        await self.redraw()

    async def _act(self, act: Callable[[], object]) -> object:
        """Do something to an account, if whoever opened the page is still the owner."""
        from nicegui import ui

        request = ui.context.client.request
        who = await asyncio.to_thread(
            self.context.plant.people.who, request.scope["arkwright_token"], self.context.plant.now()
        )
        if who is None or who.role != "owner":
            return None
        try:
            return await asyncio.to_thread(act)
        except HistoryError as error:
            self.links.content = str(node("p", icon("act"), str(error), class_="door-wrong", role="alert"))
            return None


def _button(text: str, act: Callable[[], object]) -> Any:
    from nicegui import ui

    button = ui.element("button").classes("button").props("type=button").on("click", act)
    with button:
        show(Markup().join([node("span", text)]), as_="span")
    return button


def _person(context: Context, person: Person) -> Markup:
    states = (
        (say(context, "closed", "已停用"), "stale")
        if not person.active
        else (say(context, "active", "有效"), "ok")
        if person.has_password
        else (say(context, "waits for its password", "等待设置密码"), "watch")
    )
    return join(
        node("strong", person.name),
        " ",
        node("span", person.role, class_="muted"),
        " ",
        node("span", states[0], class_="state small", data_state=states[1]),
    )


def _link(context: Context, name: str, token: str) -> Markup:
    text = say(
        context,
        f"Hand this link to {name}; it works once, for ten minutes:",
        f"请将此链接交给 {name};只能使用一次,十分钟内有效:",
    )
    return node(
        "div",
        node("p", text),
        node("code", f"/setup/{token}", class_="one-time", data_link=f"/setup/{token}"),
        class_="people-link",
    )


PAGE = Page(
    "people", "/people", "People", "人员", "people", draw, 9, shown=lambda c: c.person.role == "owner"
)
