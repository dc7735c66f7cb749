"""`arkwright run`, `arkwright demo` and `arkwright status`: a site that lives."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arkwright.cli.memory import be_frugal, give_back

if TYPE_CHECKING:
    from arkwright.app.plant import Plant
    from arkwright.web.server import Ready

TIDY_EVERY_S = 30.0
Folder = Annotated[Path, typer.Argument(help="The site folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Host = Annotated[str, typer.Option(help="Address to serve the pages on.")]
Port = Annotated[int, typer.Option(help="Port of the pages; 0 takes any that is free.")]
For = Annotated[
    float, typer.Option("--for", help="Stop after so many seconds; 0 runs until interrupted [s].")
]


def run_command(
    folder: Folder,
    host: Host = "127.0.0.1",
    port: Port = 8420,
    no_web: Annotated[bool, typer.Option("--no-web", help="Without pages.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the browser of this computer.")] = False,
    cert: Annotated[Path | None, typer.Option(help="Certificate in PEM, for TLS.")] = None,
    key: Annotated[Path | None, typer.Option(help="Its key in PEM.")] = None,
    insecure: Annotated[
        bool, typer.Option(help="Serve another address than this computer without TLS.")
    ] = False,
    seconds: For = 0.0,
    as_json: AsJson = False,
) -> None:
    """Run a site: read its connections, keep history, judge, and serve the pages."""
    be_frugal()
    from arkwright.app.plant import open_plant

    with open_plant(folder) as plant:
        if no_web:
            _say(as_json, {"site": plant.site.name, "data": str(plant.home)}, f"{plant.site.name} runs.")
            _run_until_stopped(plant.run(), seconds)
            return
        served = _serve(plant, host, port, as_json, browser, _pem(cert), _pem(key), insecure)
        _run_until_stopped(served, seconds)


def demo_command(
    seed: Annotated[int, typer.Option(help="The same seed gives the same works.")] = 7,
    speed: Annotated[float, typer.Option(help="Speed-up of ageing; at 1 a minute is a day.")] = 1.0,
    port: Port = 8420,
    folder: Annotated[
        Path | None, typer.Option(help="Keep the site and its data here; else they go.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the browser of this computer.")] = True,
    seconds: For = 0.0,
    as_json: AsJson = False,
) -> None:
    """Start a small works that lives in simulation, and run Arkwright on it as on any plant."""
    be_frugal()
    from tempfile import TemporaryDirectory

    from arkwright.app.demo.plant import start_plant
    from arkwright.app.plant import open_plant

    with TemporaryDirectory(prefix="arkwright-demo-") as temporary:
        home = folder or Path(temporary) / "site"
        if not as_json:
            typer.echo("Starting the works: OPC UA, Sparkplug B and MTConnect servers on this computer ...")
        with start_plant(seed, speed, home) as works, open_plant(home) as plant:
            if as_json:
                typer.echo(json.dumps({"folder": str(home), "works": works.urls, "pids": list(works.pids)}))
            served = _serve(plant, "127.0.0.1", port, as_json, browser, None, None, insecure=False)
            _run_until_stopped(served, seconds)


def status_command(folder: Folder, as_json: AsJson = False) -> None:
    """Say how a site does, whoever runs it; exit code 1 where it does not run."""
    from datetime import UTC, datetime

    from arkwright.app.site import data_dir, load_site
    from arkwright.app.status import read_status

    site = load_site(folder)
    status = read_status(data_dir(site, folder), datetime.now(UTC))
    typer.echo(json.dumps(status) if as_json else "\n".join(_lines(site.name, status)))
    if not status["running"]:
        raise typer.Exit(1)


def _lines(name: str, status: dict[str, Any]) -> list[str]:
    if not status["running"]:
        age = status["age_s"]
        return [f"{name} does not run" + ("" if age is None else f"; last heard of {age:.0f} s ago")]
    lines = [f"{name} runs (process {status['pid']})"]
    for connection, row in status["connections"].items():
        error = f"  {row['error']}" if row["error"] else ""
        counts = f"{row['readings']} readings, {row['refusals']} refusals, {row['gaps']} gaps"
        lines.append(f"  {connection:16} {row['state']:10} {row['protocol']:10} {counts}{error}")
    lines.append(
        f"  queue {100 * status['intake']['fill']:.0f} % full, {status['intake']['commits']} commits"
    )
    return lines + [f"  trouble: {error}" for error in status["errors"]]


def _pem(path: Path | None) -> str | None:
    return None if path is None else str(path)


async def _serve(
    plant: Plant,
    host: str,
    port: int,
    as_json: bool,
    browser: bool,
    cert: str | None,
    key: str | None,
    insecure: bool,
) -> None:
    from arkwright.web.server import serve

    def on_ready(ready: Ready) -> None:
        text = f"{plant.site.name} is at {ready.url}"
        if ready.link:
            text += f"\nNobody owns it yet. Set the owner's password here, within 10 minutes: {ready.link}"
        _say(as_json, {"url": ready.url, "link": ready.link}, f"{text}\nStop with Ctrl-C.")

    await serve(
        plant, host, port, on_ready=on_ready, open_link=browser, certfile=cert, keyfile=key, insecure=insecure
    )


def _say(as_json: bool, facts: dict[str, Any], text: str) -> None:
    import sys

    typer.echo(json.dumps(facts) if as_json else text)
    sys.stdout.flush()


def _run_until_stopped(work: Coroutine[Any, Any, None], seconds: float) -> None:
    """Run until done, interrupted, told to end, or out of time; each is a good end."""
    import contextlib
    import signal

    async def run() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, task.cancel)
        if seconds > 0:
            loop.call_later(seconds, task.cancel)
        tidy = asyncio.ensure_future(_tidy())
        with contextlib.suppress(asyncio.CancelledError):
            await task
        tidy.cancel()

    asyncio.run(run())


async def _tidy() -> None:
    while True:
        await asyncio.sleep(TIDY_EVERY_S)
        await asyncio.to_thread(give_back)
