"""Each area says what its rows declare, the same for the same seed, and only what is ill looks ill."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from arkwright.app.demo.areas.bench import Bench
from arkwright.app.demo.areas.cell import MachiningCell
from arkwright.app.demo.areas.ironworks import Ironworks
from arkwright.app.demo.areas.rows import Tick
from arkwright.app.demo.areas.trains import BEARINGS, RATE_HZ, TRAINS, Trains, vibration_values
from arkwright.app.demo.physics.bearing import defect_order
from arkwright.app.demo.physics.train import TrainState, duty
from arkwright.app.demo.timeline import read_timeline
from arkwright.app.demo.works import asset_rows, signal_rows

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def run(area, seconds, seed=7, severities=None):
    """Step an area; return every value it gave, by signal."""
    state, said = area.start(), {}
    for k in range(int(seconds / area.period_s)):
        state, values = area.step(state, Tick(k, area.period_s, severities or {}, seed))
        for signal, value in values.items():
            said.setdefault(signal, []).append(value)
    return said


@pytest.mark.parametrize("kind", [Trains, Bench, MachiningCell, Ironworks])
def test_an_area_says_exactly_the_signals_it_declares(kind):
    area = kind()
    assert set(run(area, 12.0)) == {row.signal for row in area.signals}


@pytest.mark.parametrize("kind", [Bench, MachiningCell, Ironworks])
def test_the_same_seed_gives_the_same_values_and_another_seed_others(kind):
    assert run(kind(), 20.0) == run(kind(), 20.0)
    assert run(kind(), 20.0) != run(kind(), 20.0, seed=8)


@pytest.mark.parametrize("kind", [Trains, Bench, MachiningCell, Ironworks])
def test_a_sound_works_breaks_no_limit(kind):
    area = kind()
    said = run(area, 60.0 if kind is Trains else 900.0)
    for row in area.signals:
        if row.kind != "value":
            continue
        values = np.array(said[row.signal])
        assert row.high is None or values.max() < row.high, row.signal
        assert row.low is None or values.min() > row.low, row.signal


def test_every_fault_of_the_timeline_shows_in_a_signal_of_its_asset():
    limits = {
        "MC-501": ("MC-501.spindle.load", MachiningCell, "T4"),
        "TM-301": ("TM-301.winding", Bench, "coolant"),
        "BF-1": ("BF-1.stave5.flux", Ironworks, "stave 5"),
        "SN-1": ("SN-1.burn_through", Ironworks, "seals"),
        "CO-1": ("CO-1.oven7.flue", Ironworks, "oven 7"),
    }
    for asset, (signal, kind, location) in limits.items():
        area = kind()
        row = next(r for r in area.signals if r.signal == signal)
        values = np.array(run(area, 600.0, severities={(asset, location): 1.0})[signal])
        assert (row.high is not None and values.max() > row.high) or (
            row.low is not None and values.min() < row.low
        ), signal


def test_unbalance_takes_the_fan_from_good_to_unacceptable():
    fan = next(t for t in TRAINS if t.asset == "F-201")
    for severity, low, high in ((0.0, 0.5, 2.3), (1.0, 7.1, 14.0)):
        tick = Tick(0, 1.0, {("F-201", "rotor"): severity}, 7)
        assert low < vibration_values(fan, TrainState(), tick)["F-201.DE.velocity"] < high


def envelope_ratio(train, end, severities, defect):
    """Strongest envelope line within slip of a defect frequency over the local median. [dB]"""
    values = vibration_values(train, TrainState(), Tick(10, 1.0, severities, 7))
    samples = np.asarray(values[f"{train.asset}.{end}.acceleration"], dtype=float)
    spectrum, freq = np.fft.fft(samples), np.fft.fftfreq(len(samples), 1 / RATE_HZ)
    spectrum[(freq < 2000) | (freq > 8000)] = 0
    envelope = np.abs(np.fft.ifft(2 * spectrum)) ** 2
    lines = np.abs(np.fft.rfft(envelope - envelope.mean()))
    lines_hz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    geometry = BEARINGS[train.bearings[0 if end == "DE" else 1]]
    at_hz = defect_order(geometry, defect) * duty(train.design, TrainState()).speed_rpm / 60
    near = (lines_hz > 0.985 * at_hz) & (lines_hz < 1.0 * at_hz)
    around = (lines_hz > 0.8 * at_hz) & (lines_hz < 1.2 * at_hz)
    return 20 * np.log10(lines[near].max() / np.median(lines[around]))


def test_the_first_bearing_fault_can_be_seen_in_the_second_record_and_nowhere_else():
    timeline = read_timeline(7, 1.0, START)
    ill = timeline.severities(START + timedelta(seconds=10))
    for train in TRAINS:
        for end in ("DE", "NDE"):
            height_db = envelope_ratio(train, end, ill, "outer_race")
            if (train.asset, end) == ("P-101", "DE"):
                assert height_db > 22
            else:
                assert height_db < 15, (train.asset, end)


def test_a_record_brings_its_velocity_and_each_train_has_its_own_tick():
    area, state = Trains(), Trains().start()
    for k in range(20):
        state, values = area.step(state, Tick(k, 1.0, {}, 7))
        records = [name for name, value in values.items() if isinstance(value, np.ndarray)]
        assert len(records) in (0, 2)
        assert all(name.replace("acceleration", "velocity") in values for name in records)


def test_every_name_and_address_is_unique_and_every_parent_stands_before_its_children():
    rows = list(signal_rows())
    assert len({row.signal for _, _, row in rows}) == len(rows)
    assert len({(connection, address) for connection, address, _ in rows}) == len(rows)
    assert 120 <= len(rows) <= 200
    seen = {""}
    for row in asset_rows():
        assert row.parent in seen
        seen.add(row.asset)
    assert {row.asset for _, _, row in rows} <= seen
