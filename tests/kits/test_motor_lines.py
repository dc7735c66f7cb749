import pytest

from arkwright.kits.motor_lines import bar_lines, bearing_lines, broken_bars, shaft_lines, slip_of, slot_lines


def test_slip_of_a_four_pole_motor():
    # 1,450 of 1,500 rpm: 3.33 %.
    assert slip_of(50.0, 2, 1450.0) == pytest.approx(1 / 30)


def test_the_lines_of_a_published_example():
    # Thomson & Fenger (2001): 50 Hz, a slip of 1.3 %: sidebands at 48.7 and 51.3 Hz.
    lines = bar_lines(50.0, 0.013, n=1)
    assert lines == pytest.approx({"(1-2s)f": 48.7, "(1+2s)f": 51.3})


def test_lines_of_rotor_slots_by_hand():
    # 51 bars at 24.2 Hz: 1234.2 Hz, with the supply 1184.2 and 1284.2; dynamic ones a turn aside.
    assert sorted(slot_lines(50.0, 24.2, 51, "static").values()) == pytest.approx([1184.2, 1284.2])
    assert sorted(slot_lines(50.0, 24.2, 51, "dynamic").values()) == pytest.approx(
        [1160.0, 1208.4, 1260.0, 1308.4]
    )
    assert shaft_lines(50.0, 24.2, 1) == pytest.approx({"f-1fr": 25.8, "f+1fr": 74.2})
    assert bearing_lines(50.0, 86.7, 1) == pytest.approx({"f-1fb": 36.7, "f+1fb": 136.7})


def test_one_of_forty_bars_lies_forty_decibels_down():
    # A bar of R carries 1/R of the rotor's current, half of it on either side: 20 log10(1 / 2R) = -38 dB.
    assert broken_bars(38.06, 40, 2) == pytest.approx(0.95, abs=0.02)
    assert broken_bars(60.0, 40, 2) < 0.1
