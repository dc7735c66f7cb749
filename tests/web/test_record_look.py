"""How a record is shown, as an address says it: there and back, and nonsense passed over."""

from urllib.parse import parse_qsl

import pytest

from arkwright.web.parts import link
from arkwright.web.record_look import Look, look_of

WHOLE = Look(
    tab="kurtogram", orders=True, scale="db", motion="vibration_velocity", fault="looseness", base=1_790_000,
    cursors={"spectrum": "sidebands~50~24.5~3"}, spans={"spectrum": (10.0, 120.5)}, band=(1000.0, 2000.0),
    along="speed", top=1000.0,
)  # fmt: skip


def test_a_look_that_is_sent_to_a_colleague_arrives_as_it_was() -> None:
    address = link("/asset/P-101", **WHOLE.query())
    assert look_of(dict(parse_qsl(address.partition("?")[2]))) == WHOLE


def test_what_is_as_usual_takes_no_room_in_the_address() -> None:
    assert link("/asset/P-101", **Look().query()) == "/asset/P-101"


@pytest.mark.parametrize(
    "query",
    [{"view": "magic"}, {"scale": "loud"}, {"base": "-5"}, {"span_spectrum": "9~1"}, {"band": "a~b"},
     {"span_spectrum": "nan~inf"}, {"top": "-1"}, {"along": "colour"}],
)  # fmt: skip
def test_nonsense_in_an_address_is_passed_over(query) -> None:
    assert look_of(query) == Look()


def test_a_cursor_of_endless_length_is_cut() -> None:
    assert len(look_of({"cursor_spectrum": "9" * 10_000}).cursors["spectrum"]) <= 80


def test_a_plot_is_zoomed_and_left_again() -> None:
    zoomed = Look().with_span("spectrum", (1.0, 2.0))
    assert zoomed.spans == {"spectrum": (1.0, 2.0)}
    assert zoomed.with_span("spectrum", None) == Look()
