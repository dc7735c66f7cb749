"""One process of the works: ``python -m arkwright.app.demo.serve.role opcua --port ...``.

A role says it is ready with one JSON line on standard output, and ends when its standard input closes, which
the kernel does for it when the parent dies in whatever way.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from arkwright.app.demo.clock import Clock

ROLES = ("opcua", "edge", "machining", "broker", "truth")


def main(words: Sequence[str] | None = None) -> None:
    """Run one role until the parent goes away or asks it to end."""
    chosen = _parse(words)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if chosen.role == "truth":
        from arkwright.app.demo.serve.truth import serve_truth

        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        serve_truth(chosen.port, _clock(chosen), _say_ready)
    else:
        asyncio.run(_until_told(_job(chosen)))


def _parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="One process of the demo works.")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument(
        "--port", type=int, required=True, help="port on 127.0.0.1 to serve, or of the broker"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--start", required=True, help="start of the run, ISO 8601 with zone")
    parser.add_argument("--broker", default="auto", choices=("auto", "mosquitto", "amqtt"))
    return parser.parse_args(words)


def _clock(chosen: argparse.Namespace) -> Clock:
    return Clock(chosen.seed, chosen.speed, datetime.fromisoformat(chosen.start))


def _job(chosen: argparse.Namespace) -> Coroutine[Any, Any, None]:
    """Import only what the role needs: four of the five stay small."""
    ready: Callable[[str], None] = _say_ready
    if chosen.role == "opcua":
        from arkwright.app.demo.serve.opcua import serve_opcua

        return serve_opcua(chosen.port, _clock(chosen), ready)
    if chosen.role == "edge":
        from arkwright.app.demo.serve.edge import serve_edge

        return serve_edge(chosen.port, _clock(chosen), ready)
    if chosen.role == "machining":
        from arkwright.app.demo.serve.agent import serve_agent

        return serve_agent(chosen.port, _clock(chosen), ready)
    from arkwright.app.demo.serve.broker import serve_broker

    return serve_broker(chosen.port, chosen.broker, ready)


async def _until_told(job: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(job)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise


def _say_ready(url: str) -> None:
    sys.stdout.write(json.dumps({"ready": url}) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    # SIGTERM lets the role close its connections; a role that hangs must still end.
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(3.0)
    os._exit(0)


if __name__ == "__main__":
    main()
