"""The kurtogram against closed forms and a twin that cuts each band out of the spectrum by itself."""

import numpy as np
import pytest

from arkwright.kits.bands import FEWEST_SAMPLES, fast_kurtogram
from arkwright.kits.filter_tree import split_filters, tree_bands

FS = 12_000.0


def noise(n=40_000, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def knocks(carrier_hz, n=60_000, every_s=0.0131, decay=800.0, level=0.3, seed=0):
    x = level * noise(n, seed)
    t = np.arange(200) / FS
    for at in np.arange(0.01, n / FS - 0.02, every_s):
        first = int(at * FS)
        x[first : first + 200] += np.exp(-decay * t) * np.sin(2 * np.pi * carrier_hz * t)
    return x


def twin(x, low_hz, high_hz):
    """Spectral kurtosis of a band from its definition: keep its bins, go back to time, take moments."""
    spectrum = np.fft.fft(x)
    hz = np.fft.fftfreq(len(x), 1 / FS)
    envelope = np.abs(np.fft.ifft(np.where((hz >= low_hz) & (hz < high_hz), spectrum, 0)))
    return np.mean(envelope**4) / np.mean(envelope**2) ** 2 - 2


@pytest.mark.parametrize("n_ways", [2, 3])
def test_the_filters_share_all_power_among_them_and_leave_none_to_negative_frequencies(n_ways):
    gain = np.abs(np.fft.fft(split_filters(n_ways), 4096, axis=1)) ** 2
    middles = ((2 * np.arange(n_ways) + 1) * 4096 / (4 * n_ways)).astype(int)
    assert gain[np.arange(n_ways), middles] == pytest.approx(np.ones(n_ways), abs=1e-3)
    assert gain[:, 2600:3600].max() < 2e-5  # -47 dB
    edges = middles[:-1] + 4096 // (4 * n_ways)
    assert gain[:, edges].sum(axis=0) == pytest.approx(0.5, abs=0.02)  # -6 dB each


def test_a_tree_has_bands_of_halves_and_thirds_that_hold_the_records_power():
    counts, powers = [], []
    for level, envelopes in tree_bands(noise(), 4):
        counts.append(len(envelopes))
        assert 2**level == pytest.approx(len(envelopes))
        powers.append(float(np.sum(np.mean(np.abs(envelopes) ** 2, axis=1))))
    assert counts == [1, 2, 3, 4, 6, 8, 12, 16, 24]
    assert powers[0] == pytest.approx(2.0, rel=0.03)  # of the analytic record, twice that of the record


@pytest.mark.parametrize("tone_hz", [310.0, 1930.0, 2650.0, 4444.0, 5810.0])
def test_a_tone_shows_in_the_band_that_holds_it_at_every_level_and_is_as_steady_as_can_be(tone_hz):
    x = np.sin(2 * np.pi * tone_hz * np.arange(40_000) / FS)
    for _, envelopes in tree_bands(x, 4):
        power = np.mean(np.abs(envelopes) ** 2, axis=1)
        assert np.argmax(power) == int(tone_hz / (FS / 2) * len(envelopes))
    found = fast_kurtogram(x + 0.001 * noise(), FS)
    holds = np.abs(found.centres_hz - tone_hz) < found.widths_hz / 2
    assert found.values[holds] == pytest.approx(-1.0, abs=1e-3)


def test_a_tone_that_is_on_for_a_tenth_of_the_time_has_a_kurtosis_of_eight():
    # |c|^2 is 1 for a share d of the time: d / d^2 - 2.
    t = np.arange(60_000) / FS
    found = fast_kurtogram(np.sin(2 * np.pi * 2300 * t) * ((t % 0.1) < 0.01), FS, 1)
    assert found.values[0] == pytest.approx(1 / 0.1 - 2, rel=0.03)


def test_the_kurtosis_of_noise_is_zero_give_or_take_the_spread_that_is_told():
    trials = [fast_kurtogram(noise(8000, seed), FS, 4) for seed in range(200)]
    scores = np.array([k.values / k.spreads for k in trials])
    assert np.abs(scores.mean(axis=0)).max() < 0.3  # standard error 0.07, and a bias of 1/m
    assert scores.std(axis=0).mean() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("carrier_hz", [1100.0, 3350.0, 4800.0])
def test_the_best_band_holds_the_resonance_that_is_struck(carrier_hz):
    low, high = fast_kurtogram(knocks(carrier_hz), FS).best_band_hz
    assert low < carrier_hz < high
    assert high - low <= 1500


def test_every_band_says_nearly_what_its_bins_of_the_spectrum_say():
    x = knocks(3350.0)
    found = fast_kurtogram(x, FS, 3)
    low, high = found.centres_hz - found.widths_hz / 2, found.centres_hz + found.widths_hz / 2
    want = np.array([twin(x, a, b) for a, b in zip(low, high, strict=True)])
    # The tree's bands overlap a little, those of the twin do not.
    assert np.corrcoef(found.values, want)[0, 1] > 0.95
    inner = np.abs(found.values - want) / np.maximum(1.0, np.abs(want))
    assert np.median(inner) < 0.1


def test_cells_tile_the_axis_once_at_every_level():
    found = fast_kurtogram(noise(), FS)
    for level in np.unique(found.levels):
        at = found.levels == level
        edges = found.centres_hz[at] - found.widths_hz[at] / 2
        assert edges == pytest.approx(np.arange(at.sum()) * FS / 2 / at.sum())
    assert len(found.values) == len(found.spreads) == len(found.centres_hz)


@pytest.mark.parametrize("x", [np.zeros(5000), noise(2 * FEWEST_SAMPLES - 1), np.r_[noise(5000), np.nan]])
def test_a_record_without_bands_is_refused(x):
    with pytest.raises(ValueError, match="has no bands"):
        fast_kurtogram(x, FS)
