"""Checks of the tests' own: one says everything that it sees, one adds up what it saw, one always finds."""

import hashlib
import json

from arkwright.core.catalog import Check, Needs
from arkwright.core.finding import Evidence, Finding
from arkwright.core.tables import to_us


def seen(window):
    """Everything in a slice, as plain JSON in one order."""
    rows = [
        [(r["signal"], to_us(r["time"]), r["value"], r["text"], r["status"]) for r in table.to_pylist()]
        for table in (window.readings, window.latest)
    ]
    return {
        "readings": sorted(rows[0], key=str),
        "latest": sorted(rows[1], key=str),
        "waveforms": sorted([w.signal, to_us(w.time), float(w.samples.sum())] for w in window.waveforms),
        "events": sorted(window.events.column("id").to_pylist()),
        "connected": dict(sorted(window.connected.items())),
    }


def _see(state, window, asset, now):
    told = seen(window)
    proof = Evidence("all of it", data=told, figures={"n": float(window.readings.num_rows)})
    end = to_us(window.end)
    finding = Finding("seeing", asset.name, "seen", "none", 1.0, window.start, window.end, f"{end}", (proof,))
    return state, [finding]


def _add(state, window, asset, now):
    values = [v for v in window.readings.column("value").to_pylist() if v is not None]
    chain = json.dumps([state.get("chain", ""), seen(window)], sort_keys=True)
    after = {
        "n": state.get("n", 0) + len(values),
        "sum": round(state.get("sum", 0.0) + sum(values), 6),
        "chain": hashlib.sha256(chain.encode()).hexdigest(),
    }
    if after["n"] // 50 == state.get("n", 0) // 50:
        return after, []
    said = Finding("adding", asset.name, "counted", "watch", 0.5, window.start, window.end, f"{after['n']}")
    return after, [said]


def _ail(state, window, asset, now):
    n = window.readings.num_rows
    proof = (Evidence("readings", figures={"n": float(n)}),)
    found = Finding("ailing", asset.name, "outer_race", "act", 0.9, window.start, window.end, "ails", proof)
    return {"n": state.get("n", 0) + n}, [found] if n else []


def _any(asset):
    return bool(asset.signals)


SEEING = Check("seeing", "Sees", "", Needs(25.0, 10.0, waveforms=True), _any, _see)
ADDING = Check("adding", "Adds", "", Needs(10.0, 10.0), _any, _add)
AILING = Check("ailing", "Ails", "", Needs(10.0, 10.0), _any, _ail)  # one card, many findings
OWN = {c.name: c for c in (SEEING, ADDING)}
