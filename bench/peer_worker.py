"""Run in a peer's own environment by bench.peers: judge what comes in on a pipe, say what it cost.

    PYTHON -I bench/peer_worker.py bench/peer_NAME.py METHOD

A request is a line of JSON (samples to come, rate, speed of the shaft, orders) and the samples as float64; an
answer is a line of JSON. Neither a record's name nor what is true of it comes through here. What a peer
prints is thrown away.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def memory_mb() -> dict[str, float]:
    """Resident memory of this process: now and at its peak. [MB]"""
    status = Path("/proc/self/status")
    if not status.exists():
        return {}
    kept = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines() if ":" in line)
    return {"now": int(kept["VmRSS"].split()[0]) / 1024, "peak": int(kept["VmHWM"].split()[0]) / 1024}


def answer(judge: Any, asked: dict[str, Any], x: Any) -> dict[str, Any]:
    """Judge one record; what a peer raises is its answer."""
    begin = time.process_time()
    try:
        told = {"verdict": judge(x, asked["rate_hz"], asked["shaft_hz"], asked["orders"])}
    except Exception as error:  # noqa: BLE001 (whatever a peer raises is what it says)
        told = {"verdict": "failed", "reason": f"{type(error).__name__}: {error}"[:200]}
    return told | {"cpu_s": time.process_time() - begin, "memory_mb": memory_mb()}


def main() -> None:
    """Answer until the pipe closes."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    judge = runpy.run_path(sys.argv[1])["METHODS"][sys.argv[2]]
    print(json.dumps({"ready": True, "memory_mb": memory_mb()}), file=out, flush=True)
    for line in iter(sys.stdin.buffer.readline, b""):
        asked = json.loads(line)
        x = np.frombuffer(sys.stdin.buffer.read(8 * asked["n"]), np.float64).copy()
        print(json.dumps(answer(judge, asked, x)), file=out, flush=True)


if __name__ == "__main__":
    main()
