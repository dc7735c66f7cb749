"""A line where one is expected: its power, and how often noise is taken for it."""

import numpy as np
import pytest

from arkwright.kits.passing_line import line_at
from arkwright.kits.spectra import power_lines

RATE_HZ = 2000.0
N = 8000


def noise(seed, colour=0.0):
    lines = np.fft.rfft(np.random.default_rng(seed).standard_normal(N))
    hz = np.maximum(np.fft.rfftfreq(N, 1 / RATE_HZ), 1.0)
    return np.fft.irfft(lines * hz ** (-colour / 2), N)


def tone(hz, amplitude):
    return amplitude * np.cos(2 * np.pi * hz * np.arange(N) / RATE_HZ + 0.7)


def met(x, at_hz, reach_hz=0.0, others_hz=()):
    return line_at(*power_lines(x, RATE_HZ), at_hz, reach_hz, others_hz)


@pytest.mark.parametrize("hz", [150.0, 150.06, 150.125])
def test_it_has_the_power_of_a_tone_wherever_it_lies_between_two_lines(hz):
    line = met(tone(hz, 2.0) + 0.01 * noise(1), 150.0, 0.5)
    assert line.power == pytest.approx(2.0, rel=0.03)
    assert line.hz == pytest.approx(hz, abs=0.13)
    assert line.chance < 1e-12


def test_it_stands_over_the_noise_as_high_as_power_says():
    amplitude = 0.2
    over = [met(tone(150.0, amplitude) + noise(seed), 150.0).over_db for seed in range(20)]
    # Two thirds of a tone's power lie in the line at its middle; unit noise has 2 / N in each line.
    assert np.mean(over) == pytest.approx(10 * np.log10(amplitude**2 / 2 * 2 / 3 / (2 / N)), abs=0.6)


@pytest.mark.parametrize("colour", [0.0, 3.0])
@pytest.mark.parametrize("reach_hz", [0.0, 2.0])
def test_noise_alone_is_taken_for_it_as_seldom_as_the_chance_says(colour, reach_hz):
    chances = []
    for seed in range(20):
        hz, power = power_lines(noise(seed, colour), RATE_HZ)
        chances += [line_at(hz, power, at, reach_hz).chance for at in np.arange(60.0, 900.0, 15.0)]
    for limit in (0.3, 0.05, 0.01):
        share = np.mean(np.array(chances) <= limit)
        assert 0.4 * limit <= share <= 1.5 * limit


def test_known_lines_beside_it_are_no_noise():
    x = tone(150.0, 0.3) + noise(3)
    crowd = sum(tone(150.0 + 2 * k, 5.0) for k in (-4, -3, -2, 2, 3, 4))
    others = [150.0 + 2 * k for k in range(-4, 5) if k]
    assert met(x + crowd, 150.0, 0.0, others).over_db == pytest.approx(met(x, 150.0).over_db, abs=1.5)


def test_it_is_none_where_the_spectrum_ends_or_is_full_of_lines():
    x = noise(4)
    assert met(x, 0.1) is None
    assert met(x, 999.9) is None
    assert met(x, 150.0, 0.0, [140.0 + 0.25 * k for k in range(80)]) is None


def test_silence_has_no_line():
    assert met(np.zeros(N), 150.0).chance > 0.05
