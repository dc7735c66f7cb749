"""A test of one record in a stream: it speaks once records agree, and its base is of like speed."""

import json
from itertools import pairwise

import numpy as np
import pytest
from tests.health.slices import at, tones, waveform, window

from arkwright.core.finding import CANNOT_JUDGE, Evidence
from arkwright.core.plant import Asset, Signal
from arkwright.core.tables import BAD
from arkwright.health.examine import NORMAL, cleared_subjects
from arkwright.health.record_base import (
    MOST_SPEEDS,
    N_BASE,
    add_record,
    base_at,
    bases,
    speeds_from,
    speeds_json,
)
from arkwright.health.record_check import record_check
from arkwright.health.record_place import N_REFUSED
from arkwright.health.symptom import Symptom, Test, Told
from arkwright.kits.agreement import answers_needed

SEEN = []


def _listen(record, asset, base):
    """Called loose where a tone at half the speed is louder than a tenth; remembers what it was handed."""
    SEEN.append((record, base))
    t = np.arange(len(record.samples)) / record.rate_hz
    half = 2 * abs(np.mean(record.samples * np.exp(-2j * np.pi * record.speed_rpm / 120 * t)))
    symptom = Symptom("looseness", 0.8, f"Half order {half:.1f}.", "松动。", (Evidence("Half order."),))
    return Told({"half_m_s2": half}, (symptom,) if half > 0.1 else ())


LISTEN = Test("listen", "Half orders", "Listens at half the speed.", "acceleration", ("looseness",), _listen)
CHECK = record_check(LISTEN, every_s=20.0)
PLATE = {"rated_power_kw": 30.0, "support": "rigid", "rated_speed_rpm": 1500.0}


def asset(*places, plate=None):
    signals = tuple(
        Signal(f"P.{p}", "P", "acceleration", "m/s2", kind="waveform", location=p) for p in places or ("DE",)
    )
    return Asset(
        "P", title="Pump", title_zh="泵", nameplate=PLATE if plate is None else plate, signals=signals
    )


def record(n, *, half=0.0, place="DE", rpm=1500.0, level=0.5, **more):
    """The n-th record of a place: half order of so many m/s2 peak, in noise."""
    x = tones(seconds=1.6, noise=level, seed=n)
    t = np.arange(len(x)) / 10_000.0
    x = x + half * np.cos(2 * np.pi * rpm / 120 * t)
    return waveform(f"P.{place}", 20 * n + 1, x, speed_rpm=rpm, **more)


def stream(records, own=None, check=CHECK, state=None, edges=None):
    """Judge record after record; states go through JSON. Returns the state and (record's number, finding)."""
    own, state, told = own or asset(), state or {}, []
    for start, end in pairwise(edges or range(0, 20 * (len(records) + 1), 20)):
        cell = window(
            start, end, waveforms=[w for r in records for w in (r if isinstance(r, tuple) else (r,))]
        )
        state, found = check.judge(state, cell, own, cell.end)
        state = json.loads(json.dumps(state, allow_nan=False))
        told += [(start // 20, f) for f in found]
    return state, told


def test_no_single_record_makes_a_finding_and_so_many_in_a_row_do():
    n = answers_needed(LISTEN.false_rate, 1e9)
    sound, loose = [record(k) for k in range(10)], [record(k, half=1.0) for k in range(10, 10 + n)]
    assert stream(sound + loose[:-1])[1] == []
    _, told = stream(sound + loose)
    assert [(k, f.cause, f.location) for k, f in told] == [(9 + n, "looseness", "DE")]
    assert f"{n} of the last {n} records" in told[0][1].evidence[-1].text


def test_a_miss_between_delays_it_and_every_second_record_is_enough_in_time():
    _, told = stream([record(k, half=1.0 if k % 2 else 0.0) for k in range(40)])
    assert [f.cause for _, f in told] == ["looseness"]
    assert told[0][0] > 10


def test_a_record_now_and_then_never_makes_a_finding():
    rng = np.random.default_rng(3)
    assert stream([record(k, half=1.0 if rng.random() < 0.02 else 0.0) for k in range(150)])[1] == []


def test_what_is_over_is_said_once_under_the_same_subject():
    records = [record(k, half=1.0 if 5 <= k < 15 else 0.0) for k in range(60)]
    _, told = stream(records)
    assert [f.cause for _, f in told] == ["looseness", NORMAL]
    assert cleared_subjects(told[1][1]) == (told[0][1].subject,)
    assert told[1][0] - 15 < 25, "about twenty records without it"


def test_while_it_goes_on_it_is_told_again_with_fresh_evidence_and_never_as_over():
    _, told = stream([record(k, half=1.0) for k in range(100)])
    assert {f.cause for _, f in told} == {"looseness"}
    assert len(told) == 1 + (100 - 5) * 20 // 900
    proof = told[-1][1].evidence[0]
    assert proof.signal == "P.DE"
    assert proof.start == at(20 * told[-1][0] + 1)


def test_records_that_show_something_are_no_base():
    state, _ = stream([record(k, half=1.0) for k in range(4)] + [record(k) for k in range(4, 60)])
    (speed,) = state["places"]["DE"]["speeds"]
    assert speed["base"]["half_m_s2"][0] < 0.05


def test_the_base_is_handed_over_once_ten_records_at_like_speed_are_there():
    SEEN.clear()
    rpm = [1500, 1510, 1490] * 8 + [1800]
    stream([record(k, rpm=float(r)) for k, r in enumerate(rpm)])
    has_base = [bool(base) for _, base in SEEN]
    assert has_base == [False] * N_BASE + [True] * (24 - N_BASE) + [False]
    first = [np.std(r.samples) for r, _ in SEEN[:N_BASE]]
    assert SEEN[15][1]["level"][0] == pytest.approx(float(np.median(first)), rel=1e-3)
    assert [speed for speed, _ in SEEN[-1][0].at_speeds] == [1500.0]


def test_the_band_follows_velocity_and_growth_and_never_falls_while_it_goes_on():
    weak = [record(k) for k in range(12)]
    calm = stream(weak + [record(k, half=0.3) for k in range(12, 20)])[1]
    assert [f.band for _, f in calm] == ["watch"]
    grown = stream(weak + [record(k, half=0.3, level=1.8) for k in range(12, 20)])[1]
    assert [f.band for _, f in grown] == ["act"]
    assert "times what it was at first" in grown[0][1].text
    fast = stream(weak + [record(k, half=0.9 if k > 20 else 0.25) for k in range(12, 40)])[1]
    assert [f.band for _, f in fast] == ["watch", "stop"], "0.9 m/s2 at 12.5 Hz is 8.1 mm/s RMS, zone D"
    assert "zone D" in fast[1][1].text
    back = stream(weak + [record(k, half=0.9 if k < 25 else 0.2) for k in range(12, 80)])[1]
    assert {f.band for _, f in back[1:]} <= {"stop"}


def test_what_was_sampled_at_the_same_times_is_handed_over():
    SEEN.clear()
    own = asset("DE", "NDE", "far")
    together = (
        record(0),
        record(0, place="NDE", half=0.1),
        waveform("P.far", 1.01, tones(seconds=1.6, noise=1.0), speed_rpm=1500.0),
    )
    stream([together], own)
    assert [sorted(r.beside) for r, _ in SEEN] == [["NDE"], ["DE"], []]
    assert np.array_equal(SEEN[1][0].beside["DE"], SEEN[0][0].samples)


def test_a_fault_of_the_whole_asset_is_told_once_by_the_place_that_shows_it_best():
    whole = record_check(
        Test("listen", "t", "s", "acceleration", ("looseness",), _listen, of_asset=True), every_s=20.0
    )
    records = [(record(k, half=1.0), record(k, place="NDE", half=2.0)) for k in range(8)]
    _, told = stream(records, asset("DE", "NDE"), whole)
    assert [(f.cause, f.location) for _, f in told] == [("looseness", "")]
    assert told[0][1].text.startswith("Pump, Drive end") or "Non-drive end" in told[0][1].text
    assert {e.signal for e in told[0][1].evidence[:2]} == {"P.DE", "P.NDE"}
    _, single = stream(records, asset("DE", "NDE"))
    assert sorted((f.cause, f.location) for _, f in single) == [("looseness", "DE"), ("looseness", "NDE")]


def test_what_is_missing_is_said_once_and_taken_back_when_it_comes():
    teeth = Test(
        "listen", "t", "s", "acceleration", ("looseness",), _listen, plate={"teeth": "teeth of the gear"}
    )
    blind, check = asset(plate={"teeth": 23.0}), record_check(teeth, every_s=20.0)
    mute = [waveform("P.DE", 20 * k + 1, tones(seconds=1.6, noise=1.0, seed=k)) for k in range(20)]
    _, told = stream(mute, blind, check)
    assert [(k, f.cause, f.missing) for k, f in told] == [
        (N_REFUSED - 1, CANNOT_JUDGE, ("the speed of the shaft is not known",))
    ]
    _, told = stream(mute[:5] + [record(k) for k in range(5, 9)], blind, check)
    assert [f.cause for _, f in told] == [CANNOT_JUDGE, NORMAL]


def test_what_every_test_lacks_is_not_said_by_each_but_what_one_cannot_tell_is():
    """A test without a nameplate is asked of every asset: other checks say what all of them lack."""
    mute = [waveform("P.DE", 20 * k + 1, tones(seconds=1.6, noise=1.0, seed=k)) for k in range(8)]
    assert stream(mute, asset(plate={}))[1] == []
    torn = Test("torn", "t", "s", "acceleration", ("looseness", "rub"), _torn)
    _, told = stream([record(k) for k in range(8)], check=record_check(torn, every_s=20.0))
    assert [(f.cause, f.missing) for _, f in told] == [(CANNOT_JUDGE, ("a rub or a loose part",))]


def _torn(record, asset, base):
    return Told({"half": 1.0}, missing=("a rub or a loose part",))


def test_a_record_that_is_bad_or_of_a_shaft_that_stands_changes_nothing():
    loose = [record(k, half=1.0) for k in range(8)]
    state, _ = stream(loose)
    odd = (record(8, half=9.0, status=BAD), record(9, half=9.0, rpm=5.0))
    after, told = stream([*odd], state=state, edges=[160, 180, 200])
    assert (after, told) == (state, [])


def test_one_big_window_says_what_many_small_ones_say():
    records = [record(k, half=1.0 if 5 <= k < 15 else 0.0, rpm=1500.0 + 40 * (k % 3)) for k in range(40)]
    small = stream(records)
    assert stream(records, edges=[0, 820])[0] == small[0]
    assert [f for _, f in stream(records, edges=[0, 300, 320, 820])[1]] == [f for _, f in small[1]]
    assert len(small[1]) == 2


def test_the_state_stays_small_over_many_speeds_and_names():
    speeds = ()
    figures = {f"x{i}": 1.0 + i for i in range(100)}
    for k in range(400):
        speeds = add_record(speeds, 500.0 * 1.05 ** (k % 50), k, figures)
    assert len(speeds) == MOST_SPEEDS
    text = json.dumps(speeds_json(speeds), allow_nan=False)
    assert len(text) < 300_000
    assert speeds_from(json.loads(text)) == speeds
    assert [rpm for rpm, _ in bases(speeds)] == sorted(at.speed_rpm for at in speeds)


def test_median_and_spread_of_a_base_are_those_of_its_rows():
    rng = np.random.default_rng(1)
    rows = rng.normal(10.0, 2.0, N_BASE)
    speeds = ()
    for k, value in enumerate(rows):
        assert base_at(speeds, 1000.0) == {}
        speeds = add_record(speeds, 1000.0, k, {"x": float(value), "nan": float("nan")})
    middle, spread = base_at(speeds, 1025.0)["x"]
    assert middle == pytest.approx(np.median(rows), rel=1e-5)
    assert spread == pytest.approx(1.4826 * np.median(abs(rows - np.median(rows))), rel=2e-3)
    assert "nan" not in base_at(speeds, 1000.0)
    assert base_at(speeds, 1035.0) == {}


def test_a_tacho_gives_the_speed_and_another_quantity_is_named_with_it():
    SEEN.clear()
    signals = (
        Signal("P.DE", "P", "acceleration", "m/s2", kind="waveform", location="DE"),
        Signal("P.tacho", "P", "voltage", "V", kind="waveform", location="tacho"),
        Signal("P.u1", "P", "voltage", "V", kind="waveform", location="L1"),
    )
    own = Asset("P", nameplate=PLATE | {"tacho_pulses": 2.0}, signals=signals)
    t = np.arange(100_000) / 50_000.0
    pulses = waveform("P.tacho", 1, 5.0 * ((t * 2 * 24.6) % 1 < 0.1), rate_hz=50_000.0, unit="V")
    voltage = waveform("P.u1", 1, tones(seconds=1.6, noise=1.0), unit="V")
    stream([(record(0), pulses, voltage)], own)
    ((seen, _),) = SEEN
    assert seen.speed_rpm == pytest.approx(60 * 24.6, rel=1e-4)
    assert np.diff(seen.tacho_s) == pytest.approx(1 / 24.6, rel=1e-3)
    assert sorted(seen.beside) == ["voltage.L1"]


def test_of_many_records_in_a_cell_the_newest_is_the_evidence():
    minute = record_check(LISTEN, every_s=60.0)
    records = [record(k, half=1.0) for k in range(9)]
    _, told = stream(records, check=minute, edges=[0, 60, 120, 180])
    assert [(k, f.cause) for k, f in told] == [(3, "looseness")]
    assert [e.start for e in told[0][1].evidence[:-1]] == [at(20 * 5 + 1)]
