"""The tables of a report: statistics, lines found and missing, figures of every test, how to redo it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from arkwright.app.diagnose import Diagnosis, Question
from arkwright.app.diagnose_answer import NAMES
from arkwright.app.record_curves import Floats
from arkwright.app.report_parts import section, table
from arkwright.health.bearing import BearingVerdict
from arkwright.kits.record_statistics import statistics_of

# Name, field, what white Gaussian noise has; figures of noise are those of `kits.record_statistics`.
STATISTICS = (
    ("RMS, without the mean", "rms", ""),
    ("peak", "peak", ""),
    ("mean", "mean", ""),
    ("crest factor", "crest", ""),
    ("kurtosis", "kurtosis", "3"),
    ("L-kurtosis", "l_kurtosis", "0.1226"),
    ("skewness", "skewness", "0"),
    ("L-skewness", "l_skewness", "0"),
    ("shape factor", "shape", "1.2533"),
    ("impulse factor", "impulse", ""),
    ("clearance factor", "clearance", ""),
    ("mobility (Hjorth) [rad/s]", "mobility", ""),
    ("complexity (Hjorth)", "complexity", ""),
    ("negentropy of the squared envelope", "envelope_negentropy", "0.4228"),
    ("negentropy of its spectrum", "envelope_spectrum_negentropy", "0.6159"),
)
IN_UNIT = ("rms", "peak", "mean")


def statistics_section(x: Floats, question: Question) -> str:
    """List the figures of the samples.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [as recorded]
    question
        Says rate and unit.
    """
    try:
        figures = vars(statistics_of(x, question.rate_hz or 1.0))
    except ValueError:
        return ""
    unit = f" [{question.unit}]" if question.unit else ""
    rows = [
        (name + (unit if field in IN_UNIT else ""), f"{figures[field]:.5g}", noise)
        for name, field, noise in STATISTICS
        if field in figures
    ]
    half = (len(rows) + 1) // 2
    heads = ("", "record", "white noise")
    pair = "".join(table(heads, part, 1) for part in (rows[:half], rows[half:]) if part)
    return section("Statistics", f'<div class="pair">{pair}</div>')


def lines_section(verdict: BearingVerdict) -> str:
    """List every expected line, found or missing."""
    rows = [
        (
            "found" if line.found else "missing",
            line.name,
            f"{line.frequency_hz:.2f}",
            f"{line.order:.3f}",
            f"{line.level_db:.1f}",
            f"{line.p:.4f}",
        )
        for line in verdict.lines
    ]
    heads = ("", "line", "Hz", "order", "dB over floor", "share of lines as high")
    styles = ["found" if line.found else "missing" for line in verdict.lines]
    told = f"Slip {100 * verdict.slip:+.2f} % against the geometry, common to all lines."
    return section(f"Lines of the {NAMES[verdict.best]}", table(heads, rows, 2, styles), told)


def figures_section(answer: Mapping[str, object]) -> str:
    """List the figures that every test took of the record, to be followed over time."""
    figures = answer.get("figures")
    if not isinstance(figures, dict):
        return ""
    rows = [
        (test.replace("_", " "), name.replace("_", " "), f"{value:.5g}")
        for test, named in figures.items()
        for name, value in named.items()
    ]
    return section("Figures of every test", table(("test", "figure", "value"), rows, 2)) if rows else ""


def redo_section(diagnosis: Diagnosis, rebuild: str) -> str:
    """Say how to judge the record again, and how to compute the verdict of a bearing from the answer."""
    told = "The first line judges the record again; its JSON is inside this page too (element “answer”)."
    if rebuild:
        told += " Saved as answer.json, the lines below compute the verdict from it."
    text = "\n\n".join(escape(part) for part in (command_of(diagnosis.question), rebuild) if part)
    return section("How to redo it", f"<pre>{text}</pre>", told)


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
    words += [f"--quantity {question.quantity}"] if question.quantity != "acceleration" else []
    words += [f"--tacho '{question.tacho}'"] if question.tacho else []
    words += [f"--beside '{place}={name}'" for place, name in question.beside.items()]
    words += [f"--plate {name}={_plain(value)}" for name, value in question.plate.items()]
    return " ".join([*words, f"--alpha {question.alpha:g}", "--json > answer.json"])


def _plain(value: float | str) -> str:
    return f"{value:g}" if isinstance(value, float) else f"'{value}'"
