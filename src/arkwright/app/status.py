"""How a running site does, written beside its data every few seconds, so that another process can tell."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from arkwright.app.judging import Judging
from arkwright.app.reports import Reports
from arkwright.core.plant import Site
from arkwright.runtime.intake import Intake
from arkwright.runtime.line import Line

FILE = "status.json"
FRESH_S = 10.0  # written every 2 s: a file five times as old is not believed


class Running(Protocol):
    """What a status is made from; the plant is one."""

    site: Site
    started: datetime
    intake: Intake
    lines: Mapping[str, Line]
    judging: Judging
    reports: Reports
    upkeep_error: str
    outbox_error: str


def status_of(plant: Running, *, ended: bool = False) -> dict[str, Any]:
    """Return how a plant does, as plain JSON; ``ended`` where it is about to stop."""
    intake = plant.intake
    return {
        "site": plant.site.name,
        "pid": os.getpid(),
        "started": plant.started.isoformat(),
        "written": datetime.now(UTC).isoformat(),
        "ended": ended,
        "connections": {name: _line(line) for name, line in plant.lines.items()},
        "intake": {"fill": intake.fill, "commits": intake.commits, "error": intake.error},
        "judging": plant.judging.status(),
        "errors": [e for e in _errors(plant) if e],
    }


def _errors(plant: Running) -> tuple[str, ...]:
    return plant.intake.error, plant.reports.error, plant.outbox_error, plant.upkeep_error


def _line(line: Line) -> dict[str, Any]:
    health = asdict(line.health)
    since = line.health.since
    return health | {
        "state": line.state(),
        "since": None if since is None else since.isoformat(),
        "protocol": line.connection.protocol,
        "signals": len(line.signals),
        "last_reading": None if line.last_reading is None else line.last_reading.isoformat(),
    }


def write_status(home: Path, status: Mapping[str, Any]) -> None:
    """Write the status; a reader sees the old one or the new one, and a full disk stops nothing."""
    fresh = home / f".{FILE}.tmp"
    try:
        fresh.write_text(json.dumps(status), encoding="utf-8")
        fresh.replace(home / FILE)
    except OSError:
        return  # the intake reports a full disk; an old status says by its age that it is old


def read_status(home: Path, now: datetime) -> dict[str, Any]:
    """Return the last status with ``running``, true only where it is fresh and nobody said the end."""
    try:
        status: dict[str, Any] = json.loads((home / FILE).read_text(encoding="utf-8"))
        age_s = (now - datetime.fromisoformat(status["written"])).total_seconds()
    except (OSError, ValueError, KeyError):
        return {"running": False, "age_s": None}
    return status | {"running": not status["ended"] and age_s <= FRESH_S, "age_s": age_s}
