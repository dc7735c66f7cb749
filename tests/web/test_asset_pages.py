"""The page of an asset in a real browser: curves that grow, zoom, records with the lines of every fault."""

import csv
import io
import itertools

import pytest
from tests.web.conftest import until

pytestmark = pytest.mark.browser
# The part of a chart that draws: NiceGUI's elements are found by number.
CHART = "(at) => getElement(Number([...document.querySelectorAll('.aw-chart')].at(at).id.slice(1)))"


def chart(page, at, ask):
    return page.evaluate(f"([at]) => {{ const chart = ({CHART})(at); return {ask}; }}", [at])


def opened(page, site, address):
    page.goto(site.url + address)
    page.wait_for_selector(".aw-chart canvas")
    until(lambda: chart(page, 0, "!!chart?.chart?.getOption()"))


def test_a_curve_grows_by_what_comes_in_without_being_sent_anew(sight, furnished):
    opened(sight, furnished, "/asset/P-101?signal=P-101.flow&range=1h")
    before = chart(sight, 0, "chart.points.length")
    assert before > 1000
    # The small curves beside the values are sent once, when the page opens: let them come first.
    sight.wait_for_function(
        "(document.querySelector('[data-spark=\"P-101.flow\"] > *')?.outerHTML.length ?? 0) > 200"
    )
    sight.evaluate("window.heard = []; socket.onAny((name) => heard.push(name))")
    until(lambda: chart(sight, 0, "chart.points.length") >= before + 3, 15)
    assert set(sight.evaluate("heard")) == {"arkwright_live"}


@pytest.mark.slow
def test_the_address_says_what_is_shown(sight, furnished):
    opened(sight, furnished, "/asset/P-101")
    sight.click('.trend button:has-text("Drive end bearing temperature") >> nth=0')
    sight.click('.trend button:has-text("10 min")')
    sight.wait_for_url("**signal=P-101.DE.temperature&range=10m")
    opened(sight, furnished, sight.url.removeprefix(furnished.url))
    assert chart(sight, 0, "chart.heading") == "Drive end bearing temperature"


def test_a_marked_stretch_is_read_anew_in_full_and_left_again(sight, furnished):
    opened(sight, furnished, "/asset/P-101?signal=P-101.power&range=1h")
    box = sight.query_selector(".trend canvas").bounding_box()
    sight.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60)
    sight.mouse.down()
    sight.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 70, steps=4)
    sight.mouse.up()
    sight.wait_for_url("**from=*")
    assert 60_000 < chart(sight, 0, "chart.option.xAxis.max - chart.option.xAxis.min") < 600_000
    sight.click('.trend button:has-text("Whole window")')
    sight.wait_for_url("**range=1h")
    assert chart(sight, 0, "Math.round(chart.option.xAxis.max - chart.option.xAxis.min)") == 3_600_000


def test_what_is_shown_downloads_as_picture_and_as_table(sight, furnished):
    opened(sight, furnished, "/asset/P-101?signal=P-101.power&range=10m")
    with sight.expect_download() as download:
        sight.click('.trend button:has-text("CSV")')
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["time", "P-101.power [kW]", "note"]
    assert abs(len(rows) - chart(sight, 0, "chart.points.length")) < 10
    assert 10 < float(rows[0]["P-101.power [kW]"]) < 20
    with sight.expect_download() as download:
        sight.click('.trend button:has-text("PNG")')
    assert download.value.path().read_bytes()[:4] == b"\x89PNG"


def test_the_lines_of_the_fault_are_drawn_found_and_named_without_overlap(sight, furnished):
    opened(sight, furnished, "/asset/P-101#records")
    lines = chart(sight, 1, "chart.lines")
    assert [line["name"] for line in lines] == ["BPFO", "2×BPFO", "3×BPFO", "4×BPFO"]
    assert all(line["found"] for line in lines)
    # 6205 at 1470 rpm: order 3.585, 87.8 Hz without slip.
    assert lines[0]["hz"] == pytest.approx(87.8, abs=1.5)
    for fault in ("Inner race", "Rolling element", "Cage"):
        sight.click(f'.fault-row button:has-text("{fault}")')
        sight.wait_for_selector(f'.fault-row [aria-pressed="true"]:has-text("{fault}")')
        until(lambda: chart(sight, 1, "!!chart?.chart?.getOption()"))
        for width in (160, 400, 1000):
            check_labels(chart(sight, 1, placed(width)))


def placed(width):
    box, coord = f"{{x: 50, y: 60, width: {width}, height: 100}}", f"([hz]) => [50 + hz / 640 * {width}, 0]"
    return f"chart.places({box}, {{coord: {coord}}}, chart.lines)"


def check_labels(labels):
    """No two names of one row touch; whatever is left out, something is shown."""
    shown = [label for label in labels if label["row"] >= 0]
    assert shown
    for one, other in itertools.combinations(shown, 2):
        left, right = sorted((one, other), key=lambda label: label["left"])
        assert one["row"] != other["row"] or left["left"] + left["width"] <= right["left"]


@pytest.mark.slow
def test_a_record_can_be_stepped_through_and_sent_to_a_colleague(sight, furnished):
    opened(sight, furnished, "/asset/P-101")
    newest = sight.input_value(".stepper select")
    sight.click('.stepper button[aria-label="Earlier"]')
    earlier = until(lambda: (v := sight.input_value(".stepper select")) != newest and v)
    assert int(newest) - int(earlier) == pytest.approx(20e6)
    sight.wait_for_url(f"**record={earlier}*")
    opened(sight, furnished, sight.url.removeprefix(furnished.url))
    assert sight.input_value(".stepper select") == earlier


@pytest.mark.slow
def test_an_asset_is_found_by_a_part_of_its_name(sight, furnished):
    sight.goto(furnished.url + "/assets")
    sight.fill('input[type="search"]', "waste-gas")
    sight.keyboard.press("Enter")
    sight.wait_for_url("**/assets?q=waste-gas")
    assert [a.text_content() for a in sight.query_selector_all(".tree a")] == ["Sinter waste-gas fan"]
    sight.click(".tree a")
    sight.wait_for_selector("text=Nameplate")


@pytest.mark.slow
def test_an_asset_that_is_not_there_is_said_so(sight, furnished):
    sight.goto(furnished.url + "/asset/P-999")
    assert "There is no such asset" in sight.text_content("main")
