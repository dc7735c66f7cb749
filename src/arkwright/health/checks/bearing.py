"""Rolling bearings, by the squared envelope of acceleration; evidence adds up over records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from math import exp, log
from statistics import median

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arkwright.core.catalog import Check, Needs, State
from arkwright.core.errors import ArkwrightError
from arkwright.core.finding import BANDS, CANNOT_JUDGE, Band, Finding, cannot_judge
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Slice, Waveform, is_good, to_us
from arkwright.health.bearing import find_bearing
from arkwright.health.bearing_words import Known, Severity, bearing_finding, severity_of
from arkwright.health.fold import fold, tell
from arkwright.health.rolling import BearingVerdict, judge_record, threshold_of
from arkwright.health.rolling_healthy import learn_score, own_scores
from arkwright.health.rolling_verdict import CAGE_FACTOR, PARTS
from arkwright.health.series import good_series
from arkwright.health.speed import STANDS_RPM, speed_of
from arkwright.health.zones import ZoneRule, velocity_of, zone_rule
from arkwright.kits.orders import COMBS, BearingOrders
from arkwright.kits.sequential import cusum_limit, cusum_step

EVERY_S = 10.0
ALPHA = 0.01
"""Share of healthy records that may be called faulty, and of bearings that keep to such scores. [1]"""
SLACK = 2.5
"""Half of the shift looked for, and what a healthy bearing's odd spectrum may be off by. [deviations]"""
RECORDS_PER_ALARM = 1e9
"""Were records independent: every ten seconds at a thousand bearings, one false alarm in four months. [1]"""
LIMIT = cusum_limit(SLACK, RECORDS_PER_ALARM)
MOST_A_RECORD = 0.7 * LIMIT  # no single record is enough: a knock, a neighbour's start
MOST = 3.0 * LIMIT  # so that a new bearing is believed after a few records
PRIOR = 0.02  # share of bearings in use with a local defect: a guess on the careful side
MOST_SURE = 0.98  # a wrong designation on the nameplate is what no record can rule out
N_REFUSED = 3
N_LEVEL = 3  # one knock is no severity: the median of three records counts


@dataclass(frozen=True)
class _Place:
    """What is remembered of one bearing: sums by fault, when each began to rise, which are reported.

    The last records' acceleration [m/s2] and velocity [mm/s] say how bad it is, with the worst band so far.
    """

    sums: Mapping[str, float] = field(default_factory=dict)
    since_us: Mapping[str, int] = field(default_factory=dict)
    on: tuple[str, ...] = ()
    n: int = 0
    refused: int = 0
    healthy: tuple[float, ...] = ()
    first_rms: float = 0.0
    last_rms: tuple[float, ...] = ()
    velocities: tuple[float, ...] = ()
    band: Band = "none"


def _applies_to(asset: Asset) -> bool:
    return bool(asset.measuring("acceleration", kind="waveform"))


def _judge(state: State, window: Slice, asset: Asset, _now: datetime) -> tuple[State, list[Finding]]:
    return fold(_judge_cell, EVERY_S, state, window, asset)


def _judge_cell(state: State, cell: Slice, asset: Asset) -> tuple[State, list[Finding]]:
    signals = {s.name: s for s in asset.measuring("acceleration", kind="waveform")}
    places = _places(state)
    held: dict[str, list[Finding]] = {}
    for record in sorted(cell.waveforms, key=lambda w: (w.time, w.signal)):
        if record.signal in signals and is_good(record.status):
            location = _location(signals[record.signal])
            places[location], found = _take(places.get(location, _Place()), record, location, asset, cell)
            if found is not None:
                held[location] = found
    kept = state.get("told")
    rows = kept.items() if isinstance(kept, Mapping) else ()
    keep = {subject for subject, said in rows if said["location"] not in held}
    flat = [finding for own in held.values() for finding in own]
    told, findings = tell(kept, flat, cell, "bearing", keep)
    return {"places": {k: _as_json(v) for k, v in places.items()}, "told": told}, findings


# ------------------------------------------------------------------------------------------- one record
def _take(
    place: _Place, record: Waveform, location: str, asset: Asset, cell: Slice
) -> tuple[_Place, list[Finding] | None]:
    """Add one record to what is known of a bearing; no findings at all where it says nothing."""
    orders = _orders(asset, location)
    speed_rpm = speed_of(record, location, asset, cell)
    if speed_rpm is not None and speed_rpm < STANDS_RPM:
        return place, None
    if isinstance(orders, str):
        return place, [
            cannot_judge("bearing", asset.name, (orders,), cell.start, cell.end, location=location)
        ]
    samples = np.asarray(record.samples, np.float64)
    verdict = judge_record(samples, record.rate_hz, speed_rpm, orders, alpha=ALPHA)
    if verdict.verdict == CANNOT_JUDGE:
        return _refuse(place, verdict, location, asset, cell)
    place = _measure(_add(place, verdict, to_us(record.time)), record, samples)
    severity = _severity(place, asset, location, cell)
    # A bearing does not heal: while a fault is there, its band only rises.
    band = max(place.band, severity.band, key=BANDS.index) if place.on else "none"
    place, severity = replace(place, band=band), replace(severity, band=band)
    known = [_known(fault, place, record, speed_rpm or 0.0, location, verdict) for fault in place.on]
    return place, [bearing_finding(k, severity, asset, cell) for k in known]


def _refuse(
    place: _Place, verdict: BearingVerdict, location: str, asset: Asset, cell: Slice
) -> tuple[_Place, list[Finding] | None]:
    place = replace(place, refused=place.refused + 1)
    # What was found before does not end because a record is of no use.
    if place.refused < N_REFUSED or place.on:
        return place, None
    return place, [
        cannot_judge("bearing", asset.name, verdict.missing, cell.start, cell.end, location=location)
    ]


def _measure(place: _Place, record: Waveform, samples: NDArray[np.float64]) -> _Place:
    rms, velocity = float(samples.std()), velocity_of(record)
    velocities = place.velocities if isinstance(velocity, str) else (*place.velocities, velocity)[-N_LEVEL:]
    return replace(
        place,
        first_rms=place.first_rms or rms,
        last_rms=(*place.last_rms, rms)[-N_LEVEL:],
        velocities=velocities,
    )


def _add(place: _Place, verdict: BearingVerdict, time_us: int) -> _Place:
    own = own_scores(place.healthy, SLACK)
    bars = (healthy_scores(),) if own is None else (healthy_scores(), own)
    sums: dict[str, float] = {}
    since: dict[str, int] = {}
    for fault in COMBS:
        score = verdict.scores[fault] / (CAGE_FACTOR if fault == "cage" else 1.0)
        z = max((score - mean) / spread for mean, spread in bars)
        # A fault that the record explains by another, much stronger one gains nothing from it.
        z = z if fault in (*verdict.labels, verdict.best) else min(z, SLACK)
        before = place.sums.get(fault, 0.0)
        sums[fault] = round(cusum_step(before, min(z, SLACK + MOST_A_RECORD), SLACK, MOST), 6)
        if sums[fault] > 0:
            since[fault] = place.since_us.get(fault, time_us) if before > 0 else time_us
    on = [f for f in COMBS if sums[f] > (0.0 if f in place.on else LIMIT)]
    named = tuple(sorted(on, key=lambda f: -sums[f]))
    healthy = () if on else learn_score(place.healthy, max(verdict.scores[f] for f in PARTS), ALPHA)
    return replace(place, sums=sums, since_us=since, on=named, n=place.n + 1, refused=0, healthy=healthy)


def healthy_scores() -> tuple[float, float]:
    """Return the middle of healthy bearings' greatest scores, and the spread that the sums count in. [1]

    Scores keep to their bearing, a wavy race stays wavy: so one that keeps scoring what ``ALPHA`` of the
    healthy ones exceed adds up, and the spread is that which puts this score at the slack.
    """
    middle = threshold_of(0.5)
    return middle, (threshold_of(ALPHA) - middle) / SLACK


def _confidence(total: float) -> float:
    # The sum times twice the slack is the logarithm of the likelihood ratio of a shift by twice the slack.
    odds = 2 * SLACK * total + log(PRIOR / (1 - PRIOR))
    return min(MOST_SURE, 1 / (1 + exp(-min(odds, 50.0))))


def _known(
    fault: str, place: _Place, record: Waveform, speed_rpm: float, location: str, verdict: BearingVerdict
) -> Known:
    return Known(
        fault,
        location,
        place.since_us[fault],
        _confidence(place.sums[fault]),
        place.on,
        record,
        speed_rpm,
        verdict,
        dict(place.sums),
    )


# -------------------------------------------------------------------------------- what the plant says of it
def _location(signal: Signal) -> str:
    return signal.location or signal.name


def _orders(asset: Asset, location: str) -> BearingOrders | str:
    only = set(asset.bearings.values())
    designation = asset.bearings.get(location) or (only.pop() if len(only) == 1 else "")
    if not designation:
        return f"the bearing at {location} is not stated in assets.csv (bearings: {location}=6205)"
    try:
        return find_bearing(designation)
    except ArkwrightError as error:
        return error.found


def _severity(place: _Place, asset: Asset, location: str, cell: Slice) -> Severity:
    rule = zone_rule(asset)
    velocity = median(place.velocities) if place.velocities else None
    zone = rule.zone(velocity) if velocity is not None and isinstance(rule, ZoneRule) else ""
    grown = median(place.last_rms) / place.first_rms if place.first_rms else 1.0
    return severity_of(velocity, zone, grown, is_hot=_is_hot(asset, location, cell))


def _is_hot(asset: Asset, location: str, cell: Slice) -> bool:
    limits = {
        s.name: s.limits.high
        for s in asset.measuring("temperature", kind="value")
        if s.location == location and s.limits.high is not None
    }
    series = good_series(pa.concat_tables([cell.latest, cell.readings])) if limits else {}
    return any(own.values[-1] > limits[name] for name, own in series.items() if limits.get(name) is not None)


def _places(state: State) -> dict[str, _Place]:
    kept = state.get("places", {})
    if not isinstance(kept, Mapping):
        return {}
    lists = ("on", "healthy", "last_rms", "velocities")
    return {
        name: _Place(**{**row, **{k: tuple(row.get(k, ())) for k in lists}}) for name, row in kept.items()
    }


def _as_json(place: _Place) -> dict[str, object]:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(place).items()}


CHECK = Check(
    name="bearing",
    title="Rolling bearings",
    summary=(
        "Outer race, inner race, ball and cage of a rolling bearing, from the squared envelope of "
        "acceleration. Evidence adds up over records (CUSUM): no single record makes a finding; a healthy "
        f"bearing that keeps scoring what {ALPHA:.0%} of healthy ones exceed makes a false one. Its "
        "own first records stand beside that: a rise is told sooner. It needs each location's bearing, "
        "the sample rate and the speed (of the record, of a rotational_speed signal, or rated_speed_rpm). "
        "How bad it is comes from velocity, growth and temperature, apart from what it is."
    ),
    needs=Needs(EVERY_S, EVERY_S, waveforms=True),
    applies_to=_applies_to,
    judge=_judge,
    references=(
        "Randall, Antoni (2011), MSSP 25(2), 485-520",
        "Siegmund, Sequential Analysis (1985), eq. 2.57",
    ),
)
