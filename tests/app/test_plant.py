"""A whole site in one process: opened, run against servers of its own, stopped, opened again."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from arkwright.app.demo.plant import start_plant
from arkwright.app.plant import open_plant
from arkwright.app.site import data_dir
from arkwright.app.status import read_status
from arkwright.app.uses import ranked
from arkwright.core.errors import HistoryError, SiteError

SITE = 'schema = 1\nname = "s"\n[connections.c]\nprotocol = "{protocol}"\nurl = "{url}"\n'
ASSETS = "asset,parent,class\nworks,,area\np1,works,pump\n"
SIGNALS = "signal,asset,quantity,unit,connection,address\np1.t,p1,temperature,degC,c,{address}\n"


def make_site(folder, protocol, url, address="x"):
    folder.mkdir()
    (folder / "site.toml").write_text(SITE.format(protocol=protocol, url=url))
    (folder / "assets.csv").write_text(ASSETS)
    (folder / "signals.csv").write_text(SIGNALS.format(address=address))
    return folder


async def run_until(plant, is_done, within_s):
    running = asyncio.ensure_future(plant.run())
    try:
        async with asyncio.timeout(within_s):
            while not is_done():
                assert not running.done(), running.exception()
                await asyncio.sleep(0.1)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.timeout(180)
async def test_the_demo_works_is_read_whole_and_goes_on_after_a_restart(tmp_path):
    with start_plant(seed=7, folder=tmp_path / "works") as works:
        with open_plant(works.folder) as plant:
            names = list(plant.site.signals)
            values = [s for s in names if plant.site.signals[s].kind == "value"]
            seen = lambda: [s for s in values if plant.live.value(s, 0).time is not None]  # noqa: E731
            # Live values show before they are committed: the test waits for both.
            stored = lambda: plant.history.last().num_rows  # noqa: E731
            await run_until(plant, lambda: len(seen()) == len(values) <= stored(), 60)
            assert all(line.health.refusals == 0 for line in plant.lines.values())
        with open_plant(works.folder) as plant:
            # The last values are there before anything is read anew.
            assert [s for s in values if plant.live.value(s, 0).time is None] == []
            before = plant.intake.commits
            await run_until(plant, lambda: plant.intake.commits >= before + 3, 30)
            assert read_status(plant.home, datetime.now(UTC))["running"] is False


async def test_a_server_that_is_not_there_is_lost_and_becomes_a_card(tmp_path, free_port):
    folder = make_site(tmp_path / "s", "modbus", f"modbus://127.0.0.1:{free_port}", "holding:0")
    with open_plant(folder) as plant:
        lost = lambda: any("'c'" in c.text for c in ranked(plant.ledger, plant.now()))  # noqa: E731
        await run_until(plant, lost, 60)
        assert plant.lines["c"].state() in ("lost", "connecting")
        assert not plant.connected("c")
        said = json.loads((data_dir(plant.site, folder) / "status.json").read_text())
        assert said["connections"]["c"]["error"]


def test_an_unknown_protocol_is_refused_with_the_known_ones(tmp_path):
    folder = make_site(tmp_path / "s", "profinet", "profinet://x")
    with pytest.raises(SiteError, match=r"profinet.*opcua"):
        open_plant(folder)


def test_a_second_process_is_told_who_runs_the_site(tmp_path):
    folder = make_site(tmp_path / "s", "modbus", "modbus://127.0.0.1:1", "holding:0")
    with open_plant(folder), pytest.raises(HistoryError, match="is writing here already"):
        open_plant(folder)
    open_plant(folder).close()
