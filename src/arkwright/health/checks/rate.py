"""Rate of change against the declared greatest rate, whatever spikes, duplicates, jitter and gaps do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np

from arkwright.core.catalog import Check, Needs, State
from arkwright.core.finding import Evidence, Finding
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Slice, from_us, to_us
from arkwright.health.fold import fold, tell
from arkwright.health.phrase import place_of, say_time, title_of, title_zh_of
from arkwright.health.series import Series, good_series

EVERY_S = 10.0
BIN_US = 1_000_000
OFF_US = 300_000_000
"""A change counts as over once none was as fast for this long. [us]"""
CONFIDENCE = 0.9


@dataclass(frozen=True)
class _Trend:
    """What is remembered of a signal: its last bins [us, canonical unit], and its fast change if any."""

    bins: tuple[tuple[int, float], ...] = ()
    since_us: int = 0
    last_us: int = 0
    worst: float = 0.0
    worst_us: int = 0


def _applies_to(asset: Asset) -> bool:
    return any(_limited(signal) for signal in asset.signals)


def _limited(signal: Signal) -> bool:
    return signal.kind == "value" and signal.limits.max_rate_per_s is not None


def _judge(state: State, window: Slice, asset: Asset, _now: datetime) -> tuple[State, list[Finding]]:
    return fold(_judge_cell, EVERY_S, state, window, asset)


def _judge_cell(state: State, cell: Slice, asset: Asset) -> tuple[State, list[Finding]]:
    trends = _trends(state)
    series = good_series(cell.readings)
    held: list[Finding] = []
    for signal in filter(_limited, asset.signals):
        trend = trends.get(signal.name, _Trend())
        if (own := series.get(signal.name)) is not None:
            trend = _follow(trend, own, float(signal.limits.max_rate_per_s or 0.0))
        if trend.since_us and to_us(cell.end) - trend.last_us >= OFF_US:
            trend = _Trend(trend.bins)
        trends[signal.name] = trend
        if trend.since_us:
            held.append(_finding(signal, trend, asset, cell))
    told, findings = tell(state.get("told"), held, cell, "rate")
    kept = {name: {**asdict(t), "bins": [list(b) for b in t.bins]} for name, t in trends.items() if t.bins}
    return {"signals": kept, "told": told}, findings


def _trends(state: State) -> dict[str, _Trend]:
    kept = state.get("signals", {})
    if not isinstance(kept, Mapping):
        return {}
    return {
        name: _Trend(**{**row, "bins": tuple((int(t), float(v)) for t, v in row["bins"])})
        for name, row in kept.items()
    }


def _follow(trend: _Trend, series: Series, most: float) -> _Trend:
    fresh = [b for b in _bins(series) if not trend.bins or b[0] > trend.bins[-1][0]]
    bins = [*trend.bins, *fresh]
    # The median of three bins in a row: a spike of one bin is gone, a step stays where it is. The newest bin
    # waits for its neighbour.
    middles = [
        (bins[i][0], float(np.median([bins[i + d][1] for d in (-1, 0, 1)]))) for i in range(1, len(bins) - 1)
    ]
    since_us, last_us, worst, worst_us = trend.since_us, trend.last_us, trend.worst, trend.worst_us
    for (start_us, start), (end_us, end) in pairwise(middles):
        speed = (end - start) / ((end_us - start_us) / 1e6)
        if abs(speed) > most:
            since_us, last_us = since_us or start_us, end_us
            if abs(speed) > abs(worst):
                worst, worst_us = speed, end_us
    return _Trend(tuple(bins[-3:]), since_us, last_us, worst, worst_us)


def _bins(series: Series) -> list[tuple[int, float]]:
    """Return the median of each second that has readings: [us of the second's start, canonical unit]."""
    seconds = series.times_us // BIN_US
    edges = np.flatnonzero(np.diff(seconds)) + 1
    return [
        (int(s[0]) * BIN_US, float(np.median(v)))
        for s, v in zip(np.split(seconds, edges), np.split(series.values, edges), strict=True)
    ]


def _finding(signal: Signal, trend: _Trend, asset: Asset, cell: Slice) -> Finding:
    most = float(signal.limits.max_rate_per_s or 0.0)
    unit = signal.declared_unit()
    speed, bound = (f"{abs(v / unit.factor):.3g} {unit.name}/s" for v in (trend.worst, most))
    way, way_zh = ("rose", "上升") if trend.worst > 0 else ("fell", "下降")
    at = say_time(trend.worst_us)
    proof = Evidence(
        f"{title_of(signal)} {way} by {speed} at {at}; {bound} is declared as the most.",
        signal.name,
        from_us(trend.since_us),
        from_us(trend.last_us),
        {"rate_per_s": trend.worst, "max_rate_per_s": most},
        {"quantity": signal.quantity},
    )
    return Finding(
        "rate",
        asset.name,
        "rapid_change",
        "watch",
        CONFIDENCE,
        cell.start,
        cell.end,
        f"{title_of(signal)} {way} by {speed} at {at}: faster than the {bound} that it may.",
        (proof,),
        location=place_of(signal, filter(_limited, asset.signals), asset),
        text_zh=f"{title_zh_of(signal)}：{at} 以 {speed} {way_zh}，超过允许的 {bound}。",
    )


CHECK = Check(
    name="rate",
    title="Rate of change",
    summary=(
        "A signal that changes faster than its max_rate_per_s. Medians of a second, and of three seconds in "
        "a row: a spike, a reading sent twice or jitter is no change. Over a gap the mean rate counts."
    ),
    needs=Needs(EVERY_S, EVERY_S),
    applies_to=_applies_to,
    judge=_judge,
)
