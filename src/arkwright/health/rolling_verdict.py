"""What is said of a rolling bearing, and the rule that chooses it from the scores of the faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from arkwright.health.rolling_search import CombScore

Floats = NDArray[np.float64]
HEALTHY_TENTH = 2.28
"""Greatest score that one in ten healthy records exceeds. [1]"""
HEALTHY_FALL = 0.69
"""What the score must rise by for the share of healthy records beyond it to fall by a factor of e. [1]

Both from synthetic healthy records of their own seeds (`bench.diagnosis --calibrate --synthetic 600`), among
them ones with wavy races, a damaged neighbour, a belt, and supply lines; from no real record.
"""
CAGE_FACTOR = 1.2
"""A belt draws lines where a cage does: one synthetic healthy record in a thousand stands out further. [1]"""
FAINT = 5.6
"""Score below which two races that stand out together can be a trace of either. [1]

About one healthy record in a thousand exceeds it.
"""
BESIDE = 0.5
"""Share of the greatest score that a second fault must reach to be named beside it, or to be mistaken. [1]"""
FAULT_SURE, FAULT_SLOPE, NORMAL_SLOPE = 0.4, 0.9, 1.0
"""Logistic fits to the share of verdicts that were right; `bench.diagnosis` prints both side by side. [1]

Over some 700 healthy and 200 faulty records; just below the threshold "normal" is as often a faint fault.
"""
MOST_SURE, MOST_SURE_NORMAL = 0.99, 0.95
"""A wrong nameplate, and a fault that draws no lines yet, are what no record can rule out. [1]"""
PARTS = ("outer_race", "inner_race", "ball")


@dataclass(frozen=True)
class LineFound:
    """One expected line: order [1], frequency [Hz], level over the floor [dB], chance p [1], whether met."""

    name: str
    order: float
    frequency_hz: float
    level_db: float
    p: float
    found: bool


@dataclass(frozen=True)
class BearingVerdict:
    """A verdict with all that is needed to redo it.

    ``z`` holds, for each fault, how far its comb stands above the surrogate combs in each spectrum, in their
    standard deviations [1]; ``scores`` are compared with ``threshold``. [1] ``combs`` holds what
    ``z`` is made of. ``slip`` [1], ``lines``, ``missing_lines`` and the spectrum [Hz, dB over the floor] are
    of the best fault, in the band where it stands out most. ``against`` says what speaks against the
    verdict; ``missing`` what would be needed, where there is none. ``shaft_hz`` [Hz] is the speed that the
    shaft's own lines show.
    """

    verdict: str
    labels: tuple[str, ...]
    confidence: float
    scores: dict[str, float] = field(default_factory=dict)
    threshold: float = 0.0
    z: dict[str, list[float]] = field(default_factory=dict)
    slip: float = 0.0
    band_hz: tuple[float, float] = (0.0, 0.0)
    whitened: bool = False
    best: str = ""
    lines: tuple[LineFound, ...] = ()
    missing: tuple[str, ...] = ()
    spectrum_hz: Floats = field(default_factory=lambda: np.zeros(0))
    spectrum_db: Floats = field(default_factory=lambda: np.zeros(0))
    whitening: str = ""
    shaft_hz: float = 0.0
    combs: Mapping[str, CombScore] = field(default_factory=dict)
    bands_hz: tuple[tuple[float, float], ...] = ()
    against: tuple[str, ...] = ()

    @property
    def missing_lines(self) -> tuple[str, ...]:
        """Names of the expected lines that do not stand out of the floor."""
        return tuple(line.name for line in self.lines if not line.found)


def refuse(*missing: str) -> BearingVerdict:
    """Refuse to judge, naming what is missing."""
    return BearingVerdict("cannot_judge", (), 1.0, missing=missing)


def threshold_of(alpha: float) -> float:
    """Return the score that a share ``alpha`` of healthy records exceeds.

    Parameters
    ----------
    alpha
        Share of healthy records that may be called faulty. [1]

    Returns
    -------
    threshold
        Least score of a fault. [standard deviations of the surrogates]
    """
    return HEALTHY_TENTH - HEALTHY_FALL * log(min(max(alpha, 1e-9), 0.5) / 0.1)


def decide(scores: Mapping[str, float], threshold: float) -> tuple[str, tuple[str, ...], str]:
    """Choose the verdict from the scores.

    Parameters
    ----------
    scores
        Score of each fault. [1]
    threshold
        Least score of a fault. [1]

    Returns
    -------
    verdict
        Name of a fault, ``normal`` or ``cannot_judge``.
    labels
        Every fault that stands out by itself, the greatest first.
    best
        Fault whose evidence is to be shown.
    """
    ranked = sorted(PARTS, key=lambda fault: -scores[fault])
    best = ranked[0]
    if scores[best] < threshold:
        if scores["cage"] >= CAGE_FACTOR * threshold:
            return "cage", ("cage",), "cage"
        return "normal", (), best
    labels = [f for f in ranked if scores[f] >= max(threshold, BESIDE * scores[best])]
    torn = torn_between_races(scores)
    if torn:
        return "cannot_judge", tuple(dict.fromkeys([best, *labels, *torn])), best
    return best, tuple(labels), best


def torn_between_races(scores: Mapping[str, float]) -> tuple[str, ...]:
    """Name both races where both stand out faintly and neither leads.

    Such lines are drawn by a ball that marks both races, by dirt, and by damage on assembly alike.

    Parameters
    ----------
    scores
        Score of each fault. [1]

    Returns
    -------
    races
        Both races, or none.
    """
    first, second = sorted(PARTS[:2], key=lambda fault: -scores[fault])
    leads = scores[second] < BESIDE * scores[first]
    if leads or scores[first] >= FAINT or scores["ball"] > scores[first]:
        return ()
    return first, second


def confidence_of(verdict: str, scores: Mapping[str, float], threshold: float) -> float:
    """Say how sure a verdict is.

    Parameters
    ----------
    verdict
        The verdict.
    scores
        Score of each fault. [1]
    threshold
        Least score of a fault. [1]

    Returns
    -------
    confidence
        Chance that the verdict is right. [1]
    """
    if verdict == "cannot_judge":
        return 0.5
    top = scores["cage"] / CAGE_FACTOR if verdict == "cage" else max(scores[f] for f in PARTS)
    if verdict != "normal":
        return min(MOST_SURE, _logistic(FAULT_SURE + FAULT_SLOPE * (top - threshold)))
    return min(MOST_SURE_NORMAL, _logistic(NORMAL_SLOPE * (threshold - top)))


def _logistic(x: float) -> float:
    return 1 / (1 + exp(-max(-50.0, min(50.0, x))))
