"""Overall vibration velocity, in the zones of ISO 10816-3."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from statistics import median

from arkwright.core.catalog import Check, Needs, State
from arkwright.core.finding import Band, Evidence, Finding, cannot_judge
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Slice, to_us
from arkwright.health.fold import fold, tell
from arkwright.health.phrase import say_place, say_place_zh, say_time
from arkwright.health.series import good_series
from arkwright.health.zones import EDITION, SUCCESSOR, Zone, ZoneRule, velocity_of, zone_rule

EVERY_S = 20.0
N_KEPT = 3  # the median of three values: one knock neither raises nor ends a finding
FORGET_US = 86_400_000_000
BACK = 0.95  # a zone is left upwards at its boundary, downwards 5 % below it
BANDS: Mapping[Zone, Band] = {"A": "none", "B": "none", "C": "act", "D": "stop"}
ZONE_WORDS = {
    "C": "not fit for long running; stop for repair at the next chance",
    "D": "severe enough to do damage",
}
ZONE_WORDS_ZH = {"C": "不宜长期运行，应择机检修", "D": "足以造成损坏"}


def _applies_to(asset: Asset) -> bool:
    return bool(_values_of(asset) or asset.measuring("acceleration", kind="waveform"))


def _values_of(asset: Asset) -> tuple[Signal, ...]:
    return asset.measuring("vibration_velocity", kind="value")


def _judge(state: State, window: Slice, asset: Asset, _now: datetime) -> tuple[State, list[Finding]]:
    return fold(_judge_cell, EVERY_S, state, window, asset)


def _judge_cell(state: State, cell: Slice, asset: Asset) -> tuple[State, list[Finding]]:
    rule = zone_rule(asset)
    if not isinstance(rule, ZoneRule):
        held = [cannot_judge("velocity", asset.name, rule, cell.start, cell.end)]
        told, findings = tell(state.get("told"), held, cell, "velocity")
        return {**state, "told": told}, findings
    values, flaws = _measured(cell, asset, rule)
    places = _kept(state, values, to_us(cell.end))
    held = _refusals(flaws, places, asset, cell)
    zone, since_us = _zone(state, places, rule, cell)
    if BANDS[zone] != "none":
        held.append(_finding(zone, since_us, places, rule, asset, cell))
    told, findings = tell(state.get("told"), held, cell, "velocity")
    return {"places": places, "zone": zone, "since_us": since_us, "told": told}, findings


# -------------------------------------------------------------------------------------------- the values
def _measured(
    cell: Slice, asset: Asset, rule: ZoneRule
) -> tuple[dict[str, list[tuple[int, float]]], dict[str, str]]:
    """Return velocities by location [us, mm/s], and what keeps other locations from being judged."""
    values: dict[str, list[tuple[int, float]]] = {}
    flaws: dict[str, str] = {}
    series = good_series(cell.readings)
    for signal in _values_of(asset):
        place = signal.location or signal.name
        if not signal.unit.strip():
            flaws[place] = f"the unit of {signal.name} is not declared"
        elif (own := series.get(signal.name)) is not None:
            values[place] = list(zip(own.times_us.tolist(), own.values.tolist(), strict=True))
    direct = {s.location for s in _values_of(asset)}
    signals = {s.name: s for s in asset.measuring("acceleration", kind="waveform")}
    for record in cell.waveforms:
        own_signal = signals.get(record.signal)
        if own_signal is None or own_signal.location in direct:
            continue
        place = own_signal.location or own_signal.name
        found = velocity_of(record, rule.low_hz)
        if isinstance(found, str):
            flaws[place] = f"{own_signal.name}: {found}"
        else:
            values.setdefault(place, []).append((to_us(record.time), found))
    return values, flaws


def _kept(
    state: State, values: Mapping[str, list[tuple[int, float]]], end_us: int
) -> dict[str, list[list[float]]]:
    before = state.get("places", {})
    places = dict(before) if isinstance(before, Mapping) else {}
    for place, fresh in values.items():
        places[place] = [*places.get(place, []), *([t, v] for t, v in fresh)][-N_KEPT:]
    return {place: rows for place, rows in places.items() if rows[-1][0] > end_us - FORGET_US}


def _level(rows: list[list[float]]) -> float:
    """Return the median of the last values, once there are enough of them. [mm/s]"""
    return float(median(v for _, v in rows)) if len(rows) >= N_KEPT else 0.0


def _zone(
    state: State, places: Mapping[str, list[list[float]]], rule: ZoneRule, cell: Slice
) -> tuple[Zone, int]:
    worst = max((_level(rows) for rows in places.values()), default=0.0)
    before: Zone = state.get("zone", "A")  # type: ignore[assignment]
    zone = max(rule.zone(worst), min(before, rule.zone(worst / BACK)))
    same = zone == before
    since = state.get("since_us") if same else None
    return zone, int(str(since)) if since is not None else to_us(cell.start)


# ---------------------------------------------------------------------------------------------- in words
def _refusals(
    flaws: Mapping[str, str], places: Mapping[str, object], asset: Asset, cell: Slice
) -> list[Finding]:
    # One flawed record among good ones is no news.
    missing = {place: text for place, text in flaws.items() if place not in places}
    return [
        cannot_judge("velocity", asset.name, (text,), cell.start, cell.end, location=place)
        for place, text in sorted(missing.items())
    ]


def _finding(
    zone: Zone,
    since_us: int,
    places: Mapping[str, list[list[float]]],
    rule: ZoneRule,
    asset: Asset,
    cell: Slice,
) -> Finding:
    levels = {place: _level(rows) for place, rows in places.items()}
    worst = max(levels, key=lambda place: levels[place])
    bound = rule.boundaries[1 if zone == "C" else 2]
    name = asset.title or asset.name
    text = (
        f"{name}: {levels[worst]:.1f} mm/s RMS at the {say_place(worst).lower()}, zone {zone} of {rule} "
        f"(above {bound:g} mm/s) since {say_time(since_us)}: {ZONE_WORDS[zone]}."
    )
    text_zh = (
        f"{asset.title_zh or name}：{say_place_zh(worst)}振动速度 {levels[worst]:.1f} mm/s RMS，自 "
        f"{say_time(since_us)} 起处于 {EDITION} 第 {rule.group} 组 {zone} 区"
        f"（高于 {bound:g} mm/s）：{ZONE_WORDS_ZH[zone]}。"
    )
    proofs = tuple(
        _proof(place, level, rule, asset, cell)
        for place, level in sorted(levels.items(), key=lambda p: -p[1])
    )
    return Finding(
        "velocity",
        asset.name,
        "high_vibration",
        BANDS[zone],
        0.95,
        cell.start,
        cell.end,
        text,
        (*proofs, *_caveats(asset)),
        text_zh=text_zh,
    )


def _proof(place: str, level: float, rule: ZoneRule, asset: Asset, cell: Slice) -> Evidence:
    zone = rule.zone(level)
    named = [s.name for s in asset.signals if s.location == place and s.quantity == "vibration_velocity"]
    named += [s.name for s in asset.signals if s.location == place and s.kind == "waveform"]
    a, b, c = rule.boundaries
    return Evidence(
        f"{say_place(place)}: {level:.2f} mm/s RMS, {rule.low_hz:g}-1000 Hz, zone {zone}; "
        f"boundaries {a:g}, {b:g}, {c:g} mm/s.",
        named[0] if named else "",
        cell.start,
        cell.end,
        {"velocity_mm_s": level, "a_b_mm_s": a, "b_c_mm_s": b, "c_d_mm_s": c},
        {"zone": zone, "edition": EDITION, "group": rule.group, "support": rule.support},
        against=BANDS[zone] == "none",
    )


def _caveats(asset: Asset) -> tuple[Evidence, ...]:
    if asset.asset_class != "pump":
        return ()
    text = f"Pumps have a standard of their own, ISO 10816-7, with other boundaries; these are {EDITION}."
    return (Evidence(text, against=True),)


CHECK = Check(
    name="velocity",
    title="Overall vibration velocity",
    summary=(
        "RMS velocity in 10-1000 Hz, as the plant reads it or integrated from acceleration, in the zones of "
        f"{EDITION} (superseded by {SUCCESSOR}) for 15 kW and more: zone C is act, zone D is stop. The worst "
        "place counts, by the median of three values. Needs rated_power_kw, support and declared units."
    ),
    needs=Needs(EVERY_S, EVERY_S, waveforms=True),
    applies_to=_applies_to,
    judge=_judge,
    references=(EDITION, f"{SUCCESSOR} (successor)"),
)
