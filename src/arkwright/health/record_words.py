"""What a check made of a test says: the test's own sentence, since when, how sure, and how bad it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from arkwright.core.finding import BANDS, Band, Evidence, Finding
from arkwright.core.plant import Asset
from arkwright.core.tables import Slice, Waveform, from_us, to_us
from arkwright.health.phrase import say_place, say_place_zh, say_time
from arkwright.health.record_place import RECORDS_PER_ALARM, Place, velocity_now
from arkwright.health.symptom import Symptom, Test
from arkwright.health.zones import ZoneRule

GROWN = 3.0
"""Vibration this many times its base at like speed is a fault that spreads (as for bearings). [1]"""
SHAKES = frozenset({"acceleration", "vibration_velocity", "displacement"})


@dataclass(frozen=True)
class Urgency:
    """How bad it is, apart from what it is: band and why, velocity [mm/s], growth over the base. [1]"""

    band: Band
    reasons: tuple[str, ...] = ()
    reasons_zh: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A symptom that a record of this cell shows of a cause that is believed, and what speaks against it."""

    symptom: Symptom
    location: str
    waveform: Waveform
    urgency: Urgency
    against: tuple[Evidence, ...] = ()


def urgency(
    place: Place,
    symptom: Symptom,
    rule: ZoneRule | tuple[str, ...],
    level: tuple[float, float] | None,
) -> Urgency:
    """Judge how bad it is at a place.

    Parameters
    ----------
    place
        What is remembered of it.
    symptom
        What the test saw; its own band is the least.
    rule
        The zones of the asset, or what is missing for them.
    level
        Base of the record's root mean square at like speed: median and spread. [unit of the record]

    Returns
    -------
    urgency
        Stop in zone D; act in zone C, or where the level has grown; else as the symptom says.
    """
    velocity = velocity_now(place)
    zone = rule.zone(velocity) if velocity is not None and isinstance(rule, ZoneRule) else ""
    grown = median(place.levels) / level[0] if level and level[0] > 0 and place.levels else 1.0
    rows = (
        (
            zone in {"C", "D"},
            f"Vibration velocity {velocity or 0.0:.1f} mm/s RMS, zone {zone}.",
            f"振动速度 {velocity or 0.0:.1f} mm/s RMS，{zone} 区。",
        ),
        (
            # A part that is loose or a growing load raises a current too: only vibration is judged by growth.
            grown >= GROWN and bool(place.velocities),
            f"Vibration is {grown:.1f} times what it was at first.",
            f"振动为初始值的 {grown:.1f} 倍。",
        ),
    )
    met = [row for row in rows if row[0]]
    band: Band = "stop" if zone == "D" else "act" if met else "watch"
    return Urgency(
        max(band, symptom.band, place.band, key=BANDS.index),
        tuple(r[1] for r in met),
        tuple(r[2] for r in met),
    )


def believed(
    test: Test, places: Mapping[str, Place], shown: Sequence[Shown], asset: Asset, cell: Slice
) -> list[Finding]:
    """Write a finding for each cause that is believed and that a record of this cell shows.

    Parameters
    ----------
    test
        The test.
    places
        What is remembered of each place.
    shown
        What the records of this cell show.
    asset
        The asset.
    cell
        The cell.

    Returns
    -------
    findings
        One a cause and place; one a cause where the test speaks of the whole asset.
    """
    groups: dict[tuple[str, str], list[Shown]] = {}
    for one in shown:
        where = "" if test.of_asset else one.location
        groups.setdefault((where, one.symptom.cause), []).append(one)
    return [
        _finding(test, where, group, places, asset, cell)
        for (where, _), group in sorted(groups.items(), key=lambda item: item[0])
    ]


def _strongest(group: Sequence[Shown], places: Mapping[str, Place]) -> Shown:
    return max(
        group,
        key=lambda one: (places[one.location].sums[one.symptom.cause], one.symptom.confidence, one.location),
    )


def _finding(
    test: Test,
    where: str,
    group: Sequence[Shown],
    places: Mapping[str, Place],
    asset: Asset,
    cell: Slice,
) -> Finding:
    best = _strongest(group, places)
    symptom, place = best.symptom, places[best.location]
    since_us = min(places[one.location].since_us[symptom.cause] for one in group)
    reasons, reasons_zh = best.urgency.reasons, best.urgency.reasons_zh
    name, name_zh = asset.title or asset.name, asset.title_zh or asset.title or asset.name
    at, at_zh = say_place(best.location), say_place_zh(best.location)
    text = f"{name}, {at}: {symptom.text} Since {say_time(since_us)}. {' '.join(reasons)}"
    text_zh = f"{name_zh}，{at_zh}：{symptom.text_zh}始于 {say_time(since_us)}。{''.join(reasons_zh)}"
    proofs = [p for one in group for p in (*_placed(one.symptom.evidence, one), *_placed(one.against, one))]
    counts = tuple(_count(test, one, places[one.location]) for one in group)
    return Finding(
        test.name,
        asset.name,
        symptom.cause,
        max((places[one.location].band for one in group), key=BANDS.index),
        symptom.confidence,
        cell.start,
        cell.end,
        text.strip(),
        (*proofs, *counts),
        location=where,
        text_zh=text_zh,
        labels=place.on,
    )


def _placed(proofs: Sequence[Evidence], one: Shown) -> tuple[Evidence, ...]:
    """Point each proof at the samples that it was read from."""
    wave = one.waveform
    end = from_us(to_us(wave.time) + round(1e6 * len(wave.samples) / wave.rate_hz))
    return tuple(
        proof if proof.signal else replace(proof, signal=wave.signal, start=wave.time, end=end)
        for proof in proofs
    )


def _count(test: Test, one: Shown, place: Place) -> Evidence:
    """Tell how many records agree, and how seldom a healthy place would show as much."""
    cause = one.symptom.cause
    hits, n = place.shown[cause]
    return Evidence(
        f"{say_place(one.location)}: {hits} of the last {n} records show it; of healthy records at most "
        f"{100 * test.false_rate:g} % do, so many together once "
        f"in {RECORDS_PER_ALARM:.0e} records or less.",
        figures={"records_showing": hits, "records": n, "evidence": place.sums[cause]},
    )
