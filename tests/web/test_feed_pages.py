"""The feed in a real browser: from a card to its evidence to a work order, and every way back."""

import csv
import io
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from tests.web.conftest import until
from tests.web.furnished import offered

from arkwright.app.uses import ranked
from arkwright.history.ledger import open_ledger
from arkwright.history.ledger_people import People

pytestmark = pytest.mark.browser
NUMBER = itertools.count(1)


@pytest.fixture(scope="module")
def ledger(furnished):
    """The ledger of the served works, from outside."""
    ledger = open_ledger(furnished.folder / "data" / "ledger.db")
    yield ledger
    ledger.close()


@pytest.fixture
def card(ledger):
    """A card of its own for each test."""
    return offered(ledger, f"place {next(NUMBER)}")


def state(ledger, card):
    with ledger.view() as view:
        return view.card(card.id).state


def orders(ledger, card):
    with ledger.view() as view:
        return view.orders_of(card.id)


@pytest.mark.slow
def test_a_card_comes_into_an_open_feed_by_itself_and_worst_first(sight, furnished, ledger):
    sight.goto(furnished.url + "/feed")
    sight.wait_for_selector(".card")
    late = offered(ledger, "late", band="stop")
    sight.wait_for_selector(f'.card[data-card="{late.id}"]')
    assert sight.get_attribute(".cards > .card >> nth=0", "data-card") == late.id
    assert "Stop" in sight.text_content(".cards > .card >> nth=0")


def test_a_card_says_how_sure_how_much_and_since_when_and_shows_its_lines(sight, furnished):
    sight.goto(furnished.url + "/feed")
    found = sight.wait_for_selector('.card:has-text("drive end"):has(.line-chip)')
    text = found.text_content()
    assert "very likely (98%)" in text
    assert "EUR" in text
    assert "ago" in text
    assert "BPFO" in text
    assert found.query_selector(".line-chip.is-found i").text_content() == "▼"


def test_from_card_to_evidence_to_work_order_in_three_clicks(sight, furnished, card, ledger):
    sight.goto(furnished.url + "/feed")
    sight.click(f'.card[data-card="{card.id}"] h2 a')
    sight.wait_for_selector("text=Why")
    sight.click('button:has-text("Approve work")')
    sight.click('.toast a:has-text("Open it")')
    sight.wait_for_url("**/order/WO-*")
    (order,) = orders(ledger, card)
    assert order.id in sight.url
    assert sight.text_content(".card-head .chip") == "Open"


def test_two_quick_clicks_make_one_work_order(sight, furnished, card, ledger):
    sight.goto(furnished.url + "/feed")
    sight.wait_for_selector(f'[data-card="{card.id}"]')
    button = f"document.querySelector(`[data-card='{card.id}'] .main-act`)"
    sight.evaluate(f"() => {{ const b = {button}; b.click(); b.click(); }}")
    sight.wait_for_selector(".toast")
    sight.wait_for_selector(f'[data-card="{card.id}"]', state="detached")
    assert len(orders(ledger, card)) == 1


def test_an_approval_can_be_undone(sight, furnished, card, ledger):
    sight.goto(furnished.url + "/feed")
    sight.click(f'[data-card="{card.id}"] button:has-text("Approve")')
    sight.click('.toast button:has-text("Undo")')
    sight.wait_for_selector(f'.card[data-card="{card.id}"]')
    assert [o.state for o in orders(ledger, card)] == ["cancelled"]
    assert state(ledger, card) == "open"


@pytest.mark.slow
def test_a_card_put_off_is_back_after_undo(sight, furnished, card, ledger):
    sight.goto(furnished.url + "/feed")
    sight.click(f'[data-card="{card.id}"] button:has-text("Defer")')
    sight.click('.ask-box button:has-text("Tomorrow morning")')
    sight.wait_for_selector(f'[data-card="{card.id}"]', state="detached")
    assert state(ledger, card) == "deferred"
    sight.click('.toast button:has-text("Undo")')
    sight.wait_for_selector(f'[data-card="{card.id}"]')
    assert state(ledger, card) == "open"


@pytest.mark.slow
def test_a_card_can_be_put_off_until_a_time_of_choice(sight, furnished, card, ledger):
    sight.goto(furnished.url + "/feed")
    sight.click(f'[data-card="{card.id}"] button:has-text("Defer")')
    wanted = (datetime.now(UTC) + timedelta(days=3)).replace(second=0, microsecond=0)
    sight.fill('.ask-box input[type="datetime-local"]', wanted.strftime("%Y-%m-%dT%H:%M"))
    sight.click('.ask-box button:has-text("Defer until this time")')
    until(lambda: state(ledger, card) == "deferred")
    with ledger.view() as view:
        assert view.card(card.id).until == wanted


def test_a_rejection_wants_a_reason_and_keeps_it(sight, furnished, card, ledger):
    sight.goto(furnished.url + "/feed")
    sight.click(f'[data-card="{card.id}"] button:has-text("Reject")')
    sight.click('.ask-box button:has-text("Reject with this reason")')
    assert state(ledger, card) == "open"
    sight.fill(".ask-box textarea", "coupling was just aligned")
    sight.click('.ask-box button:has-text("Reject with this reason")')
    sight.wait_for_selector(f'[data-card="{card.id}"]', state="detached")
    with ledger.view() as view:
        kept = view.card(card.id)
    assert (kept.state, kept.reason, kept.decided_by) == ("rejected", "coupling was just aligned", "anna")


@pytest.mark.slow
def test_what_the_system_has_to_say_stands_apart(sight, furnished):
    sight.goto(furnished.url + "/feed")
    assert sight.wait_for_selector("details.system").get_attribute("open") is None
    sight.click("details.system summary")
    assert "unit 'psi'" in sight.text_content(".system-card")
    assert not sight.query_selector(".system-card .main-act")


@pytest.mark.slow
def test_the_feed_downloads_as_a_table(sight, furnished, card):
    sight.goto(furnished.url + "/feed")
    sight.wait_for_selector(f'[data-card="{card.id}"]')
    with sight.expect_download() as download:
        sight.click('.page-head button:has-text("CSV")')
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert card.id in {row["id"] for row in rows}
    assert {row["state"] for row in rows} == {"open"}


def test_a_viewer_sees_everything_and_can_change_nothing(browser, furnished, ledger, card):
    people, now = People(ledger), datetime.now(UTC)
    people.add("vera", "viewer", now, by="anna")
    token = people.redeem(people.make_link("vera", now, by="anna"), "a sentence to remember", now)
    context = browser.new_context()
    context.add_cookies([{"name": "arkwright_session", "value": token, "url": furnished.url}])
    page = context.new_page()
    page.goto(furnished.url + "/feed")
    page.wait_for_selector(f'[data-card="{card.id}"]')
    assert not page.query_selector(".card button")
    page.goto(f"{furnished.url}/card/{card.id}")
    page.wait_for_selector("text=What to do")
    assert not page.query_selector(".card-acts button")
    context.close()


@pytest.mark.slow
def test_a_card_that_is_not_there_is_said_so(sight, furnished):
    sight.goto(furnished.url + "/card/nonsense")
    assert "There is no such card" in sight.text_content("main")


@pytest.mark.slow
def test_every_figure_of_the_evidence_leads_to_its_readings(sight, furnished, ledger):
    bearing = next(
        c
        for c in ranked(ledger, datetime.now(UTC))
        if c.payload.get("cause") == "outer_race" and c.payload.get("location") == "DE"
    )
    sight.goto(f"{furnished.url}/card/{bearing.id}")
    sight.wait_for_selector(".aw-chart canvas")
    assert sight.query_selector_all(".lines-table tbody tr")
    ways = [a.get_attribute("href") for a in sight.query_selector_all(".proof-figures dd a")]
    assert ways
    assert all(w.startswith("/asset/P-101?signal=P-101.DE.acceleration&from=") for w in ways)
    sight.click(".proof-figures dd a >> nth=0")
    sight.wait_for_selector("#records .aw-chart canvas")
