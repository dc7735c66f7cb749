"""The current of a motor as its supply sees it: what moves is modulation, and nothing of the supply leaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.exact_tones import LOBE, Tone, fit_tones

Floats = NDArray[np.float64]
Vectors = NDArray[np.complex128]

SUPPLY_MULTIPLES = tuple(range(1, 14))
"""Multiples of the supply that are fitted and taken out before weak lines are looked for. [1]"""


PAD = 4
"""Values a line of the modulation's spectrum: a tone between two loses 0.1 dB at most. [1]"""


@dataclass(frozen=True)
class Carrier:
    """A current in the frame of its supply: 1 at rest, its modulation as what moves.

    ``swing`` has shape ``(n,)`` [share of the supply line], at ``rate_hz`` [Hz].
    """

    swing: Vectors
    rate_hz: float
    supply: Tone


def ride_supply(x: Floats | Vectors, rate_hz: float, supply: Tone, reach_hz: float) -> Carrier:
    """Turn a current back by its supply, so that only its modulation moves.

    The supply's multiples are fitted and taken out, so that none of them leaks; what is left is moved down
    by the supply's frequency and thinned; the supply's slow wander (a cubic of its phase) is taken off.

    Parameters
    ----------
    x
        Current of one phase, or space vector of three, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    supply
        The supply line.
    reach_hz
        How far from the supply the modulation counts. [Hz]

    Returns
    -------
    carrier
        The current in the frame of the supply.

    References
    ----------
    .. [1] Oppenheim, Schafer (2010), Discrete-Time Signal Processing, section 4.6, on decimation.
    """
    n = len(x)
    lines = [k * supply.hz for k in SUPPLY_MULTIPLES]
    weak = x.real - fit_tones(x.real, rate_hz, lines) - x.real.mean()
    down = np.exp(-2j * np.pi * supply.hz / rate_hz * np.arange(n))
    if np.iscomplexobj(x):
        weak = weak + 1j * (x.imag - fit_tones(x.imag, rate_hz, lines) - x.imag.mean())
        line = complex((x - x.mean()) @ (down * np.kaiser(n, 14.0)) / np.kaiser(n, 14.0).sum())
        moved = (weak * down) / line
    else:
        line = supply.peak * complex(np.exp(1j * supply.phase_rad))
        moved = 2.0 * weak * down / line
    swing, rate = _thin(moved, rate_hz, reach_hz)
    whole = 1.0 + swing
    at = np.linspace(-1.0, 1.0, len(whole))
    slow = np.polynomial.Polynomial.fit(at, np.unwrap(np.angle(whole)), 3)(at)
    steady = whole * np.exp(-1j * slow)
    return Carrier(np.asarray(steady / steady.mean(), np.complex128), rate, supply)


def _thin(x: Vectors, rate_hz: float, reach_hz: float) -> tuple[Vectors, float]:
    """Keep what lies below ``reach_hz``; a Kaiser low pass, whose run-in is cut off at both ends."""
    from scipy import signal

    step = max(1, int(rate_hz / (4.0 * reach_hz)))
    if step == 1:
        return x, rate_hz
    n_taps, beta = signal.kaiserord(90.0, reach_hz / rate_hz)
    taps = signal.firwin(n_taps | 1, 1.5 * reach_hz, window=("kaiser", beta), fs=rate_hz)
    kept = signal.oaconvolve(x, taps, mode="valid") if len(x) > 2 * len(taps) else x
    return np.asarray(kept[::step], np.complex128), rate_hz / step


def swing_lines(carrier: Carrier) -> tuple[Floats, Vectors]:
    """Compute the spectrum of a modulation, on both sides of the supply (Hann, ``PAD`` values a line).

    Parameters
    ----------
    carrier
        The current in the frame of its supply.

    Returns
    -------
    frequencies
        From the supply, ascending, shape ``(n,)``. [Hz]
    phasors
        What a line on each frequency would be, shape ``(n,)``. [share of the supply line]
    """
    n = len(carrier.swing)
    window = np.hanning(n)
    bins = np.fft.fft((carrier.swing - carrier.swing.mean()) * window, PAD * n) / window.sum()
    hz = np.fft.fftfreq(PAD * n, 1 / carrier.rate_hz)
    return np.asarray(np.fft.fftshift(hz), np.float64), np.asarray(np.fft.fftshift(bins), np.complex128)


def least_seconds(slip: float, supply_hz: float) -> float:
    """Return how long a record must last for lines 2sf from the supply to be seen beside it. [s]

    ``slip`` [1] and ``supply_hz`` [Hz] give 2sf; the supply's window and the cubic that takes off its wander
    leave the first ``LOBE`` lines blind.
    """
    return LOBE / max(2.0 * abs(slip) * supply_hz, 1e-9)
