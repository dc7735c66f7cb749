"""Judging in a plant: ticks kept whole, once, and nothing that a check does stops the others."""

from tests.app.works import SECOND_US, START_US, make_site, open_works

from arkwright.app.rejudge import compare_with_ledger
from arkwright.health.examine import checks


async def hot_hour(works, first_s=0, last_s=60, hot_from_s=20):
    """A minute of readings once a second; the temperature of the first pump is too high from a second on."""
    for second in range(first_s, last_s):
        at = START_US + second * SECOND_US
        works.clock[0] = at + 300_000
        temp = 99.0 if second >= hot_from_s else 60.0
        rows = [("P0000.temp", at, temp), ("P0000.pressure", at, 3.0)]
        await works.take(rows)
        await works.take([("P0001.temp", at, 50.0), ("P0001.pressure", at, 3.0)], line="plc1")
        await works.judging.step()


async def test_a_reading_beyond_its_limit_becomes_a_finding_a_card_and_a_tick(tmp_path):
    with open_works(tmp_path, make_site(2)) as works:
        await hot_hour(works)
        with works.ledger.view() as view:
            found = [f for f in view.findings() if f.check == "limit"]
            cards = view.cards()
            ticks = view.ticks("limit")
    assert [(f.asset, f.cause, f.band) for f in found] == [("P0000", "overheating", "act")]
    assert [c.asset for c in cards if c.payload.get("check") == "limit"] == ["P0000"]
    assert [end for end, _ in ticks] == [START_US + s * SECOND_US for s in range(10, 60, 10)]


async def test_judging_again_gives_what_was_kept(tmp_path):
    with open_works(tmp_path, make_site(2)) as works:
        await hot_hour(works)
        for compared in compare_with_ledger(works.site, works.history, works.ledger, checks()):
            assert compared.equal, compared
