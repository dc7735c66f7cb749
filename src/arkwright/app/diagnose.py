"""Diagnose recorded files: from a path and a nameplate to a verdict that can be printed or scripted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arkwright.app.diagnose_answer import answer_of, refusal
from arkwright.app.diagnose_asked import Asked, ask_all
from arkwright.app.diagnose_quality import quality_of
from arkwright.app.diagnose_question import Question, read_manifest
from arkwright.app.diagnose_said import also_of, verdict_of
from arkwright.app.diagnose_severity import severity_of
from arkwright.connect.record import Recording, read_recording
from arkwright.core.errors import ArkwrightError, SourceError
from arkwright.health.bearing import BearingOrders, BearingVerdict, find_bearing, judge_record

__all__ = ["Diagnosis", "Question", "diagnose", "diagnose_row", "read_manifest"]

RATE_TOLERANCE = 0.001
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Diagnosis:
    """A question with all that is known of it, its answer (plain JSON), and what it stands on.

    ``samples`` of shape ``(n,)`` [any] and ``asked`` are None where the record could not be read, ``verdict``
    where no bearing was asked about.
    """

    question: Question
    answer: dict[str, object]
    samples: Floats | None = None
    orders: BearingOrders | None = None
    verdict: BearingVerdict | None = None
    asked: Asked | None = None


def diagnose(question: Question) -> Diagnosis:
    """Judge one record; whatever keeps it from being judged is an answer, not an error."""
    try:
        orders = question.orders or (find_bearing(question.bearing) if question.bearing else None)
        recording = read_recording(_file(question.file))
        question, samples = _complete(question, recording)
        asked = ask_all(question, recording, samples)
    except ArkwrightError as error:
        return Diagnosis(question, refusal((str(error),)))
    question = replace(question, speed_rpm=asked.record.speed_rpm)
    quality = {"quality": quality_of(question, recording, samples)}
    if orders is None:
        answer = verdict_of(asked) | _severity(question, samples) | quality
        return Diagnosis(question, answer, samples, asked=asked)
    found = _of_bearing(question, samples, orders, asked)
    return replace(found, answer=found.answer | quality)


def _of_bearing(question: Question, samples: Floats, orders: BearingOrders, asked: Asked) -> Diagnosis:
    """Let the bearing's test alone decide; what others see stands beside it."""
    if question.quantity != "acceleration":
        missing = (f"a bearing is judged from acceleration; the record measures {question.quantity}",)
        return Diagnosis(question, refusal(missing) | {"also": also_of(asked)}, samples, orders, asked=asked)
    pulses = asked.record.tacho_s
    verdict = judge_record(samples, question.rate_hz, question.speed_rpm, orders, question.alpha, pulses)
    also = {"also": also_of(asked)}
    if not verdict.scores:
        return Diagnosis(question, refusal(verdict.missing) | also, samples, orders, verdict, asked)
    answer = answer_of(verdict, question.speed_rpm, orders) | _severity(question, samples) | also
    return Diagnosis(question, answer, samples, orders, verdict, asked)


def _severity(question: Question, samples: Floats) -> dict[str, object]:
    if question.quantity != "acceleration":
        return {"severity": None, "severity_missing": [f"{question.quantity} is in no zone of velocity"]}
    plate = question.nameplate
    power, support = plate.get("rated_power_kw"), plate.get("support", "")
    severity, unsaid = severity_of(
        samples,
        question.rate_hz,
        question.speed_rpm,
        question.unit,
        power if isinstance(power, float) else None,
        str(support),
    )
    return {"severity": severity, "severity_missing": list(unsaid)}


def diagnose_row(cells: Mapping[str, str], question: Question | str) -> dict[str, object]:
    """Judge one row of a manifest: the answer, with ``file`` and ``channel`` added."""
    answer = refusal((question,)) if isinstance(question, str) else diagnose(question).answer
    return {"file": cells.get("file", ""), "channel": cells.get("channel", "")} | answer


def _file(path: Path) -> Path:
    if path.is_dir():
        raise SourceError("this is a folder", wanted="one recorded file", where=str(path))
    return path


def _complete(question: Question, recording: Recording) -> tuple[Question, Floats]:
    """Choose the channel, and take from the file what the question leaves open."""
    names = list(recording.channels)
    channel = question.channel or (names[0] if len(names) == 1 else "")
    where = str(question.file)
    if not channel:
        found = f"{len(names)} channels: {', '.join(names) or 'none'}"
        raise SourceError(found, where=where, fix="Name one with --channel.")
    if channel not in recording.channels:
        raise SourceError(f"no channel '{channel}'", wanted=f"one of {', '.join(names)}", where=where)
    stated, given = recording.rate_hz, question.rate_hz
    if stated and given and abs(stated / given - 1) > RATE_TOLERANCE:
        raise SourceError(
            f"the file states a sample rate of {stated:g} Hz and {given:g} Hz was given",
            where=where,
            fix="Leave --rate out, or find out which is right.",
        )
    speed = recording.speed_rpm if question.speed_rpm is None else question.speed_rpm
    whole = replace(question, channel=channel, rate_hz=given or stated, speed_rpm=speed)
    return whole, recording.channels[channel]
