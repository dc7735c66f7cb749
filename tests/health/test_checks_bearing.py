"""Rolling bearings: evidence over records, what is missing, severity apart from kind."""

import json

import numpy as np
import pytest
from tests.health.simulated import demo_site, us, watch
from tests.health.slices import run, tones, waveform, window

from arkwright.core.finding import BANDS
from arkwright.core.plant import Asset, Limits, Signal
from arkwright.health.bearing import find_bearing
from arkwright.health.bearing_words import severity_of
from arkwright.health.checks.bearing import CHECK, LIMIT, MOST_A_RECORD, healthy_scores

RATE_HZ, SHAFT_HZ = 12_800.0, 24.5
ORDERS = find_bearing("6205")
ACC = Signal("P.DE.a", "P", "acceleration", "g", "plc", kind="waveform", location="DE")
TEMP = Signal("P.DE.t", "P", "temperature", "degC", "plc", location="DE", limits=Limits(high=75.0))
PLATE = {"rated_power_kw": 15.0, "support": "rigid", "rated_speed_rpm": 60 * SHAFT_HZ}
PUMP = Asset("P", title="Pump", nameplate=PLATE, bearings={"DE": "6205"}, signals=(ACC, TEMP))


def record(second, *, order=0.0, slip=0.007, strength=8.0, seed=None, seconds=1.6, **more):
    """Noise and shaft lines, struck at an order less slip; each strike rings at 3.1 kHz."""
    rng = np.random.default_rng(second if seed is None else seed)
    x = tones((SHAFT_HZ, 1.0), (2 * SHAFT_HZ, 0.4), rate_hz=RATE_HZ, seconds=seconds)
    x = x + rng.standard_normal(len(x))
    if order:
        hits = np.cumsum((1 + 0.005 * rng.standard_normal(2000)) / (order * (1 - slip) * SHAFT_HZ))
        train = np.zeros(len(x))
        train[(hits[hits < seconds - 0.01] * RATE_HZ).astype(int)] = strength
        t = np.arange(200) / RATE_HZ
        x = x + np.convolve(train, np.exp(-700 * t) * np.sin(2 * np.pi * 3100 * t))[: len(x)]
    return waveform("P.DE.a", float(second), x, rate_hz=RATE_HZ, **more)


def judge(records, asset=PUMP, rows=(), end=None):
    return run(CHECK, asset, rows, end or 10 + 10 * len(records), waveforms=tuple(records))


@pytest.mark.parametrize(
    ("fault", "order", "by_s"),
    # A ball strikes twice a spin, with lines that cage and slip smear: it takes a few records more.
    [("outer_race", ORDERS.bpfo, 30), ("inner_race", ORDERS.bpfi, 30), ("ball", 2 * ORDERS.bsf, 60)],
)
def test_a_struck_bearing_is_named_once_and_never_by_its_first_record(fault, order, by_s):
    told = judge([record(10 * i, order=order) for i in range(6)])
    assert [f.cause for _, f in told] == [fault]
    second, finding = told[0]
    assert 20 <= second <= by_s
    assert (finding.band, finding.location) == ("watch", "DE")
    assert 0.5 < finding.confidence <= 0.98


def test_no_single_record_is_enough():
    assert LIMIT > MOST_A_RECORD
    records = [
        record(0),
        record(10, order=ORDERS.bpfo, strength=30.0),
        *(record(10 * i) for i in range(2, 8)),
    ]
    assert judge(records) == []


def test_the_evidence_can_be_redone_from_its_json():
    [(_, finding)] = judge([record(10 * i, order=ORDERS.bpfo) for i in range(4)])
    data = json.loads(json.dumps([e.data for e in finding.evidence]))
    lines = data[0]["lines"]
    figures = finding.evidence[0].figures
    shaft_hz = figures["speed_rpm"] / 60
    for line in lines:
        assert line["order"] == pytest.approx(line["frequency_hz"] / shaft_hz)
    first = next(line for line in lines if line["name"] == "1xBPFO")
    assert first["found"]
    assert first["frequency_hz"] == pytest.approx(ORDERS.bpfo * (1 - 0.007) * shaft_hz, rel=0.01)
    scores = next(d for d in data if "z" in d)
    for fault, z in scores["z"].items():
        top = np.argsort(z)[-round(len(z) / 3) :]
        stands, depth = np.mean(np.array(z)[top]), np.array(scores["depth"][fault])[top]
        score = np.sqrt(stands * np.sqrt(np.mean(depth**2)) / 0.1) if stands > 0 else stands
        wide = 1.4 if scores["smeared"][fault] else 1.0
        assert scores["scores"][fault] == pytest.approx(score / wide, abs=1e-3)
    assert scores["sums"]["outer_race"] > LIMIT


def test_the_text_says_what_a_fitter_needs():
    [(_, finding)] = judge([record(10 * i, order=ORDERS.bpfo) for i in range(4)])
    assert finding.text.startswith("Drive end bearing 6205: outer-race fault: lines at ")
    assert "above the floor, since 2026-03-03 00:00 UTC" in finding.text
    assert "驱动端轴承 6205：外圈故障" in finding.text_zh
    assert "slip" in finding.evidence[0].text


def test_a_new_bearing_ends_it():
    records = [record(10 * i, order=ORDERS.bpfo if i < 6 else 0.0) for i in range(16)]
    told = judge(records)
    assert [f.cause for _, f in told] == ["outer_race", "normal"]
    assert told[1][1].labels == ("outer_race",)


def test_between_records_nothing_changes():
    struck = [record(10 * i, order=ORDERS.bpfo) for i in range(4)]
    told = judge(struck, end=600)
    assert [f.cause for _, f in told] == ["outer_race"]


@pytest.mark.parametrize(
    ("asset", "words"),
    [
        (Asset("P", nameplate=PLATE, signals=(ACC,)), "the bearing at DE is not stated"),
        (Asset("P", nameplate=PLATE, bearings={"DE": "XY-12"}, signals=(ACC,)), "'XY-12' is not in the"),
        (Asset("P", bearings={"DE": "6205"}, signals=(ACC,)), "speed of the shaft"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_once(asset, words):
    told = judge([record(10 * i) for i in range(6)], asset)
    assert [f.cause for _, f in told] == ["cannot_judge"]
    assert any(words in text for text in told[0][1].missing)
    assert told[0][1].location == "DE"


def test_one_flawed_record_is_no_news_but_flawed_ones_are():
    holed = record(0)
    holed.samples[100:200] = np.nan
    records = [record(10 * i) for i in range(5)]
    records[2] = waveform("P.DE.a", 20.0, holed.samples, rate_hz=RATE_HZ)
    assert judge(records) == []
    all_holed = [waveform("P.DE.a", 10.0 * i, holed.samples, rate_hz=RATE_HZ) for i in range(6)]
    told = judge(all_holed)
    assert [f.cause for _, f in told] == ["cannot_judge"]
    assert "not numbers" in told[0][1].missing[0]


def test_useless_records_do_not_end_what_was_found():
    struck = [record(10 * i, order=ORDERS.bpfo) for i in range(4)]
    holed = record(0).samples * np.nan
    useless = [waveform("P.DE.a", 10.0 * i, holed, rate_hz=RATE_HZ) for i in range(4, 10)]
    assert [f.cause for _, f in judge(struck + useless)] == ["outer_race"]


def test_a_standing_asset_is_not_judged():
    turning = Signal("P.speed", "P", "rotational_speed", "rpm", "plc")
    asset = Asset("P", nameplate=PLATE, bearings={"DE": "6205"}, signals=(ACC, turning))
    rows = [("P.speed", float(i), 0.0) for i in range(60)]
    assert judge([record(10 * i, order=ORDERS.bpfo) for i in range(5)], asset, rows) == []


def test_the_speed_of_the_record_goes_before_all_others():
    plate = PLATE | {"rated_speed_rpm": 2900.0}
    asset = Asset("P", nameplate=plate, bearings={"DE": "6205"}, signals=(ACC,))
    told = judge([record(10 * i, order=ORDERS.bpfo, speed_rpm=60 * SHAFT_HZ) for i in range(4)], asset)
    assert [f.cause for _, f in told] == ["outer_race"]
    assert told[0][1].evidence[0].figures["speed_rpm"] == 60 * SHAFT_HZ


def test_a_hot_bearing_is_an_act():
    rows = [("P.DE.t", float(i), 82.0) for i in range(60)]
    told = judge([record(10 * i, order=ORDERS.bpfo) for i in range(5)], rows=rows)
    assert told[-1][1].band == "act"
    assert "above its temperature limit" in told[-1][1].text


def test_the_band_of_a_bearing_only_rises():
    strong = [record(10 * i, order=ORDERS.bpfo, strength=8.0 if i < 4 else 60.0) for i in range(10)]
    weaker = [record(10 * i, order=ORDERS.bpfo, strength=8.0) for i in range(10, 16)]
    bands = [f.band for _, f in judge(strong + weaker)]
    assert bands == sorted(bands, key=BANDS.index)
    assert bands[-1] in {"act", "stop"}


@pytest.mark.parametrize(
    ("velocity", "zone", "grown", "hot", "band"),
    [
        (None, "", 1.0, False, "watch"),
        (1.0, "A", 2.9, False, "watch"),
        (3.0, "C", 1.0, False, "act"),
        (1.0, "A", 3.0, False, "act"),
        (1.0, "B", 1.0, True, "act"),
        (9.0, "D", 1.0, False, "stop"),
    ],
)
def test_severity_is_apart_from_kind(velocity, zone, grown, hot, band):
    assert severity_of(velocity, zone, grown, is_hot=hot).band == band


def test_healthy_records_stay_silent_as_long_as_one_looks():
    state, told = {}, []
    for i in range(20):
        cell = window(10 * i, 10 * i + 10, waveforms=(record(10 * i, seed=i),))
        state, found = CHECK.judge(state, cell, PUMP, cell.end)
        told += found
    assert told == []
    mean, spread = healthy_scores()
    assert spread > 0
    assert max(state["places"]["DE"]["sums"].values()) < 0.5 * LIMIT
    assert np.isfinite(mean)


def test_sound_bearings_of_a_real_rig_stay_silent(shared_data):
    files = sorted((shared_data / "diagnosis/ims_test1_early").glob("*.npz"))
    asset = Asset("P", nameplate={"rated_speed_rpm": 2000.0}, bearings={"DE": "ZA-2115"}, signals=(ACC,))
    records = [
        waveform("P.DE.a", 10.0 * i, np.load(path)["x"], rate_hz=20_000.0) for i, path in enumerate(files)
    ]
    assert len(records) == 40
    assert judge(records, asset) == []


@pytest.mark.parametrize(
    ("file", "fault"), [("1797_IR_7_DE12", "inner_race"), ("1797_ORat6_7_DE12", "outer_race")]
)
def test_a_real_fault_is_named_from_seconds_of_its_record(shared_data, file, fault):
    x = np.load(shared_data / f"diagnosis/cwru/{file}.npz")["DE"]
    asset = Asset("P", nameplate={"rated_speed_rpm": 1797.0}, bearings={"DE": "6205"}, signals=(ACC,))
    parts = np.array_split(x, 5)
    told = judge(
        [waveform("P.DE.a", 10.0 * i, part, rate_hz=12_000.0) for i, part in enumerate(parts)], asset
    )
    assert [f.cause for _, f in told] == [fault]


def test_the_demo_pump_is_found_within_a_minute_and_its_sound_sister_is_not():
    ill = {("P-101", "DE"): 0.12}
    told, state = [], {}
    for asset, cell in watch("stations", ("P-101", "P-102"), lambda _s: ill, seconds=30, every_s=10):
        state[asset.name], found = CHECK.judge(state.get(asset.name, {}), cell, asset, cell.end)
        told += found
    assert [(f.asset, f.location, f.cause) for f in told] == [("P-101", "DE", "outer_race")]
    assert told[0].end <= us(30)
    assert demo_site().assets["P-101"].bearings["DE"] == "6205"
