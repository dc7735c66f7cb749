"""The verdict on a rolling bearing: simulated faults, real records, refusals, and the rule that decides."""

import tracemalloc

import numpy as np
import pytest

from arkwright.health.bearing import find_bearing, judge_record
from arkwright.health.rolling import decide, threshold_of
from arkwright.health.rolling_search import SLIPS, CombScore, Search, line_order
from arkwright.kits.orders import COMBS, Line

ORDERS = find_bearing("6205-2RS")
FS, FR = 12_000, 30.0


def noise(seed=0, n=120_000):
    return np.random.default_rng(seed).normal(size=n)


def struck(per_turn, slip=0.0, passing=0.0, level=0.2, seconds=10.0, seed=0):
    """Impacts at an order, ringing at 3 kHz, swelling once per passing of the load zone, in noise."""
    x = np.zeros(int(FS * seconds))
    at = np.arange(0, seconds, 1 / ((1 + slip) * per_turn * FR))
    # Impacts scatter a little; without that, their rounding to samples would draw lines of its own.
    at = np.abs(at + np.random.default_rng(9).normal(0, 1e-4, len(at)))
    x[(at * FS).astype(int) % len(x)] = 1 + 0.6 * np.cos(2 * np.pi * passing * FR * at)
    t = np.arange(240) / FS
    ring = np.exp(-600 * t) * np.sin(2 * np.pi * 3000 * t)
    return np.convolve(x, ring)[: len(x)] + level * noise(seed, len(x))


@pytest.mark.parametrize(
    ("fault", "per_turn", "passing"),
    [("outer_race", ORDERS.bpfo, 0.0), ("inner_race", ORDERS.bpfi, 1.0), ("ball", 2 * ORDERS.bsf, 0.398)],
)
def test_impacts_are_named_after_what_is_struck(fault, per_turn, passing):
    verdict = judge_record(struck(per_turn, passing=passing), FS, 60 * FR, ORDERS)
    assert (verdict.verdict, verdict.labels) == (fault, (fault,))
    assert verdict.confidence > 0.95
    first = verdict.lines[0]
    assert first.found
    assert first.frequency_hz == pytest.approx(per_turn * FR, abs=0.5)
    assert first.order == pytest.approx(first.frequency_hz / FR, rel=0.01)


@pytest.mark.parametrize("slip", [-0.015, -0.01, 0.005])
def test_slip_is_found_and_does_not_hide_a_fault(slip):
    verdict = judge_record(struck(ORDERS.bpfo, slip), FS, 60 * FR, ORDERS)
    assert verdict.verdict == "outer_race"
    assert verdict.slip == pytest.approx(slip, abs=0.002)


def test_two_races_struck_hard_are_both_named():
    x = struck(ORDERS.bpfo) + struck(ORDERS.bpfi, passing=1.0, seed=1)
    verdict = judge_record(x, FS, 60 * FR, ORDERS)
    assert set(verdict.labels) == {"outer_race", "inner_race"}


def test_white_noise_is_normal_and_says_how_far_it_is_from_a_fault():
    verdict = judge_record(noise(), FS, 1800, ORDERS)
    assert (verdict.verdict, verdict.labels) == ("normal", ())
    assert max(verdict.scores[f] for f in ("outer_race", "inner_race", "ball")) < verdict.threshold - 1.0


def test_healthy_records_of_many_colours_raise_no_fault():
    rng = np.random.default_rng(5)
    turn = FR * np.arange(60_000) / FS
    for seed in range(6):
        x = np.convolve(noise(seed, 60_000), rng.normal(size=9), "same")
        x *= 1 + 0.3 * np.cos(2 * np.pi * turn)
        x += sum(rng.exponential(1) * np.cos(2 * np.pi * k * turn) for k in (1, 2, 3, 23, 46))
        assert judge_record(x, FS, 60 * FR, ORDERS).verdict == "normal"


def test_a_smaller_alpha_asks_for_more():
    assert threshold_of(0.001) > threshold_of(0.01) > threshold_of(0.1)
    x = struck(ORDERS.bpfo, level=0.2)
    strong = judge_record(x, FS, 60 * FR, ORDERS, alpha=0.01)
    assert strong.threshold == threshold_of(0.01)


def test_a_shaft_a_little_off_its_stated_speed_is_found():
    turn = FR * np.arange(120_000) / FS
    x = noise() * (1 + 0.8 * np.cos(2 * np.pi * turn))
    verdict = judge_record(x, FS, 60 * FR * 1.003, ORDERS)
    assert 60 * verdict.shaft_hz == pytest.approx(60 * FR, rel=5e-4)


# --------------------------------------------------------------------------------------------- refusals
@pytest.mark.parametrize(
    ("rate", "rpm", "orders", "word"),
    [
        (None, 1800, ORDERS, "sample rate"),
        (float("nan"), 1800, ORDERS, "sample rate"),
        (FS, 0, ORDERS, "speed"),
        (FS, -1800, ORDERS, "speed"),
        (FS, 1800, None, "bearing"),
        (FS, 30, ORDERS, "turns of the shaft"),
        (1000, 1800, ORDERS, "sample rate is too low"),
    ],
)
def test_what_is_missing_is_named(rate, rpm, orders, word):
    verdict = judge_record(noise(), rate, rpm, orders)
    assert verdict.verdict == "cannot_judge"
    assert word in verdict.missing[0]


@pytest.mark.parametrize(
    ("x", "word"),
    [
        (np.zeros(0), "0 samples"),
        (np.ones(1), "1 sample"),
        (np.full(120_000, 3.0), "constant"),
        (np.where(np.arange(120_000) % 1000 == 7, np.nan, noise()), "120 of 120000 samples are not numbers"),
        (np.where(np.arange(120_000) == 7, np.inf, noise()), "1 of 120000 samples are not numbers"),
        (np.clip(noise(), -0.5, 0.5), "clipped"),
        (np.where(np.arange(120_000) % 6000 < 600, 0.25, noise()), "dropouts"),
    ],
)
def test_an_unfit_record_is_refused_by_name(x, word):
    verdict = judge_record(x, FS, 1800, ORDERS)
    assert verdict.verdict == "cannot_judge"
    assert word in " ".join(verdict.missing)


def test_a_record_of_hours_is_judged_in_pieces_and_held_in_little_memory():
    hour = struck(ORDERS.bpfo, seconds=30.0).astype(np.float32)
    x = np.lib.stride_tricks.as_strided(hour, (120, len(hour)), (0, hour.itemsize)).reshape(-1)
    x[: FS * 400] = 0.0  # the recorder was not connected yet
    tracemalloc.start()
    verdict = judge_record(x, FS, 60 * FR, ORDERS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert verdict.verdict == "outer_race"
    assert peak < 200e6
    said = " ".join(verdict.against)
    assert "pieces of 30 s" in said
    assert "constant" in said


# ----------------------------------------------------------------------------------------------- the rule
def scores(outer=0.0, inner=0.0, ball=0.0, cage=0.0):
    return {"outer_race": outer, "inner_race": inner, "ball": ball, "cage": cage}


@pytest.mark.parametrize(
    ("given", "verdict", "labels"),
    [
        (scores(1.0, 1.5), "normal", ()),
        (scores(9.0, 1.0, cage=5.0), "outer_race", ("outer_race",)),
        (scores(9.0, 5.0), "outer_race", ("outer_race", "inner_race")),
        (scores(5.0, 2.6), "cannot_judge", ("outer_race", "inner_race")),
        (scores(2.4, 4.5), "cannot_judge", ("inner_race", "outer_race")),
        (scores(5.0, 1.7), "outer_race", ("outer_race",)),
        (scores(3.9, 2.0, ball=8.0), "ball", ("ball",)),
        (scores(cage=5.0), "cage", ("cage",)),
        (scores(cage=4.5), "normal", ()),
    ],
)
def test_the_rule_decides(given, verdict, labels):
    assert decide(given, 4.0)[:2] == (verdict, labels)


def test_the_orders_of_both_races_always_add_up_to_the_number_of_balls():
    one = Line(1, 0, 0, 1.0)
    for slip in SLIPS:
        both = [line_order(one, fault, ORDERS, slip) for fault in ("outer_race", "inner_race")]
        assert sum(both) == pytest.approx(9, abs=1e-3)


def test_a_comb_measured_at_once_is_what_a_loop_over_its_lines_measures():
    search = Search(struck(ORDERS.bpfi, passing=1.0), FS, FR, ORDERS)
    for fault, lines in COMBS.items():
        score = search.measure(fault)
        slow = np.zeros(20)
        for line in lines:
            hz = line_order(line, fault, ORDERS, score.slip) * search.shaft_hz
            levels = search.smeared if score.is_smeared else search.levels
            slow += line.weight * levels[:, round(hz / search.step_hz)]
        assert score.level_db == pytest.approx(slow / sum(line.weight for line in lines))
        z = np.sort((score.level_db - score.null_mean_db) / score.null_spread_db)
        assert np.sort(score.z) == pytest.approx(z)


def comb_score(z, depth):
    z = np.array(z, float)
    nothing = np.zeros(len(z))
    return CombScore(
        "ball", 0.0, z, nothing, nothing + 1, nothing[:, None], np.array([True]), nothing + depth
    )


def test_a_score_is_the_mean_of_how_surely_and_how_deeply_where_a_fault_stands_out_most():
    """The best third of six spectra, 8 and 10, at a depth of 0.4: the root of 9 times 4."""
    assert comb_score([0, 10, 1, 8, 2, 0], 0.4).score == pytest.approx(6.0)
    assert comb_score([-1] * 6, 0.4).score == pytest.approx(-1.0)


def test_a_ball_that_skids_is_found_though_its_lines_are_smeared():
    rng = np.random.default_rng(4)
    x = np.zeros(120_000)
    period = 1 / (2 * ORDERS.bsf * FR * (1 - 0.03))
    at = np.cumsum(period * (1 + 0.012 * np.sin(np.arange(1400) / 40) + 0.01 * rng.normal(size=1400)))
    at = at[at < 9.9]
    x[(at * FS).astype(int)] = 1 + 0.5 * np.cos(2 * np.pi * ORDERS.ftf * FR * at)
    t = np.arange(240) / FS
    x = np.convolve(x, np.exp(-600 * t) * np.sin(2 * np.pi * 3000 * t))[: len(x)] + 0.15 * noise()
    verdict = judge_record(x, FS, 60 * FR, ORDERS)
    assert verdict.verdict == "ball"
    assert verdict.combs["ball"].is_smeared
    assert verdict.slip == pytest.approx(-0.03, abs=0.015)


def test_faint_lines_of_wavy_races_are_no_fault_however_surely_they_stand_out():
    t = np.arange(40 * FS) / FS
    x = noise(1, len(t)) * (1 + 0.03 * np.cos(2 * np.pi * ORDERS.bpfi * FR * t))
    verdict = judge_record(x, FS, 60 * FR, ORDERS)
    comb = verdict.combs["inner_race"]
    assert np.sort(comb.z)[-6:].mean() > 4.0
    assert verdict.verdict == "normal"


# ------------------------------------------------------------------------------------------- real records
@pytest.mark.parametrize(
    ("file", "channel", "rpm", "bearing", "verdict"),
    [
        ("cwru/1797_IR_7_DE12", "DE", 1797, "6205", "inner_race"),
        ("cwru/1797_ORat12_7_DE12", "DE", 1797, "6205", "outer_race"),
        ("cwru/1750_B_28_DE12", "DE", 1750, "6205", "ball"),
        ("cwru/1772_ORat6_7_FE", "FE", 1772, "6203", "outer_race"),
        ("cwru/1750_IR_14_FE", "FE", 1750, "6203", "inner_race"),
        ("cwru/1772_B_21_FE", "FE", 1772, "6203", "ball"),
        # Smith & Randall (2015) found no ball lines here; faint lines of both races are no fault.
        ("cwru/1797_B_7_DE12", "DE", 1797, "6205", "normal"),
    ],
)
def test_real_records_get_their_verdict(shared_data, file, channel, rpm, bearing, verdict):
    x = np.load(shared_data / f"diagnosis/{file}.npz")[channel]
    assert judge_record(x, FS, rpm, find_bearing(bearing)).verdict == verdict


def test_faint_lines_of_both_races_are_no_guess_where_more_false_alarms_are_allowed(shared_data):
    x = np.load(shared_data / "diagnosis/cwru/1797_B_7_DE12.npz")["DE"]
    verdict = judge_record(x, FS, 1797, ORDERS, alpha=0.1)
    assert (verdict.verdict, set(verdict.labels)) == ("cannot_judge", {"outer_race", "inner_race"})


def test_a_second_of_a_real_fault_is_enough(shared_data):
    x = np.load(shared_data / "diagnosis/cwru/1797_ORat6_7_DE12.npz")["DE"]
    assert judge_record(x[:12_000], FS, 1797, ORDERS).verdict == "outer_race"


def test_healthy_real_bearings_raise_nothing(shared_data):
    orders = find_bearing("Rexnord ZA-2115")
    for path in sorted((shared_data / "diagnosis/ims_test1_early").glob("*.npz"))[::8]:
        with np.load(path) as file:
            assert judge_record(file["x"], 20_000, 2000, orders).verdict == "normal"
