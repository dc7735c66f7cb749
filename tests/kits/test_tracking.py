"""Order tracking against closed forms: pulses, turns between them, samples at equal angles, order spectra."""

import numpy as np
import pytest

from arkwright.kits.tracking import order_lines, pulses_of, sample_by_turns, speed_spread, turns_of

FS, N = 10_000.0, 60_000
TIME = np.arange(N) / FS


def swinging(time=TIME):
    """Turns of a shaft at 20 Hz whose speed swings by a tenth every two seconds."""
    return 20 * time - 2 * np.cos(np.pi * time) / np.pi + 2 / np.pi


def tacho(turns, per_turn=1, duty=0.1):
    """A disc's pulses: each edge takes about a sample, as behind an anti-aliasing filter."""
    raw = ((turns * per_turn + 0.5) % 1 < duty).astype(float)
    return np.convolve(raw, np.hanning(7) / np.hanning(7).sum(), "same")


def crossings(per_turn=1):
    """When the disc's edges pass, solved from the closed form."""
    fine = np.linspace(0, 6, 3_000_001)
    turns = swinging(fine)
    return np.interp(np.arange(0.5, turns[-1], 1 / per_turn), turns, fine)


def test_pulses_are_found_to_a_fraction_of_a_sample():
    found = pulses_of(tacho(swinging()), FS)
    assert len(found) == len(crossings())
    assert np.abs(found - crossings() - np.mean(found - crossings())).max() < 0.6 / FS


def test_pulses_that_point_down_and_ride_on_hum_are_found_as_well():
    up = pulses_of(tacho(swinging()), FS)
    hum = 0.15 * np.sin(2 * np.pi * 50 * TIME)
    down = pulses_of(24 - 10 * (tacho(swinging()) + hum), FS)
    assert len(down) == len(up)
    assert np.abs(down - up).max() < 2 / FS


def test_noise_on_an_edge_is_no_second_pulse():
    noisy = tacho(swinging()) + np.random.default_rng(1).normal(0, 0.03, N)
    assert len(pulses_of(noisy, FS)) == len(crossings())


def test_of_sixty_pulses_a_turn_every_sixtieth_is_taken():
    assert len(pulses_of(tacho(swinging(), 60, 0.5), FS, 60)) == pytest.approx(swinging()[-1], abs=1)


def test_a_lost_pulse_is_put_back_and_a_doubled_one_left_out():
    sound = tacho(swinging())
    at = pulses_of(sound, FS)
    harmed = sound.copy()
    lost = int(at[40] * FS)
    harmed[lost - 20 : lost + 90] = 0.0
    double = int((at[80] + 0.01) * FS)
    harmed[double : double + 30] = 1.0
    mended = pulses_of(harmed, FS)
    assert len(mended) == len(at)
    assert np.abs(np.delete(mended - at, 40)).max() < 1e-9
    assert mended[40] == pytest.approx(at[40], abs=1e-3)


@pytest.mark.parametrize("x", [np.zeros(1000), np.r_[np.zeros(10), np.ones(990)], np.zeros(0), [1.0, np.nan]])
def test_a_tacho_without_pulses_is_refused(x):
    with pytest.raises(ValueError, match="pulses"):
        pulses_of(np.asarray(x), FS)


def test_noise_is_no_tacho():
    with pytest.raises(ValueError, match="lost or doubled"):
        pulses_of(np.random.default_rng(0).normal(size=20_000), FS)


def test_turns_are_counted_between_pulses_and_only_there():
    pulses = crossings()
    first, turns = turns_of(pulses, FS, N)
    assert first == np.ceil(pulses[0] * FS)
    assert first + len(turns) <= np.floor(pulses[-1] * FS) + 1
    want = swinging()[first : first + len(turns)] - 0.5
    assert np.abs(turns - want).max() < 2e-4


@pytest.mark.parametrize("pulses", [[0.1, 0.2], [0.1, 0.3, 0.2, 0.4]])
def test_too_few_pulses_or_ones_that_go_back_are_refused(pulses):
    with pytest.raises(ValueError, match="are needed"):
        turns_of(np.array(pulses), FS, N)


def test_a_tone_that_follows_the_shaft_is_an_even_sine_after_resampling():
    turns = swinging()
    even = sample_by_turns(np.sin(2 * np.pi * 40 * turns), turns, 500.0)
    want = np.sin(2 * np.pi * 40 * (turns[0] + np.arange(len(even)) / 500.0))
    assert even[100:-100] == pytest.approx(want[100:-100], abs=2e-3)


def test_orders_above_half_of_the_samples_in_a_turn_do_not_fold_back():
    turns = swinging()
    x = np.sin(2 * np.pi * 7 * turns) + np.sin(2 * np.pi * 93 * turns)
    even = sample_by_turns(x, turns, 100.0)  # order 93 would fold to order 7
    want = np.sin(2 * np.pi * 7 * (turns[0] + np.arange(len(even)) / 100.0))
    assert np.abs(even - want)[100:-100].max() < 0.01


def test_turns_that_stand_still_or_go_back_are_refused():
    with pytest.raises(ValueError, match="do not rise"):
        sample_by_turns(np.zeros(10), np.r_[np.arange(5.0), np.arange(5.0)], 10.0)


def test_a_shaft_that_nearly_stands_is_refused_rather_than_sampled_without_end():
    turns = np.cumsum(np.where(TIME < 3, 1.0, 1e-5)) * 20 / FS
    with pytest.raises(ValueError, match="slows down"):
        sample_by_turns(np.zeros(N), turns, 500.0)


def test_an_order_spectrum_has_a_smeared_tone_in_its_own_lines_with_its_power():
    turns = swinging()
    x = 3.0 * np.cos(2 * np.pi * 12 * turns)
    orders, power = order_lines(x, turns, 30.0)
    top = int(np.argmax(power))
    assert orders[top] == pytest.approx(12, abs=orders[1])
    assert power[top - 2 : top + 3].sum() == pytest.approx(4.5, rel=0.01)
    assert orders[-1] <= 30


def test_the_spread_of_speed_is_that_of_the_closed_form():
    mean_hz, spread = speed_spread(swinging(), FS)
    assert mean_hz == pytest.approx(20.0, rel=0.02)
    assert spread == pytest.approx(0.2, abs=0.005)
