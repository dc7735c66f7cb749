"""Following a shaft without a tacho: on a logarithmic axis of orders all of a record's lines move together.

Spectra of short frames are laid over each other, each shifted by what the speed changed. At the true path of
the speed all lines meet, those of shaft, gears and faults alike; which line is whose need not be known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.envelope import whiten_noise
from arkwright.kits.laid_frames import ORDERS, LaidFrames

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
WIDEST = 0.36
"""Greatest change that is looked for on either side of the mean, as natural logarithm. [1]"""
STEP = 0.006
"""Step of the axis on which frames are laid over each other, as natural logarithm. [1]"""
FRAME_TURNS = 18.0
"""Turns in a frame: enough to part the lines of a bearing. [1]"""
STAGES = ((18.0, 0.03, 0.001), (45.0, 0.006, 0.0004))
"""Turns in a frame, reach and step of what is looked for after a path is taken out. [1]"""
N_SHUFFLED, N_FOLLOWED = 32, 12
"""How often frames are shifted at random, and in how many records of noise a path is sought. [1]"""
GAIN = 6.0
"""Gain over constant speed, in deviations, below which no path is worth to be checked. [1]"""


@dataclass(frozen=True)
class SpeedPath:
    """How a speed changed within a record.

    ``log_speed`` [1], shape ``(n_frames,)``, is the natural logarithm of speed over mean speed in frames
    whose middles lie at ``at``, shape ``(n_frames,)``, as shares of the record [1]. ``clearness`` says how
    far the lines meet on this path, ``steady`` how far they meet at constant speed, both in standard
    deviations over frames that are shifted at random; ``sure`` says how far they meet over the best paths
    that are found through noise and through rolled frames: what chance would offer as well. [1]
    """

    at: Floats
    log_speed: Floats
    clearness: float
    steady: float
    sure: float

    @property
    def spread(self) -> float:
        """Difference of highest and lowest speed, over the mean. [1]"""
        return float(np.ptp(np.exp(self.log_speed)))

    def turns(self, n: int, rate_hz: float, mean_hz: float) -> Floats:
        """Count the turns at each sample.

        Parameters
        ----------
        n
            Samples of the record. [1]
        rate_hz
            Sample rate. [Hz]
        mean_hz
            Mean speed. [Hz]

        Returns
        -------
        turns
            Turns since the first sample, shape ``(n,)``. [1]
        """
        speed = np.exp(self._at((np.arange(n) + 0.5) / n))
        speed *= mean_hz / rate_hz / speed.mean()
        return np.asarray(np.cumsum(speed) - speed[0], np.float64)

    def _at(self, share: Floats) -> Floats:
        from scipy.interpolate import CubicSpline

        # Beyond the middles of the first and the last frame the speed goes on as it went.
        curve = CubicSpline(self.at, self.log_speed, bc_type="natural")
        inside = np.clip(share, self.at[0], self.at[-1])
        slope = curve(self.at[[0, -1]], 1)
        out = np.minimum(share - self.at[0], 0) * slope[0] + np.maximum(share - self.at[-1], 0) * slope[1]
        return np.asarray(curve(inside) + out, np.float64)


def follow_speed(x: Floats, rate_hz: float, mean_hz: float) -> SpeedPath:
    """Find the path of a shaft's speed from the lines of a record.

    Parameters
    ----------
    x
        Record, shape ``(n,)``, of at least four frames of eighteen turns. [any]
    rate_hz
        Sample rate. [Hz]
    mean_hz
        Mean speed. [Hz]

    Returns
    -------
    path
        The path on which the lines meet best.

    References
    ----------
    .. [1] Leclère, André, Antoni (2016), MSSP 81, 375-386: a speed from all its orders at once.
    .. [2] Viterbi (1967), IEEE Trans. Information Theory 13(2), 260-269.
    """
    rows, slow_hz = _slow_rows(x, rate_hz, 1.45 * ORDERS[1] * mean_hz)
    laid = LaidFrames.of(rows, slow_hz, mean_hz, FRAME_TURNS, step=STEP, reach=WIDEST)
    mean, spread = _mean_and_spread([laid.meet(shift) for shift in laid.random(N_SHUFFLED)])
    best = laid.best_path()
    met = laid.meet(best)
    steady = (laid.meet(np.zeros_like(best)) - mean) / spread
    clearness, sure = (met - mean) / spread, 0.0
    if clearness - steady > GAIN:
        sure = _over_chance(laid, rows, slow_hz, mean_hz, met)
    return SpeedPath(laid.at, laid.centred(best), clearness, steady, sure)


def _over_chance(laid: LaidFrames, rows: Floats, rate_hz: float, shaft_hz: float, met: float) -> float:
    """Say how far lines meet over the best paths through what has none in common, in deviations.

    That is plain noise on the same axis, and the frames themselves, each rolled along the axis: 0 if one of
    these is as good, else the smaller distance.
    """
    rng = np.random.default_rng(0)  # the same record always gets the same answer
    noises = (
        LaidFrames.of(rng.normal(size=rows.shape), rate_hz, shaft_hz, FRAME_TURNS, step=STEP, reach=WIDEST)
        for _ in range(N_FOLLOWED)
    )
    rolled = (laid.rolled(shift) for shift in laid.random(N_FOLLOWED))
    over_noise = _distance(met, noises)
    return min(over_noise, _distance(met, rolled)) if over_noise > 0 else 0.0


def _distance(met: float, others: Iterator[LaidFrames]) -> float:
    by_chance: list[float] = []
    for other in others:
        by_chance.append(other.meet(other.best_path()))
        if by_chance[-1] >= met:
            return 0.0
    mean, spread = _mean_and_spread(by_chance)
    return (met - mean) / spread


def _mean_and_spread(values: list[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values, ddof=1)) + 1e-12


def refine_path(x: Floats, rate_hz: float, mean_hz: float, path: SpeedPath) -> SpeedPath:
    """Take out a path that was found and follow what is left, with longer frames and smaller steps.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    mean_hz
        Mean speed. [Hz]
    path
        Path that is right to about a hundredth.

    Returns
    -------
    path
        Path that is right to about a thousandth.
    """
    from arkwright.kits.tracking import sample_by_turns

    rows, slow_hz = _slow_rows(x, rate_hz, 1.45 * ORDERS[1] * mean_hz)
    n = rows.shape[1]
    for frame_turns, reach, step in STAGES:
        turns = path.turns(n, slow_hz, mean_hz)
        even = np.array([sample_by_turns(row, turns, slow_hz / mean_hz) for row in rows])
        laid = LaidFrames.of(even, slow_hz, mean_hz, frame_turns, step=step, reach=reach)
        left = laid.finely(laid.settle(np.zeros(len(laid.at), np.int64)))
        when = np.interp(laid.at * turns[-1], turns, np.arange(n)) / n
        # The frames of this stage may be longer than those of the path: they say only what is left of it.
        path = replace(path, log_speed=path.log_speed + np.interp(path.at, when, left))
    return path


def _slow_rows(x: Floats, rate_hz: float, top_hz: float) -> tuple[Floats, float]:
    """Take what carries lines: envelopes of both halves of the band, and the record, at a low rate."""
    from scipy import fft

    bins = fft.rfft(whiten_noise(x, rate_hz))
    n, half = len(x), len(bins) - 1
    m = min(n // 2 * 2, 2 * int(np.ceil(1.28 * top_hz * n / rate_hz)))
    parts = [bins[: half // 2], bins[half // 2 : half]]
    rows = [_thin(fft.rfft(_log_envelope(part)), m, 2 * len(part)) for part in parts]
    return np.array([*rows, _thin(bins, m, n)]), rate_hz * m / n


def _log_envelope(bins: NDArray[np.complex128]) -> Floats:
    from scipy import fft

    envelope = np.abs(fft.ifft(bins, 2 * len(bins))) ** 2
    # A logarithm: a stray knock counts no more than a wave; the floor keeps deep dips from counting.
    logged = np.log(envelope / max(float(envelope.mean()), np.finfo(float).tiny) + 0.05)
    return np.asarray(logged - logged.mean(), np.float64)


def _thin(bins: NDArray[np.complex128], m: int, n: int) -> Floats:
    from scipy import fft

    kept = bins[: m // 2 + 1]
    row = fft.irfft(kept, m) * m / n
    return np.asarray(row / max(float(row.std()), np.finfo(float).tiny), np.float64)
