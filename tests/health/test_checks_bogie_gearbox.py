import numpy as np
import pytest
from bench.bogie_box import GEAR, PINION, RATE_HZ, Box, run_box

from arkwright.core.plant import Asset
from arkwright.health.ask import ask
from arkwright.health.checks.bogie_gearbox import TEST
from arkwright.health.symptom import Record

PLATE = {"pinion_teeth": PINION, "axle_gear_teeth": GEAR}


def told(run, *, seed=1, plate=PLATE, whose="axle"):
    x, _ = run_box(run, 4.0, seed)
    speed = 60 * run.axle_hz * 1.001 * (1 if whose == "axle" else GEAR / PINION)
    record = Record(x, RATE_HZ, "acceleration", speed, "box")
    return ask(TEST, record, Asset("G", nameplate={**plate, "speed_of": whose}))


def causes(answer):
    return [symptom.cause for symptom in answer.symptoms]


@pytest.mark.parametrize("seed", range(4))
def test_teeth_as_they_are_made_show_nothing(seed):
    answer = told(Box(), seed=seed)
    assert causes(answer) == []
    assert not answer.missing


@pytest.mark.parametrize("whose", ["axle", "motor"])
def test_a_cracked_tooth_of_the_pinion_is_named(whose):
    answers = [told(Box(crack=3.0), seed=seed, whose=whose) for seed in range(3)]
    named = [answer for answer in answers if causes(answer) == ["gear_tooth_crack"]]
    assert len(named) >= 2
    assert all("pinion" in answer.symptoms[0].text for answer in named)
    assert all(answer.symptoms[0].confidence > 0.6 for answer in named)


def test_a_cracked_tooth_of_the_axle_s_gear_may_be_a_flat_and_that_is_said():
    answers = [told(Box(crack=3.0, on="gear"), seed=seed) for seed in range(3)]
    named = [answer for answer in answers if causes(answer) == ["gear_tooth_crack"]]
    assert len(named) >= 2
    assert all(answer.symptoms[0].confidence <= 0.6 for answer in named)
    assert all(any("flat on a wheel" in e.text for e in answer.against) for answer in named)


@pytest.mark.parametrize("seed", range(3))
def test_a_flat_is_never_a_sure_tooth(seed):
    answer = told(Box(flat=3.0), seed=seed)
    assert all(symptom.confidence <= 0.6 for symptom in answer.symptoms)


def test_the_nameplate_is_asked_for_by_its_own_words():
    assert "axle_gear_teeth" in told(Box(), plate={**PLATE, "axle_gear_teeth": 2.5}).missing[0]
    x = np.random.default_rng(1).normal(size=40_000)
    record = Record(x, RATE_HZ, "acceleration", 540.0, "box")
    wrong = Asset("G", nameplate={**PLATE, "speed_of": "wheel"})
    assert "speed_of is wheel" in ask(TEST, record, wrong).missing[0]
