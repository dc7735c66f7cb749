"""What screens show of a vibration record, against tones and impacts whose places are known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from arkwright.app.demo.physics.bearing import BearingGeometry
from arkwright.app.demo.physics.vibration import Condition, Line, Mode, Point, record
from arkwright.app.record_curves import MOST_SAMPLES
from arkwright.app.record_room import RecordRoom
from arkwright.app.record_sight import Sight
from arkwright.app.record_views import RecordViews, record_views
from arkwright.core.errors import HistoryError
from arkwright.core.plant import Asset, Signal, Site
from arkwright.core.tables import ReadingsBuilder, Scale, Waveform, to_us
from arkwright.history.lake import Lake
from arkwright.history.query import History

T0 = datetime(2026, 3, 3, 6, tzinfo=UTC)
RATE = 25_600.0
ACCELERATION = Signal("p.acc", "p", "acceleration", "g", kind="waveform", location="DE")
SPEED = Signal("p.speed", "p", "rotational_speed", "rpm")
PUMP = Asset("p", bearings={"DE": "6205"}, signals=(ACCELERATION, SPEED), title="Pump")
SITE = Site("works", {"p": PUMP}, {s.name: s for s in (ACCELERATION, SPEED)}, {})


def waveform(x: np.ndarray, speed_rpm: float | None = 1470.0) -> Waveform:
    return Waveform("p.acc", T0, x.astype(np.float32), RATE, "m/s2", speed_rpm=speed_rpm)


def tone(hz: float, amplitude: float) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(32_768) / RATE)


def faulty() -> RecordViews:
    point = Point(
        BearingGeometry(9, 7.94, 39.04), (Mode(3350.0, 0.035, 1.0),), (Line(1.0, 0.8),), ((100.0, 0.2),), 0.1
    )
    taken = record(point, Condition("outer_race", 0.5, 0.0), 1470.0, RATE, 40_960, np.random.default_rng(3))
    return record_views(waveform(taken.acceleration_g * 9.80665), ACCELERATION, PUMP, 1470.0, "record")


def test_a_tone_of_one_g_is_one_g_at_its_frequency() -> None:
    views = record_views(waveform(tone(400.0, 9.80665)), ACCELERATION, PUMP, 1470.0)
    hz, amplitude = max(views["spectra"]["acceleration"]["points"], key=lambda p: p[1])
    assert hz == pytest.approx(400.0, abs=RATE / 32_768)
    assert amplitude == pytest.approx(1.0, rel=0.01)
    assert views["spectra"]["acceleration"]["y_unit"] == "g"
    assert max(v for _, v in views["waveform"]["points"]) == pytest.approx(1.0, rel=1e-3)
    assert views["waveform"]["points"][-1][0] == pytest.approx(32_768 / RATE, rel=1e-3)


def test_the_velocity_spectrum_is_in_mm_s_whatever_the_unit_of_the_record() -> None:
    # 2 pi 400 Hz: 9.80665 m/s2 peak is 3.902 mm/s peak, 2.759 mm/s RMS.
    views = record_views(waveform(tone(400.0, 9.80665)), ACCELERATION, PUMP, 1470.0)
    assert "vibration_velocity" in views["spectra"]
    assert max(v for _, v in views["spectra"]["vibration_velocity"]["points"]) == pytest.approx(
        2.759, rel=0.01
    )
    assert views["spectra"]["vibration_velocity"]["points"][-1][0] <= 1000.0


def test_the_lines_of_a_defect_are_expected_at_order_times_speed_and_found() -> None:
    envelope = faulty()["envelope"]
    assert envelope is not None
    assert (envelope["verdict"], envelope["best"]) == ("outer_race", "outer_race")
    first = envelope["faults"]["outer_race"][0]
    assert (first["name"], first["found"]) == ("BPFO", True)
    assert first["expected_hz"] == pytest.approx(3.5848 * 24.5 * (1 + envelope["slip"]), rel=6e-3)
    assert first["peak_hz"] == pytest.approx(first["expected_hz"], abs=1.0)
    assert first["level_db"] > 6.0
    drawn = max(y for x, y in envelope["curve"]["points"] if abs(x - first["peak_hz"]) < 1.5)
    assert drawn == pytest.approx(first["level_db"], abs=0.1)
    assert all(not line["found"] for line in envelope["faults"]["cage"][:1])


def test_a_record_without_speed_shows_its_spectra_and_says_what_is_missing() -> None:
    views = record_views(waveform(tone(400.0, 1.0) + 0.01 * tone(37.0, 1.0)), ACCELERATION, PUMP, None)
    assert views["envelope"] is None
    assert views["why_not"] == ["the speed of the shaft is not stated, or is zero"]
    assert views["spectra"]["acceleration"]["points"]


def test_a_bearing_that_nobody_stated_or_knows_is_named() -> None:
    bare = record_views(waveform(tone(400.0, 1.0)), ACCELERATION, Asset("p", title="Pump"), 1470.0)
    assert bare["why_not"] == ["no bearing is stated for DE of Pump in assets.csv"]
    strange = Asset("p", bearings={"DE": "X99"})
    assert "X99" in record_views(waveform(tone(400.0, 1.0)), ACCELERATION, strange, 1470.0)["why_not"][0]


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        ([], "0 samples"),
        ([1.0], "1 sample"),
        ([1.0] * 1000, "constant"),
        ([np.nan, 1.0] * 500, "not numbers"),
    ],
)
def test_a_record_that_nobody_can_judge_is_shown_as_far_as_it_goes(samples: list[float], why: str) -> None:
    views = record_views(waveform(np.array(samples)), ACCELERATION, PUMP, 1470.0, "record")
    assert why in views["why_not"][0]
    assert views["envelope"] is None
    assert len(views["waveform"]["points"]) == len(samples)
    sight = Sight(waveform(np.array(samples)), ACCELERATION, PUMP, 1470.0, "record")
    for look in (lambda: sight.kurtogram, lambda: sight.turn, lambda: sight.band(100.0, 4000.0)):
        with pytest.raises(HistoryError, match=why):
            look()


def test_of_a_record_of_hours_the_beginning_is_transformed() -> None:
    hours = waveform(np.zeros(MOST_SAMPLES + 5))
    sight = Sight(hours, ACCELERATION, PUMP, None, "")
    assert len(sight.piece) == MOST_SAMPLES
    assert len(sight.lines.hz) == MOST_SAMPLES // 2 + 1


def shown_of(nameplate: dict[str, float | str], x: np.ndarray) -> RecordViews:
    return record_views(waveform(x), ACCELERATION, replace(PUMP, nameplate=nameplate), 1470.0, "record")


def test_what_a_fault_of_the_rotor_would_look_like_is_told_line_by_line() -> None:
    noise = 0.02 * np.random.default_rng(2).standard_normal(32_768)
    rotor = shown_of({}, tone(24.5, 2.0) + tone(49.0, 1.0) + noise)["rotor"]
    assert sorted(rotor) == ["looseness", "misalignment", "unbalance"]
    assert [line["found"] for line in rotor["misalignment"]] == [True, True, False]
    assert rotor["unbalance"][0]["level_db"] > 30


def test_teeth_blades_and_edges_are_looked_for_where_the_nameplate_has_them() -> None:
    noise = 0.02 * np.random.default_rng(2).standard_normal(32_768)
    mesh = tone(23 * 24.5, 2.0) + tone(22 * 24.5, 0.5) + noise
    gear = shown_of({"pinion_teeth": 23.0, "gear_teeth": 61.0}, mesh)["rotor"]["gear_mesh"]
    assert [(line["name"], line["found"]) for line in gear[:3]] == [
        ("GMF−fr", True), ("GMF", True), ("GMF+fr", False)
    ]  # fmt: skip
    by_gear = {"pinion_teeth": 23.0, "gear_teeth": 61.0, "gear_speed_of": "gear"}
    assert shown_of(by_gear, mesh)["rotor"]["gear_mesh"][1]["order"] == 61.0
    assert shown_of({"n_vanes": 6.0}, mesh)["rotor"]["blade_pass"][0]["order"] == 6.0
    assert shown_of({"n_teeth": 4.0}, mesh)["rotor"]["tooth_pass"][0]["order"] == 4.0


def test_displacement_of_a_tone_is_its_whole_way_and_a_clipped_record_has_none() -> None:
    # 9.80665 m/s2 at 2 pi 100 rad/s: 24.84 um peak, 49.68 um from peak to peak.
    spectra = record_views(waveform(tone(100.0, 9.80665)), ACCELERATION, PUMP, 1470.0)["spectra"]
    assert max(y for _, y in spectra["displacement"]["points"]) == pytest.approx(49.68, rel=0.01)
    clipped = np.clip(tone(100.0, 9.80665), -5.0, 5.0)
    assert list(record_views(waveform(clipped), ACCELERATION, PUMP, 1470.0)["spectra"]) == ["acceleration"]


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with Lake(tmp_path, now=lambda: T0 + timedelta(minutes=1)) as lake:
        yield lake


def test_the_speed_comes_from_the_record_else_from_the_reading_nearest_to_it(lake: Lake) -> None:
    builder = ReadingsBuilder()
    for second, rpm in ((-50, 1400.0), (5, 1600.0), (90, 1000.0)):
        builder.add(Scale("p.speed"), to_us(T0) + second * 1_000_000, rpm)
    lake.append(builder.take(to_us(T0)))
    lake.append_waveforms([waveform(tone(400.0, 1.0), None)])
    room = RecordRoom(History(lake), SITE)
    views = room.views("p.acc", to_us(T0))
    assert (views["speed_rpm"], views["speed_from"]) == (1600.0, "reading")
    assert room.speed_of(waveform(tone(400.0, 1.0), 1234.0), PUMP) == (1234.0, "record")


def test_without_a_reading_near_a_record_the_nameplate_says_its_speed(lake: Lake) -> None:
    rated = replace(PUMP, nameplate={"rated_speed_rpm": 1500.0})
    room = RecordRoom(History(lake), SITE)
    assert room.speed_of(waveform(tone(400.0, 1.0), None), rated) == (1500.0, "nameplate")
    assert room.speed_of(waveform(tone(400.0, 1.0), None), PUMP) == (None, "")


def test_records_are_listed_and_kept_ready(lake: Lake) -> None:
    lake.append_waveforms([waveform(tone(400.0, 1.0))])
    room = RecordRoom(History(lake), SITE)
    (row,) = room.records("p.acc", T0, T0 + timedelta(seconds=1))
    assert (row["time_us"], row["n"], row["rate_hz"], row["speed_rpm"]) == (to_us(T0), 32_768, RATE, 1470.0)
    assert room.last_record("p.acc", T0 + timedelta(hours=30)) == row
    assert room.views("p.acc", row["time_us"]) is room.views("p.acc", row["time_us"])


def test_a_record_that_is_not_there_is_refused(lake: Lake) -> None:
    with pytest.raises(HistoryError, match="no record"):
        RecordRoom(History(lake), SITE).views("p.acc", to_us(T0))
