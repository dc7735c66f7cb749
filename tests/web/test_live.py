"""What a page is told: what changed of what it shows, and nothing else."""

import asyncio
import time

import pytest
from tests.web.works import BROKEN, lay_cards, open_works

from arkwright.core.plant import Limits, Signal
from arkwright.core.tables import BAD, ReadingsBuilder, Scale, to_us
from arkwright.web.live import Hub, Viewer, is_news
from arkwright.web.scale import limit_of, scale_of, shown_value
from arkwright.web.words import places_of, write_age, write_money, write_number


class Browser:
    """As much of a client as the hub looks at."""

    def __init__(self, connected=True):
        self.id, self.has_socket_connection = "browser", connected


@pytest.fixture
def works(tmp_path):
    works = open_works(tmp_path)
    yield works
    works.close()


def report(works, name, value, status=0, age_s=0.0):
    """Let a signal report, in the unit that its site declares; its connection gives a sign of life."""
    signal = works.site.signals[name]
    unit = signal.declared_unit()
    now_us = to_us(works.now()) - round(age_s * 1e6)
    builder = ReadingsBuilder()
    builder.add(Scale(name, unit.factor, unit.offset), now_us, value, status)
    works.live.update(builder.take(now_us))
    works.lines[signal.connection].beat()


def news(hub, viewer):
    now_us = to_us(hub.plant.now())
    return viewer.rows_news({name: hub.row(name, now_us) for name in viewer.names})


def test_a_page_is_told_everything_at_first_and_then_what_changed(works):
    hub, viewer = Hub(works), Viewer(Browser(), "en", names=("P-101.flow", "P-101.speed"))
    report(works, "P-101.flow", 50.0)
    report(works, "P-101.speed", 1480.0)
    assert [row[:3] for row in news(hub, viewer)] == [[0, 50.0, "g"], [1, 1480.0, "g"]]
    assert news(hub, viewer) == []
    report(works, "P-101.speed", 1481.0)
    assert [row[:3] for row in news(hub, viewer)] == [[1, 1481.0, "g"]]


def test_values_are_shown_in_the_unit_that_the_site_declares(works):
    hub = Hub(works)
    report(works, "P-101.suction", 2.5)  # kp/cm2; history holds bar
    assert works.live.value("P-101.suction", 0).value == pytest.approx(2.5 * 0.980665)
    assert hub.row("P-101.suction", to_us(works.now()))[0] == 2.5


def test_a_lost_connection_is_news_although_no_value_came(works):
    hub, viewer = Hub(works), Viewer(Browser(), "en", names=("P-101.flow",))
    report(works, "P-101.flow", 50.0)
    news(hub, viewer)
    works.lines["stations"].health.state = "lost"
    ((_, value, state, _, _, why),) = news(hub, viewer)
    assert (value, state, why) == (50.0, "s", "connection stations is lost")


def test_silence_longer_than_declared_is_news_of_the_timer(works):
    hub, viewer = Hub(works), Viewer(Browser(), "en", names=("P-101.flow",))
    report(works, "P-101.flow", 50.0, age_s=14.9)  # max_gap_s is 15
    assert news(hub, viewer)[0][2] == "g"
    time.sleep(0.15)
    assert news(hub, viewer)[0][2] == "s"


def test_a_bad_value_has_no_number(works):
    hub = Hub(works)
    report(works, BROKEN, 4.0, BAD)
    assert hub.row(BROKEN, to_us(works.now()))[:2] == (None, "b")


def test_a_signal_that_the_site_does_not_know_has_nothing(works):
    assert Hub(works).row("<script>", 0) == (None, "n", None, "", "")


def test_a_constant_that_is_reported_again_waits_for_its_age():
    old = (1.0, "g", 100.0, "", "")
    assert not is_news(old, (1.0, "g", 104.9, "", ""))
    assert is_news(old, (1.0, "g", 105.0, "", ""))
    assert is_news(old, (1.0, "g", 100.0, "H", ""))


async def test_every_tick_reaches_every_connected_page_even_without_news(works, monkeypatch):
    sent = []

    async def emit(event, data, client_id):
        sent.append((event, data))

    monkeypatch.setattr("arkwright.web.live._emit", emit)
    hub = Hub(works)
    hub.viewers = {"here": Viewer(Browser(), "en", 7), "gone": Viewer(Browser(connected=False), "en")}
    await hub.tick()
    await hub.tick()
    assert [event for event, _ in sent] == ["arkwright_live", "arkwright_live"]
    assert all(data["g"] == 7 and "s" not in data for _, data in sent)


async def test_a_tick_that_fails_does_not_end_the_timer(works, monkeypatch):
    hub = Hub(works)
    monkeypatch.setattr("arkwright.web.live.TICK_S", 0.01)
    works.ledger.close()
    monkeypatch.setattr(hub, "_ship", lambda viewers: 1 / 0)
    running = asyncio.create_task(hub.run())
    await asyncio.sleep(0.3)
    assert hub.errors >= 2 and not running.done()
    running.cancel()


async def test_sparklines_begin_with_what_history_holds(works):
    signal = works.site.signals["P-101.flow"]
    builder = ReadingsBuilder()
    now_us = to_us(works.now())
    unit = signal.declared_unit()
    for i in range(400):
        builder.add(
            Scale(signal.name, unit.factor, unit.offset), now_us - (400 - i) * 1_000_000, 40.0 + i % 10
        )
    works.lake.append(builder.take(now_us))
    trail = (await Hub(works).trails([signal.name]))[signal.name]
    assert 60 <= len(trail) <= 90
    assert {round(value) for _, value in trail} <= set(range(40, 50))
    assert trail[0][0] == pytest.approx(now_us / 1e6 - 400, abs=0.1)


async def test_figures_come_in_the_language_of_the_page(works):
    lay_cards(works.ledger, works.now())
    hub = Hub(works)
    assert await hub.pulse.look() is True
    en, zh = (hub.figures(lang, ["site/worst", "site/line", "feed/count"]) for lang in ("en", "zh"))
    assert en["site/worst"] == ("1 × Act", "act")
    assert en["site/line"] == ("Drive-end bearing: outer race damaged, and 1 more", "act")
    assert zh["site/line"] == ("驱动端轴承:外圈损伤,另有 1 项", "act")
    assert en["feed/count"] == ("2", "act")


async def test_an_area_is_as_bad_as_the_worst_that_stands_in_it(works):
    lay_cards(works.ledger, works.now())
    hub = Hub(works)
    await hub.pulse.look()
    for line in works.lines.values():
        line.beat()
    names = [f"asset/{name}" for name in ("WS", "P-101", "P-102", "IW", "works")]
    states = {name: state for name, (_, state) in hub.figures("en", names).items()}
    assert states == {
        "asset/WS": "act", "asset/P-101": "act", "asset/P-102": "ok", "asset/IW": "watch",
        "asset/works": "act",
    }  # fmt: skip


def test_only_what_is_asked_for_is_told(works):
    assert Hub(works).figures("en", ["feed/count", "connection/nobody/state"]) == {"feed/count": ("", "")}


# ----------------------------------------------------------------------------------------- gauges
def bounded(**limits):
    return Signal("t", "p", "temperature", "degC", limits=Limits(**limits))  # limits in the canonical unit


def test_a_limit_counts_as_soon_as_it_is_met():
    signal = bounded(low=10.0, high=75.0, high_high=90.0)
    assert [limit_of(signal, k) for k in (20.0, 75.0, 90.0, 10.0, None)] == ["", "H", "HH", "L", ""]


def test_the_normal_range_lies_inside_the_scale_with_room_beyond():
    scale = scale_of(bounded(low=10.0, high=70.0, high_high=90.0))
    assert (scale.low, scale.high) == pytest.approx((10.0, 70.0))
    assert scale.least < 10.0 and scale.most > 90.0
    assert scale.share(scale.least) == 0.0 and scale.share(1000.0) == 1.0


def test_without_limits_there_is_no_scale():
    assert scale_of(bounded()) is None


def test_a_shown_value_has_five_figures():
    assert shown_value(Signal("p", "p", "pressure", "bar"), 123_456.7) == 123_460.0
    assert shown_value(Signal("p", "p", "pressure", "bar"), 0.0) == 0.0


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (1.2345, "1.234"), (99.996, "100.00"), (123.45, "123.5"), (1234.5, "1234"),
     (183_200.0, "183\u202f200"), (-8.0, "\u22128.000"), (None, "–"), (float("nan"), "–")],
)  # fmt: skip
def test_numbers_are_written_with_four_figures(value, text):
    assert write_number(value) == text


def test_ages_are_written_in_the_largest_unit_that_fits():
    assert [write_age(s) for s in (0.4, 119, 120, 7200, 172_800, None)] == [
        "0 s",
        "119 s",
        "2 min",
        "2 h",
        "2 d",
        "–",
    ]
    assert write_age(7200, "zh") == "2 小时"


def test_money_is_written_without_cents():
    assert write_money(12_400.4, "EUR") == "12\u202f400 EUR"


def test_a_value_is_written_with_the_decimals_that_it_has():
    assert [places_of(v) for v in (6.0, 46.7, 1.2345, 1480.0, 2e-7, 0.5)] == [0, 1, 3, 0, 3, 1]
