"""What one measuring place showed in its first records, at each speed it was seen at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from statistics import median

from arkwright.health.symptom import Base

N_BASE = 10
"""Records at like speed whose median and spread are the base that later ones are compared with. [1]"""
SAME_SPEED = 0.03
"""Speeds no further apart than this share are alike: forces of rotors go with its square. [1]"""
MOST_SPEEDS = 24
MOST_NAMES = 40
NORMAL_MAD = 1.4826  # standard deviation over median absolute deviation of a normal distribution


@dataclass(frozen=True)
class AtSpeed:
    """First records at one speed [rpm], newest at ``seen_us`` [us]: rows, or once full only their base."""

    speed_rpm: float
    seen_us: int
    rows: tuple[Mapping[str, float], ...] = ()
    base: Mapping[str, tuple[float, float]] | None = None


Speeds = tuple[AtSpeed, ...]


def base_at(speeds: Speeds, speed_rpm: float) -> Base:
    """Return the base at like speed; empty until there are enough records.

    Parameters
    ----------
    speeds
        What the place remembers.
    speed_rpm
        Speed, zero where the test needs none. [rpm]
    """
    alike = _alike(speeds, speed_rpm)
    return {} if alike is None or alike.base is None else alike.base


def bases(speeds: Speeds) -> tuple[tuple[float, Base], ...]:
    """Return each speed that has been seen [rpm], slowest first, with its base, of fewer records if young.

    Parameters
    ----------
    speeds
        What the place remembers, at each speed. [rpm]
    """
    rows = sorted(speeds, key=lambda at: at.speed_rpm)
    return tuple((at.speed_rpm, at.base or _base(at.rows)) for at in rows)


def add_record(speeds: Speeds, speed_rpm: float, time_us: int, figures: Mapping[str, float]) -> Speeds:
    """Add the descriptors of a record that shows nothing to the base at like speed.

    Parameters
    ----------
    speeds
        What the place remembers.
    speed_rpm
        Speed, zero where the test needs none. [rpm]
    time_us
        When the record was taken; the speed not seen for longest makes room. [us]
    figures
        Its descriptors by name.

    Returns
    -------
    speeds
        What the place remembers now.
    """
    kept = {k: _short(v) for k, v in sorted(figures.items())[:MOST_NAMES] if isfinite(v)}
    alike = _alike(speeds, speed_rpm)
    if alike is None:
        newest = sorted(speeds, key=lambda at: -at.seen_us)[: MOST_SPEEDS - 1]
        fresh = AtSpeed(_short(speed_rpm), time_us, (kept,))
        return tuple(sorted((*newest, fresh), key=lambda at: at.speed_rpm))
    return tuple(_grown(at, time_us, kept) if at is alike else at for at in speeds)


def _grown(at: AtSpeed, time_us: int, figures: Mapping[str, float]) -> AtSpeed:
    if at.base is not None:
        return AtSpeed(at.speed_rpm, time_us, (), at.base)
    rows = (*at.rows, figures)
    if len(rows) < N_BASE:
        return AtSpeed(at.speed_rpm, time_us, rows)
    return AtSpeed(at.speed_rpm, time_us, (), _base(rows))


def _alike(speeds: Speeds, speed_rpm: float) -> AtSpeed | None:
    near = [at for at in speeds if abs(speed_rpm - at.speed_rpm) <= SAME_SPEED * at.speed_rpm]
    return min(near, key=lambda at: abs(speed_rpm - at.speed_rpm), default=None)


def _base(rows: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    names = sorted({name for row in rows for name in row})
    columns = {name: [row[name] for row in rows if name in row] for name in names}
    # A figure that only some records give is no base.
    return {name: _middle(values) for name, values in columns.items() if 2 * len(values) > len(rows)}


def _middle(values: Sequence[float]) -> tuple[float, float]:
    middle = median(values)
    return middle, _short(NORMAL_MAD * median(abs(v - middle) for v in values))


def _short(value: float) -> float:
    return float(f"{value:.6g}")


# ------------------------------------------------------------------------------------------- plain JSON
def speeds_json(speeds: Speeds) -> list[dict[str, object]]:
    """Turn what a place remembers into plain JSON."""
    return [
        {
            **asdict(at),
            "rows": [dict(row) for row in at.rows],
            "base": None if at.base is None else {name: list(pair) for name, pair in at.base.items()},
        }
        for at in speeds
    ]


def speeds_from(rows: Sequence[Mapping[str, object]]) -> Speeds:
    """Turn plain JSON back into what a place remembers."""
    return tuple(_from(row) for row in rows)


def _from(row: Mapping[str, object]) -> AtSpeed:
    kept, base = row["rows"], row["base"]
    assert isinstance(kept, list)
    pairs = {k: (float(v[0]), float(v[1])) for k, v in base.items()} if isinstance(base, Mapping) else None
    return AtSpeed(float(str(row["speed_rpm"])), int(str(row["seen_us"])), tuple(kept), pairs)
