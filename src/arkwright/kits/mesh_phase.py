"""Turns of a gear counted by its own mesh: the phase of the strongest harmonic, without a tacho."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HARMONICS = (1, 2, 3)
BAND = 0.4
"""Half width of the band whose phase is followed, over the shaft's speed: no sideband is inside. [1]"""


@dataclass(frozen=True)
class MeshTurns:
    """Turns at each sample, shape ``(n,)`` [1], and what they stand on.

    ``shaft_hz`` is the mean speed [Hz], ``harmonic`` the harmonic of the mesh that was followed, ``over_db``
    how far it stands over the noise around it [dB], ``chance`` how often noise would look like it. [1]
    """

    turns: Floats
    shaft_hz: float
    harmonic: int
    over_db: float
    chance: float


def turns_by_mesh(x: Floats, rate_hz: float, shaft_hz: float, n_teeth: int, reach: float = 0.01) -> MeshTurns:
    """Count the turns of a gear by the phase of its mesh.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    shaft_hz
        Stated speed of the gear. [Hz]
    n_teeth
        Teeth of the gear. [1]
    reach
        How far the stated speed may be off. [1]

    Returns
    -------
    turns
        The turns.

    Raises
    ------
    ValueError
        If the mesh lies above half of the sample rate.

    References
    ----------
    .. [1] Bonnardot, El Badaoui, Randall, Danière, Guillet (2005), MSSP 19(4), 766-785.
    """
    from scipy import fft

    bins = np.asarray(fft.rfft((x - x.mean()) * np.hanning(len(x))))
    power, step = np.abs(bins) ** 2, rate_hz / len(x)
    heard = [_loudest(power, step, h * n_teeth * shaft_hz, reach) for h in HARMONICS]
    if heard[0] is None:
        raise ValueError(f"the mesh at {n_teeth * shaft_hz:.0f} Hz lies above half of the sample rate")
    known = [(h, *found) for h, found in zip(HARMONICS, heard, strict=True) if found is not None]
    harmonic, at, ratio, tried = max(known, key=lambda row: row[2])
    centre_hz = at * step
    turns = _phase_turns(x, rate_hz, centre_hz, BAND * shaft_hz) / (harmonic * n_teeth)
    mean_hz = float(turns[-1] - turns[0]) / (len(x) - 1) * rate_hz
    chance = min(1.0, tried * len(known) * float(np.exp(-min(ratio, 700.0))))
    return MeshTurns(turns, mean_hz, harmonic, float(10 * np.log10(max(ratio, 1e-12))), chance)


def _loudest(power: Floats, step: float, hz: float, reach: float) -> tuple[int, float, int] | None:
    """Bin of the loudest line near a frequency, its power over the noise's mean, and the bins looked at."""
    low, high = int(hz * (1 - reach) / step), int(np.ceil(hz * (1 + reach) / step))
    width = max(20, high - low)
    if high + width >= len(power):
        return None
    around = np.concatenate([power[max(1, low - width) : low], power[high + 1 : high + 1 + width]])
    noise = max(float(np.median(around)) / np.log(2), np.finfo(float).tiny)
    at = low + int(np.argmax(power[low : high + 1]))
    return at, float(power[at]) / noise, high - low + 1


def _phase_turns(x: Floats, rate_hz: float, centre_hz: float, half_hz: float) -> Floats:
    """Cycles of a line that may wander, counted at each sample, shape ``(n,)``."""
    from scipy import fft

    bins = np.asarray(fft.fft(x - x.mean()))
    hz = fft.fftfreq(len(x), 1 / rate_hz)
    kept = np.where(np.abs(hz - centre_hz) <= half_hz, bins, 0)
    time = np.arange(len(x)) / rate_hz
    slow = np.asarray(fft.ifft(kept)) * np.exp(-2j * np.pi * centre_hz * time)
    return np.asarray(centre_hz * time + np.unwrap(np.angle(slow)) / (2 * np.pi), np.float64)
