"""The report on one record: a page of its own that needs nothing else, with every figure it stands on."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from arkwright.app.diagnose import Diagnosis, Question
from arkwright.app.diagnose_answer import NAMES, sentence
from arkwright.app.plot import Axis, Mark, bars, curve
from arkwright.health.bearing import BearingOrders, BearingVerdict
from arkwright.kits.display import outline, peak_spectrum, peaks_kept

Floats = NDArray[np.float64]
POINTS = 1800
TURNS_SHOWN = 8
REBUILD = """
import json
import numpy as np
shown = json.load(open("answer.json"))["evidence"][0]
rule, limit, score = shown["redo"]["rule"], shown["threshold"], {}
for fault, comb in shown["redo"]["combs"].items():
    lines, inside = np.array(comb["line_db"]), np.array(comb["inside"])
    level = np.average(lines[:, inside], axis=1, weights=np.array(comb["weights"])[inside])
    score[fault] = np.mean((level - comb["null_mean_db"]) / comb["null_spread_db"])
part = max(("outer_race", "inner_race", "ball"), key=score.get)
low, high = sorted((score["outer_race"], score["inner_race"]))
torn = (high < rule["faint"] and high - low < rule["lead"] and low >= limit - rule["healthy_spread"]
        and score["ball"] <= high)
verdict = "cannot_judge" if torn else part
if score[part] < limit:
    verdict = "cage" if score["cage"] >= rule["cage_factor"] * limit else "normal"
print(verdict, score)
""".strip()


def report_page(diagnosis: Diagnosis) -> str:
    """Write the page: verdict, waveform, spectrum, envelope spectrum with its lines, table, how to redo it.

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
    return f"{NAMES[str(diagnosis.answer['verdict'])]}: {diagnosis.question.file.name}"


def _parts(diagnosis: Diagnosis) -> list[str]:
    question, verdict, x = diagnosis.question, diagnosis.verdict, diagnosis.samples
    parts = [_head(diagnosis)]
    if x is not None and len(x) > 1 and question.rate_hz and np.isfinite(x).all():
        parts += [_waveform(x, question), _spectrum(x, question.rate_hz)]
    if verdict is not None and verdict.scores:
        parts += [_envelope(verdict), _scores(verdict), _table(verdict), _against(verdict), _redo(diagnosis)]
    return parts


# ---------------------------------------------------------------------------------------------- the head
def _head(diagnosis: Diagnosis) -> str:
    answer, verdict = diagnosis.answer, diagnosis.verdict
    name = str(answer["verdict"])
    style = name if name in ("normal", "cannot_judge") else "fault"
    missing = answer["missing"]
    said = sentence(verdict) if verdict is not None and verdict.scores else ""
    if not said and isinstance(missing, list):
        said = "Missing: " + "; ".join(str(m) for m in missing)
    facts = "".join(
        f"<div{' class=wide' if len(v) > 40 else ''}><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>"
        for k, v in _facts(diagnosis)
    )
    return (
        f'<header><div class="kicker">Rolling bearing, one record of vibration</div>'
        f'<h1 class="{style}">{escape(NAMES[name][0].upper() + NAMES[name][1:])}</h1>'
        f"<p>{escape(said[0].upper() + said[1:])}</p><dl>{facts}</dl></header>"
    )


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


# -------------------------------------------------------------------------------------------- the plots
def _waveform(x: Floats, question: Question) -> str:
    rate_hz, whole = question.rate_hz or 1.0, len(x) / (question.rate_hz or 1.0)
    near = min(whole, TURNS_SHOWN * 60 / question.speed_rpm) if question.speed_rpm else whole
    plots = []
    for span_s in (whole, near) if near < whole else (whole,):
        part = x[: round(span_s * rate_hz)]
        kept = outline(part, POINTS)
        high = 1.05 * float(np.abs(part).max()) or 1.0
        across, up = (
            Axis("time [s]", 0, span_s),
            Axis(f"sample [{question.unit or 'as recorded'}]", -high, high),
        )
        plots.append(curve(kept / rate_hz, part[kept], across, up, label="waveform"))
    told = f"The whole record, and its first {TURNS_SHOWN} turns." if len(plots) > 1 else ""
    return _section("Waveform", "".join(plots), told)


def _spectrum(x: Floats, rate_hz: float) -> str:
    hz, amplitude = peak_spectrum(x, rate_hz)
    level = 20 * np.log10(np.maximum(amplitude, float(amplitude.max()) * 1e-6 + 1e-300))
    kept = peaks_kept(level, POINTS)
    high = float(level.max())
    across, up = Axis("frequency [Hz]", 0, rate_hz / 2), Axis("amplitude [dB]", high - 90, high + 5)
    return _section("Spectrum", curve(hz[kept], level[kept], across, up, label="spectrum"))


def _envelope(verdict: BearingVerdict) -> str:
    hz, level = verdict.spectrum_hz, verdict.spectrum_db
    last = 1.08 * max((line.frequency_hz for line in verdict.lines), default=float(hz[-1]))
    shown = hz <= last
    turns = np.arange(1, int(last / verdict.shaft_hz) + 1) * verdict.shaft_hz
    marks = [Mark(float(t), "", "shaft") for t in turns]
    marks += [
        Mark(line.frequency_hz, line.name, "found" if line.found else "missing") for line in verdict.lines
    ]
    kept = peaks_kept(level[shown], POINTS)
    up = Axis("level over the floor [dB]", -6, max(12.0, 1.1 * float(level[shown].max())))
    across = Axis("frequency [Hz]", 0, float(last))
    plot = curve(hz[shown][kept], level[shown][kept], across, up, marks, "envelope spectrum")
    low, high = verdict.band_hz
    told = (
        f"Squared envelope of {low:.0f} to {high:.0f} Hz ({verdict.whitening} whitened), where "
        f"the lines of the {NAMES[verdict.best]} stand out most. Solid: expected and there. Dashed: "
        f"expected and not there. Faint: turns of the shaft."
    )
    return _section("Envelope spectrum", plot, told)


def _scores(verdict: BearingVerdict) -> str:
    names = [NAMES[fault] for fault in verdict.scores]
    values = list(verdict.scores.values())
    title = "mean distance from meaningless combs, in their spreads"
    told = "How far the lines of each fault stand above sets of lines that no fault draws, over all bands."
    plot = bars(names, values, verdict.threshold, title, [NAMES[fault] for fault in verdict.labels])
    return _section("Every fault, in all bands", plot, told)


# -------------------------------------------------------------------------------------------- the tables
def _table(verdict: BearingVerdict) -> str:
    rows = "".join(
        f'<tr class="{"found" if line.found else "missing"}"><td>{"found" if line.found else "missing"}</td>'
        f'<td>{escape(line.name)}</td><td class="n">{line.frequency_hz:.2f}</td>'
        f'<td class="n">{line.order:.3f}</td><td class="n">{line.level_db:.1f}</td>'
        f'<td class="n">{line.p:.4f}</td></tr>'
        for line in verdict.lines
    )
    head = (
        '<tr><th></th><th>line</th><th class="n">Hz</th><th class="n">order</th>'
        '<th class="n">dB over floor</th><th class="n">share of lines as high</th></tr>'
    )
    told = f"Slip {100 * verdict.slip:+.2f} % against the geometry, common to all lines."
    return _section(f"Lines of the {NAMES[verdict.best]}", f"<table>{head}{rows}</table>", told)


def _against(verdict: BearingVerdict) -> str:
    points = [*verdict.against]
    if verdict.missing_lines and verdict.verdict != "normal":
        points.append(f"Not there: {', '.join(verdict.missing_lines)}.")
    said = "".join(f"<li>{escape(p)}</li>" for p in points) or "<li>Nothing was found.</li>"
    return _section("What speaks against it", f"<ul>{said}</ul>")


def _redo(diagnosis: Diagnosis) -> str:
    told = (
        "The first line judges the record again. The answer's JSON is inside this page too (element "
        "“answer”): saved as answer.json, the lines below compute the verdict from it."
    )
    text = f"{escape(command_of(diagnosis.question))}\n\n{escape(REBUILD)}"
    return _section("How to redo it", f"<pre>{text}</pre>", told)


def command_of(question: Question) -> str:
    """Write the command that asks a question again."""
    words = ["arkwright diagnose", question.file.name]
    words += [f"--channel {question.channel}"] if question.channel else []
    words += [f"--bearing '{question.bearing}'"] if question.bearing else []
    if question.orders is not None:
        o = question.orders
        words.append(f"--bpfo {o.bpfo:g} --bpfi {o.bpfi:g} --bsf {o.bsf:g} --ftf {o.ftf:g}")
    words += [f"--rpm {question.speed_rpm:g}"] if question.speed_rpm else []
    words += [f"--rate {question.rate_hz:g}"] if question.rate_hz else []
    words += [f"--unit {question.unit}"] if question.unit else []
    words += [f"--power-kw {question.power_kw:g}"] if question.power_kw else []
    words += [f"--support {question.support}"] if question.support else []
    return " ".join([*words, f"--alpha {question.alpha:g}", "--json > answer.json"])


def _section(title: str, body: str, told: str = "") -> str:
    said = f'<p class="soft">{escape(told)}</p>' if told else ""
    return f"<section><h2>{escape(title)}</h2>{said}{body}</section>"
