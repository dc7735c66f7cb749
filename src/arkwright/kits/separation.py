"""Two ways to part what a shaft, gears and the supply repeat from what strikes at random: DRS and SANC."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DELAY_S = 0.05
"""Delay after which a struck resonance is forgotten: three time constants at 1 kHz and 1 % damping. [s]"""

FRAMES_ALIKE = 1.92
"""Hann frames that overlap by three quarters, over those that are independent: 1 + 2 sum of the squares of
their windows' overlaps, 0.6592, 0.1667, 0.0075. Welch (1967), IEEE Trans. Audio 15(2), 70-73. [1]"""

FEWEST_BLOCKS = 8
"""Blocks without overlap that the gain is averaged over: noise then keeps a gain of a quarter. [1]"""


def separate_discrete(x: Floats, rate_hz: float, n_block: int | None = None) -> tuple[Floats, Floats]:
    """Part a record into its discrete lines and the random rest (DRS).

    A line is known from the record as it was ``DELAY_S`` earlier, noise is not: the gain of each frequency is
    what the delayed record says of the present one. At both ends, where a filter would lack half of what it
    needs, lines are foretold from the rest.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    n_block
        Samples of a block, even, which resolves lines ``4 * rate_hz / n_block`` apart; None for the longest
        power of two that leaves ``FEWEST_BLOCKS``, up to 16384. [1]

    Returns
    -------
    discrete
        Lines, shape ``(n,)``. [any]
    random
        Rest, so that both sum to the record less its mean, shape ``(n,)``. [any]

    Raises
    ------
    ValueError
        If the record is too short for three blocks and the delay, or a block is odd.

    References
    ----------
    .. [1] Antoni, Randall (2004), "Unsupervised noise cancellation for vibration signals: part II - a novel
       frequency-domain algorithm", MSSP 18(1), 103-117, section 2.
    """
    size = _block_of(len(x)) if n_block is None else n_block
    # Both blocks must have no sample in common, or their noise would be known too.
    delay = size + round(DELAY_S * rate_hz)
    if len(x) < 2 * size + delay or size < 8 or size % 2:
        raise ValueError(f"{len(x)} samples are too few for blocks of {size} and a delay of {delay}")
    centred = np.asarray(x - x.mean(), np.float64)
    # A Hann window spreads a line over four bins, all of which then pass it whole.
    before, now = _frames(centred[: len(x) - delay], size), _frames(centred[delay:], size)
    power = np.mean(np.abs(before) ** 2, axis=0)
    passed = np.abs(np.mean(np.conj(before) * now, axis=0)) / np.maximum(power, _floor(power))
    # What noise passes by chance: the mean square of such a gain is one over the frames averaged.
    chance = min(0.5, FRAMES_ALIKE / len(before))
    gain = np.sqrt(np.clip((passed**2 - chance) / (1 - chance), 0.0, 1.0))
    # Frames begin a quarter of a block apart: four on, every line has turned by what a block takes.
    turn = np.mean(np.conj(now[:-4]) * now[4:], axis=0)
    discrete = _filtered(centred, gain, gain * turn / np.maximum(np.abs(turn), _floor(power)))
    return discrete, centred - discrete


def _filtered(x: Floats, gain: Floats, ahead: NDArray[np.complex128]) -> Floats:
    """Filter without delay a record that is continued at both ends by what a block before foretells."""
    from scipy.signal import oaconvolve

    size = 2 * (len(gain) - 1)
    half = size // 2
    taps, foretelling = (np.roll(np.fft.irfft(bins, size), half) for bins in (gain, ahead))
    # A line runs backwards as it runs forwards: what foretells the end also foretells the start.
    after, before = (oaconvolve(way[-size - half :], foretelling, "valid")[1:] for way in (x, x[::-1]))
    longer = np.concatenate((before[::-1], x, after))
    return np.asarray(oaconvolve(longer, taps, "valid")[1:], np.float64)


def _frames(x: Floats, size: int) -> NDArray[np.complex128]:
    from scipy import fft

    frames = np.lib.stride_tricks.sliding_window_view(x, size)[:: size // 4]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return np.asarray(fft.rfft(frames * window, axis=1), np.complex128)


def _floor(power: Floats) -> float:
    return max(float(power.max()) * 1e-24, np.finfo(float).tiny)


def _block_of(n: int) -> int:
    return int(2 ** np.floor(np.log2(max(2, min(n / FEWEST_BLOCKS, 16384)))))


def cancel_adaptively(
    x: Floats, rate_hz: float, n_taps: int = 1024, step: float = 0.05, n_passes: int = 3
) -> tuple[Floats, Floats]:
    """Part a record into what a filter learns to predict and the rest (SANC).

    The filter is fed the record as it was ``DELAY_S`` earlier and learns by normalised least mean squares, a
    block of ``n_taps`` at a time in the frequency domain, each bin at a pace of its own. It follows lines
    that drift slowly, which DRS does not.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    n_taps
        Taps of the filter; it resolves lines ``rate_hz / n_taps`` apart. [1]
    step
        Share of the error that a block corrects, above 0 and below 1: small is slow and clean. [1]
    n_passes
        How often the record is gone through; the filter learnt before starts the next. [1]

    Returns
    -------
    predicted
        Lines, shape ``(n,)``. [any]
    random
        Rest, so that both sum to the record less its mean, shape ``(n,)``. [any]

    Raises
    ------
    ValueError
        If the record is shorter than four blocks and the delay, or the step is out of its range.

    References
    ----------
    .. [1] Ho, Randall (2000), "Optimisation of bearing diagnostic techniques using simulated and actual
       bearing fault signals", MSSP 14(5), 763-788, section 3.
    .. [2] Shynk (1992), "Frequency-domain and multirate adaptive filtering", IEEE Signal Processing Magazine
       9(1), 14-37: overlap-save with the gradient constrained.
    """
    from scipy.signal import oaconvolve

    delay = round(DELAY_S * rate_hz)
    if len(x) < 4 * n_taps + delay or not 0 < step < 1:
        raise ValueError(
            f"{len(x)} samples are too few for {n_taps} taps, or a step of {step} is not in 0..1"
        )
    centred = np.asarray(x - x.mean(), np.float64)
    n_blocks = -(-len(x) // n_taps)
    now = np.pad(centred, (0, n_blocks * n_taps - len(x))).reshape(n_blocks, n_taps)
    before = np.pad(centred, (delay + n_taps, 0))[: (n_blocks + 1) * n_taps]
    before = np.pad(before, (0, (n_blocks + 1) * n_taps - len(before))).reshape(n_blocks + 1, n_taps)
    # Each block is seen with the one before it: a filter of n_taps reaches back that far.
    seen = np.fft.rfft(np.concatenate([before[:-1], before[1:]], axis=1), axis=1)
    blocks, taps = learn_blocks(seen, now, step, n_passes)
    predicted = blocks.ravel()[: len(x)]
    # The first samples have nothing before them; what comes after them foretells them as well.
    first = delay + n_taps
    predicted[:first] = oaconvolve(centred[delay : delay + first + n_taps - 1][::-1], taps, "valid")[::-1]
    return predicted, centred - predicted


def learn_blocks(
    seen: NDArray[np.complex128], wanted: Floats, step: float, n_passes: int
) -> tuple[Floats, Floats]:
    """Predict blocks with a filter that learns from its error in each.

    Parameters
    ----------
    seen
        Spectra of two blocks each, shape ``(n_blocks, n_taps + 1)``. [any]
    wanted
        Blocks to predict, shape ``(n_blocks, n_taps)``. [any]
    step
        Share of the error that a block corrects. [1]
    n_passes
        How often the blocks are gone through. [1]

    Returns
    -------
    predicted
        Blocks as the last pass predicts them, shape ``(n_blocks, n_taps)``. [any]
    taps
        Filter at the end, shape ``(n_taps,)``. [1]
    """
    from scipy import fft
    from scipy.signal import oaconvolve

    n_taps = wanted.shape[1]
    predicted = np.zeros_like(wanted)
    filter_bins = np.zeros(n_taps + 1, np.complex128)
    # Each bin is paced by its mean power and its neighbours': a strong line leaks into all bins, and were
    # those paced by what leaks alone, all together would correct the line many times over.
    power = np.mean(np.abs(seen) ** 2, axis=0)
    far = np.abs(np.arange(-n_taps, n_taps + 1))
    near = np.maximum(oaconvolve(power, 1.0 / (1 + far), "same"), _floor(power))
    # Half of the two blocks is error, so that twice the step corrects the share of it that is meant.
    pace = 2.0 * step / near
    padded = np.zeros(2 * n_taps)
    for _ in range(n_passes):
        for block, bins in enumerate(seen):
            predicted[block] = fft.irfft(filter_bins * bins)[n_taps:]
            padded[n_taps:] = wanted[block] - predicted[block]
            slope = fft.irfft(pace * np.conj(bins) * fft.rfft(padded))
            slope[n_taps:] = 0.0
            filter_bins += fft.rfft(slope)
    return predicted, np.asarray(fft.irfft(filter_bins)[:n_taps], np.float64)
