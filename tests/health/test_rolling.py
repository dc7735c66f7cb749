import numpy as np
import pytest

from arkwright.health.bearing import find_bearing, judge_record

ORDERS = find_bearing("6205-2RS")


def noise(seed=0, n=120_000):
    return np.random.default_rng(seed).normal(size=n)


def test_impacts_at_the_outer_race_order_are_an_outer_race_fault():
    fs, fr = 12_000, 30.0
    x = np.zeros(120_000)
    x[(np.arange(0, 10, 1 / (0.99 * ORDERS.bpfo * fr)) * fs).astype(int)] = 1
    t = np.arange(240) / fs
    ring = np.exp(-600 * t) * np.sin(2 * np.pi * 3000 * t)
    x = np.convolve(x, ring)[:120_000] + 0.2 * noise()
    verdict = judge_record(x, fs, 60 * fr, ORDERS)
    assert verdict.verdict == "outer_race"
    assert verdict.slip == pytest.approx(-0.01, abs=0.002)
    met = [f for f in verdict.z if np.mean(verdict.z[f]) >= verdict.threshold]
    assert set([f for f in met if f != "cage"] or met) == set(verdict.labels)


def test_white_noise_is_normal():
    assert judge_record(noise(), 12_000, 1800, ORDERS).verdict == "normal"


@pytest.mark.parametrize(
    ("rate", "rpm", "orders", "word"),
    [(None, 1800, ORDERS, "sample rate"), (12_000, 0, ORDERS, "speed"), (12_000, 1800, None, "bearing")],
)
def test_what_is_missing_is_named(rate, rpm, orders, word):
    verdict = judge_record(noise(), rate, rpm, orders)
    assert verdict.verdict == "cannot_judge"
    assert word in verdict.missing[0]


@pytest.mark.parametrize(
    ("file", "fault"), [("1797_IR_7_DE12", "inner_race"), ("1797_ORat12_7_DE12", "outer_race")]
)
def test_a_real_fault_is_named(shared_data, file, fault):
    x = np.load(shared_data / f"diagnosis/cwru/{file}.npz")["DE"]
    assert judge_record(x, 12_000, 1797, ORDERS).verdict == fault
