"""What every connection over TCP begins with: settings, a name that resolves, a port that answers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from arkwright.core.catalog import Step
from arkwright.core.errors import SourceError
from arkwright.core.plant import Connection

LONGEST_TEXT = 4096  # of one reading; what is longer is a document, not a state

Kind = TypeVar("Kind", str, int, float)


def take_setting(connection: Connection, name: str, default: Kind) -> Kind:
    """Return a setting of the kind of its default.

    Raises
    ------
    SourceError
        If the setting is of another kind.
    """
    value: Any = connection.settings.get(name, default)
    wanted: Callable[[Any], Kind] = type(default)
    legal = {str: (str,), int: (int,), float: (int, float)}[type(default)]
    if isinstance(value, bool) or not isinstance(value, legal):
        kind = type(default).__name__
        raise SourceError(f"setting '{name}' is {value!r}", wanted=f"a {kind}", where=connection.name)
    return wanted(value)


def split_address(connection: Connection, port: int) -> tuple[str, int]:
    """Return host and port of a connection's URL, with the protocol's port where none is given. [1]

    Raises
    ------
    SourceError
        If the URL names no host.
    """
    try:
        parts = urlsplit(connection.url)
        host, given = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(f"URL '{connection.url}': {error}", where=connection.name) from error
    if not host:
        raise SourceError(
            f"URL '{connection.url}' names no host", wanted="scheme://host:port", where=connection.name
        )
    return host, given or port


async def try_reach(host: str, port: int, timeout_s: float) -> list[Step]:
    """Resolve a host and open a port of it, as the first two steps of a self-examination.

    Parameters
    ----------
    host
        Name or address.
    port
        Port. [1]
    timeout_s
        Longest wait of each step. [s]

    Returns
    -------
    steps
        One step if the name does not resolve, else two.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout_s):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return [
            Step("Resolve the host name", False, f"'{host}': {error}. Check the name, or write the address.")
        ]
    address = found[0][4][0]
    steps = [Step("Resolve the host name", True, f"{host} is {address}")]
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(host, port)
    except OSError as error:
        why = str(error) or f"no answer within {timeout_s:g} s"
        hint = "Check that the server runs, and the firewall between."
        return [*steps, Step(f"Open port {port}", False, f"{why}. {hint}")]
    writer.close()
    return [*steps, Step(f"Open port {port}", True, "a server listens")]
