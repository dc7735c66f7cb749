"""A node-opcua client, which knows nothing of us, browses, reads and watches the demo works' server."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from tests.connect.hall import PEERS
from tests.servers import require_peer

from arkwright.connect.opcua import SOURCE
from arkwright.core.plant import Connection

pytestmark = [pytest.mark.peers, pytest.mark.timeout(180)]
SECONDS = 3


@pytest.fixture
def works(free_port):
    """The OPC UA process of the demo works; it ends with its standard input."""
    words = ["opcua", "--port", str(free_port), "--start", datetime.now(UTC).isoformat()]
    process = subprocess.Popen(
        [sys.executable, "-m", "arkwright.app.demo.serve.role", *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    yield json.loads(process.stdout.readline())["ready"]
    process.stdin.close()
    process.wait(15)
    process.stdout.close()


def ask(url):
    command = [str(require_peer("node")), str(PEERS / "opcua_client.cjs"), url, str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, stdin=subprocess.DEVNULL)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert rows[-1] == {"done": True}, done.stdout[-2000:]
    return rows


async def test_a_foreign_client_sees_what_our_own_browsing_sees_and_values_that_move(works, peer):
    peer("node-opcua")
    ours = await SOURCE.browse(Connection("works", "opcua", works))
    rows = await asyncio.to_thread(ask, works)
    read = {row["nodeId"].rpartition(";s=")[2]: row for row in rows if "read" in row}
    signals = {s.address.rpartition(";s=")[2]: s for s in ours if s.unit and s.confidence > 0.9}
    assert len(signals) > 40
    assert set(signals) <= set(read)
    assert {read[name]["unit"] for name in read if name.endswith(":unit")} >= {"rpm", "degC", "g"}

    waves = [name for name, s in signals.items() if s.kind == "waveform"]
    assert waves
    assert all(read[name]["type"] == "Float" and signals[name].rate_hz for name in waves)

    # A value that moves has a source time that rises with each report, and no report comes twice.
    changed = {row["changed"]: row["list"] for row in rows if "changed" in row}
    moving = [reports for reports in changed.values() if len(reports) > 2]
    assert len(moving) > 10
    for reports in moving:
        times = [time for time, _ in reports]
        assert times == sorted(set(times))
        assert {status for _, status in reports} == {0}
