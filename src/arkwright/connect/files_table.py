"""From the columns of a table to READINGS: which column is which signal, in which unit, at which time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arkwright.connect.files_cells import (
    NOTHING,
    TIME_NAMES,
    TIME_PAIRS,
    parse_number,
    parse_status,
    split_unit,
    time_reader,
)
from arkwright.connect.files_settings import Settings, Target
from arkwright.connect.guess import match_unit
from arkwright.core.errors import SourceError
from arkwright.core.tables import (
    BAD_DECODING_ERROR,
    BAD_NO_DATA,
    BAD_OUT_OF_RANGE,
    GOOD,
    READINGS,
    TIME,
    Scale,
    concat,
    constant_name,
)

OTHERS = "The other rows are read."
MOST_TOLD = 20  # rows of one file that are told of one by one; the rest is counted


@dataclass(frozen=True)
class Refusal:
    """Something of a file that was not taken in: about which signal or row, and what to do."""

    found: str
    wanted: str = ""
    fix: str = ""


@dataclass
class Refusals:
    """What was refused of a file; many bad rows are told of once."""

    told: list[Refusal] = field(default_factory=list)
    rows: int = 0
    _counted: int = MOST_TOLD

    def row(self, number: int, found: str, wanted: str) -> None:
        """Refuse a row, counted from 1 with the line of names."""
        self.rows += 1
        if self.rows <= MOST_TOLD:
            self.told.append(Refusal(f"row {number}: {found}", wanted, OTHERS))

    def take(self) -> list[Refusal]:
        """Return what was refused since the last call."""
        told, self.told = self.told, []
        # A logger that writes a bad row each second is told of seldom: at twice as many, and so on.
        if self.rows > self._counted:
            told.append(Refusal(f"{self.rows - MOST_TOLD} more rows are not right", "", OTHERS))
            self._counted = 2 * self.rows
        return told


@dataclass(frozen=True)
class Layout:
    """Where in a row what stands; ``fields`` are the places of targets in a wide table."""

    n: int
    times: tuple[int, ...]
    fields: tuple[tuple[int, Target], ...] = ()
    names: int = -1
    value: int = -1
    unit: int = -1
    status: int = -1
    by_name: dict[str, Target] = field(default_factory=dict)


def find_layout(columns: Sequence[str], targets: Sequence[Target], settings: Settings,
                refusals: Refusals) -> Layout:  # fmt: skip
    """Find the columns of a table.

    Parameters
    ----------
    columns
        Names of the columns.
    targets
        Signals that the file may hold.
    settings
        Settings of the connection.
    refusals
        Told of signals whose column is missing, is there twice, or has another unit.

    Returns
    -------
    layout
        Places of the columns that are read.

    Raises
    ------
    SourceError
        If there is no column of the time, or none of any signal.
    """
    names = [c.strip() for c in columns]
    times = find_times(names, settings.time_column)
    status = _place(names, settings.status_column) if settings.status_column else -1
    if settings.layout == "long":
        places = [_place(names, n) for n in (settings.signal_column, settings.value_column)]
        unit = _place(names, settings.unit_column) if settings.unit_column else -1
        by_name = {t.column: t for t in targets}
        return Layout(len(names), times, (), places[0], places[1], unit, status, by_name)
    fields = []
    for target in targets:
        at = _find_field(names, target, refusals)
        if at is not None:
            fields.append((at, target))
    if not fields:
        raise SourceError(
            f"none of its columns is a signal's: {_listed(names)}", wanted="an address in signals.csv"
        )
    return Layout(len(names), times, tuple(fields), status=status)


def find_times(names: Sequence[str], wanted: str) -> tuple[int, ...]:
    """Find the column of the time, or the two that hold date and time.

    Parameters
    ----------
    names
        Names of the columns.
    wanted
        Name that the settings give; empty looks for the usual ones.

    Returns
    -------
    places
        Places of one column or more, to be joined. [1]

    Raises
    ------
    SourceError
        If there is none.
    """
    if wanted:
        if wanted in names:
            return (names.index(wanted),)
        return tuple(_place(names, part) for part in wanted.split("+"))
    folded = [split_unit(n)[0].casefold() for n in names]
    for pair in TIME_PAIRS:
        if all(n in folded for n in pair):
            return tuple(folded.index(n) for n in pair)
    found = [folded.index(n) for n in TIME_NAMES if n in folded]
    if not found:
        raise SourceError(
            f"no column of the time among {_listed(names)}", wanted="the setting time_column",
            fix="Readings without a time of their own cannot be told apart.",
        )  # fmt: skip
    return (found[0],)


def _place(names: Sequence[str], wanted: str) -> int:
    if wanted.strip() not in names:
        raise SourceError(f"no column '{wanted}'", wanted=f"one of {_listed(names)}")
    return names.index(wanted.strip())


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:20])[:400] + (" ..." if len(names) > 20 else "")


def _find_field(names: Sequence[str], target: Target, refusals: Refusals) -> int | None:
    name = target.signal.name
    places = [i for i, n in enumerate(names) if n == target.column]
    places = places or [i for i, n in enumerate(names) if split_unit(n)[0] == target.column]
    if not places and not target.anywhere:
        refusals.told.append(Refusal(f"no column '{target.column}' for {name}", f"one of {_listed(names)}"))
    if len(places) > 1:
        refusals.told.append(Refusal(f"{len(places)} columns '{target.column}'", "one", "Rename the others."))
    if len(places) != 1:
        return None
    wrong = wrong_unit(target, split_unit(names[places[0]])[1])
    if wrong:
        refusals.told.append(Refusal(f"column '{names[places[0]]}'", wrong, f"Correct the unit of {name}."))
        return None
    return places[0]


def wrong_unit(target: Target, said: str) -> str:
    """Return the unit that was wanted, where a file says another one than the signal declares."""
    if not said or target.signal.kind == "text":
        return ""
    found, stranger = match_unit(target.signal.quantity, [said])
    declared = target.signal.declared_unit()
    if (found is None and not stranger) or found == declared:
        return ""  # words in brackets that are no unit say nothing
    return f"{declared.name} as signals.csv declares"


# ---------------------------------------------------------------------------------------------- rows of text
@dataclass
class _Column:
    """Readings of one target as they are collected."""

    target: Target
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    status: list[int] = field(default_factory=list)


class RowReader:
    """Turns rows of text into READINGS; a row or cell that is not right is refused with its number."""

    def __init__(self, layout: Layout, settings: Settings, refusals: Refusals, comma: bool) -> None:
        self.layout, self.settings, self.refusals = layout, settings, refusals
        self.comma = comma
        self._time = time_reader(settings.time_format, settings.time_zone)

    def read(self, rows: Sequence[tuple[int, Sequence[str]]], server_us: int, separator: str) -> pa.Table:
        """Read rows.

        Parameters
        ----------
        rows
            Number and cells of each row. [1]
        server_us
            Time of receipt. [us]
        separator
            What stands between cells: a comma there is none in a number.

        Returns
        -------
        readings
            READINGS, column by column.
        """
        if self.settings.decimal:
            self.comma = self.settings.decimal == ","
        elif not self.comma and separator != ",":
            self.comma = self._has_comma(rows)
        columns: dict[str, _Column] = {}
        for number, cells in rows:
            time_us = self._row_time(number, cells)
            if time_us is not None:
                self._row(number, cells, time_us, columns)
        tables = [_as_readings(c, server_us) for c in columns.values()]
        return concat(tables, READINGS)

    def _has_comma(self, rows: Sequence[tuple[int, Sequence[str]]]) -> bool:
        places = [at for at, t in self.layout.fields if t.signal.kind == "value"] or [self.layout.value]
        return any("," in cells[at] and parse_number(cells[at].strip(), True) is not None
                   for _, cells in rows for at in places if len(cells) > at)  # fmt: skip

    def _row_time(self, number: int, cells: Sequence[str]) -> int | None:
        layout = self.layout
        extra = cells[layout.n :]
        if len(cells) < layout.n or any(c.strip() for c in extra):
            self.refusals.row(number, f"{len(cells)} cells", f"{layout.n}")
            return None
        text = " ".join(cells[at].strip() for at in layout.times)
        time_us = self._time(text)
        if time_us is None:
            self.refusals.row(number, f"time '{text[:50]}'", f"a time ({self.settings.time_format})")
        return time_us

    def _row(self, number: int, cells: Sequence[str], time_us: int, columns: dict[str, _Column]) -> None:
        status = GOOD
        if self.layout.status >= 0:
            said = parse_status(cells[self.layout.status])
            if said is None:
                self.refusals.row(number, f"status '{cells[self.layout.status][:50]}'", "good, bad or a code")
                return
            status = said
        for at, target in self.layout.fields or self._long(number, cells):
            text = cells[at].strip()
            if text:
                column = columns.setdefault(target.signal.name, _Column(target))
                self._cell(number, text, status, column)
                column.times.append(time_us)

    def _long(self, number: int, cells: Sequence[str]) -> tuple[tuple[int, Target], ...]:
        target = self.layout.by_name.get(cells[self.layout.names].strip())
        if target is None:
            return ()
        said = cells[self.layout.unit].strip() if self.layout.unit >= 0 else ""
        wrong = wrong_unit(target, said)
        if wrong:
            self.refusals.row(number, f"{target.signal.name} in '{said[:20]}'", wrong)
            return ()
        return ((self.layout.value, target),)

    def _cell(self, number: int, text: str, status: int, column: _Column) -> None:
        is_text = column.target.signal.kind == "text"
        value: float | None = np.nan
        if "\ufffd" in text:
            value, status = None, BAD_DECODING_ERROR
            self.refusals.row(
                number, f"'{text[:50]}' is not {self.settings.encoding}", "the setting encoding"
            )
        elif not is_text and text.casefold() in NOTHING:
            status = BAD_NO_DATA
        elif not is_text:
            value = parse_number(text, self.comma)
            if value is None:
                status = BAD_DECODING_ERROR
                self.refusals.row(number, f"'{text[:50]}' for {column.target.signal.name}", "a number")
        column.values.append(np.nan if value is None else value)
        column.texts.append(text if is_text and value is not None else None)
        column.status.append(status)


def _as_readings(column: _Column, server_us: int) -> pa.Table:
    return make_readings(
        column.target.scale, np.array(column.times, np.int64), np.array(column.values, np.float64),
        np.array(column.status, np.uint32), server_us,
        column.texts if column.target.signal.kind == "text" else None,
    )  # fmt: skip


def make_readings(
    scale: Scale, times: NDArray[np.int64], values: NDArray[np.float64], status: NDArray[np.uint32],
    server_us: int, texts: Sequence[str | None] | None = None,
) -> pa.Table:  # fmt: skip
    """Make READINGS of one signal from whole columns.

    Parameters
    ----------
    scale
        Signal and conversion into its canonical unit.
    times
        Source times, shape ``(n,)``. [us]
    values
        Values, NaN where there is none, shape ``(n,)``. [signal's declared unit]
    status
        OPC UA status codes, shape ``(n,)``. [1]
    server_us
        Time of receipt. [us]
    texts
        Texts instead of values.

    Returns
    -------
    readings
        READINGS; what is not finite or has a Bad status is null.
    """
    n = len(times)
    canonical = values * scale.factor + scale.offset
    finite = np.isfinite(canonical)
    codes = status.copy()
    if texts is None:
        good = codes >> 31 == 0
        codes[good & np.isinf(values)] = BAD_OUT_OF_RANGE
        codes[good & np.isnan(values)] = BAD_NO_DATA  # NaN is never data
    return pa.table(
        [
            constant_name(scale.signal, n),
            pa.array(times).cast(TIME),
            pa.array(np.full(n, server_us, np.int64)).cast(TIME),
            pa.array(canonical, mask=~finite | (codes >> 31 == 1)),
            pa.array(texts if texts is not None else [None] * n, pa.string()),
            pa.array(codes),
            constant_name("source", n),
        ],
        schema=READINGS,
    )
