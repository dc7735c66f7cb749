"""Unbalance: vibration velocity at the first order of the shaft, against its own base and the ISO zones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from statistics import median
from typing import NamedTuple

import numpy as np

from arkwright.core.catalog import Check, Needs, State
from arkwright.core.finding import BANDS, Band, Evidence, Finding, cannot_judge
from arkwright.core.plant import Asset
from arkwright.core.quantity import find_unit
from arkwright.core.tables import Slice, Waveform, to_us
from arkwright.health.fold import fold, tell
from arkwright.health.phrase import say_place, say_place_zh, say_time
from arkwright.health.speed import STANDS_RPM, speed_of
from arkwright.health.symptom import Test
from arkwright.health.unbalance_record import judge_record
from arkwright.health.zones import ZoneRule, velocity_of, zone_rule
from arkwright.kits.spectra import tone_rms, velocity_lines

EVERY_S = 20.0
N_BASE = 10
"""Records whose median is the base that later ones are compared with. [1]"""
N_KEPT = 3
CHANGE = 0.25
"""ISO 20816-1:2016, criterion II: a change is significant from a quarter of the B/C boundary on. [1]"""
SHARE_ON, SHARE_OFF = 0.70, 0.60  # of the mean square below 1 kHz that is the first order: what dominates
SECOND = 0.5  # a second order half as strong speaks of misalignment rather than unbalance
OUTGROWN = 1.5  # the first order must have grown that much more than the rest, else all has grown
BACK = 0.8
SAME_SPEED = 0.05
CONFIDENCE = 0.8  # a bent shaft, a resonance and a soft foot draw the same line; phase would tell them apart


class _Point(NamedTuple):
    """One record: time [us], velocity of first and second order and of the whole band [mm/s], speed [rpm]."""

    time_us: float
    first: float
    second: float
    overall: float
    speed_rpm: float

    @property
    def rest(self) -> float:
        """Velocity without the first order. [mm/s]"""
        return float(max(self.overall**2 - self.first**2, 0.0) ** 0.5)


class _Place(NamedTuple):
    """What is remembered of one measuring place: its first records and its last."""

    base: tuple[_Point, ...] = ()
    last: tuple[_Point, ...] = ()


def _applies_to(asset: Asset) -> bool:
    # What the zones lack is said by the check of overall velocity.
    return bool(asset.measuring("acceleration", kind="waveform")) and isinstance(zone_rule(asset), ZoneRule)


def _judge(state: State, window: Slice, asset: Asset, _now: datetime) -> tuple[State, list[Finding]]:
    return fold(_judge_cell, EVERY_S, state, window, asset)


def _judge_cell(state: State, cell: Slice, asset: Asset) -> tuple[State, list[Finding]]:
    rule = zone_rule(asset)
    if not isinstance(rule, ZoneRule):
        return state, []
    places = _places(state)
    held: list[Finding] = []
    for record in sorted(cell.waveforms, key=lambda w: (w.time, w.signal)):
        location = next((s.location or s.name for s in asset.signals if s.name == record.signal), "")
        point = _measure(record, location, asset, cell, rule)
        if point is None:
            held = [_no_speed(asset, cell)]
        elif point.speed_rpm >= STANDS_RPM:
            places[location] = _add(places.get(location, _Place()), point)
    bands = {name: _band(place, rule, is_on=bool(state.get("since_us"))) for name, place in places.items()}
    ill = {name: place for name, place in places.items() if bands[name] != "none"}
    since_us = int(str(state.get("since_us") or to_us(cell.start))) if ill else 0
    if ill:
        band = max((bands[name] for name in ill), key=BANDS.index)
        held.append(_finding(ill, band, since_us, rule, asset, cell))
    told, findings = tell(state.get("told"), held, cell, "unbalance")
    rows = {
        n: {"base": [list(q) for q in p.base], "last": [list(q) for q in p.last]} for n, p in places.items()
    }
    return {"places": rows, "since_us": since_us, "told": told}, findings


def _places(state: State) -> dict[str, _Place]:
    kept = state.get("places", {})
    if not isinstance(kept, Mapping):
        return {}
    return {
        name: _Place(*(tuple(_Point(*point) for point in row[part]) for part in ("base", "last")))
        for name, row in kept.items()
    }


# ------------------------------------------------------------------------------------------- measuring
def _measure(record: Waveform, location: str, asset: Asset, cell: Slice, rule: ZoneRule) -> _Point | None:
    """Measure one record; none without a speed, and one that stands where it cannot be measured."""
    speed_rpm = speed_of(record, location, asset, cell)
    overall = velocity_of(record, rule.low_hz) if location else "not of this asset"
    if speed_rpm is None and not isinstance(overall, str):
        return None
    time_us = to_us(record.time)
    if isinstance(overall, str) or speed_rpm is None or speed_rpm < STANDS_RPM:
        return _Point(time_us, 0.0, 0.0, 0.0, 0.0)
    unit = find_unit("acceleration", record.unit)
    samples = unit.to_canonical(np.asarray(record.samples, np.float64))
    hz, power = velocity_lines(samples, record.rate_hz)
    first, found_hz = tone_rms(hz, power, speed_rpm / 60, 0.02)
    second, _ = tone_rms(hz, power, 2 * found_hz, 0.01)
    return _Point(time_us, first, second, overall, speed_rpm)


def _add(place: _Place, point: _Point) -> _Place:
    base = place.base if len(place.base) >= N_BASE else (*place.base, point)
    usual_rpm = median(p.speed_rpm for p in base)
    # The force of an unbalance goes with the square of the speed: only like is compared with like.
    if abs(point.speed_rpm / usual_rpm - 1) > SAME_SPEED:
        return place
    return _Place(base, (*place.last, point)[-N_KEPT:])


def _middle(points: tuple[_Point, ...]) -> _Point:
    return _Point(*(float(median(column)) for column in zip(*points, strict=True)))


def _band(place: _Place, rule: ZoneRule, *, is_on: bool) -> Band:
    if len(place.last) < N_KEPT:
        return "none"
    now = _middle(place.last)
    share = SHARE_OFF if is_on else SHARE_ON
    if now.first**2 < share * now.overall**2 or now.second > SECOND * now.first:
        return "none"
    zone = rule.zone(now.overall)
    was = _middle(place.base)
    step = CHANGE * rule.boundaries[1] * (BACK if is_on else 1.0)
    ratio = OUTGROWN * (BACK if is_on else 1.0)
    has_base = len(place.base) >= N_BASE
    has_grown = now.first - was.first >= step and now.first * was.rest >= ratio * was.first * now.rest
    ever_so = zone in {"C", "D"} and rule.zone(was.overall) in {"C", "D"}
    if not (has_base and has_grown) and not ever_so:
        return "none"
    bands: Mapping[str, Band] = {"C": "act", "D": "stop"}
    return bands.get(zone, "watch")


# ---------------------------------------------------------------------------------------------- in words
def _no_speed(asset: Asset, cell: Slice) -> Finding:
    missing = "the speed is not known: a rotational_speed signal, or rated_speed_rpm in assets.csv, is needed"
    return cannot_judge("unbalance", asset.name, (missing,), cell.start, cell.end)


def _finding(
    ill: Mapping[str, _Place], band: Band, since_us: int, rule: ZoneRule, asset: Asset, cell: Slice
) -> Finding:
    worst = max(ill, key=lambda name: _middle(ill[name].last).first)
    now, was = _middle(ill[worst].last), _middle(ill[worst].base)
    name, since = asset.title or asset.name, say_time(since_us)
    grown = f", {was.first:.1f} at first" if now.first > was.first * OUTGROWN else ""
    text = (
        f"{name}: {now.first:.1f} mm/s RMS at the first order of the shaft ({now.speed_rpm / 60:.2f} Hz), "
        f"{say_place(worst).lower()}{grown}, since {since}: {100 * (now.first / now.overall) ** 2:.0f} % of "
        f"the vibration below 1 kHz. Overall {now.overall:.1f} mm/s, zone {rule.zone(now.overall)}."
    )
    text_zh = (
        f"{asset.title_zh or name}：{say_place_zh(worst)}转频（{now.speed_rpm / 60:.2f} Hz）振动速度 "
        f"{now.first:.1f} mm/s RMS，自 {since} 起；总值 {now.overall:.1f} mm/s，{rule.zone(now.overall)} 区。"
        "转子不平衡。"
    )
    proofs = tuple(_proof(place, ill[place], asset, cell) for place in sorted(ill))
    doubt = Evidence(
        "A bent shaft, a resonance or a soft foot draws the same line: compare phases before balancing.",
        against=True,
    )
    return Finding(
        "unbalance",
        asset.name,
        "unbalance",
        band,
        CONFIDENCE,
        cell.start,
        cell.end,
        text,
        (*proofs, doubt),
        text_zh=text_zh,
    )


def _proof(location: str, place: _Place, asset: Asset, cell: Slice) -> Evidence:
    now, was = _middle(place.last), _middle(place.base)
    signals = [s.name for s in asset.measuring("acceleration", kind="waveform") if s.location == location]
    return Evidence(
        f"{say_place(location)}: first order {now.first:.2f} mm/s RMS ({was.first:.2f} in the first "
        f"{len(place.base)} records), second order {now.second:.2f}, all the rest {now.rest:.2f} "
        f"({was.rest:.2f}).",
        signals[0] if signals else "",
        cell.start,
        cell.end,
        {
            "first_order_mm_s": now.first,
            "second_order_mm_s": now.second,
            "overall_mm_s": now.overall,
            "base_first_order_mm_s": was.first,
            "base_rest_mm_s": was.rest,
            "speed_rpm": now.speed_rpm,
        },
        {"base": [list(p) for p in place.base], "last": [list(p) for p in place.last]},
    )


CHECK = Check(
    name="unbalance",
    title="Unbalance of the rotor",
    summary=(
        "Velocity at the first order of the shaft: it must hold most of the vibration below 1 kHz, with "
        "little at the second order, and have grown by a quarter of the B/C boundary, more than the rest, "
        "since the first ten records at this speed; or zone C or D from the start. Medians of three."
    ),
    needs=Needs(EVERY_S, EVERY_S, waveforms=True),
    applies_to=_applies_to,
    judge=_judge,
    references=("ISO 13373-3:2015", "ISO 20816-1:2016, criterion II", "ISO 10816-3:2009"),
)

TEST = Test(
    name="unbalance",
    title=CHECK.title,
    summary=(
        "Velocity at the first order of the shaft in one record: it must hold most of the vibration, with "
        "little at the second order and along the shaft, beyond zone A's end. A stream of records is judged "
        "with more: by what the first order was at first."
    ),
    quantity="acceleration",
    causes=("unbalance",),
    judge=judge_record,
    references=CHECK.references,
    of_asset=True,
)
