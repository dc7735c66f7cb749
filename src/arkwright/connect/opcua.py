"""OPC UA: subscriptions with source times and status codes kept whole.

Addresses: ``ns=2;s=Name``, ``nsu=urn:maker:plc;s=Name``, ``i=2258``, or a path ``/Objects/2:Line/2:Speed``.
"""

from __future__ import annotations

from collections.abc import Sequence

from arkwright.core.catalog import Inlet, Source, Step, Suggestion
from arkwright.core.plant import Connection, Signal

# asyncua takes half a second and 30 MB to load: only a connection that uses it pays.


async def read(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Run one session until the server is lost or the task is cancelled."""
    from arkwright.connect.opcua_session import run_session

    await run_session(connection, signals, inlet)


async def browse(connection: Connection) -> list[Suggestion]:
    """Walk the variables of the server and suggest a signal for each."""
    from arkwright.connect.opcua_browse import browse_server

    return await browse_server(connection)


async def diagnose(connection: Connection) -> list[Step]:
    """Try each step of a connection and say which works."""
    from arkwright.connect.opcua_probe import probe_server

    return await probe_server(connection)


SOURCE = Source(
    name="opcua",
    title="OPC UA",
    schemes=("opc.tcp",),
    read=read,
    browse=browse,
    diagnose=diagnose,
    settings={
        "user": "User name; empty for anonymous.",
        "password": "Password of the user.",
        "security": "Security policy: None, Basic256Sha256, Aes128Sha256RsaOaep, Aes256Sha256RsaPss.",
        "mode": "With a security policy: SignAndEncrypt or Sign.",
        "certificate_folder": "Folder for our certificate (made if missing) and the servers' trusted ones.",
        "timeout_s": "Longest wait for an answer. [s]",
        "publish_ms": "Time between two messages of the server. [ms]",
        "sampling_ms": "Time between two samples at the server; 0 reports every change. [ms]",
        "queue": "Values that the server keeps for each signal between two messages, 50 or more.",
        "session_s": "How long the server shall keep the session after a cut, to replay what was missed. [s]",
        "browse_root": "Node to browse from; empty for Objects.",
        "browse_depth": "Levels to browse.",
        "browse_limit": "Variables to suggest at most.",
    },
    replays="After a cut of the line the server replays its messages (Republish); after its restart nothing.",
    example_url="opc.tcp://plc.example:4840",
)
