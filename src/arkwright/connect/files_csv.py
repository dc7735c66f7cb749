"""Read a CSV file piece by piece, whole lines only, on from where it was read before."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from arkwright.connect.files_settings import Settings, Target
from arkwright.connect.files_table import Refusals, RowReader, find_layout
from arkwright.connect.files_watch import Mark, print_of
from arkwright.core.errors import SourceError

PIECE_BYTES = 1_000_000
LONGEST_HEAD = 262_144
UNPAIRED_BYTES = 65_536
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Head:
    """The line of names of a CSV file: the names, what stands between cells, where the rows begin.

    ``end`` [bytes] and ``rows`` [1] count what stands before the first row.
    """

    columns: tuple[str, ...]
    separator: str
    end: int
    rows: int


def read_head(file: BinaryIO, settings: Settings) -> Head | None:
    """Read the line of names, None while it is not whole.

    Parameters
    ----------
    file
        Open file.
    settings
        Settings of the connection.

    Returns
    -------
    head
        Names and where the rows begin.

    Raises
    ------
    SourceError
        If the file is no table of text.
    """
    file.seek(0)
    data = file.read(LONGEST_HEAD)
    if data[:2] in _BOMS or b"\0" in data[:1000]:
        found = _BOMS.get(data[:2], "binary data")
        raise SourceError(f"{found} in a table of text", wanted="UTF-8, or the setting encoding")
    start = len(_BOM) if data.startswith(_BOM) else 0
    lines = data[start:].splitlines(keepends=True)
    above = lines[: settings.skip_rows]
    below = lines[settings.skip_rows :]
    while below and not below[0].strip():
        above.append(below.pop(0))
    before = start + sum(map(len, above))
    if not below or not below[0].endswith((b"\n", b"\r")):
        if len(data) == LONGEST_HEAD:
            raise SourceError(f"a line of more than {LONGEST_HEAD} bytes", wanted="a table of text")
        return None
    text = _decode_head(below[0], settings)
    separator = settings.separator or max(";\t,|", key=text.count)
    if settings.columns:
        return Head(tuple(settings.columns.split(",")), separator, before, len(above))
    columns = next(csv.reader([text], delimiter=separator), [])
    while columns and not columns[-1].strip():  # a separator at the end of each line
        columns.pop()
    return Head(tuple(columns), separator, before + len(below[0]), len(above) + 1)


def _decode_head(line: bytes, settings: Settings) -> str:
    try:
        return line.decode(settings.encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"names of the columns that are not {settings.encoding}", wanted="the setting encoding",
            fix="Often it is cp1252 (Western) or gbk (Chinese).",
        ) from error  # fmt: skip


def names_of(path: Path, settings: Settings, whole: bool) -> tuple[str, ...] | None:
    """Return the names of the columns of a CSV file, None while they are not written in whole.

    Raises
    ------
    SourceError
        If it is no table of text, or is whole and has none.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        head = read_head(file, settings)
    if head is None and whole:
        raise SourceError("no line of names", wanted="a table of text")
    return head.columns if head else None


@dataclass(frozen=True)
class Portion:
    """What is to be read of one file: on from its mark, for these targets.

    ``whole`` says that the file is at rest: a last line without an end is then a line. ``server_us`` [us] is
    the time of receipt; ``refusals`` is told of what is not right.
    """

    path: Path
    targets: Sequence[Target]
    settings: Settings
    mark: Mark
    whole: bool
    server_us: int
    refusals: Refusals


@dataclass(frozen=True)
class Piece:
    """Readings of a part of a file, and the mark to keep with them."""

    readings: pa.Table
    mark: Mark


def read_pieces(portion: Portion) -> Iterator[Piece]:
    """Read a CSV file on from its mark.

    Parameters
    ----------
    portion
        File, targets and mark.

    Yields
    ------
    piece
        Readings and the mark after them; a mark with the size of the file says that all is read.

    Raises
    ------
    SourceError
        If it is no table, or has none of the columns.
    OSError
        If it cannot be read.
    """
    mark, settings, refusals = portion.mark, portion.settings, portion.refusals
    with portion.path.open("rb") as file:
        head = read_head(file, settings)
        if head is None:
            return
        # What is wrong with the columns was said when the first rows were read.
        told = Refusals() if mark.done else refusals
        layout = find_layout(head.columns, portion.targets, settings, told)
        reader = RowReader(layout, settings, refusals, mark.comma)
        at = replace(mark, size=0, done=max(mark.done, head.end), rows=max(mark.rows, head.rows))
        ended = False
        while not ended:
            data, ended = _lines(file, at.done, portion.whole)
            rows = list(_rows(data, head, settings, at.rows, refusals))
            filled = [row for row in rows if any(c.strip() for c in row[1])]
            table = reader.read(filled, portion.server_us, head.separator)
            done = at.done + len(data)
            # Its size is the sign that a file is done with: until then it is looked at again.
            size = mark.size if ended and (portion.whole or done == mark.size) else 0
            at = replace(at, size=size, done=done, rows=at.rows + len(rows), comma=reader.comma,
                         stamp=print_of(file, done))  # fmt: skip
            yield Piece(table, at)


def _lines(file: BinaryIO, start: int, whole: bool) -> tuple[bytes, bool]:
    """Return whole lines from a position on, and whether the file has no more of them now."""
    file.seek(start)
    data = file.read(PIECE_BYTES)
    ended = len(data) < PIECE_BYTES
    if ended and whole:
        return data, True
    cut = _cut(data)
    if not cut and (not ended or len(data) > UNPAIRED_BYTES):
        cut = data.rfind(b"\n") + 1  # a quote without its other half: an inch sign, not a cell of many lines
    if not cut and not ended:
        raise SourceError(f"a row of more than {PIECE_BYTES} bytes", wanted="a table of text")
    return data[:cut], ended


def _cut(data: bytes) -> int:
    """Return where the last whole row ends: a line break between two quotes is a part of a cell. [bytes]"""
    cut = data.rfind(b"\n") + 1
    odd = data.count(b'"', 0, cut) % 2
    while odd and cut:
        before = data.rfind(b"\n", 0, cut - 1) + 1
        odd ^= data.count(b'"', before, cut) % 2
        cut = before
    return cut


def _rows(
    data: bytes, head: Head, settings: Settings, before: int, refusals: Refusals
) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of each row; a quote that is never closed costs its own line only."""
    lines = data.decode(settings.encoding, errors="replace").splitlines(keepends=True)
    at, number = 0, before
    while at < len(lines):
        reader = csv.reader(lines[at:], delimiter=head.separator)
        first = at
        while at < len(lines):
            start = first + reader.line_num
            number += 1
            cells = _next(reader)
            at = first + reader.line_num
            if cells is None or (at - start > 1 and len(cells) != len(head.columns)):
                refusals.row(number, f"'{lines[start][:50].rstrip()}'", "quotes in pairs")
                at = start + 1
                yield number, []
                break
            yield number, cells


def _next(reader: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(reader)
    except (csv.Error, StopIteration):
        return None


def first_rows(path: Path, settings: Settings, n: int) -> tuple[tuple[str, ...], list[list[str]]]:
    """Return the names of the columns and the first rows of a CSV file, for a person to look at.

    Parameters
    ----------
    path
        File.
    settings
        Settings of the connection.
    n
        Rows at most. [1]

    Returns
    -------
    columns
        Names.
    rows
        Cells as they stand.

    Raises
    ------
    SourceError
        If it is no table of text.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        head = read_head(file, settings)
        if head is None:
            return (), []
        data, _ = _lines(file, head.end, whole=True)
        rows = [cells for _, cells in _rows(data, head, settings, head.rows, Refusals())]
    return head.columns, [cells for cells in rows if len(cells) >= len(head.columns)][:n]
