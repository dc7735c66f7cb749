"""Declared limits, with hysteresis, and a hold so that one spike is no trouble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from arkwright.core.catalog import Check, Needs, State
from arkwright.core.finding import Band, Evidence, Finding
from arkwright.core.plant import Asset, Limits, Signal
from arkwright.core.tables import Slice, from_us, to_us
from arkwright.health.fold import fold, tell
from arkwright.health.phrase import place_of, say_time, say_value, title_of, title_zh_of
from arkwright.health.series import Series, good_series

EVERY_S = 10.0
ON_US = 5_000_000
"""A value counts as beyond a limit once nothing has contradicted it for this long. [us]"""

OFF_US = 300_000_000
"""It counts as back after this long: work that comes in cycles shall not end and begin a trouble. [us]"""

CONFIDENCE = 0.95  # a good value beyond its limit is a fact; what is left is that the instrument errs

BANDS: Mapping[int, Band] = {1: "watch", 2: "act"}
LIMIT_NAMES = {-2: "low_low", -1: "low", 1: "high", 2: "high_high"}
LIMIT_WORDS = {-2: "lowest limit", -1: "low limit", 1: "high limit", 2: "highest limit"}
LIMIT_WORDS_ZH = {-2: "下下限", -1: "下限", 1: "上限", 2: "上上限"}

# What a quantity beyond its limits is called; all others are above_limit and below_limit.
CAUSES: Mapping[tuple[str, int], str] = {
    ("temperature", 1): "overheating",
    ("temperature", -1): "low_temperature",
    ("vibration_velocity", 1): "high_vibration",
    ("acceleration", 1): "high_vibration",
    ("displacement", 1): "high_vibration",
    ("volume_flow", -1): "low_flow",
    ("mass_flow", -1): "low_flow",
    ("normal_volume_flow", -1): "low_flow",
    ("pressure", 1): "high_pressure",
    ("pressure", -1): "low_pressure",
    ("current", 1): "overload",
    ("power", 1): "overload",
    ("torque", 1): "overload",
}


@dataclass(frozen=True)
class _Place:
    """Where a signal stands: ``level`` -2 to 2, since when, the worst value, and what may be coming.

    ``run_level`` is the level that every reading since ``run_us`` bears out; 0 and 0 where none differs.
    """

    level: int = 0
    since_us: int = 0
    worst: float = 0.0
    last: float = 0.0
    run_level: int = 0
    run_us: int = 0
    run_worst: float = 0.0


def _applies_to(asset: Asset) -> bool:
    return any(_limited(signal) for signal in asset.signals)


def _limited(signal: Signal) -> bool:
    own = signal.limits
    return signal.kind == "value" and any(
        v is not None for v in (own.low_low, own.low, own.high, own.high_high)
    )


def _judge(state: State, window: Slice, asset: Asset, _now: datetime) -> tuple[State, list[Finding]]:
    return fold(_judge_cell, EVERY_S, state, window, asset)


def _judge_cell(state: State, cell: Slice, asset: Asset) -> tuple[State, list[Finding]]:
    kept = state.get("signals", {})
    places = {name: _Place(**row) for name, row in kept.items()} if isinstance(kept, dict) else {}
    series = good_series(cell.readings)
    held: list[Finding] = []
    for signal in filter(_limited, asset.signals):
        place = _follow(places.get(signal.name, _Place()), series.get(signal.name), signal.limits)
        place = _settle(place, to_us(cell.end))
        places[signal.name] = place
        if place.level:
            held.append(_finding(signal, place, asset, cell))
    told, findings = tell(state.get("told"), held, cell, "limit")
    busy = {name: asdict(place) for name, place in places.items() if place.level or place.run_us}
    return {"signals": busy, "told": told}, findings


# ------------------------------------------------------------------------------------- one signal's level
def _follow(place: _Place, series: Series | None, limits: Limits) -> _Place:
    if series is None:
        return place
    if not place.level and not place.run_us and not _leaves(series, limits):
        return place
    for time_us, value in zip(series.times_us.tolist(), series.values.tolist(), strict=True):
        place = _step(_settle(place, time_us), time_us, value, limits)
    return place


def _leaves(series: Series, limits: Limits) -> bool:
    lows = [x for x in (limits.low, limits.low_low) if x is not None]
    highs = [x for x in (limits.high, limits.high_high) if x is not None]
    return bool((lows and series.values.min() < max(lows)) or (highs and series.values.max() > min(highs)))


def _step(place: _Place, time_us: int, value: float, limits: Limits) -> _Place:
    worst = _worse(place.worst, value, place.level)
    at = _level(value, place.level, limits)
    if at == place.level:
        return _Place(place.level, place.since_us, worst, value)
    same_way = place.run_us and _is_further(at, place.level) == _is_further(place.run_level, place.level)
    if not same_way:
        return _Place(place.level, place.since_us, worst, value, at, time_us, value)
    # The run bears out only what all of its readings bear out: the level nearest to where the signal stands.
    near = min(at, place.run_level, key=lambda level: abs(level - place.level))
    run_worst = _worse(place.run_worst, value, at)
    return _Place(place.level, place.since_us, worst, value, near, place.run_us, run_worst)


def _settle(place: _Place, now_us: int) -> _Place:
    hold_us = ON_US if _is_further(place.run_level, place.level) else OFF_US
    if not place.run_us or now_us - place.run_us < hold_us:
        return place
    if place.run_level == 0:
        return _Place(last=place.last)
    is_new = place.level * place.run_level <= 0
    since_us = place.run_us if is_new else place.since_us
    worst = place.run_worst if is_new else _worse(place.worst, place.run_worst, place.run_level)
    return _Place(place.run_level, since_us, worst, place.last)


def _level(value: float, held: int, limits: Limits) -> int:
    slack = limits.hysteresis
    for level in (2, 1):
        upper = limits.high_high if level == 2 else limits.high
        if upper is not None and value > upper - (slack if held >= level else 0.0):
            return level if held >= 0 else 0
        lower = limits.low_low if level == 2 else limits.low
        if lower is not None and value < lower + (slack if held <= -level else 0.0):
            return -level if held <= 0 else 0
    return 0


def _is_further(level: int, than: int) -> bool:
    return abs(level) > abs(than)


def _worse(a: float, b: float, level: int) -> float:
    return min(a, b) if level < 0 else max(a, b)


# ---------------------------------------------------------------------------------------------- in words
def _finding(signal: Signal, place: _Place, asset: Asset, cell: Slice) -> Finding:
    side = 1 if place.level > 0 else -1
    cause = _cause(signal, side)
    rivals = [s for s in asset.signals if _limited(s) and _cause(s, side) == cause]
    limit = float(getattr(signal.limits, LIMIT_NAMES[place.level]))
    now, worst, bound = (say_value(signal, v) for v in (place.last, place.worst, limit))
    since = say_time(place.since_us)
    above, above_zh = ("above", "高于") if side > 0 else ("below", "低于")
    value, value_zh = now, now
    if place.run_us and not _is_further(place.run_level, place.level):
        value, value_zh = f"up to {worst}" if side > 0 else f"down to {worst}", f"曾达 {worst}"
    text = f"{title_of(signal)}: {value}, {above} its {LIMIT_WORDS[place.level]} of {bound} since {since}."
    text_zh = (
        f"{title_zh_of(signal)}：{value_zh}，自 {since} 起{above_zh}{LIMIT_WORDS_ZH[place.level]} {bound}。"
    )
    proof = Evidence(
        f"{title_of(signal)} now {now}; worst since {since}: {worst}; "
        f"over again once {_way_back(signal, place.level, limit)}.",
        signal.name,
        from_us(place.since_us),
        cell.end,
        {"value": place.last, "worst": place.worst, "limit": limit, "hysteresis": signal.limits.hysteresis},
        {"quantity": signal.quantity, "limit": LIMIT_NAMES[place.level]},
    )
    return Finding(
        "limit",
        asset.name,
        cause,
        BANDS[abs(place.level)],
        CONFIDENCE,
        cell.start,
        cell.end,
        text,
        (proof,),
        location=place_of(signal, rivals, asset),
        text_zh=text_zh,
    )


def _cause(signal: Signal, side: int) -> str:
    return CAUSES.get((signal.quantity, side), "above_limit" if side > 0 else "below_limit")


def _way_back(signal: Signal, level: int, limit: float) -> str:
    if level > 0:
        return f"not above {say_value(signal, limit - signal.limits.hysteresis)} for {OFF_US / 6e7:.0f} min"
    return f"not below {say_value(signal, limit + signal.limits.hysteresis)} for {OFF_US / 6e7:.0f} min"


CHECK = Check(
    name="limit",
    title="Declared limits",
    summary=(
        "A signal beyond a limit of signals.csv: watch beyond low or high, act beyond low_low or high_high. "
        "It counts once nothing has contradicted it for 5 s, and is over once the value has been back inside "
        "by the declared hysteresis for 5 min. Only good values count."
    ),
    needs=Needs(EVERY_S, EVERY_S),
    applies_to=_applies_to,
    judge=_judge,
    references=("ISA-18.2-2016, 10.4 (deadband and delay)",),
)
