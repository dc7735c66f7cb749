"""`arkwright demo`, `run` and `status` as a person starts them."""

import json
import signal
import subprocess
import sys

import httpx
import pytest


def start(*words):
    return subprocess.Popen(
        [sys.executable, "-m", "arkwright", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ask(*words):
    return subprocess.run(
        [sys.executable, "-m", "arkwright", *words], capture_output=True, text=True, timeout=60
    )


@pytest.mark.timeout(150)
def test_the_demo_finds_what_is_wrong_and_drafts_the_work(tmp_path):
    site = tmp_path / "works"
    demo = start("demo", "--json", "--no-browser", "--port", "0", "--folder", str(site))
    try:
        works, ready = json.loads(demo.stdout.readline()), json.loads(demo.stdout.readline())
        assert set(works["works"]) == {"stations", "iron", "machining"}
        assert httpx.get(ready["url"]).status_code == 401
        as_browser = {"Accept": "text/html"}
        assert httpx.get(ready["url"], headers=as_browser).headers["location"].startswith("/login")
        assert httpx.get(ready["link"], headers=as_browser).status_code == 200
        card = first_card(site, demo)
        assert (card["asset"], card["state"], card["band"]) == ("P-101", "open", "watch")
        assert "6205" in json.dumps(card["job"]["spares"])
        status = json.loads(ask("status", str(site), "--json").stdout)
        assert status["running"]
        assert {row["state"] for row in status["connections"].values()} == {"running"}
    finally:
        demo.send_signal(signal.SIGTERM)
        _, err = demo.communicate(timeout=30)
    assert demo.returncode == 0, err
    assert ask("status", str(site)).returncode == 1


def first_card(site, demo):
    for _ in range(60):
        assert demo.poll() is None, demo.stderr.read()
        found = ask("feed", str(site), "--json")
        cards = [
            c
            for c in json.loads(found.stdout or '{"cards": []}')["cards"]
            if c["kind"] == "finding" and c["asset"]
        ]
        if cards:
            return cards[0]
    raise AssertionError("no finding")


def test_a_site_that_never_ran_says_so(tmp_path):
    assert ask("new", str(tmp_path / "s")).returncode == 0
    told = ask("status", str(tmp_path / "s"))
    assert told.returncode == 1
    assert "does not run" in told.stdout


def test_another_address_without_tls_is_refused(tmp_path):
    ask("new", str(tmp_path / "s"))
    told = ask("run", str(tmp_path / "s"), "--host", "0.0.0.0", "--for", "5")
    assert told.returncode == 1
    assert "--insecure" in told.stderr
