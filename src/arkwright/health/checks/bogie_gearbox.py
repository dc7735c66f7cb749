"""Gearboxes of bogies, by acceleration at the box: pinion of the motor and gear wheel on the axle."""

from __future__ import annotations

from dataclasses import replace

from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.health.checks.gear import TEST as GEAR
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Base, Record, Symptom, Test, Told

NOT_TOLD_APART = 0.6
"""A wheel that strikes the rail once a turn of the axle may be half of it. [1]"""
OF_TOOTH = ("gear_tooth_crack",)


def _judge(record: Record, asset: Asset, base: Base) -> Told:
    whose = str(asset.nameplate.get("speed_of", "axle"))
    if whose not in ("axle", "motor"):
        return Told(missing=(f"speed_of is {whose}; axle or motor is wanted: whose speed is measured",))
    teeth = {
        "pinion_teeth": asset.nameplate["pinion_teeth"],
        "gear_teeth": asset.nameplate["axle_gear_teeth"],
        "gear_speed_of": "gear" if whose == "axle" else "pinion",
    }
    told = GEAR.judge(record, replace(asset, nameplate={**asset.nameplate, **teeth}), base)
    missing = tuple(text.replace("gear_teeth", "axle_gear_teeth") for text in told.missing)
    on_axle = asset.rated("axle_gear_teeth") or 0.0
    symptoms = tuple(_doubted(symptom, on_axle) for symptom in told.symptoms)
    doubt = (_wheel(),) if any(_may_be_wheel(symptom, on_axle) for symptom in symptoms) else ()
    ranked = tuple(sorted(symptoms, key=lambda symptom: -symptom.confidence))
    return replace(told, symptoms=ranked, missing=missing, against=(*told.against, *doubt))


def _may_be_wheel(symptom: Symptom, on_axle: float) -> bool:
    if symptom.cause not in OF_TOOTH:
        return False
    return any(proof.figures.get("teeth") == on_axle for proof in symptom.evidence)


def _doubted(symptom: Symptom, on_axle: float) -> Symptom:
    if not _may_be_wheel(symptom, on_axle):
        return symptom
    return replace(symptom, confidence=min(symptom.confidence, NOT_TOLD_APART))


def _wheel() -> Evidence:
    text = (
        "A flat on a wheel of this axle strikes once a turn of the gear wheel too: look at the axle boxes, "
        "where a flat is loudest."
    )
    return Evidence(text, against=True)


TEST = Test(
    name="bogie_gearbox",
    title="Gearbox of a bogie",
    summary=(
        "Judges pinion and axle gear of a bogie as a pair of gears (one damaged tooth, wear, a mesh out of "
        "line, a hunting tooth), at the speed of the axle. A knock once a turn of the axle may be a flat on "
        "its wheel: then it is only half sure, and that is said. Bearings of the box have their own check."
    ),
    quantity="acceleration",
    causes=GEAR.causes,
    judge=_judge,
    plate={
        "pinion_teeth": "teeth of the pinion on the motor's shaft",
        "axle_gear_teeth": "teeth of the gear wheel on the axle",
    },
    also={"speed_of": "whose speed is measured: axle (where nothing is stated) or motor"},
    references=GEAR.references,
    false_rate=GEAR.false_rate,
    example={"pinion_teeth": 19.0, "axle_gear_teeth": 81.0},
)
CHECK = record_check(TEST)
