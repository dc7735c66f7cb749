"""The whole works in one place: its areas, the connections they are read through, and their addresses."""

from collections.abc import Iterator
from typing import Any

from arkwright.app.demo.areas.bench import Bench
from arkwright.app.demo.areas.cell import MachiningCell
from arkwright.app.demo.areas.ironworks import Ironworks
from arkwright.app.demo.areas.rows import Area, AssetRow, SignalRow
from arkwright.app.demo.areas.trains import Trains

GROUP, EDGE = "Works", "Iron"
ROOT = AssetRow("works", "", "plant", "Demo bogie and iron works", "示范转向架与炼铁厂")


PROTOCOLS = {"stations": "opcua", "iron": "sparkplug", "machining": "mtconnect"}


def areas() -> dict[str, tuple[Area[Any], ...]]:
    """Return the areas by the connection they are read through."""
    return {"stations": (Trains(), Bench()), "machining": (MachiningCell(),), "iron": (Ironworks(),)}


def asset_rows() -> list[AssetRow]:
    """Return all rows of ``assets.csv``, parents first."""
    return [ROOT, *(row for group in areas().values() for area in group for row in area.assets)]


def signal_rows() -> Iterator[tuple[str, str, SignalRow]]:
    """Yield connection, address and row of every signal."""
    items = {
        row.signal: item.id for row, item in zip(MachiningCell().signals, MachiningCell().items, strict=True)
    }
    for connection, group in areas().items():
        for area in group:
            for row in area.signals:
                yield connection, _address(connection, row, items), row


def metric_of(row: SignalRow) -> tuple[str, str]:
    """Return the Sparkplug device and metric of a signal of the iron works."""
    return row.asset, row.signal.removeprefix(f"{row.asset}.")


def _address(connection: str, row: SignalRow, items: dict[str, str]) -> str:
    if connection == "machining":
        return items[row.signal]
    if connection == "iron":
        device, metric = metric_of(row)
        return f"{GROUP}/{EDGE}/{device}/{metric}"
    return f"ns=2;s={row.signal}"
