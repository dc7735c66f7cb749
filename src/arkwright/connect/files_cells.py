"""Read single cells of a table: times, numbers and qualities as plants write them; a guess is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from arkwright.core.tables import BAD, GOOD, UNCERTAIN, to_us

TIME_NAMES = (
    "time", "timestamp", "datetime", "date_time", "date time", "date", "ts", "utc", "zeit", "zeitstempel",
    "datum", "uhrzeit", "时间", "日期",
)  # fmt: skip
TIME_PAIRS = (("date", "time"), ("datum", "zeit"), ("datum", "uhrzeit"), ("日期", "时间"))
NOTHING = {"", "nan", "null", "none", "n/a", "na", "#n/a", "-", "--", "---", "?"}
QUALITIES = {
    "good": GOOD, "ok": GOOD, "true": GOOD, "uncertain": UNCERTAIN, "questionable": UNCERTAIN, "bad": BAD,
    "false": BAD, "invalid": BAD, "gut": GOOD, "schlecht": BAD,
}  # fmt: skip
_EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_POINTED = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMAED = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+|\d{1,3}([ \u00a0\u202f]\d{3})+)(,\d+)?([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
_UNIT = re.compile(r"^(.*?)[\s_]*[\[(]([^\])]+)[\])]\s*$")
_DIRECTIVES = {
    "Y": r"\d{4}", "m": r"\d{1,2}", "d": r"\d{1,2}", "H": r"\d{1,2}", "M": r"\d{1,2}", "S": r"\d{1,2}",
    "f": r"\d{1,6}", "y": r"\d{2}", "j": r"\d{1,3}", "b": r"[A-Za-z]{3}", "B": r"[A-Za-z]+",
    "p": r"[AaPp][Mm]", "I": r"\d{1,2}", "z": r"(?:Z|[+-]\d{2}:?\d{2})",
}  # fmt: skip


def time_reader(time_format: str, zone: str) -> Callable[[str], int | None]:
    """Return what turns the text of a time into microseconds since the epoch, None where it is none.

    Parameters
    ----------
    time_format
        ``iso``, ``epoch_s``, ``epoch_ms``, ``epoch_us`` or a pattern of strptime.
    zone
        Zone of times that state none.

    Returns
    -------
    read
        From text to time. [us]
    """
    local = ZoneInfo(zone)

    def aware(moment: datetime) -> int:
        return to_us(moment if moment.tzinfo else moment.replace(tzinfo=local).astimezone(UTC))

    def read(text: str) -> int | None:
        try:
            if time_format in _EPOCHS:
                return _from_epoch(text, _EPOCHS[time_format])
            plain = text.strip()
            if time_format == "iso":
                return aware(datetime.fromisoformat(plain))
            return aware(datetime.strptime(plain, time_format))
        except (ValueError, OverflowError):
            return None

    return read


def _from_epoch(text: str, factor: int) -> int:
    whole, _, fraction = text.strip().partition(".")
    if fraction and not fraction.isdigit():
        raise ValueError(text)
    # Digit by digit: a float has lost the microsecond of today's seconds.
    part = int(fraction.ljust(6, "0")[:6]) * factor // 1_000_000 if fraction else 0
    number = int(whole)
    return number * factor + (-part if whole.startswith("-") else part)


def parse_number(text: str, comma: bool) -> float | None:
    """Read a number, None where it is none, or could be two.

    Parameters
    ----------
    text
        Text of the cell, without spaces around it.
    comma
        Whether numbers of this file have a decimal comma: ``1.234`` is then refused, since it may be 1234.

    Returns
    -------
    number
        The number, infinite where the cell says so. [as the file writes it]
    """
    if _INFINITE.fullmatch(text):
        return float(text)
    if not comma:
        return float(text) if _POINTED.fullmatch(text) else None
    if _COMMAED.fullmatch(text) and ("," in text or not _GROUPED.fullmatch(text)):
        return float(re.sub(r"[. \u00a0\u202f]", "", text).replace(",", "."))
    return None


def parse_status(text: str) -> int | None:
    """Read a quality: a word, or an OPC UA status code; None where it is neither. [1]"""
    plain = text.strip().casefold()
    if plain in QUALITIES:
        return QUALITIES[plain]
    try:
        code = int(plain, 0)
    except ValueError:
        return None
    return code if 0 <= code <= 0xFFFF_FFFF else None


def split_unit(name: str) -> tuple[str, str]:
    """Split the name of a column from the unit in brackets behind it, empty where there is none."""
    match = _UNIT.match(name)
    return (match[1], match[2].strip()) if match else (name, "")


def find_time(text: str, pattern: str, zone: str) -> int | None:
    """Find a time within a file name by a pattern of strptime, None where there is none.

    Parameters
    ----------
    text
        File name.
    pattern
        Pattern such as ``%Y.%m.%d.%H.%M.%S``.
    zone
        Zone of times that state none.

    Returns
    -------
    time_us
        The time. [us]
    """
    read = time_reader(pattern, zone)
    for match in re.finditer(_expression(pattern), text):
        time_us = read(match[0])
        if time_us is not None:
            return time_us
    return None


def _expression(pattern: str) -> str:
    steps = re.split(r"%(.)", pattern)
    return "".join(_DIRECTIVES.get(s, re.escape(s)) if i % 2 else re.escape(s) for i, s in enumerate(steps))
