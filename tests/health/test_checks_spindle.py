import pytest
from bench.feed_and_spindle import HEAD_KG, RATE_HZ, Turning, turn_spindle

from arkwright.core.plant import Asset
from arkwright.health.ask import ask
from arkwright.health.checks.spindle import TEST
from arkwright.health.symptom import Record


def told(run, *, seed=1, edges=None, limit=0.5, base=None, **change):
    x = turn_spindle(run, 1.2, seed)
    plate = {"vibration_limit_mm_s": limit} | ({} if edges is None else {"n_teeth": edges})
    known = {"speed_rpm": 60 * run.speed_hz * 1.001} | change
    return ask(TEST, Record(x, RATE_HZ, "acceleration", **known), Asset("S", nameplate=plate), base)


def causes(answer):
    return [symptom.cause for symptom in answer.symptoms]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("speed_hz", [60.0, 100.0, 180.0])
def test_a_balanced_tool_that_sits_shows_nothing(seed, speed_hz):
    answer = told(Turning(speed_hz=speed_hz), seed=seed)
    assert causes(answer) == []
    assert not answer.missing


def test_unbalance_shakes_the_head_as_its_force_over_its_mass():
    answer = told(Turning(unbalance_gmm=600.0))
    assert causes(answer) == ["spindle_unbalance"]
    # u w^2 / M / w, root mean square: 6e-4 * 628 / 300 / 1.41 m/s.
    expected = 600e-6 * 2 * 3.14159 * 100 / HEAD_KG / 2**0.5 * 1e3
    assert answer.descriptors["first_order_mm_s"] == pytest.approx(expected, rel=0.03)
    assert "run it bare" in answer.against[0].text


def test_a_growing_first_order_is_told_before_the_limit():
    run = Turning(unbalance_gmm=200.0)
    assert causes(told(run)) == []
    assert causes(told(run, base={"first_order_mm_s": (0.05, 0.01)})) == ["spindle_unbalance"]


@pytest.mark.parametrize("seed", range(3))
def test_a_holder_that_the_drawbar_does_not_hold_strikes_in_every_turn(seed):
    answer = told(Turning(unbalance_gmm=300.0, hold_n=80.0), seed=seed)
    assert causes(answer) == ["drawbar"]
    assert "in air only" in answer.against[0].text


@pytest.mark.parametrize("edges", [3, 4])
def test_a_tool_that_runs_out_cuts_with_unlike_edges(edges):
    even = told(Turning(edges=edges, run_out_mm=0.005), edges=edges)
    assert causes(even) == []
    assert not even.missing
    assert causes(told(Turning(edges=edges, run_out_mm=0.06), edges=edges)) == ["drawbar"]


def test_a_cut_whose_edges_are_not_stated_is_refused():
    answer = told(Turning(edges=3, feed_mm=0.3, run_out_mm=0.005), limit=0.1)
    assert "seems to cut" in answer.missing[0]


def test_what_the_question_lacks_is_named():
    run = Turning()
    assert "mm/s" in told(run, limit=0.0).missing[0]
    assert "unit" in told(run, has_unit=False).missing[0]
    assert "turns" in told(run, speed_rpm=300.0).missing[0]
