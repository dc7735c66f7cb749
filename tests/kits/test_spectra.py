"""Velocity from acceleration: figures that a reader can check by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkwright.kits.spectra import band_weights, power_lines, tone_rms, velocity_lines, velocity_rms


def acceleration(hz, velocity_rms_mm_s, rate_hz=25_600.0, seconds=2.0, phase=0.4):
    """Acceleration [m/s2] of a tone whose velocity has that RMS: a = 2 pi f v."""
    t = np.arange(round(rate_hz * seconds)) / rate_hz
    return 2**0.5 * velocity_rms_mm_s * 1e-3 * 2 * np.pi * hz * np.cos(2 * np.pi * hz * t + phase)


@pytest.mark.parametrize("rate_hz", [2_100.0, 12_000.0, 25_600.0, 51_200.0])
@pytest.mark.parametrize("hz", [12.3, 16.42, 24.5, 50.0, 99.7, 333.3, 800.0, 960.0])
def test_velocity_of_a_tone_is_right_to_half_a_percent(hz, rate_hz):
    for phase in (0.0, 1.1, 2.9):
        x = acceleration(hz, 4.5, rate_hz, 2.0, phase)
        assert velocity_rms(x, rate_hz) == pytest.approx(4.5, rel=0.005)


@given(hz=st.floats(11.5, 988.0), phase=st.floats(0, 6.28), seconds=st.floats(1.6, 4.0))
def test_it_is_right_for_any_tone_phase_and_length(hz, phase, seconds):
    x = acceleration(hz, 2.8, 8_192.0, seconds, phase)
    assert velocity_rms(x, 8_192.0) == pytest.approx(2.8, rel=0.005)


@pytest.mark.parametrize("hz", [10.0, 1000.0])
def test_half_of_the_power_passes_at_each_corner(hz):
    x = acceleration(hz, 1.0, 8_192.0, 40.0)
    assert 20 * np.log10(velocity_rms(x, 8_192.0)) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("hz", [5.0, 9.0, 1_100.0, 3_000.0])
def test_nothing_outside_the_band_counts(hz):
    assert velocity_rms(acceleration(hz, 10.0, 8_192.0, 4.0), 8_192.0) < 0.01


def test_a_slow_shaft_is_measured_from_two_hertz():
    x = acceleration(5.0, 3.0, 8_192.0, 8.0)
    assert velocity_rms(x, 8_192.0, (2.0, 1000.0)) == pytest.approx(3.0, rel=0.005)


def test_a_long_record_is_right_close_to_the_corners():
    for hz in (10.3, 989.0):
        x = acceleration(hz, 2.8, 8_192.0, 12.0)
        assert velocity_rms(x, 8_192.0) == pytest.approx(2.8, rel=0.005)


def test_tones_add_as_squares():
    x = acceleration(25.0, 3.0) + acceleration(160.0, 4.0)
    assert velocity_rms(x, 25_600.0) == pytest.approx(5.0, rel=0.005)


def test_an_offset_of_the_instrument_is_no_velocity():
    x = acceleration(25.0, 3.0) + 9.81
    assert velocity_rms(x, 25_600.0) == pytest.approx(3.0, rel=0.005)


def test_a_rate_that_does_not_reach_the_band_is_refused():
    with pytest.raises(ValueError, match="2000 Hz is too low"):
        velocity_rms(np.zeros(4000), 2_000.0)


def test_the_lines_of_noise_add_up_to_its_mean_square():
    x = np.random.default_rng(3).standard_normal(100_000)
    _, power = power_lines(x, 1000.0)
    assert power.sum() == pytest.approx(1.0, rel=0.02)


def test_a_tone_is_measured_where_it_is_found():
    x = acceleration(24.6, 2.0) + acceleration(49.2, 0.5)
    hz, power = velocity_lines(x, 25_600.0)
    rms, found = tone_rms(hz, power, 24.5, 0.02)
    assert rms == pytest.approx(2.0, rel=0.01)
    assert found == pytest.approx(24.6, abs=0.3)
    assert tone_rms(hz, power, 2 * 24.6)[0] == pytest.approx(0.5, rel=0.02)
    assert tone_rms(hz, power, 20_000.0)[0] == 0.0


def test_weights_are_one_inside_and_none_outside():
    hz = np.array([0.0, 9.6, 10.0, 10.4, 500.0, 960.0, 1000.0, 1040.0])
    assert band_weights(hz, 10.0, 1000.0) == pytest.approx([0, 0, 0.5, 1, 1, 1, 0.5, 0])
