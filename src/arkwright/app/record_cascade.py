"""The cascade: how the spectrum of one signal changed from record to record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import numpy as np

from arkwright.app.record_curves import Floats
from arkwright.app.record_pictures import Heat, HeatRow
from arkwright.core.plant import Signal
from arkwright.kits.cascade import cascade_row
from arkwright.kits.display import peak_spectrum

COLUMNS = 300
MOST_ROWS = 120  # rows of a picture 300 pixels high; of more records, evenly spread ones are shown
TOP_ORDERS = 40.0
Row = TypeVar("Row")
Along = Literal["time", "speed"]
Across = Literal["hz", "orders"]


def spread(rows: Sequence[Row], most: int = MOST_ROWS) -> list[Row]:
    """Choose records evenly spread over all of them, first and last among them."""
    if len(rows) <= most:
        return list(rows)
    return [rows[i] for i in np.unique(np.linspace(0, len(rows) - 1, most).round().astype(int))]


def columns_of(top: float) -> Floats:
    """Divide an axis into columns.

    Parameters
    ----------
    top
        Where it ends. [Hz or orders]

    Returns
    -------
    edges
        Rising from 0, shape ``(301,)``. [as top]
    """
    return np.linspace(0.0, top, COLUMNS + 1)


def row_levels(x: Floats, rate_hz: float, signal: Signal, edges_hz: Floats) -> Floats:
    """Put the spectrum of one record into columns.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [canonical unit]
    rate_hz
        Sample rate. [Hz]
    signal
        Its unit is the one that levels are told in.
    edges_hz
        Edges of the columns, shape ``(m + 1,)``. [Hz]

    Returns
    -------
    levels
        Peak amplitude of each column over one unit, shape ``(m,)``. [dB]
    """
    hz, amplitude = peak_spectrum(np.where(np.isfinite(x), x, 0.0), rate_hz)
    row = cascade_row(hz, amplitude / signal.declared_unit().factor, edges_hz)
    return np.asarray(20.0 * np.log10(np.maximum(row, 1e-9)), np.float64)


def cascade_picture(
    rows: Sequence[tuple[Mapping[str, Any], Floats]],
    signal: Signal,
    edges: Floats,
    along: Along,
    across: Across,
    name_of: Callable[[int], str],
) -> Heat:
    """Lay rows out as a picture, by time or by speed.

    Parameters
    ----------
    rows
        Row of the index of records, and its levels of shape ``(m,)``. [dB]
    signal
        What was measured.
    edges
        Of the columns, shape ``(m + 1,)``. [Hz or orders]
    along
        Order of the rows: time or speed.
    across
        What the edges are.
    name_of
        Writes the time of a record. [us since 1970]

    Returns
    -------
    picture
        The earliest or the slowest first.
    """
    ordered = sorted(rows, key=lambda r: r[0]["speed_rpm"] or 0.0) if along == "speed" else rows
    return {
        "x_title": "frequency" if across == "hz" else "order",
        "x_unit": "Hz" if across == "hz" else "",
        "y_title": along,
        "value_title": f"{signal.quantity} peak",
        "value_unit": f"dB re 1 {signal.declared_unit().name}",
        "edges": [float(f"{e:.6g}") for e in edges],
        "rows": [_heat_row(row, levels, along, name_of) for row, levels in ordered],
        "best": None,
    }


def _heat_row(row: Mapping[str, Any], levels: Floats, along: Along, name_of: Callable[[int], str]) -> HeatRow:
    time_us = int(row["time_us"])
    name = name_of(time_us) if along == "time" else f"{row['speed_rpm']:.0f} rpm"
    values = [round(v, 1) if np.isfinite(v) else None for v in levels.tolist()]
    return {"name": name, "key": float(time_us), "values": values}
