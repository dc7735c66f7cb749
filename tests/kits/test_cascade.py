"""Rows of a cascade: a spectrum in few columns loses no peak."""

from itertools import pairwise

import numpy as np
import pytest

from arkwright.kits.cascade import cascade_row

HZ = np.arange(11) * 10.0


def test_the_highest_line_of_every_column_stays() -> None:
    amplitude = np.array([0, 1, 2, 9, 4, 5, 3, 7, 8, 6, 1.0])
    row = cascade_row(HZ, amplitude, np.array([0.0, 35.0, 65.0, 100.0]))
    assert row == pytest.approx([9, 5, 8])


def test_every_line_falls_into_one_column_as_a_slow_count_says() -> None:
    rng = np.random.default_rng(3)
    hz, amplitude, edges = np.arange(5000) * 0.5, rng.random(5000), np.linspace(0, 2000, 301)
    slow = [amplitude[(hz >= a) & (hz < b)].max() for a, b in pairwise(edges)]
    assert cascade_row(hz, amplitude, edges) == pytest.approx(slow)


def test_columns_narrower_than_the_lines_take_the_nearest_and_none_lies_beyond() -> None:
    row = cascade_row(HZ, np.arange(11.0), np.array([0.0, 4.0, 8.0, 12.0, 200.0, 300.0]))
    assert row[:3] == pytest.approx([0, 1, 1])
    assert row[3] == pytest.approx(10)
    assert np.isnan(row[4])
