"""Bytes that survive a power cut: synced files and folders, whole-file replacement, one writer a folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from arkwright.core.errors import HistoryError


def sync(paths: Iterable[Path]) -> None:
    """Force files, or the entries of folders, to the disk."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents so that they outlive a power cut."""
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    sync({p.parent for p in missing})


def replace(path: Path, content: bytes) -> None:
    """Write a whole file, synced: a reader, or a start after a cut, sees the old one or the new one."""
    fresh = path.with_name(f".{path.name}.tmp")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync([path.parent])


class FolderLock:
    """The right to write in a folder; the system takes it back when the process dies.

    Raises
    ------
    HistoryError
        If another process holds it; names the process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._handle, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(self._handle)
            raise HistoryError(
                f"process {holder} is writing here already",
                wanted="one writer a folder",
                where=str(path.parent),
                fix="Stop that process, or give this one another data folder.",
            ) from error
        try:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, str(os.getpid()).encode(), 0)
        except OSError:  # a full disk: the name of the holder is a courtesy, the lock itself is held
            return

    def release(self) -> None:
        """Let another process write."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
