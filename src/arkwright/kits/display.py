"""Records and curves made small enough to be drawn, without losing what a person looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.orders import COMBS, BearingOrders, Line

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
SYMBOLS = {"outer_race": "BPFO", "inner_race": "BPFI", "ball": "BSF", "cage": "FTF"}
RARE = 0.01
"""Share of the spectrum that may be as high as a line that counts as found, of the three it may be at. [1]"""


class ExpectedLine(NamedTuple):
    """A line that a fault would draw: what to call it, and where it lies, as order [1] and in Hz. [Hz]

    ``reach`` is how many lines of a spectrum it may be off: a rate that is read off lines is known to half a
    line, its k-th multiple to k halves. [1]
    """

    name: str
    order: float
    frequency_hz: float
    reach: int = 1


class MetLine(NamedTuple):
    """What stands at an expected line: its peak [Hz], level over the floor [dB], and whether it counts."""

    line: ExpectedLine
    frequency_hz: float
    level_db: float
    found: bool


def outline(x: Floats, n: int) -> Indices:
    """Choose at most ``n`` samples of a record so that every peak and every trough stays.

    Parameters
    ----------
    x
        Record, shape ``(m,)``. [any]
    n
        Samples wanted, at least 2. [1]

    Returns
    -------
    kept
        Places of the least and the greatest sample of each stretch, rising, shape ``(k,)``. [1]
    """
    if len(x) <= n:
        return np.arange(len(x))
    edges = _edges(len(x), n // 2)
    places = [(a + int(np.argmin(x[a:b])), a + int(np.argmax(x[a:b]))) for a, b in edges]
    return np.unique(np.array(places, np.int64))


def peaks_kept(level: Floats, n: int) -> Indices:
    """Choose at most ``n`` lines of a spectrum: the highest of each stretch.

    Parameters
    ----------
    level
        Spectrum, shape ``(m,)``. [any]
    n
        Lines wanted. [1]

    Returns
    -------
    kept
        Places of the lines, rising, shape ``(k,)``. [1]
    """
    if len(level) <= n:
        return np.arange(len(level))
    return np.array([a + int(np.argmax(level[a:b])) for a, b in _edges(len(level), n)], np.int64)


def _edges(m: int, n: int) -> list[tuple[int, int]]:
    cuts = np.linspace(0, m, n + 1).astype(int)
    return list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))


def peak_spectrum(x: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Compute the one-sided spectrum in which a tone on a line shows its own amplitude.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    frequencies
        Shape ``(n // 2 + 1,)``. [Hz]
    amplitude
        Peak amplitude under a Hann window, same shape. [unit of the record]

    References
    ----------
    .. [1] Harris, Proc. IEEE 66 (1978) 51-83: the coherent gain of a Hann window is one half.
    """
    from scipy import fft, signal

    window = signal.get_window("hann", len(x))
    spectrum = np.abs(fft.rfft((x - x.mean()) * window)) * 2 / window.sum()
    frequencies = np.arange(len(spectrum), dtype=np.float64) * (rate_hz / len(x))
    return np.asarray(frequencies, np.float64), np.asarray(spectrum, np.float64)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """List the stretches where a flag is set, each as its first place and the place after its last.

    Parameters
    ----------
    flags
        Shape ``(n,)``. [1]

    Returns
    -------
    stretches
        In order. [1]
    """
    steps = np.diff(np.concatenate(([0], np.asarray(flags, np.int8), [0])))
    starts, stops = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def broken_at(
    times_us: Indices, values: Floats, holes_us: Sequence[tuple[int, int]]
) -> tuple[Indices, Floats]:
    """Break a curve where nothing is known, so that no straight line is drawn over a hole.

    Parameters
    ----------
    times_us
        In order, shape ``(n,)``. [us]
    values
        Shape ``(n,)``. [any]
    holes_us
        Beginning and end of each hole. [us]

    Returns
    -------
    times_us
        With one more place for every hole between two points, shape ``(m,)``. [us]
    values
        NaN in those places, shape ``(m,)``. [any]
    """
    places, at = [], []
    for start, end in holes_us:
        place = int(np.searchsorted(times_us, start, side="right"))
        if 0 < place < len(times_us) and times_us[place] >= end:
            places.append(place)
            at.append((start + end) // 2)
    return np.insert(times_us, places, at), np.insert(values, places, np.nan)


def long_silences(times_us: Indices, longest_us: int) -> list[tuple[int, int]]:
    """List the pairs of neighbouring times that are further apart than allowed.

    Parameters
    ----------
    times_us
        In order, shape ``(n,)``. [us]
    longest_us
        Longest silence allowed. [us]

    Returns
    -------
    silences
        Last time before and first time after each silence. [us]
    """
    late = np.flatnonzero(np.diff(times_us) > longest_us)
    return [(int(times_us[i]), int(times_us[i + 1])) for i in late]


def expected_lines(
    fault: str, orders: BearingOrders, shaft_hz: float, slip: float = 0.0
) -> tuple[ExpectedLine, ...]:
    """List the lines that a fault of a bearing would draw.

    Parameters
    ----------
    fault
        One of outer_race, inner_race, ball, cage.
    orders
        Fault orders without slip. [1]
    shaft_hz
        Speed of the shaft. [Hz]
    slip
        Share by which everything but the shaft is off. [1]

    Returns
    -------
    lines
        By rising frequency.
    """
    found = []
    for line in COMBS[fault]:
        order = line.multiple * orders.of(fault) * (1 + slip) + line.shaft
        order = abs(order + line.cage * orders.ftf * (1 + slip))
        blows = line.multiple // 2 if fault == "ball" else line.multiple  # a ball strikes twice a spin
        found.append(ExpectedLine(_name(fault, line), order, order * shaft_hz, max(1, (blows + 1) // 2)))
    return tuple(sorted(found, key=lambda line: line.order))


def _name(fault: str, line: Line) -> str:
    count = "" if line.multiple == 1 else f"{line.multiple}×"
    side = "+fr" if line.shaft > 0 else "−fr" if line.shaft < 0 else ""
    side = side or ("+FTF" if line.cage > 0 else "−FTF" if line.cage < 0 else "")
    return f"{count}{SYMBOLS[fault]}{side}"


def met_lines(frequencies: Floats, level_db: Floats, lines: Sequence[ExpectedLine]) -> tuple[MetLine, ...]:
    """Say what stands at each expected line of a spectrum.

    Parameters
    ----------
    frequencies
        Evenly spaced from 0, shape ``(n,)``. [Hz]
    level_db
        Level over the floor, shape ``(n,)``. [dB]
    lines
        Where to look, as far as each reaches to either side.

    Returns
    -------
    met
        One each; lines outside the spectrum are left out.
    """
    places = [(line, round(line.frequency_hz / float(frequencies[1]))) for line in lines]
    inside = [(line, at) for line, at in places if 1 <= at < len(level_db) - 1]
    # A fault's own lines must not raise what each of them is measured against.
    is_rest = np.ones(len(level_db), np.bool_)
    for line, at in inside:
        is_rest[max(0, at - line.reach - 1) : at + line.reach + 2] = False
    rest = level_db[is_rest] if is_rest.any() else level_db
    met = []
    for line, at in inside:
        first = max(1, at - line.reach)
        peak = first + int(np.argmax(level_db[first : at + line.reach + 1]))
        share = float(np.mean(rest >= level_db[peak]))
        # Where more places are looked at, chance must offer less at each.
        rare = RARE * 3 / (2 * line.reach + 1)
        met.append(MetLine(line, float(frequencies[peak]), float(level_db[peak]), share <= rare))
    return tuple(met)
