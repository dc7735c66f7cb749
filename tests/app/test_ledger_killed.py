"""The database of the ledger dies while a plant judges: readings go on, no tick is lost or told twice."""

import time

import pytest
from tests.app.works import SECOND_US, START_US, make_site, open_works
from tests.ledgers import fresh_ledger_url
from tests.servers import Postgres

from arkwright.app.rejudge import compare_with_ledger
from arkwright.core.errors import ArkwrightError
from arkwright.core.tables import from_us
from arkwright.health.examine import checks

pytestmark = pytest.mark.peers


async def ten_seconds(works, number):
    """Ten seconds of readings, the first pump too hot in every third; what is due is judged."""
    for second in range(10 * number, 10 * number + 10):
        works.clock[0] = START_US + second * SECOND_US + 300_000
        hot = 99.0 if number % 3 else 60.0
        await works.take([("P0000.temp", START_US + second * SECOND_US, hot)])
    works.clock[0] = START_US + (10 * number + 12) * SECOND_US
    await works.intake.drain()


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
async def test_a_killed_postgres_costs_no_tick_no_finding_and_no_reading(
    tmp_path, request, postgres: Postgres, kills
):
    url = fresh_ledger_url("postgresql", request, tmp_path)
    with open_works(tmp_path, make_site(1), ledger_url=url) as works:
        await ten_seconds(works, 0)
        await works.judging.step()
        for number in range(1, kills + 1):
            postgres.kill()
            await ten_seconds(works, number)
            with pytest.raises(ArkwrightError, match="the ledger cannot be used"):
                await works.judging.step()
            assert "failing" in {c["state"] for c in works.judging.status()["checks"].values()}
            began = time.monotonic()
            postgres.start()
            postgres.wait_until_ready()
            assert await works.judging.step() > 0
            assert time.monotonic() - began < 10
        ends = [START_US + 10 * n * SECOND_US for n in range(1, kills + 2)]
        with works.ledger.view() as view:
            assert [end for end, _ in view.ticks("limit")] == ends
            found = [f.id for f in view.findings()]
        assert len(found) == len(set(found))
        rows = works.history.window(["P0000.temp"], from_us(START_US), from_us(works.clock[0]))
        assert rows.num_rows == 10 * (kills + 1)
        for compared in compare_with_ledger(works.site, works.history, works.ledger, checks()):
            assert compared.equal, compared
