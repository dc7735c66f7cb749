"""A small maintenance system over HTTP that behaves as Atlas CMMS does, with faults to order.

It numbers its orders itself and forgets the ``customId`` that it is sent; search is by likeness, and pages.
"""

import json
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "s3cret-key"


class Cmms:
    """The server and its store; ``faults`` are what happens to the next posts of an order, one each."""

    def __init__(self, *, keeps_custom_id: bool = False) -> None:
        self.orders: dict[int, dict] = {}
        self.assets = [
            {"id": 7, "name": "Pump 1", "customId": "p1"},
            {"id": 8, "name": "f1", "customId": "X"},
        ]
        self.keeps_custom_id = keeps_custom_id
        self.faults: deque[str] = deque()
        self.requests: list[str] = []
        self.guard = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.cmms = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/api"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def close_order(self, remote_id: int, **fields: object) -> None:
        self.orders[remote_id] |= {"status": "COMPLETE", "feedback": ""} | fields

    def create(self, body: dict) -> dict:
        with self.guard:
            number = len(self.orders) + 17
            row = {**body, "id": number, "status": "OPEN"}
            if not self.keeps_custom_id:
                row["customId"] = f"WO{number:06d}"
            self.orders[number] = row
            return row

    def search(self, rows: list[dict], criteria: dict) -> dict:
        [condition] = criteria["filterFields"]
        parts = [condition, *condition.get("alternatives", [])]
        hits = [row for row in rows if any(self._meets(row, part) for part in parts)]
        return {"content": hits[: criteria["pageSize"]], "totalElements": len(hits)}

    def _meets(self, row: dict, part: dict) -> bool:
        value = str(row.get(part["field"]) or "")
        if part["operation"] == "cn":
            return part["value"].lower() in value.lower()
        assert part["operation"] == "eq"
        return value == part["value"]


class Handler(BaseHTTPRequestHandler):
    """One request to the store behind the server."""

    protocol_version = "HTTP/1.1"

    @property
    def cmms(self) -> Cmms:
        return self.server.cmms

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        path = self.path.removeprefix("/api/")
        self.cmms.requests.append(f"POST {path}")
        if not self._known():
            return
        if path == "work-orders/search":
            self._answer(200, self.cmms.search(list(self.cmms.orders.values()), body))
        elif path == "assets/search":
            self._answer(200, self.cmms.search(self.cmms.assets, body))
        elif path == "work-orders":
            self._create(body)
        else:
            self._answer(404, {"message": "Not found"})

    def _create(self, body: dict) -> None:
        fault = self.cmms.faults.popleft() if self.cmms.faults else ""
        refusals = {
            "500": (500, {"message": f"broken near {KEY}"}, {}),
            "400": (400, {"message": "title is too strange"}, {}),
            "429": (429, {"message": "slowly"}, {"Retry-After": "3"}),
            "redirect": (302, {}, {"Location": "http://127.0.0.1:9/steal"}),
        }
        if fault in refusals:
            code, said, headers = refusals[fault]
            self._answer(code, said, **headers)
            return
        row = self.cmms.create(body)
        if not fault:
            self._answer(200, row)
        if fault == "twice":
            self.cmms.create(body)
        if fault == "kept, then silence":
            time.sleep(1.0)
        self.close_connection = bool(fault)

    def do_GET(self) -> None:
        self.cmms.requests.append(f"GET {self.path.removeprefix('/api/')}")
        if not self._known():
            return
        row = self.cmms.orders.get(int(self.path.rpartition("/")[2]))
        self._answer(200 if row else 404, row or {"message": "Not found"})

    def _known(self) -> bool:
        if self.headers.get("X-API-Key") == KEY or self.headers.get("Authorization") == f"Bearer {KEY}":
            return True
        self._answer(401, {"message": f"no such key: {self.headers.get('X-API-Key')}"})
        return False

    def _answer(self, code: int, body: object, **headers: str) -> None:
        content = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
