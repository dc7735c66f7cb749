"""A folder of tables while it is being read: its rows, its numbers, and every flaw met on the way."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Literal

# A comparison with 200 names takes about 2 ms: enough for a person's mistakes, not for a whole wrong column.
NEAR_NAMES = 200
NEAR_LOOKUPS = 100


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with a site folder: where, what was found, what to write instead."""

    file: str
    row: int | None
    found: str
    wanted: str
    fix: str
    level: Literal["error", "hint"] = "error"

    def __str__(self) -> str:
        """Say it in one line."""
        place = f"{self.file}:{self.row}" if self.row else self.file
        wanted = f"; wanted {self.wanted}" if self.wanted else ""
        return f"{place}: {self.found}{wanted}. {self.fix}".rstrip()


@dataclass
class FolderReading:
    """What is known of a folder so far, and every flaw met."""

    folder: Path
    flaws: list[Flaw] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    _near: dict[str, str] = field(default_factory=dict)

    def flaw(self, file: str, row: int | None, found: str, wanted: str = "", fix: str = "") -> None:
        """Note something wrong and go on."""
        self.flaws.append(Flaw(file, row, found, wanted, fix))

    def nearest(self, name: str, known: Mapping[str, object]) -> str:
        """Say which known name was meant, perhaps."""
        if name not in self._near and len(self._near) < NEAR_LOOKUPS:
            first = name[:1].casefold()
            like = islice((k for k in known if k[:1].casefold() == first), NEAR_NAMES)
            found = get_close_matches(name, list(like), n=1)
            self._near[name] = f"'{found[0]}' perhaps" if found else ""
        return self._near.get(name) or "a known name"

    def is_new_name(self, file: str, row: int, name: str, kind: str) -> bool:
        """Say whether a name is well formed and not taken by an earlier row; note the flaw if not."""
        if not name or not all(c.isalnum() or c in "._-/" for c in name):
            self.flaw(file, row, f"name '{name}'", "letters, digits, . _ - /", "Rename it.")
            return False
        first = self.rows.setdefault(f"{kind} {name}", row)
        if first != row:
            self.flaw(
                file, row, f"'{name}' stands in row {first} too", "one row a name", "Rename or remove one."
            )
        return first == row

    def number(self, file: str, row: int, cells: Mapping[str, str], name: str) -> float | None:
        """Read a number of a row, None where the cell is empty; note the flaw where it is no number.

        Parameters
        ----------
        file
            File that the row is of.
        row
            Row number, from 1. [1]
        cells
            The row, by column.
        name
            Column wanted.

        Returns
        -------
        number
            The number as written. [unit of the column]
        """
        text = cells.get(name, "")
        if not text:
            return None
        value = number_or_text(text)
        if isinstance(value, str):
            self.flaw(file, row, f"{name} is '{text}'", "a number", "Write digits, with a point or comma.")
            return None
        return value

    def table(
        self, file: str, needed: tuple[str, ...], known: Mapping[str, str] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield (row number, cells) of a CSV; the separator may be a comma, a semicolon or a tab."""
        lines = self._lines(file, needed)
        if lines is None:
            return
        separator = max(",;\t", key=(lines[0] if lines else "").count)
        head = [c.strip() for c in next(csv.reader(lines[:1], delimiter=separator), [])]
        lacking = [n for n in needed if n not in head]
        if lacking:
            self.flaw(
                file, 1, f"column '{lacking[0]}' is missing", ", ".join(needed), "Add it to the first row."
            )
            return
        for name in head:
            if known is not None and name not in known:
                self.flaws.append(
                    Flaw(file, 1, f"column '{name}' is not known", "", "It is ignored.", "hint")
                )
        for row, cells in enumerate(csv.reader(lines[1:], delimiter=separator), start=2):
            if any(c.strip() for c in cells):
                yield row, {name: c.strip() for name, c in zip(head, cells, strict=False)}

    def _lines(self, file: str, needed: tuple[str, ...]) -> list[str] | None:
        try:
            return (self.folder / file).read_text(encoding="utf-8-sig").splitlines()
        except FileNotFoundError:
            self.flaw(file, None, "the file is missing", "a CSV with " + ", ".join(needed), "Write one.")
        except UnicodeDecodeError:
            self.flaw(file, None, "the file is not UTF-8", "UTF-8", "Save it as 'CSV UTF-8'.")
        return None


def number_or_text(text: str) -> float | str:
    """Read a number written with a point or a comma, else hand the text back. [as written]"""
    for candidate in (text, text.replace(",", ".")):
        try:
            value = float(candidate)
        except ValueError:
            continue
        if isfinite(value):
            return value
    return text
