"""The four Arrow schemas that rooms exchange, and the one way to build readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from arkwright.core.errors import TableError

Origin = Literal["source", "server"]
TIME = pa.timestamp("us", tz="UTC")
NAME = pa.dictionary(pa.int32(), pa.string())

READINGS = pa.schema(
    [
        pa.field("signal", NAME, nullable=False),
        pa.field("time", TIME, nullable=False),  # of the source
        pa.field("server_time", TIME, nullable=False),  # of receipt
        pa.field("value", pa.float64()),  # [canonical unit of the quantity]; null if text or bad
        pa.field("text", pa.string()),
        pa.field("status", pa.uint32(), nullable=False),  # OPC UA status code, kept whole
        pa.field("origin", NAME, nullable=False),  # who stamped `time`: source or server
    ]
)
WAVEFORMS = pa.schema(
    [
        pa.field("signal", NAME, nullable=False),
        pa.field("time", TIME, nullable=False),  # of the first sample
        pa.field("server_time", TIME, nullable=False),
        pa.field("rate_hz", pa.float64(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),  # canonical unit of the samples
        pa.field("n", pa.int64(), nullable=False),
        pa.field("status", pa.uint32(), nullable=False),
        pa.field("speed_rpm", pa.float64()),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
    ]
)
EVENTS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("kind", NAME, nullable=False),  # gap, correction, refusal, order_closed, ...
        pa.field("subject", pa.string(), nullable=False),  # signal, asset or connection
        pa.field("start", TIME, nullable=False),
        pa.field("end", TIME),
        pa.field("server_time", TIME, nullable=False),
        pa.field("detail", pa.string(), nullable=False),  # JSON object
    ]
)
FRAMES = pa.schema(
    [
        pa.field("signal", NAME, nullable=False),
        pa.field("time", TIME, nullable=False),
        pa.field("server_time", TIME, nullable=False),
        pa.field("width", pa.int32(), nullable=False),
        pa.field("height", pa.int32(), nullable=False),
        pa.field("status", pa.uint32(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
    ]
)

GOOD = 0x0000_0000
UNCERTAIN = 0x4000_0000
BAD = 0x8000_0000
BAD_NO_DATA = 0x809B_0000
BAD_NOT_CONNECTED = 0x808A_0000
BAD_SENSOR_FAILURE = 0x808C_0000
BAD_OUT_OF_RANGE = 0x803C_0000
BAD_DECODING_ERROR = 0x8007_0000
BAD_TIME = 0x8060_0000  # BadInvalidTimestamp: the source's clock cannot be believed
# Codes: OPC 10000-6, Annex A.2. The two top bits are the severity (OPC 10000-4, 7.39).


def is_good(status: int) -> bool:
    """Say whether the top bits of an OPC UA status code are Good."""
    return status >> 30 == 0


def is_bad(status: int) -> bool:
    """Say whether the top bits of an OPC UA status code are Bad."""
    return status >> 31 == 1


def status_word(status: int) -> str:
    """Name the severity of an OPC UA status code: good, uncertain or bad."""
    if is_bad(status):
        return "bad"
    return "good" if is_good(status) else "uncertain"


def to_us(moment: datetime) -> int:
    """Turn an aware time into whole microseconds since 1970-01-01 UTC. [us]

    Raises
    ------
    TableError
        If the time has no zone.
    """
    if moment.tzinfo is None:
        raise TableError(f"time {moment} has no zone", wanted="an aware time", fix="add tzinfo, best UTC")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_us(time_us: int) -> datetime:
    """Turn microseconds since 1970-01-01 UTC into an aware time.

    Parameters
    ----------
    time_us
        Time since the epoch. [us]

    Returns
    -------
    moment
        The same time, aware, UTC.
    """
    seconds, micro = divmod(time_us, 1_000_000)
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=micro)


def check_table(table: pa.Table, schema: pa.Schema, *, where: str = "") -> pa.Table:
    """Return the table if it fits the schema, cast to it where that loses nothing.

    Raises
    ------
    TableError
        If a column is missing, too many, of another type, or null where it must not be; names the column.
    """
    extra = [name for name in table.column_names if name not in schema.names]
    if extra:
        raise TableError(
            f"column '{extra[0]}' is not in the schema", wanted=", ".join(schema.names), where=where
        )
    for wanted in schema:
        _check_column(table, wanted, where)
    try:
        return table.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise TableError(str(error), wanted=str(schema), where=where) from error


def _check_column(table: pa.Table, wanted: pa.Field, where: str) -> None:
    if wanted.name not in table.column_names:
        raise TableError(f"column '{wanted.name}' is missing", wanted=str(wanted.type), where=where)
    column = table.column(wanted.name)
    if not wanted.nullable and column.null_count:
        raise TableError(f"column '{wanted.name}' has {column.null_count} nulls", wanted="none", where=where)
    if pa.types.is_timestamp(wanted.type) and getattr(column.type, "tz", None) is None:
        raise TableError(f"column '{wanted.name}' is {column.type}", wanted="times in UTC", where=where)


def empty(schema: pa.Schema) -> pa.Table:
    """Return a table of the schema without rows."""
    return schema.empty_table()


def constant_name(name: str, n: int) -> pa.DictionaryArray:
    """Return a dictionary column that says one name ``n`` times.

    Parameters
    ----------
    name
        The one word.
    n
        Rows. [1]

    Returns
    -------
    column
        Dictionary column, shape ``(n,)``.
    """
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([name], pa.string()))


@dataclass(frozen=True)
class Scale:
    """How one address becomes one signal: name, and value * factor + offset into the canonical unit."""

    signal: str
    factor: float = 1.0
    offset: float = 0.0


@dataclass
class ReadingsBuilder:
    """Collect single readings and hand them over as one READINGS table.

    Conversion to the canonical unit happens in :meth:`take`, once a batch. NaN, infinities and values with a
    Bad status become null with the status kept (or BadOutOfRange where the source called them Good).
    """

    _signals: list[str] = field(default_factory=list)
    _times: list[int] = field(default_factory=list)
    _values: list[float | None] = field(default_factory=list)
    _texts: list[str | None] = field(default_factory=list)
    _status: list[int] = field(default_factory=list)
    _scales: list[Scale] = field(default_factory=list)
    _stamped: list[bool] = field(default_factory=list)

    def __len__(self) -> int:
        """Count the readings collected."""
        return len(self._times)

    def add(self, scale: Scale, time_us: int | None, value: float | str | None, status: int = GOOD) -> None:
        """Add one reading.

        Parameters
        ----------
        scale
            The signal and its conversion.
        time_us
            Source time, None where the source gives none (it is then stamped on receipt). [us]
        value
            Number in the unit as it arrives, text, or None. [signal's declared unit]
        status
            OPC UA status code. [1]
        """
        self._scales.append(scale)
        self._stamped.append(time_us is not None)
        self._times.append(time_us or 0)
        is_text = isinstance(value, str)
        self._texts.append(value if is_text else None)  # type: ignore[arg-type]
        self._values.append(None if is_text or value is None else float(value))
        self._status.append(status)

    def take(self, server_time_us: int) -> pa.Table:
        """Return what was collected as READINGS and begin anew.

        Parameters
        ----------
        server_time_us
            Time of receipt. [us]

        Returns
        -------
        readings
            READINGS, in the order added.
        """
        table = self._build(server_time_us)
        for column in (
            self._signals,
            self._times,
            self._values,
            self._texts,
            self._status,
            self._scales,
            self._stamped,
        ):
            column.clear()
        return table

    def _build(self, server_time_us: int) -> pa.Table:
        n = len(self._times)
        raw = np.array([np.nan if v is None else v for v in self._values], np.float64)
        factor = np.array([s.factor for s in self._scales], np.float64)
        offset = np.array([s.offset for s in self._scales], np.float64)
        status = np.array(self._status, np.uint32)
        values = raw * factor + offset
        finite = np.isfinite(values)
        given = np.array([v is not None for v in self._values], bool)
        status[given & ~finite & (status >> 30 == 0)] = BAD_OUT_OF_RANGE
        stamped = np.array(self._stamped, bool)
        # A reading without source time is stamped on receipt, strictly increasing within the batch.
        times = np.where(stamped, np.array(self._times, np.int64), server_time_us + np.arange(n))
        return pa.table(
            [
                pa.array([s.signal for s in self._scales], pa.string()).dictionary_encode(),
                pa.array(times).cast(TIME),
                pa.array(np.full(n, server_time_us, np.int64)).cast(TIME),
                pa.array(values, mask=~finite | (status >> 31 == 1)),
                pa.array(self._texts, pa.string()),
                pa.array(status),
                pa.DictionaryArray.from_arrays(
                    pa.array((~stamped).astype(np.int32)), pa.array(["source", "server"])
                ),
            ],
            schema=READINGS,
        )


def concat(tables: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """Join tables of one schema, with one dictionary for their names."""
    parts = [t for t in tables if t.num_rows]
    if not parts:
        return empty(schema)
    return parts[0] if len(parts) == 1 else pa.concat_tables(parts).unify_dictionaries()


@dataclass(frozen=True)
class Waveform:
    """One record of samples: the WAVEFORMS row and the samples themselves, shape ``(n,)``.

    ``rate_hz`` [Hz], ``speed_rpm`` [rpm]; samples are in ``unit``, the canonical unit once inside the house.
    """

    signal: str
    time: datetime
    samples: np.ndarray[Any, np.dtype[np.float32]]
    rate_hz: float
    unit: str
    status: int = GOOD
    speed_rpm: float | None = None


@dataclass(frozen=True)
class Slice:
    """What a judge is given: everything of one window, half-open ``[start, end)`` in source time.

    ``latest`` holds, per signal, the last reading known at ``end`` (which may lie before ``start``);
    ``connected`` names the connections whose heartbeat was alive at ``end``.
    """

    start: datetime
    end: datetime
    readings: pa.Table
    waveforms: tuple[Waveform, ...] = ()
    events: pa.Table = field(default_factory=lambda: empty(EVENTS))
    latest: pa.Table = field(default_factory=lambda: empty(READINGS))
    connected: Mapping[str, bool] = field(default_factory=dict)

    def series(self, signal: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Return the usable readings of one signal in order of source time.

        Returns
        -------
        times
            Shape ``(n,)``. [us since the epoch]
        values
            Shape ``(n,)``. [canonical unit]
        """
        mask = np.asarray(self.readings.column("signal").cast(pa.string())) == signal
        part = self.readings.filter(pa.array(mask)).sort_by("time")
        kept = part.filter(pa.compute.is_valid(part.column("value")))
        times = np.asarray(kept.column("time").cast(pa.int64()), np.int64)
        return times, np.asarray(kept.column("value"), np.float64)
