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

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ORDERS = (0.6, 14.0)
"""Orders whose lines are followed: the shaft and the first lines of gears and of bearings. [1]"""
WIDEST = 0.36
"""Greatest change that is looked for on either side of the mean, as natural logarithm. [1]"""
STEP = 0.006
"""Step of the axis on which frames are laid over each other, as natural logarithm. [1]"""
FRAME_TURNS = 18.0
"""Turns in a frame: enough to part the lines of a bearing. [1]"""
STAGES = ((18.0, 0.03, 0.001), (45.0, 0.006, 0.0004))
"""Turns in a frame, reach and step of what is looked for after a path is taken out. [1]"""
FASTEST = 0.15
"""Greatest change of speed that a frame can show. [1/s]"""
N_SHUFFLED, N_FOLLOWED = 32, 12
"""How often frames are shifted at random, and in how many records of noise a path is sought. [1]"""
GAIN = 6.0
"""Gain over constant speed, in deviations, below which no path is worth to be checked. [1]"""
LEVELS_DB = (-3.0, 15.0)  # one huge line is one line


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
    laid = _Laid.of(rows, slow_hz, mean_hz, FRAME_TURNS, step=STEP, reach=WIDEST)
    mean, spread = _mean_and_spread([laid.meet(shift) for shift in laid.random(N_SHUFFLED)])
    best = laid.best_path()
    met = laid.meet(best)
    steady = (laid.meet(np.zeros_like(best)) - mean) / spread
    clearness, sure = (met - mean) / spread, 0.0
    if clearness - steady > GAIN:
        sure = _over_chance(laid, rows, slow_hz, mean_hz, met)
    return SpeedPath(laid.at, laid.centred(best), clearness, steady, sure)


def _over_chance(laid: _Laid, rows: Floats, rate_hz: float, shaft_hz: float, met: float) -> float:
    """Say how far lines meet over the best paths through what has none in common, in deviations.

    That is plain noise on the same axis, and the frames themselves, each rolled along the axis: 0 if one of
    these is as good, else the smaller distance.
    """
    rng = np.random.default_rng(0)  # the same record always gets the same answer
    noises = (
        _Laid.of(rng.normal(size=rows.shape), rate_hz, shaft_hz, FRAME_TURNS, step=STEP, reach=WIDEST)
        for _ in range(N_FOLLOWED)
    )
    rolled = (laid.rolled(shift) for shift in laid.random(N_FOLLOWED))
    over_noise = _distance(met, noises)
    return min(over_noise, _distance(met, rolled)) if over_noise > 0 else 0.0


def _distance(met: float, others: Iterator[_Laid]) -> float:
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
        laid = _Laid.of(even, slow_hz, mean_hz, frame_turns, step=step, reach=reach)
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


@dataclass(frozen=True)
class _Laid:
    """Levels of frames over a logarithmic axis of orders, shape ``(n_frames, n_points + 2 * most)``."""

    levels: Floats
    at: Floats
    step: float
    most: int
    fastest: int

    @classmethod
    def of(
        cls, rows: Floats, rate_hz: float, shaft_hz: float, turns: float, *, step: float, reach: float
    ) -> _Laid:
        n = rows.shape[1]
        size = min(n // 4, int(turns / shaft_hz * rate_hz))
        starts = np.arange(0, n - size + 1, max(1, size // 2))
        most = round(reach / step)
        n_points = int(np.log(ORDERS[1] / ORDERS[0]) / step)
        axis = np.log(ORDERS[0]) + step * (np.arange(n_points + 2 * most) - most)
        levels = _frame_levels(rows, starts, size, np.exp(axis) * shaft_hz / rate_hz, shaft_hz / rate_hz)
        fastest = max(2, int(np.ceil(FASTEST * size / 2 / rate_hz / step)))
        return cls(levels, (starts + size / 2) / n, step, most, min(fastest, most))

    @property
    def n_points(self) -> int:
        return int(self.levels.shape[1]) - 2 * self.most

    def lay(self, shift: Ints) -> Floats:
        """Shift every frame, shape ``(n_frames, n_points)``."""
        windows = np.lib.stride_tricks.sliding_window_view(self.levels, self.n_points, axis=1)
        return windows[np.arange(len(shift)), np.clip(self.most + shift, 0, 2 * self.most)]

    def meet(self, shift: Ints) -> float:
        """Say how far lines stand out when frames are laid over each other. [dB2]"""
        mean = self.lay(shift).mean(axis=0)
        return float(np.mean(np.maximum(mean - np.median(mean), 0.0) ** 2))

    def random(self, n: int) -> Ints:
        """Draw shifts of all frames, shape ``(n, n_frames)``."""
        rng = np.random.default_rng(0)  # the same record always gets the same answer
        return np.asarray(rng.integers(-self.most, self.most + 1, (n, len(self.levels))), np.int64)

    def rolled(self, shift: Ints) -> _Laid:
        """Roll every frame along the axis: what then still meets, meets by chance."""
        moved = [np.roll(row, 7 * int(k)) for row, k in zip(self.levels, shift, strict=True)]
        return replace(self, levels=np.array(moved))

    def best_path(self) -> Ints:
        """Find the path on which the lines meet best, from an even change and from frame to frame."""
        return self.settle(max(self.best_ramp(), self.chained(), key=self.meet))

    def best_ramp(self) -> Ints:
        """Find the even change of speed at which the lines meet best."""
        change = np.arange(-0.30, 0.301, 0.015)[:, None] * (2 * self.at - 1)
        shifts = np.rint(np.log1p(change) / self.step).astype(np.int64)
        return np.asarray(shifts[int(np.argmax([self.meet(shift) for shift in shifts]))], np.int64)

    def chained(self) -> Ints:
        """Follow from frame to frame, each laid on the mean of those before it."""
        matched = np.lib.stride_tricks.sliding_window_view(self.levels, self.n_points, axis=1)
        mean, shift = matched[0, self.most].copy(), np.zeros(len(self.at), np.int64)
        for k in range(1, len(shift)):
            low = max(0, self.most + shift[k - 1] - self.fastest)
            near = matched[k, low : self.most + shift[k - 1] + self.fastest + 1] @ mean
            shift[k] = low + int(np.argmax(near)) - self.most
            mean += (matched[k, self.most + shift[k]] - mean) / min(k + 1, 8)
        return self._inside(shift)

    def settle(self, shift: Ints) -> Ints:
        """Lay all frames on their common mean, along the smoothest path, until nothing moves."""
        for _ in range(4):
            found = self._inside(_smoothest(self._matches(shift), shift, self.fastest))
            if np.array_equal(found, shift):
                break
            shift = found if self.meet(found) >= self.meet(shift) else shift
        return shift

    def finely(self, shift: Ints) -> Floats:
        """Place every frame between the steps by a parabola, about a mean of zero. [1]"""
        match = self._matches(shift)
        row, k = np.arange(len(shift)), np.clip(shift + self.most, 1, 2 * self.most - 1)
        before, here, after = match[row, k - 1], match[row, k], match[row, k + 1]
        bend = np.minimum(before - 2 * here + after, -1e-12)
        off = np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
        fine = (k - self.most + off) * self.step
        return np.asarray(fine - fine.mean(), np.float64)

    def centred(self, shift: Ints) -> Floats:
        """Natural logarithm of the speed over its mean, shape ``(n_frames,)``. [1]"""
        log_speed = shift * self.step
        return np.asarray(log_speed - np.log(np.mean(np.exp(log_speed))), np.float64)

    def _matches(self, shift: Ints) -> Floats:
        """Match each frame, at each shift, with the mean of all others, shape ``(n_frames, n_shifts)``."""
        laid = self.lay(shift)
        others = (laid.sum(axis=0) - laid) / (len(laid) - 1)
        others -= np.median(others, axis=1, keepdims=True)
        pairs = zip(self.levels, np.maximum(others, 0.0), strict=True)
        match = np.array([np.correlate(own, other, "valid") for own, other in pairs])
        middle = np.median(match, axis=1, keepdims=True)
        spread = 1.4826 * np.median(np.abs(match - middle), axis=1, keepdims=True) + 1e-9
        return np.asarray((match - middle) / spread, np.float64)

    def _inside(self, shift: Ints) -> Ints:
        """Move a path so that its mean speed is that of the record."""
        moved = np.rint(np.log(np.mean(np.exp(shift * self.step))) / self.step).astype(np.int64)
        return np.asarray(np.clip(shift - moved, -self.most, self.most), np.int64)


def _frame_levels(rows: Floats, starts: Ints, size: int, at: Floats, shaft: float) -> Floats:
    """Levels over the floor at some frequencies, mean over the rows; frequencies in cycles a sample. [dB]"""
    from scipy import fft

    n_fft = fft.next_fast_len(2 * size, real=True)
    frames = np.stack([rows[:, start : start + size] for start in starts], axis=1)
    frames = (frames - frames.mean(axis=-1, keepdims=True)) * np.hanning(size)
    power = np.abs(fft.rfft(frames, n_fft, axis=-1)) ** 2 + 1e-30
    decibels = 10 * np.log10(power)
    level = np.clip(decibels - _floor(decibels, max(9, round(0.7 * shaft * n_fft))), *LEVELS_DB).mean(axis=0)
    bin_at = at * n_fft
    left = np.minimum(bin_at.astype(int), level.shape[1] - 2)
    share = bin_at - left
    laid = level[:, left] * (1 - share) + level[:, left + 1] * share
    laid = laid - np.median(laid, axis=1, keepdims=True)
    return np.asarray(np.where(bin_at < level.shape[1] - 1, laid, 0.0), np.float64)


def _floor(level: Floats, width: int) -> Floats:
    """Medians of blocks, joined by straight lines, same shape. [dB]"""
    n = level.shape[-1]
    n_blocks = max(1, n // width)
    blocks = level[..., : n_blocks * width].reshape(*level.shape[:-1], n_blocks, -1)
    middles = np.median(blocks, axis=-1)
    at = np.clip((np.arange(n) + 0.5) / width - 0.5, 0, n_blocks - 1)
    left = np.minimum(at.astype(int), max(0, n_blocks - 2))
    right = np.minimum(left + 1, n_blocks - 1)
    return np.asarray(
        middles[..., left] + (at - left) * (middles[..., right] - middles[..., left]), np.float64
    )


def _smoothest(match: Floats, about: Ints, fastest: int) -> Ints:
    """Find the path with the greatest sum of matches less the squares of its steps off those of ``about``."""
    n, m = match.shape
    steps = np.diff(about)
    moves = np.arange(-fastest, fastest + 1)
    cost = 0.5 * (2.0 * moves / fastest) ** 2
    total, came = match[0].copy(), np.zeros((n, m), np.int64)
    for k in range(1, n):
        # Where each state can have come from: its own place less the usual step, give or take a move.
        source = np.arange(m)[:, None] - steps[k - 1] + moves
        legal = (source >= 0) & (source < m)
        reached = np.where(legal, total[np.clip(source, 0, m - 1)] - cost, -np.inf)
        best = reached.argmax(axis=1)
        came[k] = np.clip(source[np.arange(m), best], 0, m - 1)
        total = reached[np.arange(m), best] + match[k]
    path = np.zeros(n, np.int64)
    path[-1] = int(np.argmax(total))
    for k in range(n - 1, 0, -1):
        path[k - 1] = came[k, path[k]]
    return np.asarray(path - m // 2, np.int64)
