"""The agent keeps to the standard: documents validate, numbers never repeat, units are those of the model."""

import asyncio
from functools import cache
from itertools import accumulate
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkwright.connect.mtconnect_agent import Agent
from arkwright.connect.mtconnect_buffer import Condition, Ring, TimeSeries
from arkwright.connect.mtconnect_model import DataItem, parse_xml, pascal, read_model
from arkwright.connect.mtconnect_shdr import play, read_lines
from arkwright.connect.mtconnect_units import find_conversion
from arkwright.core.errors import SourceError, UnitError

SMALL = """<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:{version}"><Header creationTime="2026-01-01T00:00:00Z"
 sender="t" instanceId="1" version="{version}" assetBufferSize="0" assetCount="0" bufferSize="9"/><Devices>
 <Device id="d" name="D" uuid="u"><DataItems><DataItem category="EVENT" id="avail" type="AVAILABILITY"/></DataItems>
 <Components><Axes id="ax" name="axes"><DataItems>
 <DataItem category="SAMPLE" id="feed" name="f" type="AXIS_FEEDRATE" units="MILLIMETER/SECOND" nativeUnits="MM/MINUTE"/>
 <DataItem category="SAMPLE" id="temp" type="TEMPERATURE" units="CELSIUS" nativeUnits="FAHRENHEIT"/>
 <DataItem category="SAMPLE" id="at" type="PATH_POSITION" units="MILLIMETER_3D" nativeUnits="INCH_3D"/>
 <DataItem category="SAMPLE" id="odd" type="LENGTH" units="MILLIMETER" nativeUnits="x:SMOOT"/>
 <DataItem category="SAMPLE" id="vib" type="ACCELERATION" units="MILLIMETER/SECOND^2" nativeUnits="GRAVITY"
  representation="TIME_SERIES" sampleRate="1000"/>
 <DataItem category="CONDITION" id="cond" type="SYSTEM"/></DataItems></Axes></Components></Device></Devices>
</MTConnectDevices>"""  # noqa: E501
OLD, NEW = SMALL.format(version="1.4"), SMALL.format(version="2.7")


async def get(agent: Agent, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        return await client.get(agent.url + path)


def rows(body: bytes) -> list[tuple[int, str, str | None]]:
    found = [
        (int(e.get("sequence")), e.get("dataItemId"), e.text)
        for e in parse_xml(body).iter()
        if e.get("sequence")
    ]
    return sorted(found)


def header(body: bytes) -> dict[str, str]:
    return dict(parse_xml(body)[0].attrib)


def names(body: bytes) -> list[str]:
    return [e.tag.rpartition("}")[2] for e in parse_xml(body).iter() if e.get("sequence")]


# ---------------------------------------------------------------------------------------------------- units
@pytest.mark.parametrize(
    ("native", "units", "given", "wanted"),
    [
        ("MILLIMETER/MINUTE", "MILLIMETER/SECOND", 600.0, 10.0),
        ("MM/MINUTE", "MILLIMETER/SECOND", 600.0, 10.0),
        ("DEGREE/MINUTE", "DEGREE/SECOND", 60.0, 1.0),
        ("REVOLUTION/SECOND", "REVOLUTION/MINUTE", 2.0, 120.0),
        ("RADIAN/SECOND", "REVOLUTION/MINUTE", 2 * 3.141592653589793, 60.0),
        ("INCH", "MILLIMETER", 1.0, 25.4),
        ("FAHRENHEIT", "CELSIUS", 212.0, 100.0),
        ("KELVIN", "CELSIUS", 273.15, 0.0),
        ("KILOAMPERE", "AMPERE", 1.5, 1500.0),
        ("GRAVITY", "MILLIMETER/SECOND^2", 1.0, 9806.65),
        ("CUBIC_INCH", "CUBIC_MILLIMETER", 1.0, 16387.064),
        ("KILOWATT_HOUR", "WATT_SECOND", 1.0, 3.6e6),
        ("NEWTON_METER", "NEWTON_METER", 3.0, 3.0),
        ("INCH_3D", "MILLIMETER_3D", 1.0, 25.4),
        ("PSI", "PASCAL", 1.0, 6894.757293168361),
    ],
)
def test_native_units_become_units(native, units, given, wanted):
    assert find_conversion(native, units)(given) == pytest.approx(wanted, rel=1e-12, abs=1e-9)


def test_units_of_two_things_are_never_converted():
    for native, units in [("MILLIMETER", "DEGREE"), ("x:METER", "MILLIMETER"), ("SECOND", "HERTZ")]:
        with pytest.raises(UnitError):
            find_conversion(native, units)


def test_a_native_scale_divides():
    assert find_conversion("MILLIMETER", "MILLIMETER", 100.0)(250.0) == 2.5


# ---------------------------------------------------------------------------------------------------- model
def test_types_are_written_as_the_standard_writes_them():
    assert [pascal(n) for n in ("PATH_FEEDRATE", "PH", "VOLTAGE_AC")] == ["PathFeedrate", "PH", "VoltageAC"]
    assert (
        DataItem("a", "SAMPLE", "x:MY_TYPE", representation="TIME_SERIES").element_name == "MyTypeTimeSeries"
    )


def test_entities_and_document_types_are_refused(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    evil = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a>&x;</a>'
    with pytest.raises(SourceError, match="document type"):
        parse_xml(evil)
    with pytest.raises(SourceError, match="not XML"):
        parse_xml("<a><b></a>")


def test_two_items_of_one_id_are_refused():
    with pytest.raises(SourceError, match="two data items"):
        read_model(OLD.replace('id="temp"', 'id="feed"'))


# ----------------------------------------------------------------------------------------------------- ring
@given(st.integers(1, 12), st.lists(st.sampled_from("abc"), max_size=40), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_reading_on_from_the_next_number_gives_each_observation_once(size, items, count):
    ring = Ring(size)
    for k, item in enumerate(items):
        ring.add(item, "t", str(k))
    for wanted in (None, frozenset("ab")):
        at, seen = ring.first, []
        while at < ring.next:
            part, at = ring.since(at, count, wanted)
            seen += part
        held = range(max(0, len(items) - size), len(items))
        assert [int(o.value) for o in seen] == [k for k in held if wanted is None or items[k] in wanted]


@given(st.integers(1, 6), st.lists(st.sampled_from("abc"), min_size=1, max_size=25), st.data())
@settings(max_examples=60, deadline=None)
def test_the_state_at_a_number_is_what_a_full_replay_gives(size, items, data):
    ring = Ring(size)
    for k, item in enumerate(items):
        ring.add(item, "t", str(k))
    at = data.draw(st.integers(ring.first, ring.last))
    wanted = {item: str(k) for k, item in enumerate(items) if k + 1 <= at}
    assert {item: seen[0].value for item, seen in ring.state(at).items()} == wanted


def test_conditions_stand_side_by_side_until_they_are_cleared():
    ring = Ring(100)

    def active() -> list[tuple[str, str]]:
        return sorted((o.value.level, o.value.code) for o in ring.state()["c"])

    for level, code in [("NORMAL", ""), ("FAULT", "1"), ("WARNING", "2")]:
        ring.add("c", "t", Condition(level, code))
    assert active() == [("FAULT", "1"), ("WARNING", "2")]
    ring.add("c", "t", Condition("NORMAL", "1"))
    assert active() == [("WARNING", "2")]
    ring.add("c", "t", Condition("NORMAL", "2"))
    assert active() == [("NORMAL", "2")]


# ----------------------------------------------------------------------------------------------------- HTTP
async def test_everything_is_unavailable_at_the_start():
    async with Agent(OLD) as agent:
        current = (await get(agent, "/current")).content
    texts = [text for _, _, text in rows(current)]
    assert texts.count("UNAVAILABLE") == 6
    assert "Unavailable" in names(current)


async def test_values_come_in_the_unit_of_the_model_with_the_time_as_written():
    async with Agent(OLD) as agent:
        agent.observe("feed", 600, "2022-08-08T13:51:34.7167146Z")
        agent.observe("temp", "212")
        agent.observe("at", "1 2 3")
        agent.observe("odd", 5)
        body = (await get(agent, "/current")).content
    by_item = {i: t for _, i, t in rows(body)}
    assert (by_item["feed"], by_item["temp"], by_item["odd"]) == ("10", "100", "UNAVAILABLE")
    assert [float(x) for x in by_item["at"].split()] == pytest.approx([25.4, 50.8, 76.2])
    assert b'timestamp="2022-08-08T13:51:34.7167146Z"' in body
    assert list(agent.unconverted) == ["odd"]


async def test_current_at_a_number_is_the_past():
    async with Agent(OLD) as agent:
        first = agent.observe("feed", 60).sequence
        agent.observe("feed", 120)
        then = {i: t for _, i, t in rows((await get(agent, f"/current?at={first}")).content)}
        now = {i: t for _, i, t in rows((await get(agent, "/D/current")).content)}
    assert (then["feed"], now["feed"]) == ("1", "2")


async def test_a_path_or_a_device_chooses_data_items():
    async with Agent(OLD) as agent:
        by_type = rows((await get(agent, "/current?path=//DataItem[@type='SYSTEM']")).content)
        by_part = rows((await get(agent, "/u/sample?path=//Axes")).content)
    assert [i for _, i, _ in by_type] == ["cond"]
    assert {i for _, i, _ in by_part} == {"feed", "temp", "at", "odd", "vib", "cond"}


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("/sample?from=999", "OUT_OF_RANGE", 404),
        ("/sample?count=0", "OUT_OF_RANGE", 404),
        ("/current?at=0", "OUT_OF_RANGE", 404),
        ("/sample?count=many", "INVALID_REQUEST", 400),
        ("/nobody/current", "NO_DEVICE", 404),
        ("/current?path=//[", "INVALID_XPATH", 400),
        ("/current?path=//Nothing", "INVALID_XPATH", 400),
        ("/a/b/c/probe", "INVALID_URI", 400),
    ],
)
async def test_a_bad_request_is_answered_with_the_code_of_the_standard(path, code, status):
    async with Agent(OLD) as agent:
        answer = await get(agent, path)
    assert answer.status_code == status
    assert f'errorCode="{code}"'.encode() in answer.content


async def test_only_get_is_served():
    async with Agent(OLD) as agent, httpx.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.put(agent.url + "/probe")
    assert (answer.status_code, b"UNSUPPORTED" in answer.content) == (405, True)


@given(st.binary(max_size=300))
@settings(max_examples=25, deadline=None)
def test_no_bytes_stop_the_agent(junk):
    async def attack() -> int:
        async with Agent(OLD) as agent:
            _, writer = await asyncio.open_connection(agent.host, agent.port)
            writer.write(junk + b"\r\n\r\n")
            await writer.drain()
            writer.close()
            return (await get(agent, "/probe")).status_code

    assert asyncio.run(attack()) == 200


async def test_a_ring_that_ran_over_says_so_and_a_stream_ends_with_the_reason():
    async with (
        Agent(OLD, buffer_size=10) as agent,
        httpx.AsyncClient(trust_env=False, verify=False) as client,
    ):
        for k in range(20):
            agent.observe("feed", k)
        head = header((await get(agent, "/sample")).content)
        assert (head["firstSequence"], head["lastSequence"]) == ("18", "27")
        answer = await client.get(agent.url + "/sample?from=3&interval=10")
        assert b"OUT_OF_RANGE" in answer.content


async def test_a_silent_stream_beats():
    async with Agent(OLD) as agent, httpx.AsyncClient(trust_env=False, verify=False) as client:
        agent.observe("feed", 1)
        beats = 0
        url = f"{agent.url}/sample?from={agent.ring.next}&interval=10&heartbeat=100"
        async with asyncio.timeout(5), client.stream("GET", url) as answer:
            assert "multipart/x-mixed-replace" in answer.headers["content-type"]
            async for chunk in answer.aiter_bytes():
                beats += chunk.count(b"nextSequence")
                if beats >= 3:
                    break


async def test_a_path_that_hears_nothing_is_not_out_of_range_when_others_fill_the_ring():
    async with (
        Agent(OLD, buffer_size=10) as agent,
        httpx.AsyncClient(trust_env=False, verify=False) as client,
    ):
        path = "path=//DataItem[@id='temp']"
        url = f"{agent.url}/sample?interval=20&heartbeat=100&{path}&from={agent.ring.next}"
        async with asyncio.timeout(5), client.stream("GET", url) as answer:
            heard = b""
            async for chunk in answer.aiter_bytes():
                heard += chunk
                for k in range(50):
                    agent.observe("feed", k)
                if heard.count(b"nextSequence") == 3:
                    agent.observe("temp", 212)
                if b">100<" in heard or b"OUT_OF_RANGE" in heard:
                    break
    assert b"OUT_OF_RANGE" not in heard


async def test_a_condition_and_a_series_are_written_with_all_they_hold():
    async with Agent(OLD) as agent:
        agent.observe("cond", Condition("FAULT", "77", "9", "HIGH", "too hot"))
        agent.observe("vib", TimeSeries((1.0, 2.0), 1000.0))
        body = (await get(agent, "/current")).content
    assert b'nativeCode="77"' in body
    assert b">too hot</Fault>" in body or b"too hot</" in body
    assert b'sampleCount="2"' in body
    assert b"9806.65 19613.3" in body


def test_what_does_not_fit_a_data_item_is_refused():
    agent = Agent(OLD)
    for item, value in [("nothing", 1), ("cond", 1), ("feed", Condition("NORMAL")), ("feed", "fast")]:
        with pytest.raises(SourceError):
            agent.observe(item, value)


# ---------------------------------------------------------------------------------------------- the schemas
@cache
def schema(folder: Path, kind: str, version: str):
    xmlschema = pytest.importorskip("xmlschema")
    return xmlschema.XMLSchema(folder / f"MTConnect{kind}_{version}_1.0.xsd", validation="lax")


def faults(folder: Path, kind: str, version: str, body: bytes) -> list[str]:
    return [str(e.reason) for e in schema(folder, kind, version).iter_errors(body.decode())]


@pytest.mark.slow
async def test_documents_of_the_newest_version_validate(shared_data: Path):
    folder = shared_data / "platform" / "mtconnect"
    async with Agent((folder / "Devices_okuma_mazak.xml").read_bytes()) as agent:
        await play(agent, folder / "okuma_multus_u3000_session_A_1351-1354.shdr.txt")
        answers = {
            "Devices": ["/probe"],
            "Streams": ["/current", "/sample?count=2000", "/Mazak/current"],
            "Error": ["/sample?from=0", "/current?path=//[", "/no/current", "/sample?count=x"],
        }
        for kind, paths in answers.items():
            for path in paths:
                assert faults(folder, kind, "2.7", (await get(agent, path)).content) == [], path


async def test_documents_of_an_old_version_validate(shared_data: Path):
    folder = shared_data / "platform" / "mtconnect"
    async with Agent(OLD) as agent:
        agent.observe("feed", 600)
        agent.observe("vib", TimeSeries((1.0, 2.0), 1000.0))
        agent.observe("cond", Condition("FAULT", "77", "9", "HIGH", "too hot"))
        for kind, path in [("Streams", "/current"), ("Streams", "/sample"), ("Error", "/sample?from=0")]:
            assert faults(folder, kind, "1.4", (await get(agent, path)).content) == [], path


# -------------------------------------------------------------------------------------------- the recordings
@pytest.mark.parametrize(("session", "late"), [("A_1351-1354", 177), ("B_1337-1347", 670)])
async def test_a_recording_is_taken_in_whole(shared_data: Path, session, late):
    folder = shared_data / "platform" / "mtconnect"
    path = folder / f"okuma_multus_u3000_session_{session}.shdr.txt"
    lines = list(read_lines(path.read_text().splitlines()))
    times = [line.time for line in lines]
    assert sum(time < newest for time, newest in zip(times, accumulate(times, max), strict=True)) == late
    agent = Agent((folder / "Devices_okuma_mazak.xml").read_bytes())
    start = agent.ring.next
    told = await play(agent, path)
    assert told.refused == []
    assert told.unknown == {"ApplicationInstallDate": 1}
    assert told.observations == agent.ring.next - start
