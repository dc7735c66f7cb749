"""Fault orders from a drawing, against a bearing that is rolled by hand."""

import pytest

from arkwright.kits.geometry import geometry_orders
from arkwright.kits.orders import bearing_orders


def rolled(n, ball, pitch, *, inner, outer, turns=1000.0):
    """Roll a flat bearing: rings of two speeds, and count what passes."""
    r_in, r_out = (pitch - ball) / 2, (pitch + ball) / 2
    cage = (inner * r_in + outer * r_out) / (r_in + r_out) * turns
    spin = abs(inner * turns - cage) * r_in / (ball / 2)
    return (
        n * abs(outer * turns - cage) / turns,
        n * abs(inner * turns - cage) / turns,
        spin / turns,
        cage / turns,
    )


@pytest.mark.parametrize(("n", "ball", "pitch"), [(8, 7.92, 34.55), (9, 7.94, 39.04), (20, 6.35, 48.5)])
@pytest.mark.parametrize("outer_turns", [False, True])
def test_orders_are_what_rolling_it_counts(n, ball, pitch, outer_turns):
    o = geometry_orders(n, ball, pitch, outer_turns=outer_turns)
    counted = rolled(n, ball, pitch, inner=not outer_turns, outer=outer_turns)
    assert (o.bpfo, o.bpfi, o.bsf, o.ftf) == pytest.approx(counted)


def test_a_thrust_bearing_passes_half_of_its_balls_at_each_ring():
    o = geometry_orders(12, 10.0, 60.0, 90.0)
    assert (o.bpfo, o.bpfi, o.ftf) == pytest.approx((6.0, 6.0, 0.5))
    assert o.bsf == pytest.approx(3.0)


def test_a_still_outer_ring_is_the_plain_case():
    assert geometry_orders(16, 8.4074, 71.501, 15.17) == bearing_orders(16, 8.4074, 71.501, 15.17)


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        ((1, 8, 40), "not a bearing"),
        ((9, 40, 40), "not a bearing"),
        ((9, 0, 40), "not a bearing"),
        ((9, -1, 40), "not a bearing"),
        ((9, float("nan"), 40), "numbers"),
        ((9, 8, float("inf")), "numbers"),
        ((9, 8, 40, 91), "outside"),
        ((9, 8, 40, -1), "outside"),
        # asin(8/40) = 0.20136: 15.6 balls fill the circle.
        ((16, 8, 40), "15 do"),
    ],
)
def test_what_cannot_be_built_is_refused(geometry, said):
    with pytest.raises(ValueError, match=said):
        geometry_orders(*geometry)
