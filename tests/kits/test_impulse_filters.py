"""MED and MCKD against trains that were blurred, and against the gradients they follow."""

import numpy as np
import pytest

from arkwright.kits.impulse_filters import correlated_kurtosis, deconvolve_kurtosis, deconvolve_period

N, PERIOD = 20_000, 111.37
RING = np.exp(-0.12 * np.arange(120)) * np.sin(1.57 * np.arange(120))


def blurred(noise=0.05, seed=0, n=N):
    train = np.zeros(n)
    train[np.arange(50, n - 10, PERIOD).astype(int)] = 1.0
    return train, np.convolve(train, RING)[:n] + noise * np.random.default_rng(seed).normal(size=n)


def kurtosis(x):
    return np.mean((x - x.mean()) ** 4) / np.var(x) ** 2


def test_med_gives_back_the_train_that_was_blurred():
    train, x = blurred(0.001)
    found = deconvolve_kurtosis(x, 60)
    lags = [abs(np.corrcoef(found.output, train[k : k + len(found.output)])[0, 1]) for k in range(60)]
    assert max(lags) > 0.97
    assert found.score > 0.9 * kurtosis(train) > 3 * kurtosis(x)


def test_each_round_of_med_raises_the_kurtosis_and_the_score_is_the_outputs():
    _, x = blurred()
    found = deconvolve_kurtosis(x, 60)
    assert len(found.scores) > 2
    assert np.all(np.diff(found.scores) > 0)
    assert found.score == pytest.approx(np.mean(found.output**4) / np.mean(found.output**2) ** 2)
    centred = (x - x.mean()) / x.std()
    assert found.output == pytest.approx(np.convolve(centred, found.taps, "valid"))


def test_no_small_change_of_a_med_filter_does_better():
    _, x = blurred(n=6000)
    found = deconvolve_kurtosis(x, 20)
    centred, rng = (x - x.mean()) / x.std(), np.random.default_rng(5)
    for _ in range(20):
        output = np.convolve(centred, found.taps + 0.02 * rng.normal(size=20) / np.sqrt(20), "valid")
        assert np.mean(output**4) / np.mean(output**2) ** 2 < found.score * 1.005


def test_correlated_kurtosis_is_the_loop_of_its_definition_and_its_gradient_that_of_differences():
    rng, shifts = np.random.default_rng(0), np.array([0, 7, 15])
    y = rng.normal(size=60)
    power = np.mean(y**2) ** 3
    want = sum((y[i] * y[i - 7] * y[i - 15]) ** 2 for i in range(15, 60)) / 60 / power
    score, wanted = correlated_kurtosis(y, shifts)
    assert score == pytest.approx(want)
    for i in (0, 20, 50, 59):
        moved = y.copy()
        moved[i] += 1e-6
        before = sum((y[j] * y[j - 7] * y[j - 15]) ** 2 for j in range(15, 60))
        after = sum((moved[j] * moved[j - 7] * moved[j - 15]) ** 2 for j in range(15, 60))
        assert (after - before) / 2e-6 == pytest.approx(wanted[i], rel=1e-3, abs=1e-6)


def test_the_correlated_kurtosis_of_noise_is_one():
    y = np.random.default_rng(0).normal(size=300_000)
    assert correlated_kurtosis(y, np.array([0, 100, 200]))[0] == pytest.approx(1.0, abs=0.05)


def test_mckd_finds_strikes_of_its_period_where_med_follows_a_stray_knock():
    train, x = blurred(0.15)
    x[7777:7800] += 30 * np.exp(-0.2 * np.arange(23)) * np.cos(0.6 * np.arange(23))
    mckd, med = deconvolve_period(x, PERIOD, 60), deconvolve_kurtosis(x, 60)

    def likeness(output):
        quiet = np.abs(output)
        quiet[7700:7850] = 0.0
        return max(np.corrcoef(quiet, train[k : k + len(quiet)])[0, 1] for k in range(60))

    assert likeness(mckd.output) > 1.2 * likeness(med.output)
    assert np.argmax(np.abs(med.output)) == pytest.approx(7777, abs=60)
    assert med.score > 1000


def test_mckd_scores_the_true_period_above_others():
    _, x = blurred(0.2)
    scores = {period: deconvolve_period(x, period, 60).score for period in (97.0, PERIOD, 131.0)}
    assert max(scores, key=scores.get) == PERIOD
    assert scores[PERIOD] > 3 * max(scores[97.0], scores[131.0])


def test_a_period_that_the_record_does_not_hold_is_refused():
    with pytest.raises(ValueError, match="do not hold 4 strikes"):
        deconvolve_period(blurred()[1], 9000.0, 60)
