"""Pumps: cavitation, part load and vanes, told apart from bearings, resonances and louder records."""

from functools import cache

import numpy as np
import pytest
from scipy.signal import decimate
from tests.health.flow_signals import (
    RATE_HZ,
    SHAFT_HZ,
    bubbles,
    flow_noise,
    knocks,
    orders,
    resonated,
    sound_pump,
)
from tests.health.slices import run, waveform

from arkwright.core.plant import Asset, Signal
from arkwright.health.checks.pump import CHECK, TEST
from arkwright.health.record_base import add_record, base_at
from arkwright.health.symptom import Record

RPM = 60 * SHAFT_HZ
PLATE = {"n_vanes": 6, "rated_power_kw": 30.0, "support": "rigid", "rated_speed_rpm": RPM}
SEEN_BY = Signal("P.DE", "P", "acceleration", "m/s2", kind="waveform", location="DE")
PUMP = Asset("P", title="Pump", title_zh="泵", nameplate=PLATE, signals=(SEEN_BY,))
SOUND = lambda rng, x: x  # noqa: E731


def ask(x, base, asset=PUMP, rpm=RPM):
    return TEST.judge(Record(x, RATE_HZ, "acceleration", rpm), asset, base)


@cache
def base(seed):
    speeds = ()
    for i in range(10):
        told = ask(sound_pump(np.random.default_rng([seed, i])), {})
        speeds = add_record(speeds, RPM, i, told.descriptors)
    return base_at(speeds, RPM)


def causes(change, n=12):
    """What is said of so many records of a pump that changed, each with a base of its own works."""
    told = []
    for seed in range(n):
        rng = np.random.default_rng([9, seed])
        told.append(ask(change(rng, sound_pump(rng)), base(seed % 3)))
    return [tuple(s.cause for s in t.symptoms) for t in told], [e.text for t in told for e in t.against]


def share(change, cause, n=12):
    return sum(cause in said for said in causes(change, n)[0]) / n


def test_bubbles_are_cavitation():
    assert share(lambda rng, x: x + bubbles(rng, 0.2), "cavitation") >= 0.9


def test_a_sound_pump_is_left_alone_whatever_its_day():
    assert set(causes(SOUND, 40)[0]) == {()}


@pytest.mark.parametrize(
    "change",
    [
        lambda rng, x: x + knocks(rng, 0.3),
        lambda rng, x: x + knocks(rng, 3.0),
        lambda rng, x: x + knocks(rng, 0.5, order=8.8, wander=0.02),
    ],
    ids=["bearing", "strong bearing", "rollers"],
)
def test_knocks_of_a_bearing_are_never_called_cavitation_and_are_named_as_what_speaks_against(change):
    said, against = causes(change)
    assert set(said) == {()}
    assert against
    assert all("knocks of a bearing or gear" in text for text in against)


def test_the_rhythm_that_speaks_against_is_that_of_the_bearing():
    rng = np.random.default_rng(4)
    [against] = ask(sound_pump(rng) + knocks(rng, 1.0), base(0)).against
    rate = against.figures["hz"] / (4.9469 * SHAFT_HZ * 0.99)
    assert rate == pytest.approx(round(rate), abs=0.03)


@pytest.mark.parametrize(
    "change",
    [
        lambda _, x: 3 * x,
        lambda rng, x: x + 0.5 * resonated(rng.standard_normal(len(x)), 4200, 300),
        lambda rng, x: x + orders(rng, {k * 37 / 11: 0.5 / k for k in range(1, 20)}),
    ],
    ids=["louder as a whole", "one resonance", "a gear mesh and its harmonics"],
)
def test_what_else_makes_noise_is_not_called_anything(change):
    assert set(causes(change)[0]) == {()}


def test_turbulence_at_low_flow_is_recirculation_and_not_cavitation():
    said, _ = causes(lambda rng, x: x + flow_noise(rng, 2.0, colour=2.0, corner_hz=60.0))
    assert sum(s == ("recirculation",) for s in said) >= 11
    assert not any("cavitation" in s for s in said)


def test_a_line_of_the_vanes_that_grows_is_told_with_its_sidebands():
    assert share(lambda rng, x: x + orders(rng, {6: 1.5}), "vane_pass") == 1.0
    rng = np.random.default_rng(2)
    [symptom] = ask(sound_pump(rng) + orders(rng, {6: 1.5, 5: 0.3, 7: 0.3}), base(0)).symptoms
    assert symptom.text.startswith("The line of 6 vanes is ")
    assert "Its sidebands have risen too" in symptom.text
    assert symptom.evidence[0].figures["order"] == pytest.approx(6.0, abs=0.03)


def test_bubbles_and_vanes_are_told_side_by_side():
    rng = np.random.default_rng(3)
    x = sound_pump(rng) + orders(rng, {6: 3.0}) + bubbles(rng, 0.2)
    assert {s.cause for s in ask(x, base(0)).symptoms} == {"cavitation", "vane_pass"}


def test_without_a_base_it_says_that_no_rise_can_be_told():
    rng = np.random.default_rng(5)
    told = ask(sound_pump(rng) + bubbles(rng, 0.5), {})
    assert (told.symptoms, told.missing) == ((), ())
    assert "is not known yet" in told.against[0].text
    assert {"noise_db", "vane_pass_db"} <= set(told.descriptors)


def test_a_record_of_few_turns_says_that_bubbles_and_knocks_cannot_be_told_apart():
    rng = np.random.default_rng(6)
    told = ask((sound_pump(rng) + bubbles(rng, 0.5))[:20_000], base(0))
    assert told.symptoms == ()
    assert "32 turns" in told.against[0].text


def test_a_number_of_vanes_that_is_none_is_asked_for():
    told = ask(sound_pump(np.random.default_rng(7)), {}, Asset("P", nameplate={"n_vanes": 0.5}))
    assert "n_vanes is 0.5; a whole number" in told.missing[0]


def test_in_a_stream_cavitation_is_told_once_records_agree_and_over_once_it_stops():
    parts = []
    for i in range(44):
        rng = np.random.default_rng([11, i])
        x = sound_pump(rng, 1.4)
        parts.append(x + bubbles(rng, 0.3, seconds=1.4) if 12 <= i < 20 else x)
    sent = tuple(waveform("P.DE", 20 * i + 1, x, rate_hz=RATE_HZ, speed_rpm=RPM) for i, x in enumerate(parts))
    told = run(CHECK, PUMP, [], 20.0 * len(parts), waveforms=sent)
    assert [f.cause for _, f in told] == ["cavitation", "normal"]
    assert 20 * 13 < told[0][0] <= 20 * 20
    assert "汽" in told[0][1].text_zh


BEARINGS = ("B_28", "IR_7", "IR_21", "ORat12_7", "ORat3_21", "ORat6_14", "ORat6_7")


def test_real_bearing_faults_at_the_place_of_a_pump_are_never_called_cavitation(shared_data):
    folder, n = shared_data / "diagnosis" / "cwru", 24_000
    plate, rate_hz, rpm = Asset("P", nameplate={"n_vanes": 7}), 12_000.0, 1797.0

    def heard(x, known):
        return TEST.judge(Record(9.80665 * x, rate_hz, "acceleration", rpm), plate, known)

    sound = decimate(np.load(folder / "1797_Normal.npz")["DE"].ravel().astype(float), 4, ftype="fir")
    speeds = ()
    for i, k in enumerate(np.linspace(0, len(sound) - n, 10).astype(int)):
        speeds = add_record(speeds, rpm, i, heard(sound[k : k + n], {}).descriptors)
    for name in BEARINGS:
        x = np.load(folder / f"1797_{name}_DE12.npz")["DE"].ravel().astype(float)
        told = [heard(x[k : k + n], base_at(speeds, rpm)) for k in range(0, len(x) - n + 1, n)]
        assert not any(t.symptoms for t in told), name
        assert all("knocks" in t.against[0].text for t in told), name
