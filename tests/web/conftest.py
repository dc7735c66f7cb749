"""A plant whose pages are served by a process of its own, and a browser to look at them."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.servers import open_folder, require_peer, unused_port

NAME, PASSWORD = "anna", "correct horse battery"
# A browser that talks to nobody but the page under test.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip


@dataclass
class Served:
    """A running process with its pages."""

    process: subprocess.Popen[str]
    folder: Path
    url: str
    link: str

    def client(self, **more) -> httpx.Client:
        """Somebody without a session."""
        return httpx.Client(
            base_url=self.url, trust_env=False, timeout=10, headers={"Origin": self.url}, **more
        )

    @contextlib.contextmanager
    def inside(self) -> Iterator[httpx.Client]:
        """Somebody with a session."""
        with self.client() as client:
            answer = client.post("/login", data={"name": NAME, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            yield client

    def stop(self) -> None:
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()


def start(folder: Path, port: int, *more: str, module: str = "tests.web.works") -> Served:
    command = [sys.executable, "-m", module, str(folder), str(port), *more]
    log = (folder / "errors.txt").open("w")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=dict(os.environ))
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, (folder / "errors.txt").read_text()
    return Served(process, folder, **json.loads(line))


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """The works with two cards, served; its owner is there."""
    folder = open_folder("arkwright-web-")
    site = start(folder, unused_port(), "--cards")
    with site.client() as client:
        form = {"name": NAME, "password": PASSWORD, "again": PASSWORD}
        assert client.post(site.link, data=form).status_code == 303
    yield site
    site.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def furnished() -> Iterator[Served]:
    """The works with a morning of history, records of a failing bearing, and what the checks find in them."""
    folder = open_folder("arkwright-furnished-")
    site = start(folder, unused_port(), module="tests.web.furnished")
    with site.client() as client:
        form = {"name": NAME, "password": PASSWORD, "again": PASSWORD}
        assert client.post(site.link, data=form).status_code == 303
    yield site
    site.stop()
    shutil.rmtree(folder, ignore_errors=True)


# Of a module, one without async tests: its event loop runs in this thread as long as it is open.
@pytest.fixture(scope="module")
def browser():
    """A headless Chromium; skips without one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        program = str(require_peer("chromium"))
        chromium = play.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, served):
    """A fresh page of somebody who is logged in."""
    with served.inside() as client:
        token = client.cookies["arkwright_session"]
    with looking(browser, served, token) as page:
        yield page


@pytest.fixture
def sight(browser, furnished):
    """A fresh page of the owner of the furnished works."""
    with furnished.inside() as client:
        token = client.cookies["arkwright_session"]
    with looking(browser, furnished, token) as page:
        yield page


@contextlib.contextmanager
def looking(browser, site, token):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    context.add_cookies([{"name": "arkwright_session", "value": token, "url": site.url}])
    yield context.new_page()
    context.close()


def until(condition, within_s=8.0):
    """Wait until something is so."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("not so in time")
