"""Frames of a record on a logarithmic axis of orders, laid over each other along a path of the speed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ORDERS = (0.6, 14.0)
"""Orders whose lines are followed: the shaft and the first lines of gears and of bearings. [1]"""
FASTEST = 0.15
"""Greatest change of speed that a frame can show. [1/s]"""
LEVELS_DB = (-3.0, 15.0)  # one huge line is one line


@dataclass(frozen=True)
class LaidFrames:
    """Spectra of frames on a logarithmic axis of orders, to be shifted and laid over each other.

    ``levels`` over the floor [dB] have shape ``(n_frames, n_points + 2 * most)``; ``at``, shape
    ``(n_frames,)``, are the middles of the frames as shares of the record [1]; ``step`` is the axis's, as
    natural logarithm [1]. Shifts are in steps, one for each frame, at most ``most``, and change by at most
    ``fastest`` from one frame to the next.
    """

    levels: Floats
    at: Floats
    step: float
    most: int
    fastest: int

    @classmethod
    def of(
        cls, rows: Floats, rate_hz: float, shaft_hz: float, turns: float, *, step: float, reach: float
    ) -> LaidFrames:
        """Take the spectra of half-overlapping frames.

        Parameters
        ----------
        rows
            What carries lines, shape ``(n_rows, n)``: the mean of their levels counts. [any]
        rate_hz
            Sample rate. [Hz]
        shaft_hz
            Speed at which order one lies. [Hz]
        turns
            Turns in a frame. [1]
        step
            Step of the axis, as natural logarithm. [1]
        reach
            Greatest shift that can be made, as natural logarithm. [1]

        Returns
        -------
        frames
            The frames.
        """
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
        """Points of the axis that frames are laid on. [1]"""
        return int(self.levels.shape[1]) - 2 * self.most

    def lay(self, shift: Ints) -> Floats:
        """Shift every frame by ``(n_frames,)`` [steps]; return levels ``(n_frames, n_points)``. [dB]"""
        windows = np.lib.stride_tricks.sliding_window_view(self.levels, self.n_points, axis=1)
        return windows[np.arange(len(shift)), np.clip(self.most + shift, 0, 2 * self.most)]

    def meet(self, shift: Ints) -> float:
        """Say how far lines stand out of frames shifted by ``(n_frames,)`` [steps]. [dB2]"""
        mean = self.lay(shift).mean(axis=0)
        return float(np.mean(np.maximum(mean - np.median(mean), 0.0) ** 2))

    def random(self, n: int) -> Ints:
        """Draw ``n`` shifts of all frames, always the same, shape ``(n, n_frames)``. [steps]"""
        rng = np.random.default_rng(0)  # the same record always gets the same answer
        return np.asarray(rng.integers(-self.most, self.most + 1, (n, len(self.levels))), np.int64)

    def rolled(self, shift: Ints) -> LaidFrames:
        """Roll every frame along the axis, by seven times ``(n_frames,)`` [steps]: only chance meets."""
        moved = [np.roll(row, 7 * int(k)) for row, k in zip(self.levels, shift, strict=True)]
        return replace(self, levels=np.array(moved))

    def best_path(self) -> Ints:
        """Find the path on which the lines meet best, even or not, shape ``(n_frames,)``. [steps]"""
        return self.settle(max(self.best_ramp(), self.chained(), key=self.meet))

    def best_ramp(self) -> Ints:
        """Find the even change of speed at which the lines meet best, shape ``(n_frames,)``. [steps]"""
        change = np.arange(-0.30, 0.301, 0.015)[:, None] * (2 * self.at - 1)
        shifts = np.rint(np.log1p(change) / self.step).astype(np.int64)
        return np.asarray(shifts[int(np.argmax([self.meet(shift) for shift in shifts]))], np.int64)

    def chained(self) -> Ints:
        """Follow frame by frame, each laid on the mean of those before, shape ``(n_frames,)``. [steps]"""
        matched = np.lib.stride_tricks.sliding_window_view(self.levels, self.n_points, axis=1)
        mean, shift = matched[0, self.most].copy(), np.zeros(len(self.at), np.int64)
        for k in range(1, len(shift)):
            low = max(0, self.most + shift[k - 1] - self.fastest)
            near = matched[k, low : self.most + shift[k - 1] + self.fastest + 1] @ mean
            shift[k] = low + int(np.argmax(near)) - self.most
            mean += (matched[k, self.most + shift[k]] - mean) / min(k + 1, 8)
        return self._inside(shift)

    def settle(self, shift: Ints) -> Ints:
        """Improve a path ``(n_frames,)`` [steps] until each frame lies best on the mean of all. [steps]"""
        for _ in range(4):
            found = self._inside(smoothest_path(self._matches(shift), shift, self.fastest))
            if np.array_equal(found, shift):
                break
            shift = found if self.meet(found) >= self.meet(shift) else shift
        return shift

    def finely(self, shift: Ints) -> Floats:
        """Place frames of a path ``(n_frames,)`` [steps] between steps by a parabola, with mean zero. [1]"""
        match = self._matches(shift)
        row, k = np.arange(len(shift)), np.clip(shift + self.most, 1, 2 * self.most - 1)
        before, here, after = match[row, k - 1], match[row, k], match[row, k + 1]
        bend = np.minimum(before - 2 * here + after, -1e-12)
        off = np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
        fine = (k - self.most + off) * self.step
        return np.asarray(fine - fine.mean(), np.float64)

    def centred(self, shift: Ints) -> Floats:
        """Return the natural logarithm of speed over its mean on a path ``(n_frames,)`` [steps]. [1]"""
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


def smoothest_path(match: Floats, about: Ints, fastest: int) -> Ints:
    """Find the path with the greatest sum of matches less what its moves off another path cost.

    Parameters
    ----------
    match
        How well each frame fits at each shift, shape ``(n_frames, n_shifts)``. [1]
    about
        Path whose changes are free, shape ``(n_frames,)``. [steps]
    fastest
        Greatest move off it from one frame to the next, which costs two. [steps]

    Returns
    -------
    path
        Shape ``(n_frames,)``, zero at the middle shift. [steps]

    References
    ----------
    .. [1] Viterbi (1967), IEEE Trans. Information Theory 13(2), 260-269.
    """
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
