"""Work orders from approval to the label of the finding, on SQLite and PostgreSQL."""

import csv
import io
import json
import threading

import pytest
from tests.app.troubles import DAY, FAULTS, HOUR, NOW, SITE, found, hire, over
from tests.ledgers import ENGINES, fresh_ledger_url

from arkwright.app.export import cards_as_csv, cards_as_json, orders_as_csv, orders_as_json
from arkwright.app.uses import approve, hand_over, label, move, offer, ranked
from arkwright.core.errors import FeedError
from arkwright.core.tables import to_us
from arkwright.history.lake import Lake
from arkwright.history.ledger import open_ledger
from arkwright.history.query import History


@pytest.fixture(params=ENGINES)
def url(request, tmp_path):
    return fresh_ledger_url(request.param, request, tmp_path)


@pytest.fixture
def ledger(url):
    opened = open_ledger(url)
    hire(opened)
    yield opened
    opened.close()


def give(ledger, *findings, now=NOW):
    with ledger.change() as change:
        change.add_findings(list(findings))
        return offer(change, SITE, FAULTS, findings, now)


def approved(ledger, *findings):
    [card] = give(ledger, *(findings or (found(),)))
    return approve(ledger, SITE, card.id, "li", NOW)


def labels(ledger):
    with ledger.view() as view:
        return {(each.finding_id, each.cause, each.verdict, each.person) for each in view.labels()}


def finish(ledger, order, verdict=None, now=NOW + DAY, note=""):
    move(ledger, order.id, "in_progress", "li", NOW + HOUR)
    return move(ledger, order.id, "done", "li", now, verdict=verdict, note=note)


def test_an_order_that_is_done_labels_every_finding_behind_it(ledger):
    early, late = found("watch", at=NOW - HOUR), found("act", at=NOW)
    order = approved(ledger, early, late)
    done = finish(ledger, order, "right", note="spall on the outer race")
    assert (done.state, done.verdict, done.closed_at) == ("done", "right", NOW + DAY)
    assert labels(ledger) == {(f.id, "outer_race", "right", "li") for f in (early, late)}


def test_an_order_that_is_done_without_a_verdict_labels_nothing_until_somebody_says(ledger):
    order = finish(ledger, approved(ledger))
    assert labels(ledger) == set()
    label(ledger, order.id, "wrong", "ana", NOW + 2 * DAY, note="bearing was fine")
    assert labels(ledger) == {(found().id, "outer_race", "wrong", "ana")}


def test_only_an_order_that_is_done_can_be_labelled(ledger):
    order = approved(ledger)
    with pytest.raises(FeedError, match="wanted an order that is done"):
        label(ledger, order.id, "right", "li", NOW)
    with pytest.raises(FeedError, match="a verdict when it is done"):
        move(ledger, order.id, "in_progress", "li", NOW, verdict="right")


def test_the_state_machine_refuses_what_it_does_not_know(ledger):
    order = approved(ledger)
    with pytest.raises(FeedError, match="open cannot become done"):
        move(ledger, order.id, "done", "li", NOW, verdict="right")
    finish(ledger, order, "right")
    with pytest.raises(FeedError, match="done cannot become in_progress"):
        move(ledger, order.id, "in_progress", "li", NOW + 2 * DAY)


def test_who_may_only_look_moves_nothing(ledger):
    order = approved(ledger)
    with pytest.raises(FeedError, match="tom is viewer"):
        move(ledger, order.id, "in_progress", "tom", NOW)


def test_once_mended_the_trouble_is_new_if_it_is_found_in_readings_from_after_the_repair(ledger):
    order = finish(ledger, approved(ledger), "right", now=NOW + DAY)
    give(ledger, found(at=NOW + DAY + HOUR / 2), now=NOW + DAY + HOUR)  # its window began before the repair
    assert ranked(ledger, NOW + DAY + HOUR) == []
    give(ledger, found(at=NOW + 3 * DAY), now=NOW + 3 * DAY)
    [card] = ranked(ledger, NOW + 3 * DAY)
    second = approve(ledger, SITE, card.id, "li", NOW + 3 * DAY)
    assert (order.id, second.id) == ("WO-2026-00001", "WO-2026-00002")


def test_a_finding_that_was_wrong_does_not_come_back_the_next_hour(ledger):
    finish(ledger, approved(ledger), "wrong", note="a loose cover")
    give(ledger, found(at=NOW + 2 * DAY), now=NOW + 2 * DAY)
    assert ranked(ledger, NOW + 2 * DAY) == []
    [card] = ranked(ledger, NOW + 2 * DAY, ("rejected",))
    assert card.reason == "WO-2026-00001: the finding was wrong. a loose cover"


def test_a_cancelled_order_leaves_the_trouble_open(ledger):
    order = approved(ledger)
    move(ledger, order.id, "cancelled", "li", NOW + HOUR, note="no spares")
    [card] = ranked(ledger, NOW + HOUR)
    assert card.payload["returned"] == "work order WO-2026-00001 was cancelled"
    assert approve(ledger, SITE, card.id, "li", NOW + 2 * HOUR).id == "WO-2026-00002"


def test_a_trouble_that_goes_by_itself_leaves_its_order_open(ledger):
    order = approved(ledger)
    give(ledger, over(NOW + HOUR), now=NOW + HOUR)
    with ledger.view() as view:
        assert view.order(order.id).state == "open"
        assert view.card(order.card_id).state == "approved"


# ------------------------------------------------------------------------------------------- back to history
def test_a_closed_order_returns_as_an_event_of_history_exactly_once(ledger, tmp_path):
    order = finish(ledger, approved(ledger), "right", note="spall")
    with Lake(tmp_path / "history", now=lambda: NOW + DAY) as lake:
        with ledger.view() as view:
            posted = view.outbox()
        assert hand_over(ledger, lake) == 1
        with ledger.change() as change:  # a power cut after history had it and before the ledger forgot it
            change.post(posted[0])
        assert hand_over(ledger, lake) == 1
        assert hand_over(ledger, lake) == 0
        [event] = History(lake).events(NOW, NOW + 2 * DAY, kinds=["order_closed"]).to_pylist()
    assert (event["subject"], to_us(event["start"])) == ("p1", to_us(NOW + DAY))
    detail = json.loads(event["detail"])
    assert (detail["order"], detail["verdict"], detail["cause"]) == (order.id, "right", "outer_race")
    assert detail["finding_ids"] == [found().id]


# ------------------------------------------------------------------------------------------- all at once
def test_many_people_who_approve_at_once_make_one_order(url):
    first = open_ledger(url)
    hire(first)
    [card] = give(first, found())
    orders, gate = [], threading.Barrier(6)

    def press(name):
        own = open_ledger(url)
        gate.wait()
        orders.append(approve(own, SITE, card.id, name, NOW))
        own.close()

    threads = [threading.Thread(target=press, args=(name,)) for name in ("li", "ana") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {o.id for o in orders} == {"WO-2026-00001"}
    assert len(orders) == 6
    with first.view() as view:
        assert len(view.orders()) == 1
        assert [a.act for a in view.acts() if a.subject == card.id] == ["approved"]
    assert first.verify_audit() is None
    first.close()


# ------------------------------------------------------------------------------------------------ export
def test_orders_export_all_fields(ledger):
    order = finish(ledger, approved(ledger), "right")
    [row] = csv.DictReader(io.StringIO(orders_as_csv([order])))
    assert row["id"] == "WO-2026-00001"
    assert row["due"] == order.due.isoformat() == "2026-03-17T03:00:00+00:00"
    assert row["job_spares"] == "rolling bearing 6205"
    assert (row["job_failure_mode"], row["job_activity"], row["job_priority"]) == ("VIB", "1", "high")
    assert json.loads(row["evidence"])["check"] == "bearing"
    [plain] = orders_as_json([order])
    assert plain["job"]["duration_h"] == 4.0
    assert plain["closed_at"] == "2026-03-04T03:00:00+00:00"
    assert json.loads(json.dumps(plain)) == plain


def test_cards_export_even_where_they_draft_no_work(ledger):
    give(ledger, found(), found(asset="m1", location=""))
    rows = list(csv.DictReader(io.StringIO(cards_as_csv(ranked(ledger, NOW)))))
    assert [r["worth"] for r in rows] == ["46000.0", ""]
    assert len(cards_as_json(ranked(ledger, NOW))) == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1"])
def test_a_cell_is_never_a_formula(ledger, text):
    [card] = give(ledger, found(text=text))
    [row] = csv.DictReader(io.StringIO(cards_as_csv([card])))
    assert row["text"] == "'" + text
