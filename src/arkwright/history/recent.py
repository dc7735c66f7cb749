"""The readings of the last minutes in memory, so that judging what is new does not read hundreds of files."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from arkwright.core.tables import NAME, READINGS, TIME, constant_name

Array = np.ndarray[Any, Any]
BLOCK_ROWS = 20_000
MOST_ROWS = 400_000  # about 14 MB: an hour of a small works, twenty seconds of a large one
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True)
class _Block:
    """Rows in the order in which history took them in; ``first`` and ``last`` are times. [us]"""

    code: Array
    time: Array
    server: Array
    rest: pa.Table  # value, text, status, origin
    first: int
    last: int

    def __len__(self) -> int:
        return len(self.code)


class Recent:
    """The rows that history took in last, and what is known of those before them.

    Parameters
    ----------
    before
        The last row by time of each signal that history held at first, as stored.
    """

    def __init__(self, before: pa.Table, most_rows: int = MOST_ROWS) -> None:
        self._most_rows = most_rows
        self._guard = threading.Lock()
        self._code: dict[str, int] = {}
        self._names: list[str] = []
        # Of each signal the greatest time among the rows that are not here any more.
        self._gone = np.full(0, NEVER, np.int64)
        self._blocks: list[_Block] = []
        if before.num_rows:
            self._forget(self._block(before))

    def add(self, rows: pa.Table) -> None:
        """Take in rows, as stored, that history holds now."""
        if not rows.num_rows:
            return
        with self._guard:
            block = self._block(rows)
            if self._blocks and len(self._blocks[-1]) + len(block) <= BLOCK_ROWS:
                block = _joined(self._blocks.pop(), block)
            self._blocks.append(block)
            while len(self._blocks) > 1 and sum(map(len, self._blocks)) > self._most_rows:
                self._forget(self._blocks.pop(0))

    def window(
        self, names: Sequence[str], start_us: int, end_us: int, known_us: int
    ) -> tuple[pa.Table, list[str]]:
        """Return rows in ``[start_us, end_us)`` received by ``known_us``, ordered by signal and time. [us]

        Returns
        -------
        readings
            READINGS.
        others
            Signals of which not all such rows are here: they have to be looked up on the disk.
        """
        with self._guard:
            wanted, others = self._wanted(names, start_us)
            parts = [
                (block, np.flatnonzero(_admitted(block, wanted, start_us, end_us, known_us)))
                for block in self._blocks
                if block.last >= start_us and block.first < end_us
            ]
            return self._readings(parts), others

    def last(self, names: Sequence[str], at_us: int, known_us: int) -> tuple[pa.Table, list[str]]:
        """Return of each signal the last row before ``at_us`` that was received by ``known_us``. [us]

        Returns
        -------
        readings
            READINGS.
        others
            Signals whose last row may be another, or none at all, for what is here.
        """
        with self._guard:
            wanted, _ = self._wanted(names, NEVER)
            best = np.full(len(self._names), NEVER, np.int64)
            parts = []
            for block in reversed(self._blocks):
                rows = np.flatnonzero(_admitted(block, wanted, NEVER, at_us, known_us))
                rows = rows[block.time[rows] > best[block.code[rows]]]
                order = rows[np.lexsort((block.time[rows], block.code[rows]))]
                ends = order[np.append(np.diff(block.code[order]) != 0, True)] if len(order) else order
                best[block.code[ends]] = block.time[ends]
                parts.append((block, ends))
            sure = best > self._gone
            table = self._readings([(b, rows[sure[b.code[rows]] & (best[b.code[rows]] == b.time[rows])])
                                    for b, rows in parts])  # fmt: skip
            others = [n for n in names if (code := self._code.get(n)) is None or not sure[code]]
            return table, others

    # ------------------------------------------------------------------------------------------- inside
    def _wanted(self, names: Sequence[str], start_us: int) -> tuple[Array, list[str]]:
        """Mark the signals asked for of which everything since a time is here; name the others. [us]"""
        codes = np.array([self._code.get(name, -1) for name in names], np.int64)
        wanted = np.zeros(len(self._names), bool)
        wanted[codes[codes >= 0]] = True
        wanted &= self._gone < start_us if start_us != NEVER else True
        others = [n for n, c in zip(names, codes.tolist(), strict=True) if c < 0 or not wanted[c]]
        return wanted, others

    def _block(self, rows: pa.Table) -> _Block:
        encoded = rows.column("signal").combine_chunks().dictionary_encode()
        codes = self._codes_of(encoded.dictionary.to_pylist())
        time, server = (
            np.asarray(rows.column(c).cast(pa.int64()), np.int64) for c in ("time", "server_time")
        )
        return _Block(
            codes[np.asarray(encoded.indices, np.int64)],
            time,
            server,
            _rest(rows),
            int(time.min()),
            int(time.max()),
        )

    def _codes_of(self, names: Sequence[str]) -> Array:
        for name in names:
            if name not in self._code:
                self._code[name] = len(self._names)
                self._names.append(name)
        fresh = len(self._names) - len(self._gone)
        self._gone = np.append(self._gone, np.full(fresh, NEVER, np.int64))
        return np.array([self._code[name] for name in names], np.int32)

    def _forget(self, block: _Block) -> None:
        np.maximum.at(self._gone, block.code, block.time)

    def _readings(self, parts: Sequence[tuple[_Block, Array]]) -> pa.Table:
        parts = [(block, rows) for block, rows in parts if len(rows)]
        if not parts:
            return READINGS.empty_table()
        code, time, server = (
            np.concatenate([getattr(block, column)[rows] for block, rows in parts])
            for column in ("code", "time", "server")
        )
        rest = pa.concat_tables([block.rest.take(pa.array(rows)) for block, rows in parts])
        found, places = np.unique(code, return_inverse=True)
        names = np.array([self._names[c] for c in found.tolist()], object)
        rank = np.empty(len(names), np.int64)
        rank[np.argsort(names)] = np.arange(len(names))
        order = np.lexsort((time, rank[places]))
        at = pa.array(order)
        signal = pa.DictionaryArray.from_arrays(
            pa.array(rank[places][order].astype(np.int32)), pa.array(np.sort(names), pa.string())
        )
        rest = rest.take(at).combine_chunks()
        return pa.table(
            [
                signal,
                pa.array(time[order]).cast(TIME),
                pa.array(server[order]).cast(TIME),
                *(rest.column(name) for name in ("value", "text", "status")),
                rest.column("origin").cast(NAME),
            ],
            schema=READINGS,
        )


def _admitted(block: _Block, wanted: Array, start_us: int, end_us: int, known_us: int) -> Array:
    inside = (block.time >= start_us) & (block.time < end_us) & (block.server <= known_us)
    return np.asarray(inside & wanted[block.code])


def _rest(rows: pa.Table) -> pa.Table:
    text = rows.column("text").combine_chunks()
    origins = rows.column("origin").unique().to_pylist()
    origin = (
        constant_name(origins[0], rows.num_rows) if len(origins) == 1 else rows.column("origin").cast(NAME)
    )
    return pa.table(
        {
            "value": rows.column("value").combine_chunks(),
            "text": text,
            "status": rows.column("status").cast(pa.uint32()).combine_chunks(),
            "origin": origin,
        }
    )


def _joined(a: _Block, b: _Block) -> _Block:
    code, time, server = (np.concatenate([getattr(a, c), getattr(b, c)]) for c in ("code", "time", "server"))
    rest = pa.concat_tables([a.rest, b.rest]).unify_dictionaries().combine_chunks()
    return _Block(code, time, server, rest, min(a.first, b.first), max(a.last, b.last))
