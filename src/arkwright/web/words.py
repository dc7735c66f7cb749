"""Two languages: what is said to a person, and how numbers, ages and times are written."""

from __future__ import annotations

from datetime import datetime
from math import floor, isfinite, log10
from zoneinfo import ZoneInfo

from arkwright.web.page import Context, Language


def say(context: Context, en: str, zh: str) -> str:
    """Return the text in the language of the person; English where the Chinese is missing."""
    return pick(context.language, en, zh)


def pick(language: Language, en: str, zh: str) -> str:
    """Return the text in a language; English where the Chinese is missing."""
    return zh if language == "zh" and zh else en


def digits_of(value: float) -> int:
    """Return how many decimals four figures of a value need, 0 to 3. [1]

    Parameters
    ----------
    value
        Any finite number. [any]
    """
    size = abs(value)
    if size < 1:
        return 3
    return max(0, 3 - floor(log10(size)))


def places_of(value: float) -> int:
    """Return how many decimals a value really has, at most those that four figures need. [any]

    Parameters
    ----------
    value
        A finite number, rounded as it is to be shown. [any]

    Returns
    -------
    places
        Decimals worth writing. [1]
    """
    written = repr(float(value))
    if "e" in written:
        return digits_of(value)
    places = written.partition(".")[2]
    return min(digits_of(value), 0 if places == "0" else len(places))


def write_number(value: float | None, *, digits: int | None = None) -> str:
    """Write a number with four figures, or as many decimals as asked for; a dash where there is none.

    Parameters
    ----------
    value
        The number. [any]
    digits
        Decimals wanted. [1]
    """
    if value is None or not isfinite(value):
        return "–"
    decimals = digits_of(value) if digits is None else digits
    text = f"{value:,.{decimals}f}" if abs(value) >= 10_000 else f"{value:.{decimals}f}"
    return text.replace(",", "\u202f").replace("-", "\u2212")


def write_money(amount: float | None, currency: str) -> str:
    """Write an amount without cents, thousands apart; nothing where there is none. [currency]"""
    if amount is None or amount <= 0:
        return ""
    return f"{amount:,.0f} {currency}".replace(",", "\u202f").replace("-", "\u2212")


def write_age(seconds: float | None, language: Language = "en") -> str:
    """Write how long ago something was, in the largest unit that fits. [s]"""
    if seconds is None or not isfinite(seconds):
        return "–"
    for size, en, zh in ((86400.0, "d", "天"), (3600.0, "h", "小时"), (60.0, "min", "分钟")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {pick(language, en, zh)}"
    return f"{max(0.0, seconds):.0f} {pick(language, 's', '秒')}"


def write_time(moment: datetime | None, zone: str, *, day: bool = True) -> str:
    """Write a time in the zone of the site."""
    if moment is None:
        return "–"
    return f"{moment.astimezone(ZoneInfo(zone)):{'%Y-%m-%d %H:%M:%S' if day else '%H:%M:%S'}}"
