"""predictive-maintenance-mcp, asked by bench.peers in an environment of its own.

Its `most_likely_fault` ranks the fault frequencies that have one of the fifty greatest peaks of the envelope
spectrum (500 to 5000 Hz) within a tolerance; none is its "healthy". The orders are handed over as
frequencies, in the order of its own catalogue, which decides where two faults rank alike.
"""

from __future__ import annotations

from typing import Any

from predictive_maintenance_mcp.diagnostics.bearing_analyzer import check_frequency_set


def _within(tolerance_pct: float) -> Any:
    def judge(x: Any, rate_hz: float, shaft_hz: float, orders: list[float]) -> str:
        frequencies = {
            name: order * shaft_hz for name, order in zip(("BPFO", "BPFI", "BSF", "FTF"), orders, strict=True)
        }
        told = check_frequency_set(x, rate_hz, frequencies, 60.0 * shaft_hz, tolerance_pct=tolerance_pct)
        return str(told["most_likely_fault_canonical"] or "normal")

    return judge


METHODS = {"within 5 % (default)": _within(5.0), "within 2 %": _within(2.0)}
