"""What screens show of signals, against readings that can be counted by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from arkwright.app.views import latest, trend
from arkwright.core.plant import Asset, Limits, Signal, Site
from arkwright.core.tables import BAD_SENSOR_FAILURE, EVENTS, GOOD, UNCERTAIN, ReadingsBuilder, Scale, to_us
from arkwright.history.lake import Lake
from arkwright.history.query import History

T0 = datetime(2026, 3, 3, 6, tzinfo=UTC)
TEMPERATURE = Signal(
    "p.temp", "p", "temperature", "degF", "line", limits=Limits(high=75.0), title="Bearing", title_zh="轴承"
)
PRESSURE = Signal("p.flow", "p", "pressure", "bar", "line", max_gap_s=10.0)
SITE = Site(
    "works",
    {"p": Asset("p", signals=(TEMPERATURE, PRESSURE))},
    {s.name: s for s in (TEMPERATURE, PRESSURE)},
    {},
)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with Lake(tmp_path, now=lambda: T0 + timedelta(hours=1)) as lake:
        yield lake


def put(lake: Lake, name: str, rows: list[tuple[float, float | None, int]]) -> None:
    builder = ReadingsBuilder()
    for second, value, status in rows:
        builder.add(Scale(name), to_us(T0) + round(second * 1e6), value, status)
    lake.append(builder.take(to_us(T0)))


def drawn(lake: Lake, name: str, minutes: float = 60.0, n: int = 1500) -> dict[str, object]:
    return dict(trend(History(lake), SITE, name, T0, T0 + timedelta(minutes=minutes), n))


def test_a_signal_is_drawn_in_its_own_unit_with_its_own_limits(lake: Lake) -> None:
    put(lake, "p.temp", [(0, 20.0, GOOD), (1, 30.0, GOOD)])
    view = drawn(lake, "p.temp")
    assert view["unit"] == "degF"
    assert [v for _, v in view["points"]] == [68.0, 86.0]  # type: ignore[attr-defined]
    assert view["limits"] == {"high": 167.0}
    assert (view["title"], view["title_zh"], view["n_readings"]) == ("Bearing", "轴承", 2)


def test_a_long_curve_is_thinned_and_keeps_its_peak(lake: Lake) -> None:
    put(lake, "p.temp", [(i, 100.0 if i == 1777 else 20.0 + i % 2, GOOD) for i in range(3000)])
    view = drawn(lake, "p.temp", n=200)
    points = view["points"]
    assert len(points) <= 200  # type: ignore[arg-type]
    assert max(points, key=lambda p: p[1]) == ((to_us(T0) + 1_777_000_000) / 1000, 212.0)  # type: ignore[call-overload]
    assert view["n_readings"] == 3000


def test_bad_readings_break_the_curve_and_uncertain_ones_do_not(lake: Lake) -> None:
    bad = BAD_SENSOR_FAILURE
    put(
        lake,
        "p.temp",
        [(0, 20, GOOD), (1, None, bad), (2, None, bad), (3, 21, GOOD), (4, 22, UNCERTAIN), (5, 23, 0)],
    )
    view = drawn(lake, "p.temp")
    assert [v for _, v in view["points"]] == [68.0, None, 69.8, 71.6, 73.4]  # type: ignore[attr-defined]
    kinds = [(s["kind"], (s["end_ms"] - s["start_ms"]) / 1000) for s in view["stretches"]]  # type: ignore[attr-defined]
    assert kinds == [("uncertain", 1.0), ("bad", 2.0)]


def test_a_gap_of_the_connection_breaks_the_curve_and_says_why(lake: Lake) -> None:
    put(lake, "p.temp", [(0, 20, GOOD), (60, 20, GOOD)])
    row = {"id": "g", "kind": "gap", "subject": "line", "start": T0 + timedelta(seconds=5)}
    row |= {
        "end": T0 + timedelta(seconds=55),
        "server_time": T0,
        "detail": '{"reason": "broker down", "signals": []}',
    }
    lake.append_events(pa.Table.from_pylist([row], schema=EVENTS))
    view = drawn(lake, "p.temp")
    assert [v for _, v in view["points"]] == [68.0, None, 68.0]  # type: ignore[attr-defined]
    (stretch,) = view["stretches"]  # type: ignore[misc]
    assert (stretch["kind"], stretch["text"]) == ("gap", "broker down")


def test_a_gap_of_other_signals_does_not_touch_this_one(lake: Lake) -> None:
    put(lake, "p.temp", [(0, 20, GOOD), (60, 20, GOOD)])
    row = {"id": "g", "kind": "gap", "subject": "line", "start": T0, "end": T0 + timedelta(seconds=55)}
    row |= {"server_time": T0, "detail": '{"reason": "r", "signals": ["p.flow"]}'}
    lake.append_events(pa.Table.from_pylist([row], schema=EVENTS))
    assert drawn(lake, "p.temp")["stretches"] == []


def test_silence_is_shown_only_where_the_site_declares_how_long_it_may_be(lake: Lake) -> None:
    for name in ("p.temp", "p.flow"):
        put(lake, name, [(0, 1.0, GOOD), (9, 1.0, GOOD), (40, 1.0, GOOD)])
    assert drawn(lake, "p.temp")["stretches"] == []
    (stretch,) = drawn(lake, "p.flow")["stretches"]  # type: ignore[misc]
    assert (stretch["kind"], stretch["end_ms"] - stretch["start_ms"]) == ("silence", 31_000)
    assert [v for _, v in drawn(lake, "p.flow")["points"]] == [1.0, 1.0, None, 1.0]  # type: ignore[attr-defined]


def test_the_newest_reading_is_told_in_its_own_unit_and_not_at_all_where_it_is_bad(lake: Lake) -> None:
    history = History(lake)
    assert latest(history, SITE, "p.temp") is None
    put(lake, "p.temp", [(0, 100.0, GOOD)])
    assert latest(history, SITE, "p.temp") == (T0, pytest.approx(212.0))
    put(lake, "p.temp", [(1, None, BAD_SENSOR_FAILURE)])
    assert latest(history, SITE, "p.temp") == (T0 + timedelta(seconds=1), None)


def test_a_signal_without_readings_is_an_empty_curve(lake: Lake) -> None:
    view = drawn(lake, "p.temp")
    assert (view["points"], view["stretches"], view["n_readings"]) == ([], [], 0)
    assert np.isfinite([view["start_ms"], view["end_ms"]]).all()  # type: ignore[list-item]
