"""Samples that were put in, and spectra that end too early; a recorder's own filter is neither."""

import numpy as np
import pytest
from scipy.signal import ellip, firwin, lfilter, resample, resample_poly, sosfilt

from arkwright.kits.quality import record_flaws
from arkwright.kits.rate_doubts import inserted_samples, rate_doubts, spectrum_end

N = 60_000


def noise(seed=0, n=N):
    return np.random.default_rng(seed).normal(size=n)


def stepped(x):
    return np.rint(x * 3000) / 3000


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_samples_put_in_by_holding_or_by_lines_are_found(factor):
    x = noise()
    held = np.repeat(x, factor)[1:]
    joined = np.interp(np.arange(factor * (N - 1)) / factor, np.arange(N), x)[1:]
    assert inserted_samples(held) == (factor, "repeated")
    assert inserted_samples(joined) == (factor, "on straight lines between")
    assert inserted_samples(stepped(joined))[0] == factor
    (doubt,) = rate_doubts(joined, 48_000.0)
    assert f"the rate was {48_000 / factor:g} Hz" in doubt.text


@pytest.mark.parametrize("x", [noise(), stepped(np.sin(0.01 * np.arange(N))), np.sin(0.01 * np.arange(N))])
def test_what_was_measured_is_not_called_put_in(x):
    assert inserted_samples(x) == (1, "")


@pytest.mark.parametrize(
    ("x", "end"),
    [
        (resample_poly(noise(), 2, 1), 0.5),
        (resample(noise(), 2 * N), 0.5),
        (resample_poly(noise(), 3, 2), 2 / 3),
    ],
)
def test_a_record_that_was_resampled_ends_where_its_old_rate_did(x, end):
    assert spectrum_end(x) == pytest.approx(end, abs=0.08)
    assert spectrum_end(stepped(x)) == pytest.approx(end, abs=0.08)
    (doubt,) = rate_doubts(x, 48_000.0)
    assert "though 48000 Hz would show up to 24000 Hz" in doubt.text
    assert doubt.figures["end_hz"] == pytest.approx(24_000 * end, rel=0.15)


@pytest.mark.parametrize(
    "recorder",
    [
        lambda x: sosfilt(ellip(8, 0.1, 80, 20_000, fs=48_000, output="sos"), x),  # 20 of 24 kHz, 80 dB
        lambda x: lfilter(firwin(301, 0.4535 * 48_000, fs=48_000), 1.0, x),  # of a sigma-delta converter
        lambda x: lfilter(firwin(301, 48_000 / 2.56, fs=48_000), 1.0, x),  # the usual 2.56 times
        lambda x: x,
    ],
)
@pytest.mark.parametrize("colour", [[1.0], [1.0, -0.95], [1.0, -1.2, 0.9]])
def test_a_genuine_record_at_48_khz_behind_its_filter_is_neither_refused_nor_doubted(recorder, colour):
    x = stepped(recorder(lfilter([1.0], colour, noise(n=240_000))))
    assert record_flaws(x) == []
    assert rate_doubts(x, 48_000.0) == []


def test_the_genuine_48_khz_records_of_the_benchmark_are_not_doubted(shared_data):
    for name in ("1797_Normal", "1797_IR_21_DE48", "1797_ORat6_7_DE48"):
        x = np.asarray(np.load(shared_data / f"diagnosis/cwru/{name}.npz")["DE"], np.float64).ravel()
        assert rate_doubts(x, 48_000.0) == []
