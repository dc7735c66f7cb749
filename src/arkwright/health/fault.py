"""Fault modes: one TOML file each, with what an ISO 14224 work order needs to know."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from arkwright.core.catalog import FaultMode
from arkwright.core.errors import EntryError
from arkwright.core.finding import BANDS

_TEXTS = ("title", "title_zh", "summary", "remedy", "failure_mode", "failure_mechanism", "activity")
_LISTS = ("spares", "skills", "references")
_ALSO = ("remedy_zh", "duration_h", "lead_time_h", "within_h", "part", "evidence")


@cache
def faults() -> Mapping[str, FaultMode]:
    """All fault modes by name, read once from ``health/faults/*.toml``.

    Raises
    ------
    EntryError
        If a file lacks a field, has one that is unknown, or a value that makes no sense.
    """
    home = files("arkwright.health").joinpath("faults")
    rows = sorted((f.name, f.read_text(encoding="utf-8")) for f in home.iterdir() if f.name.endswith(".toml"))
    return {name.removesuffix(".toml"): read_fault(name.removesuffix(".toml"), text) for name, text in rows}


def read_fault(name: str, text: str) -> FaultMode:
    """Read one fault mode from TOML.

    Raises
    ------
    EntryError
        If a field is missing, unknown, or has a value that makes no sense.
    """
    where = f"faults/{name}.toml"
    row = _parse(text, where)
    unknown = sorted(set(row) - {*_TEXTS, *_LISTS, *_ALSO})
    if unknown:
        raise EntryError(f"field '{unknown[0]}'", wanted=", ".join((*_TEXTS, *_LISTS, *_ALSO)), where=where)
    empty = [field for field in _TEXTS if not str(row.get(field, "")).strip()]
    if empty:
        raise EntryError(f"{empty[0]} is not stated", wanted="a text", where=where)
    return FaultMode(
        name=name,
        title=str(row["title"]),
        title_zh=str(row["title_zh"]),
        summary=str(row["summary"]),
        remedy=str(row["remedy"]),
        failure_mode=str(row["failure_mode"]),
        failure_mechanism=str(row["failure_mechanism"]),
        activity=str(row["activity"]),
        spares=_texts(row, "spares"),
        skills=_texts(row, "skills"),
        references=_texts(row, "references"),
        duration_h=_hours(row, "duration_h", where),
        lead_time_h=_hours(row, "lead_time_h", where) if "lead_time_h" in row else 0.0,
        within_h=_within(row.get("within_h", {}), where),
        part=str(row.get("part", "")),
        evidence=row.get("evidence", {}),
        remedy_zh=str(row.get("remedy_zh", "")),
    )


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EntryError(str(error), wanted="TOML", where=where) from error


def _texts(row: Mapping[str, Any], field: str) -> tuple[str, ...]:
    return tuple(str(item) for item in row.get(field, ()))


def _hours(row: Mapping[str, Any], field: str, where: str) -> float:
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise EntryError(f"{field} is {value!r}", wanted="hours, not negative", where=where)
    return float(value)


def _within(row: Mapping[str, Any], where: str) -> dict[str, float]:
    found = {band: _hours(row, band, where) for band in row}
    bands = [band for band in BANDS if band != "none"]
    if sorted(found) != sorted(bands):
        raise EntryError(
            f"within_h has {', '.join(found) or 'nothing'}", wanted=", ".join(bands), where=where
        )
    hours = [found[band] for band in bands]
    if hours != sorted(hours, reverse=True):
        raise EntryError(f"within_h {hours}", wanted="less time the worse the band", where=where)
    return found
