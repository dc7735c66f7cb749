import numpy as np
import pytest

from arkwright.kits.envelope import whiten_cepstrum
from arkwright.kits.orders import bearing_orders
from arkwright.kits.quality import record_flaws


def test_geometry_of_a_6205_gives_the_published_orders():
    # Geometry and orders: CWRU bearing data center, 6205-2RS: 9 balls, 0.3126 in on 1.537 in.
    orders = bearing_orders(9, 0.3126, 1.537)
    assert (orders.bpfo, orders.bpfi) == pytest.approx((3.5848, 5.4152), abs=2e-3)
    assert 2 * orders.bsf == pytest.approx(4.7135, abs=2e-3)
    assert orders.bpfo + orders.bpfi == pytest.approx(9)


def test_whitening_makes_every_line_weigh_the_same():
    x = np.random.default_rng(1).normal(size=1000).cumsum()
    size = np.abs(np.fft.rfft(whiten_cepstrum(x)))[1:]
    assert size == pytest.approx(np.ones_like(size))


@pytest.mark.parametrize(
    ("x", "word"),
    [
        (np.zeros(0), "0 samples"),
        (np.ones(1), "1 sample"),
        (np.ones(900), "constant"),
        (np.array([1.0, np.nan, 2.0]), "not numbers"),
        (np.clip(np.random.default_rng(0).normal(size=900), -0.5, 0.5), "clipped"),
        (np.r_[np.random.default_rng(0).normal(size=900), np.full(100, 0.3)], "dropouts"),
    ],
)
def test_an_unfit_record_is_named(x, word):
    assert word in " ".join(record_flaws(x))
