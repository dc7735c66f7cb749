"""Records that bench.diagnosis judges, real and synthetic, with their labels kept apart."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.synthetic import Case, draw_faulty, draw_healthy

Floats = NDArray[np.float64]
LABELS = {"inner": "inner_race", "outer": "outer_race", "ball": "ball", "normal": "normal"}
PARTS = ("outer_race", "inner_race", "ball")


@dataclass(frozen=True)
class Sealed:
    """A record and, sealed from whoever judges it, what is true of it."""

    group: str
    name: str
    assembly: str
    label: str
    load: Callable[[], tuple[Floats, float, float, str | tuple[float, float, float, float]]]
    """Samples, rate [Hz], speed [rpm], and the bearing's designation or its orders: all a judge may see."""


def real_cases(data: Path) -> Iterator[Sealed]:
    """Yield every bearing record of the shared data, with CWRU's normal record at 48 and at 12 kHz."""
    with (data / "manifest.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["set"].startswith("cwru") and row["label"] != "normal":
            yield _cwru(data, row)
    for channel, bearing in (("DE", "6205"), ("FE", "6203")):
        for factor in (1, 4):
            load = _loader(data / "cwru/1797_Normal.npz", channel, 48_000.0, 1797.0, bearing, factor)
            yield Sealed("CWRU normal", f"1797_Normal {channel} {48 // factor} kHz", "normal", "normal", load)
    for path in sorted((data / "ims_test1_early").glob("*.npz")):
        for channel in "xy":
            load = _loader(path, channel, 20_000.0, 2000.0, "ZA-2115")
            yield Sealed(f"IMS healthy {channel}", f"{path.stem} {channel}", path.stem[-2:], "normal", load)


def synthetic_cases(n_healthy: int, n_faulty: int, first: int = 0) -> Iterator[Sealed]:
    """Yield synthetic records: healthy ones, then as many of each fault."""
    for i in range(first, first + n_healthy):
        yield _synthetic("synthetic healthy", "normal", i, lambda i=i: draw_healthy(i))
    for i in range(first, first + n_faulty):
        for fault in PARTS:
            yield _synthetic("synthetic faulty", fault, i, lambda i=i, fault=fault: draw_faulty(i, fault))


def cropped(case: Sealed, seconds: float) -> Sealed:
    """Return the same case with only the first seconds of its record. [s]"""

    def load() -> tuple[Floats, float, float, str | tuple[float, float, float, float]]:
        x, rate, rpm, bearing = case.load()
        return x[: int(seconds * rate)], rate, rpm, bearing

    return Sealed(case.group, case.name, case.assembly, case.label, load)


def _cwru(data: Path, row: dict[str, str]) -> Sealed:
    at = "FE" if row["set"] == "cwru-FE" else "DE"
    load = _loader(
        data / row["file"], at, float(row["fs"]), float(row["rpm"]), "6203" if at == "FE" else "6205"
    )
    group = {
        "cwru-DE12": f"CWRU DE12 {row['sr2015_best_DE']}",
        "cwru-FE": "CWRU FE12",
        "cwru-DE48": "CWRU DE48",
    }[row["set"]]
    assembly = f"{row['label']} {row['fault_size_mil']} mil {row['position']}".strip()
    return Sealed(group, Path(row["file"]).stem, assembly, LABELS[row["label"]], load)


def _loader(
    path: Path, channel: str, rate: float, rpm: float, bearing: str, factor: int = 1
) -> Callable[[], tuple[Floats, float, float, str | tuple[float, float, float, float]]]:
    def load() -> tuple[Floats, float, float, str | tuple[float, float, float, float]]:
        with np.load(path) as file:
            x = file[channel].astype(np.float64)
        if factor > 1:
            from scipy.signal import decimate

            x = decimate(x, factor, ftype="fir")
        return x, rate / factor, rpm, bearing

    return load


def _synthetic(group: str, label: str, number: int, draw: Callable[[], Case]) -> Sealed:
    def load() -> tuple[Floats, float, float, str | tuple[float, float, float, float]]:
        case = draw()
        return case.x, case.rate_hz, case.speed_rpm, case.orders

    return Sealed(group, f"{label} {number}", f"synthetic {label}", label, load)
