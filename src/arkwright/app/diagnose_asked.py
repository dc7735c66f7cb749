"""Every test of one record asked of a recorded file, and what they say as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from arkwright.app.diagnose_question import Question
from arkwright.connect.record import Recording
from arkwright.core.errors import SourceError, UnitError
from arkwright.core.finding import Evidence
from arkwright.core.plant import Asset
from arkwright.core.quantity import Unit, find_quantity, find_unit
from arkwright.health.ask import ask, lacking, tests
from arkwright.health.record_beside import TACHO_PULSES
from arkwright.health.symptom import Record, Symptom, Told
from arkwright.kits.agreement import SHOWN
from arkwright.kits.tracking import pulses_of

Floats = NDArray[np.float64]
BEARING = "bearing"
"""The test that is asked by a question of its own, since its answer has a fixed form."""
SURE_AS_NOT = 0.5
"""A record that somebody doubts is as likely to be sick as sound before it is judged. [1]"""


@dataclass(frozen=True)
class Asked:
    """A record with what each test says of it, and by test what the question lacks to ask it."""

    record: Record
    asset: Asset
    told: Mapping[str, Told]
    lacking: Mapping[str, tuple[str, ...]]

    @property
    def symptoms(self) -> list[tuple[str, Symptom]]:
        """All symptoms with the test that saw them, the surest first."""
        found = [(name, symptom) for name, told in self.told.items() for symptom in told.symptoms]
        return sorted(found, key=lambda row: -row[1].confidence)


def ask_all(question: Question, recording: Recording, samples: Floats) -> Asked:
    """Ask every test that measures the quantity and lacks nothing.

    Parameters
    ----------
    question
        The question, whole.
    recording
        The file, for the tacho and what was sampled beside.
    samples
        The channel asked about, shape ``(n,)``. [unit of the question]

    Returns
    -------
    asked
        What they say.

    Raises
    ------
    SourceError
        If a channel is named that the file lacks, or is no tacho.
    UnitError
        If the quantity is not known.
    """
    find_quantity(question.quantity)
    unit = _unit(question)
    beside = {place: _channel(recording, name, question) for place, name in question.beside.items()}
    pulses = _pulses(question, recording)
    record = Record(
        samples if unit is None else unit.to_canonical(samples),
        question.rate_hz or 0.0,
        question.quantity,
        _speed(question, pulses),
        question.channel,
        has_unit=unit is not None,
        tacho_s=pulses,
        # What is of another quantity is named so, as voltage.L1, and is taken as it comes.
        beside={p: x if unit is None or "." in p else unit.to_canonical(x) for p, x in beside.items()},
    )
    asset = Asset("record", nameplate=question.nameplate, bearings=_bearings(question))
    of_quantity = {n: t for n, t in tests().items() if t.quantity == record.quantity and n != BEARING}
    lacks = {name: lacking(test, record, asset) for name, test in of_quantity.items()}
    told = {name: ask(test, record, asset) for name, test in of_quantity.items() if not lacks[name]}
    return Asked(record, asset, told, {name: lack for name, lack in lacks.items() if lack})


def _bearings(question: Question) -> dict[str, str]:
    return {question.channel: question.bearing} if question.bearing else {}


def _unit(question: Question) -> Unit | None:
    try:
        return find_unit(question.quantity, question.unit) if question.unit else None
    except UnitError:
        return None


def _channel(recording: Recording, name: str, question: Question) -> Floats:
    if name not in recording.channels:
        names = ", ".join(recording.channels)
        raise SourceError(f"no channel '{name}'", wanted=f"one of {names}", where=str(question.file))
    return recording.channels[name]


def _pulses(question: Question, recording: Recording) -> Floats | None:
    if not question.tacho or not question.rate_hz:
        return None
    per_turn = question.plate.get(TACHO_PULSES, 1.0)
    try:
        per_turn = int(per_turn)
        return pulses_of(_channel(recording, question.tacho, question), question.rate_hz, per_turn)
    except ValueError as error:
        raise SourceError(str(error), where=f"{question.file}, channel '{question.tacho}'") from error


def _speed(question: Question, pulses: Floats | None) -> float | None:
    if pulses is None or len(pulses) < 2:
        return question.speed_rpm
    return 60.0 * (len(pulses) - 1) / float(pulses[-1] - pulses[0])


# ------------------------------------------------------------------------------------------ as plain JSON
def also_of(asked: Asked) -> list[dict[str, object]]:
    """Say what the other tests see beside the bearing's verdict."""
    return [
        {
            "test": name,
            "cause": symptom.cause,
            "confidence": round(symptom.confidence, 4),
            "text": symptom.text,
            "text_zh": symptom.text_zh,
            "evidence": [proof_of(proof) for proof in symptom.evidence],
        }
        for name, symptom in asked.symptoms
    ]


def proof_of(proof: Evidence) -> dict[str, object]:
    """Put a line of proof into plain JSON."""
    row: dict[str, object] = {"text": proof.text}
    if proof.figures:
        row["figures"] = {name: float(f"{value:.6g}") for name, value in proof.figures.items()}
    if proof.data:
        row["data"] = dict(proof.data)
    return row | ({"against": True} if proof.against else {})


def verdict_of(asked: Asked) -> dict[str, object]:
    """Answer by the surest symptom of all tests, or name all that could be stated.

    A record is ``normal`` only where the question stated what some test is about (a pump's vanes, a motor's
    poles): that a rotor shows nothing does not make sound what nobody asked about.
    """
    figures = {name: dict(told.descriptors) for name, told in asked.told.items() if told.descriptors}
    named = [name for name in asked.told if tests()[name].plate and not asked.told[name].missing]
    answer = _found(asked) if asked.symptoms else _normal(asked) if named else _open(asked)
    return answer | {"figures": figures}


def _found(asked: Asked) -> dict[str, object]:
    symptoms = asked.symptoms
    labels = list(dict.fromkeys(symptom.cause for _, symptom in symptoms))
    rows: list[dict[str, object]] = [
        {
            "text": symptom.text,
            "text_zh": symptom.text_zh,
            "test": name,
            "fault": symptom.cause,
            "confidence": round(symptom.confidence, 4),
            "proofs": [proof_of(proof) for proof in symptom.evidence],
        }
        for name, symptom in symptoms
    ]
    return _answer(labels[0], labels, symptoms[0][1].confidence, [*rows, *_doubts(asked)])


def _normal(asked: Asked) -> dict[str, object]:
    done = [name for name, told in asked.told.items() if not told.missing]
    titles = "; ".join(tests()[name].title for name in done)
    healthy = prod(1 - tests()[name].false_rate for name in done)
    sick = 1 - SHOWN
    confidence = SURE_AS_NOT * healthy / (SURE_AS_NOT * healthy + (1 - SURE_AS_NOT) * sick)
    row: dict[str, object] = {"text": f"None of these shows anything: {titles}."}
    return _answer("normal", [], confidence, [row, *_doubts(asked)])


def _open(asked: Asked) -> dict[str, object]:
    quiet = [tests()[name].title for name, told in asked.told.items() if not told.missing]
    missing = [*_stateable(asked)]
    if quiet:
        missing.insert(0, f"nothing shows of: {'; '.join(quiet)}. That alone is no verdict")
    return {
        "verdict": "cannot_judge",
        "labels": [],
        "confidence": 1.0,
        "evidence": [{"text": "Cannot judge: " + "; ".join(missing)}, *_doubts(asked)],
        "missing": missing,
    }


def _stateable(asked: Asked) -> Iterable[str]:
    """Name all that could be stated so that a test can be asked."""
    if asked.record.quantity == "acceleration":
        yield "the bearing is not stated (--bearing 6205)"
    plain = dict.fromkeys(text for told in asked.told.values() for text in told.missing)
    for name, lack in asked.lacking.items():
        test = tests()[name]
        fields = [f for f in test.plate if f not in asked.asset.nameplate]
        if fields:
            options = " ".join(f"--plate {f}={_example(test.example, f)}" for f in fields)
            yield f"{test.title}: {options} ({'; '.join(test.plate[f] for f in fields)})"
        plain |= dict.fromkeys(text for text in lack if not any(text.startswith(f"{f} ") for f in test.plate))
    yield from plain


def _example(example: Mapping[str, float | str], name: str) -> str:
    value = example.get(name, "...")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _doubts(asked: Asked) -> list[dict[str, object]]:
    return [{**proof_of(p), "test": name} for name, told in asked.told.items() for p in told.against]


def _answer(
    verdict: str, labels: list[str], confidence: float, evidence: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "verdict": verdict,
        "labels": labels,
        "confidence": round(confidence, 4),
        "evidence": evidence,
        "missing": [],
    }
