"""Clipping, standstill and steps are told with their figures, and of sound records nothing."""

import numpy as np
import pytest

from arkwright.kits.level_doubts import at_rail, clipping, dropouts, resolution, still_samples

FS = 12_000.0


def noise(n=24_000, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def rounded(x, bits):
    step = np.abs(x).max() / 2 ** (bits - 1)
    return np.rint(x / step) * step


def test_peaks_that_are_cut_are_counted():
    x = np.clip(noise(), -3.0, 3.0)
    n_cut = max(int(np.sum(noise() > 3)), int(np.sum(noise() < -3)))
    (doubt,) = clipping(x)
    assert at_rail(x) == n_cut > 20
    assert f"{n_cut} samples sit at the highest value, 3" in doubt.text
    assert str(n_cut) in doubt.text_zh


@pytest.mark.parametrize("frequency_hz", [0.5, 10.0, 30.0, 300.0])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_a_tone_in_steps_dwells_on_its_top_and_is_not_clipped(frequency_hz, bits):
    tone = rounded(np.sin(2 * np.pi * frequency_hz * np.arange(24_000) / FS), bits)
    assert clipping(tone) == []


def test_lost_samples_are_told_in_seconds_whether_held_exactly_or_within_the_last_step():
    exact, loose, alternating = noise(), noise(), noise()
    exact[6000:7200] = 0.4
    loose[6000:7200] = 0.4 + 0.001 * noise(1200, 1)
    alternating[6000:7200] = np.tile([0.17, 0.23], 600)
    for x in (exact, loose, alternating):
        (doubt,) = dropouts(x, FS)
        assert doubt.figures["still_s"] == pytest.approx(0.1, abs=2 * 32 / FS)
        assert (
            "0.1 s of 2 s" in doubt.text or "0.098 s of 2 s" in doubt.text or "0.099 s of 2 s" in doubt.text
        )


@pytest.mark.parametrize("frequency_hz", [0.5, 3.0, 30.0, 333.0])
def test_a_slow_tone_at_its_peak_does_not_stand_still(frequency_hz):
    assert still_samples(np.sin(2 * np.pi * frequency_hz * np.arange(24_000) / FS)) == 0


def test_strikes_with_quiet_between_them_are_no_dropout():
    x = 0.02 * noise()
    for at in range(100, 23_000, 1200):
        x[at : at + 300] += np.exp(-0.03 * np.arange(300)) * np.sin(1.5 * np.arange(300))
    assert dropouts(x, FS) == []


def test_a_range_far_too_wide_leaves_few_steps():
    assert resolution(rounded(noise(), 8)) == []
    (doubt,) = resolution(rounded(noise(), 5))
    assert doubt.figures["n_steps"] < 40
    assert "different values" in doubt.text
