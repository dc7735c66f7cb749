"""The gate in front of everything: no session, no page, no socket; and headers that browsers obey."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import quote, urlsplit

from arkwright.core.errors import ArkwrightError
from arkwright.web.session import COOKIE, Sessions, read_cookies

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# All that answers without a session: how one is had, and files of the product that are no secret.
OPEN_PATHS = ("/login", "/favicon.ico")
OPEN_BELOW = ("/setup/", "/assets/")
LONGEST_OPEN_BODY = 16_384
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# NiceGUI evaluates templates and scripts that its server sends, so its pages need both 'unsafe' words; what
# is kept out is everything from elsewhere. The pages before the log-in have no script at all.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
DOOR_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = (
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def check_bind(host: str, certfile: str | None, keyfile: str | None, *, insecure: bool) -> bool:
    """Say whether pages go out encrypted; refuse to show them to a net without that.

    Raises
    ------
    ArkwrightError
        If the address is not of this computer alone, there is no certificate, and nobody said that this is
        meant; or if only one of certificate and key is given.
    """
    if bool(certfile) != bool(keyfile):
        raise ArkwrightError("certificate or key is missing", wanted="both", fix="Give both files.")
    if certfile or insecure or is_loopback(host):
        return bool(certfile)
    raise ArkwrightError(
        f"'{host}' would show the plant to the net without encryption",
        wanted="127.0.0.1, or a certificate with its key",
        fix="Give certfile and keyfile; --insecure where a proxy in front encrypts.",
    )


def is_loopback(host: str) -> bool:
    """Say whether an address is of this computer alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Gate:
    """ASGI middleware: lets nobody in without a session, and no foreign page act for somebody.

    Parameters
    ----------
    app
        What lies behind.
    sessions
        Who is there.
    secure
        Pages go out encrypted.
    local
        Served to this computer alone: a name that was bent to point here is refused.
    """

    def __init__(self, app: App, sessions: Sessions, *, secure: bool, local: bool) -> None:
        self.app = app
        self.sessions = sessions
        self.secure = secure
        self.local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass or answer it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        token = read_cookies(headers).get(COOKIE, "")
        scope["arkwright_token"] = token
        scope["arkwright_person"] = await self.sessions.person(token)
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, headers)
        else:
            await self._request(scope, receive, send, headers)

    # ----------------------------------------------------------------------------------------- requests
    async def _request(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> None:
        send = self._with_headers(scope, send)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _answer(send, *refusal)
            return
        if scope["arkwright_person"] is None and not is_open(scope["path"]):
            await self._to_the_door(scope, send, headers)
            return
        await self.app(scope, receive, send)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        host = headers.get(b"host", b"").decode("latin-1")
        if self.local and not is_loopback(urlsplit(f"//{host}").hostname or ""):
            return 421, "This address is not served here."
        if scope["method"] not in SAFE and not self._is_own(headers):
            return 403, "This request did not come from a page of this site."
        size = headers.get(b"content-length", b"0")
        too_long = not size.isdigit() or int(size) > LONGEST_OPEN_BODY or b"transfer-encoding" in headers
        if scope["arkwright_person"] is None and scope["method"] not in SAFE and too_long:
            return 413, "Too long."
        return None

    def _is_own(self, headers: dict[bytes, bytes]) -> bool:
        """Say whether the page that asks is one of ours, by the address the browser says it is of."""
        origin = headers.get(b"origin")
        if origin is None:
            return headers.get(b"sec-fetch-site") == b"same-origin"
        at = urlsplit(origin.decode("latin-1"))
        return at.netloc.encode() == headers.get(b"host", b"") and (not self.secure or at.scheme == "https")

    async def _to_the_door(self, scope: Scope, send: Send, headers: dict[bytes, bytes]) -> None:
        if scope["method"] == "GET" and b"text/html" in headers.get(b"accept", b""):
            path = scope["path"]
            where = "/login" if path == "/" else f"/login?next={quote(path, safe='/')}"
            await _answer(send, 303, "", [(b"location", where.encode())])
        else:
            await _answer(send, 401, "Log in first.")

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        policy = DOOR_POLICY if is_door(scope["path"]) else PAGE_POLICY
        added = [*HEADERS, (b"content-security-policy", policy.encode())]
        if self.secure:
            added.append((b"strict-transport-security", b"max-age=31536000"))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        return sending

    # ------------------------------------------------------------------------------------------ sockets
    async def _socket(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> None:
        if scope["arkwright_person"] is None or b"origin" not in headers or not self._is_own(headers):
            await receive()
            await send({"type": "websocket.close", "code": 4401})
            return
        token = scope["arkwright_token"]
        closed = False

        async def sending(message: Message) -> None:
            # A socket outlives its page's request: once the session ends it is shut, at the next message.
            nonlocal closed
            if (
                message["type"] == "websocket.send"
                and not closed
                and await self.sessions.person(token) is None
            ):
                closed = True
                await send({"type": "websocket.close", "code": 4401})
            if not closed:
                await send(message)

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and await self.sessions.person(token) is None:
                return {"type": "websocket.disconnect", "code": 4401}
            return message

        await self.app(scope, receiving, sending)


def is_open(path: str) -> bool:
    """Say whether a path answers without a session."""
    return path in OPEN_PATHS or path.startswith(OPEN_BELOW)


def is_door(path: str) -> bool:
    """Say whether a path is a page before the log-in."""
    return path == "/login" or path.startswith("/setup/")


async def _answer(send: Send, status: int, text: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    body = text.encode()
    head = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    head += [(b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
