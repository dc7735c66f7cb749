"""The tails of two distributions, against those of a library that has them all."""

import pytest

from arkwright.kits.tails import chi2_isf, chi2_sf, f_sf

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("freedom", [1.0, 2.0, 7.5, 40.0, 900.0])
def test_the_chi_square_is_that_of_the_tables(freedom):
    for x in (0.1, 1.0, freedom, 3 * freedom):
        assert chi2_sf(x, freedom) == pytest.approx(stats.chi2.sf(x, freedom), rel=1e-9, abs=1e-300)
    for chance in (0.5, 0.05, 1e-6, 1e-12):
        assert chi2_isf(chance, freedom) == pytest.approx(stats.chi2.isf(chance, freedom), rel=1e-8)


def test_published_points():
    assert chi2_isf(0.05, 1) == pytest.approx(3.841, abs=5e-4)  # Fisher (1925), table III
    assert f_sf(4.103, 2, 10) == pytest.approx(0.05, abs=2e-5)  # Snedecor's table


@pytest.mark.parametrize(("above", "below"), [(1.0, 5.0), (12.0, 300.0), (359.0, 71_640.0)])
def test_the_ratio_is_that_of_the_tables(above, below):
    for x in (0.5, 1.0, 1.5, 4.0):
        assert f_sf(x, above, below) == pytest.approx(stats.f.sf(x, above, below), rel=1e-7, abs=1e-300)
