"""What healthy records score: those of the asset or its class, in place of what is true in general.

A threshold from healthy records of one's own is used where there are enough of them, and only within bounds:
records that were thought healthy and were not can then hide little, and a quiet rig does not make the rule
nervous.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import median

import numpy as np

from arkwright.health.rolling_verdict import PARTS, BearingVerdict, threshold_of

ENOUGH = 20
"""Healthy records below which nothing is concluded from them: their spread is known to 16 % at best. [1]"""
LOWEST_ALPHA, HIGHEST_FALL = 0.05, 0.1
"""Own records lower a threshold to what 5 % of healthy records exceed, and raise it tenfold in alpha. [1]"""
N_OWN = 40
"""First records of a bearing without a fault whose scores are kept. [1]"""
WITHIN = 0.6
"""Least spread of the scores of one healthy bearing. [1]

Two IMS bearings, ten healthy records of a second each, spread by 0.5; nothing finer is concluded from fewer.
"""


@dataclass(frozen=True)
class HealthyScores:
    """Greatest scores of records believed healthy, in rising order. [1]"""

    scores: tuple[float, ...]

    def threshold(self, alpha: float) -> float:
        """Return the score that a share ``alpha`` of healthy records exceeds.

        From ``1 / alpha - 1`` records on it is a conformal bound, which needs no distribution: a further
        record from the same source exceeds the k-th of n scores with a chance of ``1 - k / (n + 1)``. From
        ``ENOUGH`` on it is the bound that a further value of a normal distribution exceeds. With fewer, it
        is what holds for bearings in general.

        Parameters
        ----------
        alpha
            Share of healthy records that may be called faulty. [1]

        Returns
        -------
        threshold
            Least score of a fault. [1]

        References
        ----------
        .. [1] Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World (2005), section 2.
        """
        general, n = threshold_of(alpha), len(self.scores)
        if n < ENOUGH:
            return general
        lowest = min(general, threshold_of(max(alpha, LOWEST_ALPHA)))
        own = self._conformal(alpha) if n + 1 >= 1 / alpha else self._normal(alpha)
        return min(max(own, lowest), threshold_of(HIGHEST_FALL * alpha))

    def _conformal(self, alpha: float) -> float:
        n = len(self.scores)
        return self.scores[min(n, ceil((n + 1) * (1 - alpha))) - 1]

    def _normal(self, alpha: float) -> float:
        from scipy.special import stdtrit

        n = len(self.scores)
        spread = float(np.std(self.scores, ddof=1)) * sqrt(1 + 1 / n)
        return float(np.mean(self.scores)) + float(stdtrit(n - 1, 1 - alpha)) * spread


def healthy_scores_from(verdicts: Iterable[BearingVerdict]) -> HealthyScores:
    """Collect the scores of records that are believed healthy.

    Parameters
    ----------
    verdicts
        Verdicts on records of the asset class, or of the asset's own early life; refused ones are left out.

    Returns
    -------
    healthy
        Their scores.
    """
    return HealthyScores(tuple(sorted(max(v.scores[f] for f in PARTS) for v in verdicts if v.scores)))


def learn_score(kept: tuple[float, ...], score: float, alpha: float) -> tuple[float, ...]:
    """Keep the first scores of a bearing that looks healthy; what may be a fault is not learned.

    Parameters
    ----------
    kept
        Scores kept so far. [1]
    score
        Greatest score of a further record. [1]
    alpha
        Share of healthy records that may be called faulty. [1]

    Returns
    -------
    kept
        At most the first forty. [1]
    """
    if len(kept) >= N_OWN or score >= threshold_of(alpha):
        return kept
    return (*kept, round(score, 3))


def own_scores(kept: tuple[float, ...], slack: float) -> tuple[float, float] | None:
    """Return middle and spread of a bearing's own healthy scores, where there are enough.

    They are a second rule beside what holds for all bearings, never in its place: a rise over a bearing's own
    level is told sooner, and a fault that was there from the first record as if nothing had been learned.

    Parameters
    ----------
    kept
        Scores of its first records. [1]
    slack
        Spreads that a score may be off by. [1]

    Returns
    -------
    own
        Middle and spread, the latter so wide that what 5 % of all healthy records exceed is within the slack;
        None if there are too few. [1]
    """
    if len(kept) < ENOUGH:
        return None
    middle = median(kept)
    least = max(WITHIN, (threshold_of(LOWEST_ALPHA) - middle) / slack)
    return middle, max(least, 1.4826 * median(abs(score - middle) for score in kept))
