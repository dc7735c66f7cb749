"""Play a recording of an MTConnect adapter (SHDR text) into an agent, with its own time stamps."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, cast

from arkwright.connect.mtconnect_agent import Agent, Sent
from arkwright.connect.mtconnect_buffer import Condition, Level, TimeSeries
from arkwright.connect.mtconnect_model import DataItem
from arkwright.core.errors import SourceError

_PIPE = re.compile(r"(?<!\\)\|")
_MULTILINE = "--multiline--"
_LEVELS = ("NORMAL", "WARNING", "FAULT", "UNAVAILABLE")


class ShdrLine(NamedTuple):
    """One stamped line: its time as written, and its fields."""

    number: int
    time: str
    fields: tuple[str, ...]


@dataclass
class Played:
    """What became of a recording."""

    lines: int = 0
    observations: int = 0
    assets: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def read_lines(lines: Iterable[str]) -> Iterator[ShdrLine]:
    """Split a recording into stamped lines; commands (``*``) and the bodies of assets are passed over."""
    until = ""
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        if until:
            until = "" if line == until else until
            continue
        if not line or line.startswith("*"):
            continue
        time, *fields = _PIPE.split(line)
        if fields and fields[-1].startswith(_MULTILINE):
            until = fields[-1]
        yield ShdrLine(number, time, tuple(fields))


async def play(agent: Agent, path: Path, device: str = "", lines_per_s: float | None = None) -> Played:
    """Hand a recording to an agent, line by line in the order of the file.

    Parameters
    ----------
    agent
        Agent whose model has the data items.
    path
        Recording.
    device
        Device whose data items the keys name; the first of the model where it is left out.
    lines_per_s
        Pace; as fast as it goes where it is left out. [1/s]

    Returns
    -------
    played
        Counts, and what the model does not know.
    """
    told = Played()
    home = device or agent.model.devices[0].name
    text = await asyncio.to_thread(path.read_text, encoding="utf-8", errors="replace")
    for line in read_lines(text.splitlines()):
        take_line(agent, home, line, told)
        if lines_per_s:
            await asyncio.sleep(1.0 / lines_per_s)
        elif told.lines % 200 == 0:
            await asyncio.sleep(0)
    return told


def take_line(agent: Agent, device: str, line: ShdrLine, told: Played) -> None:
    """Hand one line to an agent."""
    told.lines += 1
    if line.fields and line.fields[0].startswith("@"):
        told.assets += 1
        return
    rest = list(line.fields)
    while len(rest) >= 2:
        item = agent.model.find(rest[0], device)
        if item is None:
            told.unknown[rest[0]] = told.unknown.get(rest[0], 0) + 1
            rest = rest[2:]
            continue
        try:
            value, used = _value(item, rest[1:])
            agent.observe(item.id, value, line.time)
            told.observations += 1
        except (SourceError, ValueError) as error:
            told.refused.append(f"line {line.number}: {error}")
            used = 1
        rest = rest[1 + used :]


def _value(item: DataItem, fields: list[str]) -> tuple[Sent, int]:
    """Read the value that begins a list of fields, and say how many it takes."""
    if item.category == "CONDITION":
        level = fields[0].strip().upper()
        if level not in _LEVELS:
            raise SourceError(f"level '{fields[0]}' of '{item.id}'", wanted=", ".join(_LEVELS))
        code, severity, qualifier, text = [*fields[1:5], "", "", "", ""][:4]
        return Condition(cast("Level", level), code, severity, qualifier, text), 5
    if item.representation == "TIME_SERIES":
        rate = float(fields[1]) if fields[1] else item.sample_rate_hz or 0.0
        return TimeSeries(tuple(map(float, fields[2].split())), rate), 3
    if item.type == "MESSAGE":
        return (fields[1] if len(fields) > 1 else ""), 2
    if item.representation == "DATA_SET":
        return dict(pair.split("=", 1) for pair in fields[0].split() if "=" in pair), 1
    return fields[0].replace("\\|", "|"), 1
