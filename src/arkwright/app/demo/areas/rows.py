"""What an area declares and what it gives each tick."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from arkwright.app.demo.timeline import Severities

Value = float | str | NDArray[np.float32]
State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class AssetRow:
    """A row of ``assets.csv``; ``plate`` holds the nameplate by column."""

    asset: str
    parent: str
    asset_class: str
    title: str
    title_zh: str
    plate: Mapping[str, float | str] = field(default_factory=dict)
    bearings: Mapping[str, str] = field(default_factory=dict)
    downtime_cost_per_h: float | None = None
    replace_cost: float | None = None


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A row of ``signals.csv``; limits and hysteresis in the unit of the row."""

    signal: str
    asset: str
    quantity: str
    unit: str
    title: str
    title_zh: str
    kind: Literal["value", "text", "waveform"] = "value"
    location: str = ""
    rate_hz: float | None = None
    low_low: float | None = None
    low: float | None = None
    high: float | None = None
    high_high: float | None = None
    hysteresis: float | None = None
    max_gap_s: float | None = 15.0


@dataclass(frozen=True, slots=True)
class Tick:
    """One step of an area: its number, its length in process time [s], what ails the works, and the seed."""

    number: int
    dt_s: float
    severities: Severities
    seed: int

    def rng(self, name: str) -> np.random.Generator:
        """Return the random source of a named part in this tick: the same in every run of this seed."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode()), self.number])


class Area(Protocol, Generic[State]):
    """An area of the works: its rows, its start, and its step."""

    @property
    def assets(self) -> Sequence[AssetRow]:
        """Rows of ``assets.csv``, parents first."""
        ...

    @property
    def signals(self) -> Sequence[SignalRow]:
        """Rows of ``signals.csv``."""
        ...

    @property
    def period_s(self) -> float:
        """Length of a tick. [s]"""
        ...

    def start(self) -> State:
        """Return the state before the first tick."""
        ...

    def step(self, state: State, tick: Tick) -> tuple[State, dict[str, Value]]:
        """Advance by one tick; return the new state and the values that are new, by signal."""
        ...


def noisy(rng: np.random.Generator, value: float, sigma: float, step: float = 0.0) -> float:
    """Read a value through its transmitter.

    Parameters
    ----------
    rng
        Source of the noise.
    value
        True value. [any]
    sigma
        Standard deviation of the noise. [as value]
    step
        Resolution of the transmitter; 0 for none. [as value]

    Returns
    -------
    value
        What the transmitter says. [as value]
    """
    read = value + sigma * float(rng.standard_normal())
    return round(round(read / step) * step, 9) if step else read
