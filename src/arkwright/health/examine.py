"""Every check that applies to an asset, run over one slice.

How findings come, for those who keep and show them:

- A check speaks when something **changes**: a trouble begins, its band changes, what is missing changes.
  While nothing changes it repeats itself at most every ``AGAIN_S`` (health/fold.py), with fresh evidence and
  the same ``subject``. Silence means that things are as they were, never that a trouble is over.
- A trouble that is **over** is said once, by a finding with cause ``normal``, band ``none``, the asset and
  location of the trouble, and in ``labels`` the causes that are over. :func:`cleared_subjects` gives the
  subjects of those findings: they are the cards to clear. ``labels`` may hold ``cannot_judge``: it can judge
  again.
- ``cannot_judge`` has band ``none`` and names in ``missing`` what is needed; it is said once, and again when
  that changes.
- A lost connection is no asset's: its finding bears the connection's name as ``asset``, location empty. Every
  asset that is read through it says the same, with the same id and subject: keep it once.
- ``location`` is a place of the asset (``DE``, ``spindle``), or the signal's name without the asset's where
  the place alone would not tell two troubles apart (``stave5.flux``); empty for the whole asset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from arkwright.core.catalog import Check, State, find_entries
from arkwright.core.finding import Finding, worst_first
from arkwright.core.plant import Asset
from arkwright.core.tables import Slice

NORMAL = "normal"


def checks() -> Mapping[str, Check]:
    """All checks by name: each file of ``arkwright.health.checks`` that ends in ``CHECK``."""
    return find_entries("arkwright.health.checks", "CHECK", Check)


def examine(
    window: Slice, asset: Asset, now: datetime, states: Mapping[str, State] | None = None
) -> tuple[dict[str, State], list[Finding]]:
    """Run every check that applies to the asset over one slice.

    Parameters
    ----------
    window
        What is known of the asset in one window.
    asset
        The asset, with its own signals.
    now
        When it is judged.
    states
        What each check remembers, by its name; empty at first.

    Returns
    -------
    states
        What each check remembers now, by its name.
    findings
        What is new, the worst first.
    """
    after: dict[str, State] = dict(states or {})
    findings: list[Finding] = []
    for name, check in checks().items():
        if check.applies_to(asset):
            after[name], found = check.judge(after.get(name, {}), window, asset, now)
            findings += found
    return after, worst_first(findings)


def cleared_subjects(finding: Finding) -> tuple[str, ...]:
    """Return the subjects of the troubles that a ``normal`` finding says are over."""
    if finding.cause != NORMAL:
        return ()
    return tuple(replace(finding, cause=cause).subject for cause in finding.labels)
