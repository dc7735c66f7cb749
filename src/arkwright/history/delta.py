"""One Delta table whose commits are on the disk before they are believed.

The data files are written and synced first, then the log names them, then the log entry is synced: a cut at
any moment leaves either the whole commit or files that nobody names, which the next tidying removes.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from arkwright.core.tables import from_us, to_us
from arkwright.history.durable import make_folder, sync
from arkwright.history.files import (
    HOUR_US,
    DataFile,
    TableForm,
    drop_torn_entry,
    everything_us,
    told_as_history,
)

CHECKPOINT_EVERY = 100  # commits; opening a table reads at most so many log entries
LOG_KEPT = "interval 7 days"
GROUP_ROWS = 32_768  # rows a row group: a query for one signal decodes few others
WHOLE_DAY = "24"  # the `hour` of files that hold a joined day
FEW_NAMES = 16


class DeltaFolder:
    """A Delta table in a local folder, written durably and read by pruned file lists."""

    def __init__(self, folder: Path, form: TableForm) -> None:
        self.folder = folder
        self.form = form
        self._guard = threading.RLock()
        self._files: dict[str, DataFile] = {}
        self._unsynced: list[Path] = []
        with told_as_history(folder):
            self._table = self._open()
            self._list_files()

    # -------------------------------------------------------------------------------------------- opening
    def _open(self) -> Any:
        from deltalake import DeltaTable

        log = self.folder / "_delta_log"
        if not any(log.glob("*.json")):
            make_folder(self.folder)
            DeltaTable.create(
                self.folder,
                self.form.delta_schema,
                mode="ignore",
                partition_by=self.form.folders,
                configuration={"delta.logRetentionDuration": LOG_KEPT},
            )
            sync([*log.glob("*.json"), log, self.folder])
        drop_torn_entry(log)
        return DeltaTable(self.folder)

    def _list_files(self) -> None:
        actions = pa.table(self._table.get_add_actions(flatten=True)).to_pylist()
        self._files = {row["path"]: self._described(row) for row in actions}

    def _described(self, row: Mapping[str, Any]) -> DataFile:
        name, at = self.form.name, self.form.time
        return DataFile(
            row["path"],
            row["size_bytes"],
            row["num_records"],
            to_us(row[f"min.{at}"]),
            to_us(row[f"max.{at}"]),
            row[f"min.{name}"],
            row[f"max.{name}"],
            tuple((cut, str(row[f"partition.{cut}"])) for cut in self.form.folders),
        )

    # -------------------------------------------------------------------------------------------- reading
    @property
    def version(self) -> int:
        """Number of the last commit known."""
        return int(self._table.version())

    def refresh(self) -> None:
        """Take in what other processes have committed."""
        with self._guard, told_as_history(self.folder):
            before = self.version
            self._table.update_incremental()
            if self.version != before:
                self._list_files()

    def files(
        self, names: Sequence[str] | None = None, start_us: int | None = None, end_us: int | None = None
    ) -> list[DataFile]:
        """List the files that can hold rows of these names in ``[start_us, end_us)``. [us]"""
        least, most = everything_us()
        start = least if start_us is None else start_us
        end = most if end_us is None else end_us
        with self._guard:
            return [f for f in self._files.values() if f.may_hold(names, start, end)]

    def read(
        self,
        names: Sequence[str] | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Return the rows of these names in ``[start_us, end_us)``, in no order. [us]"""
        wanted = self._predicate(names, start_us, end_us)
        with told_as_history(self.folder):
            try:
                return self.read_files(self.files(names, start_us, end_us), wanted, columns)
            except FileNotFoundError:  # a compaction by another process has replaced files: look again
                self.refresh()
                return self.read_files(self.files(names, start_us, end_us), wanted, columns)

    def read_files(
        self, files: Iterable[DataFile], wanted: Any = None, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Return the rows of some files that meet a predicate."""
        paths = [str(self.folder / f.path) for f in files]
        schema = self.form.schema
        if not paths:
            return schema.empty_table().select(list(columns or schema.names))
        source = ds.dataset(paths, schema=schema, format="parquet")
        return source.to_table(filter=wanted, columns=list(columns) if columns else None)

    def _predicate(self, names: Sequence[str] | None, start_us: int | None, end_us: int | None) -> Any:
        parts = []
        at, name = ds.field(self.form.time), ds.field(self.form.name)
        if names is not None:
            parts.append((name >= min(names, default="")) & (name <= max(names, default="")))
            if len(names) <= FEW_NAMES:
                some = name == names[0] if names else ds.scalar(False)
                for other in names[1:]:
                    some = some | (name == other)
                parts.append(some)
            else:
                parts.append(name.isin(list(names)))
        if start_us is not None:
            parts.append(at >= pa.scalar(start_us, self.form.schema.field(self.form.time).type))
        if end_us is not None:
            parts.append(at < pa.scalar(end_us, self.form.schema.field(self.form.time).type))
        whole = None
        for part in parts:
            whole = part if whole is None else whole & part
        return whole

    # -------------------------------------------------------------------------------------------- writing
    def has_done(self, app: str, number: int) -> bool:
        """Say whether the commit with this number of an application is in the table."""
        return (self._table.transaction_version(app) or 0) >= number

    def done(self, app: str) -> int:
        """Return the number of the last commit of an application, 0 before the first."""
        return int(self._table.transaction_version(app) or 0)

    def append(self, rows: pa.Table, marks: Mapping[str, int]) -> bool:
        """Commit rows and return once they are synced; says whether these marks were new to the table.

        Parameters
        ----------
        rows
            Rows of the schema.
        marks
            Number of this commit under the name of each application that wants it done once only. [1]
        """
        with self._guard, told_as_history(self.folder):
            self._sync_late()
            if marks and all(self.has_done(app, number) for app, number in marks.items()):
                return False
            written = self.write(rows)
            self.commit(written, [], marks)
            return True

    def write(self, rows: pa.Table, *, compact: bool = False, whole_days: bool = False) -> list[DataFile]:
        """Write rows as synced files that the log does not name yet, cut by hours or by ``whole_days``."""
        written: list[DataFile] = []
        try:
            for part in self._cuts(rows, whole_days):
                written.append(self._write_file(part, compact, whole_days))  # noqa: PERF401 - kept for the clean-up below
        except (OSError, pa.ArrowException):
            self.forget(written)
            raise
        sync({self.folder / Path(f.path).parent for f in written})
        return written

    def forget(self, files: Iterable[DataFile]) -> None:
        """Remove files that no log entry names."""
        for file in files:
            with contextlib.suppress(OSError):
                (self.folder / file.path).unlink()

    def _cuts(self, rows: pa.Table, whole_days: bool) -> Iterator[pa.Table]:
        unit = HOUR_US if self.form.hourly and not whole_days else 24 * HOUR_US
        slots = np.asarray(rows.column(self.form.time).cast(pa.int64())) // unit
        found = np.unique(slots)
        for slot in found:
            yield rows if len(found) == 1 else rows.filter(pa.array(slots == slot))

    def _write_file(self, rows: pa.Table, compact: bool, whole_day: bool) -> DataFile:
        times = np.asarray(rows.column(self.form.time).cast(pa.int64()))
        names = rows.column(self.form.name).unique().to_pylist()
        moment = from_us(int(times.min()))
        hour = WHOLE_DAY if whole_day else str(moment.hour)
        cut = [("day", f"{moment:%Y-%m-%d}"), ("hour", hour)][: 2 if self.form.hourly else 1]
        inner = "/".join(f"{key}={value}" for key, value in cut)
        path = f"{inner}/{uuid.uuid4().hex}.parquet"
        target = self.folder / path
        make_folder(target.parent)
        file = DataFile(
            path, 0, rows.num_rows, int(times.min()), int(times.max()), min(names), max(names), tuple(cut)
        )
        try:
            size = self._write_parquet(rows, target, compact)
        except (OSError, pa.ArrowException):
            self.forget([file])
            raise
        return DataFile(**{**file.__dict__, "size": size})

    def _write_parquet(self, rows: pa.Table, target: Path, compact: bool) -> int:
        pq.write_table(
            rows.cast(self.form.schema),
            target,
            compression="zstd",
            compression_level=9 if compact else 1,
            row_group_size=GROUP_ROWS,
            use_dictionary=list(self.form.dictionary),
            column_encoding={self.form.time: "DELTA_BINARY_PACKED"},
        )
        sync([target])
        return target.stat().st_size

    def commit(
        self,
        added: Sequence[DataFile],
        removed: Sequence[DataFile],
        marks: Mapping[str, int],
        *,
        change: bool = True,
    ) -> None:
        """Name the added files and un-name the removed ones in one synced log entry.

        Parameters
        ----------
        added, removed
            Files written already, and files that stand in the table.
        marks
            Number of this commit under the name of each application. [1]
        change
            False where the rows stay what they were, only their files are others.
        """
        from deltalake.exceptions import DeltaError

        with self._guard:
            try:
                self._enter(added, removed, marks, change)
            except (DeltaError, OSError):
                self._settle(added)
                raise
            self._after_commit(added, removed)

    def _enter(
        self, added: Sequence[DataFile], removed: Sequence[DataFile], marks: Mapping[str, int], change: bool
    ) -> None:
        from deltalake import CommitProperties, PostCommitHookProperties, Transaction

        now_ms = time.time_ns() // 1_000_000
        self._table.create_write_transaction(
            [self._adding(f, now_ms, change) for f in added]
            + [_removing(f, now_ms, change) for f in removed],
            "append",
            self.form.delta_schema,
            self.form.folders,
            commit_properties=CommitProperties(
                app_transactions=[Transaction(app, number) for app, number in marks.items()]
            ),
            post_commithook_properties=PostCommitHookProperties(
                create_checkpoint=False, cleanup_expired_logs=False
            ),
        )

    def _adding(self, file: DataFile, now_ms: int, change: bool) -> Any:
        from deltalake.transaction import AddAction

        at, name = self.form.time, self.form.name
        stats = {
            "numRecords": file.rows,
            "minValues": {name: file.first_name, at: _stamp(file.first_us)},
            "maxValues": {name: file.last_name, at: _stamp(file.last_us)},
        }
        return AddAction(file.path, file.size, dict(file.cut), now_ms, change, json.dumps(stats))

    def _settle(self, added: Sequence[DataFile]) -> None:
        """After a failed commit: find out whether it stands, and clean up if it does not."""
        from deltalake.exceptions import DeltaError

        try:
            self._table.update_incremental()
            self._list_files()
        except (DeltaError, OSError):
            return  # not known; the files stay, a retry finds the mark or writes anew
        if not any(f.path in self._files for f in added):
            self.forget(added)

    def _after_commit(self, added: Sequence[DataFile], removed: Sequence[DataFile]) -> None:
        before = self.version
        self._table.update_incremental()
        if self.version == before + 1:
            self._files.update({f.path: f for f in added})
            for file in removed:
                self._files.pop(file.path, None)
        else:
            self._list_files()
        log = self.folder / "_delta_log"
        self._unsynced = [log / f"{v:020d}.json" for v in range(before + 1, self.version + 1)] + [log]
        self._sync_late()
        if self.version // CHECKPOINT_EVERY != before // CHECKPOINT_EVERY:
            self.checkpoint()

    def _sync_late(self) -> None:
        sync(p for p in self._unsynced if p.exists())
        self._unsynced = []

    def checkpoint(self) -> None:
        """Sum the log up in one synced file, so that opening stays quick; skipped where the disk is full."""
        from deltalake.exceptions import DeltaError

        log = self.folder / "_delta_log"
        with contextlib.suppress(DeltaError, OSError):
            self._table.create_checkpoint()
            sync([log / f"{self.version:020d}.checkpoint.parquet", log / "_last_checkpoint", log])
            self._table.cleanup_metadata()


def _removing(file: DataFile, now_ms: int, change: bool) -> Any:
    from deltalake.transaction import RemoveAction

    return RemoveAction(file.path, change, now_ms, file.size, dict(file.cut))


def _stamp(time_us: int) -> str:
    return from_us(time_us).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
