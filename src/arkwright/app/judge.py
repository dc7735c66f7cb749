"""What a worker is given and what it answers: one window of one check, for some assets.

Loaded by worker processes, so it imports nothing that a judge does not need.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arkwright.core.catalog import Check, State
from arkwright.core.finding import Evidence, Finding
from arkwright.core.plant import Asset
from arkwright.core.tables import Slice, Waveform
from arkwright.runtime.engines import attempt


@dataclass(frozen=True)
class Brief:
    """One window of one check, for some assets.

    ``readings`` and ``latest`` hold the rows of the first asset, then those of the second, and so on; the
    ``bounds`` say where each begins, shape ``(n_assets + 1,)``. [1] Times of signals that are read through
    a connection of ``delays`` are moved on by so much. [us]
    """

    check: Check
    start: datetime
    end: datetime
    assets: tuple[Asset, ...]
    states: tuple[State, ...]
    readings: pa.Table
    bounds: tuple[int, ...]
    latest: pa.Table
    latest_bounds: tuple[int, ...]
    waveforms: tuple[tuple[Waveform, ...], ...]
    events: pa.Table
    connected: Mapping[str, bool]
    delays: Mapping[str, int] = field(default_factory=dict)

    def slices(self) -> Iterator[Slice]:
        """Yield what is known of each asset."""
        for number, asset in enumerate(self.assets):
            first, last = self.bounds[number : number + 2]
            known, later = self.latest_bounds[number : number + 2]
            connections = {s.connection for s in asset.signals if s.connection}
            yield Slice(
                self.start,
                self.end,
                self.readings.slice(first, last - first),
                self.waveforms[number],
                self._events_of(asset, connections),
                self.latest.slice(known, later - known),
                {name: alive for name, alive in self.connected.items() if name in connections},
            )

    def _events_of(self, asset: Asset, connections: set[str]) -> pa.Table:
        if not self.events.num_rows:
            return self.events
        subjects = [asset.name, *connections, *(s.name for s in asset.signals)]
        return self.events.filter(pc.is_in(self.events.column("subject"), pa.array(subjects)))


@dataclass(frozen=True)
class Ruling:
    """What a check said of one asset: its new state, None where it is the old one, and the findings.

    ``error`` says why it said nothing.
    """

    asset: str
    state: dict[str, object] | None = None
    findings: tuple[Finding, ...] = ()
    error: str = ""


def judge_brief(brief: Brief) -> list[Ruling]:
    """Judge each asset of a brief; a mistake in judging one does not touch the others."""
    rulings = [
        _judge(brief.check, asset, state, window)
        for asset, state, window in zip(brief.assets, brief.states, brief.slices(), strict=True)
    ]
    return [_as_read(ruling, brief) for ruling in rulings] if brief.delays else rulings


def _as_read(ruling: Ruling, brief: Brief) -> Ruling:
    """Let evidence point at readings where they lie in history, not where they were moved to."""
    moved = {
        s.name: timedelta(microseconds=brief.delays[s.connection])
        for asset in brief.assets
        if asset.name == ruling.asset
        for s in asset.signals
        if s.connection in brief.delays
    }
    findings = tuple(
        replace(f, evidence=tuple(_moved_back(e, moved.get(e.signal)) for e in f.evidence))
        for f in ruling.findings
    )
    return replace(ruling, findings=findings)


def _moved_back(evidence: Evidence, late: timedelta | None) -> Evidence:
    if late is None:
        return evidence
    start, end = (t and t - late for t in (evidence.start, evidence.end))
    return replace(evidence, start=start, end=end)


def _judge(check: Check, asset: Asset, state: State, window: Slice) -> Ruling:
    # The end of the window is the judge's "now": it is the same whenever the window is judged.
    told = attempt(check.judge, state, window, asset, window.end)
    if told.result is None:
        return Ruling(asset.name, error=told.error)
    after, findings = told.result
    plain = attempt(_plain, after)
    if plain.result is None:
        return Ruling(asset.name, error=f"its state is not plain JSON: {plain.error}")
    return Ruling(asset.name, None if plain.result == state else plain.result, tuple(findings))


def _plain(state: State) -> dict[str, object]:
    """Return a state as it will come back from the ledger."""
    kept: dict[str, object] = json.loads(json.dumps(state, allow_nan=False, default=_number))
    return kept


def _number(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} in it")
