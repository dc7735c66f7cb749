"""Separation of lines from noise against what was mixed, theory, and loops written from the definition."""

import numpy as np
import pytest

from arkwright.kits.separation import DELAY_S, cancel_adaptively, learn_blocks, separate_discrete

FS = 12_000.0
LINES = [(2.0, 29.95), (1.0, 59.9), (0.5, 1171.3), (0.3, 2333.3)]
INNER = slice(8192, -8192)


def mixed(n=120_000, seed=0):
    t = np.arange(n) / FS
    lines = sum(a * np.sin(2 * np.pi * f * t + f) for a, f in LINES)
    return lines, np.random.default_rng(seed).normal(size=n)


def left_db(part, whole, f_hz):
    window = np.hanning(len(part))
    turn = np.exp(-2j * np.pi * f_hz * np.arange(len(part)) / FS) * window
    return 20 * np.log10(np.abs(turn @ part) / np.abs(turn @ whole))


@pytest.mark.parametrize("separate", [separate_discrete, cancel_adaptively])
def test_lines_go_to_one_part_and_noise_to_the_other(separate):
    lines, noise = mixed()
    discrete, rest = separate(lines + noise, FS)
    assert discrete + rest == pytest.approx(lines + noise - (lines + noise).mean())
    for _, f in LINES:
        assert left_db(rest[INNER], (lines + noise)[INNER], f) < -17
    # Power of what is wrong, against the power of the noise.
    assert np.mean((rest - noise)[INNER] ** 2) < 0.04
    assert np.mean(rest[INNER] ** 2) == pytest.approx(1.0, abs=0.12)


@pytest.mark.parametrize("separate", [separate_discrete, cancel_adaptively])
@pytest.mark.parametrize("end", [slice(0, 1000), slice(-1000, None)])
def test_lines_are_taken_out_to_the_very_ends_of_the_record(separate, end):
    lines, noise = mixed()
    rest = separate(lines + 0.1 * noise, FS)[1]
    assert np.mean((rest - 0.1 * noise)[end] ** 2) < 0.02 * np.mean(lines**2)


def test_noise_alone_has_hardly_a_discrete_part():
    noise = mixed()[1]
    discrete, _ = separate_discrete(noise, FS)
    assert np.mean(discrete[INNER] ** 2) < 0.15
    assert np.mean(cancel_adaptively(noise, FS)[0] ** 2) < 0.05


def test_strikes_with_slip_stay_in_the_random_part():
    rng = np.random.default_rng(2)
    ring = np.exp(-800 * np.arange(300) / FS) * np.sin(2 * np.pi * 3000 * np.arange(300) / FS)
    train = np.zeros(120_000)
    train[np.cumsum(rng.normal(120, 1.5, 980)).astype(int)] = 1.0
    strikes = 4 * np.convolve(train, ring)[: len(train)]
    lines, noise = mixed()
    for separate in (separate_discrete, cancel_adaptively):
        rest = separate(strikes + lines + 0.1 * noise, FS)[1]
        assert np.corrcoef(rest[INNER], strikes[INNER])[0, 1] > 0.95


def test_the_gain_of_a_line_is_the_one_that_its_ratio_to_the_noise_gives():
    # Antoni & Randall (2004): rho N / 2 over rho N / 2 + 1; with a Hann window N is 2/3 of the block.
    t = np.arange(400_000) / FS
    line = 0.1 * np.sin(2 * np.pi * 1500.0 * t)
    noise = np.random.default_rng(1).normal(size=len(t))
    _, rest = separate_discrete(line + noise, FS, 4096)
    ratio = 0.1**2 / 2 * 4096 / 1.5 / 2
    left = 1 - ratio / (1 + ratio)
    assert 10 ** (left_db(rest[INNER], (line + noise)[INNER], 1500.0) / 20) == pytest.approx(left, abs=0.04)


def test_the_discrete_part_is_what_loops_over_blocks_say():
    lines, noise = mixed(6000)
    x = lines + noise
    size, delay = 512, 512 + round(DELAY_S * FS)
    centred = x - x.mean()
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    cross, power, n = np.zeros(size, complex), np.zeros(size), 0
    for start in range(0, len(x) - delay - size + 1, size // 4):
        before = np.fft.fft(window * centred[start : start + size])
        now = np.fft.fft(window * centred[start + delay : start + delay + size])
        cross, power, n = cross + np.conj(before) * now, power + np.abs(before) ** 2, n + 1
    passed = np.abs(cross / power) ** 2
    gain = np.sqrt(np.maximum(0, (passed - 1.92 / n) / (1 - 1.92 / n)))
    taps = np.fft.ifft(gain).real
    at = 3000
    want = sum(taps[k] * centred[at - k] for k in range(-size // 2, size // 2))
    assert separate_discrete(x, FS, size)[0][at] == pytest.approx(want)


def test_the_adaptive_filter_is_the_block_lms_of_the_definition():
    rng, n_taps, n_blocks = np.random.default_rng(3), 8, 12
    past, wanted = rng.normal(size=(n_blocks + 1) * n_taps), rng.normal(size=(n_blocks, n_taps))
    pairs = np.stack([past[b * n_taps : (b + 2) * n_taps] for b in range(n_blocks)])
    got, taps = learn_blocks(np.fft.rfft(pairs, axis=1), wanted, 0.1, 2)

    turn = np.exp(-2j * np.pi * np.outer(np.arange(2 * n_taps), np.arange(2 * n_taps)) / (2 * n_taps))
    power = np.mean(np.abs(pairs @ turn.T) ** 2, axis=0)[: n_taps + 1]
    near = [sum(power[j] / (1 + abs(i - j)) for j in range(n_taps + 1)) for i in range(n_taps + 1)]
    pace = 0.2 / np.r_[near, near[-2:0:-1]]
    w = np.zeros(n_taps)
    for _ in range(2):
        for b in range(n_blocks):
            y = [sum(w[k] * pairs[b][n_taps + i - k] for k in range(n_taps)) for i in range(n_taps)]
            error = np.r_[np.zeros(n_taps), wanted[b] - y]
            slope = np.conj(turn) @ (pace * np.conj(turn @ pairs[b]) * (turn @ error)) / (2 * n_taps)
            w = w + slope.real[:n_taps]
            last = y if b == n_blocks - 1 else None
    assert got[-1] == pytest.approx(last)
    assert taps == pytest.approx(w)


def test_the_adaptive_filter_follows_a_speed_that_drifts():
    t = np.arange(120_000) / FS
    line = np.sin(2 * np.pi * (300 * t + 0.15 * t**2))  # 300 to 303 Hz: 2.5 lines of a block of 8192
    noise = 0.1 * np.random.default_rng(1).normal(size=len(t))
    followed = cancel_adaptively(line + noise, FS, step=0.2)[1]
    assert np.mean(followed[20_000:-20_000] ** 2) < 0.1 * np.mean(line**2)


@pytest.mark.parametrize("separate", [separate_discrete, cancel_adaptively])
def test_a_record_too_short_is_refused(separate):
    with pytest.raises(ValueError, match="too few"):
        separate(np.random.default_rng(0).normal(size=500), FS)
