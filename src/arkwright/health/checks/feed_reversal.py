"""Feed axes of machine tools, by positions of motor and table over a stroke there and back: lost motion."""

from __future__ import annotations

import numpy as np

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Base, Floats, Record, Symptom, Test, Told
from arkwright.kits.lost_motion import LostMotion, lost_motion

MOTOR, TABLE = "motor", "table"
SURE = 4.0  # spreads of the places' mean that the lost motion must be over the limit by


def _judge(record: Record, asset: Asset, _base: Base) -> Told:
    limit_um = asset.rated("reversal_limit_um") or 0.0
    if not 0 < limit_um < 1e5:
        return Told(missing=(f"reversal_limit_um is {limit_um:g}: micrometres above zero are needed",))
    if not record.has_unit:
        return Told(missing=("positions without a unit: millimetres are needed",))
    pair = _pair(record)
    if isinstance(pair, str):
        return Told(missing=(pair,))
    lost = lost_motion(*pair)
    if lost is None:
        return Told(missing=("the axis does not travel there and back over the same way in this record",))
    um, stray = 1e3 * abs(lost.lost), 1e3 * lost.stray / np.sqrt(lost.n_places)
    figures = {"lost_motion_um": um, "lost_motion_stray_um": 1e3 * lost.stray}
    if um - SURE * stray < limit_um:
        return Told(figures)
    return Told(figures, (_symptom(lost, um, limit_um, record.location),))


def _pair(record: Record) -> tuple[Floats, Floats] | str:
    """Return positions of motor and table, whichever of them the record is."""
    known = {where.lower(): x for where, x in record.beside.items()} | {
        record.location.lower(): record.samples
    }
    if MOTOR not in known or TABLE not in known:
        return f"the positions of {MOTOR} and {TABLE} (location) at the same times are needed"
    motor, table = known[MOTOR], known[TABLE]
    if len(motor) != len(table) or not (np.isfinite(motor).all() and np.isfinite(table).all()):
        return "one of the two positions is broken off or has holes"
    return motor, table


def _symptom(lost: LostMotion, um: float, limit_um: float, signal: str) -> Symptom:
    proof = Evidence(
        f"Table behind motor by {um:.1f} um more one way than the other, at {lost.n_places} places of the "
        f"stroke (spread {1e3 * lost.stray:.1f} um); {limit_um:.0f} um are allowed.",
        signal,
        figures={"lost_motion_um": um, "limit_um": limit_um, "places": float(lost.n_places)},
    )
    return Symptom(
        "feed_backlash",
        0.9,
        f"The axis loses {um:.0f} um when it reverses; {limit_um:.0f} um are allowed.",
        f"进给轴反向间隙 {um:.0f} µm，允许 {limit_um:.0f} µm。",
        (proof,),
        "act" if um >= 2 * limit_um else "watch",
    )


TEST = Test(
    name="feed_reversal",
    title="Lost motion of a feed axis",
    summary=(
        "What a feed axis loses when it reverses: at each place of a stroke there and back, how far the "
        "table lags behind the motor one way and the other. It needs both positions at the same times "
        "(locations motor and table, in millimetres) and what is allowed. Where it comes from (nut, "
        "coupling, bearing), one record cannot tell."
    ),
    quantity="length",
    causes=("feed_backlash",),
    judge=_judge,
    plate={"reversal_limit_um": "reversal error that the axis may have"},
    needs_speed=False,
    references=("ISO 230-2:2014, 2.13 and 2.14",),
    of_asset=True,
    example={"reversal_limit_um": 10.0},
)
CHECK = record_check(TEST)
