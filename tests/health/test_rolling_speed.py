"""Records whose speed changes: made steady by a tacho or by their own lines, left alone, or refused."""

import numpy as np
import pytest

from arkwright.health.bearing import find_bearing, judge_record
from arkwright.health.rolling_speed import SteadyRecord, speed_of_pulses, steady_record

ORDERS = find_bearing("6205")
FS, FR, SECONDS = 12_000.0, 30.0, 10.0
TIME = np.arange(int(FS * SECONDS)) / FS


def turns(change=0.0, time=TIME):
    """Turns of a shaft whose speed rises evenly from 1 - change to 1 + change times 30 Hz."""
    return FR * (time * (1 - change) + change * time**2 / SECONDS)


def struck(order, change=0.0, *, passing=0.0, seed=0, level=0.25):
    """Impacts at an order, each ringing at 3 kHz whatever the speed, in noise."""
    rng = np.random.default_rng(seed)
    at = np.arange(0.5, turns(change)[-1] * order) / order
    hits = np.interp(at, turns(change), TIME) + rng.normal(0, 1e-4, len(at))
    x = np.zeros(len(TIME))
    x[np.clip((hits * FS).astype(int), 0, len(x) - 1)] = 1 + 0.6 * np.cos(2 * np.pi * passing * at)
    ring = np.exp(-600 * TIME[:240]) * np.sin(2 * np.pi * 3000 * TIME[:240])
    return np.convolve(x, ring)[: len(x)] + level * rng.normal(size=len(x))


def pulses(change=0.0):
    return np.interp(np.arange(0.25, turns(change)[-1]), turns(change), TIME)


@pytest.mark.parametrize("change", [0.2])
def test_with_a_tacho_a_ramp_of_forty_per_cent_changes_no_verdict(change):
    x = struck(ORDERS.bpfi, change, passing=1.0)
    verdict = judge_record(x, FS, None, ORDERS, tacho_s=pulses(change))
    assert verdict.verdict == "inner_race"
    assert any("changed by 40 %" in said and "tacho" in said for said in verdict.against)


@pytest.mark.parametrize("change", [-0.2, 0.08])
def test_without_a_tacho_the_records_own_lines_are_followed(change):
    verdict = judge_record(struck(ORDERS.bpfo, change), FS, 60 * FR, ORDERS)
    assert verdict.verdict == "outer_race"
    assert any("own lines followed it" in said for said in verdict.against)


def test_a_run_up_that_is_too_wide_to_follow_is_refused_by_name_and_judged_with_a_tacho():
    x = struck(ORDERS.bpfo, 0.6)
    verdict = judge_record(x, FS, 60 * FR, ORDERS)
    assert verdict.verdict == "cannot_judge"
    assert "further than its lines can be followed" in verdict.missing[0]
    assert judge_record(x, FS, None, ORDERS, tacho_s=pulses(0.6)).verdict == "outer_race"


def test_the_ramp_that_is_found_is_the_ramp_that_was_driven():
    record = steady_record(struck(ORDERS.bpfo, 0.2), FS, 60 * FR)
    assert record.by == "lines"
    assert record.spread == pytest.approx(0.4, abs=0.05)
    assert record.rate_hz == FS
    assert len(record.samples) == pytest.approx(len(TIME), rel=0.01)


def test_a_steady_record_is_left_as_it_is():
    for seed in range(3):
        x = struck(ORDERS.bpfo, seed=seed)
        record = steady_record(x, FS, 60 * FR)
        assert record.by == ""
        assert record.told == ()
        assert np.array_equal(record.samples, x)


def test_plain_noise_and_a_short_record_are_left_as_they_are():
    x = np.random.default_rng(3).normal(size=120_000)
    assert steady_record(x, FS, 60 * FR).by == ""
    assert steady_record(x[:12_000], FS, 60 * FR).by == ""


def test_a_tacho_at_steady_speed_corrects_the_stated_speed_and_leaves_the_samples():
    x = struck(ORDERS.bpfo)
    record = steady_record(x, FS, 1500.0, pulses())
    assert record.speed_rpm == pytest.approx(60 * FR, rel=1e-4)
    first = round(0.25 / FR * FS)
    assert record.samples[:100] == pytest.approx(x[first : first + 100])


def test_a_tacho_without_pulses_is_refused_by_name():
    verdict = judge_record(struck(ORDERS.bpfo), FS, 60 * FR, ORDERS, tacho_s=np.zeros(0))
    assert verdict.verdict == "cannot_judge"
    record = steady_record(struck(ORDERS.bpfo), FS, 60 * FR, np.array([0.1, 0.2]))
    assert "tacho cannot be followed" in record.flaws[0]


def test_the_speed_of_pulses_is_turns_over_time():
    assert speed_of_pulses(np.arange(11) * 0.04) == pytest.approx(1500.0)
    assert speed_of_pulses(np.zeros(3)) is None


def test_a_change_of_one_per_cent_is_not_worth_a_sentence():
    assert SteadyRecord(np.zeros(3), FS, 1800.0, 0.009, "tacho").told == ()


@pytest.mark.parametrize(
    ("file", "fault", "change"),
    [("1797_IR_7_DE12", "inner_race", -0.2), ("1797_ORat6_7_DE12", "outer_race", 0.2)],
)
def test_a_real_fault_keeps_its_verdict_on_a_ramp(shared_data, file, fault, change):
    x = np.load(shared_data / f"diagnosis/cwru/{file}.npz")["DE"].astype(float)
    time = np.arange(len(x)) / FS
    driven = time * (1 - change) + change * time**2 / time[-1]
    swept = np.interp(driven, time, x)
    assert judge_record(swept, FS, 1797, ORDERS).verdict == fault
    at = np.interp(np.arange(1, 1797 / 60 * time[-1]) * 60 / 1797, driven, time)
    assert judge_record(swept, FS, None, ORDERS, tacho_s=at).verdict == fault
