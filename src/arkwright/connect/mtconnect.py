"""MTConnect: the observations of an agent, none twice and none missed that its buffer still holds.

Addresses: the id of a data item (``Xpos``), its name (``Mazak/Xact`` where two devices use one name), one
part of a vector or of a data set (``Ppos#x``, ``wear#T12``).
"""

from __future__ import annotations

from collections.abc import Sequence

from arkwright.core.catalog import Inlet, Source, Step, Suggestion
from arkwright.core.plant import Connection, Signal

# httpx and lxml are loaded only by a connection that uses them.


async def read(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Follow the agent until it is lost or the task is cancelled."""
    from arkwright.connect.mtconnect_session import run_session

    await run_session(connection, signals, inlet)


async def browse(connection: Connection) -> list[Suggestion]:
    """Read the device model and suggest a signal for each data item."""
    from arkwright.connect.mtconnect_browse import browse_agent

    return await browse_agent(connection)


async def diagnose(connection: Connection) -> list[Step]:
    """Try each step of a connection and say which works."""
    from arkwright.connect.mtconnect_browse import probe_agent

    return await probe_agent(connection)


SOURCE = Source(
    name="mtconnect",
    title="MTConnect",
    schemes=("http", "https", "mtconnect"),
    read=read,
    browse=browse,
    diagnose=diagnose,
    settings={
        "interval_ms": "Shortest time between two documents of the stream, or two polls. [ms]",
        "heartbeat_ms": "Longest silence of the agent's stream. [ms]",
        "count": "Observations in one document at most.",
        "start": "At the first session: 'oldest' takes what the agent's buffer holds, 'now' does not.",
        "path": "XPath that chooses data items, where an agent serves many that no signal needs.",
        "timeout_s": "Longest wait for an answer. [s]",
        "max_document_mb": "Largest document that is taken. [MB]",
        "user": "User name, where a proxy before the agent asks for one.",
        "password": "Password of the user.",
        "ca_file": "Certificates to trust over https, where they are the plant's own.",
    },
    replays="What the agent's buffer still holds, by sequence number; beyond it, and after the agent's"
    " restart, a gap event with both ends.",
    example_url="http://agent.example:5000",
)
