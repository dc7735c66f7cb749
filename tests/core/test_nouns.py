"""Findings, work and the feed: identity, order and the moves that are allowed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkwright.core.errors import FeedError
from arkwright.core.feed import Card, rank
from arkwright.core.finding import BANDS, Finding, cannot_judge, worst_first
from arkwright.core.plant import Asset, Site
from arkwright.core.work import MOVES, check_move

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def finding(**changes):
    fields = {"check": "limit", "asset": "p1", "cause": "hot", "band": "act", "confidence": 0.9, "start": NOW,
              "end": NOW + timedelta(minutes=1), "text": "Hot."}  # fmt: skip
    return Finding(**{**fields, **changes})


def card(name, band, confidence=1.0, worth=None, age_h=0):
    since = NOW - timedelta(hours=age_h)
    return Card(name, "finding", "p1", name, band, confidence, worth, since, NOW, name)


def test_the_same_judgement_has_the_same_id_and_another_window_another():
    assert finding().id == finding(text="other words").id
    assert finding().id != finding(end=NOW + timedelta(minutes=2)).id
    assert finding().subject == finding(end=NOW + timedelta(minutes=2)).subject


def test_a_refusal_names_all_that_is_missing():
    refusal = cannot_judge("rolling_bearing", "p1", ("bearing designation", "speed"), NOW, NOW)
    assert refusal.text == "Cannot judge: bearing designation; speed."
    assert refusal.band == "none"


def test_the_worst_finding_comes_first():
    order = worst_first([finding(band="watch"), finding(band="stop"), finding(band="act")])
    assert [f.band for f in order] == ["stop", "act", "watch"]


def test_the_feed_ranks_by_band_then_worth_then_age():
    cards = [
        card("rich watch", "watch", worth=1e9),
        card("young act", "act", 0.5, 100.0, age_h=1),
        card("old act", "act", 0.5, 100.0, age_h=9),
        card("sure act", "act", 1.0, 100.0),
    ]
    assert [c.id for c in rank(cards)] == ["sure act", "old act", "young act", "rich watch"]


@given(st.lists(st.tuples(st.sampled_from(BANDS), st.floats(0, 1), st.floats(0, 1e9)), max_size=20))
def test_no_card_stands_above_a_more_urgent_one(rows):
    order = rank([card(str(i), b, c, w) for i, (b, c, w) in enumerate(rows)])
    places = [BANDS.index(c.band) for c in order]
    assert places == sorted(places, reverse=True)


def test_closed_orders_stay_closed():
    for state, moves in MOVES.items():
        for to in MOVES:
            if to in moves:
                check_move(state, to)
            else:
                with pytest.raises(FeedError):
                    check_move(state, to)


def test_the_way_up_the_plant_ends_at_the_top():
    assets = {a.name: a for a in (Asset("works"), Asset("hall", "works"), Asset("p1", "hall"))}
    site = Site("demo", assets, {}, {})
    assert [a.name for a in site.line("p1")] == ["p1", "hall", "works"]
    assert [a.name for a in site.children("works")] == ["hall"]
