"""Cyclic spectral correlation: closed forms of modulated noise, a slow twin, bands by the comb sought."""

import numpy as np
import pytest

from arkwright.kits.cyclic import band_of_comb, enhanced_spectrum, spectral_coherence, spectral_correlation

RATE, ALPHA, DEPTH = 2048.0, 64.0, 0.8


def swelling(seconds=16.0, seed=0, depth=DEPTH, alpha=ALPHA):
    t = np.arange(int(RATE * seconds)) / RATE
    noise = np.random.default_rng(seed).normal(size=len(t))
    return (1 + depth * np.cos(2 * np.pi * alpha * t)) * noise


def row(cyclic, alpha):
    return int(np.argmin(np.abs(cyclic.alpha_hz - alpha)))


def on_grid(seconds, top, n_window):
    """The cyclic frequency of the estimate's grid that is nearest to ALPHA."""
    grid = spectral_correlation(np.zeros(int(RATE * seconds)), RATE, top, n_window).alpha_hz
    return float(grid[np.argmin(np.abs(grid - ALPHA))])


def test_modulated_white_noise_has_the_density_of_its_closed_form():
    """(1 + a cos)^2 has the mean 1 + a^2/2, and the Fourier coefficients a and a^2/4."""
    alpha = on_grid(60.0, 200.0, 64)
    got = spectral_correlation(swelling(60.0, alpha=alpha), RATE, 200.0, 64)
    inside = slice(4, -4)
    power = got.values[0, inside].real
    assert power == pytest.approx(np.full(len(power), (1 + DEPTH**2 / 2) / RATE), rel=0.1)
    one, two = (got.values[row(got, k * alpha), inside].mean() for k in (1, 2))
    assert one * RATE == pytest.approx(DEPTH, abs=0.03)
    assert two * RATE == pytest.approx(DEPTH**2 / 4, abs=0.03)


def test_the_coherence_of_modulated_noise_is_that_of_its_closed_form():
    coherence = spectral_coherence(spectral_correlation(swelling(60.0), RATE, 150.0, 64))
    level = np.abs(coherence.values[row(coherence, ALPHA), 4:-4]).mean()
    assert level == pytest.approx(DEPTH / (1 + DEPTH**2 / 2), abs=0.03)
    assert np.abs(coherence.values[row(coherence, 101.3)]).mean() < 0.1


def slow_correlation(x, alpha, n_window):
    """The averaged cyclic periodogram, from its definition: the record, and itself shifted by alpha."""
    t = np.arange(len(x)) / RATE
    window = np.hanning(n_window)
    moved = x * np.exp(2j * np.pi * alpha * t)
    total = np.zeros(n_window, complex)
    starts = range(0, len(x) - n_window + 1, n_window // 4)
    for start in starts:
        own = slice(start, start + n_window)
        total += np.fft.fft(x[own] * window) * np.conj(np.fft.fft(moved[own] * window))
    return total[: n_window // 2 + 1] / (len(starts) * (window**2).sum() * RATE)


def test_the_fast_estimate_is_what_the_averaged_cyclic_periodogram_says():
    alpha = on_grid(20.0, 100.0, 128)
    x = np.convolve(swelling(20.0, seed=3, alpha=alpha), [1.0, 0.6, 0.2, -0.3], "same")
    x = x - x.mean()
    fast = spectral_correlation(x, RATE, 100.0, 128)
    slow = slow_correlation(x, alpha, 128)
    near = fast.values[row(fast, alpha)]
    inside = slice(3, -3)
    error = np.sqrt(np.mean(np.abs(near - slow)[inside] ** 2) / np.mean(np.abs(slow[inside]) ** 2))
    assert error < 0.15
    assert np.abs(near[inside]) == pytest.approx(np.abs(slow[inside]), abs=0.25 * np.abs(slow).max())


def test_the_band_that_a_comb_lives_in_is_found():
    """Noise of 600 to 800 Hz swells; the rest, ten times as strong, is steady."""
    spectrum = np.fft.rfft(swelling(16.0, seed=1))
    f = np.fft.rfftfreq(int(RATE * 16), 1 / RATE)
    x = np.fft.irfft(np.where((f > 600) & (f < 800), spectrum, 0)) + 3 * np.random.default_rng(2).normal(
        size=int(RATE * 16)
    )
    coherence = spectral_coherence(spectral_correlation(x, RATE, 150.0, 128))
    low, high = band_of_comb(coherence, [ALPHA, 2 * ALPHA], least_share=8)
    assert 500 < low < 800 < high + 100 < 1000
    line, whole = (
        enhanced_spectrum(coherence, band)[row(coherence, ALPHA)]
        / np.median(enhanced_spectrum(coherence, band))
        for band in ((low, high), None)
    )
    assert line > 1.3 * whole


def test_a_record_too_short_is_refused():
    with pytest.raises(ValueError, match="100 samples"):
        spectral_correlation(np.zeros(100), RATE, 50.0)
    coherence = spectral_coherence(spectral_correlation(swelling(2.0), RATE, 50.0))
    with pytest.raises(ValueError, match="no frequency"):
        enhanced_spectrum(coherence, (5000.0, 6000.0))
