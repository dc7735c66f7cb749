"""The pages served: one process and one event loop with the plant."""

from __future__ import annotations

import asyncio
import socket
import webbrowser
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.staticfiles import StaticFiles

from arkwright.core.errors import ArkwrightError
from arkwright.history.ledger_people import LINK_LASTS
from arkwright.web import taste
from arkwright.web.doors import Doors
from arkwright.web.live import Hub
from arkwright.web.page import Context, Page, pages
from arkwright.web.security import Gate, check_bind, is_loopback
from arkwright.web.session import FirstLink, Sessions

if TYPE_CHECKING:
    from arkwright.app.plant import Plant

PORT = 8420
RECONNECT_S = 10.0  # a page that comes back within that keeps its state; later it is loaded anew, by itself


@dataclass(frozen=True)
class Ready:
    """Where the pages are, and the one-time link for the first owner; empty where there is one already."""

    url: str
    link: str = ""


async def serve(  # noqa: PLR0913 (what the command line may say of it)
    plant: Plant,
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    on_ready: Callable[[Ready], None],
    open_link: bool = False,
    certfile: str | None = None,
    keyfile: str | None = None,
    insecure: bool = False,
) -> None:
    """Serve the pages and run the plant until stopped by a signal, cancelled, or the plant fails.

    Parameters
    ----------
    plant
        Opened, not running yet.
    host
        Address to bind to; any other than a loopback needs a certificate.
    port
        Port to listen on, 0 for any. [1]
    on_ready
        Told where the pages are once they answer, with the one-time link where the site has no owner; told
        again with a fresh link when that ran out.
    open_link
        Show the first page in the browser of this computer.
    certfile, keyfile
        Certificate and key in PEM, for TLS.
    insecure
        Bind to a net without TLS all the same.

    Raises
    ------
    ArkwrightError
        If the address is refused, or somebody else listens on it.
    """
    import uvicorn

    secure = check_bind(host, certfile, keyfile, insecure=insecure)
    listener = _listen(host, port)
    first, hub = FirstLink(), Hub(plant)
    app = build(plant, hub, first, secure=secure, local=is_loopback(host))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        ssl_certfile=certfile, ssl_keyfile=keyfile, timeout_graceful_shutdown=2, ws_max_size=1_000_000,
        ws_per_message_deflate=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    name = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host
    url = f"{'https' if secure else 'http'}://{name}:{listener.getsockname()[1]}"
    say = _Announcer(plant, first, url, on_ready, open_link)
    await _together(server, listener, (plant.run(), hub.run(), say.run(server)))


async def _together(server: Any, listener: socket.socket, others: Iterable[Awaitable[None]]) -> None:
    """Run all until the server ends; whatever ends it, sockets are shut and pages told first."""
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run(other)) for other in others]
            await asyncio.wait([serving])
            for task in tasks:
                task.cancel()
    finally:
        server.should_exit = True
        await serving


async def _run(work: Awaitable[None]) -> None:
    await work


@dataclass
class _Announcer:
    plant: Plant
    first: FirstLink
    url: str
    on_ready: Callable[[Ready], None]
    open_link: bool

    async def run(self, server: Any) -> None:
        while not server.started:
            await asyncio.sleep(0.02)
        ready = await self._ready()
        self.on_ready(ready)
        if self.open_link:
            await asyncio.to_thread(webbrowser.open, ready.link or ready.url)
        while ready.link:
            await asyncio.sleep(LINK_LASTS.total_seconds())
            ready = await self._ready()
            if ready.link:
                self.on_ready(ready)

    async def _ready(self) -> Ready:
        if await asyncio.to_thread(self.plant.people.has_owner):
            return Ready(self.url)
        return Ready(self.url, f"{self.url}/setup/{self.first.issue(self.plant.now())}")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
    except OSError as error:
        listener.close()
        raise ArkwrightError(
            f"cannot listen on {host}:{port}: {error.strerror}", fix="Choose another with --port."
        ) from error
    return listener


# ------------------------------------------------------------------------------------------- the application
def build(plant: Plant, hub: Hub, first: FirstLink, *, secure: bool, local: bool) -> Gate:
    """Put gate, doors, files and pages together into one application."""
    from nicegui import ui

    sessions = Sessions(plant.people, plant.now)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes.extend(Doors(plant, sessions, first, secure).routes())
    folder = str(files("arkwright.web").joinpath("assets"))
    app.mount("/assets", StaticFiles(directory=folder))
    for page in pages().values():
        _register(plant, hub, page)
    ui.run_with(
        app,
        title="Arkwright",
        favicon=str(files("arkwright.web").joinpath("assets", "mark.svg")),
        dark=None,
        reconnect_timeout=RECONNECT_S,
        binding_refresh_interval=None,
        tailwind=False,
        show_welcome_message=False,
    )
    return Gate(app, sessions, secure=secure, local=local)


def _register(plant: Plant, hub: Hub, page: Page) -> None:
    from nicegui import ui

    async def draw(request: Request) -> None:
        context = await _context(plant, hub, request)
        hub.welcome(context)
        drawn = page.draw(context)
        if drawn is not None:
            await drawn

    ui.page(page.path, response_timeout=15)(draw)


async def _context(plant: Plant, hub: Hub, request: Request) -> Context:
    person = request.scope["arkwright_person"]
    fallback = taste.accepted_language(dict(request.scope["headers"]))
    liked = await asyncio.to_thread(taste.read_taste, plant.ledger, person.name, fallback)
    params = {**request.query_params, **{k: str(v) for k, v in request.path_params.items()}}
    return Context(plant, person, liked.language, params, liked.theme, hub)
