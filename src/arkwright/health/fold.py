"""What the checks share: cells of the declared grid, and speaking only when something changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from arkwright.core.catalog import State
from arkwright.core.finding import Finding
from arkwright.core.plant import Asset
from arkwright.core.tables import TIME, Slice, from_us, to_us

AGAIN_S = 900.0
"""A trouble that goes on is told again after this long, so that its evidence does not grow old. [s]"""

CellJudge = Callable[[State, Slice, Asset], tuple[State, list[Finding]]]


def fold(
    judge_cell: CellJudge, every_s: float, state: State, window: Slice, asset: Asset
) -> tuple[State, list[Finding]]:
    """Judge a slice cell by cell, so that one big window gives what many small ones give.

    Parameters
    ----------
    judge_cell
        Judge of one cell of the grid.
    every_s
        Length of a cell; the grid counts from 1970-01-01 UTC. [s]
    state
        What the judge remembers.
    window
        One window, of one cell or many.
    asset
        What it is about.

    Returns
    -------
    state
        What the judge remembers now.
    findings
        What it said, cell after cell.
    """
    findings: list[Finding] = []
    for cell in cut(window, every_s):
        state, found = judge_cell(state, cell, asset)
        findings += found
    return state, findings


def cut(window: Slice, every_s: float) -> Iterator[Slice]:
    """Cut a slice at the grid, oldest cell first; a heartbeat at its end counts for all of it.

    Parameters
    ----------
    window
        One window.
    every_s
        Length of a cell. [s]

    Yields
    ------
    cell
        Slice that ends at a grid time, or with the window.
    """
    start_us, end_us, every_us = to_us(window.start), to_us(window.end), round(every_s * 1e6)
    if end_us <= start_us:
        return
    inner = range((start_us // every_us + 1) * every_us, end_us, every_us)
    if not inner:
        yield window
        return
    edges = [start_us, *inner, end_us]
    yield from (_between(window, a, b) for a, b in pairwise(edges))


def _between(window: Slice, start_us: int, end_us: int) -> Slice:
    start, end = from_us(start_us), from_us(end_us)
    latest = window.latest
    return replace(
        window,
        start=start,
        end=end,
        readings=window.readings.filter(_within(window.readings.column("time"), start_us, end_us)),
        # A waveform from before the window came too late for its own: the first cell takes it.
        waveforms=tuple(w for w in window.waveforms if max(w.time, window.start) >= start and w.time < end),
        events=window.events.filter(_within(window.events.column("start"), start_us, end_us)),
        latest=latest.filter(pc.less(latest.column("time"), pa.scalar(end_us, pa.int64()).cast(TIME))),
    )


def _within(times: pa.ChunkedArray, start_us: int, end_us: int) -> pa.ChunkedArray:
    start, end = (pa.scalar(us, pa.int64()).cast(TIME) for us in (start_us, end_us))
    return pc.and_(pc.greater_equal(times, start), pc.less(times, end))


# ------------------------------------------------------------------------------------- what is told when
def tell(
    told: object, held: Sequence[Finding], cell: Slice, check: str, keep: Collection[str] = ()
) -> tuple[dict[str, object], list[Finding]]:
    """Say what is new: troubles that begin, change or are over.

    Parameters
    ----------
    told
        What this function last returned as ``told``, from the check's state; anything else counts as nothing.
    held
        A finding for every trouble that holds in this cell.
    cell
        The cell.
    check
        Name of the check.
    keep
        Subjects of which this cell says nothing either way.

    Returns
    -------
    told
        What is told by now, by subject, plain JSON.
    findings
        What to say: see ``arkwright.health.examine``.
    """
    before = {k: v for k, v in told.items() if isinstance(v, dict)} if isinstance(told, Mapping) else {}
    end_us = to_us(cell.end)
    fresh = [f for f in held if _is_news(before.get(f.subject), f, end_us)]
    after: dict[str, object] = {f.subject: before.get(f.subject) for f in held}
    after |= {f.subject: _note(f, end_us) for f in fresh}
    after |= {subject: said for subject, said in before.items() if subject in keep and subject not in after}
    over = [said for subject, said in before.items() if subject not in after]
    return after, fresh + _endings(over, cell, check)


def _is_news(said: Mapping[str, object] | None, finding: Finding, end_us: int) -> bool:
    if said is None or said["band"] != finding.band or said["missing"] != list(finding.missing):
        return True
    # A refusal does not grow old: it is said again only when what is missing changes.
    return not finding.missing and end_us - int(str(said["at_us"])) >= AGAIN_S * 1e6


def _note(finding: Finding, end_us: int) -> dict[str, object]:
    return {
        "asset": finding.asset,
        "location": finding.location,
        "cause": finding.cause,
        "band": finding.band,
        "missing": list(finding.missing),
        "at_us": end_us,
        "text": finding.text,
        "text_zh": finding.text_zh,
    }


def _endings(over: Sequence[Mapping[str, object]], cell: Slice, check: str) -> list[Finding]:
    places = sorted({(str(said["asset"]), str(said["location"])) for said in over})
    return [_ending(asset, place, over, cell, check) for asset, place in places]


def _ending(asset: str, place: str, over: Sequence[Mapping[str, object]], cell: Slice, check: str) -> Finding:
    here = [said for said in over if said["asset"] == asset and said["location"] == place]
    texts = " ".join(str(said["text"]) for said in here)
    texts_zh = "".join(str(said["text_zh"] or said["text"]) for said in here)
    return Finding(
        check,
        asset,
        "normal",
        "none",
        1.0,
        cell.start,
        cell.end,
        f"Over since {cell.end:%Y-%m-%d %H:%M} UTC: {texts}",
        location=place,
        text_zh=f"{cell.end:%Y-%m-%d %H:%M} UTC 起已恢复正常：{texts_zh}",
        labels=tuple(sorted(str(said["cause"]) for said in here)),
    )
