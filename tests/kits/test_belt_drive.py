"""The length of a belt against geometry drawn out, and the rate at which it goes round."""

import numpy as np
import pytest

from arkwright.kits.belt_drive import belt_length, belt_rate


def hull_length(driver_mm, driven_mm, centres_mm, n=200_000):
    """The perimeter of the convex hull of two circles, walked by its support function (Cauchy)."""
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
    support = np.maximum(driver_mm / 2, centres_mm * np.cos(turn) + driven_mm / 2)
    return support.sum() * 2 * np.pi / n


def test_equal_sheaves_have_two_straight_runs_and_one_whole_round():
    assert belt_length(200.0, 200.0, 500.0) == pytest.approx(1000.0 + np.pi * 200.0)


@pytest.mark.parametrize("sheaves", [(140.0, 200.0), (200.0, 140.0), (63.0, 630.0), (100.0, 101.0)])
def test_unequal_sheaves_agree_with_the_hull_of_two_circles(sheaves):
    assert belt_length(*sheaves, 450.0) == pytest.approx(hull_length(*sheaves, 450.0), rel=1e-6)


def test_the_rate_is_the_same_from_either_sheave():
    assert belt_rate(140.0, 1400.0, 24.5) == pytest.approx(belt_rate(200.0, 1400.0, 24.5 * 140 / 200))
    assert belt_rate(100.0, 1000.0 * np.pi, 20.0) == pytest.approx(2.0)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="do not stand 150 mm apart"):
        belt_length(200.0, 140.0, 150.0)
    with pytest.raises(ValueError, match="do not stand"):
        belt_length(0.0, 140.0, 500.0)
    with pytest.raises(ValueError, match="does not go round a sheave of 500 mm"):
        belt_rate(500.0, 1400.0, 24.5)
    with pytest.raises(ValueError, match="does not go round"):
        belt_rate(140.0, float("nan"), 24.5)
