"""MOMEDA against the matrices of its definition and trains of known period."""

import numpy as np
import pytest

from arkwright.kits.period_filters import deconvolve_train, period_spectrum, train_of

PERIOD = 83.4
RING = np.exp(-0.12 * np.arange(120)) * np.sin(1.57 * np.arange(120))


def blurred(noise=0.1, n=4000, first=37, seed=0):
    train = np.zeros(n)
    train[np.rint(np.arange(first, n - 10, PERIOD)).astype(int)] = 1.0
    return np.convolve(train, RING)[:n] + noise * np.random.default_rng(seed).normal(size=n)


def test_the_filter_is_the_one_of_the_definition():
    x = blurred(n=1200)
    n_taps = 40
    found = deconvolve_train(x, PERIOD, n_taps)
    z = (x - x.mean()) / x.std()
    columns = np.stack([z[k : k + n_taps][::-1] for k in range(len(x) - n_taps + 1)], axis=1)
    target = np.zeros(columns.shape[1])
    target[np.rint(np.arange(0, len(target), PERIOD)).astype(int)] = 1.0
    want = np.linalg.inv(columns @ columns.T) @ columns @ target
    assert found.taps == pytest.approx(want, rel=1e-4, abs=1e-9)
    y = columns.T @ want
    score = (target @ target) ** 2 / np.sum(target**8) * np.sum((target * y) ** 4) / (y @ y) ** 2
    assert found.score == pytest.approx(score, rel=1e-4)


@pytest.mark.parametrize("first", [5, 37, 70])
def test_a_train_without_noise_scores_one_wherever_it_begins(first):
    assert deconvolve_train(blurred(1e-6, first=first), PERIOD, 200).score == pytest.approx(1.0, abs=0.05)


def test_the_spectrum_peaks_at_the_true_period():
    periods = np.arange(60.0, 110.0, 0.02)
    scores = period_spectrum(blurred(0.2), periods, 150)
    assert periods[np.argmax(scores)] == pytest.approx(PERIOD, abs=0.05)
    assert scores.max() > 5 * np.median(scores)


def test_the_spectrum_is_the_score_of_each_filter_alone():
    periods = np.array([70.0, PERIOD, 91.3])
    alone = [deconvolve_train(blurred(), p, 150).score for p in periods]
    assert period_spectrum(blurred(), periods, 150) == pytest.approx(alone)


def test_strikes_may_be_wider_than_a_sample():
    assert train_of(4.5, 2, 12).tolist() == [0, 1, 4, 5, 9, 10]
    with pytest.raises(ValueError, match="do not fit"):
        train_of(3.0, 3, 12)
