"""The plant as its users describe it: a site of assets and the signals that tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from arkwright.core.quantity import Unit, find_unit

SignalKind = Literal["value", "text", "waveform"]


@dataclass(frozen=True)
class Limits:
    """Alarm limits of a signal in its canonical unit; absent limits are None."""

    low_low: float | None = None
    low: float | None = None
    high: float | None = None
    high_high: float | None = None
    hysteresis: float = 0.0
    max_rate_per_s: float | None = None

    def __bool__(self) -> bool:
        """Say whether any limit is declared."""
        return any(
            limit is not None
            for limit in (self.low_low, self.low, self.high, self.high_high, self.max_rate_per_s)
        )


@dataclass(frozen=True)
class Signal:
    """One measured thing of one asset.

    ``unit`` is the unit as it arrives; history holds the canonical unit of ``quantity``. ``location`` names
    the place on the asset (``DE``, ``NDE``, a bearing); ``max_gap_s`` [s] is the longest silence that is not
    stale, None where silence on a constant is legal. ``rate_hz`` [Hz] is the sample rate of a waveform.
    """

    name: str
    asset: str
    quantity: str
    unit: str
    connection: str = ""
    address: str = ""
    kind: SignalKind = "value"
    location: str = ""
    rate_hz: float | None = None
    max_gap_s: float | None = None
    limits: Limits = field(default_factory=Limits)
    title: str = ""
    title_zh: str = ""

    def declared_unit(self) -> Unit:
        """Return the unit that readings arrive in.

        Raises
        ------
        UnitError
            If quantity or unit is unknown, or they do not belong together.
        """
        return find_unit(self.quantity, self.unit)


@dataclass(frozen=True)
class Asset:
    """A thing that can fail: its place in the plant, its nameplate and what its standstill costs.

    ``nameplate`` holds what the maker states, by name with the unit as suffix (``rated_power_kw``,
    ``rated_speed_rpm``, ``support``). ``bearings`` maps a location to a designation (``DE`` to ``6205``).
    ``signals`` are the asset's own. Costs are in the currency of the site; ``downtime_cost_per_h`` [1/h].
    """

    name: str
    parent: str = ""
    asset_class: str = ""
    title: str = ""
    title_zh: str = ""
    nameplate: Mapping[str, float | str] = field(default_factory=dict)
    bearings: Mapping[str, str] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()
    downtime_cost_per_h: float | None = None
    replace_cost: float | None = None

    def rated(self, name: str) -> float | None:
        """Return a number of the nameplate, or None where it is not stated. [as its name says]"""
        value = self.nameplate.get(name)
        return float(value) if isinstance(value, (int, float)) else None

    def measuring(self, quantity: str, *, kind: SignalKind | None = None) -> tuple[Signal, ...]:
        """Return the asset's signals of one quantity, of one kind where it is given."""
        return tuple(s for s in self.signals if s.quantity == quantity and kind in (None, s.kind))


@dataclass(frozen=True)
class Connection:
    """A source of readings as the site names it: protocol, address, settings."""

    name: str
    protocol: str
    url: str
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Money:
    """The currency of the site and dated rates of others (units of site currency for one)."""

    currency: str = "EUR"
    rates: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Site:
    """A whole plant as its folder describes it."""

    name: str
    assets: Mapping[str, Asset]
    signals: Mapping[str, Signal]
    connections: Mapping[str, Connection]
    time_zone: str = "UTC"
    money: Money = field(default_factory=Money)
    checks_off: frozenset[str] = frozenset()
    settings: Mapping[str, object] = field(default_factory=dict)

    def children(self, asset: str) -> tuple[Asset, ...]:
        """Return the assets directly below one, in the order of the site folder."""
        return tuple(a for a in self.assets.values() if a.parent == asset)

    def line(self, asset: str) -> Iterator[Asset]:
        """Yield an asset and all above it, nearest first."""
        at = self.assets.get(asset)
        while at is not None:
            yield at
            at = self.assets.get(at.parent)
