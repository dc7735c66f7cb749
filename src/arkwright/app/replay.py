"""Play a recording through the real runtime, in a data folder of its own, as fast as it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from arkwright.app.judging import Judging
from arkwright.app.replay_tape import Arrival, Tape, stretch
from arkwright.app.stores import history_folder
from arkwright.connect.files import SOURCE as FILES
from arkwright.core.catalog import Batch, Check, FaultMode
from arkwright.core.errors import HistoryError
from arkwright.core.feed import Card, rank
from arkwright.core.finding import BANDS, CANNOT_JUDGE, Finding
from arkwright.core.plant import Connection, Site
from arkwright.core.tables import READINGS, empty, from_us
from arkwright.health.examine import NORMAL
from arkwright.history.lake import Lake
from arkwright.history.ledger import open_ledger
from arkwright.history.query import History
from arkwright.runtime.clock import Clock
from arkwright.runtime.engines import Engine
from arkwright.runtime.intake import Intake
from arkwright.runtime.lateness import Lateness
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable
from arkwright.runtime.watch import SETTLE_US

Progress = Callable[[int, int], None]
SOON_S = 60.0  # a check that looks less often is not waited for: silence would be found meanwhile

RECORDING = Connection("recording", "files", "recording:")


@dataclass(frozen=True)
class Replayed:
    """What came of a recording: findings in order of their windows, cards ranked, and counts.

    ``looked`` names the checks that had something to look at; ``failed`` names checks and assets that could
    not be judged, and why.
    """

    findings: tuple[Finding, ...]
    cards: tuple[Card, ...]
    looked: tuple[str, ...]
    ticks: int
    readings: int
    waveforms: int
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """Faults found, the most urgent and surest first."""
        return _labels(self.findings)

    @property
    def verdicts(self) -> dict[str, str]:
        """One word a check: its first fault, else ``cannot_judge`` where it says only that, else normal."""
        return {name: _verdict([f for f in self.findings if f.check == name]) for name in self.looked}

    @property
    def verdict(self) -> str:
        """One word: the first fault, else normal where any check could judge."""
        if self.labels:
            return self.labels[0]
        return CANNOT_JUDGE if set(self.verdicts.values()) == {CANNOT_JUDGE} else NORMAL


def _labels(findings: Sequence[Finding]) -> tuple[str, ...]:
    real = [f for f in findings if f.cause not in (NORMAL, CANNOT_JUDGE)]
    ordered = sorted(real, key=lambda f: (-BANDS.index(f.band), -f.confidence, f.end, f.id))
    return tuple(dict.fromkeys(f.cause for f in ordered))


def _verdict(findings: Sequence[Finding]) -> str:
    labels = _labels(findings)
    if labels:
        return labels[0]
    return CANNOT_JUDGE if {f.cause for f in findings} == {CANNOT_JUDGE} else NORMAL


async def replay(
    site: Site,
    tape: Tape,
    home: Path,
    *,
    checks: Mapping[str, Check] | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Play a recording through intake, lake and judges.

    Parameters
    ----------
    site
        The site that the recording belongs to.
    tape
        The recording.
    home
        Data folder, which must be new.
    checks
        Checks by name; all that there are if left out.
    engine
        Where judges run; one worker process if left out.
    progress
        Told how many arrivals are through, and of how many. [1]

    Returns
    -------
    replayed
        Findings and cards.

    Raises
    ------
    HistoryError
        If the data folder holds a history already, or cannot be written.
    """
    if history_folder(home).exists():
        raise HistoryError(
            "there is a history already", wanted="a new folder", where=str(home), fix="Give another --data."
        )
    site = site if site.connections else replace(site, connections={"recording": RECORDING})
    clock = [tape.start_us]
    with Lake(history_folder(home), lambda: from_us(clock[0])) as lake:
        ledger = open_ledger(home / "ledger.db", synchronous="OFF")
        live = LiveTable(tuple(site.signals.values()), lambda _: True)
        intake = Intake(lake, live, clock=Clock(lambda: clock[0], lambda: clock[0]))
        intake.lines.extend(_lines(site, intake, lambda: clock[0] / 1e6))
        judging = Judging(site, History(lake), ledger, intake, _faults(), checks=checks, engine=engine)
        try:
            ticks = await _play(tape, clock, intake, judging, progress)
            with ledger.view() as view:
                findings = [f for w in judging.watches for f in view.findings_of(w.check.name)]
                cards = rank(view.cards())
        finally:
            judging.close()
            ledger.close()
    return Replayed(
        tuple(sorted(findings, key=lambda f: (f.end, f.check, f.id))),
        tuple(cards),
        tuple(w.check.name for w in judging.watches),
        ticks,
        sum(a.readings.num_rows for a in tape.arrivals),
        sum(len(a.waveforms) for a in tape.arrivals),
        {
            f"{name}: {asset}": why
            for name, h in judging.loop.health.items()
            for asset, why in h.failed.items()
        },
    )


async def _play(
    tape: Tape, clock: list[int], intake: Intake, judging: Judging, progress: Progress | None
) -> int:
    arrivals = list(stretch(tape))
    ticks = 0
    for done, arrival in enumerate([*arrivals, _last_look(arrivals[-1].time_us, judging)], 1):
        await intake.lines[0].put(Batch(arrival.readings, arrival.waveforms))
        # What lies on a disk is alive; the clock stands where windows that end with the arrival are due.
        clock[0] = max(clock[0], arrival.time_us + SETTLE_US)
        for line in intake.lines:
            line.beat()
        await intake.drain()
        ticks += await judging.step()
        if progress is not None:
            progress(min(done, len(arrivals)), len(arrivals))
    return ticks


def _last_look(last_us: int, judging: Judging) -> Arrival:
    """Return nothing, at the time when the windows that the end lies in are over."""
    steps = [round(w.check.needs.every_s * 1e6) for w in judging.watches if w.check.needs.every_s <= SOON_S]
    return Arrival(max((-(-last_us // step) * step for step in steps), default=last_us), empty(READINGS))


def _lines(site: Site, intake: Intake, clock: Callable[[], float]) -> list[Line]:
    return [
        Line(
            connection,
            FILES,  # never asked: the player puts in what it would
            [s for s in site.signals.values() if s.connection == name],
            intake.queue,
            clock=clock,
            beat_limit_s=float("inf"),
            lateness=Lateness(latest_us=0),  # the player hands on a stretch at a time: that is no slow clock
        )
        for name, connection in site.connections.items()
    ]


def _faults() -> Mapping[str, FaultMode]:
    from arkwright.health.fault import faults

    return faults()
