"""Slow drift of a signal away from its own first day, with a stated rate of false alarms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import numpy as np

from arkwright.core.catalog import Check, Needs, State
from arkwright.core.finding import Evidence, Finding
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Slice, from_us, to_us
from arkwright.health.fold import fold, tell
from arkwright.health.phrase import place_of, say_time, say_value, title_of, title_zh_of
from arkwright.health.series import Series, good_series
from arkwright.kits.sequential import cusum_limit, cusum_step

EVERY_S = 60.0
BLOCK_US = 1_800_000_000
DAY_US = 86_400_000_000
N_MINUTES = 15
"""A block of half an hour counts if so many of its minutes have readings. [1]"""
N_BASE = 48
"""Blocks of the base: a day, so that the daily cycle is in it. [1]"""
SLACK = 1.0
BLOCKS_PER_ALARM = 1e6
LIMIT = cusum_limit(SLACK, BLOCKS_PER_ALARM)
MOST_A_BLOCK = 4.0  # deviations; a single block, however far off, is no drift
MARGIN = 0.25  # and the value must have left all that the first day saw by a quarter of its range
N_BACK = 4
CONFIDENCE = 0.6  # another duty or season looks the same
TURNS_SHARE = 0.05
QUANTITIES = frozenset(
    {"temperature", "vibration_velocity", "volume_flow", "normal_volume_flow", "mass_flow", "pressure"}
    | {"heat_flux", "ratio", "power", "current"}
)


@dataclass(frozen=True)
class _Course:
    """What is remembered of a signal.

    Minutes of the block now, blocks of the base until it is whole, when its first one ended; then its daily
    wave, spread over the long run, least and greatest [canonical unit]; sums upwards and downwards; since
    when it is adrift (0: it is not) and to which side, the last block, and how many blocks in a row are back.
    """

    minutes: tuple[float, ...] = ()
    base: tuple[float, ...] = ()
    first_us: int = 0
    wave: tuple[float, float, float] = (0.0, 0.0, 0.0)
    spread: float = 0.0
    low: float = 0.0
    high: float = 0.0
    up: float = 0.0
    down: float = 0.0
    since_us: int = 0
    side: int = 0
    last: float = 0.0
    back: int = 0


def _applies_to(asset: Asset) -> bool:
    return any(_followed(s) for s in asset.signals)


def _followed(signal: Signal) -> bool:
    return signal.kind == "value" and signal.quantity in QUANTITIES


def _judge(state: State, window: Slice, asset: Asset, _now: datetime) -> tuple[State, list[Finding]]:
    return fold(_judge_cell, EVERY_S, state, window, asset)


def _judge_cell(state: State, cell: Slice, asset: Asset) -> tuple[State, list[Finding]]:
    courses = {} if _is_new_normal(cell, asset) else _courses(state)
    series = good_series(cell.readings)
    stands = _stands(series, asset)
    held: list[Finding] = []
    for signal in filter(_followed, asset.signals):
        course = courses.get(signal.name, _Course())
        if (own := series.get(signal.name)) is not None and not stands:
            course = replace(course, minutes=(*course.minutes, float(np.median(own.values))))
        if to_us(cell.end) % BLOCK_US == 0:
            course = _close(course, to_us(cell.end))
        courses[signal.name] = course
        if course.since_us:
            held.append(_finding(signal, course, asset, cell))
    told, findings = tell(state.get("told"), held, cell, "drift")
    kept = {name: _as_json(c) for name, c in courses.items() if c != _Course()}
    return {"signals": kept, "told": told}, findings


def _is_new_normal(cell: Slice, asset: Asset) -> bool:
    """Say whether a person closed the work on a drift here: what is now becomes the base."""
    rows = cell.events.to_pylist() if cell.events.num_rows else []
    closed = [r for r in rows if r["kind"] == "order_closed" and r["subject"] == asset.name]
    details = [json.loads(r["detail"]) for r in closed]
    return any(d.get("cause") == "drift" and d.get("state", "done") == "done" for d in details)


def _stands(series: Mapping[str, Series], asset: Asset) -> bool:
    """Say whether the asset stands still: then it cools, and that is no drift."""
    rated = asset.rated("rated_speed_rpm")
    speeds = [series[s.name] for s in asset.measuring("rotational_speed") if s.name in series]
    if not rated or not speeds:
        return False
    return bool(max(float(np.median(np.abs(own.values))) for own in speeds) < TURNS_SHARE * rated)


# ---------------------------------------------------------------------------------------- block by block
def _close(course: _Course, end_us: int) -> _Course:
    minutes = course.minutes
    course = replace(course, minutes=())
    if len(minutes) < N_MINUTES:
        return course
    value = float(np.median(minutes))
    if not course.spread:
        return _learn(course, value, end_us)
    angle = 2 * np.pi * (end_us - course.first_us) / DAY_US
    level, cosine, sine = course.wave
    off = value - level - cosine * float(np.cos(angle)) - sine * float(np.sin(angle))
    z = min(max(off / course.spread, -MOST_A_BLOCK), MOST_A_BLOCK)
    up = cusum_step(course.up, z, SLACK, 2 * LIMIT)
    down = cusum_step(course.down, -z, SLACK, 2 * LIMIT)
    return _settle(replace(course, up=up, down=down, last=value), end_us)


def _learn(course: _Course, value: float, end_us: int) -> _Course:
    base, first_us = (*course.base, value), course.first_us or end_us
    if len(base) < N_BASE:
        return replace(course, base=base, first_us=first_us)
    wave, spread = base_of(base)
    return _Course(first_us=first_us, wave=wave, spread=spread, low=min(base), high=max(base), last=value)


def base_of(blocks: tuple[float, ...]) -> tuple[tuple[float, float, float], float]:
    """Fit level and daily wave to the blocks of a day, and measure how far the rest wanders.

    Neighbouring blocks are alike, so that their sum wanders further than that of independent ones: the spread
    is widened by the autocorrelation of an AR(1) series.

    Parameters
    ----------
    blocks
        Block medians in order. [any]

    Returns
    -------
    wave
        Level, and cosine and sine of the daily wave from the first block on. [as blocks]
    spread
        Standard deviation that independent blocks would need to wander as far; above zero. [as blocks]

    References
    ----------
    .. [1] Johnson, Bagshaw (1974), "The effect of serial correlation on the performance of CUSUM tests",
       Technometrics 16(1), 103-112.
    """
    values = np.asarray(blocks, np.float64)
    angle = 2 * np.pi * np.arange(len(values)) * BLOCK_US / DAY_US
    shape = np.stack([np.ones_like(angle), np.cos(angle), np.sin(angle)], axis=1)
    wave = np.linalg.lstsq(shape, values, rcond=None)[0]
    off = values - shape @ wave
    spread = max(1.4826 * float(np.median(np.abs(off))), 0.2 * float(off.std()))
    power = float((off**2).sum())
    alike = float((off[1:] * off[:-1]).sum()) / power if power > 0 else 0.0
    alike = min(max(alike, 0.0), 0.9)
    # No two days are quite alike, and where a value never moves one part in a thousand is still no drift.
    least = max(0.05 * float(np.ptp(values)), 1e-3 * abs(float(wave[0])), 1e-9)
    level, cosine, sine = (float(w) for w in wave)
    return (level, cosine, sine), max(spread * ((1 + alike) / (1 - alike)) ** 0.5, least)


def _settle(course: _Course, end_us: int) -> _Course:
    margin = MARGIN * (course.high - course.low)
    if course.since_us:
        inside = course.low - margin <= course.last <= course.high + margin
        back = course.back + 1 if inside else 0
        if back >= N_BACK:
            return replace(course, up=0.0, down=0.0, since_us=0, side=0, back=0)
        return replace(course, back=back)
    if course.up > LIMIT and course.last > course.high + margin:
        return replace(course, since_us=end_us, side=1)
    if course.down > LIMIT and course.last < course.low - margin:
        return replace(course, since_us=end_us, side=-1)
    return course


def _courses(state: State) -> dict[str, _Course]:
    kept = state.get("signals", {})
    if not isinstance(kept, Mapping):
        return {}
    lists = ("minutes", "base", "wave")
    return {n: _Course(**{**row, **{k: tuple(row[k]) for k in lists}}) for n, row in kept.items()}


def _as_json(course: _Course) -> dict[str, object]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(course).items()}


# ---------------------------------------------------------------------------------------------- in words
def _finding(signal: Signal, course: _Course, asset: Asset, cell: Slice) -> Finding:
    now, low, high, usual = (
        say_value(signal, v) for v in (course.last, course.low, course.high, course.wave[0])
    )
    since = say_time(course.since_us)
    way, way_zh = ("risen", "上升") if course.side > 0 else ("fallen", "下降")
    proof = Evidence(
        f"Medians of half hours: now {now}; the first day had {low} to {high}, mostly {usual}.",
        signal.name,
        from_us(course.since_us - BLOCK_US),
        cell.end,
        {"value": course.last, "base": course.wave[0], "base_low": course.low, "base_high": course.high},
        {"quantity": signal.quantity, "spread": course.spread, "sum": max(course.up, course.down)},
    )
    doubt = Evidence("Another duty, product or season looks the same.", against=True)
    return Finding(
        "drift",
        asset.name,
        "drift",
        "watch",
        CONFIDENCE,
        cell.start,
        cell.end,
        f"{title_of(signal)} has {way} to {now}, outside {low} to {high} of its first day, since {since}.",
        (proof, doubt),
        location=place_of(signal, filter(_followed, asset.signals), asset),
        text_zh=f"{title_zh_of(signal)}：自 {since} 起{way_zh}至 {now}，超出首日范围 {low} 至 {high}。",
    )


CHECK = Check(
    name="drift",
    title="Slow drift",
    summary=(
        "Half-hour medians of temperatures, flows, pressures, loads and velocities against their own first "
        f"day (CUSUM in long-run deviations, about one false alarm in {BLOCKS_PER_ALARM:.0e} half hours of a "
        "steady signal), once they have left all that the first day saw. Hours in which the asset stands do "
        "not count. Closing the work on a drift makes what is now the base."
    ),
    needs=Needs(EVERY_S, EVERY_S),
    applies_to=_applies_to,
    judge=_judge,
    references=(
        "Montgomery, Introduction to Statistical Quality Control, 7th ed., 9.1",
        "Johnson, Bagshaw (1974), Technometrics 16(1), 103-112",
    ),
)
