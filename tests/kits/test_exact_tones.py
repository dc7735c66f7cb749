import numpy as np
import pytest

from arkwright.kits.exact_tones import find_tone, fit_tones, kaiser_lines

RATE = 2_000.0
T = np.arange(20_000) / RATE


@pytest.mark.parametrize("hz", [49.98731, 50.0, 50.0499, 50.01234])
def test_the_supply_is_found_to_a_millihertz(hz):
    noise = np.random.default_rng(1).normal(0, 0.01, len(T))
    tone = find_tone(3.0 * np.cos(2 * np.pi * hz * T + 0.7) + noise, RATE, 40, 60)
    assert tone.hz == pytest.approx(hz, abs=2e-4)
    assert tone.peak == pytest.approx(3.0, rel=1e-3)
    assert tone.phase_rad == pytest.approx(0.7, abs=5e-3)


def test_the_estimate_is_as_good_as_the_bound_allows():
    # Cramer-Rao: var(w) >= 12 / (eta n^3) with eta = A^2 / 2 s^2 (Rife & Boorstyn 1974), w in rad.
    rng = np.random.default_rng(2)
    noise, n = 0.3, len(T)
    found = [
        find_tone(
            np.cos(2 * np.pi * 50.013 * T + rng.uniform(0, 6)) + rng.normal(0, noise, n), RATE, 45, 55
        ).hz
        for _ in range(40)
    ]
    bound = np.sqrt(24 * noise**2 / ((2 * np.pi) ** 2 * T[-1] ** 2 * n))
    # The Kaiser window pays for its low side lobes with about twice the deviation.
    assert np.std(found) < 3.0 * bound
    assert np.mean(found) == pytest.approx(50.013, abs=3 * bound)


def test_a_line_a_hundred_decibels_down_stands_beside_the_supply():
    x = np.cos(2 * np.pi * 50.037 * T) + 1e-5 * np.cos(2 * np.pi * 51.0 * T)
    hz, peak = kaiser_lines(x, RATE)
    near = (hz > 50.8) & (hz < 51.2)
    assert hz[near][np.argmax(peak[near])] == pytest.approx(51.0, abs=0.05)
    assert peak[near].max() == pytest.approx(1e-5, rel=0.2)
    # In a spectrum with a Hann window the supply's own skirt is higher than that line.
    plain = np.abs(np.fft.rfft(x * np.hanning(len(x)))) * 4 / len(x)
    assert plain[(hz > 50.6) & (hz < 50.8)].min() > 0.3e-5


def test_tones_that_are_fitted_are_gone():
    rng = np.random.default_rng(3)
    rest = rng.normal(0, 1e-3, len(T))
    x = 2 * np.cos(2 * np.pi * 50.0123 * T + 1) + 0.3 * np.sin(2 * np.pi * 150.0369 * T) + rest
    left = x - fit_tones(x, RATE, [50.0123, 150.0369, 3_000.0])
    assert left.std() == pytest.approx(rest.std(), rel=0.01)
    assert not fit_tones(x, RATE, []).any()


def test_a_search_where_no_line_is_is_refused():
    with pytest.raises(ValueError, match=r"no line from 50\.001 to 50\.002"):
        find_tone(np.cos(T), RATE, 50.001, 50.002)
