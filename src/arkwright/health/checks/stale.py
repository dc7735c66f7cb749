"""Signals that went silent, signals that only say Bad, and connections that were lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa

from arkwright.core.catalog import Check, Needs, State
from arkwright.core.finding import Evidence, Finding
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import Slice, from_us, to_us
from arkwright.health.fold import fold, tell
from arkwright.health.phrase import say_time, title_of, title_zh_of
from arkwright.health.series import signal_codes

EVERY_S = 10.0
BAD_FOR_S = 60.0
"""An instrument that says nothing but Bad for this long needs a look. [s]"""
MOST_NAMED = 3


def _applies_to(asset: Asset) -> bool:
    return any(s.connection for s in asset.signals)


def _judge(state: State, window: Slice, asset: Asset, _now: datetime) -> tuple[State, list[Finding]]:
    return fold(_judge_cell, EVERY_S, state, window, asset)


def _judge_cell(state: State, cell: Slice, asset: Asset) -> tuple[State, list[Finding]]:
    end_us = to_us(cell.end)
    heard = _merged(_times(state, "heard"), _last(cell, good_only=False))
    good = _merged(_times(state, "good"), _last(cell, good_only=True))
    alive = _alive_since(state, cell)
    lost = {name for name, alive in cell.connected.items() if not alive}
    lost &= {s.connection for s in asset.signals}
    reached = [s for s in asset.signals if s.connection not in lost and s.kind != "waveform"]
    silent = {s: heard.get(s.name, 0) for s in reached if _is_silent(s, heard, alive, end_us)}
    bad = {s: good.get(s.name, 0) for s in reached if s not in silent and _is_bad(s, heard, good, end_us)}
    held = [_lost_connection(name, asset, cell) for name in sorted(lost)]
    held += [_silence(silent, asset, cell)] if silent else []
    held += [_badness(bad, asset, cell)] if bad else []
    keep = _unknown(state, cell, lost)
    told, findings = tell(state.get("told"), held, cell, "stale", keep)
    return {"alive": alive, "end_us": end_us, "heard": heard, "good": good, "told": told}, findings


def _times(state: State, name: str) -> dict[str, int]:
    kept = state.get(name, {})
    return {k: int(v) for k, v in kept.items()} if isinstance(kept, Mapping) else {}


def _merged(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    return {name: max(a.get(name, 0), b.get(name, 0)) for name in {**a, **b}}


def _last(cell: Slice, *, good_only: bool) -> dict[str, int]:
    """Return when each signal was last heard, by the clock of receipt. [us]"""
    found: dict[str, int] = {}
    for table in (cell.readings, cell.latest):
        names, codes = signal_codes(table)
        if not names:
            continue
        times = np.asarray(table.column("server_time").cast(pa.int64()), np.int64)
        status = np.asarray(table.column("status"), np.uint32)
        last = np.zeros(len(names), np.int64)
        rows = np.flatnonzero(status >> 30 == 0) if good_only else np.arange(len(codes))
        np.maximum.at(last, codes[rows], times[rows])
        found = _merged(found, {n: int(t) for n, t in zip(names, last.tolist(), strict=True) if t})
    return found


def _alive_since(state: State, cell: Slice) -> dict[str, int]:
    """Return since when each living connection has been seen alive without a break. [us]"""
    start_us = to_us(cell.start)
    before = _times(state, "alive") if state.get("end_us") == start_us else {}
    return {name: before.get(name, start_us) for name, alive in cell.connected.items() if alive}


def _is_silent(signal: Signal, heard: Mapping[str, int], alive: Mapping[str, int], end_us: int) -> bool:
    if signal.max_gap_s is None or signal.connection not in alive:
        return False
    # Silence counts from when the connection came back, or was first seen: before, nothing could be heard.
    last_us = max(heard.get(signal.name, 0), alive[signal.connection])
    return end_us - last_us > signal.max_gap_s * 1e6


def _is_bad(signal: Signal, heard: Mapping[str, int], good: Mapping[str, int], end_us: int) -> bool:
    last_us, good_us = heard.get(signal.name, 0), good.get(signal.name, 0)
    patience_s = max(BAD_FOR_S, signal.max_gap_s or 0.0)
    # Never good since it is known: the time of the first bad word is not kept, so its age cannot be told.
    return last_us > good_us > 0 and end_us - good_us > patience_s * 1e6


def _unknown(state: State, cell: Slice, lost: set[str]) -> set[str]:
    """Name what was told and cannot be seen now: unknown pulses, and what lies behind lost connections."""
    told = state.get("told")
    rows = told.items() if isinstance(told, Mapping) else ()
    return {
        subject
        for subject, said in rows
        if (said["cause"] == "connection_lost" and said["asset"] not in cell.connected)
        or (said["cause"] != "connection_lost" and lost)
    }


# ---------------------------------------------------------------------------------------------- in words
def _lost_connection(name: str, asset: Asset, cell: Slice) -> Finding:
    proof = Evidence(
        f"{sum(s.connection == name for s in asset.signals)} signals of {asset.title or asset.name} use it.",
        end=cell.end,
    )
    return Finding(
        "stale",
        name,
        "connection_lost",
        "act",
        0.99,
        cell.start,
        cell.end,
        f"Connection '{name}' is lost: nothing that is read through it can be judged.",
        (proof,),
        text_zh=f"连接“{name}”已断开：经其读取的信号均无法判断。",
    )


def _silence(silent: Mapping[Signal, int], asset: Asset, cell: Slice) -> Finding:
    lines = tuple(
        Evidence(
            f"{title_of(s)}: {_since(last)}; expected at least every {s.max_gap_s:g} s.",
            s.name,
            from_us(last) if last else None,
            cell.end,
            {"silent_s": (to_us(cell.end) - last) / 1e6} if last else {},
        )
        for s, last in silent.items()
    )
    names, names_zh = _named([title_of(s) for s in silent]), _named([title_zh_of(s) for s in silent])
    return Finding(
        "stale",
        asset.name,
        "silent_signal",
        "watch",
        0.95,
        cell.start,
        cell.end,
        f"No readings from {names}: {_since(max(silent.values()))}. The connection itself is alive.",
        lines,
        text_zh=f"{names_zh} 无读数，连接本身正常。",
    )


def _badness(bad: Mapping[Signal, int], asset: Asset, cell: Slice) -> Finding:
    lines = tuple(
        Evidence(
            f"{title_of(s)}: last good value at {say_time(last)}; since then all are Bad or Uncertain.",
            s.name,
            from_us(last),
            cell.end,
            {"bad_s": (to_us(cell.end) - last) / 1e6},
        )
        for s, last in bad.items()
    )
    names, names_zh = _named([title_of(s) for s in bad]), _named([title_zh_of(s) for s in bad])
    return Finding(
        "stale",
        asset.name,
        "bad_signal",
        "watch",
        0.95,
        cell.start,
        cell.end,
        f"No good value from {names} since {say_time(min(bad.values()))}: the source itself calls them bad.",
        lines,
        text_zh=f"{names_zh} 自 {say_time(min(bad.values()))} 起无有效值：数据源标记为坏值。",
    )


def _since(last_us: int) -> str:
    return f"silent since {say_time(last_us)}" if last_us else "never heard"


def _named(titles: list[str]) -> str:
    more = len(titles) - MOST_NAMED
    return ", ".join(titles[:MOST_NAMED]) + (f" (+{more})" if more > 0 else "")


CHECK = Check(
    name="stale",
    title="Silent signals and lost connections",
    summary=(
        "A connection without a heartbeat is one finding, under the connection's own name. On a living "
        "connection, a signal that is silent for longer than its max_gap_s, or that only delivers Bad or "
        "Uncertain values for a minute, is an instrument fault. Silence without max_gap_s is legal."
    ),
    needs=Needs(EVERY_S, EVERY_S),
    applies_to=_applies_to,
    judge=_judge,
)
