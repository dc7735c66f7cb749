"""The verdict on a rolling bearing from one record, without training on faults.

Squared envelope spectra of many bands, of the raw and of the cepstrum-whitened record, are searched for the
comb of each fault under a common slip; every comb is measured against combs at orders that no fault has, in
the same spectrum. The mean over all spectra decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, exp

import numpy as np
from numpy.typing import NDArray

from arkwright.kits.envelope import band_grid, envelope_spectra, levels_over_floor, whiten_cepstrum
from arkwright.kits.orders import COMBS, BearingOrders, Line
from arkwright.kits.quality import record_flaws

Floats = NDArray[np.float64]
SLIPS = np.linspace(-0.02, 0.01, 25)  # Smith & Randall (2015): slip of 1 to 2 % is normal
SEGMENT_S = 2.5
MIN_TURNS = 20.0
N_SURROGATES = 200
TOP_RATE_HZ = 25_600.0


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
    standard deviations [1]; ``scores`` are the means, compared with ``threshold``. [1] ``slip`` [1],
    ``lines`` and the spectrum [Hz, dB over the floor] are of the best fault, in the band where it stands
    out most.
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


def refuse(*missing: str) -> BearingVerdict:
    """Refuse to judge, naming what is missing."""
    return BearingVerdict("cannot_judge", (), 1.0, missing=missing)


def judge_record(
    x: Floats,
    rate_hz: float | None,
    speed_rpm: float | None,
    orders: BearingOrders | None,
    alpha: float = 0.01,
) -> BearingVerdict:
    """Judge a rolling bearing from one record of acceleration.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate, None if not known. [Hz]
    speed_rpm
        Speed of the shaft, None if not known. [rpm]
    orders
        Fault orders, None if not known. [1]
    alpha
        Share of healthy records that may be called faulty. [1]

    Returns
    -------
    verdict
        Verdict with its evidence; ``cannot_judge`` names what is missing.
    """
    missing = _missing(x, rate_hz, speed_rpm, orders)
    if missing or rate_hz is None or speed_rpm is None or orders is None:
        return refuse(*missing)
    x, rate_hz = _thin(np.asarray(x, np.float64), rate_hz)
    return _Search(x, rate_hz, speed_rpm / 60.0, orders).verdict(threshold_of(alpha))


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
    # A Gaussian tail fitted to median and 99 % point of the greatest score of outer, inner and ball over 80
    # healthy records of IMS test 1 (bench/diagnosis): a figure on those records is not out of sample.
    from scipy.special import ndtri

    return HEALTHY_MEAN + HEALTHY_SPREAD * float(-ndtri(min(max(alpha, 1e-6), 0.5)))


HEALTHY_MEAN = 0.41
HEALTHY_SPREAD = 0.48


def _missing(
    x: Floats, rate_hz: float | None, speed_rpm: float | None, orders: BearingOrders | None
) -> list[str]:
    missing = []
    if not rate_hz or rate_hz <= 0:
        missing.append("the sample rate is not stated")
    if not speed_rpm or speed_rpm <= 0:
        missing.append("the speed of the shaft is not stated, or is zero")
    if orders is None:
        missing.append("the bearing is not stated")
    missing += record_flaws(np.asarray(x, np.float64))
    if not missing and rate_hz and speed_rpm and orders:
        turns = len(x) / rate_hz * speed_rpm / 60.0
        if turns < MIN_TURNS:
            missing.append(f"the record spans {turns:.1f} turns of the shaft; {MIN_TURNS:.0f} are needed")
        if orders.bpfi * speed_rpm / 60.0 * 8 > rate_hz / 2:
            missing.append("the sample rate is too low for an envelope at this speed")
    return missing


def _thin(x: Floats, rate_hz: float) -> tuple[Floats, float]:
    factor = ceil(rate_hz / TOP_RATE_HZ)
    if factor == 1:
        return x, rate_hz
    from scipy import fft

    n = len(x) // factor * factor
    bins = fft.rfft(x[:n])[: n // factor // 2 + 1]
    return np.asarray(fft.irfft(bins, n // factor) / factor, np.float64), rate_hz / factor


class _Search:
    """The spectra of one record, and the combs measured in them."""

    def __init__(self, x: Floats, rate_hz: float, shaft_hz: float, orders: BearingOrders) -> None:
        from scipy.ndimage import maximum_filter1d

        self.shaft_hz, self.orders = shaft_hz, orders
        self.bands = band_grid() * rate_hz / 2
        n_segment = min(len(x), int(SEGMENT_S * rate_hz))
        self.hz, raw = envelope_spectra(x, rate_hz, band_grid(), n_segment)
        _, white = envelope_spectra(whiten_cepstrum(x), rate_hz, band_grid(), n_segment)
        self.step_hz = float(self.hz[1])
        n_floor = max(21, int(0.7 * shaft_hz / self.step_hz))
        self.plain = levels_over_floor(np.vstack([raw, white]), n_floor)
        self.levels = maximum_filter1d(np.clip(self.plain, -3.0, 15.0), 3, axis=1)
        self._notch()

    def _notch(self) -> None:
        base = np.median(self.levels, axis=1, keepdims=True)
        turns = np.arange(1, int(self.hz[-1] / self.shaft_hz) + 1)
        at = np.rint(turns * self.shaft_hz / self.step_hz).astype(int)
        near = (at[:, None] + np.arange(-2, 3)).ravel()
        self.levels[:, near[(near >= 0) & (near < len(self.hz))]] = base

    def comb(self, fault: str, orders: Floats) -> Floats:
        """Measure a fault's comb at several orders. Shape ``(n_spectra, n_orders, n_slips)``."""
        lines = np.array(COMBS[fault])
        at = orders[:, None, None] * (1 + SLIPS)[:, None] * lines[:, 0]
        at = at + lines[:, 1] + self.orders.ftf * (1 + SLIPS)[:, None] * lines[:, 2]
        index = np.rint(np.abs(at) * self.shaft_hz / self.step_hz).astype(int)
        inside = index < len(self.hz) - 2
        met = self.levels[:, np.minimum(index, len(self.hz) - 1)] * inside
        return np.asarray(met @ lines[:, 3] / lines[:, 3].sum(), np.float64)

    def surrogates(self, fault: str) -> Floats:
        """Return orders that no fault of the bearing explains."""
        rng = np.random.default_rng(0)  # the same record always gets the same verdict
        if fault == "cage":
            drawn = rng.uniform(0.3, 0.48, N_SURROGATES)
            return drawn[np.abs(drawn / self.orders.ftf - 1) > 0.04]
        drawn = rng.uniform(1.6, 7.0, 4 * N_SURROGATES)
        o = self.orders
        true = np.outer((o.bpfo, o.bpfi, o.bsf, 2 * o.bsf), (0.5, 1, 2, 1 / 3, 1.5, 2 / 3)).ravel()
        explained = (np.abs(drawn[:, None] / true - 1) < 0.035).any(axis=1)
        kept = drawn[~explained & (np.abs(drawn - np.rint(drawn)) > 0.04)][:N_SURROGATES]
        return np.asarray(kept, np.float64)

    def verdict(self, threshold: float) -> BearingVerdict:
        """Judge."""
        z, slips = {}, {}
        for fault in COMBS:
            null = self.comb(fault, self.surrogates(fault)).max(axis=2)
            comb = self.comb(fault, np.array([self.orders.of(fault)]))[:, 0]
            spread = null.std(axis=1) + 1e-9
            z[fault] = (comb.max(axis=1) - null.mean(axis=1)) / spread
            slips[fault] = float(SLIPS[int(np.argmax((comb / spread[:, None]).mean(axis=0)))])
        scores = {fault: float(v.mean()) for fault, v in z.items()}
        # The cage modulates every fault and has few, slow lines: it must stand out twice as far to be named.
        needed = {fault: threshold * (2.0 if fault == "cage" else 1.0) for fault in scores}
        met = sorted((f for f in scores if scores[f] >= needed[f]), key=lambda f: -scores[f])
        if any(f != "cage" for f in met):
            met = [f for f in met if f != "cage"]
        best = met[0] if met else max(scores, key=lambda fault: scores[fault] / needed[fault])
        top = int(np.argmax(z[best]))
        low, high = self.bands[top % len(self.bands)]
        odds = exp(min(50.0, 4.0 * abs(scores[best] - needed[best])))
        return BearingVerdict(
            met[0] if met else "normal",
            tuple(met),
            odds / (1 + odds),
            scores,
            threshold,
            {fault: [round(float(v), 4) for v in values] for fault, values in z.items()},
            slips[best],
            (float(low), float(high)),
            top >= len(self.bands),
            best,
            self._lines(best, slips[best], top),
            (),
            self.hz,
            self.plain[top],
        )

    def _lines(self, fault: str, slip: float, top: int) -> tuple[LineFound, ...]:
        level = self.plain[top]
        found = []
        for line in COMBS[fault]:
            order = line.multiple * self.orders.of(fault) * (1 + slip) + line.shaft
            order = abs(order + line.cage * self.orders.ftf * (1 + slip))
            at = round(order * self.shaft_hz / self.step_hz)
            if not 1 <= at < len(level) - 1:
                continue
            peak = at - 1 + int(np.argmax(level[at - 1 : at + 2]))
            p = float(np.mean(level >= level[peak]))
            hz = peak * self.step_hz
            found.append(
                LineFound(_line_name(fault, line), hz / self.shaft_hz, hz, float(level[peak]), p, p <= 0.01)
            )
        return tuple(found)


def _line_name(fault: str, line: Line) -> str:
    base = {"outer_race": "BPFO", "inner_race": "BPFI", "ball": "BSF", "cage": "FTF"}[fault]
    side = f"{line.shaft:+d}fr" if line.shaft else f"{line.cage:+d}FTF" if line.cage else ""
    return f"{line.multiple}x{base}{side}"
