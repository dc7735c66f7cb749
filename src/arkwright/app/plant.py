"""A site that runs: its connections, live values, history, judges and feed, wired once and in one place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from arkwright.app.connections import protocols
from arkwright.app.judging import Judging
from arkwright.app.reports import Reports
from arkwright.app.site import data_dir, load_site
from arkwright.app.status import status_of, write_status
from arkwright.app.stores import history_folder, open_ledger_of
from arkwright.app.uses import hand_over
from arkwright.core.catalog import FaultMode, Source, find_entry
from arkwright.core.errors import HistoryError, SiteError
from arkwright.core.plant import Connection, Site
from arkwright.history.compact import Policy, start_round
from arkwright.history.lake import Lake
from arkwright.history.ledger import Ledger
from arkwright.history.ledger_people import People
from arkwright.history.query import History
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line
from arkwright.runtime.live import LiveTable

STATUS_EVERY_S = 2.0
UPKEEP_EVERY_S = 600.0
HAND_OVER_EVERY_S = 5.0
SOURCES = "arkwright.connect"


@dataclass
class Plant:
    """Everything of one site in one process; :meth:`run` keeps it going.

    ``folder`` is the site folder, ``home`` where history and ledger live.
    """

    site: Site
    folder: Path
    home: Path
    ledger: Ledger
    people: People
    lake: Lake
    history: History
    live: LiveTable
    intake: Intake
    lines: Mapping[str, Line]
    judging: Judging
    reports: Reports
    faults: Mapping[str, FaultMode]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    upkeep_error: str = ""
    outbox_error: str = ""

    def now(self) -> datetime:
        """Return the time now, UTC."""
        return datetime.now(UTC)

    def connected(self, name: str) -> bool:
        """Say whether a connection's heartbeat is alive."""
        return name in self.lines and self.lines[name].is_alive()

    async def run(self) -> None:
        """Read, keep, judge and tell until cancelled; what was taken in by then is committed."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.intake.run(), name="intake")
                for name, line in self.lines.items():
                    group.create_task(line.keep_alive(), name=name)
                group.create_task(self.judging.run(), name="judging")
                group.create_task(self.reports.run(), name="reports")
                group.create_task(self._keep_status(), name="status")
                group.create_task(self._hand_over(), name="outbox")
                group.create_task(self._keep_house(), name="upkeep")
        finally:
            write_status(self.home, status_of(self, ended=True))

    async def _keep_status(self) -> None:
        while True:
            await asyncio.to_thread(write_status, self.home, status_of(self))
            await asyncio.sleep(STATUS_EVERY_S)

    async def _hand_over(self) -> None:
        """Bring what the ledger laid out, as of closed orders, into history."""
        while True:
            try:
                await asyncio.to_thread(hand_over, self.ledger, self.lake)
            except HistoryError as error:
                self.outbox_error = str(error)
            else:
                self.outbox_error = ""
            await asyncio.sleep(HAND_OVER_EVERY_S)

    async def _keep_house(self) -> None:
        policy = _policy(self.site)
        while True:
            await asyncio.sleep(UPKEEP_EVERY_S)
            upkeep = start_round(self.lake.folder, policy)
            code = await asyncio.to_thread(upkeep.wait)
            self.upkeep_error = f"upkeep of history ended with code {code}" if code else ""

    def close(self) -> None:
        """End the judges and give history and ledger back."""
        with ExitStack() as stack:  # a full disk that stops one must not keep the others open
            for part in (self.ledger, self.lake, self.judging):
                stack.callback(part.close)

    def __enter__(self) -> Plant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_plant(folder: Path, *, home: Path | None = None) -> Plant:
    """Open a site for running.

    Parameters
    ----------
    folder
        The site folder.
    home
        Where history and ledger live; as the site says if left out.

    Returns
    -------
    plant
        Not running yet; also a context manager that closes it.

    Raises
    ------
    SiteError
        If the folder has an error, or a connection speaks a protocol that is not known.
    HistoryError
        If another process runs this site, or the disk does not let it write.
    """
    site = load_site(folder)
    sources = {name: _source(c) for name, c in site.connections.items()}
    home = home or data_dir(site, folder)
    lake = Lake(history_folder(home))
    try:
        ledger = open_ledger_of(site, home)
        ledger.keep_site(site, datetime.now(UTC))
        return _assemble(site, folder, home, lake, ledger, sources)
    except BaseException:
        lake.close()
        raise


def _assemble(
    site: Site, folder: Path, home: Path, lake: Lake, ledger: Ledger, sources: Mapping[str, Source]
) -> Plant:
    from arkwright.health.fault import faults

    lines: dict[str, Line] = {}
    live = LiveTable(tuple(site.signals.values()), lambda name: name in lines and lines[name].is_alive())
    history = History(lake)
    newest = history.last()
    live.update(newest)
    received = dict(
        zip(newest.column("signal").to_pylist(), newest.column("server_time").to_pylist(), strict=True)
    )
    intake = Intake(lake, live)
    for name, source in sources.items():
        own = [s for s in site.signals.values() if s.connection == name]
        lines[name] = Line(
            site.connections[name],
            source,
            own,
            intake.queue,
            lake.resume(name) or {},
            max((received[s.name] for s in own if s.name in received), default=None),
        )
    intake.lines.extend(lines.values())
    known = faults()
    reports = Reports(site, ledger, lake, history)
    judging = Judging(site, history, ledger, intake, known)
    people = People(ledger)
    return Plant(
        site, folder, home, ledger, people, lake, history, live, intake, lines, judging, reports, known
    )


def _source(connection: Connection) -> Source:
    if connection.protocol not in protocols():
        raise SiteError(
            f"protocol '{connection.protocol}' of connection '{connection.name}' is not known",
            wanted=f"one of {', '.join(sorted(protocols()))}",
            where="site.toml",
        )
    return find_entry(SOURCES, "SOURCE", Source, connection.protocol)


def _policy(site: Site) -> Policy:
    table = site.settings.get("history", {})
    stated = table if isinstance(table, dict) else {}
    known = {f.name: float(stated[f.name]) for f in fields(Policy) if stated.get(f.name) is not None}
    return Policy(**known)
