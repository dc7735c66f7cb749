import numpy as np
import pytest

from arkwright.kits.orbit import Ellipse, ellipse_at, full_spectrum, rest_position

RATE = 2_000.0
T = np.arange(8_000) / RATE
HZ = 25.0


def test_a_circle_with_the_shaft_is_all_forward():
    x, y = 30 * np.cos(2 * np.pi * HZ * T), 30 * np.sin(2 * np.pi * HZ * T)
    hz, peak = full_spectrum(x, y, RATE)
    assert peak[hz == HZ] == pytest.approx(30)
    assert peak[hz == -HZ] == pytest.approx(0, abs=1e-9)
    assert ellipse_at(x, y, RATE, HZ).minor == pytest.approx(30)


def test_an_ellipse_gives_its_axes_and_its_tilt():
    a, b, tilt = 40.0, 10.0, np.radians(35)
    z = np.exp(1j * tilt) * (a * np.cos(2 * np.pi * HZ * T) + 1j * b * np.sin(2 * np.pi * HZ * T))
    found = ellipse_at(z.real, z.imag, RATE, HZ)
    assert (found.major, found.minor) == pytest.approx((a, b))
    assert found.tilt_deg == pytest.approx(35)
    backward = ellipse_at(z.real, -z.imag, RATE, HZ)
    assert backward.minor == pytest.approx(-b)
    assert backward.tilt_deg == pytest.approx(145)


def test_the_drawn_ellipse_is_the_path():
    path = Ellipse(HZ, 3 + 1j, 1 - 0.5j).path(2_000)
    assert np.abs(path).max() == pytest.approx(abs(3 + 1j) + abs(1 - 0.5j), rel=1e-4)
    # The area of a path, by Green's theorem: pi (|F|^2 - |B|^2).
    area = 0.5 * np.sum(np.imag(np.conj(path) * np.roll(path, -1)))
    assert area == pytest.approx(np.pi * (10 - 1.25), rel=1e-4)


def test_all_power_of_both_probes_is_in_the_full_spectrum():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, len(T)))
    _, peak = full_spectrum(x, y, RATE)
    window = np.hanning(len(T) + 1)[:-1]
    power = ((x - x.mean()) ** 2 + (y - y.mean()) ** 2) @ window**2
    assert np.sum(peak**2) * window.sum() ** 2 / len(T) == pytest.approx(power)


def test_where_a_shaft_rests():
    # Half of the clearance out, 30 degrees from straight down in the direction of rotation.
    rest = rest_position(50 * np.cos(np.radians(300)), 50 * np.sin(np.radians(300)), 100.0)
    assert (rest.ratio, rest.attitude_deg) == pytest.approx((0.5, 30))
    with pytest.raises(ValueError, match="holds no shaft"):
        rest_position(1.0, 1.0, 0.0)
