"""Jobs drafted from findings."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkwright.core.catalog import FaultMode
from arkwright.core.finding import Evidence, Finding, cannot_judge
from arkwright.core.plant import Asset
from arkwright.maintenance.draft import avoided_cost, draft_jobs

NOW = datetime(2026, 3, 3, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
OUTER = FaultMode(
    name="outer_race",
    title="Replace the bearing: outer race",
    title_zh="更换轴承：外圈",
    summary="A spall on the outer race.",
    remedy="Replace the bearing and check lubrication and fit.",
    failure_mode="VIB",
    failure_mechanism="1.2",
    activity="1",
    duration_h=4.0,
    within_h={"watch": 720.0, "act": 336.0, "stop": 8.0},
    spares=("rolling bearing {bearing}", "grease"),
    skills=("fitter",),
    lead_time_h=72.0,
)
FAULTS = {"outer_race": OUTER}
PUMP = Asset(
    "p1",
    title="Pump 1",
    title_zh="一号泵",
    bearings={"DE": "6205", "NDE": "6203"},
    downtime_cost_per_h=500.0,
    replace_cost=8000.0,
)


def finding(
    cause="outer_race", band="act", *, asset="p1", location="DE", end=NOW, check="bearing", text="Lines."
):
    proof = (Evidence("BPFO at 107.4 Hz, 9 dB."), Evidence("Load was low.", against=True))
    return Finding(check, asset, cause, band, 0.9, end - HOUR, end, text, proof, location=location)


def test_a_draft_says_what_a_fitter_needs():
    [job] = draft_jobs([finding()], {"p1": PUMP}, FAULTS, NOW)
    assert job.title == "Pump 1, drive end: Replace the bearing: outer race"
    assert job.title_zh == "一号泵, 驱动端: 更换轴承：外圈"
    assert job.spares == ("rolling bearing 6205", "grease")
    assert (job.priority, job.within_h, job.duration_h, job.lead_time_h) == ("high", 336.0, 4.0, 72.0)
    assert (job.failure_mode, job.failure_mechanism, job.activity) == ("VIB", "1.2", "1")
    assert job.finding_ids == (finding().id,)
    assert job.cost == 2000.0
    for words in (
        "Lines.",
        "BPFO at 107.4 Hz",
        "Against it:\n- Load was low.",
        OUTER.remedy,
        "3 days",
        "fitter",
    ):
        assert words in job.description


def test_one_asset_and_cause_is_one_job_with_both_bearings():
    found = [finding(), finding(location="NDE", band="watch"), finding(check="trend"), finding(asset="p2")]
    jobs = draft_jobs(found, {"p1": PUMP}, FAULTS, NOW)
    assert [(j.asset, len(j.finding_ids)) for j in jobs] == [("p1", 3), ("p2", 1)]
    assert jobs[0].spares == ("rolling bearing 6205", "rolling bearing 6203", "grease")
    assert "drive end, non-drive end" in jobs[0].title
    assert jobs[0].priority == "high"


def test_what_is_normal_or_cannot_be_judged_is_no_work():
    refused = cannot_judge("bearing", "p1", ("sample rate",), NOW - HOUR, NOW)
    found = [refused, finding("normal", "none"), finding("normal", "watch"), finding(band="none")]
    assert draft_jobs(found, {"p1": PUMP}, FAULTS, NOW) == []


def test_a_cause_that_is_no_fault_mode_is_inspected():
    [job] = draft_jobs([finding("limit_high", "stop")], {"p1": PUMP}, FAULTS, NOW)
    assert job.title == "Pump 1, drive end: Inspect: limit high"
    assert (job.failure_mode, job.activity, job.priority, job.within_h) == ("UNK", "9", "urgent", 8.0)
    assert job.spares == ()


def test_time_that_went_by_since_the_finding_is_not_given_again():
    late = finding(end=NOW - 100 * HOUR)
    [job] = draft_jobs([late], {"p1": PUMP}, FAULTS, NOW)
    assert job.within_h == pytest.approx(236.0)
    [job] = draft_jobs([finding(end=NOW - 9000 * HOUR)], {"p1": PUMP}, FAULTS, NOW)
    assert job.within_h == 0.0


def test_a_bearing_whose_designation_is_not_known_is_not_guessed():
    both = Asset("p1", bearings={"DE": "6205", "NDE": "6203"})
    [job] = draft_jobs([finding(location="X")], {"p1": both}, FAULTS, NOW)
    assert "not stated" in job.spares[0]
    same = Asset("p1", bearings={"DE": "6205", "NDE": "6205"})
    [job] = draft_jobs([finding(location="")], {"p1": same}, FAULTS, NOW)
    assert job.spares[0] == "rolling bearing 6205"


@pytest.mark.parametrize(("band", "priority"), [("watch", "low"), ("act", "high"), ("stop", "urgent")])
def test_priority_follows_the_band(band, priority):
    [job] = draft_jobs([finding(band=band)], {"p1": PUMP}, FAULTS, NOW)
    assert job.priority == priority


def test_worth_is_what_a_breakdown_costs_more_than_planned_work():
    [job] = draft_jobs([finding()], {"p1": PUMP}, FAULTS, NOW)
    assert avoided_cost(job, PUMP) == 500.0 * (72 + 4) + 8000.0
    [job] = draft_jobs([finding(band="stop")], {"p1": PUMP}, FAULTS, NOW)
    assert avoided_cost(job, PUMP) == 500.0 * 72 + 8000.0
    assert avoided_cost(job, Asset("p1")) is None
    assert avoided_cost(job, Asset("p1", replace_cost=10.0)) == 10.0


BANDS = st.sampled_from(["none", "watch", "act", "stop"])
FOUND = st.builds(
    finding,
    st.sampled_from(["outer_race", "limit_high", "normal"]),
    BANDS,
    asset=st.sampled_from(["p1", "p2"]),
    location=st.sampled_from(["", "DE", "NDE"]),
    end=st.sampled_from([NOW, NOW - HOUR]),
)


@given(st.lists(FOUND, max_size=12), st.randoms())
def test_jobs_do_not_depend_on_the_order_and_never_miss_a_finding(found, chance):
    jobs = draft_jobs(found, {"p1": PUMP}, FAULTS, NOW)
    keys = {(f.asset, f.cause) for f in found if f.band != "none" and f.cause != "normal"}
    assert len(jobs) == len(keys)
    drafted = {i for job in jobs for i in job.finding_ids}
    assert drafted == {f.id for f in found if f.band != "none" and f.cause != "normal"}
    mixed = list(found)
    chance.shuffle(mixed)
    again = draft_jobs(mixed, {"p1": PUMP}, FAULTS, NOW)
    assert [(j.asset, j.title, j.within_h, set(j.finding_ids)) for j in again] == [
        (j.asset, j.title, j.within_h, set(j.finding_ids)) for j in jobs
    ]
