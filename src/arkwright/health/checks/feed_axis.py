"""Feed axes of machine tools, by acceleration at the nut in a stroke: tracks and balls of the screw."""

from __future__ import annotations

from arkwright.core.finding import Band, Evidence
from arkwright.core.plant import Asset
from arkwright.health.record_check import record_check
from arkwright.health.rolling import BearingVerdict, judge_record
from arkwright.health.symptom import Base, Record, Symptom, Test, Told
from arkwright.kits.orders import BearingOrders, bearing_orders

LEAST_TURNS = 20.0
ALPHA = 0.01
SHARED = 0.8  # the screw's own support bearing may have lines of nearly the same order
USUAL_CONTACT_DEG = 45.0  # gothic-arch tracks
PARTS = {
    "outer_race": ("track of the nut", "螺母滚道"),
    "inner_race": ("track of the screw", "丝杠滚道"),
    "ball": ("balls", "滚珠"),
    "cage": ("way of the balls round (recirculation)", "循环反向器"),
}


def screw_orders(asset: Asset) -> BearingOrders | str:
    """Return the orders of a ball screw: one turn of its helix rolls as a bearing does, the nut held still.

    Parameters
    ----------
    asset
        States ``balls_per_turn``, ``ball_mm``, ``pitch_circle_mm`` and where it is not 45 the contact angle.
    """
    balls, ball, pitch = (
        asset.rated(name) or 0.0 for name in ("balls_per_turn", "ball_mm", "pitch_circle_mm")
    )
    angle = asset.rated("contact_deg")
    angle = USUAL_CONTACT_DEG if angle is None or not 0 <= angle < 90 else angle
    if not 5 <= balls <= 500 or balls != round(balls):
        return f"balls_per_turn is {balls:g}: the balls in one turn of the helix, from 5 on, are needed"
    try:
        return bearing_orders(round(balls), ball, pitch, angle)
    except ValueError as error:
        return f"ball_mm and pitch_circle_mm: {error}"


def _judge(record: Record, asset: Asset, _base: Base) -> Told:
    orders = screw_orders(asset)
    if isinstance(orders, str):
        return Told(missing=(orders,))
    speed = record.speed_rpm or 0.0
    turns = len(record.samples) / record.rate_hz * speed / 60.0
    if turns < LEAST_TURNS:
        lead = asset.rated("lead_mm") or 0.0
        way = f", {LEAST_TURNS * lead:.0f} mm of travel at one speed" if 0 < lead < 1e3 else ""
        return Told(missing=(f"{LEAST_TURNS:.0f} turns of the screw are needed{way}; it makes {turns:.1f}",))
    verdict = judge_record(record.samples, record.rate_hz, speed, orders, ALPHA)
    if verdict.missing:
        return Told(missing=verdict.missing)
    figures = {f"{part}_score": float(score) for part, score in verdict.scores.items()}
    against = tuple(Evidence(text, against=True) for text in verdict.against)
    return Told(figures, _symptoms(verdict, record), against=against)


def _symptoms(verdict: BearingVerdict, record: Record) -> tuple[Symptom, ...]:
    parts = [part for part in verdict.labels if part in PARTS]
    if not parts or verdict.verdict not in PARTS:
        return ()
    met = [line for line in verdict.lines if line.found]
    what = " and ".join(PARTS[part][0] for part in parts)
    what_zh = "、".join(PARTS[part][1] for part in parts)
    rows = [
        {
            "name": line.name,
            "order": line.order,
            "hz": line.frequency_hz,
            "over_db": line.level_db,
            "p": line.p,
        }
        for line in verdict.lines
    ]
    proof = Evidence(
        f"{len(met)} of {len(verdict.lines)} lines of the {PARTS[verdict.best][0]} stand out from "
        f"{verdict.band_hz[0]:.0f} to {verdict.band_hz[1]:.0f} Hz; score {verdict.scores[verdict.best]:.1f} "
        f"where {verdict.threshold:.1f} counts.",
        record.location,
        figures={"score": verdict.scores[verdict.best], "threshold": verdict.threshold, "slip": verdict.slip},
        data={"lines": rows},
    )
    band: Band = "act" if len(parts) > 1 else "watch"
    return (
        Symptom(
            "ball_screw",
            round(min(SHARED, verdict.confidence), 3),
            f"The ball screw is damaged: {what}.",
            f"滚珠丝杠损伤：{what_zh}。",
            (proof,),
            band,
        ),
    )


TEST = Test(
    name="feed_axis",
    title="Ball screw of a feed axis",
    summary=(
        "Tracks of nut and screw, balls and recirculation of a ball screw, as of a bearing whose outer ring "
        "is the nut, from one stroke at one speed with twenty turns of the screw. Guideways and drive are "
        "not told from one record; lost motion has its own check."
    ),
    quantity="acceleration",
    causes=("ball_screw",),
    judge=_judge,
    plate={
        "balls_per_turn": "balls in one turn of the helix",
        "ball_mm": "diameter of a ball",
        "pitch_circle_mm": "diameter of the circle of the balls' centres",
    },
    also={"lead_mm": "lead of the screw", "contact_deg": "contact angle, 45 where it is not stated"},
    references=(
        "ISO 3408-1:2006, on the terms of ball screws",
        "Randall, Antoni (2011), MSSP 25(2), 485-520, eqs. 1-4",
    ),
    example={"balls_per_turn": 20.0, "ball_mm": 6.35, "pitch_circle_mm": 41.4},
)
CHECK = record_check(TEST)
