"""The catalogue of bearings: every row cites its source and obeys the kinematics of a bearing."""

import numpy as np
import pytest

from arkwright.core.errors import EntryError
from arkwright.health.bearing import bearings, catalogue, find_bearing
from arkwright.kits.orders import bearing_orders


@pytest.mark.parametrize("name", list(bearings()))
def test_a_row_obeys_kinematics_and_names_its_source(name):
    row = catalogue()[name]
    o, n = row.orders, row.n_balls
    assert len(o.source) > 20
    assert o.bpfo + o.bpfi == pytest.approx(n, abs=0.002)
    assert o.ftf * n == pytest.approx(o.bpfo, abs=0.0005 * n + 0.001)
    share = (o.bpfi - o.bpfo) / n
    assert 0.05 < share < 0.4
    # The share is that of the contact direction; where it is flat it gives the ball's spin as well.
    if not row.angle_deg:
        assert o.bsf == pytest.approx((1 - share**2) / (2 * share), abs=0.006)


def test_orders_are_what_a_slow_count_of_passing_balls_finds():
    # Roll the shaft 1,000 turns; the cage turns by the mean of the races' surface speeds.
    o = bearing_orders(8, 7.92, 34.55)
    inner, outer = (34.55 - 7.92) / 2, (34.55 + 7.92) / 2
    cage_turns = 1000 * inner / (inner + outer)
    assert o.ftf == pytest.approx(cage_turns / 1000)
    assert o.bpfo == pytest.approx(8 * cage_turns / 1000)
    assert o.bpfi == pytest.approx(8 * (1000 - cage_turns) / 1000)
    assert o.bsf == pytest.approx(cage_turns * outer / (7.92 / 2) / 1000)


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("SKF 6205-2RS JEM", "6205"),
        ("6205-2Z/C3", "6205"),
        ("rexnord za-2115", "ZA-2115"),
        ("MB ER10K", "ER-10K"),
        ("Fafnir 203K", "203K"),
    ],
)
def test_maker_seals_and_hyphens_do_not_matter(said, row):
    assert find_bearing(said) == bearings()[row]


def test_an_unknown_bearing_is_refused_with_those_nearest_to_it():
    with pytest.raises(EntryError) as refused:
        find_bearing("6209-2RS")
    assert "6205" in refused.value.wanted
    assert "bpfo" in refused.value.fix


@pytest.mark.parametrize(("n", "ball", "pitch"), [(1, 8, 40), (9, 40, 40), (9, 0, 40), (9, -1, 40)])
def test_what_is_no_bearing_is_refused(n, ball, pitch):
    with pytest.raises(ValueError, match="not a bearing"):
        bearing_orders(n, ball, pitch)


def test_no_two_rows_of_a_designation():
    assert len(catalogue()) == len(np.unique([name.upper() for name in catalogue()])) >= 34
