"""A worker process: answers one pickled job after the other, until the other end of its socket is closed.

``python -m arkwright.runtime.engines.worker DESCRIPTOR``. Nothing is imported that no job needs.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import socket
import struct
import sys
import threading
from typing import Any

from arkwright.runtime.engines import Outcome, attempt

HEAD = struct.Struct("<QI")  # bytes that follow, and how long the answer may take [s]
GRACE_S = 5


def send(line: socket.socket, body: bytes, limit_s: float = 0.0) -> None:
    """Send one message; ``limit_s`` is how long the answer may take. [s]"""
    line.sendall(HEAD.pack(len(body), int(limit_s)))
    line.sendall(body)


def receive(line: socket.socket) -> tuple[bytearray, int]:
    """Receive one message, and how long the answer may take. [s]

    Raises
    ------
    EOFError
        If the other end is closed.
    """
    size, limit_s = HEAD.unpack(_exactly(line, HEAD.size))
    return _exactly(line, size), limit_s


def _exactly(line: socket.socket, size: int) -> bytearray:
    body, filled = bytearray(size), 0
    view = memoryview(body)
    while filled < size:
        got = line.recv_into(view[filled:])
        if not got:
            raise EOFError
        filled += got
    return body


def _listen(line: socket.socket, jobs: queue.SimpleQueue[tuple[bytearray, int]]) -> None:
    while True:
        try:
            jobs.put(receive(line))
        except (EOFError, OSError):
            os._exit(0)  # the parent is gone, however it went: there is nobody to work for


def _do(body: bytearray) -> object:
    task, job = pickle.loads(body)
    return task(job)


def _packed(outcome: Outcome[Any]) -> bytes:
    packed = attempt(pickle.dumps, outcome, pickle.HIGHEST_PROTOCOL)
    return packed.result or pickle.dumps(Outcome[Any](error=f"the result cannot be sent: {packed.error}"))


def main() -> None:
    """Work until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    line = socket.socket(fileno=int(sys.argv[1]))
    jobs: queue.SimpleQueue[tuple[bytearray, int]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(line, jobs), daemon=True).start()
    while True:
        body, limit_s = jobs.get()
        # The kernel ends a worker that hangs, even in a loop of C that lets no thread of Python run.
        signal.alarm(limit_s + GRACE_S)
        answer = _packed(attempt(_do, body))
        signal.alarm(0)
        send(line, answer)


if __name__ == "__main__":
    main()
