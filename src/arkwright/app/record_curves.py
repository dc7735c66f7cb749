"""The curves of a record: its waveform, and its spectrum as acceleration, velocity and displacement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from arkwright.core.plant import Signal
from arkwright.core.quantity import find_unit
from arkwright.kits.display import outline, peak_spectrum, peaks_kept
from arkwright.kits.floor import over_floor_db
from arkwright.kits.motion import DERIVATIVE, other_motion

Floats = NDArray[np.float64]
POINTS = 2400
FLOOR_HZ = 60.0  # blocks of the noise's floor, as where a record is whitened; never fewer than FLOOR_LINES
FLOOR_LINES = 33
MOST_SAMPLES = (
    2**21
)  # 82 s at 25.6 kHz: of a longer record its beginning is transformed, or memory would grow
TOP_HZ = 1000.0  # ISO 20816-1:2016, 4.3: broad-band velocity is 10 to 1000 Hz
# Per motion: unit, size in SI, how it is told, and that over a peak amplitude.
SHOWN = {
    "acceleration": ("m/s2", 1.0, "peak", 1.0),
    "vibration_velocity": ("mm/s", 1e-3, "RMS", 2**-0.5),
    "displacement": ("um", 1e-6, "peak to peak", 2.0),
}
NAMES = {"vibration_velocity": "velocity"}


class Curve(TypedDict):
    """A curve with its axes; ``points`` are (x, y), ``over_db`` their levels over the floor [dB].

    ``step`` is the distance of two lines of the spectrum that it was drawn from. [as x]
    """

    x_title: str
    x_unit: str
    y_title: str
    y_unit: str
    points: list[tuple[float, float]]
    over_db: NotRequired[list[float]]
    step: NotRequired[float]


@dataclass(frozen=True)
class Lines:
    """A spectrum in full: places [Hz], peak amplitudes [canonical unit], levels over the floor [dB].

    All of shape ``(n,)``.
    """

    hz: Floats
    amplitude: Floats
    over_db: Floats

    @property
    def step_hz(self) -> float:
        """Return how far two lines are apart. [Hz]"""
        return float(self.hz[1]) if len(self.hz) > 1 else 1.0


def lines_of(x: Floats, rate_hz: float) -> Lines:
    """Compute the spectrum of a record in full.

    Parameters
    ----------
    x
        Record, shape ``(n,)``; holes count as zero. [canonical unit]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    lines
        Every line; of a record of more than two million samples, those of its beginning.
    """
    x = x[:MOST_SAMPLES]
    if len(x) < 2:
        return Lines(np.zeros(1), np.zeros(1), np.zeros(1))
    hz, amplitude = peak_spectrum(np.where(np.isfinite(x), x, 0.0), rate_hz)
    n_block = max(FLOOR_LINES, round(FLOOR_HZ * len(x) / rate_hz))
    return Lines(hz, amplitude, over_floor_db(amplitude, n_block))


def motions_of(signal: Signal) -> list[str]:
    """Name what a record's spectrum can be shown as: the quantity itself first."""
    if signal.quantity not in DERIVATIVE:
        return [signal.quantity]
    return [signal.quantity, *(m for m in SHOWN if m != signal.quantity)]


def spectrum_curve(
    lines: Lines, signal: Signal, motion: str, low_hz: float = 0.0, high_hz: float | None = None
) -> Curve:
    """Draw a stretch of a spectrum.

    Parameters
    ----------
    lines
        The spectrum.
    signal
        What was measured.
    motion
        One of `motions_of`.
    low_hz
        Where the stretch begins. [Hz]
    high_hz
        Where it ends; None for as far as makes sense. [Hz]

    Returns
    -------
    curve
        At most 2400 points, peaks kept.
    """
    own = motion == signal.quantity
    top = high_hz if high_hz is not None else (lines.hz[-1] if own else min(TOP_HZ, lines.hz[-1]))
    inside = (lines.hz >= low_hz - lines.step_hz / 2) & (lines.hz <= top + lines.step_hz / 2)
    hz, over = lines.hz[inside], lines.over_db[inside]
    amplitude, title, unit = _as(lines.amplitude[inside], hz, signal, motion)
    kept = peaks_kept(amplitude, POINTS)
    drawn = curve_of(("frequency", "Hz", title, unit), hz[kept], amplitude[kept])
    drawn["over_db"] = [float(f"{v:.3g}") for v in over[kept]]
    drawn["step"] = lines.step_hz
    return drawn


def _as(amplitude: Floats, hz: Floats, signal: Signal, motion: str) -> tuple[Floats, str, str]:
    own = motion == signal.quantity
    if own:
        unit = signal.declared_unit()
        # Without the offset: a degree of a spectrum is a difference of temperatures.
        told = "peak" if motion not in SHOWN else SHOWN[motion][2]
        share = 1.0 if motion not in SHOWN else SHOWN[motion][3]
        return amplitude / unit.factor * share, f"{NAMES.get(motion, motion)} {told}", unit.name
    name, size, told, share = SHOWN[motion]
    moved = other_motion(hz, amplitude * SHOWN[signal.quantity][1], signal.quantity, motion)
    return moved / size * share, f"{NAMES.get(motion, motion)} {told}", find_unit(motion, name).name


def waveform_curve(
    x: Floats, rate_hz: float, signal: Signal, start_s: float = 0.0, end_s: float | None = None
) -> Curve:
    """Draw a stretch of a record.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [canonical unit]
    rate_hz
        Sample rate. [Hz]
    signal
        Its unit is the one shown.
    start_s
        Where the stretch begins. [s]
    end_s
        Where it ends; None for the end of the record. [s]

    Returns
    -------
    curve
        At most 2400 points, peaks and troughs kept.
    """
    first = max(0, int(np.floor(start_s * rate_hz)))
    last = len(x) if end_s is None else min(len(x), int(np.ceil(end_s * rate_hz)) + 1)
    unit = signal.declared_unit()
    own = np.asarray(unit.from_canonical(x[first:last]), np.float64)
    own = np.where(np.isfinite(own), own, 0.0)
    kept = outline(own, POINTS)
    drawn = curve_of(("time", "s", signal.quantity, unit.name), (first + kept) / rate_hz, own[kept])
    drawn["step"] = 1.0 / rate_hz
    return drawn


def curve_of(title: tuple[str, str, str, str], x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> Curve:
    """Put a curve into plain numbers.

    Parameters
    ----------
    title
        Title and unit of the horizontal axis, then of the vertical one.
    x
        Places, shape ``(n,)``. [as the axis says]
    y
        Values, same shape. [as the axis says]

    Returns
    -------
    curve
        Seven figures across, five up.
    """
    pairs = zip(x.tolist(), y.tolist(), strict=True)
    points = [(float(f"{a:.7g}"), float(f"{b:.5g}")) for a, b in pairs]
    return {
        "x_title": title[0],
        "x_unit": title[1],
        "y_title": title[2],
        "y_unit": title[3],
        "points": points,
    }
