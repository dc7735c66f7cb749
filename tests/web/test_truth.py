"""What was really wrong, against what was found."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.web.works import open_works

from arkwright.core.feed import Card
from arkwright.core.finding import Finding
from arkwright.web.truths import Wrong, compare, false_cards, fetch_truth, first_seen

START = datetime(2026, 3, 1, 6, tzinfo=UTC)


def wrong(asset="P-101", fault="outer_race"):
    return Wrong(asset, "DE", fault, START, 0.4, "Broken.", "损坏。")


def after(minutes):
    return START + timedelta(minutes=minutes)


def card(asset, cause, band="act", kind="finding"):
    return Card(
        f"{asset}{cause}", kind, asset, "t", band, 1.0, None, START, START, "", payload={"cause": cause}
    )


def test_a_fault_that_is_named_is_right_and_took_its_time():
    (verdict,) = compare(
        [wrong()], {("P-101", "outer_race"): after(3), ("P-101", "high_vibration"): after(1)}
    )
    assert (verdict.state, verdict.took) == ("right", timedelta(minutes=3))


def test_a_fault_by_another_name_is_told_with_that_name():
    (verdict,) = compare([wrong()], {("P-101", "high_vibration"): after(5), ("P-101", "limit"): after(-1)})
    assert (verdict.state, verdict.cause, verdict.took) == ("other", "high_vibration", timedelta(minutes=5))


def test_a_finding_of_another_asset_or_of_before_finds_nothing():
    (verdict,) = compare([wrong()], {("P-102", "outer_race"): after(3), ("P-101", "limit"): after(-1)})
    assert (verdict.state, verdict.took) == ("open", None)


def test_only_a_sound_asset_can_be_blamed_wrongly():
    cards = [
        card("P-101", "limit"),
        card("F-201", "unbalance"),
        card("F-202", "cannot_judge"),
        card("SN-1", "gap", kind="system"),
        card("CO-1", "normal", band="none"),
    ]
    assert [c.asset for c in false_cards(cards, [wrong()])] == ["F-201"]


def test_the_first_of_many_findings_counts(tmp_path):
    works = open_works(tmp_path)
    findings = [
        Finding("c", "P-101", "outer_race", "act", 0.9, after(m - 1), after(m), "") for m in (9, 4, 6)
    ]
    refusal = Finding("c", "P-101", "cannot_judge", "none", 1.0, START, after(1), "")
    with works.ledger.change() as change:
        change.add_findings([*findings, refusal])
    assert first_seen(works.ledger) == {("P-101", "outer_race"): after(4)}
    works.close()


async def test_a_simulator_that_is_away_is_named():
    with pytest.raises(OSError, match=r"127\.0\.0\.1:9"):
        await fetch_truth("http://127.0.0.1:9/truth")
