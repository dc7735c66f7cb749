"""The plant of `works`, furnished: a morning of readings, records of a failing bearing, and their cards.

``python -m tests.web.furnished FOLDER PORT`` serves it and prints where.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from tests.web import works as plain
from tests.web.works import Works, open_works, wavy

from arkwright.app.demo.areas.rows import Tick
from arkwright.app.demo.areas.trains import RATE_HZ, TRAINS, condition_of, point_of
from arkwright.app.demo.folder import write_site
from arkwright.app.demo.physics.vibration import record
from arkwright.app.demo.ports import Ports
from arkwright.app.site import load_site
from arkwright.app.uses import offer, report
from arkwright.core.feed import Card
from arkwright.core.finding import Finding
from arkwright.core.plant import Site
from arkwright.core.tables import EVENTS, GOOD, UNCERTAIN, ReadingsBuilder, Scale, Slice, Waveform, to_us
from arkwright.health.examine import examine
from arkwright.health.fault import faults
from arkwright.history.ledger import Ledger

PUMP = TRAINS[0]
N_SAMPLES = 32_768
SEVERITY = 0.55


def furnish(works: Works, now: datetime, *, hours: float = 1.5) -> list[Finding]:
    """Fill history up to now, judge it with the real checks, and offer what they find."""
    works.faults = faults()
    _readings(works, now, hours)
    waveforms = tuple(_record(now - timedelta(seconds=20 * i), i) for i in range(12, 0, -1))
    works.lake.append_waveforms(waveforms)
    cell = _slice(works, waveforms, now)
    _, findings = examine(cell, works.site.assets[PUMP.asset], now)
    with works.ledger.change() as change:
        change.add_findings(findings)
        offer(change, works.site, works.faults, findings, now)
        report(change, _refusal(now), now, site=works.site)
    return findings


def _readings(works: Works, now: datetime, hours: float) -> None:
    rng = np.random.default_rng(5)
    seconds = np.arange(0, hours * 3600, 2.0)
    builder = ReadingsBuilder()
    for i, signal in enumerate(works.site.assets[PUMP.asset].signals):
        if signal.kind != "value":
            continue
        unit = signal.declared_unit()
        PLACES[signal.name] = i
        values = _curve(signal.name, seconds, rng, i)
        for second, shown in zip(seconds, values, strict=True):
            if signal.name.endswith("flow") and 1500 < second < 1800:
                continue
            at = now - timedelta(seconds=float(seconds[-1] - second))
            status = UNCERTAIN if signal.name.endswith("DE.temperature") and 900 < second < 1100 else GOOD
            builder.add(Scale(signal.name, unit.factor, unit.offset), to_us(at), float(shown), status)
    works.lake.append(builder.take(to_us(now)))
    works.live.update(works.history.last())


PLACES: dict[str, int] = {}  # of the pump's signals, so that morning and now draw the same curve
LEVELS = {"speed": 1470, "flow": 120, "suction": 0.3, "discharge": 3.2, "power": 14.6, "current": 27}
WARM = "P-101.DE.temperature"


def _curve(name: str, seconds: np.ndarray, rng: np.random.Generator, i: int) -> np.ndarray:
    at = LEVELS.get(name.rpartition(".")[2], 46.0 if "temperature" in name else 1.4)
    risen = 0.25 if name == WARM else 0.0
    slow = np.sin((seconds - seconds[-1]) / 1100 + i) * 0.02 + (seconds / seconds[-1]) ** 3 * risen
    return at * (1 + slow) + rng.standard_normal(len(seconds)) * 0.003 * at


def going_on(signal, i):
    """What the pump reads from now on: where its morning ended, so that a live curve does not jump."""
    if signal.asset != PUMP.asset:
        return wavy(signal, i)
    number = PLACES[signal.name]
    seconds = np.array([0.0, 3600.0])
    shown = _curve(signal.name, seconds, np.random.default_rng(time.time_ns() % 1000), number)[-1]
    return float(signal.declared_unit().to_canonical(shown))


def _record(at: datetime, i: int) -> Waveform:
    tick = Tick(i, 1.0, {(PUMP.asset, "DE"): SEVERITY}, 11)
    rng = np.random.default_rng(i)
    taken = record(point_of(PUMP, "DE"), condition_of(PUMP, "DE", tick), 1470.0, RATE_HZ, N_SAMPLES, rng)
    samples = (taken.acceleration_g * 9.80665).astype(np.float32)
    return Waveform("P-101.DE.acceleration", at, samples, RATE_HZ, "m/s2", GOOD, 1470.0)


def _slice(works: Works, waveforms: tuple[Waveform, ...], now: datetime) -> Slice:
    start = waveforms[0].time - timedelta(seconds=5)
    names = [s.name for s in works.site.assets[PUMP.asset].signals]
    readings = works.history.window(names, start, now)
    connected = dict.fromkeys(works.site.connections, True)
    return Slice(start, now, readings, waveforms, latest=works.history.last(names), connected=connected)


def _refusal(now: datetime):
    import pyarrow as pa

    detail = {
        "subject": "IRON/BF/topgas",
        "found": "unit 'psi' was declared",
        "wanted": "kPa",
        "fix": "Mend it there.",
    }
    row = {"id": "r1", "kind": "refusal", "subject": "iron", "start": now, "end": None}
    return pa.Table.from_pylist([row | {"server_time": now, "detail": json.dumps(detail)}], schema=EVENTS)


def site_of_works() -> Site:
    """The site of the demo works, as its folder says."""
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder), Ports(1, 2, 3, 4))
        return load_site(Path(folder))


def offered(ledger: Ledger, location: str, band: str = "watch") -> Card:
    """Lay one more card, of a bearing at some place of the second pump."""
    now = datetime.now(UTC)
    text = f"Bearing at {location}: lines of the outer race."
    finding = Finding(
        "bearing", "P-102", "outer_race", band, 0.9, now - timedelta(minutes=1), now, text, location=location
    )
    with ledger.change() as change:
        change.add_findings([finding])
        offer(change, site_of_works(), faults(), [finding], now)
        card = change.card(finding.subject)
    assert card is not None
    return card


async def main(folder: Path, port: int) -> None:
    from arkwright.web.server import serve

    plain.wavy = going_on
    works = open_works(folder)
    with contextlib.closing(works):
        furnish(works, datetime.now(UTC))
        await serve(works, port=port, on_ready=lambda r: print(json.dumps(vars(r)), flush=True))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
