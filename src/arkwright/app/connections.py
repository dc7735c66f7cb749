"""Sources by address: list them, examine a connection, browse it, and say what its signals look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from urllib.parse import urlsplit

from arkwright.core.catalog import Source, Step, Suggestion, entry_names, find_entries
from arkwright.core.errors import ArkwrightError, SourceError
from arkwright.core.plant import Connection
from arkwright.core.quantity import find_quantity, find_unit

ROOM = "arkwright.connect"
SURE_ENOUGH = 0.2  # below it a guess is none: a person has to say what the signal measures
PATH_SCHEME = "file"


@dataclass(frozen=True)
class Wish:
    """What a person wrote to reach a source: address, protocol where the address leaves it open, settings."""

    url: str
    protocol: str = ""
    name: str = ""
    user: str = ""
    password: str = ""
    settings: Sequence[str] = ()


def sources() -> Mapping[str, Source]:
    """Return every source there is, by name."""
    return find_entries(ROOM, "SOURCE", Source)


def protocols() -> frozenset[str]:
    """Name the protocols that a connection of a site folder may have."""
    return frozenset(entry_names(ROOM, "SOURCE"))


def find_source(url: str, protocol: str = "") -> Source:
    """Find the source that reads an address.

    Raises
    ------
    SourceError
        If none does, or several do and the protocol is not named.
    """
    known = sources()
    if protocol:
        if protocol not in known:
            raise SourceError(f"protocol '{protocol}' is not known", wanted=", ".join(sorted(known)))
        return known[protocol]
    scheme = urlsplit(url).scheme or PATH_SCHEME
    fitting = [s for s in known.values() if scheme in s.schemes]
    if len(fitting) == 1:
        return fitting[0]
    examples = "; ".join(s.example_url for s in (fitting or known.values()) if s.example_url)
    if not fitting:
        raise SourceError(f"address '{url}' is of no known protocol", wanted=f"such as {examples}")
    names = " or ".join(s.name for s in fitting)
    raise SourceError(f"address '{url}' fits {names}", fix="Name one with --protocol.")


def plan_connection(wish: Wish) -> tuple[Source, Connection]:
    """Turn what a person wrote into a connection, its settings checked against those of the source.

    Raises
    ------
    SourceError
        If the source or a setting is not known.
    """
    source = find_source(wish.url, wish.protocol)
    settings = dict(_setting(text) for text in wish.settings)
    settings |= {k: v for k, v in (("user", wish.user), ("password", wish.password)) if v}
    for name in settings:
        if name not in source.settings:
            legal = ", ".join(source.settings)
            raise SourceError(f"setting '{name}' is not one of {source.title}", wanted=f"one of {legal}")
    return source, Connection(wish.name or source.name, source.name, wish.url, settings)


def _setting(text: str) -> tuple[str, object]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise SourceError(f"setting '{text}'", wanted="name=value")
    return name.strip(), _plain(value.strip())


def _plain(text: str) -> object:
    """Read a value as TOML would; what is no number and no truth value is text, in quotes or without."""
    if text in {"true", "false"}:
        return text == "true"
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


async def browse(source: Source, connection: Connection) -> list[Suggestion]:
    """Ask a source what it has, and settle every guess on units that a site folder may hold.

    Raises
    ------
    SourceError
        If the source cannot be reached or refuses.
    """
    try:
        found = await source.browse(connection)
    except OSError as error:
        raise unreachable(source, connection, error) from error
    return [_settled(s) for s in found]


async def diagnose(source: Source, connection: Connection) -> list[Step]:
    """Try each step of a connection; what fails is a step, not an error."""
    try:
        return await source.diagnose(connection)
    except (ArkwrightError, OSError) as error:
        return [Step("Examine the connection", False, str(error) or type(error).__name__)]


def unreachable(source: Source, connection: Connection, error: OSError) -> SourceError:
    """Say that a source is not there, and what to run next."""
    why = str(error) or type(error).__name__
    return SourceError(
        f"{source.title} cannot be read: {why}",
        where=connection.url,
        fix=f"Run 'arkwright connect diagnose {connection.url}' to see which step fails.",
    )


def is_sure(suggestion: Suggestion) -> bool:
    """Say whether a guess is good enough to be taken over once a person agrees."""
    return bool(suggestion.quantity) and suggestion.confidence >= SURE_ENOUGH


def looks_like(suggestion: Suggestion) -> str:
    """Say in two or three words what a found signal looks like."""
    if not is_sure(suggestion):
        return "not clear"
    if suggestion.kind == "waveform":
        rate = f" at {suggestion.rate_hz:g} Hz" if suggestion.rate_hz else ", no sample rate stated"
        return f"{_title(suggestion)} waveform{rate}"
    if suggestion.kind == "text":
        return "text"
    return _title(suggestion)


def _title(suggestion: Suggestion) -> str:
    return find_quantity(suggestion.quantity).title.partition(",")[0].lower()


def summarise(found: Iterable[Suggestion]) -> list[str]:
    """Count what was found by what it looks like, most first, the unclear last."""
    counts = Counter(looks_like(s) for s in found)
    unclear = counts.pop("not clear", 0)
    lines = [f"{n} look like {what}" if n > 1 else f"1 looks like {what}" for what, n in counts.most_common()]
    if unclear:
        verb = "do" if unclear > 1 else "does"
        lines.append(f"{unclear} {verb} not say what is measured: please choose")
    return lines


def _settled(suggestion: Suggestion) -> Suggestion:
    """Write the unit as the house does; a guess whose unit is none becomes no guess."""
    try:
        unit = find_unit(suggestion.quantity, suggestion.unit)
    except ArkwrightError:
        return replace(suggestion, quantity="", confidence=0.0)
    return replace(suggestion, unit=unit.name)


# ------------------------------------------------------------------------------------------- choosing
def choose_all(found: Iterable[Suggestion]) -> tuple[list[Suggestion], list[Suggestion]]:
    """Part what was found into what is sure enough to be added, and what a person must decide first."""
    parts: tuple[list[Suggestion], list[Suggestion]] = ([], [])
    for suggestion in found:
        parts[0 if is_sure(suggestion) else 1].append(suggestion)
    return parts


def choose_named(found: Iterable[Suggestion], addresses: Iterable[str]) -> list[Suggestion]:
    """Return the suggestions of the addresses named.

    Raises
    ------
    SourceError
        If the source has no such address, or its guess is none.
    """
    by_address = {s.address: s for s in found}
    chosen: list[Suggestion] = []
    for address in addresses:
        suggestion = by_address.get(address)
        if suggestion is None:
            near = get_close_matches(address, by_address, n=1)
            raise SourceError(
                f"the source has no signal '{address}'",
                wanted=f"'{near[0]}' perhaps" if near else "an address that browsing shows",
            )
        if not is_sure(suggestion):
            raise SourceError(
                f"what '{address}' measures is not clear: {suggestion.why}",
                fix="Say it with --as quantity:unit, as --as temperature:degC.",
            )
        chosen.append(suggestion)
    return chosen


def state_signals(found: Iterable[Suggestion], addresses: Iterable[str], measures: str) -> list[Suggestion]:
    """Return signals whose quantity and unit a person states, as ``temperature:degC``.

    What browsing told of an address (title, kind, rate) is kept; an address it did not show is believed.

    Raises
    ------
    UnitError
        If quantity or unit is not known, or they do not belong together.
    """
    quantity, _, unit = measures.partition(":")
    known = find_unit(quantity.strip(), unit.strip())
    by_address = {s.address: s for s in found}
    blank = [by_address.get(a) or Suggestion(a, _tail(a), "", "", "", 0.0) for a in addresses]
    why = "stated by a person"
    return [replace(s, quantity=known.quantity, unit=known.name, why=why, confidence=1.0) for s in blank]


def _tail(address: str) -> str:
    return re.split(r"[/#;=]", address)[-1]
