"""A transducer that was saved twice is named; two transducers on one housing are not."""

import numpy as np
import pytest

from arkwright.kits.twin_doubts import twin_doubts, twin_factor

X = np.random.default_rng(0).normal(size=5000)


@pytest.mark.parametrize(("factor", "offset"), [(1.0, 0.0), (9.80665, 0.0), (-2.0, 3.0)])
def test_a_copy_is_known_whatever_its_unit_and_offset(factor, offset):
    other = (X - offset) / factor
    assert twin_factor(X, other) == pytest.approx(factor)
    step = other.std() / 30  # eight bits over four standard deviations
    assert twin_factor(X, np.rint(other / step) * step) == pytest.approx(factor, rel=0.01)


def test_the_doubt_names_the_other_place_and_the_factor():
    (doubt,) = twin_doubts(X, {"drive end": X / 2, "fan end": np.random.default_rng(1).normal(size=5000)})
    assert doubt.kind == "duplicate"
    assert "that of drive end are the same, times 2" in doubt.text


def test_two_transducers_on_one_housing_differ_by_their_noise():
    rng = np.random.default_rng(2)
    one, two = (X + 0.02 * rng.normal(size=len(X)) for _ in range(2))
    assert twin_doubts(one, {"beside": two}) == []
    assert twin_doubts(X, {"silent": np.zeros(5000)}) == []


def test_the_two_ends_of_every_benchmark_record_differ(shared_data):
    for path in sorted((shared_data / "diagnosis/cwru").glob("1797*.npz"))[:8]:
        ends = {k: np.asarray(v, np.float64).ravel() for k, v in np.load(path).items()}
        first = ends.pop(next(iter(ends)))
        assert twin_doubts(first, ends) == []
