"""First run: `arkwright demo` to a live value in the browser, to the first true finding, and its memory.

Protocol: the demo is started as `make demo` starts it, after installation. A headless Chromium opens the
one-time link, sets a password as a person would, and looks at the overview. Printed are the seconds from the
start of the process to a value that changed twice on the page, to the first finding in the feed that the
simulator says is true, and the resident memory of all of Arkwright's processes but the simulator over 60 s
(mean and peak), with one browser and one judge worker. No name but the loopback's can be resolved. The
baseline in the same run is a bare NiceGUI page with one label that changes once a second: what the page
framework alone takes.

    python -m bench.first_run
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil

from bench.ingest import wait_for

BROWSER = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
BARE = """
from nicegui import ui
import time
label = ui.label()
ui.timer(1.0, lambda: label.set_text(str(time.time())))
ui.run(port={port}, show=False, reload=False, show_welcome_message=False)
"""


def measure(seed: int, folder: Path) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    site = folder / "works"
    words = [sys.executable, "-m", "arkwright", "demo", "--json", "--no-browser", "--port", "0"]
    began = time.monotonic()
    demo = subprocess.Popen(
        [*words, "--seed", str(seed), "--folder", str(site)], stdout=subprocess.PIPE, text=True
    )
    assert demo.stdout is not None
    try:
        works, ready = json.loads(demo.stdout.readline()), json.loads(demo.stdout.readline())
        result: dict[str, Any] = {"answers_s": round(time.monotonic() - began, 1)}
        with sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER)
            page = chromium.new_page()
            strangers: list[str] = []
            page.on("request", lambda r: strangers.append(r.url) if "127.0.0.1" not in r.url else None)
            own(page, ready["link"])
            wait_for_changes(page)
            result["live_value_s"] = round(time.monotonic() - began, 1)
            result["finding"] = wait_for_truth(site, began)
            result |= memory(psutil.Process(demo.pid), set(works["pids"]))
            result["requests_elsewhere"] = [u for u in strangers if not u.startswith(("data:", "blob:"))]
            chromium.close()
        return result
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(30)


def own(page: Any, link: str) -> None:
    page.goto(link)
    page.fill("input[name=name]", "owner")
    for field in page.query_selector_all("input[type=password]"):
        field.fill("a long enough password")
    page.click("form button")
    page.wait_for_selector("[data-live]", timeout=30_000)


def wait_for_changes(page: Any) -> None:
    """Wait until one value on the page has changed twice."""
    page.wait_for_function(
        """() => {
            const seen = window.__seen ??= new Map();
            for (const e of document.querySelectorAll('[data-live]')) {
                const at = e.dataset.live, text = e.textContent, was = seen.get(at);
                if (!was) seen.set(at, {text, n: 0});
                else if (was.text !== text && ++was.n >= 2) return true;
                else was.text = text;
            }
            return false;
        }""",
        timeout=60_000,
        polling=100,
    )


def wait_for_truth(site: Path, began: float) -> dict[str, Any]:
    """Wait for the first finding, and hold it against what the simulator says was wrong."""
    while time.monotonic() - began < 180:
        words = [sys.executable, "-m", "arkwright", "feed", str(site), "--json"]
        asked = subprocess.run(words, capture_output=True, text=True, check=False)
        cards = json.loads(asked.stdout)["cards"] if asked.returncode == 0 else []
        found = [c for c in cards if c["kind"] == "finding" and c["asset"]]
        if found:
            seconds = round(time.monotonic() - began, 1)
            settings = (site / "site.toml").read_text()
            url = settings.partition('truth_url = "')[2].partition('"')[0]
            with urlopen(url) as answer:
                truth = {(row["asset"], row["fault"]) for row in json.load(answer)["truth"]}
            card = found[0]
            cause = card["payload"].get("cause", "")
            is_true = any(asset == card["asset"] and cause in (fault, "") for asset, fault in truth)
            return {"after_s": seconds, "asset": card["asset"], "cause": cause, "is_true": is_true,
                    "has_draft": card["job"] is not None}  # fmt: skip
        time.sleep(0.5)
    return {"after_s": None}


def memory(family: psutil.Process, works: set[int]) -> dict[str, Any]:
    """Resident memory over a minute, without the simulator."""
    totals = []
    for _ in range(60):
        ours = [p for p in [family, *family.children(recursive=True)] if p.pid not in works]
        ours = [p for p in ours if not works & {q.pid for q in p.parents()}]
        totals.append(sum(p.memory_info().rss for p in ours if p.is_running()) / 1e6)
        time.sleep(1.0)
    parts = {f"{p.name()} {p.pid}": round(p.memory_info().rss / 1e6) for p in ours}
    return {
        "rss_mean_mb": round(sum(totals) / 60),
        "rss_peak_mb": round(max(totals)),
        "processes": parts,
        "cpu_percent": round(family.cpu_percent(10.0)),
    }


def measure_bare(folder: Path) -> dict[str, Any]:
    """Time a page of the framework alone to its first changed label."""
    from playwright.sync_api import sync_playwright

    script = folder / "bare.py"
    script.write_text(BARE.replace("{port}", "8499"))
    began = time.monotonic()
    bare = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.DEVNULL)
    try:
        with sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER)
            page = chromium.new_page()
            wait_for(8499)
            page.goto("http://127.0.0.1:8499")
            page.wait_for_function("() => /\\d/.test(document.body.innerText)", timeout=30_000)
            seconds = round(time.monotonic() - began, 1)
            chromium.close()
        return {"live_label_s": seconds, "rss_mb": round(psutil.Process(bare.pid).memory_info().rss / 1e6)}
    finally:
        bare.terminate()
        bare.wait()


def main() -> None:
    whole = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=whole)
    parser.add_argument("--seeds", type=int, nargs="*", default=[7, 8, 9])
    chosen = parser.parse_args()
    print(__doc__.partition("\n\n    python")[0])
    with tempfile.TemporaryDirectory(prefix="bench-first-run-") as folder:
        print(json.dumps({"baseline": measure_bare(Path(folder))}))
        for seed in chosen.seeds:
            print(json.dumps({"seed": seed} | measure(seed, Path(folder) / str(seed))), flush=True)


if __name__ == "__main__":
    main()
