"""The line of vanes and blades, its sidebands, and when it has risen."""

import numpy as np
import pytest
from tests.health.flow_signals import RATE_HZ, SHAFT_HZ, orders

from arkwright.core.plant import Asset
from arkwright.health.passing import number_of, passing_figures, passing_of, passing_rise
from arkwright.health.symptom import Record


def passing(lines, *, seed=1, number=6, level=0.1, shaft_hz=SHAFT_HZ, turn_hz=SHAFT_HZ, n=40_000):
    rng = np.random.default_rng(seed)
    x = orders(rng, lines, shaft_hz=turn_hz) + level * rng.standard_normal(40_000)
    return passing_of(Record(x[:n], RATE_HZ, "acceleration", 60 * shaft_hz), number, shaft_hz)


def base(figures):
    return {name: (level, 0.3) for name, level in figures.items()}


def test_the_line_and_its_sidebands_have_the_power_of_their_tones():
    found = passing({6: 0.8, 5: 0.2, 7: 0.2, 4: 0.1, 8: 0.1})
    assert found.main.hz == pytest.approx(6 * SHAFT_HZ, abs=0.5)
    assert found.level_db == pytest.approx(10 * np.log10(0.32), abs=0.2)
    assert found.side_db == pytest.approx(10 * np.log10(0.05), abs=0.5)
    assert found.is_there


@pytest.mark.parametrize("off", [-0.004, 0.004])
def test_a_speed_that_is_a_little_off_still_finds_it(off):
    found = passing({6: 0.5}, turn_hz=SHAFT_HZ * (1 + off))
    assert found.main.hz == pytest.approx(6 * SHAFT_HZ * (1 + off), abs=0.5)
    assert found.is_there


def test_the_line_next_to_it_is_not_taken_for_it():
    found = passing({5: 2.0, 7: 2.0})
    assert not found.is_there


def test_a_line_of_more_than_twice_has_risen_and_a_louder_record_has_not():
    first = passing({6: 0.25})
    known = base(passing_figures(first, "vane"))
    rise, side = passing_rise(passing({6: 0.65}, seed=2), known, "vane")
    assert (rise.rise_db, side) == (pytest.approx(8.3, abs=0.3), None)
    assert passing_rise(passing({6: 0.40}, seed=2), known, "vane") is None
    assert passing_rise(passing({6: 1.0}, seed=2, level=0.4), known, "vane") is None
    assert passing_rise(passing({6: 0.65}, seed=2), {}, "vane") is None


def test_sidebands_that_rise_with_it_are_told():
    known = base(passing_figures(passing({6: 0.25, 5: 0.03, 7: 0.03}), "vane"))
    _, side = passing_rise(passing({6: 0.7, 5: 0.3, 7: 0.3}, seed=2), known, "vane")
    assert side.rise_db > 12


def test_what_the_record_cannot_show_is_refused_in_words():
    assert "a sample rate above" in passing({6: 0.5}, number=400, shaft_hz=25.0)
    assert "a record of 0.33 s is needed; it lasts 0.3 s" in passing({6: 0.5}, n=6000)


@pytest.mark.parametrize("stated", [None, 1, 401, 6.5, float("nan")])
def test_a_number_that_no_wheel_has_is_refused(stated):
    asset = Asset("P", nameplate={} if stated is None else {"n_vanes": stated})
    assert "a whole number from 2 to 400" in number_of(asset, "n_vanes")


def test_a_stated_number_is_read():
    assert number_of(Asset("P", nameplate={"n_vanes": 7.0}), "n_vanes") == 7
