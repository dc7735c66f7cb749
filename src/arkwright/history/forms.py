"""The tables that history consists of, and where each stands in its folder."""

from __future__ import annotations

import pyarrow as pa

from arkwright.core.tables import TIME
from arkwright.history.exact import STORED
from arkwright.history.files import TableForm
from arkwright.history.notes import STORED_EVENTS
from arkwright.history.waveforms import INDEX

MINUTE_US = 60_000_000
STORED_MINUTES = pa.schema(
    [
        pa.field("signal", pa.string(), nullable=False),
        pa.field("time", TIME, nullable=False),  # of the minute's beginning
        pa.field("n", pa.int64(), nullable=False),  # readings, without text and bad ones
        pa.field("sum", pa.float64(), nullable=False),  # [canonical unit]; a sum, so that late parts add up
        pa.field("min", pa.float64(), nullable=False),  # [canonical unit]
        pa.field("max", pa.float64(), nullable=False),  # [canonical unit]
    ]
)
READINGS_FORM = TableForm(
    STORED,
    "time",
    "signal",
    hourly=True,
    dictionary=("signal", "value", "text", "status", "origin", "server_time"),
)
WAVEFORMS_FORM = TableForm(INDEX, "time", "signal", dictionary=("signal", "unit"))
EVENTS_FORM = TableForm(STORED_EVENTS, "start", "subject", dictionary=("kind", "subject"))
MINUTES_FORM = TableForm(STORED_MINUTES, "time", "signal", dictionary=("signal",))
FORMS = {
    "readings": READINGS_FORM,
    "waveforms": WAVEFORMS_FORM,
    "events": EVENTS_FORM,
    "minutes": MINUTES_FORM,
}
