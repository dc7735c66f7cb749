"""What a report says for and against its answer, and what else was seen, in every language it is told in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from arkwright.app.report_parts import both, figure, section
from arkwright.health.bearing import BearingVerdict

Row = Mapping[str, object]


def evidence_section(answer: Row) -> str:
    """Say what speaks for the answer."""
    said = [_row(row) for row in _rows(answer, "evidence") if not row.get("against")]
    return section("What speaks for it", f"<ul>{''.join(said)}</ul>") if said else ""


def against_section(answer: Row, verdict: BearingVerdict | None) -> str:
    """Say what speaks against the answer."""
    said = [_row(row) for row in _rows(answer, "evidence") if row.get("against")]
    if verdict is not None and verdict.missing_lines and verdict.verdict != "normal":
        said.append(f"<li>Not there: {escape(', '.join(verdict.missing_lines))}.</li>")
    return section("What speaks against it", f"<ul>{''.join(said) or '<li>Nothing was found.</li>'}</ul>")


def also_section(answer: Row) -> str:
    """Say what other tests saw beside the answer."""
    said = [_row(row) for row in _rows(answer, "also")]
    return section("What else was seen", f"<ul>{''.join(said)}</ul>") if said else ""


def quality_section(answer: Row) -> str:
    """Say what gives reason to read the record itself with care."""
    said = [_row(row) for row in _rows(answer, "quality")]
    return section("Doubts about the record", f"<ul>{''.join(said)}</ul>") if said else ""


def _rows(answer: Row, name: str) -> Iterable[Row]:
    rows = answer.get(name)
    return (
        [row for row in rows if isinstance(row, dict) and row.get("text")] if isinstance(rows, list) else []
    )


def _row(row: Row) -> str:
    """Write a sentence with the proofs and the figures that it stands on."""
    proofs = [*_rows(row, "proofs"), *_rows(row, "evidence")]
    inner = f"<ul>{''.join(_row(proof) for proof in proofs)}</ul>" if proofs else ""
    figures = row.get("figures")
    told = ""
    if isinstance(figures, dict) and figures:
        parts = [figure(str(name), float(value)) for name, value in figures.items()]
        told = f'<br><span class="soft">{escape(", ".join(parts))}</span>'
    return f"<li>{both(_capital(str(row['text'])), row)}{told}{inner}</li>"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
