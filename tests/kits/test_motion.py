"""One motion as another, against harmonic motions worked out by hand."""

import numpy as np
import pytest

from arkwright.kits.motion import other_motion

HZ = np.array([0.0, 1.0, 1000.0 / (2 * np.pi)])  # the last is 1000 rad/s


def test_acceleration_of_a_known_shake_becomes_its_velocity_and_its_way() -> None:
    # 10 m/s2 at 1000 rad/s is 10 mm/s and 10 um.
    a = np.array([99.0, 99.0, 10.0])
    velocity = other_motion(HZ, a, "acceleration", "vibration_velocity")
    assert velocity == pytest.approx([0.0, 0.0, 0.010])
    assert other_motion(HZ, a, "acceleration", "displacement") == pytest.approx([0.0, 0.0, 10e-6])


def test_a_derivative_is_whole_down_to_rest_and_undoes_the_integral() -> None:
    way = np.array([5.0, 1e-6, 10e-6])
    there = other_motion(HZ, way, "displacement", "acceleration")
    assert there == pytest.approx([0.0, (2 * np.pi) ** 2 * 1e-6, 10.0])
    assert other_motion(HZ, there, "acceleration", "displacement")[2] == pytest.approx(10e-6)


def test_the_spectrum_of_a_sampled_motion_agrees_with_that_of_its_own_derivative() -> None:
    rate, n = 2000.0, 4000
    t = np.arange(n) / rate
    way = np.sin(2 * np.pi * 50 * t) + 0.2 * np.cos(2 * np.pi * 120 * t)
    speed = 2 * np.pi * (50 * np.cos(2 * np.pi * 50 * t) - 0.2 * 120 * np.sin(2 * np.pi * 120 * t))
    hz = np.fft.rfftfreq(n, 1 / rate)
    a, b = (np.abs(np.fft.rfft(x)) * 2 / n for x in (way, speed))
    assert other_motion(hz, a, "displacement", "vibration_velocity") == pytest.approx(b, abs=1e-9)


def test_a_temperature_is_no_motion() -> None:
    with pytest.raises(ValueError, match="not a motion"):
        other_motion(HZ, HZ, "temperature", "acceleration")
