"""Speak HTTP with an MTConnect agent: one document at a time, or a stream of them."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from arkwright.connect.mtconnect_parts import Parts
from arkwright.connect.mtconnect_streams import MalformedError, read_document
from arkwright.connect.reach import take_setting
from arkwright.core.errors import SourceError
from arkwright.core.plant import Connection

PORT = 5000
STREAM = "multipart/x-mixed-replace"
REFUSALS = {400, 404, 405, 406, 501}  # a request that the agent does not serve; anything else is a fault
_MB = 1_000_000


@dataclass(frozen=True)
class Settings:
    """How an agent is read.

    ``interval_ms`` [ms] between documents, ``heartbeat_ms`` [ms] longest silence, ``count`` [1] observations
    a document, ``start`` oldest or now, ``path`` XPath, ``timeout_s`` [s] for an answer,
    ``max_document_mb`` [MB].
    """

    interval_ms: int = 200
    heartbeat_ms: int = 5000
    count: int = 2000
    start: str = "oldest"
    path: str = ""
    timeout_s: float = 5.0
    max_document_mb: float = 64.0
    user: str = ""
    password: str = ""
    ca_file: str = ""

    @property
    def largest_bytes(self) -> int:
        """Largest document that is taken. [bytes]"""
        return int(self.max_document_mb * _MB)


class StreamRefusedError(SourceError):
    """The agent answers a request for a stream with one document, or not at all."""


def read_settings(connection: Connection) -> Settings:
    """Read the settings of a connection.

    Raises
    ------
    SourceError
        If one is of the wrong kind or out of range.
    """
    plain = Settings()
    settings = Settings(**{name: take_setting(connection, name, v) for name, v in vars(plain).items()})
    positive = {"interval_ms", "heartbeat_ms", "count", "timeout_s", "max_document_mb"}
    for name in sorted(positive):
        if getattr(settings, name) <= 0:
            raise SourceError(
                f"{name} is {getattr(settings, name)}", wanted="more than 0", where=connection.name
            )
    if settings.start not in {"oldest", "now"}:
        raise SourceError(f"start is '{settings.start}'", wanted="oldest or now", where=connection.name)
    return settings


def base_url(connection: Connection) -> str:
    """Return the address of the agent, or of one device of it, without a slash at the end.

    Raises
    ------
    SourceError
        If the URL names no host.
    """
    url = connection.url.strip()
    if url.startswith("mtconnect://"):
        url = "http://" + url.removeprefix("mtconnect://")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(f"URL '{connection.url}': {error}", where=connection.name) from error
    if not host or parts.scheme not in {"http", "https"}:
        raise SourceError(f"URL '{url}'", wanted="http://host:5000", where=connection.name)
    place = f"[{host}]" if ":" in host else host
    usual = port or (None if parts.scheme == "https" else PORT)
    return f"{parts.scheme}://{place}{f':{usual}' if usual else ''}{parts.path.rstrip('/')}"


class Client:
    """A fresh HTTP client for one session with one agent."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self.settings = settings
        self.url = base_url(connection)
        self.where = connection.name
        login = httpx.BasicAuth(settings.user, settings.password) if settings.user else None
        # A proxy of the environment is the way to the internet, not to an agent on the shop floor.
        self._http = httpx.AsyncClient(
            auth=login, timeout=settings.timeout_s, trust_env=False, verify=self._trust(),
            headers={"Accept": f"text/xml, application/xml, {STREAM}", "Accept-Encoding": "identity"},
        )  # fmt: skip

    def _trust(self) -> ssl.SSLContext | bool:
        if not self.url.startswith("https:"):
            return False
        try:
            return ssl.create_default_context(cafile=self.settings.ca_file or None)
        except OSError as error:
            raise SourceError(
                f"ca_file '{self.settings.ca_file}': {error}", wanted="a file of certificates (PEM)",
                where=self.where,
            ) from error  # fmt: skip

    async def fetch(self, verb: str, **query: str | int) -> bytes:
        """Ask for one document.

        Raises
        ------
        SourceError
            If the agent does not answer, or not with a document (an Error document is one).
        """
        async with self._ask(verb, query, self.settings.timeout_s) as answer:
            return await self._document(answer)

    async def stream(self, **query: str | int) -> AsyncGenerator[bytes, None]:
        """Yield the documents of a streamed sample until the agent ends it.

        Raises
        ------
        StreamRefusedError
            If the agent answers with one document, or says that it does not serve the request.
        SourceError
            If the line is lost, or what comes is no stream of documents.
        """
        wait_s = 2 * self.settings.heartbeat_ms / 1000 + self.settings.timeout_s
        async with self._ask("sample", query, wait_s) as answer:
            kind = answer.headers.get("content-type", "")
            if not kind.lower().startswith("multipart/"):
                raise await self._no_stream(answer)
            parts = Parts(kind, self.settings.largest_bytes)
            async for data in answer.aiter_bytes():
                for body in parts.feed(data):
                    yield body
                if parts.ended:
                    return

    async def _no_stream(self, answer: httpx.Response) -> SourceError:
        if "xml" in answer.headers.get("content-type", ""):
            await self._document(answer)  # an Error document says why
            return StreamRefusedError("one document instead of a stream")
        text = f"HTTP {answer.status_code} '{answer.headers.get('content-type', '')[:60]}' for a stream"
        if answer.status_code in REFUSALS:
            return StreamRefusedError(text)
        return SourceError(text, wanted=STREAM, where=self.where)

    @asynccontextmanager
    async def _ask(
        self, verb: str, query: Mapping[str, str | int], wait_s: float
    ) -> AsyncIterator[httpx.Response]:
        chosen = {"path": self.settings.path} if self.settings.path and verb != "probe" else {}
        timeout = httpx.Timeout(self.settings.timeout_s, read=wait_s)
        try:
            async with self._http.stream(
                "GET", f"{self.url}/{verb}", params={**chosen, **query}, timeout=timeout
            ) as answer:
                yield answer
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            why = str(error) or type(error).__name__
            raise SourceError(f"{self.url}/{verb}: {why}", where=self.where) from error

    async def _document(self, answer: httpx.Response) -> bytes:
        kind = answer.headers.get("content-type", "").lower()
        if "xml" not in kind:
            raise SourceError(
                f"HTTP {answer.status_code} '{kind[:60]}' from {answer.url.path}",
                wanted="XML of MTConnect", where=self.where,
                fix="Check that an agent listens there, and not a page or a proxy.",
            )  # fmt: skip
        body = bytearray()
        async for data in answer.aiter_bytes():
            body += data
            if len(body) > self.settings.largest_bytes:
                raise MalformedError(
                    f"a document of more than {self.settings.largest_bytes} bytes", wanted="a smaller one",
                    where=self.where, fix="Lower the setting count, or raise max_document_mb.",
                )  # fmt: skip
        if answer.status_code >= 400:
            read_document(bytes(body))  # an Error document says more than the number
            raise SourceError(f"HTTP {answer.status_code} from {answer.url.path}", where=self.where)
        return bytes(body)

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()


@asynccontextmanager
async def open_client(connection: Connection, settings: Settings) -> AsyncIterator[Client]:
    """Open a fresh client, and close it in the end.

    Raises
    ------
    SourceError
        If the URL cannot be used.
    """
    client = Client(connection, settings)
    try:
        yield client
    finally:
        await client.close()
