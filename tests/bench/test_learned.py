"""The splits of bench.learned are what they say, and a split that hears the same bearing twice is caught."""

import numpy as np
from bench.learned import balanced, by_record, left_out, random_folds, verdict_on
from bench.learned_features import Window, features_of, generic_features
from bench.synthetic import draw_faulty, draw_healthy

from arkwright.health.bearing import BearingOrders

PARTS = np.array(["outer_race", "inner_race", "ball"])
N_LINES = {"outer_race": 4, "inner_race": 10, "ball": 10, "cage": 3}


def nearest(x, y, folds):
    """Tell each row the class of the nearest row of those to learn from."""
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    told = y.copy()
    for learn, tell in folds:
        away = ((x[tell][:, None] - x[learn]) ** 2).sum(axis=2)
        told[tell] = y[learn][away.argmin(axis=1)]
    return told


def rig(rng, n_windows=12, rate=8_192):
    """Windows of one assembly: its own colour of noise, and nothing at all that tells its fault."""
    n = rate // 4
    gain = np.exp(np.convolve(rng.normal(0, 1.5, n // 2 + 41), np.ones(40) / 6.3, "valid"))[: n // 2 + 1]
    for _ in range(n_windows):
        x = np.fft.irfft(np.fft.rfft(rng.normal(size=n)) * gain, n)
        yield generic_features(Window(x, rate, 30.0, BearingOrders(3.58, 5.42, 2.36, 0.398)))


def test_windows_of_a_bearing_on_both_sides_make_a_model_of_nothing_look_perfect_and_it_is_labelled_leaky():
    rng = np.random.default_rng(1)
    rows = [(r, PARTS[k % 3], str(k), str(i % 4)) for k in range(24) for i, r in enumerate(rig(rng))]
    x, y, bearing, load = (np.array(column) for column in zip(*rows, strict=True))
    leaky = balanced(nearest(x, y, left_out(load)), y)
    clean = balanced(nearest(x, y, left_out(bearing)), y)
    by_window = balanced(nearest(x, y, random_folds(len(y), 0)), y)
    assert leaky > 0.95
    assert by_window > 0.95
    assert clean < 0.55  # a third is chance; 24 bearings
    assert verdict_on({"by load": np.array([leaky]), "by size": np.array([clean])}).endswith("leaky")
    assert "not leaky" in verdict_on({"by load": np.array([0.7]), "by size": np.array([0.6])})


def test_a_value_that_is_left_out_is_on_one_side_only_and_every_row_is_told_once():
    size = np.array(["7", "14", "7", "21", "14"])
    folds = left_out(size)
    assert all(not set(size[learn]) & set(size[tell]) for learn, tell in folds)
    assert (np.sum([tell for _, tell in folds], axis=0) == 1).all()


def test_accuracy_counts_every_class_alike():
    label = np.array(["ball"] * 9 + ["outer_race"])
    assert balanced(np.array(["ball"] * 10), label) == 0.5


def test_a_record_is_what_the_chances_of_its_windows_say_together():
    class Two:
        record = np.array(["a", "a", "b"])
        label = np.array(["ball", "ball", "outer_race"])

    classes = np.array(["ball", "outer_race"])
    told, true = by_record(np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]), Two, classes)
    assert list(told) == ["ball", "outer_race"]
    assert list(true) == ["ball", "outer_race"]


def windowed(case, gain=1.0):
    n = int(2 * case.rate_hz)
    return Window(gain * case.x[:n], case.rate_hz, case.speed_rpm / 60, BearingOrders(*case.orders))


def test_the_features_of_a_record_know_neither_its_loudness_nor_its_unit():
    case = draw_healthy(1, seconds=(2, 2.1))
    loud, still = features_of(windowed(case, 9.81)), features_of(windowed(case))
    for kind in ("envelope orders", "rivals"):
        np.testing.assert_allclose(loud[kind], still[kind], atol=1e-6)


def test_the_lines_of_a_fault_stand_out_more_where_that_fault_is():
    combs, rivals = [], []
    for fault in PARTS:
        made = [features_of(windowed(draw_faulty(seed, fault))) for seed in range(6)]
        row = np.mean([m["envelope orders"] for m in made], axis=0).reshape(2, -1)[0]
        combs.append(row[2 * sum(N_LINES.values()) :].reshape(4, 2)[:3, 0])
        rivals.append(np.mean([m["rivals"] for m in made], axis=0).reshape(3, -1)[:, 0])
    assert list(np.argmax(combs, axis=0)) == [0, 1, 2]
    assert list(np.argmax(rivals, axis=0)) == [0, 1, 2]
