"""Pictures of records: bands that ring, lines that move from record to record, and turns that agree."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from arkwright.app.record_cascade import spread
from arkwright.app.record_kept import Kept
from arkwright.app.record_pictures import band_view, kurtogram_picture
from arkwright.app.record_room import RecordRoom
from arkwright.app.record_turn import turn_picture
from arkwright.core.errors import HistoryError
from arkwright.core.plant import Asset, Signal, Site
from arkwright.core.tables import Waveform, to_us
from arkwright.history.lake import Lake
from arkwright.history.query import History
from arkwright.kits.orders import BearingOrders

T0 = datetime(2026, 3, 3, 6, tzinfo=UTC)
RATE = 12_800.0
SIGNAL = Signal("p.acc", "p", "acceleration", "g", kind="waveform", location="DE")
PUMP = Asset("p", bearings={"DE": "6205"}, signals=(SIGNAL,), nameplate={"rated_speed_rpm": 1500.0})
SITE = Site("works", {"p": PUMP}, {SIGNAL.name: SIGNAL}, {})
ORDERS = BearingOrders(3.6, 5.4, 2.36, 0.4)


def struck(hz: float, rings_at: float = 3000.0, n: int = 32_768) -> np.ndarray:
    """Blows at a rate, each of which rings."""
    x = 0.05 * np.random.default_rng(3).standard_normal(n)
    t = np.arange(200) / RATE
    ring = np.exp(-900 * t) * np.sin(2 * np.pi * rings_at * t)
    for at in np.arange(0, n - 200, RATE / hz).astype(int):
        x[at : at + 200] += ring
    return x


def tone(hz: float, size: float = 9.80665, n: int = 12_800) -> np.ndarray:
    noise = 1e-3 * np.random.default_rng(5).standard_normal(n)
    return size * np.sin(2 * np.pi * hz * np.arange(n) / RATE) + noise


def test_the_highest_cell_of_a_kurtogram_holds_the_frequency_at_which_blows_ring() -> None:
    heat = kurtogram_picture(struck(50.0), RATE)
    assert heat["best"] is not None
    row, cell = heat["best"]
    edges = heat["rows"][row].get("edges", [])
    assert edges[cell] < 3000 < edges[cell + 1]
    assert heat["rows"][row]["values"][cell] == max(
        v for r in heat["rows"] for v in r["values"] if v is not None
    )


def test_of_noise_no_band_stands_out_and_of_blows_one_does() -> None:
    rng = np.random.default_rng(7)
    noisy = [kurtogram_picture(rng.standard_normal(16_384), RATE).get("stands_out") for _ in range(20)]
    assert noisy.count(True) <= 1
    assert kurtogram_picture(struck(50.0), RATE).get("stands_out")


def test_every_row_of_a_kurtogram_covers_the_whole_axis() -> None:
    for row in kurtogram_picture(struck(50.0), RATE)["rows"]:
        edges = row.get("edges", [])
        assert (edges[0], edges[-1]) == pytest.approx((0.0, RATE / 2), abs=1.0)
        assert len(edges) == len(row["values"]) + 1 == int(row["name"]) + 1


def test_the_envelope_of_the_band_that_rings_shows_the_blows_as_lines_of_their_fault() -> None:
    # A shaft at 25 Hz and an outer race at order 3.6: 90 blows a second.
    view = band_view(struck(90.0), RATE, (2400.0, 3600.0), ORDERS, 25.0)
    assert [line["found"] for line in view["faults"]["outer_race"]] == [True] * 4
    top = max(view["curve"]["points"], key=lambda p: p[1])
    assert top[0] % 90.0 == pytest.approx(0.0, abs=0.5) or top[0] % 90.0 == pytest.approx(90.0, abs=0.5)


def test_a_band_without_bearing_or_speed_has_a_spectrum_and_no_lines() -> None:
    view = band_view(struck(90.0), RATE, (2400.0, 3600.0), None, None)
    assert view["curve"]["points"]
    assert view["faults"] == {}


def test_the_mean_turn_keeps_what_turns_with_the_shaft_and_says_how_much_that_is() -> None:
    x = tone(75.0) + np.random.default_rng(1).normal(0, 9.80665 / np.sqrt(2), 12_800)
    turn = turn_picture(x, RATE, 25.0, "record", SIGNAL)
    assert max(v for _, v in turn["points"]) == pytest.approx(1.0, abs=0.35)
    assert turn["n_turns"] == 24 or turn["n_turns"] == 25
    assert turn["share"] == pytest.approx(0.5, abs=0.06)
    assert turn["shaft_hz"] == pytest.approx(25.0, rel=1e-3)


def test_too_few_turns_are_refused() -> None:
    with pytest.raises(ValueError, match="8 turns"):
        turn_picture(tone(75.0, n=2000), RATE, 25.0, "record", SIGNAL)


# ---------------------------------------------------------------------------------------- of many records
@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with Lake(tmp_path, now=lambda: T0 + timedelta(hours=1)) as lake:
        yield lake


def recorded(lake: Lake, speeds: list[float | None]) -> RecordRoom:
    """One record a second; each holds a tone of one g at twice its speed."""
    lake.append_waveforms(
        [
            Waveform(
                "p.acc",
                T0 + timedelta(seconds=i),
                tone(2 * (rpm or 1500.0) / 60).astype(np.float32),
                RATE,
                "m/s2",
                speed_rpm=rpm,
            )
            for i, rpm in enumerate(speeds)
        ]
    )
    return RecordRoom(History(lake), SITE)


def peaks(heat: dict) -> list[float]:
    """Where each row is highest, as the middle of the column."""
    out = []
    for row in heat["rows"]:
        cell = int(np.argmax([-999.0 if v is None else v for v in row["values"]]))
        out.append((heat["edges"][cell] + heat["edges"][cell + 1]) / 2)
    return out


def test_a_cascade_shows_a_line_that_moves_with_the_speed_and_stands_still_in_orders(lake: Lake) -> None:
    room = recorded(lake, [1800.0, 1200.0, 1500.0])
    rows = room.records("p.acc", T0, T0 + timedelta(seconds=9))
    heat = room.cascade(rows, str, top_hz=300.0)
    assert peaks(heat) == pytest.approx([60.0, 40.0, 50.0], abs=1.0)
    assert max(v for v in heat["rows"][0]["values"]) == pytest.approx(0.0, abs=0.1)  # one g
    slowest_first = room.cascade(rows, str, along="speed", top_hz=300.0)
    assert [row["name"] for row in slowest_first["rows"]] == ["1200 rpm", "1500 rpm", "1800 rpm"]
    assert peaks(room.cascade(rows, str, across="orders")) == pytest.approx([2.0] * 3, abs=0.1)


def test_a_record_without_a_speed_turns_as_its_nameplate_says_and_without_one_has_no_orders(
    lake: Lake,
) -> None:
    room = recorded(lake, [None])
    rows = room.records("p.acc", T0, T0 + timedelta(seconds=9))
    assert peaks(room.cascade(rows, str, across="orders")) == pytest.approx([2.0], abs=0.1)
    room.site = replace(SITE, assets={"p": replace(PUMP, nameplate={})})
    assert room.cascade(rows, str, across="orders") is None


def test_of_many_records_evenly_spread_ones_are_drawn_first_and_last_among_them() -> None:
    shown = spread(list(range(500)), 120)
    assert (len(shown), shown[0], shown[-1]) == (120, 0, 499)
    assert set(np.diff(shown)) <= {4, 5}
    assert spread([1, 2, 3], 120) == [1, 2, 3]


def test_what_was_seen_of_a_record_is_asked_once_and_a_stretch_of_it_is_drawn_in_full(lake: Lake) -> None:
    room = recorded(lake, [1500.0])
    sight = room.sight("p.acc", to_us(T0))
    assert room.sight("p.acc", to_us(T0)) is sight
    assert sight.kurtogram is sight.kurtogram
    stretch = sight.detail("acceleration", 40.0, 60.0)
    assert [x for x, _ in stretch["points"]] == pytest.approx(np.arange(40.0, 61.0))
    assert max(stretch["over_db"]) > 40
    part = sight.detail("waveform", 0.5, 0.52)["points"]
    assert (part[0][0], part[-1][0]) == pytest.approx((0.5, 0.52), abs=1e-3)
    assert len(part) == 257


def test_a_band_too_narrow_and_a_constant_record_are_refused_with_what_is_wrong(lake: Lake) -> None:
    room = recorded(lake, [1500.0])
    with pytest.raises(HistoryError, match="at least 64 Hz"):
        room.sight("p.acc", to_us(T0)).band(100.0, 101.0)
    flat = Waveform("p.acc", T0 + timedelta(seconds=30), np.zeros(4096, np.float32), RATE, "m/s2")
    lake.append_waveforms([flat])
    with pytest.raises(HistoryError, match="constant"):
        _ = room.sight("p.acc", to_us(flat.time)).kurtogram


def test_the_last_results_are_kept_and_the_oldest_goes() -> None:
    made: list[int] = []
    kept: Kept[int, int] = Kept(2)
    for key in (1, 2, 1, 3, 1, 2):
        kept.get(key, lambda key=key: made.append(key) or key)
    assert made == [1, 2, 3, 2]
    assert len(kept) == 2
