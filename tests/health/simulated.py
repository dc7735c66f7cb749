"""The demo works as its judges see it: areas stepped directly, their values as slices on the grid."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from arkwright.app.demo.areas.rows import Tick
from arkwright.app.demo.folder import write_site
from arkwright.app.demo.ports import Ports
from arkwright.app.demo.works import areas
from arkwright.app.site import load_site
from arkwright.core.plant import Asset, Site
from arkwright.core.tables import (
    READINGS,
    ReadingsBuilder,
    Scale,
    Slice,
    Waveform,
    concat,
    empty,
    from_us,
    to_us,
)

START = datetime(2026, 3, 3, tzinfo=UTC)


@cache
def demo_site() -> Site:
    """The site folder that the demo writes, read as any site."""
    with TemporaryDirectory() as folder:
        write_site(Path(folder), Ports(1, 2, 3, 4))
        return load_site(Path(folder))


def area_of(connection: str, asset: str):
    """The area of the works that an asset stands in."""
    return next(a for a in areas()[connection] if any(row.asset == asset for row in a.assets))


@dataclass
class Recorder:
    """Turns what an area gives into readings and waveforms in canonical units."""

    site: Site
    builder: ReadingsBuilder = field(default_factory=ReadingsBuilder)
    waveforms: list[Waveform] = field(default_factory=list)

    def take(self, values: Mapping[str, object], time: datetime, only: frozenset[str]) -> None:
        for name, value in values.items():
            signal = self.site.signals[name]
            if signal.asset not in only:
                continue
            if isinstance(value, np.ndarray):
                samples = signal.declared_unit().to_canonical(value.astype(np.float64))
                self.waveforms.append(
                    Waveform(name, time, samples.astype(np.float32), float(signal.rate_hz), "m/s2")
                )
            elif isinstance(value, str):
                self.builder.add(Scale(name), to_us(time), value)
            else:
                unit = signal.declared_unit()
                self.builder.add(Scale(name, unit.factor, unit.offset), to_us(time), float(value))


def watch(
    connection: str,
    assets: tuple[str, ...],
    severities,
    *,
    seconds: int,
    every_s: int = 20,
    seed: int = 7,
    speed: float = 1.0,
    step_s: float | None = None,
) -> Iterator[tuple[Asset, Slice]]:
    """Yield each asset with its slice of every cell; ``severities(second)`` says what ails the works."""
    site = demo_site()
    area = area_of(connection, assets[0])
    state = area.start()
    only = frozenset(assets)
    period_s = step_s or area.period_s
    recorder, cell_start, latest = Recorder(site), START, empty(READINGS)
    for number in range(round(seconds / period_s)):
        time = START + timedelta(seconds=number * period_s)
        state, values = area.step(state, Tick(number, period_s * speed, severities(number * period_s), seed))
        recorder.take(values, time, only)
        end = START + timedelta(seconds=(number + 1) * period_s)
        if (end - cell_start).total_seconds() >= every_s:
            readings = recorder.builder.take(to_us(end))
            latest = last_of(concat([latest, readings], READINGS))
            alive = dict.fromkeys(site.connections, True)
            for name in assets:
                yield (
                    site.assets[name],
                    Slice(
                        cell_start, end, readings, tuple(recorder.waveforms), latest=latest, connected=alive
                    ),
                )
            recorder.waveforms, cell_start = [], end


def last_of(readings):
    """The last reading of each signal."""
    if not readings.num_rows:
        return readings
    names = readings.column("signal").to_pylist()
    times = np.asarray(readings.column("time").cast("int64"))
    last = {}
    for row, name in enumerate(names):
        if name not in last or times[row] >= times[last[name]]:
            last[name] = row
    return readings.take(sorted(last.values()))


def sound(_second: float) -> dict[tuple[str, str], float]:
    """Nothing ails the works."""
    return {}


def us(seconds: float) -> datetime:
    """A time of the simulated day."""
    return from_us(to_us(START) + round(seconds * 1e6))
