"""Every block of code in the README and the docs runs as it stands, in the order of the page."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.source import ROOT

BLOCK = re.compile(r"^```(?P<kind>python|sh)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# What a page shows for a plant that the tests do not have: the demo, a server, the whole test suite.
NEEDS_MORE = re.compile(
    r"^(make|git|pre-commit) |^python -m (bench|arkwright)|"
    r"arkwright (demo|run|connect (browse|diagnose|add|undo))\b"
)


def blocks(page: Path) -> list[tuple[str, str]]:
    return [(m["kind"], m["body"]) for m in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p)], ids=name_of)
def test_the_code_of_a_page_runs(page, tmp_path, recordings):
    names: dict[str, object] = {}
    for kind, body in blocks(page):
        if kind == "python":
            exec(compile(body, name_of(page), "exec"), names)
        else:
            run_lines(body, tmp_path)


def run_lines(body: str, folder: Path) -> None:
    for line in body.replace("\\\n", " ").splitlines():
        command = line.partition("  #")[0].strip()
        if not command or command.startswith("#") or NEEDS_MORE.search(command):
            continue
        done = subprocess.run(in_words(command), cwd=folder, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def in_words(command: str) -> list[str]:
    words = shlex.split(command)
    program = words[0].rpartition("/")[2]
    assert program == "arkwright", f"'{command}' is not a command that this test knows"
    return [sys.executable, "-m", "arkwright", *words[1:]]


@pytest.fixture
def recordings(tmp_path):
    """The files that pages speak of: a record of a bearing with a spalled outer ring."""
    import numpy as np

    rate_hz, rpm = 12_000, 1797.0
    rng = np.random.default_rng(1)
    n = 5 * rate_hz
    strikes = np.cumsum(rng.normal(1.0, 0.005, 600)) / (3.5848 * 0.99 * rpm / 60)
    x = rng.normal(0.0, 0.05, n)
    for at in strikes[strikes < n / rate_hz - 0.02]:
        first = int(at * rate_hz)
        t = np.arange(200) / rate_hz
        x[first : first + 200] += np.exp(-800 * t) * np.sin(2 * np.pi * 3000 * t)
    np.savez(tmp_path / "record.npz", DE=x.astype(np.float32))
    route = (
        "file,channel,rate_hz,speed_rpm,bearing\nrecord.npz,DE,12000,1797,6205\ngone.npz,DE,12000,1797,6205\n"
    )
    (tmp_path / "route.csv").write_text(route)
    return os.fspath(tmp_path)


def test_the_first_screen_of_the_readme_says_the_two_commands():
    first = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30])
    assert "make demo" in first
    assert "make test" in first
    assert all(word in first for word in ("python3", "3.11", "venv", "make", "git"))
