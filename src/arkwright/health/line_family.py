"""Lines that a fault is expected to draw: which are there, how far over the noise, how likely by chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.core.finding import Evidence
from arkwright.kits.tails import chi2_sf

Floats = NDArray[np.float64]

CHANCE = 1e-3
"""A line counts as there where noise reaches its level less often than this. [1]"""
PRIOR = 0.02  # share of assets in use with any one of these faults: a guess on the careful side
RING = (1.5, 12.0)  # the noise around a line is measured from so many reaches away to so many


@dataclass(frozen=True)
class Spectrum:
    """Amplitudes ``peak`` over frequency ``hz`` [Hz], both of shape ``(n,)``, ``pad`` values a line."""

    hz: Floats
    peak: Floats
    pad: int = 1


@dataclass(frozen=True)
class LineMet:
    """An expected line as it was met: where [Hz], ``peak`` [any], level over the noise [dB], p of chance."""

    name: str
    hz: float
    peak: float
    over_db: float
    p: float

    @property
    def is_there(self) -> bool:
        """Say whether noise hardly explains it."""
        return self.p <= CHANCE


def meet(spectrum: Spectrum, expected: Mapping[str, float], reach_hz: float) -> tuple[LineMet, ...]:
    """Look up expected lines.

    Parameters
    ----------
    spectrum
        The spectrum.
    expected
        Frequency of each line by name. [Hz]
    reach_hz
        How far a line may lie from where it is expected. [Hz]

    Returns
    -------
    lines
        Those that the spectrum reaches, in the order they were asked for.
    """
    hz, power = spectrum.hz, spectrum.peak**2
    reach = max(reach_hz, 1.01 * float(hz[1] - hz[0]) * spectrum.pad)
    rest = np.ones(len(hz), bool)
    for at in expected.values():
        rest &= np.abs(hz - at) > RING[0] * reach
    found = []
    for name, at in expected.items():
        near = np.flatnonzero(np.abs(hz - at) <= reach)
        ring = rest & (np.abs(hz - at) <= RING[1] * reach)
        if len(near) and ring.any() and float(hz[0]) <= at <= float(hz[-1]):
            top = near[int(np.argmax(power[near]))]
            found.append(_met(name, float(hz[top]), float(power[top]), power[ring], len(near) / spectrum.pad))
    return tuple(found)


def _met(name: str, hz: float, power: float, ring: Floats, n: float) -> LineMet:
    tiny = np.finfo(float).tiny
    # The median of an exponential distribution is ln 2 times its mean.
    mean = max(float(np.median(ring)) / np.log(2), tiny)
    chance = float(-np.expm1(max(n, 1.0) * np.log1p(-np.exp(-min(power / mean, 700.0)) * (1 - 1e-12))))
    over = 10 * float(np.log10(max(power, tiny) / mean))
    return LineMet(name, hz, float(np.sqrt(power)), min(over, 200.0), max(chance, 1e-300))


def together(lines: Iterable[LineMet]) -> float:
    """Return how likely chance draws so many of the lines at once: Fisher's sum of logarithms. [1]

    Parameters
    ----------
    lines
        The lines.

    References
    ----------
    .. [1] Fisher (1932), Statistical Methods for Research Workers, 4th ed., section 21.1.
    """
    logs = [-2.0 * np.log(max(line.p, 1e-12)) for line in lines]
    return chi2_sf(sum(logs), 2 * len(logs)) if logs else 1.0


def confidence_of(p: float, most: float = 0.9) -> float:
    """Return how often such a record is right. [1]

    Bayes with the share of faulty assets as prior and a fault that shows; ``most`` is what a line at the
    right place leaves open: another cause that draws it.

    Parameters
    ----------
    p
        How likely chance draws it. [1]
    most
        Greatest confidence. [1]
    """
    odds = PRIOR / (1 - PRIOR) / max(p, 1e-12)
    return round(min(most, odds / (1 + odds)), 3)


def below_db(peak: float, reference: float) -> float:
    """Return how far ``peak`` [any] lies below ``reference`` [same unit]. [dB]"""
    tiny = np.finfo(float).tiny
    return float(min(200.0, 20.0 * np.log10(max(reference, tiny) / max(peak, tiny))))


def lines_proof(text: str, lines: Iterable[LineMet], figures: Mapping[str, float], signal: str) -> Evidence:
    """Write the proof that lines give: each with its frequency, level and chance, to be redone from JSON.

    Parameters
    ----------
    text
        The sentence.
    lines
        The lines.
    figures
        Figures by name with the unit as suffix.
    signal
        Where the record was taken.
    """
    rows = [
        {k: v if isinstance(v, str) else float(f"{v:.6g}") for k, v in asdict(row).items()} for row in lines
    ]
    return Evidence(text, signal, figures=dict(figures), data={"lines": rows})
