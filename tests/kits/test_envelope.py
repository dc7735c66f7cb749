"""Envelope spectra and whitening against closed forms and slow twins."""

import numpy as np
import pytest

from arkwright.kits.envelope import (
    LINE_LIMIT,
    band_grid,
    envelope_spectra,
    floor_of,
    levels_over_floor,
    smear_levels,
    whiten_cepstrum,
    whiten_noise,
)

FS = 8000.0


def noise(n=80_000, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def test_whitening_by_the_cepstrum_leaves_a_cepstrum_of_zero():
    white = whiten_cepstrum(noise().cumsum())
    spectrum = np.abs(np.fft.rfft(white))[1:]
    cepstrum = np.fft.irfft(np.log(spectrum))
    assert np.abs(cepstrum).max() < 1e-9


def test_whitening_by_the_noise_flattens_a_coloured_record():
    x = np.convolve(noise(), np.exp(-np.arange(60) / 8) * np.cos(np.arange(60)), "same")
    power = np.abs(np.fft.rfft(whiten_noise(x, FS))) ** 2
    bands = power[1:].reshape(20, -1).mean(axis=1)
    raw = (np.abs(np.fft.rfft(x)) ** 2)[1:].reshape(20, -1).mean(axis=1)
    assert raw.max() / raw.min() > 50
    assert bands.max() / bands.min() < 1.2


def test_whitening_by_the_noise_cuts_a_tone_down_to_the_noise_and_keeps_the_noise_as_it_is():
    x = noise()
    tone = 5.0 * np.sin(2 * np.pi * 1000.0 * np.arange(len(x)) / FS)
    spectrum = np.abs(np.fft.rfft(whiten_noise(x + tone, FS)))
    at = round(1000.0 * len(x) / FS)
    around = np.sqrt(np.mean(spectrum[at - 300 : at - 20] ** 2))
    assert spectrum[at] == pytest.approx(LINE_LIMIT * around, rel=0.1)
    kept = np.abs(np.fft.rfft(x))[at - 300 : at - 20]
    assert np.corrcoef(kept, spectrum[at - 300 : at - 20])[0, 1] > 0.99


def test_the_bands_of_each_level_cover_the_axis_once():
    bands = band_grid((1, 2, 3))
    assert len(bands) == 6
    for n, first in ((1, 0), (2, 1), (3, 3)):
        assert bands[first : first + n] == pytest.approx(np.array([(i / n, (i + 1) / n) for i in range(n)]))


def test_a_modulated_carrier_draws_its_line_in_its_own_band_and_of_the_depth_that_theory_says():
    t = np.arange(80_000) / FS
    depth, at = 0.5, 40.0
    x = (1 + depth * np.cos(2 * np.pi * at * t)) * np.cos(2 * np.pi * 1500.0 * t) + 1e-4 * noise()
    hz, power = envelope_spectra(x, FS, band_grid((4,)), 20_000)
    own = power[1]  # 1000 to 2000 Hz
    line = int(np.argmax(own))
    assert hz[line] == pytest.approx(at, abs=hz[1])
    # e = (1 + m cos)^2 / (1 + m^2/2): amplitude 2m at f and m^2/2 at 2f, so 20 log10(4/m) dB apart.
    assert np.sqrt(own[line]) == pytest.approx(2 * depth / (1 + depth**2 / 2), rel=0.01)
    second = own[np.argmin(np.abs(hz - 2 * at))]
    assert 10 * np.log10(own[line] / second) == pytest.approx(20 * np.log10(4 / depth), abs=0.1)


def test_an_envelope_spectrum_is_what_demodulation_with_a_hilbert_filter_gives():
    from scipy.signal import hilbert, welch

    x = noise(64_000, 3) * (1 + 0.7 * np.cos(2 * np.pi * 25 * np.arange(64_000) / FS))
    hz, power = envelope_spectra(x, FS, np.array([[0.0, 1.0]]), 16_000)
    envelope = np.abs(hilbert(x - x.mean())) ** 2
    twin_hz, twin = welch(envelope / envelope.mean(), FS, np.hanning(16_000), noverlap=8000)
    want = np.interp(hz[4:400], twin_hz, 10 * np.log10(twin))
    ours = 10 * np.log10(power[0][4:400])
    assert np.median(np.abs((ours - ours.mean()) - (want - want.mean()))) < 0.3
    assert hz[4 + np.argmax(power[0][4:400])] == pytest.approx(25.0, abs=hz[1])


def test_levels_over_the_floor_are_what_a_loop_finds():
    power = np.random.default_rng(1).exponential(size=(2, 200))
    levels = levels_over_floor(power, floor_of(power, 21))
    for i in (15, 90, 180):
        floor = np.median(power[1, i - 10 : i + 11])
        assert levels[1, i] == pytest.approx(10 * np.log10(power[1, i] / floor))


def test_only_the_frequencies_asked_for_are_computed():
    hz, power = envelope_spectra(noise(), FS, band_grid((2,)), 20_000, 100.0)
    assert hz[-1] == pytest.approx(100.0)
    assert power.shape == (2, len(hz))
    whole = envelope_spectra(noise(), FS, band_grid((2,)), 20_000)[1]
    assert power == pytest.approx(whole[:, : len(hz)])


def test_a_smeared_line_stands_out_by_its_mean_power():
    """Eleven lines of 10 dB around line 500: the mean over one per cent to either side is 10 dB again."""
    levels = np.zeros((1, 1000))
    levels[0, 495:506] = 10.0
    smeared = smear_levels(levels, 0.01)
    assert smeared[0, 500] == pytest.approx(10.0)
    assert smeared[0, 490] == pytest.approx(10 * np.log10((10 * 1 + 1 * 10) / 11))
    assert smeared[0, 800] == pytest.approx(0.0)
