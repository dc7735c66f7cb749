"""Curves for the screen: what a person looks for is still there."""

import numpy as np
import pytest

from arkwright.kits.display import (
    ExpectedLine,
    broken_at,
    expected_lines,
    long_silences,
    met_lines,
    outline,
    peak_spectrum,
    peaks_kept,
    runs,
)
from arkwright.kits.orders import bearing_orders


def test_a_tone_shows_at_its_frequency_with_its_amplitude() -> None:
    rate, n = 1000.0, 2000
    x = 3.0 * np.sin(2 * np.pi * 120.0 * np.arange(n) / rate) + 5.0
    hz, amplitude = peak_spectrum(x, rate)
    top = int(np.argmax(amplitude))
    assert hz[top] == pytest.approx(120.0)
    assert amplitude[top] == pytest.approx(3.0, rel=1e-3)
    assert amplitude[0] < 1e-9  # the mean is no vibration


def test_one_spike_in_a_million_samples_is_still_drawn() -> None:
    x = np.zeros(1_000_000)
    x[654_321], x[111_111] = 9.0, -7.0
    kept = outline(x, 1000)
    assert len(kept) <= 1000
    assert {654_321, 111_111} <= set(kept.tolist())


def test_the_highest_line_of_a_spectrum_stays() -> None:
    level = np.ones(10_000)
    level[7777] = 2.0
    kept = peaks_kept(level, 100)
    assert len(kept) == 100
    assert 7777 in kept
    assert (np.diff(kept) > 0).all()


def test_a_short_curve_is_kept_whole() -> None:
    assert outline(np.arange(5.0), 10).tolist() == [0, 1, 2, 3, 4]
    assert peaks_kept(np.arange(5.0), 10).tolist() == [0, 1, 2, 3, 4]


def test_stretches_of_a_flag_are_found_at_both_ends() -> None:
    assert runs(np.array([1, 1, 0, 1, 0, 1], bool)) == [(0, 2), (3, 4), (5, 6)]
    assert runs(np.zeros(3, bool)) == []


def test_a_curve_breaks_in_a_hole_and_nowhere_else() -> None:
    times, values = broken_at(np.array([0, 10, 50, 60]), np.array([1.0, 2, 3, 4]), [(11, 49), (70, 90)])
    assert times.tolist() == [0, 10, 30, 50, 60]
    assert np.isnan(values[2])
    assert np.isfinite(values).sum() == 4


def test_a_hole_in_which_readings_came_does_not_break_the_curve() -> None:
    times, _ = broken_at(np.array([0, 10, 20, 30]), np.ones(4), [(5, 25)])
    assert times.tolist() == [0, 10, 20, 30]


def test_silences_longer_than_allowed_are_listed() -> None:
    assert long_silences(np.array([0, 5, 30, 35]), 10) == [(5, 30)]


def test_lines_lie_at_orders_times_speed() -> None:
    # 9 balls of 7.94 on 39.04 mm (6205, CWRU): BPFO 3.585, BPFI 5.415; at 1797 rpm 107.4 and 162.2 Hz.
    orders = bearing_orders(9, 7.94, 39.04)
    outer = expected_lines("outer_race", orders, 1797 / 60)
    assert [line.name for line in outer] == ["BPFO", "2×BPFO", "3×BPFO", "4×BPFO"]
    assert outer[0].frequency_hz == pytest.approx(107.36, abs=0.05)
    inner = {line.name: line for line in expected_lines("inner_race", orders, 1797 / 60)}
    assert inner["BPFI"].frequency_hz == pytest.approx(162.19, abs=0.05)
    assert inner["2×BPFI−fr"].frequency_hz == pytest.approx(2 * 162.19 - 29.95, abs=0.05)


def test_slip_moves_a_line_but_not_its_shaft_sideband_distance() -> None:
    orders = bearing_orders(9, 7.94, 39.04)
    lines = {line.name: line.order for line in expected_lines("inner_race", orders, 30.0, slip=-0.01)}
    assert lines["BPFI"] == pytest.approx(orders.bpfi * 0.99)
    assert lines["BPFI+fr"] - lines["BPFI"] == pytest.approx(1.0)


def test_a_line_counts_as_found_only_where_the_spectrum_is_exceptionally_high() -> None:
    orders = bearing_orders(9, 7.94, 39.04)
    lines = expected_lines("outer_race", orders, 25.0)
    hz = np.arange(2000) * 0.25
    level = np.sin(np.arange(2000) * 1.7)
    level[round(lines[1].frequency_hz / 0.25) + 1] = 12.0
    met = met_lines(hz, level, lines)
    assert [m.found for m in met] == [False, True, False, False]
    assert met[1].level_db == 12.0
    assert met[1].frequency_hz == pytest.approx(lines[1].frequency_hz, abs=0.4)


def test_a_multiple_is_looked_for_further_off_and_must_stand_out_the_more() -> None:
    orders = bearing_orders(9, 7.94, 39.04)
    lines = expected_lines("outer_race", orders, 25.0)
    assert [line.reach for line in lines] == [1, 1, 2, 2]
    assert {line.name: line.reach for line in expected_lines("ball", orders, 25.0)}["6×BSF"] == 2
    hz, level = np.arange(2000) * 0.25, np.sin(np.arange(2000) * 1.7)
    for line, off in zip(lines, (2, 2, 2, 3), strict=True):
        level[round(line.frequency_hz / 0.25) + off] = 12.0
    assert [m.found for m in met_lines(hz, level, lines)] == [False, False, True, False]


def test_of_noise_chance_finds_three_lines_in_a_hundred_however_far_is_looked() -> None:
    rng = np.random.default_rng(6)
    hz = np.arange(4000) * 0.25
    for reach in (1, 2, 3):
        lines = [ExpectedLine("", 0.0, float(f), reach) for f in rng.uniform(20, 900, 60)]
        met = [m.found for _ in range(40) for m in met_lines(hz, rng.standard_normal(4000), lines)]
        assert np.mean(met) == pytest.approx(0.03, abs=0.012)
