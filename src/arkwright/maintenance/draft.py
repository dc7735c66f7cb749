"""Jobs drafted from findings: one for each asset and cause, in words for a fitter.

A draft is not work: only a named person makes it a work order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from arkwright.core.catalog import FaultMode
from arkwright.core.finding import CANNOT_JUDGE, Band, Finding, worst_first
from arkwright.core.plant import Asset
from arkwright.core.work import Job

Priority = Literal["low", "medium", "high", "urgent"]

NORMAL = "normal"
MONTH_H = 720.0
WEEK_H = 168.0
# How soon work is due where a fault mode does not say it: a month, a week, at once (within the shift).
WITHIN_H: Mapping[str, float] = {"watch": MONTH_H, "act": WEEK_H, "stop": 8.0}
# ISO 14224:2016, tables B.6 to B.14 (failure mode UNK, unknown) and table B.5 (activity 9, inspection).
UNKNOWN = FaultMode(
    name="unknown",
    title="Inspect",
    title_zh="检查",
    summary="Something is out of its usual range; the cause is not known.",
    remedy="Inspect the asset and write down what was found.",
    remedy_zh="检查设备并记录所见。",
    failure_mode="UNK",
    failure_mechanism="6.1",
    activity="9",
    duration_h=1.0,
    within_h=WITHIN_H,
)
_BEARING_UNKNOWN = "designation not stated: read it on the bearing before ordering"
_PLACES_ZH = {"DE": "驱动端", "NDE": "非驱动端"}
_PLACES = {"DE": "drive end", "NDE": "non-drive end"}


def draft_jobs(
    findings: Iterable[Finding], assets: Mapping[str, Asset], faults: Mapping[str, FaultMode], now: datetime
) -> list[Job]:
    """Draft one job for each asset and cause that calls for work, the most urgent first.

    A finding calls for work if its cause is a fault and its band is not ``none``. A cause that is no fault
    mode gets an inspection. How soon is counted from the end of the worst finding's window, so that a
    finding that is read late leaves less time.
    """
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if calls_for_work(finding):
            groups[finding.asset, finding.cause].append(finding)
    jobs = [
        _draft(worst_first(group), assets.get(asset, Asset(asset)), faults.get(cause), now)
        for (asset, cause), group in groups.items()
    ]
    return sorted(jobs, key=lambda job: (job.within_h, job.asset, job.title))


def calls_for_work(finding: Finding) -> bool:
    """Say whether a finding names something that a person should do something about."""
    return finding.band != "none" and finding.cause not in {NORMAL, CANNOT_JUDGE}


def priority_of(band: Band, within_h: float) -> Priority:
    """Name the priority: by the band, and low where watching for a month will do.

    Parameters
    ----------
    band
        The worst band of the findings.
    within_h
        How soon the work is due. [h]

    Returns
    -------
    priority
        One of low, medium, high, urgent.
    """
    if band == "stop":
        return "urgent"
    if band == "act":
        return "high"
    return "low" if within_h >= MONTH_H else "medium"


def avoided_cost(job: Job, asset: Asset, *, next_stop_h: float = WEEK_H) -> float | None:
    r"""Return what planned work saves over running to failure, if the finding is right. [site currency]

    .. math:: W = c\,(L + D - P) + R, \qquad P = D \text{ if due before the next planned stop, else } 0

    with the cost of downtime ``c``, the spares' lead time ``L``, the work's duration ``D`` and the asset's
    replacement ``R``. Run to failure, the asset stands while spares are fetched and while it is mended, and
    may take itself along: ``R`` is the whole replacement where the site states it, so ``W`` is what is at
    stake at most. Planned, the spares come while it runs, and the work costs production only if it cannot
    wait for the next planned stop. The feed weighs ``W`` with the confidence, once, when it ranks.

    Parameters
    ----------
    job
        The work; its ``duration_h``, ``lead_time_h`` and ``within_h`` count. [h]
    asset
        Its costs; where the site states neither, there is no worth.
    next_stop_h
        How far off the next planned stop is at most; a weekly one unless told. [h]

    Returns
    -------
    worth
        Money saved, or None where the site gives no costs. [site currency]
    """
    if asset.downtime_cost_per_h is None and asset.replace_cost is None:
        return None
    planned_h = job.duration_h if job.within_h < next_stop_h else 0.0
    saved_h = job.lead_time_h + job.duration_h - planned_h
    return (asset.downtime_cost_per_h or 0.0) * saved_h + (asset.replace_cost or 0.0)


# ------------------------------------------------------------------------------------------- one draft
def _draft(group: list[Finding], asset: Asset, known: FaultMode | None, now: datetime) -> Job:
    fault = known or replace(UNKNOWN, title=f"Inspect: {group[0].cause.replace('_', ' ')}")
    worst = group[0]
    places = sorted({f.location for f in group if f.location})
    within_h = _within_h(group, fault, now)
    cost = asset.downtime_cost_per_h
    return Job(
        asset=asset.name,
        title=_title(asset.title or asset.name, places, _PLACES, fault.title),
        title_zh=_title(asset.title_zh or asset.title or asset.name, places, _PLACES_ZH, fault.title_zh),
        remedy_zh=fault.remedy_zh,
        description=_description(group, asset, fault, places),
        finding_ids=tuple(dict.fromkeys(f.id for f in group)),
        priority=priority_of(worst.band, within_h),
        within_h=within_h,
        duration_h=fault.duration_h,
        spares=_spares(fault, asset, places),
        failure_mode=fault.failure_mode,
        failure_mechanism=fault.failure_mechanism,
        activity=fault.activity,
        skills=fault.skills,
        lead_time_h=fault.lead_time_h,
        cost=None if cost is None else cost * fault.duration_h,
    )


def _within_h(group: list[Finding], fault: FaultMode, now: datetime) -> float:
    dues = []
    for finding in group:
        limit_h = fault.within_h.get(finding.band, WITHIN_H[finding.band])
        dues.append(limit_h - max(0.0, (now - finding.end).total_seconds() / 3600))
    return max(0.0, min(dues))


def _title(name: str, places: list[str], words: Mapping[str, str], fault: str) -> str:
    where = ", ".join(words.get(place, place) for place in places)
    return f"{name}, {where}: {fault}" if where else f"{name}: {fault}"


def _spares(fault: FaultMode, asset: Asset, places: list[str]) -> tuple[str, ...]:
    filled = []
    for template in fault.spares:
        for place in places or [""]:
            text = template.replace("{bearing}", _bearing(asset, place))
            filled.append(text.replace("{location}", _PLACES.get(place, place)).strip())
    return tuple(dict.fromkeys(filled))


def _bearing(asset: Asset, place: str) -> str:
    if place in asset.bearings:
        return asset.bearings[place]
    only = set(asset.bearings.values())
    # Two ends with the same bearing, or one bearing at all: no doubt which one.
    return only.pop() if len(only) == 1 else _BEARING_UNKNOWN


def _description(group: list[Finding], asset: Asset, fault: FaultMode, places: list[str]) -> str:
    lines = list(dict.fromkeys(f.text for f in group))
    proof = [e for f in group for e in f.evidence]
    lines += _listed("Evidence", [e.text for e in proof if not e.against])
    lines += _listed("Against it", [e.text for e in proof if e.against])
    lines += ["", f"What to do: {fault.remedy}"]
    lines += _listed("Spares", list(_spares(fault, asset, places)))
    if fault.lead_time_h > 0:
        lines.append(f"Spares take about {_span(fault.lead_time_h)}; order now if they are not in store.")
    lines += [f"Skills: {', '.join(fault.skills)}"] if fault.skills else []
    return "\n".join(lines)


def _listed(head: str, texts: list[str], most: int = 6) -> list[str]:
    texts = list(dict.fromkeys(texts))
    more = [f"- and {len(texts) - most} more"] if len(texts) > most else []
    return ["", f"{head}:", *(f"- {text}" for text in texts[:most]), *more] if texts else []


def _span(hours: float) -> str:
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
