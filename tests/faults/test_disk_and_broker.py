"""A whole plant on a disk that fills up, and with a broker that is away for a minute."""

import asyncio
from datetime import UTC, datetime

import pytest
from tests.faults.site import Feeder, fill, make_site, on_disk, open_site, running, small_disk, speeds, until

from arkwright.app.status import status_of
from arkwright.app.stores import history_folder
from arkwright.core.tables import from_us
from arkwright.history.query import History

pytestmark = pytest.mark.peers


async def test_a_full_disk_is_told_loses_nothing_acknowledged_and_the_plant_goes_on_by_itself(
    tmp_path, mosquitto
):
    folder = make_site(tmp_path / "s", mosquitto.port)
    with small_disk(tmp_path / "disk", "8m") as disk:
        home, ballast = disk / "home", disk / "ballast"
        plant, kept = open_site(folder, home)
        feeder = Feeder(mosquitto.port, 0.01)
        with plant:
            async with running(plant), feeder.running(datetime.now(UTC)):
                await until(lambda: len(speeds(kept)) > 50)
                await asyncio.to_thread(fill, ballast)
                await until(lambda: plant.intake.error)
                assert "Make room" in plant.intake.error
                assert plant.intake.error in status_of(plant)["errors"]
                held = len(kept)
                await asyncio.sleep(1.0)
                assert len(kept) == held  # nothing is acknowledged that could not be kept
                assert set(speeds(kept)) <= set(speeds(await asyncio.to_thread(on_disk, home)))
                assert len(feeder.sent) > max(speeds(kept)) + 50
                ballast.unlink()
                await until(lambda: not plant.intake.error)
                feeder.is_paused = True
                await until(lambda: set(speeds(kept)) == set(feeder.sent))
                assert status_of(plant)["errors"] == []
        assert speeds(on_disk(home)) == feeder.sent


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_broker_that_is_away_for_a_minute_costs_an_edge_node_that_queues_nothing(tmp_path, mosquitto):
    folder, home = make_site(tmp_path / "s", mosquitto.port), tmp_path / "home"
    plant, kept = open_site(folder, home)
    feeder = Feeder(mosquitto.port, 0.1)
    with plant:
        async with running(plant), feeder.running(datetime.now(UTC)):
            await until(lambda: len(speeds(kept)) > 20)
            # A broker killed with what it has not written yet forgets it: nothing is on its way just now.
            feeder.is_paused = True
            await until(lambda: set(speeds(kept)) == set(feeder.sent))
            await asyncio.sleep(1.5)
            mosquitto.kill()
            feeder.is_paused = False
            await asyncio.sleep(60)
            assert plant.lines["sp"].state() != "running"
            held = len(speeds(kept))
            assert len(feeder.sent) > held + 300
            await asyncio.to_thread(mosquitto.start)
            assert await until(lambda: plant.lines["sp"].state() == "running") < 10
            assert await until(lambda: len(speeds(kept)) > held) < 10
            await asyncio.sleep(12)  # an absence that history does not fill is told as a gap after 10 s
            feeder.is_paused = True
            await until(lambda: set(speeds(kept)) == set(feeder.sent))
    assert speeds(on_disk(home)) == feeder.sent
    events = History(history_folder(home)).events(from_us(0), from_us(2**52)).column("kind").to_pylist()
    assert not {"gap", "correction", "refusal"} & set(events)
