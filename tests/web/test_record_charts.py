"""Axes of a record's plots: orders, decibels and decades, worked out by hand."""

from types import SimpleNamespace

import pytest

from arkwright.web.pictures import range_of
from arkwright.web.record_charts import Plot, plot_option, shown_points
from arkwright.web.record_look import Look
from arkwright.web.record_words import CURSOR, EVERY_FAULT, cursor_words

SPECTRUM = {
    "x_title": "frequency", "x_unit": "Hz", "y_title": "acceleration peak", "y_unit": "g",
    "points": [(0.0, 0.0), (25.0, 1.0), (50.0, 0.1), (1000.0, 0.001)], "over_db": [0, 40, 20, 1], "step": 1.0,
}  # fmt: skip
CONTEXT = SimpleNamespace(language="en", plant=SimpleNamespace(site=SimpleNamespace(name="works")))


def test_orders_are_frequencies_over_that_of_the_shaft() -> None:
    assert [x for x, _ in shown_points(SPECTRUM, 25.0, Look(), levels=False)] == [0, 1, 2, 40]


def test_a_tenth_of_a_g_is_minus_twenty_decibels() -> None:
    levels = [y for _, y in shown_points(SPECTRUM, 1.0, Look(scale="db"), levels=False)]
    assert levels == pytest.approx([-120, 0, -20, -60])


def test_a_logarithmic_axis_has_no_zero_and_five_decades() -> None:
    option = plot_option(CONTEXT, Plot("spectrum", SPECTRUM, "Spectrum", "f"), Look(scale="log"))
    assert option["yAxis"]["type"] == "log"
    assert option["yAxis"]["max"] / option["yAxis"]["min"] == pytest.approx(1e5)
    assert min(y for _, y in option["series"][0]["data"]) > 0


def test_what_is_a_level_already_stays_as_it_is() -> None:
    levels = SPECTRUM | {"y_unit": "dB"}
    plot = Plot("envelope", levels, "Envelope", "f", 25.0)
    option = plot_option(CONTEXT, plot, Look(scale="db", orders=True))
    assert [p[1] for p in option["series"][0]["data"]] == [0.0, 1.0, 0.1, 0.001]
    assert option["xAxis"]["name"] == "Order of the shaft"


def test_an_earlier_record_lies_beneath_in_orders_of_its_own_speed() -> None:
    base = SPECTRUM | {"points": [(20.0, 1.0), (40.0, 0.5)]}
    plot = Plot(
        "spectrum", SPECTRUM, "Spectrum", "f", 25.0, base=base, base_shaft_hz=20.0, base_words="before"
    )
    under = plot_option(CONTEXT, plot, Look(orders=True))["series"][1]
    assert under["name"] == "before"
    assert [x for x, _ in under["data"]] == [1.0, 2.0]
    assert under["z"] < 3


def test_a_stretch_shows_no_ragged_number_at_its_beginning() -> None:
    stretch = SPECTRUM | {"points": SPECTRUM["points"][1:]}
    axis = plot_option(CONTEXT, Plot("spectrum", stretch, "Spectrum", "f"), Look())["xAxis"]
    assert (axis["min"], axis["max"]) == (25.0, 1000.0)
    assert axis["axisLabel"]["showMinLabel"] is False


def test_the_colours_of_a_picture_begin_at_the_median() -> None:
    rows = [
        {"name": "", "key": 0.0, "values": [1.0, 2.0, 3.0, None]},
        {"name": "", "key": 1.0, "values": [4.0, 9.0]},
    ]
    assert range_of({"rows": rows}) == (3.0, 9.0)
    assert range_of({"rows": []}) == (0.0, 1.0)


def test_everything_said_around_a_record_is_said_in_both_languages() -> None:
    for en, zh in (*CURSOR.values(), *EVERY_FAULT.values()):
        assert en
        assert zh
    assert cursor_words("zh", over_time=False)["sidebands"] == "边带"
    assert cursor_words("en", over_time=True)["sidebands"] == "Comb"
