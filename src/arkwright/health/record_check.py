"""From a test of one record to a check of a stream: it speaks once several records agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from arkwright.core.catalog import Check, Needs, State
from arkwright.core.errors import UnitError
from arkwright.core.finding import Finding, cannot_judge
from arkwright.core.plant import Asset, Signal
from arkwright.core.quantity import find_unit
from arkwright.core.tables import Slice, Waveform, is_good, to_us
from arkwright.health.ask import ask
from arkwright.health.fold import fold, tell
from arkwright.health.record_base import base_at, bases
from arkwright.health.record_beside import pulses_beside, sampled_beside
from arkwright.health.record_place import (
    N_REFUSED,
    RECORDS_PER_ALARM,
    Place,
    measure,
    place_from,
    place_json,
    raise_band,
    refuse,
    take,
)
from arkwright.health.record_words import Shown, believed, urgency
from arkwright.health.speed import STANDS_RPM, speed_of
from arkwright.health.symptom import Record, Test, Told
from arkwright.health.zones import ZoneRule, velocity_of, zone_rule
from arkwright.kits.agreement import answers_needed

EVERY_S = 60.0
"""Every record of a minute is judged; asking history more often for so many checks would cost more than it
tells, since several records must agree anyway. [s]"""
LEVEL = "level"
"""The descriptor that every record has: its root mean square. [unit of the record]"""


def record_check(test: Test, *, every_s: float = EVERY_S) -> Check:
    """Make the check of a stream that a test of one record becomes.

    Parameters
    ----------
    test
        The test; its name is the check's.
    every_s
        Length of a cell of the grid. [s]

    Returns
    -------
    check
        A fold: for each measuring place it keeps a base at each speed, adds up what records show, and
        believes a cause once a healthy place would show as much once in ``RECORDS_PER_ALARM`` records.
    """
    n = answers_needed(test.false_rate, RECORDS_PER_ALARM)
    summary = (
        f"{test.summary} In a stream a cause is believed once the evidence of several records adds up "
        f"(CUSUM): {n} in a row that show it, or more with misses between, where one healthy record in "
        f"{1 / test.false_rate:.0f} may; one false begin in {RECORDS_PER_ALARM:.0e} records. How bad it is "
        "comes from velocity and growth, apart from what it is."
    )
    return Check(
        test.name,
        test.title,
        summary,
        Needs(every_s, every_s, waveforms=True),
        test.applies_to,
        _Judge(test, every_s),
        (*test.references, "Lorden (1971), Annals of Mathematical Statistics 42(6), 1897-1908"),
    )


@dataclass(frozen=True)
class _Judge:
    """Judge of a stream by one test; plain data, so that it goes to a worker as it is."""

    test: Test
    every_s: float

    def __call__(
        self, state: State, window: Slice, asset: Asset, _now: datetime
    ) -> tuple[State, list[Finding]]:
        return fold(self.judge_cell, self.every_s, state, window, asset)

    def judge_cell(self, state: State, cell: Slice, asset: Asset) -> tuple[State, list[Finding]]:
        """Judge one cell of the grid."""
        places = _places(state)
        newest: dict[tuple[str, str], Shown] = {}
        seen = False
        for waveform, location in _records(self.test, cell, asset):
            speed_rpm = speed_of(waveform, location, asset, cell) if self.test.needs_speed else None
            if speed_rpm is not None and speed_rpm < STANDS_RPM:
                continue
            seen = True
            record = _record(self.test, waveform, location, speed_rpm, cell, asset)
            before = places.get(location, Place())
            places[location], fresh = _take(before, self.test, record, waveform, asset)
            newest |= {(location, one.symptom.cause): one for one in fresh}
        if not seen:
            return state, []
        shown = [one for (location, cause), one in newest.items() if cause in places[location].on]
        held, keep = self._held(state, places, shown, asset, cell)
        after, findings = tell(state.get("told"), held, cell, self.test.name, keep)
        return {
            "places": {name: place_json(place) for name, place in places.items()},
            "told": after,
        }, findings

    def _held(
        self, state: State, places: Mapping[str, Place], shown: list[Shown], asset: Asset, cell: Slice
    ) -> tuple[list[Finding], set[str]]:
        """Return what holds in this cell, and the subjects that it neither shows nor ends."""
        held = believed(self.test, places, shown, asset, cell) + _refusals(self.test, places, asset, cell)
        on = {
            ("" if self.test.of_asset else name, cause)
            for name, place in places.items()
            for cause in place.on
        }
        before = state.get("told")
        rows = before.items() if isinstance(before, Mapping) else ()
        return held, {subject for subject, said in rows if (said["location"], said["cause"]) in on}


def _places(state: State) -> dict[str, Place]:
    kept = state.get("places", {})
    return {name: place_from(row) for name, row in kept.items()} if isinstance(kept, Mapping) else {}


# --------------------------------------------------------------------------------------------- records
def _records(test: Test, cell: Slice, asset: Asset) -> Iterator[tuple[Waveform, str]]:
    signals = {s.name: s for s in asset.measuring(test.quantity, kind="waveform")}
    for waveform in sorted(cell.waveforms, key=lambda w: (w.time, w.signal)):
        if waveform.signal in signals and is_good(waveform.status):
            yield waveform, _location(signals[waveform.signal])


def _location(signal: Signal) -> str:
    return signal.location or signal.name


def _record(
    test: Test, waveform: Waveform, location: str, speed_rpm: float | None, cell: Slice, asset: Asset
) -> Record:
    beside = sampled_beside(waveform, cell, asset)
    pulses = pulses_beside(waveform, cell, asset)
    return Record(
        np.asarray(waveform.samples, np.float64),
        waveform.rate_hz,
        test.quantity,
        speed_rpm if pulses is None else 60 * (len(pulses) - 1) / float(pulses[-1] - pulses[0]),
        location,
        has_unit=_has_unit(test.quantity, waveform.unit),
        tacho_s=pulses,
        beside=beside,
    )


def _has_unit(quantity: str, unit: str) -> bool:
    try:
        find_unit(quantity, unit)
    except UnitError:
        return False
    return True


def _take(
    place: Place, test: Test, record: Record, waveform: Waveform, asset: Asset
) -> tuple[Place, list[Shown]]:
    """Ask the test, and add what it says to what is remembered of the place."""
    speed_rpm = record.speed_rpm or 0.0
    base = base_at(place.speeds, speed_rpm)
    told = ask(test, replace(record, at_speeds=bases(place.speeds)), asset, base)
    if told.missing:
        return (place if _is_said(test, told) else refuse(place, told.missing)), []
    level = float(np.std(record.samples))
    told = replace(told, descriptors={**told.descriptors, LEVEL: level})
    rule = zone_rule(asset)
    place = take(place, test, told, speed_rpm, to_us(waveform.time))
    place = measure(place, level, _velocity(record, waveform, rule))
    shown = []
    for symptom in told.symptoms:
        if symptom.cause in place.on:
            urgent = urgency(place, symptom, rule, base.get(LEVEL))
            place = raise_band(place, urgent.band)
            shown.append(Shown(symptom, record.location, waveform, urgent, told.against))
    return place, shown


def _is_said(test: Test, told: Told) -> bool:
    """Whether others say what is missing: speed, unit, length, by the checks of bearing, unbalance, velocity.

    A test that needs no nameplate is asked of every asset; without it the fitter would read the same of each.
    """
    return not test.plate and not told.descriptors


def _velocity(record: Record, waveform: Waveform, rule: ZoneRule | tuple[str, ...]) -> float | None:
    if record.quantity != "acceleration":
        return None
    velocity = velocity_of(waveform, rule.low_hz if isinstance(rule, ZoneRule) else 10.0)
    return None if isinstance(velocity, str) else velocity


# -------------------------------------------------------------------------------------------- refusals
def _refusals(test: Test, places: Mapping[str, Place], asset: Asset, cell: Slice) -> list[Finding]:
    ill = {name: p for name, p in places.items() if p.refused >= N_REFUSED and not p.on}
    if test.of_asset:
        # One place that can be judged is enough for an asset.
        if len(ill) < len(places):
            return []
        missing = tuple(dict.fromkeys(text for place in ill.values() for text in place.missing))
        return [cannot_judge(test.name, asset.name, missing, cell.start, cell.end)] if ill else []
    return [
        cannot_judge(test.name, asset.name, p.missing, cell.start, cell.end, location=name)
        for name, p in sorted(ill.items())
    ]
