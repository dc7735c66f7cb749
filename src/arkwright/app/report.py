"""The report on one record: a page of its own that needs nothing else, with every figure it stands on."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files

import numpy as np

from arkwright.app.diagnose import Diagnosis
from arkwright.app.diagnose_answer import NAMES, sentence
from arkwright.app.record_curves import Floats
from arkwright.app.report_cascade import cascade_section
from arkwright.app.report_parts import both
from arkwright.app.report_plots import (
    envelope_section,
    kurtogram_section,
    order_section,
    scores_section,
    spectrum_section,
    turn_section,
    waveform_section,
)
from arkwright.app.report_proofs import (
    against_section,
    also_section,
    evidence_section,
    quality_section,
)
from arkwright.app.report_rebuild import REBUILD
from arkwright.app.report_tables import (
    command_of,
    figures_section,
    lines_section,
    redo_section,
    statistics_section,
)
from arkwright.health.bearing import BearingOrders

__all__ = ["REBUILD", "command_of", "report_page"]

LONGEST_S = 60.0  # of a longer record the first minute is drawn: a day would make no better picture


def report_page(diagnosis: Diagnosis) -> str:
    """Write the page: verdict, evidence for and against, every plot, statistics, and how to redo it.

    Parameters
    ----------
    diagnosis
        An answered question.

    Returns
    -------
    html
        A page without any address in it.
    """
    style = files("arkwright.app").joinpath("report.css").read_text(encoding="utf-8")
    data = json.dumps(diagnosis.answer).replace("</", "<\\/")
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(_title(diagnosis))}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>'
        f"<body><main>{''.join(_parts(diagnosis))}</main>"
        f'<script type="application/json" id="answer">{data}</script></body></html>\n'
    )


def _title(diagnosis: Diagnosis) -> str:
    return f"{_name(diagnosis)}: {diagnosis.question.file.name}"


def _name(diagnosis: Diagnosis) -> str:
    name = str(diagnosis.answer["verdict"])
    if name == "normal" and diagnosis.verdict is None:
        return "nothing found"
    return NAMES.get(name, name.replace("_", " "))


def _parts(diagnosis: Diagnosis) -> list[str]:
    answer, verdict, judged = diagnosis.answer, diagnosis.verdict, []
    if verdict is not None and verdict.scores:
        judged = [envelope_section(verdict), scores_section(verdict), lines_section(verdict)]
    parts = [_head(diagnosis), evidence_section(answer)]
    parts += (
        [against_section(answer, verdict)] if answer["verdict"] not in ("cannot_judge",) or judged else []
    )
    parts += [
        also_section(answer),
        quality_section(answer),
        *judged,
        *_pictures(diagnosis),
        figures_section(answer),
    ]
    return [*parts, redo_section(diagnosis, REBUILD if judged else "")]


def _pictures(diagnosis: Diagnosis) -> list[str]:
    """Draw the record itself, where it can be drawn."""
    question, x = diagnosis.question, diagnosis.samples
    if x is None or len(x) < 2 or not question.rate_hz or not np.isfinite(x).all():
        return []
    part: Floats = x[: round(LONGEST_S * question.rate_hz)]
    tacho_s = diagnosis.asked.record.tacho_s if diagnosis.asked else None
    if len(part) < 2:
        return []
    return [
        spectrum_section(part, question),
        order_section(part, question, tacho_s),
        cascade_section(part, question),
        kurtogram_section(part, question.rate_hz),
        turn_section(part, question, tacho_s),
        waveform_section(part, question),
        statistics_section(part, question),
    ]


# ---------------------------------------------------------------------------------------------- the head
def _head(diagnosis: Diagnosis) -> str:
    answer, name = diagnosis.answer, _name(diagnosis)
    style = str(answer["verdict"]) if answer["verdict"] in ("normal", "cannot_judge") else "fault"
    facts = "".join(
        f"<div{' class=wide' if len(v) > 40 else ''}><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>"
        for k, v in _facts(diagnosis)
    )
    judged = "Rolling bearing" if diagnosis.orders is not None else "Every test"
    return (
        f'<header><div class="kicker">{judged}, one record of {escape(diagnosis.question.quantity)}</div>'
        f'<h1 class="{style}">{escape(name[0].upper() + name[1:])}</h1>'
        f"<p>{_said(diagnosis)}</p><dl>{facts}</dl></header>"
    )


def _said(diagnosis: Diagnosis) -> str:
    verdict, missing, rows = diagnosis.verdict, diagnosis.answer["missing"], diagnosis.answer["evidence"]
    first: dict[str, object] = rows[0] if isinstance(rows, list) and rows else {}
    said = str(first.get("text", ""))
    if verdict is not None and verdict.scores:
        said = sentence(verdict)
    elif isinstance(missing, list) and missing:
        said, first = "Missing: " + "; ".join(str(m) for m in missing), {}
    return both(said[:1].upper() + said[1:], first)


def _facts(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    q, answer, verdict, x = diagnosis.question, diagnosis.answer, diagnosis.verdict, diagnosis.samples
    facts = [("confidence", f"{float(str(answer['confidence'])):.2f}"), ("file", q.file.name)]
    facts += [("column", q.channel)] if q.channel else []
    facts += [("sample rate", f"{q.rate_hz:g} Hz" if q.rate_hz else "not stated")]
    if x is not None and q.rate_hz:
        facts.append(("length", f"{len(x) / q.rate_hz:.2f} s, {len(x)} samples"))
    facts.append(("speed", f"{q.speed_rpm:g} rpm" if q.speed_rpm else "not stated"))
    if verdict is not None and verdict.shaft_hz:
        facts.append(("speed by its own lines", f"{60 * verdict.shaft_hz:.1f} rpm"))
    facts.append(("bearing", q.bearing or ("by its orders" if q.orders else "not stated")))
    if diagnosis.orders is not None:
        facts.append(("fault orders", _orders(diagnosis.orders)))
    facts.append(("healthy records called faulty", f"{100 * q.alpha:g} % at most"))
    return [*facts, *_severity(answer)]


def _orders(orders: BearingOrders) -> str:
    said = f"BPFO {orders.bpfo:.4f}, BPFI {orders.bpfi:.4f}, BSF {orders.bsf:.4f}, FTF {orders.ftf:.4f}"
    return f"{said}: {orders.source}" if orders.source else said


def _severity(answer: dict[str, object]) -> list[tuple[str, str]]:
    severity, missing = answer.get("severity"), answer.get("severity_missing")
    why = "; ".join(str(m) for m in missing) if isinstance(missing, list) else ""
    if not isinstance(severity, dict):
        return [("severity", f"not known: {why}")] if why else []
    velocity = f"{severity['velocity_mm_s']:.2f} mm/s RMS"
    if severity.get("zone"):
        return [("severity", f"zone {severity['zone']}, {velocity} ({severity['standard']})")]
    return [("severity", f"{velocity}; no zone: {why}")]
