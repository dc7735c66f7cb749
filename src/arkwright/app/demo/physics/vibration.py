"""Acceleration of one measuring point of a rotating train, synthesised in the frequency domain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.app.demo.physics.bearing import BearingGeometry, Defect, impact_turns, impact_weights

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

G_MM_S2 = 9806.65
"""Standard gravity, CGPM 1901. [mm/s2]"""


@dataclass(frozen=True, slots=True)
class Mode:
    """One structural mode: natural frequency [Hz], damping ratio [1], gain beside the other modes [1]."""

    natural_hz: float
    damping: float
    gain: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line locked to the shaft: ``order`` [1] and velocity [mm/s RMS]."""

    order: float
    velocity_mm_s: float


@dataclass(frozen=True, slots=True)
class Point:
    """A measuring point on a bearing housing, as built.

    ``noise_g`` is the broad-band background [g RMS]; ``line_hz_mm_s`` pairs fixed lines such as twice the
    mains frequency [Hz] with their velocity [mm/s RMS].
    """

    bearing: BearingGeometry
    modes: tuple[Mode, ...]
    lines: tuple[Line, ...]
    line_hz_mm_s: tuple[tuple[float, float], ...] = ()
    noise_g: float = 0.12


@dataclass(frozen=True, slots=True)
class Condition:
    """What ails the point now: a bearing defect of a severity in [0, 1] and the unbalance added to the rotor.

    ``unbalance_mm_s`` is the velocity the added unbalance alone would cause at the first order [mm/s RMS].
    """

    defect: Defect | None = None
    severity: float = 0.0
    unbalance_mm_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Record:
    """A finished record: acceleration, shape ``(n,)`` [g], and its velocity within 10-1000 Hz [mm/s RMS]."""

    acceleration_g: FloatArray
    velocity_mm_s: float


IMPACT_G = 9.0
"""Strength of an impact on a fully grown spall at the resonance. [g]"""

LOW_MODE = Mode(190.0, 0.09, 1.0)
"""Rocking of the housing on its foot: hears a spall only once its edges are wide enough to drop the shaft."""


def record(
    point: Point, condition: Condition, speed_rpm: float, rate_hz: float, n: int, rng: np.random.Generator
) -> Record:
    """Record the acceleration of a point.

    Parameters
    ----------
    point
        The point as built.
    condition
        What ails it now.
    speed_rpm
        Mean shaft speed. [1/min]
    rate_hz
        Sampling rate. [Hz]
    n
        Number of samples, even. [1]
    rng
        Source of every random part of this record.

    Returns
    -------
    record
        Acceleration and its velocity value.
    """
    freq_hz: FloatArray = np.asarray(np.fft.rfftfreq(n, 1 / rate_hz), dtype=np.float64)
    turns = _shaft_turns(speed_rpm, rate_hz, n, rng)
    spectrum = np.fft.rfft(_shaft_lines(point, condition, turns, speed_rpm, rate_hz, rng))
    spectrum += _background(point, freq_hz, n, rate_hz, rng)
    if condition.defect is not None and condition.severity > 0:
        spectrum += _defect_spectrum(point, condition, turns, freq_hz, rng)
    # An accelerometer with its coupling passes nothing at rest and little above 80 % of Nyquist.
    spectrum *= (freq_hz / np.hypot(freq_hz, 2.0)) / np.sqrt(1 + (freq_hz / (0.42 * rate_hz)) ** 16)
    return Record(np.fft.irfft(spectrum, n), velocity_rms(spectrum, freq_hz, n))


def velocity_rms(spectrum: ComplexArray, freq_hz: FloatArray, n: int) -> float:
    """Velocity of an acceleration spectrum within 10-1000 Hz.

    Parameters
    ----------
    spectrum
        One-sided discrete Fourier transform of the acceleration, shape ``(n // 2 + 1,)``. [g]
    freq_hz
        Its frequencies, same shape. [Hz]
    n
        Number of samples of the record. [1]

    Returns
    -------
    velocity_mm_s
        Root mean square over the band (Parseval). [mm/s]
    """
    band = (freq_hz >= 10.0) & (freq_hz <= 1000.0)
    velocity = np.abs(spectrum[band]) * G_MM_S2 / (2 * np.pi * freq_hz[band])
    return float(np.sqrt(2 * np.sum(velocity**2)) / n)


def _shaft_turns(speed_rpm: float, rate_hz: float, n: int, rng: np.random.Generator) -> FloatArray:
    """Shaft position at each sample: slow load swings move the speed by a few tenths of a percent. [turn]"""
    knots = np.cumsum(rng.standard_normal(9)) * 3e-4
    swing = np.interp(np.linspace(0, 8, n), np.arange(9), knots - knots.mean())
    return np.cumsum(speed_rpm / 60 / rate_hz * (1 + swing)) + rng.uniform()


def _shaft_lines(
    point: Point,
    condition: Condition,
    turns: FloatArray,
    speed_rpm: float,
    rate_hz: float,
    rng: np.random.Generator,
) -> FloatArray:
    rows = [(line.order, line.velocity_mm_s * rng.normal(1.0, 0.04)) for line in point.lines]
    looseness = 1.5 * condition.severity**3 if condition.defect else 0.0
    wave = np.zeros_like(turns)
    for order, velocity in rows:
        total = velocity * (1 + looseness) + (condition.unbalance_mm_s if order == 1.0 else 0.0)
        peak_g = np.sqrt(2) * total * 2 * np.pi * order * speed_rpm / 60 / G_MM_S2
        wave += peak_g * np.cos(2 * np.pi * order * turns + rng.uniform(0, 2 * np.pi))
    seconds = np.arange(len(turns)) / rate_hz
    for line_hz, velocity in point.line_hz_mm_s:
        peak_g = np.sqrt(2) * velocity * 2 * np.pi * line_hz / G_MM_S2
        wave += peak_g * np.cos(2 * np.pi * line_hz * seconds + rng.uniform(0, 2 * np.pi))
    return wave


def _background(
    point: Point, freq_hz: FloatArray, n: int, rate_hz: float, rng: np.random.Generator
) -> ComplexArray:
    """Flow and friction noise: falls with frequency and is coloured by the housing's modes."""
    shape = 1 / np.sqrt(1 + (freq_hz / (0.12 * rate_hz)) ** 2)
    for mode in point.modes:
        shape = shape + 0.35 * np.abs(_resonance(mode, freq_hz))
    shape *= freq_hz / np.hypot(freq_hz, 30.0)
    shape *= point.noise_g * n / np.sqrt(2 * np.sum(shape**2))
    normals = rng.standard_normal((2, len(freq_hz)))
    return np.asarray(shape * (normals[0] + 1j * normals[1]) / np.sqrt(2), dtype=np.complex128)


def _resonance(mode: Mode, freq_hz: FloatArray) -> ComplexArray:
    """Band-pass response of a mode, its gain at the natural frequency."""
    ratio = freq_hz / mode.natural_hz
    response = 2j * mode.damping * ratio / (1 - ratio**2 + 2j * mode.damping * ratio)
    return np.asarray(mode.gain * response, dtype=np.complex128)


def _defect_spectrum(
    point: Point, condition: Condition, turns: FloatArray, freq_hz: FloatArray, rng: np.random.Generator
) -> ComplexArray:
    assert condition.defect is not None
    travelled = turns - turns[0]
    slip = rng.uniform(0.004, 0.010)
    hits = impact_turns(point.bearing, condition.defect, float(travelled[-1]), slip, rng)
    weights = impact_weights(point.bearing, condition.defect, hits, rng.uniform(0, 2 * np.pi))
    weights = weights * rng.lognormal(0.0, 0.15, len(hits))
    train = _impulses(np.interp(hits, travelled, np.arange(len(turns))), weights, len(turns))
    # Small spalls ring the high modes only; the housing hears them when they have grown.
    response = sum(
        (_mode_ring(mode, freq_hz) for mode in point.modes), np.zeros_like(freq_hz, dtype=np.complex128)
    )
    response = response * IMPACT_G * condition.severity
    response = response + 0.2 * IMPACT_G * condition.severity**3 * _mode_ring(LOW_MODE, freq_hz)
    return np.asarray(np.fft.rfft(train) * response, dtype=np.complex128)


def _mode_ring(mode: Mode, freq_hz: FloatArray) -> ComplexArray:
    """Response to a unit sample that starts to ring at the mode's gain.

    The band-pass form ``2ζ s ω / (s² + 2ζ s ω + ω²)`` starts at ``2ζω`` for a unit of area, and a sample has
    the area of one sampling interval.
    """
    rate_hz = 2 * freq_hz[-1]
    start = 2 * mode.damping * 2 * np.pi * mode.natural_hz / rate_hz
    return np.asarray(_resonance(mode, freq_hz) / start, dtype=np.complex128)


def _impulses(samples: FloatArray, weights: FloatArray, n: int) -> FloatArray:
    """Lay unit impulses at fractional sample positions, shared between the two nearest samples."""
    train = np.zeros(n + 1)
    whole = np.floor(samples).astype(np.int64)
    part = samples - whole
    np.add.at(train, whole, weights * (1 - part))
    np.add.at(train, whole + 1, weights * part)
    return train[:n]
