"""Pictures of a record that are planes of cells: its kurtogram; and the envelope spectrum of any band."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import numpy as np

from arkwright.app.record_curves import Curve, Floats
from arkwright.app.record_lines import FaultLine, bearing_lines
from arkwright.app.record_views import envelope_curve
from arkwright.health.bearing import BearingOrders
from arkwright.kits.bands import BandMap, fast_kurtogram
from arkwright.kits.envelope import envelope_spectra
from arkwright.kits.floor import over_floor_db

SEGMENT_S = 2.5  # as long as the search's: lines 0.4 Hz apart, and some of them averaged in a long record
FLOOR_LINES = 61
FIGURES = 4
CLEAR = 5.0  # deviations of noise: of some 500 cells of Gaussian noise the highest strays by 3 to 4


class HeatRow(TypedDict):
    """One row of cells, the lowest first; ``edges`` [as across] where they differ from row to row.

    ``key`` says which row it is: the time of a record [us since 1970], or the number of its bands.
    """

    name: str
    key: float
    values: list[float | None]
    edges: NotRequired[list[float]]


class Heat(TypedDict):
    """A plane of cells; ``edges`` are those of every row that has none of its own. [as across]

    ``best`` is the row and the cell of the highest value, ``stands_out`` whether noise would not show it.
    """

    x_title: str
    x_unit: str
    y_title: str
    value_title: str
    value_unit: str
    edges: list[float]
    rows: list[HeatRow]
    best: tuple[int, int] | None
    stands_out: NotRequired[bool]


class BandView(TypedDict):
    """The envelope spectrum of one band [Hz], and what each bearing fault has in it."""

    band_hz: tuple[float, float]
    curve: Curve
    faults: dict[str, list[FaultLine]]


def kurtogram_picture(x: Floats, rate_hz: float) -> Heat:
    """Draw the kurtogram of a record.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]

    Returns
    -------
    picture
        One row a level, the widest bands first.

    Raises
    ------
    ValueError
        If the record is constant, not all numbers, or too short.
    """
    cells = fast_kurtogram(x, rate_hz)
    return {
        "x_title": "frequency",
        "x_unit": "Hz",
        "y_title": "bands",
        "value_title": cells.measure,
        "value_unit": "",
        "edges": [],
        "rows": [_row(cells, level) for level in np.unique(cells.levels)],
        "best": _best(cells),
        "stands_out": bool(cells.best_value > CLEAR * float(cells.spreads[cells.best])),
    }


def _row(cells: BandMap, level: float) -> HeatRow:
    at = cells.levels == level
    centres, width = cells.centres_hz[at], float(cells.widths_hz[at][0])
    edges = np.append(centres - width / 2, centres[-1] + width / 2)
    return {
        "name": str(len(centres)),
        "key": float(len(centres)),
        "values": [float(f"{v:.{FIGURES}g}") for v in cells.values[at]],
        "edges": [float(f"{edge:.7g}") for edge in edges],
    }


def _best(cells: BandMap) -> tuple[int, int]:
    levels = np.unique(cells.levels)
    row = int(np.searchsorted(levels, cells.levels[cells.best]))
    first = int(np.flatnonzero(cells.levels == levels[row])[0])
    return row, cells.best - first


def band_view(
    x: Floats,
    rate_hz: float,
    band_hz: tuple[float, float],
    orders: BearingOrders | None,
    shaft_hz: float | None,
    slip: float = 0.0,
) -> BandView:
    """Draw the envelope spectrum of one band, as it is: nothing is whitened.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    band_hz
        Edges of the band. [Hz]
    orders
        Of the bearing, None where it is not known.
    shaft_hz
        Speed of the shaft, None where it is not known. [Hz]
    slip
        Share by which everything but the shaft is off. [1]

    Returns
    -------
    view
        Lines of faults only where bearing and speed are known.
    """
    half = rate_hz / 2
    low, high = max(0.0, band_hz[0] / half), min(1.0, band_hz[1] / half)
    n_segment = min(len(x), round(SEGMENT_S * rate_hz))
    hz, power = envelope_spectra(x, rate_hz, np.array([(low, high)]), n_segment)
    level = over_floor_db(np.sqrt(power[0]), FLOOR_LINES)
    known = orders is not None and shaft_hz
    faults = bearing_lines(hz, level, orders, shaft_hz, slip) if known and orders and shaft_hz else {}
    return {
        "band_hz": (low * half, high * half),
        "curve": envelope_curve(hz, level, faults),
        "faults": faults,
    }
