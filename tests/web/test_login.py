"""From the first link to the log-out; no password is there before a person sets one."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.web.conftest import NAME, PASSWORD
from tests.web.works import open_works

from arkwright.core.errors import HistoryError
from arkwright.web.doors import inner_path
from arkwright.web.session import COOKIE, FirstLink, Sessions, read_cookies, session_cookie
from arkwright.web.taste import Taste, accepted_language, keep_taste, make_taste, read_taste

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


# ----------------------------------------------------------------------------------------- the first link
def test_the_first_link_lasts_ten_minutes_and_no_longer():
    first = FirstLink()
    token = first.issue(NOON)
    assert first.fits(token, NOON + timedelta(minutes=9, seconds=59))
    assert not first.fits(token, NOON + timedelta(minutes=10))


def test_a_new_first_link_ends_the_one_before_it():
    first = FirstLink()
    old = first.issue(NOON)
    assert first.fits(first.issue(NOON), NOON)
    assert not first.fits(old, NOON)


def test_no_link_fits_where_none_was_given_or_it_is_spent():
    first = FirstLink()
    assert not first.fits("", NOON)
    token = first.issue(NOON)
    first.spend()
    assert not first.fits(token, NOON)


def test_a_spent_link_makes_no_second_owner(served):
    with served.client() as client:
        form = {"name": "mallory", "password": 2 * PASSWORD, "again": 2 * PASSWORD}
        answer = client.post(served.link, data=form)
    assert answer.status_code == 422
    assert COOKIE not in client.cookies


def test_the_two_passwords_must_be_the_same(served):
    with served.client() as client:
        answer = client.post("/setup/anything", data={"password": PASSWORD, "again": PASSWORD + "x"})
    assert answer.status_code == 422
    assert "differ" in answer.text


def test_a_link_of_an_invited_person_sets_a_password_once(tmp_path):
    works = open_works(tmp_path)
    works.people.add("ben", "viewer", works.now(), by=NAME)
    link = works.people.make_link("ben", works.now(), by=NAME)
    token = works.people.redeem(link, PASSWORD, works.now())
    assert works.people.who(token, works.now()).name == "ben"
    with pytest.raises(HistoryError, match="spent"):
        works.people.redeem(link, PASSWORD, works.now())
    works.close()


# ----------------------------------------------------------------------------------------- log-in, log-out
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(served):
    with served.client() as client:
        answer = client.post("/login", data={"name": NAME, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
    assert session_cookie("x", secure=True)["secure"] is True  # under TLS


def test_a_wrong_password_and_an_unknown_name_are_told_alike(served):
    with served.client() as client:
        wrong = client.post("/login", data={"name": "nobody", "password": "not the password"})
        again = client.post("/login", data={"name": "nobody2", "password": "not the password"})
    assert wrong.status_code == again.status_code == 401
    assert wrong.text == again.text.replace("nobody2", "nobody")
    assert "rests for a minute" in wrong.text


async def test_five_wrong_passwords_let_an_account_rest(tmp_path):
    works = open_works(tmp_path)
    works.people.add("ben", "viewer", NOON, by=NAME)
    works.people.redeem(works.people.make_link("ben", NOON, by=NAME), PASSWORD, NOON)
    clock = [NOON]
    sessions = Sessions(works.people, lambda: clock[0])
    for _ in range(5):
        assert await sessions.log_in("ben", "wrong password") is None
    assert await sessions.log_in("ben", PASSWORD) is None
    clock[0] += timedelta(minutes=1)
    assert await sessions.log_in("ben", PASSWORD)
    works.close()


def test_after_the_log_out_the_same_cookie_opens_nothing(served):
    with served.inside() as client:
        token = client.cookies[COOKIE]
        assert client.get("/").status_code == 200
        assert client.post("/logout").headers["location"] == "/login"
    with served.client(cookies={COOKIE: token}) as thief:
        assert thief.get("/").status_code == 401


async def test_a_session_that_was_ended_elsewhere_is_noticed_within_two_seconds(tmp_path, monkeypatch):
    works = open_works(tmp_path)
    works.people.add("ben", "viewer", NOON, by=NAME)
    token = works.people.redeem(works.people.make_link("ben", NOON, by=NAME), PASSWORD, NOON)
    clock = [0.0]
    monkeypatch.setattr("arkwright.web.session.time.monotonic", lambda: clock[0])
    sessions = Sessions(works.people, lambda: NOON)
    assert (await sessions.person(token)).name == "ben"
    works.people.set_active("ben", False, NOON, by=NAME)
    clock[0] = 2.1
    assert await sessions.person(token) is None
    works.close()


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [("/connections", "/connections"), ("/?area=WS", "/?area=WS"), ("//evil.example", "/"),
     ("https://evil.example", "/"), ("/\\evil.example", "/"), ("", "/"),
     ("javascript:alert(1)", "/"), ("/a\nb", "/")],
)  # fmt: skip
def test_the_log_in_leads_only_into_the_site(asked, led_to):
    assert inner_path(asked) == led_to


# ----------------------------------------------------------------------------------------- taste
def test_taste_is_kept_for_a_person_and_wild_words_are_not(tmp_path):
    works = open_works(tmp_path)
    long_name = 128 * "x"
    keep_taste(works.ledger, long_name, Taste("zh", "dark"))
    assert read_taste(works.ledger, long_name) == Taste("zh", "dark")
    assert read_taste(works.ledger, "ben", "zh") == Taste("zh", "system")
    assert make_taste("<script>", "pink") == Taste("en", "system")
    works.close()


def test_the_language_of_the_door_is_that_of_the_browser():
    assert accepted_language({b"accept-language": b"zh-CN,zh;q=0.9,en;q=0.8"}) == "zh"
    assert accepted_language({b"accept-language": b"de-DE,en;q=0.8,zh;q=0.7"}) == "en"
    assert accepted_language({}) == "en"


def test_broken_cookies_are_none():
    assert read_cookies({b"cookie": b"a=\x00; =;;;\xff"}) == {}
    assert read_cookies({b"cookie": f"{COOKIE}=abc; other=1".encode()})[COOKIE] == "abc"
