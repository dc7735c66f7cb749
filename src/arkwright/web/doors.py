"""What answers before a person is known, and the few forms of the frame: log-in, set-up, log-out, taste."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from arkwright.core.errors import HistoryError
from arkwright.web import session, taste
from arkwright.web.page import Language
from arkwright.web.pages.login import log_in_page, no_owner_page
from arkwright.web.pages.setup import setup_page, spent_page
from arkwright.web.session import FirstLink, Sessions
from arkwright.web.words import pick

if TYPE_CHECKING:
    from arkwright.app.plant import Plant


@dataclass(frozen=True)
class Doors:
    """The routes before and around the pages."""

    plant: Plant
    sessions: Sessions
    first: FirstLink
    secure: bool

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/login", self.show_log_in, methods=["GET"]),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/logout", self.log_out, methods=["POST"]),
            Route("/setup/{link}", self.show_setup, methods=["GET"]),
            Route("/setup/{link}", self.set_up, methods=["POST"]),
            Route("/taste", self.keep_taste, methods=["POST"]),
        ]

    # ------------------------------------------------------------------------------------------- log-in
    async def show_log_in(self, request: Request) -> Response:
        """Show the log-in, or why there is none yet."""
        site, language = self.plant.site.name, language_of(request)
        if not await asyncio.to_thread(self.plant.people.has_owner):
            return _page(no_owner_page(site, language))
        if request.scope["arkwright_person"] is not None:
            return _to("/")
        return _page(log_in_page(site, language, next_path=request.query_params.get("next", ""), wrong=False))

    async def log_in(self, request: Request) -> Response:
        """Take name and password."""
        form = await _form(request)
        name, after = form.get("name", ""), form.get("next", "")
        token = await self.sessions.log_in(name, form.get("password", ""))
        if token is None:
            page = log_in_page(
                self.plant.site.name, language_of(request), next_path=after, wrong=True, name=name
            )
            return _page(page, 401)
        return self._inside(token, inner_path(after))

    async def log_out(self, request: Request) -> Response:
        """End the session."""
        await self.sessions.log_out(request.scope["arkwright_token"])
        answer = _to("/login")
        answer.set_cookie(**session.session_cookie("", secure=self.secure))
        return answer

    # ------------------------------------------------------------------------------------------- set-up
    async def show_setup(self, request: Request) -> Response:
        """Show what a one-time link asks for; looking does not spend it."""
        link, language = request.path_params["link"], language_of(request)
        if self.first.fits(link, self.plant.now()):
            return _page(setup_page(self.plant.site.name, language, request.url.path, owner=True))
        if await asyncio.to_thread(self.plant.people.has_owner):
            return _page(setup_page(self.plant.site.name, language, request.url.path, owner=False))
        return _page(spent_page(self.plant.site.name, language), 410)

    async def set_up(self, request: Request) -> Response:
        """Take the password, and of the owner the name."""
        form, language = await _form(request), language_of(request)
        link, name = request.path_params["link"], form.get("name", "").strip()
        owner = self.first.fits(link, self.plant.now())
        wrong = _mismatch(form, language)
        if not wrong:
            try:
                token = await self.sessions.redeem(
                    await self._link(name) if owner else link, form["password"]
                )
            except HistoryError as error:
                wrong = str(error)
            else:
                return await self._welcome(token, owner=owner)
        page = setup_page(
            self.plant.site.name, language, request.url.path, owner=owner, wrong=wrong, name=name
        )
        return _page(page, 422)

    async def _link(self, name: str) -> str:
        """Make the owner's account, which another attempt may have made already, and a link that fits it."""

        def make() -> str:
            people, now = self.plant.people, self.plant.now()
            if people.has_owner():
                raise HistoryError("this site has an owner already", fix="Ask the owner for an account.")
            if not any(p.name == name for p in people.everybody()):
                people.add(name, "owner", now, by=name)
            return people.make_link(name, now, by=name)

        return await asyncio.to_thread(make)

    async def _welcome(self, token: str | None, *, owner: bool) -> Response:
        if token is None:
            return Response("Too many at once; try again in a moment.", 429)
        if owner:
            self.first.spend()
        self.sessions.forget()
        return self._inside(token, "/")

    # ------------------------------------------------------------------------------------------- taste
    async def keep_taste(self, request: Request) -> Response:
        """Keep language and theme of the person who asks, and go back."""
        form, name = await _form(request), request.scope["arkwright_person"].name
        ledger = self.plant.ledger

        def keep() -> None:
            old = taste.read_taste(ledger, name)
            fresh = taste.make_taste(form.get("language", old.language), form.get("theme", old.theme))
            taste.keep_taste(ledger, name, fresh)

        await asyncio.to_thread(keep)
        back = urlsplit(request.headers.get("referer", "/"))
        return _to(inner_path(f"{back.path}?{back.query}" if back.query else back.path))

    def _inside(self, token: str, path: str) -> Response:
        answer = _to(path)
        answer.set_cookie(**session.session_cookie(token, secure=self.secure))
        return answer


def language_of(request: Request) -> Language:
    """Return the language of a page before the log-in: as asked in the address, else as the browser says."""
    asked = request.query_params.get("lang")
    if asked in {"en", "zh"}:
        return "zh" if asked == "zh" else "en"
    return taste.accepted_language(dict(request.scope["headers"]))


def inner_path(path: str) -> str:
    """Return a path of this site; anything that could lead elsewhere becomes the first page."""
    at = urlsplit(path.replace("\\", "/"))
    fine = path.startswith("/") and not path.startswith("//") and not at.netloc and not at.scheme
    return path if fine and path.isprintable() and "\\" not in path else "/"


def _mismatch(form: dict[str, str], language: Language) -> str:
    if form.get("password", "") == form.get("again", ""):
        return ""
    return pick(language, "The two passwords differ.", "两次输入的密码不一致。")


async def _form(request: Request) -> dict[str, str]:
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[0] for name, values in fields.items()}


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})


def _to(path: str) -> Response:
    return RedirectResponse(path, 303)
