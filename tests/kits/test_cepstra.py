"""Cepstra against closed forms: echoes, families of lines, and there and back."""

import numpy as np
import pytest

from arkwright.kits.cepstra import (
    complex_cepstrum,
    from_complex_cepstrum,
    lift_out_family,
    lift_short,
    power_cepstrum,
    real_cepstrum,
    strongest_quefrency,
)

N = 4096


def echoed(strength=0.5, delay=200):
    x = np.zeros(N)
    x[0], x[delay] = 1.0, strength
    return x


def test_an_echo_is_a_series_of_peaks_of_alternating_sign():
    """log(1 + a z) = a z - a^2 z^2 / 2 + a^3 z^3 / 3; the real cepstrum has half of each at either end."""
    cepstrum = real_cepstrum(echoed())
    assert cepstrum[[200, 400, 600]] == pytest.approx([0.25, -0.0625, 0.125 / 6], abs=1e-6)
    assert cepstrum[N - 200] == pytest.approx(0.25, abs=1e-6)
    whole, delay = complex_cepstrum(echoed())
    assert delay == 0
    assert whole[[200, 400]] == pytest.approx([0.5, -0.125], abs=1e-6)
    assert abs(whole[N - 200]) < 1e-6


def test_the_power_cepstrum_is_the_square_of_twice_the_real_one():
    assert power_cepstrum(echoed())[200] == pytest.approx(0.25, rel=1e-4)


def test_a_complex_cepstrum_turns_back_into_its_record():
    x = np.zeros(N)
    x[30:330] = np.exp(-np.arange(300) / 40) * np.cos(np.arange(300) / 3)
    cepstrum, delay = complex_cepstrum(x)
    assert from_complex_cepstrum(cepstrum, delay) == pytest.approx(x, abs=1e-6)


def test_a_family_of_sidebands_is_one_peak_at_its_spacing():
    t = np.arange(40_000) / 10_000
    comb = sum(np.cos(2 * np.pi * 25 * k * t + k * k) for k in range(5, 150))
    x = comb + np.random.default_rng(1).normal(size=len(t))
    quefrency, height = strongest_quefrency(real_cepstrum(x), 100, 1000)
    assert quefrency == 400
    assert height > 8


def test_a_family_that_is_lifted_out_is_gone_and_the_rest_stays():
    t = np.arange(40_000) / 10_000
    noise = np.random.default_rng(2).normal(size=len(t))
    comb = sum(0.3 * np.cos(2 * np.pi * 25 * k * t + k * k) for k in range(1, 150))
    left = np.abs(np.fft.rfft(lift_out_family(noise + comb, 400.0)))
    full = np.abs(np.fft.rfft(noise + comb))
    lines = 100 * np.arange(5, 145)
    assert np.median(left[lines]) < 0.1 * np.median(full[lines])
    others = lines + 50
    assert np.median(left[others]) == pytest.approx(np.median(full[others]), rel=0.3)


def test_the_short_end_of_a_cepstrum_is_the_smooth_spectrum():
    rng = np.random.default_rng(3)
    x = np.convolve(rng.normal(size=N), [1.0, 0.9], "same")
    smooth = np.fft.rfft(lift_short(real_cepstrum(x), 8)).real
    assert smooth[50] - smooth[-50] > 2
    assert np.std(np.diff(smooth)) < 0.1
