"""What the charts are told to draw, without a browser."""

from arkwright.web.charts import curve_option, fault_lines, file_name, trend_option, trend_summary

TREND = {
    "signal": "p.t", "title": "Bearing", "title_zh": "轴承", "quantity": "temperature", "unit": "degC",
    "start_ms": 0.0, "end_ms": 1000.0, "points": [(0.0, 50.0), (500.0, None), (1000.0, 60.0)],
    "stretches": [{"kind": "gap", "start_ms": 100.0, "end_ms": 900.0, "text": "broker down"}],
    "limits": {"high": 75.0, "high_high": 400.0}, "n_readings": 1234,
}  # fmt: skip
LINES = [
    {"name": "BPFO", "order": 3.58, "expected_hz": 87.8, "peak_hz": 87.5, "level_db": 20.0, "found": True},
    {
        "name": "2×BPFO",
        "order": 7.17,
        "expected_hz": 175.6,
        "peak_hz": 176.0,
        "level_db": 2.0,
        "found": False,
    },
]
CURVE = {
    "x_title": "frequency",
    "x_unit": "Hz",
    "y_title": "level over floor",
    "y_unit": "dB",
    "points": [(0.0, 1.0)],
}


def test_a_trend_spans_its_window_and_breaks_where_nothing_is_known():
    option = trend_option(TREND, "en")
    assert (option["xAxis"]["min"], option["xAxis"]["max"], option["yAxis"]["name"]) == (0.0, 1000.0, "°C")
    assert option["series"][0]["data"][1] == [500.0, None]
    assert option["series"][0]["connectNulls"] is False


def test_a_stretch_not_to_be_trusted_is_shaded_and_named():
    ((start, end),) = trend_option(TREND, "en")["series"][0]["markArea"]["data"]
    assert (start["name"], start["xAxis"], end["xAxis"]) == ("gap", 100.0, 900.0)
    assert trend_option(TREND, "zh")["series"][0]["markArea"]["data"][0][0]["name"] == "缺失"


def test_a_limit_in_reach_is_in_the_picture_and_one_far_off_does_not_flatten_the_curve():
    option = trend_option(TREND, "en")
    assert [line["yAxis"] for line in option["series"][0]["markLine"]["data"]] == [75.0, 400.0]
    assert option["series"][1]["data"] == [[1000.0, 75.0]]


def test_a_chart_says_in_words_what_it_shows():
    assert trend_summary(TREND, "en") == "Bearing: between 50 and 60 degC, 1234 readings, last 60 degC"
    assert trend_summary(TREND | {"points": []}, "zh") == "轴承：此时段无数据"


def test_a_found_line_is_drawn_at_its_peak_and_a_missing_one_where_it_should_be_each_with_its_word():
    found, missing = fault_lines(LINES, "en")
    assert (found["hz"], found["word"], missing["hz"], missing["word"]) == (87.5, "found", 175.6, "not found")
    assert fault_lines(LINES, "zh")[1]["word"] == "未找到"


def test_axes_carry_their_units():
    option = curve_option(CURVE, "en")
    assert (option["xAxis"]["name"], option["yAxis"]["name"]) == ("Frequency [Hz]", "Level over floor [dB]")
    assert curve_option(CURVE, "zh")["xAxis"]["name"] == "频率 [Hz]"


def test_colours_are_tokens_of_the_theme_and_nothing_else():
    def colours(value):
        if isinstance(value, dict):
            yield from (v for k, v in value.items() if "olor" in k and isinstance(v, str))
            for v in value.values():
                yield from colours(v)
        if isinstance(value, list):
            for v in value:
                yield from colours(v)

    found = list(colours(trend_option(TREND, "en"))) + list(
        colours(curve_option(CURVE, "en", with_lines=True))
    )
    assert len(found) > 10
    assert all(c.startswith("var(--chart-") for c in found)


def test_a_file_name_fits_every_system():
    assert file_name("Demo works", "P-101/DE acc: g") == "Demo-works-P-101-DE-acc-g"
