"""The ledger keeps the same content on SQLite and PostgreSQL."""

import itertools
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from arkwright.core.errors import FeedError, HistoryError
from arkwright.core.feed import Card
from arkwright.core.finding import Evidence, Finding
from arkwright.core.plant import Connection, Site
from arkwright.core.work import Job, WorkOrder
from arkwright.history import ledger_tables as t
from arkwright.history.ledger import open_ledger
from arkwright.history.ledger_audit import Head
from arkwright.history.ledger_codec import dump, load
from arkwright.history.ledger_view import Label

NOW = datetime(2026, 3, 1, 3, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBERS = itertools.count()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)])
def url(request, tmp_path):
    """A new, empty ledger's address on either engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite'}"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"ledger_{next(NUMBERS)}_{tmp_path.name[:20]}".lower().replace("-", "_")

    plain = server.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain, autocommit=True) as at:
        at.execute(f'CREATE DATABASE "{name}"')
    yield server.rpartition("/")[0] + "/" + name


@pytest.fixture
def ledger(url):
    opened = open_ledger(url)
    yield opened
    opened.close()


def finding(cause="outer_race", at=NOW, **more):
    proof = Evidence("BPFO at 107.4 Hz", "p1.de", at - HOUR, at, {"level_db": 9.5}, {"lines": [1, 2]})
    return Finding(
        "bearing", "p1", cause, "act", 0.9, at - HOUR, at, "Outer race.", (proof,), location="DE", **more
    )


def job():
    return Job("p1", "P1: bearing", "Do it.", ("f1",), "high", 168.0, 4.0, ("6205",), title_zh="轴承")


def card(card_id="c1", **more):
    given = {
        "band": "act",
        "confidence": 0.9,
        "worth": 1200.0,
        "since": NOW,
        "updated": NOW,
        "text": "Outer race.",
    }
    return Card(id=card_id, kind="finding", asset="p1", title="P1", job=job(), **(given | more))


def order(order_id="WO-1", **more):
    return WorkOrder(order_id, "c1", job(), "open", "ana", NOW, NOW + 48 * HOUR, **more)


def test_nouns_come_back_as_they_were_put(ledger):
    with ledger.change() as change:
        change.put_card(card(until=NOW + HOUR, payload={"n": 1, "list": [1.5, None]}))
        change.add_findings([finding(), finding("inner_race")])
        change.put_order(order(evidence={"text": "proof 证据"}))
    with ledger.view() as view:
        assert view.card("c1") == card(until=NOW + HOUR, payload={"n": 1, "list": [1.5, None]})
        assert view.finding(finding().id) == finding()
        assert {f.cause for f in view.findings("p1")} == {"outer_race", "inner_race"}
        assert view.findings("p1", since=NOW) == []
        assert view.order("WO-1") == order(evidence={"text": "proof 证据"})
        assert view.card("nobody") is None


def test_a_change_that_fails_leaves_nothing_and_the_error_is_the_callers(ledger):
    with pytest.raises(FeedError), ledger.change() as change:
        change.put_card(card())
        change.note(NOW, "ana", "approved", "c1")
        raise FeedError("no")
    with ledger.view() as view:
        assert view.cards() == []
        assert view.head() == Head()


def test_cards_are_found_by_state_and_asset(ledger):
    with ledger.change() as change:
        for n, state in enumerate(("open", "deferred", "rejected")):
            change.put_card(card(f"c{n}", state=state))
        change.put_card(replace(card("other"), asset="p2"))
    with ledger.view() as view:
        assert [c.id for c in view.cards(("open",))] == ["c0", "other"]
        assert [c.id for c in view.cards(("open", "deferred"), asset="p1")] == ["c0", "c1"]


def test_times_are_kept_to_the_microsecond_and_given_back_as_utc(ledger):
    beijing = NOW.astimezone(timezone(8 * HOUR))
    with ledger.change() as change:
        change.note(beijing, "li", "deferred", "c1")
        change.put_card(card(updated=beijing))
    with ledger.view() as view:
        [act] = view.acts()
        assert act.time == NOW
        assert act.time.utcoffset() == timedelta(0)
        assert view.card("c1").updated == NOW


def test_a_time_without_a_zone_is_refused(ledger):
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(HistoryError, match="has no zone"), ledger.change() as change:
        change.put_order(replace(order(), due=naive))


def test_strings_that_a_database_cannot_hold_do_not_stop_the_audit(ledger):
    with ledger.change() as change:
        change.note(NOW, "ana", "rejected", "c1", reason="a\x00b\ud800 ok", detail={"x": "a\x00\ud800"})
    assert ledger.verify_audit() is None


# ---------------------------------------------------------------------------------------------- audit
def write_acts(ledger, n=5):
    for k in range(n):
        with ledger.change() as change:
            change.note(NOW + k * HOUR, "ana", "approved", f"c{k}", reason="because", detail={"k": k})


def test_an_untouched_audit_log_verifies(ledger):
    write_acts(ledger)
    assert ledger.verify_audit() is None


@pytest.mark.parametrize("column", ["person", "act", "subject", "reason", "detail"])
def test_a_changed_row_is_named(ledger, column):
    write_acts(ledger)
    with ledger.engine.begin() as at:
        at.execute(update(t.AUDIT).where(t.AUDIT.c.seq == 3).values({column: '{"k":9}'}))
    assert ledger.verify_audit().seq == 3


def test_a_changed_time_is_named(ledger):
    write_acts(ledger)
    with ledger.engine.begin() as at:
        at.execute(update(t.AUDIT).where(t.AUDIT.c.seq == 2).values(time=NOW + timedelta(microseconds=1)))
    assert ledger.verify_audit().seq == 2


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_removed_row_is_named_even_the_last(ledger, seq):
    write_acts(ledger)
    with ledger.engine.begin() as at:
        at.execute(delete(t.AUDIT).where(t.AUDIT.c.seq == seq))
    assert ledger.verify_audit().seq == seq


def test_a_log_written_anew_does_not_fit_a_head_kept_elsewhere(ledger):
    write_acts(ledger)
    with ledger.view() as view:
        head = view.head()
    assert ledger.verify_audit(head) is None
    with ledger.engine.begin() as at:
        at.execute(delete(t.AUDIT))
        at.execute(delete(t.FACTS).where(t.FACTS.c.name == "audit_head"))
    write_acts(ledger, 4)
    assert ledger.verify_audit() is None
    assert ledger.verify_audit(head).seq == 5
    with ledger.change() as change:
        change.note(NOW, "eve", "approved", "other")
    assert ledger.verify_audit(head).seq == 5


def test_the_chain_has_one_end_when_many_write_at_once(ledger):
    threads = [threading.Thread(target=write_acts, args=(ledger, 10)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.view() as view:
        assert [a.seq for a in view.acts()] == list(range(1, 41))
    assert ledger.verify_audit() is None


@pytest.mark.peers
def test_both_engines_hash_the_same_acts_the_same(tmp_path, postgres_url):
    heads = []

    name = f"hashes_{next(NUMBERS)}"
    with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as at:
        at.execute(f"CREATE DATABASE {name}")
    for address in (tmp_path / "l.sqlite", postgres_url.rpartition("/")[0] + "/" + name):
        ledger = open_ledger(address)
        write_acts(ledger)
        with ledger.view() as view:
            heads.append(view.head())
        ledger.close()
    assert heads[0] == heads[1]


# ---------------------------------------------------------------------------------------------- the rest
def test_states_ticks_resumes_and_snapshots_are_kept(url):
    ledger = open_ledger(url)
    with ledger.change() as change:
        change.put_states("limit", {"p1": {"n": 1}, "p2": {"n": 2}})
        change.put_states("limit", {"p1": {"n": 3}})
        change.add_tick("limit", 60_000_000, 61_000_000)
        change.add_tick("limit", 120_000_000, 121_000_000)
        change.add_tick("limit", 120_000_000, 999)
        change.put_resumes({"line": {"next": 7}})
    digest = ledger.keep_site({"name": "works", "assets": ["p1"]}, NOW)
    ledger.close()
    ledger = open_ledger(url)
    with ledger.view() as view:
        assert view.states("limit") == {"p1": {"n": 3}, "p2": {"n": 2}}
        assert view.ticks("limit") == [(60_000_000, 61_000_000), (120_000_000, 121_000_000)]
        assert view.ticks("limit", 60_000_000) == [(120_000_000, 121_000_000)]
        assert (view.last_tick_us("limit"), view.last_tick_us("other")) == (120_000_000, 0)
        assert view.resumes() == {"line": {"next": 7}}
        assert view.last_snapshot() == digest
        assert view.snapshot(digest) == {"name": "works", "assets": ["p1"]}
    assert ledger.keep_site({"assets": ["p1"], "name": "works"}, NOW) == digest
    ledger.close()


def test_a_snapshot_of_the_site_holds_no_secret(ledger):
    settings = {"user": "ana", "password": "pw1", "key_file": "k.pem", "api_token": "pw2", "token": ""}
    connection = Connection("plc", "opcua", "opc.tcp://ana:pw3@plc.example:4840/x", settings)
    site = Site("works", {}, {}, {"plc": connection}, settings={"ledger": "postgresql://a:pw4@db/x"})
    kept = ledger.keep_site(site, NOW)
    with ledger.view() as view:
        told = view.snapshot(kept)
    assert not [secret for secret in ("pw1", "pw2", "pw3", "pw4") if secret in dump(told)]
    assert told["connections"]["plc"]["settings"] == {
        "user": "ana",
        "password": "***",
        "key_file": "k.pem",
        "api_token": "***",
        "token": "",
    }
    assert told["connections"]["plc"]["url"] == "opc.tcp://ana:***@plc.example:4840/x"
    assert told["settings"]["ledger"] == "postgresql://a:***@db/x"


def test_the_outbox_and_the_filings_hold_each_thing_once(ledger):
    with ledger.change() as change:
        change.put_order(order())
        change.put_order(order("WO-2"))
        change.post({"id": "e1", "kind": "order_closed"})
        change.post({"id": "e1", "kind": "other"})
        change.add_filing("WO-1", "atlas", "17", NOW, {})
        change.add_filing("WO-1", "atlas", "18", NOW, {})
        change.add_labels([Label("WO-1", "f1", "p1", "outer_race", "right", "", "ana", NOW)] * 2)
    with ledger.view() as view:
        assert view.outbox() == [{"id": "e1", "kind": "order_closed"}]
        assert [o.id for o in view.unfiled("atlas")] == ["WO-2"]
        assert [o.id for o in view.unfiled("other")] == ["WO-1", "WO-2"]
        assert view.remote_id("WO-1", "atlas") == "17"
        assert [(x.finding_id, x.verdict) for x in view.labels("outer_race")] == [("f1", "right")]
        assert view.labels("imbalance") == []
    with ledger.change() as change:
        change.drop_posted(["e1"])
    with ledger.view() as view:
        assert view.outbox() == []


# ---------------------------------------------------------------------------------------------- schema
def test_a_ledger_of_a_newer_program_is_refused(url):
    ledger = open_ledger(url)
    with ledger.engine.begin() as at:
        t.write_fact(at, "schema", "99")
    ledger.close()
    with pytest.raises(HistoryError, match="schema 99"):
        open_ledger(url)


def test_an_older_ledger_is_brought_on_step_by_step_or_not_at_all(ledger):
    now = t.SCHEMA

    def first(at):
        at.execute(text("CREATE TABLE first_step (n INTEGER)"))

    def broken(at):
        at.execute(text("CREATE TABLE second_step (n INTEGER)"))
        at.execute(text("SELECT nonsense FROM nowhere"))

    with ledger.change() as change:
        assert t.bring_up(change.at, {now: first}, wanted=now + 1) == now
    with pytest.raises(HistoryError), ledger.change() as change:
        t.bring_up(change.at, {now + 1: broken}, wanted=now + 2)
    with ledger.view() as view:
        assert t.read_fact(view.at, "schema") == str(now + 1)
        assert not view.at.dialect.has_table(view.at, "second_step")
    with pytest.raises(HistoryError, match="no way from"), ledger.change() as change:
        t.bring_up(change.at, {}, wanted=now + 2)


def test_ticks_of_the_first_schema_are_kept_and_get_room_for_details(url):
    ledger = open_ledger(url)
    with ledger.change() as change:
        change.add_tick("limit", 60, 61)
        change.at.execute(text("ALTER TABLE ticks DROP COLUMN detail"))
        t.write_fact(change.at, "schema", "1")
    ledger.close()
    ledger = open_ledger(url)
    with ledger.change() as change:
        change.add_tick("limit", 120, 121, {"lost": ["plc"]})
    with ledger.view() as view:
        assert view.ticks("limit") == [(60, 61), (120, 121)]
        assert view.tick_details("limit") == {120: {"lost": ["plc"]}}
        assert view.last_cut_us() == 121
    ledger.close()


@pytest.mark.parametrize("address", ["mysql://x/y", "sqlite:///:memory:", "sqlite://", "what://"])
def test_an_address_that_cannot_be_a_ledger_says_what_can(address):
    with pytest.raises(HistoryError, match="postgresql://"):
        open_ledger(address)


def test_a_database_that_is_not_there_is_told_without_its_password(free_port):
    with pytest.raises(HistoryError) as caught:
        open_ledger(f"postgresql://ana:secret@127.0.0.1:{free_port}/works")
    assert "secret" not in str(caught.value)
    assert str(free_port) in str(caught.value)


def test_sqlite_syncs_every_change_and_is_only_its_owners(tmp_path):
    file = tmp_path / "deep" / "ledger.sqlite"
    ledger = open_ledger(file)
    with ledger.view() as view:
        assert view.at.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert view.at.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    ledger.close()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_no_database_is_told(tmp_path):
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(HistoryError, match="not a database"):
        open_ledger(file)


KILLED = """
import sys
from datetime import UTC, datetime
from arkwright.history.ledger import open_ledger
ledger = open_ledger(sys.argv[1])
n = 0
while True:
    n += 1
    with ledger.change() as change:
        change.note(datetime.now(UTC), "ana", "approved", str(n))
        change.put_resumes({"line": {"n": n}})
    print(n, flush=True)
"""


def test_what_was_kept_is_there_after_a_kill(tmp_path):
    file = tmp_path / "ledger.sqlite"
    promised = 0
    for lines in (7, 20, 3):
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True)
        for _ in range(lines):
            said = int(child.stdout.readline())
        child.kill()
        child.wait(10)
        said = max([said, *(int(x) for x in child.stdout.read().split())])
        promised += said
        ledger = open_ledger(file)
        with ledger.view() as view:
            head = view.head().seq
            assert head in (promised, promised + 1)  # the last may be kept without having been told
            assert view.resumes()["line"]["n"] == said + head - promised
        assert ledger.verify_audit() is None
        ledger.close()
        promised = head
    with sqlite3.connect(file) as at:
        assert at.execute("PRAGMA integrity_check").fetchone() == ("ok",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text(max_size=8), JSON, max_size=3),
    st.floats(0, 1),
    st.none() | st.floats(allow_nan=False),
    st.text(max_size=20),
)
def test_any_card_is_the_same_after_writing_and_reading(payload, confidence, worth, words):
    one = card(payload=payload, confidence=confidence, worth=worth, text=words)
    assert load(Card, dump(one)) == one
    assert dump(load(Card, dump(one))) == dump(one)


def test_numbers_of_numpy_and_numbers_that_are_none_are_kept():
    figures = {"a": np.float64(1.5), "b": float("nan"), "c": float("-inf")}
    back = load(Finding, dump(replace(finding(), evidence=(Evidence("x", figures=figures),))))
    figures = back.evidence[0].figures
    assert figures["a"] == 1.5
    assert np.isnan(figures["b"])
    assert figures["c"] == float("-inf")


def test_a_row_changed_by_hand_is_told(ledger):
    with ledger.change() as change:
        change.put_card(card())
        change.at.execute(update(t.CARDS).values(body='{"id": 1}'))
    with pytest.raises(HistoryError, match="not a Card"), ledger.view() as view:
        view.card("c1")
