"""A changing speed (G7): is the verdict on a bearing kept over a ramp of 20 % either way?

Protocol: every faulty CWRU record, and synthetic faulty ones from `bench.synthetic`, is judged as it is, then
warped as if the shaft had sped up (or slowed down) evenly from 0.8 to 1.2 times its mean, and judged again:
with the pulses of a tacho at the known phase, without a tacho (the record's own lines), and with the tracking
switched off. A verdict is kept if it is the one on the unwarped record; it misleads if it names another fault
than the record's. Warping moves the resonances with the speed, as no real ramp does; the synthetic records of
`driven` are struck at a ramp's own times and ring at fixed frequencies. No constant of the tracking was
fitted to a CWRU record: its thresholds come from noise and from steady synthetic records. The last line is
what tracking does to records at constant speed: how many are believed to have changed it.

    python -m bench.speed                   all
    python -m bench.speed --real 8          a look
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from arkwright.health import rolling
from arkwright.health.bearing import BearingOrders, find_bearing, judge_record
from arkwright.health.rolling_speed import SteadyRecord, steady_record
from bench.diagnosis import DATA, table
from bench.diagnosis_cases import real_cases, synthetic_cases

Floats = NDArray[np.float64]
RAMPS = (0.2, -0.2)


@dataclass(frozen=True)
class Known:
    """A record with what its judge may know, and its label."""

    group: str
    name: str
    x: Floats
    rate_hz: float
    speed_rpm: float
    orders: BearingOrders
    label: str


def warp(x: Floats, change: float) -> tuple[Floats, Floats]:
    """Drive a record over an even ramp: the record, and at each sample the one that it was taken from."""
    share = np.arange(len(x)) / len(x)
    driven = len(x) * (share * (1 - change) + change * share**2)
    return CubicSpline(np.arange(len(x)), x)(np.minimum(driven, len(x) - 1)), driven


def pulses(driven: Floats, rate_hz: float, speed_rpm: float) -> Floats:
    """Times at which a tacho with one pulse a turn rises, for a warped record. [s]"""
    turns = driven / rate_hz * speed_rpm / 60
    return np.interp(np.arange(0.3, turns[-1]), turns, np.arange(len(turns)) / rate_hz)


def driven_case(seed: int, change: float) -> Known:
    """Draw impacts of an outer or inner race at a ramp's own times, each ringing at fixed frequencies."""
    rng = np.random.default_rng([31, seed])
    rate, span, shaft = 12_000.0, 10.0, rng.uniform(18, 40)
    time = np.arange(int(rate * span)) / rate
    turns = shaft * (time * (1 - change) + change * time**2 / span)
    fault = ("outer_race", "inner_race")[seed % 2]
    orders = find_bearing("6205")
    order = orders.of(fault) * (1 + rng.uniform(-0.01, 0.003))
    at = np.arange(0.5, turns[-1] * order) / order
    hits = np.interp(at, turns, time) + rng.normal(0, 1e-4, len(at))
    x = np.zeros(len(time))
    zone = 1 + 0.7 * np.cos(2 * np.pi * at) * (fault == "inner_race")
    np.add.at(x, np.clip((hits * rate).astype(int), 0, len(x) - 1), zone)
    ring = np.exp(-800 * time[:300]) * np.sin(2 * np.pi * rng.uniform(1500, 4500) * time[:300])
    struck = np.convolve(x, ring)[: len(x)]
    struck *= 10 ** (rng.uniform(-10, -2) / 20) / struck.std()
    shaft_tones = sum(rng.exponential(0.2) * np.cos(2 * np.pi * k * turns) for k in (1, 2, 3))
    return Known("driven", f"{fault} {seed}", struck + shaft_tones + rng.normal(size=len(x)), rate,
                 60 * shaft, orders, fault)  # fmt: skip


def known_cases(n_real: int | None, n_synthetic: int, group: str) -> Iterator[Known]:
    """Yield faulty CWRU records of a group and synthetic ones, unwarped."""
    data = DATA / "data" / "diagnosis"
    real = [c for c in real_cases(data) if c.label != "normal" and group in c.group] if data.is_dir() else []
    step = 1 if n_real is None else max(1, len(real) // max(1, n_real))
    for case in (*real[::step], *synthetic_cases(0, n_synthetic, 5_000)):
        x, rate, rpm, bearing = case.load()
        orders = find_bearing(bearing) if isinstance(bearing, str) else BearingOrders(*bearing)
        yield Known(case.group, case.name, np.asarray(x, np.float64), rate, rpm, orders, case.label)


def blind(case: Known) -> str:
    """Judge as if nothing could follow a speed."""
    followed = rolling.steady_record
    rolling.steady_record = lambda x, rate, rpm, _tacho_s=None: SteadyRecord(x, rate, rpm)
    try:
        return judge_record(case.x, case.rate_hz, case.speed_rpm, case.orders).verdict
    finally:
        rolling.steady_record = followed


def judged(case: Known, tacho_s: Floats | None = None) -> str:
    """Judge as the product does."""
    return judge_record(case.x, case.rate_hz, case.speed_rpm, case.orders, tacho_s=tacho_s).verdict


def count(
    counts: dict[tuple[str, str], Counter[str]], case: Known, how: str, before: str, after: str
) -> None:
    """Count one verdict."""
    row = counts.setdefault((case.group, how), Counter())
    row["records"] += 1
    row["kept"] += after == before
    row["right"] += after == case.label
    row["normal"] += after == "normal"
    row["cannot_judge"] += after == "cannot_judge"
    row["misled"] += after not in ("normal", "cannot_judge", case.label)
    row["misled before"] += before not in ("normal", "cannot_judge", case.label)


def run(
    n_real: int | None, n_synthetic: int, n_driven: int, group: str
) -> dict[tuple[str, str], Counter[str]]:
    """Judge every record before and after it is warped."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for case in known_cases(n_real, n_synthetic, group):
        before = judged(case)
        for change in RAMPS:
            x, driven = warp(case.x, change)
            warped = replace(case, x=x)
            at = pulses(driven, case.rate_hz, case.speed_rpm)
            count(counts, warped, "tacho", before, judged(warped, at))
            count(counts, warped, "own lines", before, judged(warped))
            count(counts, warped, "no tracking", before, blind(warped))
    for seed in range(n_driven):
        before = judged(driven_case(seed, 0.0))
        for change in RAMPS:
            count(counts, (case := driven_case(seed, change)), "own lines", before, judged(case))
    return counts


def moved(n: int) -> dict[str, int]:
    """Count records at constant speed that are believed to have changed theirs, or suspected of it."""
    rows: Counter[str] = Counter()
    data = DATA / "data" / "diagnosis"
    real = list(real_cases(data)) if data.is_dir() else []
    for case in (*real, *synthetic_cases(n, n // 4, 5_000)):
        x, rate, rpm, _ = case.load()
        record = steady_record(np.asarray(x, np.float64), rate, rpm)
        rows["records"] += 1
        rows["believed"] += record.by == "lines"
        rows["suspected"] += bool(record.flaws)
    return dict(rows)


def main() -> None:
    """Judge, count, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--real", type=int, help="only about this many real records")
    parser.add_argument("--synthetic", type=int, default=15, help="synthetic records of each fault")
    parser.add_argument("--driven", type=int, default=20, help="records struck at a ramp's own times")
    parser.add_argument("--steady", type=int, default=200, help="healthy synthetic records at constant speed")
    parser.add_argument("--group", default="CWRU", help="part of a real group's name, as 'DE12 Y'")
    options = parser.parse_args()
    print(__doc__, flush=True)
    counts = run(options.real, options.synthetic, options.driven, options.group)
    print(table([{"group": group, "by": how, **row} for (group, how), row in counts.items()]))
    for how in ("tacho", "own lines", "no tracking"):
        rows = [row for (_, by), row in counts.items() if by == how]
        kept, n = sum(r["kept"] for r in rows), sum(r["records"] for r in rows)
        print(f"{how}: kept {kept} of {n} ({100 * kept / max(n, 1):.1f} %)")
    print("at constant speed:", moved(options.steady))


if __name__ == "__main__":
    main()
