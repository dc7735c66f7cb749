"""What history could not take, kept beside it in plain Arrow files, so that nothing received is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from arkwright.core.tables import TIME, Waveform
from arkwright.history.durable import make_folder, replace
from arkwright.history.files import told_as_history

RECORDS = pa.schema(
    [
        ("signal", pa.string()),
        ("time", TIME),
        ("rate_hz", pa.float64()),
        ("unit", pa.string()),
        ("status", pa.int64()),
        ("speed_rpm", pa.float64()),
        ("samples", pa.list_(pa.float32())),
    ]
)
"""Waveforms set aside, samples in ``unit``."""


def set_aside(
    folder: Path, name: str, readings: pa.Table, waveforms: Sequence[Waveform], events: pa.Table
) -> Path:
    """Write a batch that history cannot take as Arrow files, synced.

    Parameters
    ----------
    folder
        Where such batches lie; made if missing.
    name
        Name of the batch; the same again replaces it.
    readings
        READINGS.
    waveforms
        Waveforms with their samples.
    events
        EVENTS.

    Returns
    -------
    home
        Folder of this batch, with ``readings.arrow``, ``waveforms.arrow`` and ``events.arrow``.

    Raises
    ------
    HistoryError
        If the disk does not take it.
    """
    home = folder / re.sub(r"[^\w.+-]", "_", name)
    records = pa.Table.from_pylist([_row(record) for record in waveforms], schema=RECORDS)
    with told_as_history(folder):
        make_folder(home)
        for kind, table in {"readings": readings, "waveforms": records, "events": events}.items():
            if table.num_rows:
                replace(home / f"{kind}.arrow", _packed(table))
    return home


def _row(record: Waveform) -> dict[str, object]:
    about = {name: getattr(record, name) for name in RECORDS.names if name != "samples"}
    return about | {"samples": record.samples}


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())
