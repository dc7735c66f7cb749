"""Diagnose recorded files: from a path and a nameplate to a verdict that can be printed or scripted."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arkwright.app.diagnose_answer import answer_of, refusal
from arkwright.app.diagnose_severity import severity_of
from arkwright.connect.record import Recording, read_recording
from arkwright.core.errors import ArkwrightError, SourceError
from arkwright.health.bearing import BearingOrders, BearingVerdict, find_bearing, judge_record

RATE_TOLERANCE = 0.001


@dataclass(frozen=True)
class Question:
    """One record to judge; numbers that are not known are None.

    ``rate_hz`` [Hz], ``speed_rpm`` [rpm], ``orders`` as multiples of the shaft frequency [1], ``alpha`` the
    share of healthy records that may be called faulty [1]; ``unit``, ``power_kw`` [kW] and ``support`` (rigid
    or flexible) say how bad it is.
    """

    file: Path
    channel: str = ""
    rate_hz: float | None = None
    speed_rpm: float | None = None
    bearing: str = ""
    orders: BearingOrders | None = None
    unit: str = ""
    alpha: float = 0.01
    power_kw: float | None = None
    support: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """A question with all that is known of it, its answer (plain JSON), and what it stands on.

    ``samples`` of shape ``(n,)`` [any] and ``verdict`` are None where the record could not be read.
    """

    question: Question
    answer: dict[str, object]
    samples: NDArray[np.float64] | None = None
    orders: BearingOrders | None = None
    verdict: BearingVerdict | None = None


def diagnose(question: Question) -> Diagnosis:
    """Judge one record; whatever keeps it from being judged is an answer, not an error."""
    try:
        orders = question.orders or (find_bearing(question.bearing) if question.bearing else None)
        recording = read_recording(_file(question.file))
        question, samples = _complete(question, recording)
    except ArkwrightError as error:
        return Diagnosis(question, refusal((str(error),)))
    verdict = judge_record(samples, question.rate_hz, question.speed_rpm, orders, question.alpha)
    if not verdict.scores:
        return Diagnosis(question, refusal(verdict.missing), samples, orders, verdict)
    severity, unsaid = severity_of(
        samples, question.rate_hz, question.speed_rpm, question.unit, question.power_kw, question.support
    )
    answer = answer_of(verdict, question.speed_rpm, orders) | {
        "severity": severity,
        "severity_missing": list(unsaid),
    }
    return Diagnosis(question, answer, samples, orders, verdict)


def read_manifest(path: Path) -> Iterator[tuple[dict[str, str], Question | str]]:
    """Yield each row of a manifest with the question it asks, or why it asks none.

    Raises
    ------
    SourceError
        If the manifest itself cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                cells = {str(k): str(v or "").strip() for k, v in row.items()}
                yield cells, _question(path.parent, cells)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"cannot read the manifest: {error}", where=str(path)) from error


def diagnose_row(cells: Mapping[str, str], question: Question | str) -> dict[str, object]:
    """Judge one row of a manifest: the answer, with ``file`` and ``channel`` added."""
    answer = refusal((question,)) if isinstance(question, str) else diagnose(question).answer
    return {"file": cells.get("file", ""), "channel": cells.get("channel", "")} | answer


def _file(path: Path) -> Path:
    if path.is_dir():
        raise SourceError("this is a folder", wanted="one recorded file", where=str(path))
    return path


def _complete(question: Question, recording: Recording) -> tuple[Question, NDArray[np.float64]]:
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


def _question(folder: Path, cells: Mapping[str, str]) -> Question | str:
    if not cells.get("file"):
        return "file: the cell is empty"
    numbers: dict[str, float | None] = {}
    for name in ("rate_hz", "speed_rpm", "power_kw", "bpfo", "bpfi", "bsf", "ftf"):
        text = cells.get(name, "")
        try:
            numbers[name] = float(text) if text else None
        except ValueError:
            return f"{name}: '{text}' is not a number"
    given = [numbers[n] for n in ("bpfo", "bpfi", "bsf", "ftf")]
    known = [float(v) for v in given if v is not None]
    if known and len(known) < 4:
        return "fault orders: all four of bpfo, bpfi, bsf, ftf are needed"
    if any(not 0 < order < 1000 for order in known):
        return "fault orders: a number that is no order of a bearing"
    orders = BearingOrders(known[0], known[1], known[2], known[3], "manifest") if known else None
    return Question(
        folder / cells["file"],
        cells.get("channel", ""),
        numbers["rate_hz"],
        numbers["speed_rpm"],
        cells.get("bearing", ""),
        orders,
        cells.get("unit", ""),
        power_kw=numbers["power_kw"],
        support=cells.get("support", ""),
    )
