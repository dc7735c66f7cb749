"""Negentropy against closed forms."""

import numpy as np
import pytest

from arkwright.kits.negentropy import NOISE_NEGENTROPY, envelope_negentropies, negentropy


def test_even_energy_has_none_and_one_that_holds_all_has_the_logarithm_of_their_number():
    assert negentropy(np.full(64, 5.0)) == pytest.approx(0.0)
    assert negentropy(np.eye(64)[:3]) == pytest.approx(np.full(3, np.log(64)))


def test_energy_that_is_there_a_quarter_of_the_time_has_the_logarithm_of_four():
    assert negentropy(np.tile([0.0, 0.0, 0.0, 7.0], 100)) == pytest.approx(np.log(4))


def test_gaussian_noise_has_one_less_eulers_constant_in_time_and_in_frequency():
    rng = np.random.default_rng(0)
    envelope = rng.exponential(size=(5, 100_000))  # squared modulus of complex Gaussian noise
    in_time, in_frequency = envelope_negentropies(envelope)
    assert abs(NOISE_NEGENTROPY - 0.42278) < 1e-5
    assert in_time == pytest.approx(np.full(5, NOISE_NEGENTROPY), abs=0.02)
    assert in_frequency == pytest.approx(np.full(5, NOISE_NEGENTROPY), abs=0.02)


def test_a_steady_modulation_raises_the_spectrum_s_and_a_stray_knock_the_time_s():
    n = 40_000
    steady = 1 + 0.5 * np.cos(2 * np.pi * 100 * np.arange(n) / n)
    knock = np.ones(n)
    knock[7000] = 5000.0
    time_of_steady, lines_of_steady = envelope_negentropies(steady)
    time_of_knock, lines_of_knock = envelope_negentropies(knock)
    assert lines_of_steady == pytest.approx(np.log(n // 2))  # one line of n / 2
    assert lines_of_knock == pytest.approx(0.0, abs=1e-9)  # the spectrum of a pulse is flat
    assert 5 * time_of_steady < time_of_knock


def test_each_strike_of_a_train_adds_to_both():
    n, every = 40_000, 400
    train = np.where(np.arange(n) % every == 0, 1.0, 0.0)
    in_time, in_frequency = envelope_negentropies(train)
    assert in_time == pytest.approx(np.log(every))
    assert in_frequency == pytest.approx(np.log(n / 2 / (every / 2)), rel=1e-6)  # 200 equal lines of 20,000
