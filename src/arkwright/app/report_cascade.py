"""The cascade of a report: the spectra of a record's pieces above each other, so that what moves is seen."""

from __future__ import annotations

import numpy as np

from arkwright.app.diagnose import Question
from arkwright.app.plot import Axis, Row, cells
from arkwright.app.record_curves import Floats
from arkwright.app.report_parts import section
from arkwright.kits.cascade import cascade_row
from arkwright.kits.display import peak_spectrum

ROWS, COLUMNS = 12, 100
TOP_ORDER = 40.0
LEAST_SAMPLES = 1024  # of a piece: a spectrum of fewer has fewer lines than there are columns


def cascade_section(x: Floats, question: Question) -> str:
    """Draw the cascade of a record, where it is long enough to be cut.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [as recorded]
    question
        Says rate and speed.
    """
    rate_hz = question.rate_hz or 1.0
    n_rows = min(ROWS, len(x) // LEAST_SAMPLES)
    if n_rows < 3:
        return ""
    top = rate_hz / 2 if not question.speed_rpm else min(rate_hz / 2, TOP_ORDER * question.speed_rpm / 60)
    rows = cascade_rows(x, rate_hz, n_rows, top)
    told = (
        "Spectra of the record's pieces, the first at the bottom, darker where higher: lines that lean "
        "belong to a shaft whose speed changes, lines that stand upright do not."
    )
    plot = cells(rows, Axis("frequency [Hz]", 0, top), "middle of the piece [s]", "cascade")
    return section("Cascade", plot, told)


def cascade_rows(x: Floats, rate_hz: float, n_rows: int, top_hz: float) -> list[Row]:
    """Cut a record into pieces and put the spectrum of each into columns.

    Parameters
    ----------
    x
        Record, shape ``(n,)``. [any]
    rate_hz
        Sample rate. [Hz]
    n_rows
        Pieces. [1]
    top_hz
        Where the columns end. [Hz]

    Returns
    -------
    rows
        Middle of the piece [s], edges [Hz] and levels [dB].
    """
    size = len(x) // n_rows
    edges = np.linspace(0, top_hz, COLUMNS + 1)
    rows = []
    for k in range(n_rows):
        hz, amplitude = peak_spectrum(x[k * size : (k + 1) * size], rate_hz)
        level = 20 * np.log10(np.maximum(cascade_row(hz, amplitude, edges), 1e-12))
        rows.append((f"{(k + 0.5) * size / rate_hz:.2f}", edges.tolist(), level.tolist()))
    return rows
