"""A wrong rate or speed is seen from where the shaft's lines are, and only where there are enough."""

import numpy as np
import pytest

from arkwright.kits.speed_doubts import RATIOS, comb_levels, speed_doubts

FS, SHAFT = 12_000.0, 29.95


def shaft(n_lines=8, seed=0, n=60_000, only=None):
    t = np.arange(n) / FS
    rng = np.random.default_rng(seed)
    orders = only or range(1, n_lines + 1)
    return rng.normal(size=n) + sum(
        0.3 * np.sin(2 * np.pi * k * SHAFT * t + rng.uniform(0, 6)) for k in orders
    )


def test_lines_where_speed_and_rate_say_raise_no_doubt():
    assert speed_doubts(shaft(), FS, SHAFT) == []
    assert speed_doubts(shaft(), FS, SHAFT * 1.008) == []
    assert comb_levels(shaft(), FS, SHAFT)[RATIOS.index(1.0)] > 17


@pytest.mark.parametrize("stated_hz", [3000.0, 6000.0, 24_000.0, 48_000.0, 25_600.0, 20_000.0, 13_061.2])
def test_a_misstated_rate_is_named_with_the_one_that_fits(stated_hz):
    (doubt,) = speed_doubts(shaft(), stated_hz, SHAFT)
    assert doubt.figures["fitting_rate_hz"] == pytest.approx(FS, rel=0.01)
    assert doubt.kind == "rate"


def test_a_misstated_speed_is_the_same_doubt():
    (doubt,) = speed_doubts(shaft(), FS, SHAFT / 2)
    assert doubt.figures["fitting_speed_rpm"] == pytest.approx(60 * SHAFT, rel=0.01)
    assert "do not fit 898.5 rpm at 12000 Hz" in doubt.text


@pytest.mark.parametrize("x", [shaft(0), shaft(only=[1]), shaft(only=[1, 2, 3])])
def test_a_shaft_with_few_lines_tells_nothing(x):
    for stated_hz in (3000.0, 12_000.0, 48_000.0):
        assert speed_doubts(x, stated_hz, SHAFT) == []


def test_noise_raises_no_doubt_in_a_hundred_records():
    rng = np.random.default_rng(1)
    assert not any(speed_doubts(rng.normal(size=20_000), FS, SHAFT) for _ in range(100))


@pytest.mark.parametrize("channel", ["DE", "FE"])
def test_a_benchmark_record_at_48_khz_taken_for_12_khz_is_named(shared_data, channel):
    x = np.asarray(np.load(shared_data / "diagnosis/cwru/1797_Normal.npz")[channel], np.float64).ravel()
    assert speed_doubts(x, 48_000.0, 1797 / 60) == []
    (doubt,) = speed_doubts(x, 12_000.0, 1797 / 60)
    assert doubt.figures["fitting_rate_hz"] == pytest.approx(48_000)
