"""Examine a connection to an OPC UA server step by step, and say what to do where one fails."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from asyncua import ua as _ua
from asyncua.client.client import Client

from arkwright.connect.opcua_browse import walk
from arkwright.connect.opcua_client import PORT, Settings, close_client, open_client, read_settings
from arkwright.connect.opcua_nodes import read_many
from arkwright.connect.reach import split_address, try_reach
from arkwright.core.catalog import Step
from arkwright.core.errors import ArkwrightError
from arkwright.core.plant import Connection

ua: Any = _ua

CLOCK_LIMIT_S = 2.0
N_TRIED = 50


async def probe_server(connection: Connection) -> list[Step]:
    """Try each step up to the first value; stop at the first that fails."""
    try:
        settings = read_settings(connection)
        host, port = split_address(connection, PORT)
    except ArkwrightError as error:
        return [Step("Read the settings", False, str(error))]
    steps = await try_reach(host, port, settings.timeout_s)
    if steps[-1].passed:
        steps.append(await _try_endpoints(connection, settings))
    if steps[-1].passed:
        steps += await _try_session(connection, settings)
    return steps


async def _try_endpoints(connection: Connection, settings: Settings) -> Step:
    title = "Ask for the endpoints"
    try:
        async with asyncio.timeout(3 * settings.timeout_s):
            endpoints = await Client(
                connection.url, timeout=settings.timeout_s
            ).connect_and_get_server_endpoints()
    except (OSError, ua.UaError) as error:
        return Step(title, False, f"{error or 'no answer'}. The port is open, but no OPC UA server answers.")
    offered = {(e.SecurityPolicyUri.rpartition("#")[2], e.SecurityMode.name) for e in endpoints}
    text = ", ".join(" ".join(dict.fromkeys(pair)) for pair in sorted(offered))
    return Step(
        title, True, f"the server offers {text}".replace("None None_", "None").replace("None_", "None")
    )


async def _try_session(connection: Connection, settings: Settings) -> list[Step]:
    who = settings.user or "anonymous"
    title = f"Open a session as {who} with security {settings.security}"
    try:
        client, _ = await open_client(connection, settings)
    except (ArkwrightError, OSError) as error:
        return [Step(title, False, str(error) or "no answer")]
    try:
        return [Step(title, True, "open"), *await _look_around(client, settings)]
    except (OSError, ua.UaError) as error:
        return [Step(title, True, "open"), Step("Read from the server", False, str(error))]
    finally:
        await close_client(client, settings.timeout_s)


async def _look_around(client: Client, settings: Settings) -> list[Step]:
    namespaces = await client.get_namespace_array()
    steps = [Step("Read the namespaces", True, ", ".join(namespaces[1:]) or "only the standard's own")]
    now = await client.get_node(ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)).read_value()
    ahead_s = (now.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    agrees = abs(ahead_s) <= CLOCK_LIMIT_S
    text = "agrees with ours" if agrees else f"is {ahead_s:+.1f} s off ours. Set both by NTP."
    steps.append(Step("Compare the clocks", agrees, f"the server's clock {text}"))
    found = await walk(client, ua.NodeId(ua.ObjectIds.ObjectsFolder), settings)
    values = await read_many(client, [f.node for f in found[:N_TRIED]])
    for variable, value in zip(found, values, strict=False):
        if value is not None:
            shown = f"{len(value)} samples" if isinstance(value, list) else str(value)[:40]
            return [*steps, Step("Read a first value", True, f"{'.'.join(variable.path)} = {shown}")]
    hint = "Check what this user may read."
    return [*steps, Step("Read a first value", False, f"no value among {len(found)} variables. {hint}")]
