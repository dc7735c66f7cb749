"""Where faults of a rotor would show, in numbers that a reader can check."""

import pytest

from arkwright.kits.order_lines import rotor_lines


def test_unbalance_shows_once_a_turn_and_looseness_at_halves_too() -> None:
    assert [(line.name, line.frequency_hz) for line in rotor_lines("unbalance", 25.0)] == [("1×", 25.0)]
    looseness = rotor_lines("looseness", 25.0)
    assert [line.name for line in looseness[:4]] == ["0.5×", "1×", "1.5×", "2×"]
    assert looseness[0].frequency_hz == pytest.approx(12.5)


def test_a_gear_of_23_teeth_meshes_23_times_a_turn_with_the_shaft_on_both_sides() -> None:
    lines = rotor_lines("gear_mesh", 10.0, 23)
    assert [line.order for line in lines] == [22, 23, 24, 45, 46, 47, 68, 69, 70]
    assert [line.name for line in lines[:4]] == ["GMF−fr", "GMF", "GMF+fr", "2×GMF−fr"]
    assert lines[1].frequency_hz == pytest.approx(230.0)


def test_six_blades_pass_six_times_and_unknown_ones_draw_nothing() -> None:
    assert [line.order for line in rotor_lines("blade_pass", 10.0, 6)] == [6, 12, 18]
    assert rotor_lines("blade_pass", 10.0) == ()
