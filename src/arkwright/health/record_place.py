"""What a check made of a test remembers of one measuring place, and how a fault comes to be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from statistics import median
from typing import Any

from arkwright.core.finding import BANDS, Band
from arkwright.health.record_base import Speeds, add_record, speeds_from, speeds_json
from arkwright.health.symptom import Test, Told
from arkwright.kits.agreement import agreement_limit, agreement_step, answer_weight

RECORDS_PER_ALARM = 1e9
"""At a record every twenty seconds at a thousand places, one false alarm in eight months. [1]"""
LIMIT = agreement_limit(RECORDS_PER_ALARM)
MOST = 1.2 * LIMIT  # about twenty records in a row without the symptom end it
N_LEVEL = 3  # one knock is no severity: the median of three records counts
N_REFUSED = 3  # one record that is of no use is no news


@dataclass(frozen=True)
class Place:
    """One measuring place: its base, the evidence for each cause, and how bad it is.

    ``sums`` [1] by cause, ``since_us`` [us] when each began to rise, ``on`` the causes believed,
    ``shown`` how many of how many records since then showed it; ``velocities`` [mm/s] and ``levels``
    [unit of the record] of the last records; ``missing`` what the last records lacked, ``refused`` in a row.
    """

    speeds: Speeds = ()
    sums: Mapping[str, float] = field(default_factory=dict)
    since_us: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    on: tuple[str, ...] = ()
    band: Band = "none"
    velocities: tuple[float, ...] = ()
    levels: tuple[float, ...] = ()
    missing: tuple[str, ...] = ()
    refused: int = 0


def refuse(place: Place, missing: tuple[str, ...]) -> Place:
    """Remember that a record could not be judged; what was believed before stands."""
    return replace(place, missing=missing, refused=min(place.refused + 1, N_REFUSED))


def take(place: Place, test: Test, told: Told, speed_rpm: float, time_us: int) -> Place:
    """Add what a test says of one record: the sums of its causes, and the base where nothing shows.

    Parameters
    ----------
    place
        What is remembered.
    test
        The test.
    told
        What it says.
    speed_rpm
        Speed, zero where the test needs none. [rpm]
    time_us
        When the record was taken. [us]

    Returns
    -------
    place
        What is remembered now; a cause is believed from ``LIMIT`` on and until its sum is down to zero.
    """
    shows = {symptom.cause for symptom in told.symptoms}
    sums: dict[str, float] = {}
    since: dict[str, int] = {}
    counts: dict[str, tuple[int, int]] = {}
    for cause in test.causes:
        before = place.sums.get(cause, 0.0)
        weight = answer_weight(says_yes=cause in shows, false_rate=test.false_rate)
        total = round(agreement_step(before, weight, MOST), 6)
        if total > 0:
            hits, n = place.shown.get(cause, (0, 0)) if before > 0 else (0, 0)
            sums[cause], counts[cause] = total, (hits + (cause in shows), n + 1)
            since[cause] = place.since_us.get(cause, time_us) if before > 0 else time_us
    on = tuple(c for c in test.causes if c in sums and (c in place.on or sums[c] >= LIMIT))
    speeds = place.speeds if shows or sums else add_record(place.speeds, speed_rpm, time_us, told.descriptors)
    band = place.band if on else "none"
    return replace(
        place, speeds=speeds, sums=sums, since_us=since, shown=counts, on=on, band=band, missing=(), refused=0
    )


def measure(place: Place, level: float, velocity: float | None) -> Place:
    """Remember how strong the last records were.

    Parameters
    ----------
    place
        What is remembered.
    level
        Root mean square of the record. [its own unit]
    velocity
        Overall vibration velocity, where it can be told. [mm/s]
    """
    velocities = place.velocities if velocity is None else (*place.velocities, round(velocity, 6))
    levels = (*place.levels, float(f"{level:.6g}"))
    return replace(place, velocities=velocities[-N_LEVEL:], levels=levels[-N_LEVEL:])


def raise_band(place: Place, band: Band) -> Place:
    """Raise the band: while a fault is believed it never falls."""
    return replace(place, band=max(place.band, band, key=BANDS.index))


def velocity_now(place: Place) -> float | None:
    """Return the median velocity of the last records. [mm/s]"""
    return median(place.velocities) if place.velocities else None


# ------------------------------------------------------------------------------------------- plain JSON
def place_json(place: Place) -> dict[str, object]:
    """Turn a place into plain JSON."""
    row = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(place).items()}
    shown = {cause: list(pair) for cause, pair in place.shown.items()}
    return row | {"speeds": speeds_json(place.speeds), "shown": shown}


def place_from(row: Mapping[str, object]) -> Place:
    """Turn plain JSON back into a place."""
    kept: dict[str, Any] = dict(row)
    lists = {name: tuple(kept[name]) for name in ("on", "velocities", "levels", "missing")}
    shown = {cause: (int(hits), int(n)) for cause, (hits, n) in kept["shown"].items()}
    return Place(**{**kept, **lists, "shown": shown, "speeds": speeds_from(kept["speeds"])})
