"""What the connections page says of lines, and keeps to itself."""

import pytest
from tests.web.works import open_works

from arkwright.core.catalog import Step
from arkwright.core.errors import SourceError
from arkwright.web.live import Hub
from arkwright.web.page import Context
from arkwright.web.pages.connections import _diagnose, safe_url


@pytest.fixture
def works(tmp_path):
    works = open_works(tmp_path)
    yield works
    works.close()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mqtt://ben:secret@broker:1883/x?token=abc#f", "mqtt://broker:1883/x"),
        ("opc.tcp://10.0.0.5:4840/line", "opc.tcp://10.0.0.5:4840/line"),
        ("/data/records?key=abc", "/data/records"),
        ("http://a@b:c@d:e@host/", "http://host/"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url, shown):
    assert safe_url(url) == shown


def state(works, name="stations"):
    names = [f"connection/{name}/{key}" for key in ("state", "beat", "error", "wait")]
    return {n.rpartition("/")[2]: f for n, f in Hub(works).figures("en", names).items()}


def test_running_is_never_said_without_a_heartbeat(works):
    line, clock = works.lines["stations"], [100.0]
    line.clock = lambda: clock[0]
    line.beat()
    assert state(works)["state"] == ("running", "ok")
    clock[0] += line.beat_limit_s + 1
    assert state(works)["state"] == ("silent", "act")
    assert state(works)["beat"] == ("16 s", "act")


def test_a_line_that_never_heard_its_peer_has_no_heartbeat(works):
    assert state(works)["state"] == ("waiting", "watch")
    assert state(works)["beat"][0] == "–"


def test_a_lost_line_says_why_and_when_it_tries_again(works):
    health = works.lines["stations"].health
    health.state, health.error, health.wait_s = "lost", "connection refused", 4.0
    assert state(works)["error"] == ("connection refused", "act")
    assert state(works)["wait"] == ("4 s", "")


async def test_the_rate_is_that_of_the_last_ten_seconds(works):
    hub, clock = Hub(works), [0.0]
    hub.pulse.clock = lambda: clock[0]
    for second in range(31):
        clock[0] = float(second)
        # 5 a second at first, 50 a second in the last ten
        works.lines["iron"].health.readings = 5 * min(second, 20) + 50 * max(0, second - 20)
        await hub.pulse.look()
    assert hub.pulse.rate("iron") == pytest.approx(50.0)


def test_the_queue_tells_how_full_it_is(works):
    for _ in range(works.intake.depth * 3 // 4):
        works.intake.queue.put_nowait((works.lines["iron"], None))
    assert Hub(works).figures("en", ["intake/fill"])["intake/fill"] == ("75 %", "watch")


async def test_an_examination_shows_each_step_and_survives_a_connector_that_does_not(works):
    context = Context(works, None, "en")
    line = works.lines["iron"]

    async def good(connection):
        return [Step("Reach the port", passed=True), Step("Log in", passed=False, text="bad <user>")]

    async def ill(connection):
        raise SourceError("no route", fix="Plug it in.")

    object.__setattr__(line.source, "diagnose", good)
    html = await _diagnose(context, line)
    assert "Reach the port" in html and "bad &lt;user&gt;" in html
    assert html.count('data-state="act"') == 1
    object.__setattr__(line.source, "diagnose", ill)
    assert "no route. Plug it in." in await _diagnose(context, line)
