"""Entries: the kinds of things that are added by one new file, and how they are found."""

from __future__ import annotations

import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from arkwright.core.errors import EntryError
from arkwright.core.finding import Finding
from arkwright.core.plant import Asset, Connection, Signal
from arkwright.core.tables import EVENTS, READINGS, Slice, Waveform, empty

Entry = TypeVar("Entry", bound="Named")
State = Mapping[str, object]  # plain JSON, kept by history under the check's name


class Named(Protocol):
    """Anything that has a name of its own."""

    @property
    def name(self) -> str:
        """Name of the entry, the same as its file's."""


# ------------------------------------------------------------------------------------------------ sources
@dataclass(frozen=True)
class Batch:
    """What a connector hands over at once.

    ``resume`` is stored once the batch is committed and given back at the next session (a sequence number, a
    file position); ``acknowledge`` is called after commit and sync, on the event loop of the connector.
    """

    readings: pa.Table = field(default_factory=lambda: empty(READINGS))
    waveforms: tuple[Waveform, ...] = ()
    events: pa.Table = field(default_factory=lambda: empty(EVENTS))
    resume: Mapping[str, object] | None = None
    acknowledge: Callable[[], None] | None = None


class Inlet(Protocol):
    """Where a connector puts what it reads; the runtime stands behind it."""

    @property
    def resume(self) -> Mapping[str, object]:
        """Return what the last committed batch left for this session."""

    @property
    def last_reading(self) -> datetime | None:
        """Return the receipt time of the connection's last committed batch."""

    async def put(self, batch: Batch) -> None:
        """Hand over a batch; waits while the queue is full."""

    def beat(self) -> None:
        """Say that the peer is alive, with or without data."""

    def gap(self, start: datetime, end: datetime, reason: str, signals: Sequence[str] = ()) -> None:
        """Report readings that cannot be had any more, with both ends."""

    def refuse(self, subject: str, found: str, *, wanted: str = "", fix: str = "") -> None:
        """Report something that was not taken in, so that a person sees it."""


@dataclass(frozen=True)
class Suggestion:
    """A signal found by browsing, with quantity and unit guessed and the guess explained.

    ``confidence`` is how sure the guess is, 0 to 1. [1]
    """

    address: str
    title: str
    quantity: str
    unit: str
    why: str
    confidence: float
    kind: str = "value"
    sample: str = ""
    rate_hz: float | None = None


@dataclass(frozen=True)
class Step:
    """One step of a connector's self-examination: what was tried, whether it worked, what to do."""

    title: str
    passed: bool
    text: str = ""


@dataclass(frozen=True)
class Source:
    """A connector: one protocol, one file.

    ``read(connection, signals, inlet)`` runs one session with a fresh client until the peer is lost (raises
    ``SourceError`` or ``OSError``) or is cancelled; the runtime calls it again with back-off. ``settings``
    names the legal settings with a sentence each; secrets are those whose name is in ``secret``.
    """

    name: str
    title: str
    schemes: tuple[str, ...]
    read: Callable[[Connection, Sequence[Signal], Inlet], Awaitable[None]]
    browse: Callable[[Connection], Awaitable[list[Suggestion]]]
    diagnose: Callable[[Connection], Awaitable[list[Step]]]
    settings: Mapping[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset({"password", "token", "key"})
    replays: str = ""  # what the protocol can replay after a cut, in a sentence
    example_url: str = ""


# ------------------------------------------------------------------------------------------------ judges
@dataclass(frozen=True)
class Needs:
    """The windows a check wants: ``window_s`` long [s], one every ``every_s`` [s] on the declared grid."""

    window_s: float
    every_s: float
    waveforms: bool = False


@dataclass(frozen=True)
class Check:
    """A judge: one kind of evidence, one file.

    ``judge(state, slice, asset, now)`` returns the new state and the findings; it is a fold, so that
    replaying history equals having run live. A check without memory hands the state back unchanged.
    """

    name: str
    title: str
    summary: str
    needs: Needs
    applies_to: Callable[[Asset], bool]
    judge: Callable[[State, Slice, Asset, datetime], tuple[State, list[Finding]]]
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class FaultMode:
    """A way to fail, as data: what it is called, what cures it, and what that takes.

    ``within_h`` [h] maps a band (watch, act, stop) to how soon the work should be done; ``duration_h`` [h],
    ``lead_time_h`` [h]. Codes are of ISO 14224:2016.
    """

    name: str
    title: str
    title_zh: str
    summary: str
    remedy: str
    failure_mode: str
    failure_mechanism: str
    activity: str
    duration_h: float
    within_h: Mapping[str, float]
    spares: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    lead_time_h: float = 0.0
    part: str = ""
    references: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    remedy_zh: str = ""


# ------------------------------------------------------------------------------------------ finding them
@cache
def find_entries(package: str, attribute: str, kind: type[Entry]) -> Mapping[str, Entry]:
    """Find every entry of one kind: each module of a package that ends in ``ATTRIBUTE = Kind(...)``.

    Raises
    ------
    EntryError
        If an attribute is of another kind, or its name is not that of its file.
    """
    found: dict[str, Entry] = {}
    for module in entry_names(package, attribute):
        entry = getattr(import_module(f"{package}.{module}"), attribute)
        found[_checked_name(entry, kind, f"{package}.{module}")] = entry
    return found


@cache
def entry_names(package: str, attribute: str) -> tuple[str, ...]:
    """Name the modules of a package that end in ``ATTRIBUTE = ...``, without loading them."""
    home = import_module(package)
    modules = sorted(m.name for m in pkgutil.iter_modules(home.__path__))
    sign = f"\n{attribute} = "
    return tuple(m for m in modules if sign in files(package).joinpath(f"{m}.py").read_text(encoding="utf-8"))


def find_entry(package: str, attribute: str, kind: type[Entry], name: str) -> Entry:
    """Load the one entry of a name, and no other module.

    Raises
    ------
    EntryError
        If there is no such entry; the error lists those that there are.
    """
    home = import_module(package)
    names = sorted(m.name for m in pkgutil.iter_modules(home.__path__))
    if name not in names:
        raise EntryError(f"'{name}' is not in {package}", wanted="one of " + ", ".join(names))
    entry = getattr(import_module(f"{package}.{name}"), attribute, None)
    if entry is None:
        raise EntryError(f"{package}.{name} has no {attribute}", wanted=kind.__name__)
    _checked_name(entry, kind, f"{package}.{name}")
    return entry  # type: ignore[no-any-return]


def _checked_name(entry: object, kind: type[Entry], module: str) -> str:
    if not isinstance(entry, kind):
        raise EntryError(f"found {type(entry).__name__}", wanted=kind.__name__, where=module)
    name = entry.name
    if name != module.rpartition(".")[2]:
        raise EntryError(f"entry '{name}'", wanted="the name of its file", where=module)
    return name
