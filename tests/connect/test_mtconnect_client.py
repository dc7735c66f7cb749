"""The client takes what an agent says as the agent means it: units, times, states, series and silences."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.connect.opcua_harness import Inlet, Wire, connection, running, signal

from arkwright.connect.mtconnect import SOURCE
from arkwright.connect.mtconnect_agent import Agent
from arkwright.connect.mtconnect_buffer import Condition, TimeSeries
from arkwright.connect.mtconnect_client import base_url
from arkwright.connect.mtconnect_streams import parse_time
from arkwright.core.errors import SourceError
from arkwright.core.tables import BAD_DECODING_ERROR, BAD_NO_DATA, BAD_NOT_CONNECTED, BAD_OUT_OF_RANGE

MODEL = """<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:2.0"><Header
 creationTime="2026-01-01T00:00:00Z" sender="t" instanceId="1" version="2.0" bufferSize="9"/><Devices>
 <Device id="d" name="Mill" uuid="u">
 <DataItems><DataItem category="EVENT" id="avail" type="AVAILABILITY"/></DataItems>
 <Components><Axes id="ax" name="axes"><DataItems>
 <DataItem category="SAMPLE" id="feed" name="f" type="PATH_FEEDRATE" units="MILLIMETER/SECOND"
  nativeUnits="MM/MINUTE"/>
 <DataItem category="SAMPLE" id="temp" type="TEMPERATURE" units="CELSIUS" nativeUnits="FAHRENHEIT"/>
 <DataItem category="SAMPLE" id="at" type="PATH_POSITION" units="MILLIMETER_3D" nativeUnits="INCH_3D"/>
 <DataItem category="SAMPLE" id="work" type="WATTAGE" units="WATT_SECOND"/>
 <DataItem category="SAMPLE" id="odd" type="LENGTH" units="x:SMOOT"/>
 <DataItem category="EVENT" id="count" type="PART_COUNT"/>
 <DataItem category="EVENT" id="run" type="EXECUTION"/>
 <DataItem category="EVENT" id="wear" type="VARIABLE" representation="DATA_SET"/>
 <DataItem category="SAMPLE" id="vib" type="ACCELERATION" units="MILLIMETER/SECOND^2" nativeUnits="GRAVITY"
  representation="TIME_SERIES" sampleRate="1000"/>
 <DataItem category="CONDITION" id="cond" type="SYSTEM"/></DataItems></Axes></Components></Device></Devices>
</MTConnectDevices>"""
T = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)
FEED = signal("mill.feed", "feed", "speed", "mm/s")
RUN = signal("mill.run", "run", kind="text")


def mill(url, **settings):
    return connection(
        "mtconnect", url, **{"interval_ms": 20, "heartbeat_ms": 200, "timeout_s": 1.0} | settings
    )


async def read(agent, signals, ready, **settings):
    """Read from an agent until something is true of the inlet."""
    inlet = Inlet()
    async with running(SOURCE, mill(agent.url, **settings), signals, inlet):
        await inlet.until(lambda: ready(inlet))
    return inlet


# ---------------------------------------------------------------------------------------- what an agent says
async def test_values_come_in_canonical_units_with_the_time_of_the_source():
    signals = [
        FEED, signal("mill.temp", "temp", "temperature", "degC"), signal("mill.x", "at#x", "length", "mm"),
        signal("mill.z", "at#z", "length", "mm"), signal("mill.parts", "count"),
        signal("mill.work", "work", "energy", "J"), signal("mill.tool", "wear#T12"), RUN,
    ]  # fmt: skip
    async with Agent(MODEL) as agent:
        for item, value in [("feed", 60_000), ("temp", 212), ("at", "1 2 3"), ("count", 7), ("work", 3.6e6),
                            ("wear", {"T1": "5", "T12": "25"}), ("run", "ACTIVE")]:  # fmt: skip
            agent.observe(item, value, T)
        inlet = await read(
            agent, signals, lambda i: i.rows("mill.run")[-1:] and i.rows("mill.run")[-1]["text"]
        )
    last = {r["signal"]: r for r in inlet.rows()}
    assert {r["time"] for r in last.values()} == {T}
    # 60,000 mm/min is 1 m/s; 212 degF is 100 degC; 3 inches are 76.2 mm; 3.6 MJ are 1 kWh.
    wanted = {"feed": 1.0, "temp": 100.0, "x": 25.4, "z": 76.2, "parts": 7.0, "work": 1.0, "tool": 25.0}
    assert {n: last[f"mill.{n}"]["value"] for n in wanted} == pytest.approx(wanted)
    assert last["mill.run"]["text"] == "ACTIVE"
    assert inlet.refusals == []


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (signal("s", "feed", "speed", "mm/min"), "comes in MILLIMETER/SECOND"),
        (signal("s", "feed", "temperature", "degC"), "comes in MILLIMETER/SECOND"),
        (signal("s", "work", "energy", "kWh"), "comes in WATT_SECOND"),
        (signal("s", "work", "pressure", "bar"), "comes in WATT_SECOND"),
        (signal("s", "nothing"), "no data item 'nothing'"),
        (signal("s", "cond"), "is a condition"),
        (signal("s", "at", "length", "mm"), "is a vector"),
        (signal("s", "feed", "speed", "mm/s", kind="waveform"), "no time series"),
    ],
)
async def test_a_signal_that_the_agent_cannot_serve_is_refused_and_the_others_are_read(wrong, why):
    async with Agent(MODEL) as agent:
        agent.observe("run", "ACTIVE", T)
        inlet = await read(agent, [wrong, RUN], lambda i: i.rows("mill.run"))
    ((subject, found, _, _),) = inlet.refusals
    assert subject == "s" and why in found
    assert inlet.rows("s") == []


async def test_a_unit_that_nobody_knows_is_taken_at_the_sites_word():
    async with Agent(MODEL) as agent:
        agent.observe("odd", 2, T)
        inlet = await read(agent, [signal("s", "odd", "length", "m")], lambda i: i.rows("s"))
    assert [r["value"] for r in inlet.rows("s")][-1] == 2000.0


async def test_unavailable_is_never_a_number():
    signals = [FEED, RUN, signal("mill.on", "avail", kind="text"), signal("mill.cond", "cond", kind="text")]
    async with Agent(MODEL) as agent:
        inlet = await read(agent, signals, lambda i: len(i.rows()) >= 4)
    for row in inlet.rows():
        assert (row["value"], row["text"]) == (None, None)
        assert row["status"] == (BAD_NOT_CONNECTED if row["signal"] == "mill.on" else BAD_NO_DATA)


async def test_what_is_no_number_is_null_with_a_status_and_refused_once():
    async with Agent(MODEL) as agent:
        for k, value in enumerate(["many", "more", "NaN", "7"]):
            agent.observe("count", value, T + timedelta(seconds=k))
        inlet = await read(agent, [signal("n", "count")], lambda i: len(i.rows("n")) == 5)
    rows = inlet.rows("n")[1:]
    assert [(r["value"], r["status"]) for r in rows] == [
        (None, BAD_DECODING_ERROR), (None, BAD_DECODING_ERROR), (None, BAD_OUT_OF_RANGE), (7.0, 0)
    ]  # fmt: skip
    assert [(s, f) for s, f, _, _ in inlet.refusals] == [("n", "'many' is no number")]


async def test_conditions_are_text_and_those_of_one_moment_stand_in_one_reading():
    async with Agent(MODEL) as agent:
        agent.observe("cond", Condition("NORMAL"), T)
        agent.observe("cond", Condition("FAULT", "77", "9", "HIGH", "too hot"), T + timedelta(seconds=1))
        agent.observe("cond", Condition("WARNING", "5", text="door"), T + timedelta(seconds=1))
        agent.observe("cond", Condition("NORMAL", "77"), T + timedelta(seconds=2))
        inlet = await read(agent, [signal("c", "cond", kind="text")], lambda i: len(i.rows("c")) == 4)
    assert [r["text"] for r in inlet.rows("c")[1:]] == [
        "NORMAL",
        "FAULT 77 HIGH too hot | WARNING 5 door",
        "NORMAL 77",
    ]


async def test_a_time_series_is_a_waveform_that_begins_before_its_time():
    signals = [
        signal("vib", "vib", "acceleration", "mm/s2", kind="waveform"),
        signal("vib.values", "vib", "acceleration", "mm/s2"),
    ]
    async with Agent(MODEL) as agent:
        agent.observe("vib", TimeSeries((1.0, 2.0, 3.0), 1000.0), T)
        inlet = await read(agent, signals, lambda i: i.waveforms)
    (waveform,) = inlet.waveforms
    # 1, 2 and 3 g, the last of them at T, a millisecond apart.
    assert waveform.samples.tolist() == pytest.approx([9.80665, 19.6133, 29.41995], rel=1e-6)
    assert (waveform.unit, waveform.rate_hz) == ("m/s2", 1000.0)
    assert waveform.time == T - timedelta(milliseconds=2)
    rows = [r for r in inlet.rows("vib.values") if r["value"] is not None]
    assert [r["time"] for r in rows] == [T - timedelta(milliseconds=ms) for ms in (2, 1, 0)]


async def test_a_time_that_cannot_be_read_is_stamped_on_receipt_and_said():
    async with Agent(MODEL) as agent:
        agent.observe("feed", 60, "yesterday")
        inlet = await read(agent, [FEED], lambda i: len(i.rows("mill.feed")) == 2)
    assert inlet.rows("mill.feed")[1]["origin"] == "server"
    assert [f for _, f, _, _ in inlet.refusals] == ["time 'yesterday' cannot be read"]


@pytest.mark.parametrize(
    ("text", "time_us"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01T00:00:01.1234567Z", 1_123_456),
        ("1970-01-01T01:00:01+01:00", 1_000_000),
        ("1970-01-01T00:00:01.5", 1_500_000),
        ("", None),
        ("2026-13-01T00:00:00Z", None),
    ],
)
def test_times_are_read_as_mtconnect_writes_them(text, time_us):
    assert parse_time(text) == time_us


async def test_nobodys_history_is_asked_for_when_the_site_wants_only_what_comes():
    async with Agent(MODEL) as agent:
        for k in range(5):
            agent.observe("feed", 60 * k, T + timedelta(seconds=k))
        inlet = await read(agent, [FEED], lambda i: i.rows("mill.feed"), start="now")
        assert [r["value"] for r in inlet.rows("mill.feed")] == [0.004]
        full = await read(agent, [FEED], lambda i: len(i.rows("mill.feed")) == 6)
        assert [r["value"] for r in full.rows("mill.feed")] == [None, 0.0, 0.001, 0.002, 0.003, 0.004]


async def test_a_silent_agent_beats_and_a_dead_line_is_noticed_and_mended_without_doubles():
    async with Agent(MODEL) as agent:
        wire = await Wire(agent.port).join()
        inlet = Inlet()
        async with running(SOURCE, mill(f"http://127.0.0.1:{wire.port}"), [FEED], inlet) as errors:
            agent.observe("feed", 60, T)
            await inlet.until(lambda: inlet.beats > 5)
            wire.dead = True  # not a word more, and no end either
            await inlet.until(lambda: errors)
            agent.observe("feed", 120, T + timedelta(seconds=1))
            await wire.cut()
            wire.dead = False
            await wire.join(wire.port)
            await inlet.until(lambda: len({r["time"] for r in inlet.rows("mill.feed")}) == 3)
        await wire.cut()
    assert inlet.gaps == []


async def test_browsing_explains_every_suggestion_and_shows_what_is_said_now():
    async with Agent(MODEL) as agent:
        agent.observe("feed", 600, T)
        agent.observe("at", "1 2 3", T)
        found = {s.address: s for s in await SOURCE.browse(mill(agent.url))}
    feed = found["feed"]
    assert (feed.quantity, feed.unit, feed.sample, feed.kind) == ("speed", "mm/s", "10", "value")
    assert "MILLIMETER/SECOND" in feed.why and "MM/MINUTE" in feed.why
    assert found["at#y"].sample == "50.8" and (found["at#y"].quantity, found["at#y"].unit) == ("length", "mm")
    assert (found["vib"].kind, found["vib"].rate_hz, found["vib"].quantity) == (
        "waveform",
        1000.0,
        "acceleration",
    )
    assert (found["cond"].kind, found["run"].kind, found["count"].quantity) == ("text", "text", "count")
    assert all(s.why and 0 < s.confidence <= 1 for s in found.values())


async def test_diagnose_names_the_step_that_fails(free_port):
    async with Agent(MODEL) as agent:
        agent.observe("run", "ACTIVE")
        assert all(step.passed for step in await SOURCE.diagnose(mill(agent.url)))
    steps = await SOURCE.diagnose(mill(f"http://127.0.0.1:{free_port}"))
    assert [s.passed for s in steps] == [True, False]
    assert "http://host:5000" in (await SOURCE.diagnose(mill("ftp://nowhere")))[0].text


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("mtconnect://host", "http://host:5000"),
        ("http://host:80/Mill/", "http://host:80/Mill"),
        ("https://host/agent", "https://host/agent"),
        ("http://[::1]", "http://[::1]:5000"),
    ],
)
def test_the_port_of_the_protocol_is_added(url, wanted):
    assert base_url(mill(url)) == wanted


@pytest.mark.parametrize("url", ["ftp://host", "http://", "http://host:port"])
def test_a_url_that_is_none_of_an_agent_is_refused(url):
    with pytest.raises(SourceError):
        base_url(mill(url))
