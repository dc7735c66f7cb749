"""Readings of every bad kind, through intake, history and reports: kept exactly once, or told on a card."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from tests.faults.site import make_site, on_disk, open_site

from arkwright.app.uses import ranked
from arkwright.connect.mqtt import Reader
from arkwright.connect.mqtt_link import Message
from arkwright.connect.sparkplug_codec import DataType, Metric, Payload, encode
from arkwright.connect.sparkplug_host import Host
from arkwright.core.catalog import Batch
from arkwright.core.tables import BAD, BAD_OUT_OF_RANGE, BAD_TIME, GOOD, UNCERTAIN, from_us, to_us

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
TOPIC = "works/line/p1/"


class Works:
    """A site whose connection is a test's own mouth: what it says goes the whole way to the cards."""

    def __init__(self, plant, kept, home):
        self.plant, self.kept, self.home = plant, kept, home
        self.line = plant.lines["sp"]
        self.host, self.reader = (
            Host(self.line.signals, self.line, {}),
            Reader(self.line.connection, self.line.signals, self.line),
        )
        self.now_ms = to_us(datetime.now(UTC)) // 1000 - 60_000
        self.seq, self.acknowledged = -1, 0

    def births(self, unit="rpm", **more):
        self.say("NBIRTH", [Metric("bdSeq", 0, DataType.INT64, self.now_ms)])
        speed = Metric("speed", None, DataType.DOUBLE, self.now_ms, 1, properties={"engUnit": unit})
        recipe = Metric("recipe", None, DataType.STRING, self.now_ms, 2)
        self.say("DBIRTH", [speed, recipe], "/p1")

    def say(self, verb, metrics, device=""):
        self.seq = 0 if verb == "NBIRTH" else (self.seq + 1) % 256
        self.hear(verb, encode(Payload(metrics, self.seq, self.now_ms)), device)

    def hear(self, verb, raw, device="/p1"):
        self.host.hear(f"spBv1.0/works/{verb}/line{device}", raw, to_us(datetime.now(UTC)))

    def speed(self, value, ms, **more):
        self.say("DDATA", [Metric("", value, DataType.DOUBLE, self.now_ms + ms, 1, **more)], "/p1")

    def publish(self, name, body):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.reader.hear(Message(TOPIC + name, raw, 1, 1, False, to_us(datetime.now(UTC))))

    async def settle(self):
        """Hand over what was heard, commit and report it."""

        def acknowledge():
            self.acknowledged += 1

        for readings in (self.host.readings, self.reader.readings):
            await self.line.put(Batch(readings.take(to_us(datetime.now(UTC))), acknowledge=acknowledge))
        await self.plant.intake.drain()
        self.plant.reports.report()

    def cards(self):
        """The system cards as a person sees them: kind of event to card."""
        seen = ranked(self.plant.ledger, self.plant.now())
        return {c.payload["kind"]: c for c in seen if c.kind == "system"}

    def rows(self, name="p1.speed"):
        """What the disk holds of a signal: (ms since the start, value, text, status)."""
        unit = self.plant.site.signals[name].declared_unit()
        return [
            (
                to_us(t) // 1000 - self.now_ms,
                None if v is None else round(unit.from_canonical(v), 6),
                text,
                status,
            )
            for _, t, v, text, status in on_disk(self.home, [name])
        ]


@pytest.fixture
def works(tmp_path):
    home = tmp_path / "home"
    plant, kept = open_site(make_site(tmp_path / "s"), home)
    with plant:
        yield Works(plant, kept, home)


async def test_duplicates_are_kept_once_and_a_contradiction_is_a_card(works):
    works.births()
    await works.settle()
    for _ in range(3):
        for n in range(50):
            works.speed(float(n), n + 1)
        await works.settle()
    works.speed(999.0, 7)
    await works.settle()
    values = [r[1] for r in works.rows() if r[1] is not None]
    assert values == [float(n) for n in range(50)]
    assert set(works.cards()) == {"correction"}
    assert works.cards()["correction"].payload["count"] == 1
    assert works.acknowledged == 2 * 5


async def test_data_24_hours_late_lies_at_its_own_time_and_live_keeps_the_newest(works):
    works.births()
    works.speed(1.0, 10)
    await works.settle()
    for n in range(20):
        works.speed(100.0 + n, n - DAY_MS, is_historical=True)
    await works.settle()
    assert [r[:2] for r in works.rows()[:20]] == [(n - DAY_MS, 100.0 + n) for n in range(20)]
    live = works.plant.live.value("p1.speed", to_us(datetime.now(UTC)))
    assert live.time == from_us((works.now_ms + 10) * 1000)
    assert works.cards() == {}


async def test_nan_infinity_and_bad_quality_are_kept_without_a_value_and_with_their_status(works):
    works.births()
    works.host.readings.take(0)
    for n, value in enumerate((float("nan"), float("inf"), float("-inf"), 5.0)):
        works.speed(value, n + 1)
    works.speed(6.0, 5, properties={"Quality": 0})
    works.speed(7.0, 6, properties={"Quality": 500})
    at = (works.now_ms + 100) / 1000
    works.publish("speed", f'{{"value": NaN, "time": {at}}}'.encode())
    works.publish("speed", {"value": 8.0, "time": at + 0.1, "quality": "uncertain"})
    works.publish("speed", {"value": 9.0, "time": at + 0.2, "quality": "bad"})
    await works.settle()
    odd = (None, None, BAD_OUT_OF_RANGE)
    wanted = [(1, *odd), (2, *odd), (3, *odd), (4, 5.0, None, GOOD), (5, None, None, BAD),
              (6, 7.0, None, UNCERTAIN), (100, *odd),
              (200, 8.0, None, UNCERTAIN), (300, None, None, BAD)]  # fmt: skip
    assert works.rows() == wanted


async def test_times_that_cannot_be_believed_are_kept_at_receipt_and_told(works):
    works.births()
    works.host.readings.take(0)
    strange = [2 * HOUR_MS, -500 * DAY_MS, 40_000 * DAY_MS, 2**51 - works.now_ms, 2**52 - 1 - works.now_ms]
    for n, ms in enumerate(strange):
        works.speed(float(n), ms)
        works.speed(100.0 + n, n + 1)
    for moment in (1e300, -1e300, 2**62, -(2**62), 2**63, 253_402_300_800, "9999-12-31T23:59:59+00:00", -1):
        works.publish("speed", {"value": 1.0, "time": moment})
    await works.settle()
    rows = works.rows()
    assert [r[1] for r in rows if r[1] is not None] == [100.0 + n for n in range(5)]
    assert len([r for r in rows if r[3] == BAD_TIME]) >= len(strange)
    assert "clock_refused" in works.cards()
    assert "p1.speed" in works.cards()["clock_refused"].text
    works.speed(7.0, 50)
    await works.settle()
    assert (50, 7.0, None, GOOD) in works.rows()


async def test_huge_strings_and_text_for_a_number_are_cut_or_refused_on_a_card(works):
    works.births()
    huge = Metric("", "x" * 5_000_000, DataType.STRING, works.now_ms + 1, 2)
    works.say("DDATA", [huge], "/p1")
    works.speed(1.0, 2)
    works.publish("speed", {"value": "y" * 1_000_000, "time": works.now_ms + 3})
    await works.settle()
    assert [len(text) for _, _, text, _ in works.rows("p1.recipe") if text] == [4096]
    assert [r[1] for r in works.rows() if r[1] is not None] == [1.0]
    card = works.cards()["refusal"]
    assert {TOPIC + "recipe", TOPIC + "speed"} <= set(card.payload["subjects"])
    assert len(card.text) < 2000


@pytest.mark.parametrize("unit", ["degC", "furlong", "Hz", "\x00", "x" * 10_000])
async def test_a_wrong_unit_is_not_kept_but_told_with_both_units(works, unit):
    works.births(unit=unit)
    works.speed(1500.0, 1)
    works.publish("speed", {"value": 1500.0, "time": works.now_ms + 2, "unit": unit})
    await works.settle()
    assert works.rows() == []
    card = works.cards()["refusal"]
    assert TOPIC + "speed" in card.payload["subjects"]
    assert "'rpm' as declared" in card.text
    works.births()  # the node is mended
    works.speed(1500.0, 3)
    await works.settle()
    assert (3, 1500.0, None, GOOD) in works.rows()


def damaged(rng, raw):
    """A payload as a bad line or a bad program makes it: bits flipped, cut, doubled or noise."""
    body = bytearray(raw)
    for _ in range(rng.randint(1, 6)):
        body[rng.randrange(len(body))] = rng.randrange(256)
    return rng.choice(
        [bytes(body), raw[: rng.randrange(len(raw))], raw + bytes(body), rng.randbytes(60), b""]
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_malformed_payloads_are_told_and_good_ones_among_them_are_kept_once(works, seed):
    rng, good = random.Random(seed), {}
    works.births()
    for n in range(400):
        value = Metric("speed", float(n), DataType.DOUBLE, works.now_ms + n, 1)
        raw = encode(Payload([value], rng.randrange(256), works.now_ms))
        works.hear(rng.choice(["DDATA", "DBIRTH", "NBIRTH", "NDEATH", "DDEATH", "NDATA"]), damaged(rng, raw))
        if n % 4 == 0:
            works.births()
            at = 5000 + n  # where no damaged message says anything but by a flipped bit of its time
            works.speed(float(n), at)
            good[at] = float(n)
        if n % 50 == 49:
            await works.settle()
    await works.settle()
    rows = {r[0]: r[1] for r in works.rows() if r[0] in good}
    assert rows == good
    keys = [row[:2] for row in on_disk(works.home)]
    assert len(keys) == len(set(keys))
    card = works.cards()["refusal"]
    assert "spBv1.0/works" in card.text + "".join(card.payload["subjects"])


async def test_what_was_refused_before_a_stop_is_a_card_after_it(tmp_path):
    folder, home = make_site(tmp_path / "s"), tmp_path / "home"
    plant, kept = open_site(folder, home)
    with plant:
        works = Works(plant, kept, home)
        works.births(unit="degC")
        works.plant.reports.report = lambda: None  # killed after the commit and before the report
        await works.settle()
    plant, kept = open_site(folder, home)
    with plant:
        plant.reports.report()
        works = Works(plant, kept, home)
        assert works.cards()["refusal"].payload["count"] == 1
        plant.reports.report()
        assert works.cards()["refusal"].payload["count"] == 1
        assert works.cards()["refusal"].since > plant.now() - timedelta(minutes=5)
