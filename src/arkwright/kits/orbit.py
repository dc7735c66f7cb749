"""The path of a shaft's centre seen by two probes at right angles: full spectrum, ellipses, rest position."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, hypot

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Vectors = NDArray[np.complex128]


@dataclass(frozen=True)
class Ellipse:
    """The orbit filtered at one frequency [Hz]: two vectors that turn with and against the shaft. [any]"""

    hz: float
    forward: complex
    backward: complex

    @property
    def major(self) -> float:
        """Long half axis. [unit of the record]"""
        return abs(self.forward) + abs(self.backward)

    @property
    def minor(self) -> float:
        """Short half axis; negative where the shaft's centre goes round backwards. [unit of the record]"""
        return abs(self.forward) - abs(self.backward)

    @property
    def tilt_deg(self) -> float:
        """Direction of the long axis from the first probe, from 0 up to 180. [deg]"""
        turns = np.angle(self.forward) + np.angle(self.backward)
        return float(degrees(turns / 2) % 180.0)

    def path(self, n: int = 128) -> Vectors:
        """Draw the ellipse: ``n`` [1] points of one round, shape ``(n,)``. [unit of the record]"""
        turn = np.exp(2j * np.pi * np.arange(n) / n)
        return np.asarray(self.forward * turn + self.backward / turn, np.complex128)


@dataclass(frozen=True)
class Rest:
    """Where the shaft's centre sits in its bearing: eccentricity over clearance [1], attitude angle [deg]."""

    ratio: float
    attitude_deg: float


def full_spectrum(x: Floats, y: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Compute the full spectrum: positive frequencies turn with the shaft, negative ones against it.

    Parameters
    ----------
    x
        First probe, shape ``(n,)``. [any]
    y
        The probe that the turning shaft's mark passes a quarter of a turn later, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    frequencies
        Ascending from below zero, shape ``(n,)``. [Hz]
    peak
        Radius of the circle in each line (Hann window), shape ``(n,)``. [any]

    References
    ----------
    .. [1] Goldman, Muszynska (1999), Orbit 20(1), 17-21.
    """
    z = (x - x.mean()) + 1j * (y - y.mean())
    window = np.hanning(len(z) + 1)[:-1]
    bins = np.abs(np.fft.fft(z * window)) / window.sum()
    hz = np.fft.fftfreq(len(z), 1 / rate_hz)
    return np.asarray(np.fft.fftshift(hz), np.float64), np.asarray(np.fft.fftshift(bins), np.float64)


def ellipse_at(x: Floats, y: Floats, rate_hz: float, hz: float) -> Ellipse:
    """Filter an orbit at one frequency.

    Parameters
    ----------
    x
        First probe, shape ``(n,)``. [any]
    y
        Second probe, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    hz
        Frequency. [Hz]

    Returns
    -------
    ellipse
        The filtered orbit.

    References
    ----------
    .. [1] Lee (1991), MSSP 5(2), 119-137, on forward and backward directional signals.
    """
    z = (x - x.mean()) + 1j * (y - y.mean())
    window = np.hanning(len(z) + 1)[:-1]
    turns = np.exp(-2j * np.pi * hz / rate_hz * np.arange(len(z)))
    weighed = z * window / window.sum()
    return Ellipse(hz, complex(weighed @ turns), complex(weighed @ np.conj(turns)))


def rest_position(x_um: float, y_um: float, clearance_um: float, load_deg: float = 270.0) -> Rest:
    """Say where a shaft's centre sits, from the probes' mean positions about the bearing's centre.

    Parameters
    ----------
    x_um
        Mean position along the first probe, from the bearing's centre. [um]
    y_um
        Mean position along the second probe. [um]
    clearance_um
        Radial clearance. [um]
    load_deg
        Direction of the load from the first probe. [deg]

    Returns
    -------
    rest
        Eccentricity ratio, and the angle from the load's direction to the centre's.

    Raises
    ------
    ValueError
        If the clearance is not positive.
    """
    if clearance_um <= 0:
        raise ValueError(f"a clearance of {clearance_um:g} um holds no shaft")
    angle = (degrees(atan2(y_um, x_um)) - load_deg + 180.0) % 360.0 - 180.0
    return Rest(hypot(x_um, y_um) / clearance_um, angle)
