"""Nobody gets in without a session; no foreign page acts; nothing is shown to a net in the clear."""

import http.client
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.servers import unused_port
from tests.web.conftest import PASSWORD, start
from tests.web.works import open_works

from arkwright.core.errors import ArkwrightError
from arkwright.web.live import Hub
from arkwright.web.page import pages
from arkwright.web.security import OPEN_BELOW, OPEN_PATHS, check_bind, is_open
from arkwright.web.server import build, serve
from arkwright.web.session import COOKIE, FirstLink

URL = "http://127.0.0.1:1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """The whole application, and the path of every route that is registered in it."""
    works = open_works(tmp_path_factory.mktemp("works"))
    gate = build(works, Hub(works), FirstLink(), secure=False, local=True)
    yield gate
    works.close()


def registered(gate) -> set[str]:
    from nicegui import core

    found = {getattr(route, "path", "") for app in (gate.app, core.app) for route in app.routes}
    return {path or "/" for path in found} | {page.path for page in pages().values()}


async def ask(gate, method: str, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(gate)
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        return await client.request(method, path, headers={"Origin": URL, **headers})


async def test_every_registered_route_but_the_doors_wants_a_session(gate):
    paths = registered(gate)
    assert {"/", "/connections", "/_nicegui_ws", "/logout", "/taste"} <= paths
    inner = [path for path in sorted(paths) if not is_open(path) and path not in OPEN_BELOW]
    assert len(inner) > 15
    for path in inner:
        for method in METHODS:
            answer = await ask(gate, method, path.replace("{", "").replace("}", "").replace(":path", ""))
            assert answer.status_code == 401, f"{method} {path} answers {answer.status_code}"


def test_what_is_open_is_the_way_in_and_nothing_of_the_plant():
    assert OPEN_PATHS == ("/login", "/favicon.ico")
    assert OPEN_BELOW == ("/setup/", "/assets/")


async def test_a_person_without_session_is_led_to_the_door_and_back(gate):
    answer = await ask(gate, "GET", "/connections", Accept="text/html")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/connections")


async def test_a_made_up_session_is_none(gate):
    answer = await ask(gate, "GET", "/", Cookie=f"{COOKIE}=" + 43 * "x")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path", ["/assets/../server.py", "/assets/%2e%2e/server.py", "/assets/..%2fserver.py"]
)
async def test_open_files_lead_nowhere_else(gate, path):
    assert (await ask(gate, "GET", path)).status_code in {401, 404}


async def test_a_form_of_another_site_is_refused_before_it_is_read(gate):
    for origin in ("http://elsewhere.example", "null", "http://127.0.0.1:2"):
        answer = await ask(gate, "POST", "/login", Origin=origin)
        assert answer.status_code == 403, origin


async def test_a_name_that_was_bent_to_this_computer_is_not_served(gate):
    assert (await ask(gate, "GET", "/login", Host="rebound.example")).status_code == 421


async def test_a_flood_before_the_log_in_is_not_read(gate):
    answer = await ask(gate, "POST", "/login", **{"Content-Length": "20000000"})
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/login", "/", "/assets/arkwright.css", "/nowhere"])
async def test_every_answer_carries_the_headers_that_browsers_obey(gate, path):
    headers = (await ask(gate, "GET", path)).headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy and "https:" not in policy  # nothing from elsewhere, whatever it is


async def test_the_door_has_no_script_at_all(gate):
    answer = await ask(gate, "GET", "/login")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script" not in answer.headers["content-security-policy"]
    assert "<script" not in answer.text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "plant.example", "::"])
def test_a_net_gets_nothing_in_the_clear(host):
    with pytest.raises(ArkwrightError, match="without encryption"):
        check_bind(host, None, None, insecure=False)
    assert check_bind(host, "cert.pem", "key.pem", insecure=False) is True
    assert check_bind(host, None, None, insecure=True) is False


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.0.1"])
def test_this_computer_alone_needs_no_certificate(host):
    assert check_bind(host, None, None, insecure=False) is False


def test_half_a_certificate_is_refused():
    with pytest.raises(ArkwrightError, match="certificate or key"):
        check_bind("127.0.0.1", "cert.pem", None, insecure=False)


async def test_a_port_that_is_taken_is_named(served, tmp_path):
    works = open_works(tmp_path)
    port = urlsplit(served.url).port
    with pytest.raises(ArkwrightError, match=f"127.0.0.1:{port}"):
        await serve(works, port=port, on_ready=print)
    works.close()


# ----------------------------------------------------------------------------------------- sockets
def shake_hands(url: str, **headers: str) -> int:
    """Ask for a WebSocket as a browser does; the status of the answer."""
    at = urlsplit(url)
    line = http.client.HTTPConnection(at.hostname, at.port, timeout=5)
    wanted = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
              "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": url, **headers}  # fmt: skip
    line.request("GET", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket", headers=wanted)
    status = line.getresponse().status
    line.close()
    return status


def test_a_socket_wants_a_session_and_a_page_of_ours(served):
    with served.inside() as client:
        cookie = f"{COOKIE}={client.cookies[COOKIE]}"
    assert shake_hands(served.url) == 403
    assert shake_hands(served.url, Cookie=cookie, Origin="http://elsewhere.example") == 403
    assert shake_hands(served.url, Cookie=cookie) == 101


def test_the_long_polls_that_stand_in_for_a_socket_want_a_session_too(served):
    path = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    with served.client() as client:
        assert client.get(path).status_code == 401
    with served.inside() as client:
        assert client.get(path).status_code == 200


def test_a_page_of_a_person_is_kept_nowhere(served):
    with served.inside() as client:
        answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


# ----------------------------------------------------------------------------------------- TLS
def write_certificate(folder) -> None:
    """A certificate of 127.0.0.1 that signs itself, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(hours=1))
    builder = builder.not_valid_after(now + timedelta(days=1)).add_extension(address, critical=False)
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(pem))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *plain))


def test_under_tls_the_cookie_never_travels_in_the_clear(tmp_path):
    write_certificate(tmp_path)
    site = start(tmp_path, unused_port(), "--tls")
    try:
        assert site.url.startswith("https://127.0.0.1:")
        with site.client(verify=ssl.create_default_context(cafile=tmp_path / "cert.pem")) as client:
            form = {"name": "anna", "password": PASSWORD, "again": PASSWORD}
            answer = client.post(site.link, data=form)
            assert answer.status_code == 303
            assert "; secure" in answer.headers["set-cookie"].lower()
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
            plain = {"Origin": site.url.replace("https", "http")}
            assert client.post("/logout", headers=plain).status_code == 403
            assert client.get("/").status_code == 200
    finally:
        site.stop()
