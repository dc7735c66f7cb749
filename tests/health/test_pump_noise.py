"""What a record says of a pump's noise, and how it is compared with what it was."""

import numpy as np
import pytest
from tests.health.flow_signals import RATE_HZ, SHAFT_HZ, knocks, sound_pump

from arkwright.health.pump_noise import LOW_HZ, N_BANDS, noise_figures, noise_of, noise_rise
from arkwright.health.rise import DOUBLED_DB, rise_over
from arkwright.health.symptom import Record


def noise(x, rate_hz=RATE_HZ, number=6):
    return noise_of(Record(x, rate_hz, "acceleration", 60 * SHAFT_HZ), number, SHAFT_HZ)


def sound(seed):
    return sound_pump(np.random.default_rng(seed))


def test_the_high_band_goes_from_3_khz_to_what_the_filter_leaves_in_equal_ratios():
    edges = np.array(noise(sound(1)).edges_hz)
    assert len(edges) == N_BANDS + 1
    assert (edges[0], edges[-1]) == pytest.approx((LOW_HZ, 0.45 * RATE_HZ))
    assert edges[1:] / edges[:-1] == pytest.approx(edges[1] / edges[0])


def test_a_louder_record_is_as_much_louder_in_every_figure():
    one, three = noise_figures(noise(sound(2))), noise_figures(noise(3 * sound(2)))
    assert set(one) == {"noise_db", "noise_low_db", *(f"noise_{k}_db" for k in range(1, N_BANDS + 1))}
    assert [three[name] - one[name] for name in one] == pytest.approx([20 * np.log10(3)] * len(one))


def test_a_rise_is_told_from_the_base_of_each_figure():
    before, x = noise_figures(noise(sound(3))), 2 * sound(3)
    rise = noise_rise(noise(x), {name: (level, 0.1) for name, level in before.items()})
    assert rise.high.rise_db == pytest.approx(20 * np.log10(2))
    assert rise.least_db == pytest.approx(20 * np.log10(2))
    assert rise.lead_db == pytest.approx(0.0)
    assert noise_rise(noise(x), {"another_db": (1.0, 1.0)}) is None


def test_knocks_give_the_noise_a_rhythm():
    x = sound(4) + knocks(np.random.default_rng(4), 1.0)
    assert noise(x).rhythm.chance < 1e-4 < noise(sound(4)).rhythm.chance


def test_a_record_too_slow_or_too_short_is_refused_in_words():
    assert "sample rate" in noise(sound(5), rate_hz=6000.0)
    assert "short" in noise(sound(5)[:16])


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_less_than_twice_the_amplitude_is_never_a_rise(spread):
    base = {"noise_db": (10.0, spread)}
    assert not rise_over(base, "noise_db", 10.0 + DOUBLED_DB - 0.01, 0.01).is_real
    assert rise_over(base, "noise_db", 10.0 + DOUBLED_DB + 0.01, 0.01).is_real


def test_a_base_that_strays_or_a_figure_that_does_raises_the_limit():
    assert not rise_over({"a": (0.0, 2.0)}, "a", 8.0, 0.1).is_real
    assert not rise_over({"a": (0.0, 0.0)}, "a", 8.0, 2.0).is_real
    assert rise_over({"b": (0.0, 0.0)}, "a", 8.0, 2.0) is None
