"""Diagnose recorded files: from a path and a nameplate to a verdict that can be printed or scripted."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from arkwright.connect.record import read_record
from arkwright.core.errors import ArkwrightError
from arkwright.health.bearing import BearingOrders, BearingVerdict, find_bearing, judge_record

NAMES = {
    "outer_race": "outer race",
    "inner_race": "inner race",
    "ball": "rolling element",
    "cage": "cage",
    "normal": "no bearing fault found",
}


@dataclass(frozen=True)
class Question:
    """One record to judge; numbers that are not known are None.

    ``rate_hz`` [Hz], ``speed_rpm`` [rpm], ``orders`` as multiples of the shaft frequency. [1]
    """

    file: Path
    channel: str = ""
    rate_hz: float | None = None
    speed_rpm: float | None = None
    bearing: str = ""
    orders: BearingOrders | None = None
    unit: str = ""


def diagnose(question: Question) -> tuple[dict[str, object], BearingVerdict | None]:
    """Judge one record; whatever keeps it from being judged is an answer, not an error.

    Returns
    -------
    answer
        ``verdict``, ``labels``, ``confidence``, ``severity``, ``evidence``, plain JSON.
    verdict
        The same with spectra, None where the record could not be read.
    """
    try:
        orders = question.orders or (find_bearing(question.bearing) if question.bearing else None)
        record = read_record(question.file, question.channel, question.rate_hz)
    except ArkwrightError as error:
        return _refused((str(error),)), None
    verdict = judge_record(record.samples, record.rate_hz or 0.0, question.speed_rpm or 0.0, orders)
    if verdict.verdict == "cannot_judge":
        return _refused(verdict.missing), verdict
    return _answer(verdict, question), verdict


def read_manifest(path: Path) -> Iterator[tuple[dict[str, str], Question | str]]:
    """Yield each row of a manifest with the question it asks, or why it asks none.

    Raises
    ------
    OSError
        If the manifest itself cannot be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            cells = {str(k): str(v or "").strip() for k, v in row.items()}
            yield cells, _question(path.parent, cells)


def diagnose_row(cells: Mapping[str, str], question: Question | str) -> dict[str, object]:
    """Judge one row of a manifest: the answer, with ``file`` and ``channel`` added."""
    answer = _refused((question,)) if isinstance(question, str) else diagnose(question)[0]
    return {"file": cells.get("file", ""), "channel": cells.get("channel", "")} | answer


def _question(folder: Path, cells: Mapping[str, str]) -> Question | str:
    if not cells.get("file"):
        return "file: the cell is empty"
    numbers: dict[str, float | None] = {}
    for name in ("rate_hz", "speed_rpm", "bpfo", "bpfi", "bsf", "ftf"):
        text = cells.get(name, "")
        try:
            numbers[name] = float(text) if text else None
        except ValueError:
            return f"{name}: '{text}' is not a number"
    given = [numbers[n] for n in ("bpfo", "bpfi", "bsf", "ftf")]
    known = [float(v) for v in given if v is not None]
    if known and len(known) < 4:
        return "fault orders: all four of bpfo, bpfi, bsf, ftf are needed"
    orders = BearingOrders(known[0], known[1], known[2], known[3], "manifest") if known else None
    return Question(
        folder / cells["file"],
        cells.get("channel", ""),
        numbers["rate_hz"],
        numbers["speed_rpm"],
        cells.get("bearing", ""),
        orders,
        cells.get("unit", ""),
    )


def _refused(missing: tuple[str, ...]) -> dict[str, object]:
    text = "Cannot judge: " + "; ".join(missing)
    return {
        "verdict": "cannot_judge",
        "labels": [],
        "confidence": 1.0,
        "severity": None,
        "evidence": [{"text": text}],
        "missing": list(missing),
    }


def _answer(verdict: BearingVerdict, question: Question) -> dict[str, object]:
    return {
        "verdict": verdict.verdict,
        "labels": list(verdict.labels),
        "confidence": round(verdict.confidence, 4),
        "severity": None,  # what fails is not how badly: that needs a trend, or velocity in a declared unit
        "evidence": _evidence(verdict, question),
        "scores": dict(verdict.scores),
    }


def _evidence(verdict: BearingVerdict, question: Question) -> list[dict[str, object]]:
    low, high = verdict.band_hz
    name = NAMES[verdict.verdict]
    found = sum(line.found for line in verdict.lines)
    how = "pre-whitened" if verdict.whitened else "raw"
    text = f"{name}: {found} of {len(verdict.lines)} expected lines stand out of the floor"
    if verdict.verdict == "normal":
        text = f"{name}: the nearest fault's lines do not stand out of meaningless ones"
    return [
        {
            "text": f"{text} ({how}, {low:.0f}-{high:.0f} Hz, slip {100 * verdict.slip:+.1f} %).",
            "band_hz": [round(low, 1), round(high, 1)],
            "slip": round(verdict.slip, 5),
            "threshold": round(verdict.threshold, 4),
            "z": verdict.z,
            "speed_rpm": question.speed_rpm,
            "lines": [asdict(line) for line in verdict.lines],
        }
    ]
