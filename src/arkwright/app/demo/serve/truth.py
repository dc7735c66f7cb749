"""What was really wrong, over a small HTTP endpoint on loopback."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from arkwright.app.demo.clock import Clock
from arkwright.app.demo.ports import HOST


def serve_truth(port: int, clock: Clock, ready: Callable[[str], None]) -> None:
    """Answer ``GET /truth`` with the faults that are there now, for ever.

    ``?at=2026-01-31T06:00:00Z`` asks for another time.

    Parameters
    ----------
    port
        Port on 127.0.0.1. [1]
    clock
        Clock of the run.
    ready
        Called with the address once it answers.
    """
    timeline = clock.timeline()

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_GET(self) -> None:
            """Answer with the truth, or say what went wrong."""
            where = urlsplit(self.path)
            if where.path != "/truth":
                self._answer(404, {"error": f"nothing at '{where.path}'; ask for /truth"})
                return
            try:
                now = _time_of(parse_qs(where.query))
            except ValueError as error:
                self._answer(400, {"error": f"{error}; wanted an ISO 8601 time with its zone"})
                return
            truths = [truth.as_json() for truth in timeline.truth(now)]
            head = {
                "now": now.isoformat(),
                "start": clock.start.isoformat(),
                "speed": clock.speed,
                "seed": clock.seed,
            }
            self._answer(200, {**head, "truth": truths})

        def _answer(self, code: int, body: dict[str, object]) -> None:
            content = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
            """Keep no log of requests."""
            del format, args

    with ThreadingHTTPServer((HOST, port), Handler) as server:
        ready(f"http://{HOST}:{server.server_address[1]}/truth")
        server.serve_forever()


def _time_of(query: dict[str, list[str]]) -> datetime:
    if "at" not in query:
        return datetime.now(UTC)
    # A plus sign of a zone arrives as a space where it was not escaped.
    time = datetime.fromisoformat(query["at"][0].replace(" ", "+"))
    if time.tzinfo is None:
        raise ValueError(f"time '{query['at'][0]}' has no zone")
    return time
