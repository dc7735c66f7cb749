"""Our Modbus client against a modbus-serial server in a process of its own."""

from pathlib import Path

import pytest
from tests.connect.opcua_harness import Inlet, connection, has_no_doubles, running, signal
from tests.servers import Node

from arkwright.connect.modbus import SOURCE
from arkwright.core.errors import SourceError

pytestmark = [pytest.mark.peers, pytest.mark.timeout(120)]
SCRIPT = Path(__file__).parents[1] / "peers" / "modbus_server.cjs"

SIGNALS = [
    signal("oven.temperature", "holding:40001:float32:be", "temperature", "degC"),
    signal("oven.draught", "holding:2:float32:cdab", "pressure", "mbar"),
    signal("oven.count", "holding:10"),
    signal("oven.flow", "input:100:int16*0.1", "volume_flow", "m3/h"),
    signal("oven.lit", "coil:17", "state"),
    signal("oven.shut", "discrete:17", "state"),
    signal("oven.broken", "holding:40"),
    signal("oven.ghost", "holding:101"),
    signal("oven.typo", "register:5"),
]


@pytest.fixture
def server(tmp_path, peer):
    peer("modbus-serial")
    server = Node(SCRIPT, tmp_path)
    server.start()
    yield server
    server.kill()


def device(port, **settings):
    return connection("modbus", f"modbus://127.0.0.1:{port}", **{"unit": 7, "period_s": 0.1} | settings)


async def test_values_arrive_in_canonical_units_stamped_on_receipt(server):
    inlet = Inlet()
    async with running(SOURCE, device(server.port), SIGNALS, inlet):
        await inlet.until(lambda: len(inlet.rows("oven.count")) > 5)
    last = {r["signal"]: r for r in inlet.rows()}
    assert last["oven.temperature"]["value"] == 21.5
    assert last["oven.draught"]["value"] == pytest.approx(-4.25e-3)
    assert last["oven.flow"]["value"] == pytest.approx(30.0)
    assert (last["oven.lit"]["value"], last["oven.shut"]["value"]) == (1.0, 0.0)
    assert (last["oven.broken"]["value"], last["oven.broken"]["status"]) == (None, 0x808B_0000)
    assert {r["origin"] for r in inlet.rows()} == {"server"}
    assert has_no_doubles(inlet.rows()) is True
    assert inlet.refused() == {"oven.ghost", "oven.typo"}


async def test_a_scan_needs_consent_and_suggests_what_is_not_zero(server):
    with pytest.raises(SourceError, match="no range to scan"):
        await SOURCE.browse(device(server.port))
    found = await SOURCE.browse(device(server.port, browse_range="holding:0-120"))
    by_address = {s.address: s for s in found}
    assert by_address["7/holding:0:float32:be"].sample == "21.5"
    assert by_address["7/holding:2:float32:cdab"].sample == "-4.25"
    assert all(s.confidence < 0.2 and "manual" in s.why for s in found)


async def test_diagnose_names_the_step_that_fails(server, free_port):
    assert all(step.passed for step in await SOURCE.diagnose(device(server.port)))
    closed = await SOURCE.diagnose(device(free_port))
    assert [s.passed for s in closed] == [True, False] and "server runs" in closed[-1].text
