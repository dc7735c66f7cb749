"""The infogram against what noise gives and records with strikes, a knock and a beat of known band."""

import numpy as np
import pytest
from tests.kits.test_autogram import FS, knocks, noise, ring

from arkwright.kits.infogram import infogram
from arkwright.kits.negentropy import NOISE_NEGENTROPY


def holds(found, frequency_hz):
    low, high = found.best_band_hz
    return low < frequency_hz < high


def test_noise_has_the_negentropy_of_noise_in_every_band():
    found = infogram(noise(), FS, "time", 3)
    assert found.values == pytest.approx(np.full(len(found.values), NOISE_NEGENTROPY), abs=0.03)


@pytest.mark.parametrize("over", ["time", "rates", "both"])
def test_strikes_that_repeat_are_found_over_time_and_over_rates(over):
    found = infogram(knocks(3350.0), FS, over)
    assert holds(found, 3350.0)
    assert found.best_value > 1.5 * infogram(noise(), FS, over).best_value


def test_a_stray_knock_is_seen_over_time_and_a_beat_over_rates_and_strikes_win_over_both():
    t = np.arange(60_000) / FS
    stray, beat = knocks(4700.0), knocks(4700.0)
    stray[30_000:30_200] += 20 * ring(900.0, 2000.0)
    beat += 0.3 * np.sin(2 * np.pi * 1300 * t) * (1 + np.cos(2 * np.pi * 23 * t))
    assert holds(infogram(stray, FS, "time"), 900.0)
    assert holds(infogram(stray, FS, "rates"), 4700.0)
    assert holds(infogram(beat, FS, "rates"), 1300.0)
    assert holds(infogram(beat, FS, "time"), 4700.0)


def test_both_is_the_mean_of_the_two():
    x = knocks(3350.0)
    both, time, rates = (infogram(x, FS, over, 3).values for over in ("both", "time", "rates"))
    assert both == pytest.approx((time + rates) / 2)
