"""Who may log in, and how."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from arkwright.core.errors import HistoryError
from arkwright.history.ledger import open_ledger
from arkwright.history.ledger_people import LINK_LASTS, REST, SESSION_LASTS, TRIES, People

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PASSWORD = "a long enough one"


@pytest.fixture
def people(tmp_path):
    ledger = open_ledger(tmp_path / "ledger.sqlite")
    yield People(ledger, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    ledger.close()


@pytest.fixture
def owner(people):
    people.add("ana", "owner", NOW, by="console")
    people.redeem(people.make_link("ana", NOW, by="console"), PASSWORD, NOW)
    return people


def test_the_owner_sets_a_password_by_a_link_that_works_once(people):
    people.add("ana", "owner", NOW, by="console")
    assert not people.has_owner()
    link = people.make_link("ana", NOW, by="console")
    session = people.redeem(link, PASSWORD, NOW + SECOND)
    assert people.has_owner()
    assert people.who(session, NOW + SECOND).role == "owner"
    with pytest.raises(HistoryError, match="spent or too old"):
        people.redeem(link, PASSWORD, NOW + SECOND)


def test_a_link_ends_after_ten_minutes_and_when_a_newer_one_is_made(people):
    people.add("ana", "owner", NOW, by="console")
    old = people.make_link("ana", NOW, by="console")
    link = people.make_link("ana", NOW, by="console")
    for token, when in ((old, NOW), (link, NOW + LINK_LASTS), ("made up", NOW)):
        with pytest.raises(HistoryError, match="spent or too old"):
            people.redeem(token, PASSWORD, when)
    people.redeem(link, PASSWORD, NOW + LINK_LASTS - SECOND)


def test_a_link_is_not_a_session_nor_the_other_way_round(owner):
    link = owner.make_link("ana", NOW, by="ana")
    assert owner.who(link, NOW) is None
    session = owner.log_in("ana", PASSWORD, NOW)
    with pytest.raises(HistoryError):
        owner.redeem(session, PASSWORD, NOW)


def test_passwords_are_argon2id_and_tokens_are_not_in_the_file(people, tmp_path):
    people = People(people.ledger)
    people.add("ana", "owner", NOW, by="console")
    link = people.make_link("ana", NOW, by="console")
    session = people.redeem(link, PASSWORD, NOW)
    people.ledger.close()
    raw = b"".join(f.read_bytes() for f in tmp_path.glob("ledger*"))
    assert b"$argon2id$v=19$m=65536,t=3" in raw
    for secret in (PASSWORD, link, session):
        assert secret.encode() not in raw


def test_a_short_password_is_refused(people):
    people.add("ana", "owner", NOW, by="console")
    link = people.make_link("ana", NOW, by="console")
    with pytest.raises(HistoryError, match="at least 10"):
        people.redeem(link, "short", NOW)
    people.redeem(link, PASSWORD, NOW)


def test_a_session_ends_by_time_by_logging_out_and_by_closing_the_account(owner):
    first, second, third = (owner.log_in("ana", PASSWORD, NOW) for _ in range(3))
    assert owner.who(first, NOW + SESSION_LASTS) is None
    owner.log_out(first)
    assert owner.who(first, NOW) is None
    assert owner.who(second, NOW).name == "ana"
    owner.set_active("ana", False, NOW, by="console")
    assert owner.who(third, NOW) is None
    assert owner.log_in("ana", PASSWORD, NOW) is None
    owner.set_active("ana", True, NOW, by="console")
    assert owner.log_in("ana", PASSWORD, NOW)


def test_setting_a_new_password_ends_all_sessions(owner):
    session = owner.log_in("ana", PASSWORD, NOW)
    owner.redeem(owner.make_link("ana", NOW, by="ana"), "quite another one", NOW)
    assert owner.who(session, NOW) is None
    assert owner.log_in("ana", PASSWORD, NOW) is None


def test_wrong_passwords_make_the_account_rest(owner):
    for _ in range(TRIES):
        assert owner.log_in("ana", "wrong wrong wrong", NOW) is None
    assert owner.log_in("ana", PASSWORD, NOW + SECOND) is None
    assert owner.log_in("ana", PASSWORD, NOW + REST)
    with owner.ledger.view() as view:
        assert sum(a.act == "login_failed" for a in view.acts()) == TRIES
    assert owner.ledger.verify_audit() is None


@pytest.mark.parametrize("name", ["", "nobody", "a\x00b", "x" * 200, "a' OR 1=1"])
def test_names_that_are_nobodys_do_not_log_in(owner, name):
    assert owner.log_in(name, PASSWORD, NOW) is None


def test_an_account_without_a_password_cannot_log_in(people):
    people.add("bo", "viewer", NOW, by="ana")
    assert people.log_in("bo", "", NOW) is None
    assert people.log_in("bo", PASSWORD, NOW) is None
    assert [(p.name, p.has_password) for p in people.everybody()] == [("bo", False)]


def test_names_are_checked_and_taken_once(people):
    people.add("bo", "viewer", NOW, by="ana")
    with pytest.raises(HistoryError, match="already"):
        people.add("bo", "viewer", NOW, by="ana")
    with pytest.raises(HistoryError, match="cannot be a name"):
        people.add("bo bo", "viewer", NOW, by="ana")
    with pytest.raises(HistoryError, match="nobody has the name"):
        people.make_link("li", NOW, by="ana")


def test_what_ran_out_is_swept(owner):
    owner.log_in("ana", PASSWORD, NOW)
    assert owner.sweep(NOW) == 0
    assert owner.sweep(NOW + SESSION_LASTS) == 2
