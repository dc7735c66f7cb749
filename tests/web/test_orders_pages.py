"""Work orders in a real browser: moved by a person, closed with what was found, handed to others."""

import csv
import io
import itertools
import json
from datetime import UTC, datetime

import pytest
from tests.web.furnished import offered, site_of_works

from arkwright.app.uses import approve
from arkwright.history.ledger import open_ledger

pytestmark = pytest.mark.browser
NUMBER = itertools.count(1)


@pytest.fixture(scope="module")
def ledger(furnished):
    ledger = open_ledger(furnished.folder / "data" / "ledger.db")
    yield ledger
    ledger.close()


@pytest.fixture
def order(ledger):
    card = offered(ledger, f"job {next(NUMBER)}")
    return approve(ledger, site_of_works(), card.id, "anna", datetime.now(UTC))


def kept(ledger, order):
    with ledger.view() as view:
        return view.order(order.id)


def test_an_order_goes_to_its_end_and_what_was_found_is_kept(sight, furnished, ledger, order):
    sight.goto(f"{furnished.url}/order/{order.id}")
    assert not sight.query_selector('button:has-text("Done")')
    sight.click('button:has-text("Start work")')
    sight.wait_for_selector('.card-head .chip:has-text("In progress")')
    sight.click('.card-acts button:has-text("Done")')
    sight.fill(".ask-box textarea", "spall on the outer ring")
    sight.click('.ask-box button:has-text("The finding was right")')
    sight.wait_for_selector('.card-head .chip:has-text("Done")')
    closed = kept(ledger, order)
    assert (closed.state, closed.verdict, closed.note) == ("done", "right", "spall on the outer ring")
    with ledger.view() as view:
        assert [label.verdict for label in view.labels() if label.order_id == order.id] == ["right"]
    assert not sight.query_selector(".card-acts button")


@pytest.mark.slow
def test_the_list_shows_states_and_leads_to_the_order(sight, furnished, order):
    sight.goto(furnished.url + "/orders")
    row = sight.wait_for_selector(f'tr:has-text("{order.id}")')
    assert "Open" in row.text_content()
    sight.goto(furnished.url + "/orders?state=done")
    assert not sight.query_selector(f'tr:has-text("{order.id}")')


def test_orders_download_as_table_and_as_json(sight, furnished, order):
    sight.goto(furnished.url + "/orders?state=open")
    with sight.expect_download() as download:
        sight.click('button:has-text("CSV")')
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert order.id in {row["id"] for row in rows}
    with sight.expect_download() as download:
        sight.click('button:has-text("JSON")')
    assert order.id in {row["id"] for row in json.loads(download.value.path().read_text())}


@pytest.mark.slow
def test_many_orders_come_a_page_at_a_time(sight, furnished, ledger):
    for i in range(30):
        card = offered(ledger, f"row {i}")
        approve(ledger, site_of_works(), card.id, "anna", datetime.now(UTC))
    sight.goto(furnished.url + "/orders?state=open")
    assert len(sight.query_selector_all("tbody tr")) == 25
    sight.click('nav.pages a[aria-label="Next page"]')
    sight.wait_for_url("**page=2")
    assert 5 <= len(sight.query_selector_all("tbody tr")) <= 25
