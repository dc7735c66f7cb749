"""An MQTT broker on loopback: mosquitto where it is installed, else amqtt, in a process of its own."""

import asyncio
import ctypes
import logging
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arkwright.app.demo.ports import HOST

PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin"
PR_SET_PDEATHSIG = 1
"""Linux, prctl(2)."""


def find_mosquitto() -> str | None:
    """Return the path of mosquitto, None where it is not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=PLACES)


async def serve_broker(port: int, kind: str, ready: Callable[[str], None]) -> None:
    """Run a broker until cancelled.

    Parameters
    ----------
    port
        Port on 127.0.0.1. [1]
    kind
        ``mosquitto``, ``amqtt``, or ``auto`` for the first that is there.
    ready
        Called with the address once it accepts connections.
    """
    path = find_mosquitto() if kind != "amqtt" else None
    if path is None and kind == "mosquitto":
        raise FileNotFoundError("mosquitto is not installed; install it, or choose broker 'amqtt'")
    if path is not None:
        await _run_mosquitto(path, port, ready)
    else:
        await _run_amqtt(port, ready)


async def wait_open(port: int) -> None:
    """Wait until a port of the loopback accepts connections."""
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.03)
        else:
            writer.close()
            return


async def _run_mosquitto(path: str, port: int, ready: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "mosquitto.conf"
        settings.write_text(
            f"listener {port} {HOST}\nallow_anonymous true\npersistence false\nlog_type none\n"
        )
        tie = _tie_to_parent()
        process = subprocess.Popen([path, "-c", str(settings)], preexec_fn=tie)  # noqa: PLW1509 (a system call)
        try:
            await wait_open(port)
            ready(f"mqtt://{HOST}:{port}")
            while process.poll() is None:
                await asyncio.sleep(0.5)
            raise RuntimeError(f"mosquitto ended with code {process.returncode}")
        finally:
            process.terminate()
            process.wait(5)


def _tie_to_parent() -> Callable[[], None] | None:
    """Return what has the kernel end mosquitto if this process is killed: it watches no pipe itself."""
    if sys.platform != "linux":
        return None
    # Loaded before the fork: between fork and exec only the system call may happen.
    prctl = ctypes.CDLL(None).prctl

    def die_with_parent() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return die_with_parent


async def _run_amqtt(port: int, ready: Callable[[str], None]) -> None:
    from amqtt.broker import Broker

    logging.getLogger("amqtt").setLevel(logging.ERROR)
    plugin = "amqtt.plugins.authentication.AnonymousAuthPlugin"
    config: dict[str, Any] = {
        "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}"}},
        "plugins": {plugin: {"allow_anonymous": True}},
    }
    broker = Broker(config)
    await broker.start()
    try:
        await wait_open(port)
        ready(f"mqtt://{HOST}:{port}")
        await asyncio.Event().wait()
    finally:
        await broker.shutdown()
