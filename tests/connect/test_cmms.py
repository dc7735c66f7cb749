"""Filing work orders over REST, against a real server with its own store and faults."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.connect.cmms_server import KEY, Cmms
from tests.servers import unused_port

from arkwright.connect.cmms import file, read
from arkwright.connect.cmms_fields import CmmsSettings
from arkwright.core.errors import SourceError
from arkwright.core.work import Job, WorkOrder

NOW = datetime(2026, 3, 3, 3, tzinfo=UTC)


@pytest.fixture
def cmms():
    server = Cmms()
    yield server
    server.stop()


def settings(cmms, **more):
    return CmmsSettings(cmms.url, KEY, "works", **({"timeout_s": 0.4} | more))


def order(order_id="WO-2026-00001", asset="p1", **job):
    given = {"title": "Pump 1: bearing", "description": "Replace it.", "priority": "urgent", "within_h": 8.0}
    work = Job(
        asset=asset, finding_ids=("f",), duration_h=4.0, failure_mode="VIB", activity="1", **(given | job)
    )
    return WorkOrder(order_id, "c", work, "open", "li", NOW, NOW + timedelta(hours=8))


class Waits(list):
    """Instead of waiting, notes for how long it should."""

    def __call__(self, seconds):
        self.append(seconds)


def test_an_order_arrives_with_its_fields(cmms):
    [receipt] = file([order()], settings(cmms))
    assert (receipt.state, receipt.remote_id, receipt.number, receipt.text) == ("filed", "17", "WO000017", "")
    row = cmms.orders[17]
    assert row["title"] == "[works WO-2026-00001] Pump 1: bearing"
    assert row["description"].startswith("Replace it.\n\nAsset: p1\nPriority: urgent\nApproved by li")
    assert "ISO 14224: failure mode VIB, activity 1" in row["description"]
    assert (row["priority"], row["dueDate"], row["estimatedDuration"]) == (
        "HIGH",
        "2026-03-03T11:00:00.000Z",
        4.0,
    )
    assert row["asset"] == {"id": 7}


@pytest.mark.parametrize("keeps_custom_id", [False, True])
def test_filing_again_finds_the_first(keeps_custom_id):
    cmms = Cmms(keeps_custom_id=keeps_custom_id)
    file([order()], settings(cmms))
    [again] = file([order()], settings(cmms))
    cmms.stop()
    assert (again.state, again.remote_id) == ("found", "17")
    assert len(cmms.orders) == 1


def test_a_longer_number_is_another_order(cmms):
    first, second = file([order("WO-2026-000011"), order("WO-2026-00001")], settings(cmms))
    assert (first.state, second.state) == ("filed", "filed")
    assert len(cmms.orders) == 2


def test_two_sites_that_share_the_system_do_not_take_each_others_orders(cmms):
    file([order()], settings(cmms))
    [other] = file([order()], replace(settings(cmms), prefix="mill"))
    assert other.state == "filed"
    assert len(cmms.orders) == 2


@pytest.mark.parametrize("fault", ["kept, then silence", "kept, then cut"])
def test_an_order_that_was_kept_though_the_answer_was_lost_is_not_filed_twice(cmms, fault):
    cmms.faults.append(fault)
    [receipt] = file([order()], settings(cmms), wait=Waits())
    assert (receipt.state, receipt.remote_id) == ("filed", "17")
    assert len(cmms.orders) == 1


def test_a_broken_server_is_tried_again_later_and_later(cmms):
    cmms.faults.extend(["500", "500", "500"])
    waits = Waits()
    [receipt] = file([order()], settings(cmms), wait=waits)
    assert receipt.state == "filed"
    assert waits == [0.5, 1.0, 2.0]


def test_a_server_that_asks_for_patience_gets_it(cmms):
    cmms.faults.append("429")
    waits = Waits()
    file([order()], settings(cmms), wait=waits)
    assert waits == [3.0, 0.5]


def test_an_order_that_is_refused_does_not_hold_up_the_others(cmms):
    cmms.faults.extend(["400"])
    kept = []
    bad, good = file([order("WO-1"), order("WO-2")], settings(cmms), keep=kept.append)
    assert (bad.state, good.state) == ("failed", "filed")
    assert "400 title is too strange" in bad.text
    assert kept == [bad, good]


def test_an_order_that_fails_every_try_says_so_and_the_next_is_tried(cmms):
    cmms.faults.extend(["500"] * 4)
    bad, good = file([order("WO-1"), order("WO-2")], settings(cmms), wait=Waits())
    assert "no answer in 4 tries: 500" in bad.text
    assert good.state == "filed"


def test_what_stands_there_twice_is_told_and_the_first_counts(cmms):
    cmms.faults.append("twice")
    [receipt] = file([order()], settings(cmms), wait=Waits())
    assert receipt.remote_id == "17"
    assert receipt.text == "stands there more than once: 17 counts, delete 18"


def test_a_wrong_key_stops_at_the_first_order_and_is_never_shown(cmms):
    wrong = replace(settings(cmms), token="other-key")
    first, second = file([order("WO-1"), order("WO-2")], wrong)
    assert "refuses the key (401): no such key: ***" in first.text
    assert second.text.startswith("not tried: ")
    assert len(cmms.requests) == 1
    assert "other-key" not in repr((first, second, wrong))


def test_a_server_that_echoes_the_key_does_not_get_it_shown(cmms):
    cmms.faults.extend(["500"] * 4)
    [receipt] = file([order()], settings(cmms), wait=Waits())
    assert "broken near ***" in receipt.text


def test_a_server_that_is_not_there_fails_all_orders_and_does_not_try_each(cmms):
    nowhere = replace(settings(cmms), url=f"http://127.0.0.1:{unused_port()}")
    waits = Waits()
    first, second = file([order("WO-1"), order("WO-2")], nowhere, wait=waits)
    assert "does not answer" in first.text
    assert second.text.startswith("not tried")
    assert len(waits) == 3


def test_the_key_is_not_carried_to_where_a_redirect_leads(cmms):
    cmms.faults.append("redirect")
    [receipt] = file([order()], settings(cmms), wait=Waits())
    assert (receipt.state, cmms.orders) == ("failed", {})
    assert receipt.text.startswith("127.0.0.1")
    assert "302" in receipt.text


def test_a_key_does_not_go_over_the_net_in_plain_text():
    with pytest.raises(SourceError, match="plain text"):
        file([order()], CmmsSettings("http://cmms.example.com", KEY, "works"))
    with pytest.raises(SourceError, match="wanted where"):
        file([order()], CmmsSettings("cmms.example.com", KEY, "works"))


def test_the_key_can_be_sent_as_a_bearer(cmms):
    [receipt] = file([order()], replace(settings(cmms), auth="bearer"))
    assert receipt.state == "filed"


@pytest.mark.parametrize(("asset", "found"), [("p1", 7), ("f1", 8), ("m1", None)])
def test_an_asset_is_found_by_its_id_or_name_there(cmms, asset, found):
    [receipt] = file([order(asset=asset)], settings(cmms))
    assert cmms.orders[17].get("asset") == (None if found is None else {"id": found})
    assert receipt.text == ("" if found else "no asset there is 'm1': the order stands without one")


def test_two_assets_of_one_name_are_not_guessed_between(cmms):
    cmms.assets.append({"id": 9, "name": "p1"})
    file([order()], settings(cmms))
    assert "asset" not in cmms.orders[17]
    file([order("WO-2")], replace(settings(cmms), assets={"p1": 9}))
    assert cmms.orders[18]["asset"] == {"id": 9}


def test_texts_that_are_too_long_are_cut_at_the_words_of_the_job(cmms):
    [receipt] = file([order(title="t" * 900, description="d" * 20_000)], settings(cmms))
    assert receipt.state == "filed"
    row = cmms.orders[17]
    assert len(row["title"]) == 255
    assert len(row["description"]) == 10_000
    assert "begin the feedback with right, wrong or unsure" in row["description"]


# -------------------------------------------------------------------------------------------- reading back
@pytest.mark.parametrize(
    ("feedback", "verdict", "note"),
    [
        ("Right: spall on the outer race", "right", "spall on the outer race"),
        ("wrong - loose cover", "wrong", "loose cover"),
        ("rightly so", "unsure", "rightly so"),
        ("", "unsure", ""),
    ],
)
def test_an_order_that_is_done_brings_its_verdict(cmms, feedback, verdict, note):
    file([order()], settings(cmms))
    cmms.close_order(17, feedback=feedback, completedOn="2026-03-04T05:00:00.000+00:00",
                     completedBy={"firstName": "Li", "lastName": "Wei"})  # fmt: skip
    [found] = read({"WO-2026-00001": "17"}, settings(cmms))
    assert (found.state, found.verdict, found.note, found.person) == ("done", verdict, note, "Li Wei")
    assert found.closed_at == datetime(2026, 3, 4, 5, tzinfo=UTC)


def test_a_time_may_come_in_milliseconds(cmms):
    file([order()], settings(cmms))
    cmms.close_order(17, completedOn=int(NOW.timestamp() * 1000))
    [found] = read({"WO-2026-00001": "17"}, settings(cmms))
    assert found.closed_at == NOW


def test_what_cannot_be_read_says_why_and_does_not_hold_up_the_others(cmms):
    file([order()], settings(cmms))
    cmms.orders[17]["status"] = "PARKED"
    gone, odd = read({"WO-9": "99", "WO-2026-00001": "17"}, settings(cmms))
    assert (gone.state, odd.state) == (None, None)
    assert "404 Not found" in gone.text
    assert odd.text == "status 'PARKED' is not known"
