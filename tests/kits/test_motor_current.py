import numpy as np
import pytest

from arkwright.kits.exact_tones import find_tone
from arkwright.kits.motor_current import least_seconds, ride_supply, swing_lines

RATE = 5_000.0
T = np.arange(50_000) / RATE


def current(*lines, hz=50.0, wander=0.0, noise=0.0):
    turn = 2 * np.pi * hz * T + wander * np.sin(2 * np.pi * T / 20)
    x = np.cos(turn)
    for step, share in lines:
        x = x + share * np.cos(turn + 2 * np.pi * step * T + 0.3)
    return x + noise * np.random.default_rng(5).normal(size=len(T))


def level(x, step):
    hz, lines = swing_lines(ride_supply(x, RATE, find_tone(x.real, RATE, 40, 60), 25.0))
    return 20 * np.log10(np.abs(lines[np.abs(hz - step) < 0.1]).max())


@pytest.mark.parametrize("hz", [50.0, 49.973])
@pytest.mark.parametrize("wander", [0.0, 0.3])
def test_sidebands_come_back_at_their_level_from_a_supply_that_wanders(hz, wander):
    x = current((-1.0, 10 ** (-60 / 20)), hz=hz, wander=wander, noise=1e-4)
    assert level(x, -1.0) == pytest.approx(-60.0, abs=0.6)
    assert level(x, 1.0) < -75


def test_the_supplys_wander_leaves_no_skirt_where_little_slip_draws_its_lines():
    x = current((-0.6, 10 ** (-55 / 20)), wander=0.5)
    plain = np.abs(np.fft.rfft(x * np.hanning(len(x)))) * 4 / len(x)
    hz = np.fft.rfftfreq(len(x), 1 / RATE)
    mirror_db = 20 * np.log10(plain[np.abs(hz - 50.6) < 0.11].max())  # nothing was put in there
    assert level(x, 0.6) < mirror_db - 4
    assert level(x, -0.6) == pytest.approx(-55, abs=0.6)


def test_harmonics_of_the_supply_do_not_fold_into_the_frame():
    x = current(noise=1e-5) + 0.2 * np.cos(2 * np.pi * 250.0 * T) + 0.1 * np.cos(2 * np.pi * 150 * T)
    hz, lines = swing_lines(ride_supply(x, RATE, find_tone(x, RATE, 40, 60), 25.0))
    assert np.abs(lines[np.abs(hz) > 1.0]).max() < 10 ** (-85 / 20)


def test_a_space_vector_and_its_phase_say_the_same():
    z = np.exp(2j * np.pi * 50 * T) * (1 + 1e-3 * np.exp(-6j * np.pi * T))
    assert level(z, -3.0) == pytest.approx(-60, abs=0.1)
    assert level(z.real, -3.0) == pytest.approx(-60, abs=0.3)


def test_little_slip_needs_a_long_record():
    # 2sf = 0.2 Hz: 23 s.
    assert least_seconds(0.002, 50.0) == pytest.approx(23.0)
