"""Look at a folder again and again: which files are new, whole, grown, renamed, or done with."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, NamedTuple

from arkwright.connect.files_settings import Settings
from arkwright.core.errors import SourceError

MOST_FILES = 20_000
PRINT_BYTES = 4096
LEFT_OUT = (".tmp", ".part", ".partial", ".crdownload", ".lock", ".swp", "~")


@dataclass(frozen=True)
class Mark:
    """How far a file is read, and what it looked like then.

    ``done`` [bytes] and ``rows`` [1] are read; ``stamp`` is the print of the bytes that were: it knows the
    file again under another name, and tells a grown file from one that was written anew. ``comma`` says
    that numbers with a decimal comma were met.
    """

    size: int
    mtime_ns: int
    done: int = 0
    rows: int = 0
    stamp: str = ""
    comma: bool = False

    def pack(self) -> list[object]:
        """Write as plain JSON."""
        return [self.size, self.mtime_ns, self.done, self.rows, self.stamp, self.comma]


class Seen(NamedTuple):
    """A file as a look found it; ``whole`` says that it has not changed for long enough."""

    path: Path
    name: str
    size: int
    mtime_ns: int
    whole: bool


def unpack_marks(resume: Mapping[str, object]) -> dict[str, Mark]:
    """Read the marks that the last committed batch left; what makes no sense is left out."""
    kept = resume.get("files")
    if not isinstance(kept, dict):
        return {}
    found = {}
    for name, row in kept.items():
        if isinstance(row, list) and len(row) == 6 and all(isinstance(v, int) for v in row[:4]):
            found[str(name)] = Mark(row[0], row[1], row[2], row[3], str(row[4]), bool(row[5]))
    return found


def print_of(file: BinaryIO, done: int) -> str:
    """Return the print of the first ``done`` bytes of a file: their head, their tail and their number.

    Parameters
    ----------
    file
        Open file; its position is changed.
    done
        How many bytes count. [bytes]

    Returns
    -------
    stamp
        16 hexadecimal digits.
    """
    digest = hashlib.sha256(str(done).encode())
    file.seek(0)
    digest.update(file.read(min(done, PRINT_BYTES)))
    file.seek(max(0, done - PRINT_BYTES))
    digest.update(file.read(min(done, PRINT_BYTES)))
    return digest.hexdigest()[:16]


@dataclass
class Watch:
    """A folder, the marks of its files, and since when each of them is as it is."""

    folder: Path
    settings: Settings
    marks: dict[str, Mark] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    _since: dict[str, tuple[int, int, float]] = field(default_factory=dict)

    def look(self) -> list[Seen]:
        """List the files that there is something to read of, oldest first.

        Raises
        ------
        SourceError
            If the folder is not there, or holds too many files.
        """
        there = self._list()
        self._follow_renames({s.name: s for s in there})
        return [s for s in there if not self._is_done(s)]

    def resume(self) -> dict[str, object]:
        """Return the marks as plain JSON."""
        return {"files": {name: mark.pack() for name, mark in self.marks.items()}}

    def give_up(self, seen: Seen) -> None:
        """Mark a file as done with: it is read again only if it changes."""
        old = self.marks.get(seen.name)
        self.marks[seen.name] = replace(
            old or Mark(seen.size, seen.mtime_ns), size=seen.size, mtime_ns=seen.mtime_ns
        )

    def start_of(self, seen: Seen) -> Mark:
        """Return where to read a file on: where it ends as marked if it grew, else at its beginning.

        Raises
        ------
        OSError
            If the file cannot be opened.
        """
        fresh = Mark(seen.size, seen.mtime_ns)
        mark = self.marks.get(seen.name)
        if mark is None or not mark.stamp or seen.size < mark.done:
            return fresh
        with seen.path.open("rb") as file:
            same = print_of(file, mark.done) == mark.stamp
        return replace(mark, size=seen.size, mtime_ns=seen.mtime_ns) if same else fresh

    def _list(self) -> list[Seen]:
        if not self.folder.is_dir():
            raise SourceError(f"no folder '{self.folder}'", wanted="the folder of the connection's URL")
        now, skip = self.clock(), len(str(self.folder).rstrip("/")) + 1
        found: list[Seen] = []
        since: dict[str, tuple[int, int, float]] = {}
        for path in self.folder.glob(self.settings.include):
            name = str(path)[skip:]
            if any(part.startswith((".", "~$")) for part in name.split("/")) or name.endswith(LEFT_OUT):
                continue
            try:
                stat = path.stat()
            except OSError:  # it went away between listing and asking
                continue
            if (
                not S_ISREG(stat.st_mode) or path.suffix.lower() == ".json"
            ):  # which tells of the file beside it
                continue
            if len(found) == MOST_FILES:
                raise SourceError(
                    f"more than {MOST_FILES} files in '{self.folder}'", wanted="fewer",
                    fix="Move those that were read away, or narrow the setting include.",
                )  # fmt: skip
            size, mtime, first = self._since.get(name, (-1, -1, now))
            first = first if (size, mtime) == (stat.st_size, stat.st_mtime_ns) else now
            since[name] = (stat.st_size, stat.st_mtime_ns, first)
            whole = now - first >= self.settings.settle_s
            found.append(Seen(path, name, stat.st_size, stat.st_mtime_ns, whole))
        self._since = since
        return sorted(found, key=lambda s: (s.mtime_ns, s.name))

    def _is_done(self, seen: Seen) -> bool:
        mark = self.marks.get(seen.name)
        return mark is not None and (mark.size, mark.mtime_ns) == (seen.size, seen.mtime_ns)

    def _follow_renames(self, there: Mapping[str, Seen]) -> None:
        """Carry marks of names that are gone to the files that hold their bytes now; drop the rest."""
        gone = {n: m for n, m in self.marks.items() if n not in there}
        for name, seen in there.items():
            # A log that is rotated takes its name away from a file whose place a new one has.
            taken = self.marks.get(name)
            if taken is not None and seen.size < taken.done:
                gone[name] = taken
        if not gone:
            return
        for seen in there.values():
            if seen.name not in self.marks:
                self._adopt(seen, gone)
        # An empty folder may be one that is not mounted: what was read there stays known.
        for name in gone if there else ():
            if name not in there:
                self.marks.pop(name, None)

    def _adopt(self, seen: Seen, gone: Mapping[str, Mark]) -> None:
        fitting = [m for m in gone.values() if m.stamp and 0 < m.done <= seen.size]
        try:
            with seen.path.open("rb") as file:
                mark = next((m for m in fitting if print_of(file, m.done) == m.stamp), None)
        except OSError:
            return
        if mark is not None:
            size = mark.size if seen.size == mark.size else 0  # a file that grew meanwhile is read on
            self.marks[seen.name] = replace(mark, size=size, mtime_ns=seen.mtime_ns)
