"""From findings to cards, decisions and work orders, on SQLite and PostgreSQL."""

import pytest
from tests.app.troubles import (
    DAY,
    FAULTS,
    HOUR,
    NOW,
    SITE,
    blind,
    found,
    hire,
    over,
)
from tests.ledgers import ENGINES, fresh_ledger_url

from arkwright.app.uses import approve, defer, move, offer, ranked, reject, reopen
from arkwright.core.errors import FeedError
from arkwright.history.ledger import open_ledger


@pytest.fixture(params=ENGINES)
def ledger(request, tmp_path):
    opened = open_ledger(fresh_ledger_url(request.param, request, tmp_path))
    hire(opened)
    yield opened
    opened.close()


def give(ledger, *findings, now=NOW):
    """Keep findings and offer them, as the judging does; returns the cards that changed."""
    with ledger.change() as change:
        change.add_findings(list(findings))
        return offer(change, SITE, FAULTS, findings, now)


def acts(ledger):
    with ledger.view() as view:
        return [(a.person, a.act) for a in view.acts() if a.act != "account_made"]


# ------------------------------------------------------------------------------------------ one trouble
def test_the_same_trouble_is_one_card_however_often_it_is_found(ledger):
    give(ledger, found("watch", at=NOW))
    give(ledger, found("act", at=NOW + HOUR, text="Louder."), now=NOW + HOUR)
    [card] = ranked(ledger, NOW + HOUR)
    assert card.id == found().subject
    assert (card.band, card.text, card.since, card.updated) == ("act", "Louder.", NOW - HOUR, NOW + HOUR)
    assert card.finding_ids == (found(at=NOW).id, found(at=NOW + HOUR).id)
    assert card.payload["count"] == 2


def test_a_card_carries_its_draft_its_worth_and_its_evidence(ledger):
    [card] = give(ledger, found())
    assert card.title == "Pump 1, drive end: Replace the bearing"
    assert card.job.spares == ("rolling bearing 6205",)
    # 500 an hour for 72 h of waiting and 4 h of work, and the pump; planned it costs no production.
    assert card.worth == 500.0 * 76 + 8000
    assert card.payload["currency"] == "CNY"
    assert card.payload["evidence"][0]["figures"] == {"level_db": 9.0}
    assert card.payload["evidence"][0]["end"] == NOW.isoformat()


def test_offering_the_same_findings_again_changes_nothing(ledger):
    give(ledger, found(), blind())
    before = ranked(ledger, NOW)
    assert give(ledger, found(), blind(), now=NOW + HOUR) == []
    assert ranked(ledger, NOW) == before


def test_findings_that_come_late_tell_of_the_beginning_and_not_of_the_present(ledger):
    give(ledger, found("act", at=NOW, text="Now."))
    give(ledger, found("watch", at=NOW - 5 * HOUR, text="Then."))
    [card] = ranked(ledger, NOW)
    assert (card.band, card.text, card.since) == ("act", "Now.", NOW - 6 * HOUR)
    assert len(card.finding_ids) == 2


def test_a_trouble_that_is_over_clears_its_card_and_comes_back_as_a_new_one(ledger):
    give(ledger, found(at=NOW))
    [gone] = give(ledger, over(NOW + HOUR), now=NOW + HOUR)
    assert gone.state == "cleared"
    assert ranked(ledger, NOW + HOUR) == []
    [back] = give(ledger, found(at=NOW + 3 * HOUR), now=NOW + 3 * HOUR)
    assert (back.state, back.since, back.payload["count"]) == ("open", NOW + 2 * HOUR, 1)


def test_only_the_trouble_that_is_over_is_cleared(ledger):
    give(ledger, found(), found(cause="inner_race"), found(location="NDE"))
    give(ledger, over(NOW + HOUR))
    assert {(c.payload["cause"], c.payload["location"]) for c in ranked(ledger, NOW)} == {
        ("inner_race", "DE"),
        ("outer_race", "NDE"),
    }


def test_a_clearing_that_names_no_cause_clears_the_place(ledger):
    give(ledger, found(), found(cause="inner_race"), found(location="NDE"))
    give(ledger, over(NOW + HOUR, causes=()))
    assert [c.payload["location"] for c in ranked(ledger, NOW)] == ["NDE"]


def test_news_from_before_does_not_clear_what_was_found_since(ledger):
    give(ledger, found(at=NOW))
    assert give(ledger, over(NOW - HOUR)) == []
    assert len(ranked(ledger, NOW)) == 1


def test_what_cannot_be_judged_is_one_quiet_card_for_asset_and_check(ledger):
    give(ledger, blind(NOW, "rated_speed_rpm"), blind(NOW, "bearings", location="NDE"), found("watch"))
    first, last = ranked(ledger, NOW)
    assert (first.kind, last.kind, last.band) == ("finding", "system", "none")
    assert last.text == "Needs: DE: rated_speed_rpm. NDE: bearings."
    give(ledger, over(NOW + HOUR, causes=("cannot_judge",)))
    assert ranked(ledger, NOW)[-1].text == "Needs: NDE: bearings."
    give(ledger, over(NOW + HOUR + HOUR, causes=("cannot_judge",), location="NDE"))
    assert [c.kind for c in ranked(ledger, NOW)] == ["finding"]


def test_cards_rank_by_band_then_confidence_times_worth_then_age(ledger):
    give(
        ledger,
        found("watch", asset="p1"),
        found("act", asset="m1", at=NOW),  # no costs stated: worth is unknown, the band still leads
        found("act", asset="f1", confidence=0.5),
        found("stop", asset="m1", location="NDE"),
    )
    assert [(c.band, c.asset) for c in ranked(ledger, NOW)] == [
        ("stop", "m1"),
        ("act", "f1"),
        ("act", "m1"),
        ("watch", "p1"),
    ]
    assert ranked(ledger, NOW)[0].worth is None


# -------------------------------------------------------------------------------------------- decisions
def test_a_card_approved_twice_is_one_work_order(ledger):
    [card] = give(ledger, found())
    first = approve(ledger, SITE, card.id, "li", NOW)
    assert approve(ledger, SITE, card.id, "ana", NOW + HOUR) == first
    assert (first.id, first.state, first.approved_by) == ("WO-2026-00001", "open", "li")
    assert first.due == NOW + 336 * HOUR
    assert first.job.finding_ids == card.finding_ids
    assert first.evidence["evidence"] == card.payload["evidence"]
    assert acts(ledger) == [("li", "approved")]
    assert ledger.verify_audit() is None


def test_a_year_begins_where_the_plant_stands(ledger):
    give(ledger, found(), found(location="NDE"))
    a, b = ranked(ledger, NOW)
    eve = NOW.replace(year=2026, month=12, day=31, hour=15, minute=59)
    assert approve(ledger, SITE, a.id, "li", eve).id == "WO-2026-00001"
    assert approve(ledger, SITE, b.id, "li", eve + HOUR).id == "WO-2027-00001"


@pytest.mark.parametrize("name", ["tom", "nobody"])
def test_who_may_only_look_decides_nothing(ledger, name):
    [card] = give(ledger, found())
    for act in (
        lambda: approve(ledger, SITE, card.id, name, NOW),
        lambda: defer(ledger, card.id, NOW + DAY, name, NOW),
        lambda: reject(ledger, card.id, "no", name, NOW),
        lambda: reopen(ledger, card.id, name, NOW),
    ):
        with pytest.raises(FeedError, match=name):
            act()
    assert acts(ledger) == []


def test_an_approved_trouble_makes_no_second_order_while_the_first_is_open(ledger):
    [card] = give(ledger, found())
    order = approve(ledger, SITE, card.id, "li", NOW)
    give(ledger, found("stop", at=NOW + HOUR), now=NOW + HOUR)
    assert ranked(ledger, NOW + HOUR) == []
    assert approve(ledger, SITE, card.id, "li", NOW + HOUR) == order


def test_a_deferred_card_comes_back_when_its_time_is_up(ledger):
    [card] = give(ledger, found())
    defer(ledger, card.id, NOW + DAY, "li", NOW)
    assert ranked(ledger, NOW + 23 * HOUR) == []
    assert [c.state for c in ranked(ledger, NOW + DAY)] == ["open"]
    [kept] = give(ledger, now=NOW + DAY)
    assert (kept.state, kept.payload["returned"]) == ("open", "its time is up")


def test_a_deferred_card_comes_back_when_its_band_worsens_and_says_so(ledger):
    [card] = give(ledger, found("watch"))
    defer(ledger, card.id, NOW + DAY, "li", NOW)
    give(ledger, found("watch", at=NOW + HOUR), now=NOW + HOUR)
    assert ranked(ledger, NOW + HOUR) == []
    give(ledger, found("act", at=NOW + 2 * HOUR), now=NOW + 2 * HOUR)
    [back] = ranked(ledger, NOW + 2 * HOUR)
    assert back.payload["returned"] == "it rose from watch to act"


def test_a_rejected_trouble_stays_quiet_for_a_month_unless_it_worsens(ledger):
    [card] = give(ledger, found("watch"))
    reject(ledger, card.id, "a loose cover, known", "li", NOW)
    give(ledger, found("watch", at=NOW + 29 * DAY), now=NOW + 29 * DAY)
    assert ranked(ledger, NOW + 29 * DAY) == []
    give(ledger, found("watch", at=NOW + 30 * DAY), now=NOW + 30 * DAY)
    assert len(ranked(ledger, NOW + 30 * DAY)) == 1
    reject(ledger, card.id, "still the cover", "li", NOW + 30 * DAY)
    give(ledger, found("stop", at=NOW + 31 * DAY), now=NOW + 31 * DAY)
    assert [c.band for c in ranked(ledger, NOW + 31 * DAY)] == ["stop"]


def test_a_rejection_says_why(ledger):
    [card] = give(ledger, found())
    with pytest.raises(FeedError, match="no reason"):
        reject(ledger, card.id, "  ", "li", NOW)


def test_a_card_is_deferred_to_a_time_ahead(ledger):
    [card] = give(ledger, found())
    with pytest.raises(FeedError, match="is past"):
        defer(ledger, card.id, NOW, "li", NOW)


def test_putting_aside_can_be_undone(ledger):
    [card] = give(ledger, found())
    defer(ledger, card.id, NOW + DAY, "li", NOW)
    assert reopen(ledger, card.id, "ana", NOW).state == "open"
    reject(ledger, card.id, "known", "li", NOW)
    assert reopen(ledger, card.id, "ana", NOW).state == "open"
    assert acts(ledger) == [("li", "deferred"), ("ana", "reopened"), ("li", "rejected"), ("ana", "reopened")]


def test_a_rejected_card_must_be_reopened_before_it_is_approved(ledger):
    [card] = give(ledger, found())
    reject(ledger, card.id, "known", "li", NOW)
    with pytest.raises(FeedError, match="Reopen it first"):
        approve(ledger, SITE, card.id, "li", NOW)


def test_what_drafts_no_work_cannot_be_approved(ledger):
    [card] = give(ledger, blind())
    with pytest.raises(FeedError, match="drafts no work"):
        approve(ledger, SITE, card.id, "li", NOW)


def test_a_due_date_does_not_slide_while_the_trouble_goes_on(ledger):
    give(ledger, found("act", at=NOW))
    give(ledger, found("act", at=NOW + 10 * DAY), now=NOW + 10 * DAY)
    [card] = ranked(ledger, NOW + 10 * DAY)
    assert card.job.within_h == 96.0  # of fourteen days, ten are over
    assert approve(ledger, SITE, card.id, "li", NOW + 20 * DAY).due == NOW + 20 * DAY
    assert move(ledger, "WO-2026-00001", "in_progress", "li", NOW + 20 * DAY).state == "in_progress"
