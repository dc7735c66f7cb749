"""Belt drives, by their vibration: lines at multiples of the belt's own rate."""

from __future__ import annotations

from dataclasses import asdict

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.belt_lines import BeltLines, belt_lines
from arkwright.health.belt_plate import BeltDrive, drive_of
from arkwright.health.record_check import record_check
from arkwright.health.rise import Rise, rise_over
from arkwright.health.symptom import Base, Record, Symptom, Test, Told

CHANCE = 0.001  # of noise drawing so many of the lines at once
FEWEST_THERE = 2  # one line at the right place may be another machine's
OWN_DB = 1.0  # how much such lines stray from record to record at least
SURE, LESS_SURE = 0.75, 0.6  # with and without the sign of a flaw that meets both sheaves in each round


def _judge(record: Record, asset: Asset, base: Base) -> Told:
    drive = drive_of(record, asset)
    if isinstance(drive, str):
        return Told(missing=(drive,))
    found = belt_lines(record, drive)
    if isinstance(found, str):
        return Told(missing=(f"belt: {found}",))
    figures = {"belt_db": found.level_db, "belt_over_db": found.over_db}
    rise = rise_over(base, "belt_db", found.level_db, OWN_DB)
    over = rise_over(base, "belt_over_db", found.over_db, OWN_DB)
    if found.chance > CHANCE or len(found.there) < FEWEST_THERE:
        return Told(figures)
    if _counts(found, rise, over):
        return Told(figures, (_say(found, drive, rise),))
    return Told(figures, against=(_weak(found, rise),))


def _counts(found: BeltLines, rise: Rise | None, over: Rise | None) -> bool:
    """Say whether the lines are more than any belt's: risen, and not with the noise around them alone."""
    if rise is None or over is None:
        return found.is_strongest
    return rise.is_real and over.rise_db >= 0.5 * over.limit_db


def _say(found: BeltLines, drive: BeltDrive, rise: Rise | None) -> Symptom:
    grown = "" if rise is None else f" They are {rise.rise_db:.0f} dB over what they were at this speed."
    grown_zh = "" if rise is None else f"比同转速初始值高 {rise.rise_db:.0f} dB。"
    both = " Twice the rate leads: a flaw that meets both sheaves." if found.second_leads else ""
    both_zh = "二倍频最强：缺陷每圈经过两个带轮各一次。" if found.second_leads else ""
    many = ", ".join(f"{k}x" for k in found.there)
    text = (
        f"Vibration at multiples of the belt's rate of {found.belt_hz:.2f} Hz ({many}).{both}{grown} Look at "
        "the belt for cracks, lumps and missing pieces, and check tension and the line of the sheaves."
    )
    text_zh = (
        f"皮带频率 {found.belt_hz:.2f} Hz 的倍频振动（{many}）。{both_zh}{grown_zh}"
        "检查皮带裂纹、鼓包和缺损，并检查张力和带轮对中。"
    )
    sure = SURE if found.second_leads else LESS_SURE
    return Symptom("belt_damage", sure, text, text_zh, (_proof(found, drive, rise),))


def _proof(found: BeltLines, drive: BeltDrive, rise: Rise | None) -> Evidence:
    hidden = f" {len(found.hidden)} more fall upon a shaft's and are not counted." if found.hidden else ""
    text = (
        f"{len(found.there)} of {len(found.lines)} multiples of {found.belt_hz:.2f} Hz stand over the noise, "
        f"together {found.power**0.5:.2f} mm/s RMS beside {found.shaft_power**0.5:.2f} mm/s of the shafts' "
        f"first two orders; noise draws them, the strongest left aside, in {found.chance:.1e} of records."
    )
    figures = {
        "belt_hz": found.belt_hz,
        **asdict(drive),
        "belt_velocity_mm_s": found.power**0.5,
        "shaft_velocity_mm_s": found.shaft_power**0.5,
        "chance": found.chance,
    }
    if rise is not None:
        figures |= asdict(rise)
    rows = [
        {"multiple": k, **{name: float(f"{v:.6g}") for name, v in asdict(line).items()}}
        for k, line in found.lines
    ]
    return Evidence(text + hidden, figures=figures, data={"lines": rows})


def _weak(found: BeltLines, rise: Rise | None) -> Evidence:
    why = (
        "they are weaker than the shafts' own, as of any belt"
        if rise is None
        else f"they have risen by {rise.rise_db:.1f} dB, where {rise.limit_db:.1f} dB count"
    )
    text = f"Lines of the belt at multiples of {found.belt_hz:.2f} Hz are there, but {why}."
    return Evidence(text, figures={"belt_hz": found.belt_hz, "chance": found.chance}, against=True)


TEST = Test(
    "belt",
    "Belt drive",
    "Looks for lines at multiples of the rate at which the belt goes round, away from those of both shafts. "
    "A crack, a lump or a loose belt draws several of them, twice the rate above all; noise alone draws as "
    "many in one record of a thousand. They count once they rise over what they were at the same speed, or, "
    "where that is not known, once they are stronger than the first two orders of both shafts.",
    "acceleration",
    ("belt_damage",),
    _judge,
    plate={
        "sheave_mm": "pitch diameter of the driver's sheave [mm]",
        "driven_sheave_mm": "pitch diameter of the driven sheave [mm]",
    },
    also={
        "belt_length_mm": "pitch length of the belt [mm]",
        "centre_distance_mm": "distance of the shafts, from which the length follows [mm]",
        "speed_of": "whose speed is measured where the sheaves differ: driver or driven",
    },
    references=(
        "Randall (2011), Vibration-based Condition Monitoring, Wiley, ch. 2: belt drives",
        "Fisher (1932), Statistical Methods for Research Workers, 4th ed., section 21.1: chances together",
    ),
    example={"sheave_mm": 140.0, "driven_sheave_mm": 200.0, "belt_length_mm": 1400.0, "speed_of": "driver"},
)
CHECK = record_check(TEST)
