"""Acceleration, velocity and displacement: each is a spectrum of the other two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DERIVATIVE = {"displacement": 0, "vibration_velocity": 1, "acceleration": 2}
"""How often each motion is the derivative of displacement. [1]"""
LOWEST_HZ = 2.0
"""Below this an integral has no answer: drift of the amplifier, divided by a small number. [Hz]"""


def other_motion(
    frequencies: Floats, amplitude: Floats, came: str, wanted: str, lowest_hz: float = LOWEST_HZ
) -> Floats:
    """Turn the spectrum of one motion into that of another.

    A harmonic motion of frequency f grows by 2 pi f with every derivative.

    Parameters
    ----------
    frequencies
        Shape ``(n,)``. [Hz]
    amplitude
        Amplitudes, shape ``(n,)``. [SI unit of the motion that came]
    came, wanted
        displacement, vibration_velocity or acceleration.
    lowest_hz
        An integral is 0 below this. [Hz]

    Returns
    -------
    amplitude
        Shape ``(n,)``. [SI unit of the motion wanted]

    Raises
    ------
    ValueError
        If one of the two is not a motion.
    """
    if came not in DERIVATIVE or wanted not in DERIVATIVE:
        raise ValueError(f"{came} to {wanted}: one of both is not a motion")
    steps = DERIVATIVE[wanted] - DERIVATIVE[came]
    turning = 2 * np.pi * np.maximum(frequencies, lowest_hz if steps < 0 else 0.0)
    moved = np.asarray(amplitude * turning**steps, np.float64)
    return np.where((frequencies < lowest_hz) & (steps < 0), 0.0, moved)
