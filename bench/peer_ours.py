"""Our verdict, and plain envelope analysis, asked like a peer by bench.peers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]  # what is judged is what stands beside this file

from arkwright.health.bearing import BearingOrders, judge_record  # noqa: E402
from bench.diagnosis import plain_scores  # noqa: E402


def arkwright(x: Any, rate_hz: float, shaft_hz: float, orders: list[float]) -> str:
    """Ask the product, with its settings as they come (alpha 1 %)."""
    return judge_record(x, rate_hz, 60.0 * shaft_hz, BearingOrders(*orders)).verdict


def plain(x: Any, rate_hz: float, shaft_hz: float, orders: list[float]) -> str:
    """Name the part with the greatest lines in the envelope spectrum of the whole band (method M1)."""
    scores = plain_scores(np.asarray(x), rate_hz, shaft_hz, BearingOrders(*orders))
    return max(scores, key=lambda part: scores[part])


METHODS = {"arkwright": arkwright, "plain M1, argmax": plain}
