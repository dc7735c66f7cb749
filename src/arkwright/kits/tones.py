"""Lines of a spectrum that stand over its noise, and which of them hold frequency and amplitude."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.spectra import power_lines

Floats = NDArray[np.float64]

LONGEST = 2**18
"""Samples of a record that are looked at. [1]"""

FALSE_LINES = 0.01
"""Lines that noise alone may show in one record. [1]"""

LEAST_SHARE = 0.02
"""Power of a line over that of the record, under which it is not worth a word. [1]"""

STRETCHES = 8
"""Stretches of the record that a steady line is followed through. [1]"""

STEADY = 0.2
"""Standard deviation of a line's amplitude over the stretches, by its mean; of noise it is 0.52. [1]"""


@dataclass(frozen=True)
class Tone:
    """A line over what noise shows, its ``share`` of the record's power, and whether it holds both. [1]"""

    frequency_hz: float
    share: float
    steady: bool = False


def tones_of(x: Floats, rate_hz: float) -> tuple[Tone, ...]:
    """Find the lines of a record, and which of them hold their frequency and amplitude all the time.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    tones
        Strongest first, 200 at most; only those worth a word are asked whether they are steady.
    """
    hz, power = power_lines(x, rate_hz)
    if len(hz) < 64:
        return ()
    floor, inner = floor_of(power), power[1:-1]
    # The highest of n independent exponentials is over ln(n / p) with a chance of p.
    limit = float(np.log(len(power) / FALSE_LINES))
    peaks = 1 + np.flatnonzero((inner > power[:-2]) & (inner >= power[2:]) & (inner > limit * floor[1:-1]))
    peaks = peaks[peaks > STRETCHES]
    peaks = peaks[np.argsort(power[peaks])[::-1][:200]]
    whole, stretches, tones = float(power.sum()), _stretches(x), []
    for peak in peaks:
        near = slice(max(0, peak - 2), peak + 3)
        held = float(power[near].sum())
        frequency = float(np.sum(power[near] * hz[near])) / held
        line = min(stretches.shape[1] - 1, round(frequency / rate_hz * (len(x) // STRETCHES)))
        steady = held >= LEAST_SHARE * whole and _steady(stretches[:, line])
        tones.append(Tone(frequency, held / whole, steady))
    return tuple(tones)


def floor_of(power: Floats) -> Floats:
    """Estimate the level of the noise around each line of a spectrum.

    Parameters
    ----------
    power
        Power of the lines, shape ``(n,)``. [any]

    Returns
    -------
    floor
        Mean power that noise has there, same shape. [as power]
    """
    width = max(9, min(200, len(power) // 8))
    n_blocks = len(power) // width
    # The median of an exponential distribution is ln 2 times its mean.
    level = np.median(power[: n_blocks * width].reshape(n_blocks, width), axis=1) / np.log(2)
    level = np.maximum(level, float(power.max()) * 1e-24)
    middles = (np.arange(n_blocks) + 0.5) * width
    return np.asarray(np.interp(np.arange(len(power)), middles, level), np.float64)


def _stretches(x: Floats) -> NDArray[np.complex128]:
    from scipy import fft

    size = len(x) // STRETCHES
    frames = x[: size * STRETCHES].reshape(STRETCHES, size)
    return np.asarray(fft.rfft((frames - x.mean()) * np.hanning(size), axis=1), np.complex128)


def _steady(parts: NDArray[np.complex128]) -> bool:
    """Say whether a line, as each stretch has it, keeps its amplitude and turns at one pace."""
    sizes, turns = np.abs(parts), parts[1:] * np.conj(parts[:-1])
    together = abs(np.sum(turns)) / max(float(np.sum(np.abs(turns))), np.finfo(float).tiny)
    return bool(sizes.std() < STEADY * sizes.mean() and together > 1 - STEADY)
