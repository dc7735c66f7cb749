"""The pages in a real browser: the way in, values that move, marks on what is old, nothing from outside."""

import signal
import time

import pytest
from tests.servers import unused_port
from tests.web.conftest import NAME, PASSWORD, start

pytestmark = pytest.mark.browser
MOVES = '[data-live="P-101.current"] .lv-v'


def values(page, n, selector=MOVES, within_s=6.0):
    """The first ``n`` different texts of an element."""
    seen, end = [], time.monotonic() + within_s
    while len(seen) < n and time.monotonic() < end:
        text = page.text_content(selector)
        if text not in seen:
            seen.append(text)
        page.wait_for_timeout(100)
    return seen


def test_the_owner_comes_in_by_the_one_time_link_and_goes_out_again(browser, tmp_path):
    site = start(tmp_path, unused_port())
    page = browser.new_page()
    try:
        page.goto(site.link)
        page.fill("#name", NAME)
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        page.click("button")
        page.wait_for_selector(".shell")
        page.click(".person summary")
        page.click("text=Log out")
        page.wait_for_url("**/login")
        page.fill("#name", NAME)
        page.fill("#password", PASSWORD)
        page.click("button")
        page.wait_for_selector(".shell")
    finally:
        page.close()
        site.stop()


def test_a_live_value_changes_again_and_again(page, served):
    page.goto(served.url)
    assert len(values(page, 3)) == 3


def test_a_value_beyond_its_limit_and_a_bad_one_are_told_by_more_than_colour(page, served):
    page.goto(served.url)
    page.wait_for_selector('[data-live="P-101.DE.temperature"].is-act')
    assert page.text_content('[data-live="P-101.DE.temperature"] .lv-m') == "▲"
    page.wait_for_selector('.tile [data-figure="asset/P-101"][data-state="act"]')
    assert page.text_content('[data-figure="asset/P-101"]') == "Act"


def test_nothing_comes_from_outside_and_no_script_fails(page, served):
    asked, wrong = set(), []
    page.on("request", lambda request: asked.add(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    for path in ("/", "/connections", "/truth", "/people"):
        page.goto(served.url + path)
        page.wait_for_selector(".shell")
        page.wait_for_timeout(300)
    assert len(asked) > 15
    assert [url for url in asked if not url.startswith((served.url, "data:", "blob:"))] == []
    assert wrong == []


def test_language_and_theme_are_chosen_and_stay(page, served):
    page.goto(served.url)
    page.click(".person summary")
    page.click("text=中文")
    page.wait_for_selector("text=总览")
    page.click(".person summary")
    page.click("text=深色")
    page.wait_for_selector('html[data-theme="dark"]')
    page.goto(served.url + "/connections")
    assert page.get_attribute("html", "lang") == "zh"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 26)"
    for choice in ("English", "As system"):
        page.click(".person summary")
        page.click(f"text={choice}")
        page.wait_for_load_state()


def test_on_a_phone_nothing_sticks_out_and_the_menu_is_below(page, served):
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/", "/connections"):
        page.goto(served.url + path)
        page.wait_for_selector(".shell")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('.rail').getBoundingClientRect().top") > 700


def test_a_lost_connection_is_marked_within_three_seconds(page, served):
    page.goto(served.url)
    values(page, 2)
    stop = served.folder / "stations.stop"
    stop.touch()
    try:
        page.wait_for_selector(
            '[data-live="P-101.current"].is-stale', timeout=5000
        )  # 3 s, and what a busy computer adds
        assert page.text_content('[data-live="P-101.current"] .lv-m') == "STALE"
        page.goto(served.url + "/connections")
        page.wait_for_selector('[data-figure="connection/stations/state"] >> text=lost')
        page.wait_for_selector(".trouble-text >> text=the peer hung up")
    finally:
        stop.unlink()
    page.wait_for_selector('[data-figure="connection/stations/state"] >> text=running', timeout=20_000)


def test_a_lost_server_is_told_within_three_seconds_and_its_return_too(page, served):
    page.goto(served.url)
    values(page, 2)
    served.process.send_signal(signal.SIGSTOP)  # as good as dead: it says nothing, and closes nothing
    try:
        began = time.monotonic()
        page.wait_for_selector(".lost:visible", timeout=8000)
        assert time.monotonic() - began < 5.0
        assert page.text_content('[data-live="P-101.current"] .lv-m') == "STALE"
    finally:
        served.process.send_signal(signal.SIGCONT)
    page.wait_for_selector(".lost", state="hidden", timeout=10_000)
    assert len(values(page, 2)) == 2


def test_a_page_whose_session_ends_goes_to_the_door_by_itself(page, served):
    page.goto(served.url)
    values(page, 2)
    token = next(c["value"] for c in page.context.cookies() if c["name"] == "arkwright_session")
    with served.client(cookies={"arkwright_session": token}) as elsewhere:
        assert elsewhere.post("/logout").status_code == 303
    page.wait_for_url("**/login**", timeout=8000)
