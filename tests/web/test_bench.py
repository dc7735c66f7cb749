"""The bench of a record in a real browser: cursors by mouse and key, orders, bands, rows, and the address."""

import csv
import io

import pytest
from tests.web.conftest import until

pytestmark = pytest.mark.browser
ASSET = "/asset/P-101"
FIGURES = "[...document.querySelectorAll('.records .aw-chart')]"
PART = f"(at) => {{ const f = {FIGURES}.at(at); return f && getElement(Number(f.id.slice(1))); }}"
SHAFT = 24.5  # 1470 rpm
ENVELOPE, SPECTRUM, WAVEFORM = 0, 1, 2


def part(page, at, ask):
    """Ask the part of a figure that draws."""
    return page.evaluate(f"([at]) => {{ const chart = ({PART})(at); return {ask}; }}", [at])


def opened(page, site, address, at=0):
    page.goto(site.url + address)
    page.wait_for_selector(".records .aw-chart canvas", timeout=20_000)
    until(lambda: part(page, at, "!!chart?.chart?.getOption()"), 15)


def middle_of(page, at, x):
    """Where on the screen a place of the axis is."""
    plot = page.locator(".records .aw-chart-plot").nth(at)
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    px = part(page, at, f"chart.chart.convertToPixel({{xAxisIndex: 0}}, {x})")
    return box["x"] + px, box["y"] + box["height"] / 2


def readout(page, at):
    rows = part(page, at, "chart.readout.map((r) => [r.name, r.place, r.order, r.level])")
    return [[cell and cell.replace("−", "-").replace("\u202f", "") for cell in row] for row in rows]


def test_a_click_sets_a_cursor_on_the_nearest_peak_and_the_address_brings_it_back(sight, furnished):
    opened(sight, furnished, ASSET + "?fault=none")
    top = part(sight, ENVELOPE, "chart.points.toSorted((p, q) => q[1] - p[1])[0][0]")
    x, y = middle_of(sight, ENVELOPE, top + 2.5)
    sight.mouse.click(x, y)
    (row,) = until(lambda: readout(sight, ENVELOPE))
    assert float(row[1]) == pytest.approx(top, rel=1e-4)
    assert float(row[2]) == pytest.approx(top / SHAFT, rel=1e-3)
    sight.locator(".records .aw-cursor-bar").nth(ENVELOPE).get_by_text("Harmonics").click()
    sight.wait_for_url("**cursor_envelope=harmonics*")
    rows = readout(sight, ENVELOPE)
    assert [float(r[1]) / top for r in rows] == pytest.approx([1, 2, 3, 4, 5], rel=1e-3)
    opened(sight, furnished, sight.url.removeprefix(furnished.url))
    assert readout(sight, ENVELOPE) == rows


def test_keys_move_the_cursor_count_its_sidebands_and_measure(sight, furnished):
    opened(sight, furnished, ASSET + "?fault=none")
    plot = sight.locator(".records .aw-chart-plot").nth(ENVELOPE)
    plot.focus()
    assert plot.get_attribute("role") == "slider"
    sight.keyboard.press("Home")
    highest = float(readout(sight, ENVELOPE)[0][1])
    for key in ("s", "ArrowDown", "ArrowDown", "ArrowDown"):
        sight.keyboard.press(key)
    *rows, spacing = readout(sight, ENVELOPE)
    assert [spacing[0], float(spacing[1]), float(spacing[2])] == ["↔", SHAFT, 1.0]
    places = [(row[0], float(row[1])) for row in rows]
    wanted = [("-2", -2), ("-1", -1), ("", 0), ("+1", 1), ("+2", 2)]
    assert [name for name, _ in places] == [name for name, _ in wanted]
    assert [p for _, p in places] == pytest.approx([highest + k * SHAFT for _, k in wanted], abs=0.01)
    for key in ("1", "d", "ArrowRight"):
        sight.keyboard.press(key)
    rows = readout(sight, ENVELOPE)
    assert [row[0] for row in rows] == ["", "R", "Δ"]
    assert float(rows[2][1]) == pytest.approx(float(rows[0][1]) - highest, abs=0.01)
    assert "Hz" in plot.get_attribute("aria-valuetext")
    sight.keyboard.press("Escape")
    assert readout(sight, ENVELOPE) == []


def test_a_comb_over_the_waveform_tells_the_frequency_of_its_steps(sight, furnished):
    opened(sight, furnished, ASSET + "?cursor_waveform=single~0.5~~~0.46")
    delta = readout(sight, WAVEFORM)[-1]
    assert float(delta[1]) == pytest.approx(0.04)
    assert part(sight, WAVEFORM, "chart.readout.at(-1).each") == "25 Hz"


def test_the_lines_of_a_loose_rotor_lie_over_the_velocity_spectrum_at_their_orders(sight, furnished):
    opened(sight, furnished, ASSET + "?axis=orders")
    sight.click('.fault-row button:has-text("Looseness")')
    sight.wait_for_url("**fault=looseness*")
    until(lambda: part(sight, SPECTRUM, "!!chart?.chart?.getOption() && chart.lines.length"), 15)
    assert part(sight, SPECTRUM, "chart.heading") == "Velocity spectrum"
    lines = part(sight, SPECTRUM, "chart.lines")
    missing = [line["hz"] for line in lines if not line["found"]]
    assert set(missing) <= {0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0}
    assert lines[1]["name"] == "1×"
    assert lines[1]["hz"] == pytest.approx(1.0, abs=0.03)
    assert part(sight, ENVELOPE, "chart.lines.length") == 0


@pytest.mark.slow
def test_a_stretch_of_a_spectrum_is_read_in_full_exported_and_left_again(sight, furnished):
    opened(sight, furnished, ASSET + "?fault=none")
    left, y = middle_of(sight, SPECTRUM, 3000)
    right, _ = middle_of(sight, SPECTRUM, 4000)
    sight.mouse.move(left, y)
    sight.mouse.down()
    sight.mouse.move(right, y + 10, steps=5)
    sight.mouse.up()
    sight.wait_for_url("**span_spectrum=*")
    until(lambda: part(sight, SPECTRUM, "chart.option.xAxis.max < 4100"))
    points = part(sight, SPECTRUM, "chart.points.length")
    assert points == pytest.approx(1000 * 32_768 / 25_600, rel=0.05)  # every line of the record
    with sight.expect_download() as download:
        sight.locator(".records .aw-chart").nth(SPECTRUM).get_by_text("CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert list(rows[0]) == ["frequency [Hz]", "acceleration peak [g]", "note"]
    assert len(rows) == pytest.approx(points, abs=5)
    sight.locator(".records .aw-chart").nth(SPECTRUM).get_by_text("Whole window").click()
    until(lambda: part(sight, SPECTRUM, "chart.option.xAxis.max > 12_000"))


@pytest.mark.slow
def test_a_cell_of_the_kurtogram_shows_the_envelope_of_its_band(sight, furnished):
    opened(sight, furnished, ASSET + "?view=kurtogram")
    until(lambda: sight.locator(".records .aw-chart").count() == 2, 15)
    x, y = middle_of(sight, 0, 3300)
    sight.mouse.click(x, y)
    sight.wait_for_url("**band=*")
    until(
        lambda: (
            "Envelope spectrum of" in (sight.locator(".records .aw-chart-title").last.text_content() or "")
        )
    )
    low, high = (float(v) for v in sight.url.split("band=")[1].split("&")[0].split("~"))
    assert low < 3300 < high
    with sight.expect_download() as download:
        sight.locator(".records .aw-chart").nth(0).get_by_text("PNG").click()
    assert download.value.path().read_bytes()[:4] == b"\x89PNG"


@pytest.mark.slow
def test_a_row_of_the_cascade_opens_its_record_by_the_keyboard_too(sight, furnished):
    opened(sight, furnished, ASSET + "?view=cascade&top=1000")
    newest = sight.input_value(".stepper select")
    sight.locator(".records .aw-chart-plot").first.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        sight.keyboard.press(key)
    earlier = until(lambda: (v := sight.input_value(".stepper select")) != newest and v)
    assert int(newest) - int(earlier) == pytest.approx(40e6)


@pytest.mark.slow
@pytest.mark.parametrize("view", ["spectra", "kurtogram", "cascade", "turn"])
def test_nothing_sticks_out_on_a_phone_and_no_script_fails(sight, furnished, view):
    wrong = []
    sight.on("pageerror", lambda error: wrong.append(str(error)))
    sight.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    sight.set_viewport_size({"width": 390, "height": 844})
    opened(sight, furnished, f"{ASSET}?view={view}&cursor_envelope=sidebands~174~24.5~3~87")
    assert sight.evaluate("document.documentElement.scrollWidth") <= 390
    assert wrong == []


@pytest.mark.slow
def test_an_earlier_record_is_laid_beneath(sight, furnished):
    opened(sight, furnished, ASSET + "?fault=none")
    value = sight.eval_on_selector(".bench-group select", "(e) => e.options[e.options.length - 1].value")
    sight.select_option(".bench-group select", value)
    sight.wait_for_url(f"**base={value}*")
    until(lambda: part(sight, SPECTRUM, "!!chart?.option?.series?.[1]?.name"), 15)
    assert part(sight, SPECTRUM, "chart.option.series[1].data.length") > 1000
