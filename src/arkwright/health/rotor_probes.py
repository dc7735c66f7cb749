"""Where a probe looks: along the shaft or across it, and what two probes show of one order."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from arkwright.health.symptom import Record
from arkwright.kits.spectra import tone_rms, velocity_lines

Floats = NDArray[np.float64]
AXIAL = frozenset({"axial", "ax"})


def is_axial(location: str) -> bool:
    """Say whether a place is measured along the shaft, as ``DE.axial`` is."""
    return bool(set(re.split(r"[^a-z]+", location.lower())) & AXIAL)


def axial_beside(record: Record) -> dict[str, Floats]:
    """Return what was sampled along the shaft at the same times, and is fit, each of shape ``(n,)``."""
    fit = {p: x for p, x in record.beside.items() if is_axial(p) and len(x) == len(record.samples)}
    return {p: x for p, x in fit.items() if np.isfinite(x).all() and float(np.ptp(x)) > 0}


def velocity_at(samples: Floats, rate_hz: float, at_hz: float) -> float:
    """Measure the velocity at a frequency. [mm/s]

    Parameters
    ----------
    samples
        Acceleration, shape ``(n,)``. [m/s2]
    rate_hz
        Sample rate. [Hz]
    at_hz
        The frequency, as found in a record of the same times. [Hz]
    """
    hz, power = velocity_lines(samples, rate_hz)
    return tone_rms(hz, power, at_hz, 1e-4)[0]


def phase_between(one: Floats, other: Floats, rate_hz: float, at_hz: float) -> float:
    """Measure by how much one record leads another at a frequency, 0 to 180. [deg]

    Parameters
    ----------
    one
        Record, shape ``(n,)``. [any]
    other
        Record of the same times, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    at_hz
        The frequency. [Hz]
    """
    n = len(one)
    turns = np.exp(-2j * np.pi * at_hz / rate_hz * np.arange(n)) * np.hanning(n)
    return float(abs(np.degrees(np.angle((turns @ one) * np.conj(turns @ other)))))
