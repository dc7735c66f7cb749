"""Refusals, gaps, corrections and wrong clocks become cards, counted, with the last example."""

import json
from datetime import timedelta

import pytest
from tests.app.troubles import DAY, HOUR, NOW, SITE, hire
from tests.ledgers import ENGINES, fresh_ledger_url

from arkwright.app.uses import defer, ranked, reject, report
from arkwright.history.ledger import open_ledger
from arkwright.history.notes import as_events, event


@pytest.fixture(params=ENGINES)
def ledger(request, tmp_path):
    opened = open_ledger(fresh_ledger_url(request.param, request, tmp_path))
    hire(opened)
    yield opened
    opened.close()


def refusal(n=0, *, subject="plc", at=NOW):
    detail = {"subject": f"t{n}", "found": "unit 'psi'", "wanted": "bar", "fix": "Set the unit."}
    return event("refusal", subject, at + timedelta(seconds=n), at + timedelta(seconds=n), detail)


def tell(ledger, *rows, now=NOW, site=SITE):
    with ledger.change() as change:
        return report(change, as_events(list(rows)), now, site=site)


def test_refusals_of_one_connection_are_one_card_with_count_and_last_example(ledger):
    tell(ledger, refusal(0), refusal(1))
    tell(ledger, refusal(2), now=NOW + HOUR)
    [card] = ranked(ledger, NOW)
    assert (card.kind, card.band, card.payload["count"]) == ("system", "watch", 3)
    assert card.title == "plc: not everything was taken in"
    assert card.text == "3 times since 2026-03-03 03:00 UTC. Last: t2: unit 'psi'; wanted bar. Set the unit."
    assert card.payload["subjects"] == ["t0", "t1", "t2"]


def test_every_kind_and_connection_has_its_own_card(ledger):
    gap = event("gap", "plc", NOW, NOW, {"reason": "the server was restarted", "signals": []})
    gap["end"] = NOW + HOUR
    tell(ledger, refusal(), refusal(subject="mqtt"), gap)
    assert {c.title for c in ranked(ledger, NOW)} == {
        "plc: not everything was taken in",
        "mqtt: not everything was taken in",
        "plc: readings are missing",
    }
    [card] = [c for c in ranked(ledger, NOW) if c.payload["kind"] == "gap"]
    assert card.text.endswith(
        "Last: 2026-03-03 03:00:00 to 2026-03-03 04:00:00 UTC: the server was restarted."
    )


def test_what_is_told_of_a_signal_counts_for_its_connection(ledger):
    told = [event("correction", name, NOW, NOW, {"stands": 1, "refused": 2}) for name in ("p1.t", "loose")]
    tell(ledger, *told)
    assert {c.payload["connection"] for c in ranked(ledger, NOW)} == {"plc", "loose"}


def test_a_closed_order_is_no_trouble(ledger):
    assert tell(ledger, event("order_closed", "p1", NOW, NOW, {})) == []


def test_an_event_given_twice_in_a_table_counts_once(ledger):
    [card] = tell(ledger, refusal(), refusal())
    assert card.payload["count"] == 1


def test_what_was_put_aside_is_told_again_after_a_day(ledger):
    [card] = tell(ledger, refusal())
    reject(ledger, card.id, "being mended", "li", NOW)
    tell(ledger, refusal(at=NOW + 23 * HOUR), now=NOW + 23 * HOUR)
    assert ranked(ledger, NOW) == []
    tell(ledger, refusal(at=NOW + DAY), now=NOW + DAY)
    [card] = ranked(ledger, NOW + DAY)
    assert (card.state, card.payload["count"]) == ("open", 3)


def test_what_was_deferred_stays_deferred_while_more_comes(ledger):
    [card] = tell(ledger, refusal())
    defer(ledger, card.id, NOW + 3 * DAY, "li", NOW)
    tell(ledger, refusal(at=NOW + 2 * DAY), now=NOW + 2 * DAY)
    assert ranked(ledger, NOW + 2 * DAY) == []
    assert len(ranked(ledger, NOW + 3 * DAY)) == 1


def test_a_card_of_which_nothing_is_heard_for_a_week_is_over(ledger):
    tell(ledger, refusal())
    tell(ledger, now=NOW + 7 * DAY)
    assert len(ranked(ledger, NOW + 7 * DAY)) == 1
    tell(ledger, now=NOW + 8 * DAY)
    assert ranked(ledger, NOW + 8 * DAY) == []
    tell(ledger, refusal(at=NOW + 9 * DAY), now=NOW + 9 * DAY)
    [card] = ranked(ledger, NOW + 9 * DAY)
    assert card.payload["count"] == 1


def test_a_thousand_names_do_not_make_a_card_grow(ledger):
    [card] = tell(ledger, *(refusal(n) for n in range(1000)))
    assert card.payload["count"] == 1000
    assert len(card.payload["subjects"]) == 20
    assert len(json.dumps(card.payload, default=str)) < 3000


def test_a_detail_that_is_no_json_is_shown_as_it_is(ledger):
    row = refusal() | {"detail": "boom"}
    [card] = tell(ledger, row)
    assert "plc: boom" in card.text


def clock_set(step_s, until, *, at=NOW):
    return event("clock_set", "this computer", at, at, {"step_s": step_s, "until": until.isoformat()})


def test_a_clock_set_back_by_days_is_told_in_days_in_both_languages(ledger):
    tell(ledger, clock_set(-3 * 86_400.0, NOW + 3 * DAY))
    [card] = ranked(ledger, NOW)
    assert "back by 3 days to 2026-03-03 03:00:00 UTC" in card.text
    assert "judging goes on at 2026-03-06 03:00:00 UTC" in card.text
    assert card.payload["title_zh"] == "本机：时钟被调整"
    text_zh = card.payload["text_zh"]
    assert "向后调了 3 天" in text_zh
    assert "2026-03-06 03:00:00 UTC 起继续诊断" in text_zh
    assert "back" not in text_zh


def test_readings_that_come_late_are_told_in_both_languages_and_once_a_connection(ledger):
    for number, late_s in enumerate((90.0, 5400.0, 7202.0)):
        at = NOW + timedelta(seconds=number)
        tell(ledger, event("late", "plc", at, at, {"delay_s": late_s}))
    [card] = ranked(ledger, NOW)
    assert card.text.startswith("3 times since 2026-03-03 03:00 UTC. Last: plc: 2 h after their own time.")
    assert "plc：比其自身时间晚 2 小时" in card.payload["text_zh"]
    assert "clock" not in card.payload["text_zh"]
