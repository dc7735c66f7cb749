"""Judge history again on the recorded ticks: what comes out must be what was kept when it was live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from arkwright.app.judge import Ruling, judge_brief
from arkwright.app.judging import connected_then, delays_then
from arkwright.app.slices import Moment, Past, Slicer, past_with
from arkwright.core.catalog import Check
from arkwright.core.finding import Finding
from arkwright.core.plant import Site
from arkwright.history.ledger import Ledger
from arkwright.history.ledger_codec import dump, load
from arkwright.history.query import History
from arkwright.runtime.watch import Watch, watch_all

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Recorded:
    """A tick as the ledger has it: window end and cut [us], and what was noted."""

    end_us: int
    cut_us: int
    detail: Mapping[str, object]


@dataclass(frozen=True)
class Compared:
    """What judging a check again came to.

    Ids of findings that only history gives, that only the ledger has, and of those that read differently;
    and the assets whose state is another.
    """

    check: str
    ticks: int = 0
    findings: int = 0
    only_again: tuple[str, ...] = ()
    only_kept: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    states: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Say whether history gives what was kept."""
        return not (self.only_again or self.only_kept or self.otherwise or self.states)


@dataclass
class Judged:
    """What a check says of recorded ticks: findings by id, and the last states by asset."""

    findings: dict[str, Finding] = field(default_factory=dict)
    states: dict[str, dict[str, object]] = field(default_factory=dict)


def judge_again(
    site: Site, watch: Watch, history: History, ticks: Sequence[Recorded], told: Callable[[], None]
) -> Judged:
    """Judge recorded ticks in order, from no state at all.

    Parameters
    ----------
    site
        The site as it was.
    watch
        The check and its assets.
    history
        Holds all that had been received.
    ticks
        All ticks of the check, in order.
    told
        Called after each tick.

    Returns
    -------
    judged
        Findings and states.

    Raises
    ------
    HistoryError
        If history cannot be read.
    """
    slicer, judged = Slicer(watch, history), Judged()
    past: tuple[Past, ...] = ()
    for tick in ticks:
        connected, delays = connected_then(site, tick.detail), delays_then(tick.detail)
        moment = Moment(tick.end_us, tick.cut_us, past, connected, delays)
        failed = tick.detail.get("failed")
        left_out = set(failed) if isinstance(failed, Mapping) else set()
        briefs = slicer.look(moment).briefs(judged.states, left_out)
        _take(judged, (ruling for brief in briefs for ruling in judge_brief(brief)))
        past = past_with(past, Past(tick.end_us, tick.cut_us, delays))
        told()
    return judged


def _take(judged: Judged, rulings: Iterable[Ruling]) -> None:
    for ruling in rulings:
        if ruling.state is not None:
            judged.states[ruling.asset] = ruling.state
        for finding in ruling.findings:
            judged.findings.setdefault(finding.id, finding)


def compare_with_ledger(
    site: Site,
    history: History,
    ledger: Ledger,
    checks: Mapping[str, Check],
    progress: Progress | None = None,
) -> Iterator[Compared]:
    """Judge every recorded tick again and compare with what the ledger kept.

    Parameters
    ----------
    site
        The site.
    history
        Its history; while the plant runs, later readings change nothing.
    ledger
        Its ledger.
    checks
        Checks by name.
    progress
        Told after each tick how many are done, and of how many. [1]

    Yields
    ------
    compared
        One for each check that has judged.

    Raises
    ------
    HistoryError
        If history or ledger cannot be read.
    """
    watches = watch_all(checks.values(), tuple(site.assets.values()), frozenset())
    # The ledger is read before history, so that everything that it knows of is there.
    kept = [(w, *_kept(ledger, w.check.name)) for w in watches]
    total, done = sum(len(ticks) for _, ticks, _ in kept), 0

    def told() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    for watch, ticks, then in kept:
        if ticks:
            again = judge_again(site, watch, history, ticks, told)
            yield _compared(watch.check.name, len(ticks), again, then)


def _kept(ledger: Ledger, check: str) -> tuple[list[Recorded], Judged]:
    with ledger.view() as view:
        details = view.tick_details(check)
        ticks = [Recorded(end, cut, details.get(end, {})) for end, cut in view.ticks(check)]
        findings = {f.id: f for f in view.findings_of(check)}
        return ticks, Judged(findings, view.states(check))


def _compared(check: str, ticks: int, again: Judged, then: Judged) -> Compared:
    both = again.findings.keys() & then.findings.keys()
    assets = again.states.keys() | then.states.keys()
    return Compared(
        check,
        ticks,
        len(then.findings),
        tuple(sorted(again.findings.keys() - both)),
        tuple(sorted(then.findings.keys() - both)),
        tuple(sorted(i for i in both if _as_kept(again.findings[i]) != dump(then.findings[i]))),
        tuple(sorted(a for a in assets if dump(again.states.get(a, {})) != dump(then.states.get(a, {})))),
    )


def _as_kept(finding: Finding) -> str:
    """Return a finding as the ledger writes it after it has read it: 2 may have become 2.0 on the way."""
    return dump(load(Finding, dump(finding)))
