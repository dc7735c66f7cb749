"""Orders of the ledger go to the maintenance system once, and their end comes back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.app.troubles import DAY, FAULTS, HOUR, NOW, SITE, found, hire
from tests.connect.cmms_server import KEY, Cmms

from arkwright.app.cmms import LEASE, cmms_settings, file_orders, read_back
from arkwright.app.uses import approve, move, offer
from arkwright.core.errors import FeedError, SiteError
from arkwright.history.ledger import open_ledger


@pytest.fixture
def cmms():
    server = Cmms()
    yield server
    server.stop()


@pytest.fixture
def ledger(tmp_path):
    opened = open_ledger(tmp_path / "ledger.db", synchronous="OFF")
    hire(opened)
    yield opened
    opened.close()


def site_with(cmms, **more):
    return replace(SITE, settings={"cmms": {"url": cmms.url, "token": KEY, "timeout_s": 1.0} | more})


def approved(ledger, **more):
    finding = found(**more)
    with ledger.change() as change:
        change.add_findings([finding])
        offer(change, SITE, FAULTS, [finding], NOW)
    return approve(ledger, SITE, finding.subject, "li", NOW)


def no_wait(_seconds):
    pass


def test_every_order_is_filed_once_and_its_receipt_kept(cmms, ledger):
    site = site_with(cmms)
    order = approved(ledger)
    [receipt] = file_orders(ledger, site, NOW)
    assert receipt.remote_id == "17"
    assert file_orders(ledger, site, NOW) == []
    with ledger.view() as view:
        assert view.filed(cmms_settings(site).target) == {order.id: "17"}
        assert [a.act for a in view.acts()][-1] == "filed"
    assert ledger.verify_audit() is None


def test_a_receipt_that_was_lost_in_a_power_cut_is_found_again(cmms, ledger):
    site = site_with(cmms)
    approved(ledger)
    file_orders(ledger, site, NOW)
    with ledger.engine.begin() as at:
        at.exec_driver_sql("DELETE FROM filings")
    [receipt] = file_orders(ledger, site, NOW)
    assert (receipt.state, len(cmms.orders)) == ("found", 1)


def test_one_that_fails_is_tried_next_time_and_the_others_are_kept(cmms, ledger):
    site = site_with(cmms)
    approved(ledger)
    approved(ledger, location="NDE")
    cmms.faults.append("400")
    assert [r.state for r in file_orders(ledger, site, NOW)] == ["failed", "filed"]
    assert [r.state for r in file_orders(ledger, site, NOW)] == ["filed"]
    assert len(cmms.orders) == 2


def test_only_orders_that_are_open_are_filed(cmms, ledger):
    order = approved(ledger)
    move(ledger, order.id, "cancelled", "li", NOW)
    assert file_orders(ledger, site_with(cmms), NOW) == []


def test_two_processes_do_not_file_at_once(cmms, ledger):
    site = site_with(cmms)
    approved(ledger)
    seen = []

    def meanwhile(_seconds):
        with pytest.raises(FeedError, match="another process files"):
            file_orders(ledger, site, NOW)
        seen.append(True)

    cmms.faults.append("500")
    file_orders(ledger, site, NOW, wait=meanwhile)
    assert seen == [True]
    assert len(cmms.orders) == 1
    assert file_orders(ledger, site, NOW) == []  # the way is free again


def test_a_process_that_died_while_it_filed_holds_nobody_up_for_long(cmms, ledger):
    site = site_with(cmms)
    approved(ledger)

    class PowerCutError(BaseException):
        pass

    def cut(_seconds):
        with ledger.engine.begin() as at:  # what the dying process cannot do: give the lease back
            at.exec_driver_sql(
                "UPDATE facts SET value = replace(value, 'holder', 'gone') WHERE name LIKE 'filing%'"
            )
        raise PowerCutError

    cmms.faults.append("500")
    with pytest.raises(PowerCutError):
        file_orders(ledger, site, NOW, wait=cut)
    with pytest.raises(FeedError, match="another process files"):
        file_orders(ledger, site, NOW + LEASE - timedelta(seconds=1))
    assert [r.state for r in file_orders(ledger, site, NOW + LEASE)] == ["filed"]


def test_what_was_done_there_closes_the_order_and_labels_the_finding(cmms, ledger):
    site = site_with(cmms)
    order = approved(ledger)
    file_orders(ledger, site, NOW)
    cmms.close_order(17, feedback="right, spall", completedOn="2026-03-03T09:00:00Z",
                     completedBy={"firstName": "Li", "lastName": "Wei"})  # fmt: skip
    [done], unclear = read_back(ledger, site, NOW + DAY)
    assert (done.state, done.verdict, done.note, unclear) == ("done", "right", "spall", [])
    assert done.closed_at == NOW + 6 * HOUR
    with ledger.view() as view:
        [label] = view.labels()
        assert (label.finding_id, label.verdict, label.person) == (found().id, "right", "Li Wei (cmms)")
        assert [e["kind"] for e in view.outbox()] == ["order_closed"]
        assert view.card(order.card_id).state == "cleared"
        acts = [(a.person, a.act) for a in view.acts()][-2:]
    assert acts == [("Li Wei (cmms)", "moved")] * 2
    assert read_back(ledger, site, NOW + DAY) == ([], [])


@pytest.mark.parametrize(("status", "state"), [("IN_PROGRESS", "in_progress"), ("ON_HOLD", "on_hold")])
def test_an_order_follows_what_is_done_there(cmms, ledger, status, state):
    site = site_with(cmms)
    approved(ledger)
    file_orders(ledger, site, NOW)
    cmms.orders[17]["status"] = status
    assert [o.state for o in read_back(ledger, site, NOW)[0]] == [state]
    assert read_back(ledger, site, NOW)[0] == []


def test_work_that_began_here_is_not_set_back_because_nobody_said_so_there(cmms, ledger):
    site = site_with(cmms)
    order = approved(ledger)
    file_orders(ledger, site, NOW)
    move(ledger, order.id, "in_progress", "li", NOW)
    assert read_back(ledger, site, NOW)[0] == []


def test_an_order_that_was_deleted_there_is_told_and_left_as_it_is(cmms, ledger):
    site = site_with(cmms)
    order = approved(ledger)
    file_orders(ledger, site, NOW)
    del cmms.orders[17]
    moved, [unclear] = read_back(ledger, site, NOW)
    assert (moved, unclear.order_id) == ([], order.id)
    assert "404" in unclear.text


def test_a_time_that_cannot_be_is_not_believed(cmms, ledger):
    site = site_with(cmms)
    approved(ledger)
    file_orders(ledger, site, NOW)
    cmms.close_order(17, completedOn="2031-01-01T00:00:00Z")
    [done], _ = read_back(ledger, site, NOW + HOUR)
    assert done.closed_at == NOW + HOUR


def test_a_site_without_a_maintenance_system_files_nothing(ledger):
    approved(ledger)
    assert file_orders(ledger, SITE, NOW) == []
    assert read_back(ledger, SITE, NOW) == ([], [])


def test_settings_that_cannot_be_used_name_what_is_wrong(cmms, tmp_path):
    with pytest.raises(SiteError, match="tokn"):
        cmms_settings(site_with(cmms, tokn="x"))
    with pytest.raises(SiteError, match="lacks url or token"):
        cmms_settings(replace(SITE, settings={"cmms": {"url": cmms.url}}))
    (tmp_path / "secrets.toml").write_text("[cmms\n")
    with pytest.raises(SiteError, match="cannot be read"):
        cmms_settings(replace(SITE, settings={"cmms": {"url": cmms.url}}), tmp_path)


def test_the_key_may_stand_in_a_file_or_among_the_secrets(cmms, tmp_path):
    (tmp_path / "key.txt").write_text("abc\n")
    (tmp_path / "secrets.toml").write_text('[cmms]\ntoken = "xyz"\n')
    with_file = replace(SITE, settings={"cmms": {"url": cmms.url, "token_file": "key.txt"}})
    assert cmms_settings(with_file, tmp_path).token == "abc"
    assert cmms_settings(replace(SITE, settings={"cmms": {"url": cmms.url}}), tmp_path).token == "xyz"
