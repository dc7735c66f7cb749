"""What no agent should say: the client says that it did, reads on, and loses nothing that can be had."""

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connect.opcua_harness import Inlet, has_no_doubles, running
from tests.connect.test_mtconnect_client import FEED, MODEL, T, mill, read

from arkwright.connect.mtconnect import SOURCE
from arkwright.connect.mtconnect_agent import Agent
from arkwright.connect.mtconnect_parts import Parts
from arkwright.connect.mtconnect_streams import MalformedError


class Rogue:
    """Stands before a true agent and answers instead of it when it pleases."""

    def __init__(self, agent, twist):
        self.agent, self.twist, self.asked = agent, twist, []

    @asynccontextmanager
    async def open(self):
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._http = httpx.AsyncClient(trust_env=False, verify=False)
        try:
            yield self
        finally:
            server.close()
            await self._http.aclose()

    async def _talk(self, reader, writer):
        target = (await reader.readuntil(b"\r\n\r\n")).decode().split(" ")[1]
        parts = urlsplit(target)
        verb, query = parts.path.strip("/"), {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.asked.append((verb, query))
        status, kind, body = await self._answer(verb, query)
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async def _answer(self, verb, query):
        plain = {k: v for k, v in query.items() if k not in ("interval", "heartbeat")}
        body = (await self._http.get(f"{self.agent.url}/{verb}", params=plain)).content
        return self.twist(verb, query, body) or (200, "text/xml", body)


@asynccontextmanager
async def rogue(twist, n=10):
    async with Agent(MODEL) as agent:
        for k in range(n):
            agent.observe("feed", 60_000 * k, T + timedelta(seconds=k))
        async with Rogue(agent, twist).open() as server:
            yield server


def once(broken):
    """Answer the first request for a stream with something broken."""
    left = [broken]

    def twist(verb, query, body):
        return left.pop()(body) if verb == "sample" and "interval" in query and left else None

    return twist


def always(broken):
    return lambda verb, query, body: broken(body) if verb == "sample" and "interval" in query else None


MULTIPART = "multipart/x-mixed-replace;boundary=cut"


def refusal(errors):
    return b"<MTConnectError><Errors>" + errors + b"</Errors></MTConnectError>"


def part(body, length=None):
    length = len(body) if length is None else length
    return f"--cut\r\nContent-type: text/xml\r\nContent-length: {length}\r\n\r\n".encode() + body + b"\r\n"


BROKEN = {
    "truncated XML": lambda body: (200, MULTIPART, part(body[:-30])),
    "a length that is none": lambda body: (200, MULTIPART, part(body, "many")),
    "a length beyond the limit": lambda body: (200, MULTIPART, part(body, 10**12)),
    "a stream without boundaries": lambda body: (200, MULTIPART, b"x" * 100_000),
    "no boundary named": lambda body: (200, "multipart/x-mixed-replace", part(body)),
    "a document type": lambda body: (200, MULTIPART, part(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")),
    "another document": lambda body: (200, MULTIPART, part(b"<html><body/></html>")),
    "a sequence that is no number": lambda body: (
        200,
        MULTIPART,
        part(body.replace(b'sequence="', b'sequence="x')),
    ),
    "no header": lambda body: (200, MULTIPART, part(b"<MTConnectStreams/>")),
    "an endless document": lambda body: (
        200,
        MULTIPART,
        b"--cut\r\nContent-type: text/xml\r\n\r\n" + b" " * 3_000_000,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("how", [once, always])
async def test_a_broken_stream_is_said_and_loses_nothing(name, how):
    async with rogue(how(BROKEN[name])) as server:
        inlet = await read(server, [FEED], lambda i: len(i.rows("mill.feed")) >= 11, max_document_mb=1.0)
    assert [r["value"] for r in inlet.rows("mill.feed")] == [None, *map(float, range(10))]
    assert [(s, "cannot be read" in f) for s, f, _, _ in inlet.refusals] == [("peer", True)]
    assert inlet.gaps == []


@pytest.mark.parametrize(
    "answer",
    [
        lambda body: (404, "text/html", b"no"),
        lambda body: (501, "text/plain", b"no"),
        lambda body: (200, "text/xml", body),
        lambda body: (400, "text/xml", refusal(b'<Error errorCode="INVALID_REQUEST">no</Error>')),
        lambda body: (400, "text/xml", refusal(b"<QueryError><URI>no</URI></QueryError>")),
    ],
)  # fmt: skip
async def test_an_agent_that_does_not_stream_is_polled(answer):
    async with rogue(always(answer)) as server:
        inlet = Inlet()
        async with running(SOURCE, mill(server.url), [FEED], inlet) as errors:
            await inlet.until(lambda: len(inlet.rows("mill.feed")) == 11)
            server.agent.observe("feed", 6, T + timedelta(seconds=20))
            await inlet.until(lambda: len(inlet.rows("mill.feed")) == 12)
            await inlet.until(lambda: inlet.beats > 20)
    assert (errors, inlet.refusals, inlet.gaps) == ([], [], [])
    assert has_no_doubles(inlet.rows()) is True


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((503, "text/plain", b"busy"), "HTTP 503"),
        ((503, "text/xml", b"<busy/>"), "HTTP 503"),
        ((200, "text/html", b"<html/>"), "text/html"),
        ((302, "text/html", b""), "HTTP 302"),
        ((500, "text/xml", refusal(b'<Error errorCode="INTERNAL_ERROR">oh</Error>')), "INTERNAL_ERROR oh"),
        ((200, "text/xml", b"<MTConnectDevices"), "not XML"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["probe", "current"])
async def test_an_agent_that_is_not_well_is_lost_and_found_again(answer, why, verb):
    ill = [True, True]

    def twist(asked, query, body):
        return answer if asked == verb and ill and ill.pop() else None

    async with rogue(twist) as server:
        inlet = Inlet()
        async with running(SOURCE, mill(server.url), [FEED], inlet) as errors:
            await inlet.until(lambda: len(inlet.rows("mill.feed")) >= 11)
    assert len(errors) == 2 and all(why in str(e) for e in errors)


async def test_one_observation_that_cannot_be_read_does_not_hold_up_the_rest():
    """The document that holds number 16 is never well formed: one observation is given up, and said."""

    def twist(verb, query, body):
        return (200, "text/xml", body[:-9]) if verb == "sample" and b'sequence="16"' in body else None

    async with rogue(twist) as server:
        assert server.agent.ring.next == 12 + 10  # eleven items say UNAVAILABLE first: 16 is the fifth feed
        inlet = await read(server, [FEED], lambda i: len(i.rows("mill.feed")) == 10)
    values = [r["value"] for r in inlet.rows("mill.feed")]
    assert values == [None, 0.0, 1.0, 2.0, 3.0, *map(float, range(5, 10))]
    assert any("observation 16 cannot be read" in f for _, f, _, _ in inlet.refusals)


async def test_an_agent_that_never_makes_sense_is_given_up():
    def twist(verb, query, body):
        return (200, "text/xml", b"<a") if verb == "sample" else None

    async with rogue(twist, n=100) as server:
        inlet = Inlet()
        async with running(SOURCE, mill(server.url), [FEED], inlet) as errors:
            await inlet.until(lambda: errors)
    assert "not XML" in str(errors[0]) and len(inlet.refusals) == 21


async def test_a_number_that_goes_back_within_one_run_is_a_restart():
    async with Agent(MODEL, instance_id=5) as agent:
        inlet = Inlet()
        inlet.resume = {"instance": 5, "next": 5000, "time_us": 1, "seen_us": 0}
        agent.observe("feed", 60_000, T)
        async with running(SOURCE, mill(agent.url), [FEED], inlet):
            await inlet.until(lambda: len(inlet.rows("mill.feed")) == 2)
    ((start, end, why, names),) = inlet.gaps
    assert (
        "restarted" in why
        and names == ("mill.feed",)
        and end > start == datetime(1970, 1, 1, 0, 0, 0, 1, UTC)
    )


@pytest.mark.parametrize(
    "resume", [{"next": "x"}, {"next": True}, {"instance": 1}, {"next": None}, {"other": 1}]
)
async def test_a_resume_that_makes_no_sense_is_a_first_session(resume):
    async with Agent(MODEL) as agent:
        agent.observe("feed", 60_000, T)
        inlet = Inlet()
        inlet.resume = resume
        async with running(SOURCE, mill(agent.url), [FEED], inlet):
            await inlet.until(lambda: len(inlet.rows("mill.feed")) == 2)
    assert inlet.gaps == []


# ------------------------------------------------------------------------------------------ the parts
@given(
    st.lists(st.binary(max_size=40).filter(lambda b: b"--cut" not in b), max_size=5), st.booleans(), st.data()
)
def test_documents_come_whole_however_the_bytes_arrive(bodies, stated, data):
    head = "--cut\r\nContent-type: text/xml\r\n" + ("Content-length: {}\r\n" if stated else "") + "\r\n"
    whole = b"".join(head.format(len(b)).encode() + b + b"\r\n" for b in bodies) + b"--cut--\r\n"
    parts, at, found = Parts(MULTIPART, 1000), 0, []
    while at < len(whole):
        step = data.draw(st.integers(1, 30))
        found += parts.feed(whole[at : at + step])
        at += step
    assert [f if stated else f.removesuffix(b"\r\n") for f in found] == bodies
    assert parts.ended


@given(st.binary(max_size=400))
def test_no_bytes_stop_the_splitter(junk):
    parts = Parts(MULTIPART, 100)
    with suppress(MalformedError):
        assert all(isinstance(body, bytes) for body in parts.feed(b"--cut" + junk))
