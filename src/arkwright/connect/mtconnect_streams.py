"""Read what an MTConnect agent answers: observations in order, and its errors by their code."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from arkwright.connect.mtconnect_model import Element, local, parse_xml
from arkwright.core.errors import SourceError
from arkwright.core.tables import to_us


class AgentError(SourceError):
    """The agent refuses a request, with a code of the standard."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(f"the agent refuses: {code} {text}".rstrip())


class MalformedError(SourceError):
    """An answer that is no document of MTConnect."""


class Seen(NamedTuple):
    """One observation: its number, its data item, its time as the source stamped it [us], its element."""

    sequence: int
    item: str
    time_us: int | None
    element: Element


@dataclass(frozen=True)
class Document:
    """A Streams document: who speaks, what its buffer holds, and the observations by number.

    ``created_us`` [us] is the agent's clock, None where it cannot be read.
    """

    instance: int
    first: int
    last: int
    next: int
    size: int
    created_us: int | None
    model_changed: str
    seen: tuple[Seen, ...]


def read_streams(text: bytes, wanted: Container[str]) -> Document:
    """Read a Streams document.

    Parameters
    ----------
    text
        The document.
    wanted
        Ids of the data items whose observations are kept.

    Returns
    -------
    document
        Header and observations, in order of their numbers.

    Raises
    ------
    AgentError
        If it is an Error document.
    MalformedError
        If it is no document of MTConnect.
    """
    root = read_document(text)
    if local(root) != "MTConnectStreams":
        raise MalformedError(f"document '{local(root)[:50]}'", wanted="MTConnectStreams")
    head = next((e for e in root if local(e) == "Header"), None)
    if head is None:
        raise MalformedError("a Streams document without Header", wanted="one with nextSequence")
    seen = [_seen(e) for e in root.iter() if e.get("dataItemId") in wanted]
    seen.sort(key=lambda s: s.sequence)
    return Document(
        instance=_whole(head, "instanceId"),
        first=_whole(head, "firstSequence"),
        last=_whole(head, "lastSequence"),
        next=_whole(head, "nextSequence"),
        size=_whole(head, "bufferSize"),
        created_us=parse_time(head.get("creationTime", "")),
        model_changed=head.get("deviceModelChangeTime", ""),
        seen=tuple(seen),
    )


def read_document(text: bytes) -> Element:
    """Parse any answer of an agent, and raise what it reports as an error.

    Raises
    ------
    AgentError
        If it is an Error document.
    MalformedError
        If it is not XML.
    """
    try:
        root = parse_xml(text)
    except SourceError as error:
        raise MalformedError(error.found, wanted=error.wanted) from error
    if local(root) == "MTConnectError":
        raise _agent_error(root)
    return root


def parse_time(text: str) -> int | None:
    """Read a time as MTConnect writes it (ISO 8601, UTC where no zone stands), None if it is none. [us]"""
    try:
        moment = datetime.fromisoformat(text.strip())
        return to_us(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _seen(element: Element) -> Seen:
    return Seen(
        _whole(element, "sequence"),
        element.get("dataItemId"),
        parse_time(element.get("timestamp", "")),
        element,
    )


def _whole(element: Element, name: str) -> int:
    text = element.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 20:
        raise MalformedError(f"{name}='{text[:30]}' in {local(element)}", wanted="a whole number")
    return int(text)


def _agent_error(root: Element) -> AgentError:
    """Read the first error, as versions before 2.6 write it (a code) or later ones (an element)."""
    holder = next((e for e in root.iter() if local(e) == "Errors"), root)
    for error in holder:
        if local(error) == "Error":
            return AgentError(error.get("errorCode", "UNKNOWN"), (error.text or "").strip()[:300])
        if local(error) != "Header":
            text = next((e.text or "" for e in error if local(e) == "ErrorMessage"), "")
            return AgentError(_code(local(error)), text.strip()[:300])
    return AgentError("UNKNOWN", "")


def _code(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
