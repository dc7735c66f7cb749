"""Every test of one record asked of a recorded file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arkwright.app.diagnose_question import Question
from arkwright.connect.record import Recording
from arkwright.core.errors import SourceError, UnitError
from arkwright.core.plant import Asset
from arkwright.core.quantity import Unit, find_quantity, find_unit, quantities
from arkwright.health.ask import ask, lacking, tests
from arkwright.health.record_beside import TACHO_PULSES
from arkwright.health.symptom import Record, Symptom, Told
from arkwright.kits.tracking import pulses_of

Floats = NDArray[np.float64]
BEARING = "bearing"
"""The test that is asked by a question of its own, since its answer has a fixed form."""


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
        beside={p: x if unit is None or _is_other(p) else unit.to_canonical(x) for p, x in beside.items()},
    )
    asset = Asset("record", nameplate=question.nameplate, bearings=_bearings(question))
    of_quantity = {n: t for n, t in tests().items() if t.quantity == record.quantity and n != BEARING}
    lacks = {name: lacking(test, record, asset) for name, test in of_quantity.items()}
    told = {name: ask(test, record, asset) for name, test in of_quantity.items() if not lacks[name]}
    return Asked(record, asset, told, {name: lack for name, lack in lacks.items() if lack})


def _is_other(place: str) -> bool:
    head, dot, _ = place.partition(".")
    return bool(dot) and head in quantities()


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
