"""What a watched folder is told: its settings, and which column of which files is which signal."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from arkwright.connect.files_cells import split_unit
from arkwright.connect.reach import take_setting
from arkwright.core.catalog import Inlet
from arkwright.core.errors import ArkwrightError, SourceError
from arkwright.core.plant import Connection, Signal
from arkwright.core.tables import Scale

FORMATS = ("csv", "parquet", "npz", "mat", "wav")
ENDINGS = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".parquet": "parquet", ".npz": "npz", ".mat": "mat",
    ".wav": "wav",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """How a folder is watched and its files are read; every field is a setting of the connection.

    ``period_s`` [s] from look to look, ``settle_s`` [s] until a file is whole, ``speed_rpm`` [rpm] of
    recordings, 0 where nobody states it, ``max_file_mb`` [MB].
    """

    include: str = "*"
    format: str = ""
    period_s: float = 2.0
    settle_s: float = 2.0
    time_column: str = ""
    time_format: str = "iso"
    time_zone: str = "UTC"
    layout: str = "wide"
    signal_column: str = "signal"
    value_column: str = "value"
    unit_column: str = ""
    status_column: str = ""
    separator: str = ""
    decimal: str = ""
    encoding: str = "utf-8"
    columns: str = ""
    skip_rows: int = 0
    name_time: str = ""
    speed_rpm: float = 0.0
    full_scale: float = 0.0
    max_file_mb: float = 512.0

    @property
    def largest_bytes(self) -> int:
        """Largest file that is read as a whole. [bytes]"""
        return int(self.max_file_mb * 1_000_000)

    def format_of(self, path: Path) -> str:
        """Name the format of a file, empty where neither setting nor ending says it."""
        return self.format or ENDINGS.get(path.suffix.lower(), "")


def read_settings(connection: Connection) -> Settings:
    """Read the settings of a connection.

    Raises
    ------
    SourceError
        If one is of the wrong kind or not among those there are.
    """
    plain = Settings()
    settings = Settings(**{name: take_setting(connection, name, v) for name, v in vars(plain).items()})
    choices = {
        "layout": ("wide", "long"), "decimal": ("", ".", ","), "format": ("", *FORMATS),
    }  # fmt: skip
    for name, legal in choices.items():
        if getattr(settings, name) not in legal:
            wanted = " or ".join(f"'{c}'" for c in legal)
            raise SourceError(f"{name} is '{getattr(settings, name)}'", wanted=wanted, where=connection.name)
    if settings.period_s <= 0 or settings.settle_s < 0 or settings.max_file_mb <= 0:
        raise SourceError("a period or size that is not positive", where=connection.name)
    _check_words(settings, connection.name)
    return settings


def _check_words(settings: Settings, where: str) -> None:
    try:
        ZoneInfo(settings.time_zone)
    except (OSError, ValueError, KeyError) as error:
        raise SourceError(
            f"time_zone '{settings.time_zone}'", wanted="such as Europe/Berlin", where=where
        ) from error
    try:
        # A line must end in one byte for a growing file to be cut at it.
        plain = "\n".encode(settings.encoding) == b"\n"
    except LookupError:
        plain = False
    if not plain:
        raise SourceError(f"encoding '{settings.encoding}'", wanted="utf-8, cp1252, gbk", where=where)
    if ".." in settings.include.split("/") or settings.include.startswith("/"):
        raise SourceError(f"include '{settings.include}'", wanted="a glob below the folder", where=where)


def folder_of(connection: Connection) -> Path:
    """Return the folder of a connection, which need not be there.

    Raises
    ------
    SourceError
        If the URL is none of a file, or names another host.
    """
    parts = urlsplit(connection.url)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"} or not parts.path:
        raise SourceError(
            f"URL '{connection.url}'", wanted="file://localhost/FOLDER of this host", where=connection.name,
            fix="Mount a folder of another host first.",
        )  # fmt: skip
    return Path(unquote(parts.path))


@dataclass(frozen=True)
class Target:
    """A signal, the files and the column it comes from, and how it becomes canonical.

    ``anywhere`` says that no files are named: a file without the column is then no fault.
    """

    signal: Signal
    glob: str
    column: str
    anywhere: bool
    scale: Scale

    def wants(self, name: str) -> bool:
        """Say whether a file, by its path below the folder, is one of the signal's."""
        return self.anywhere or fnmatch.fnmatchcase(name, self.glob)

    def fits(self, columns: Iterable[str]) -> bool:
        """Say whether a table with these columns can be the signal's: one that was named always can."""
        names = {form for c in columns for form in (c.strip(), split_unit(c.strip())[0])}
        return not self.anywhere or self.column in names


def find_targets(signals: Iterable[Signal], inlet: Inlet) -> list[Target]:
    """Read address and unit of every signal; what is wrong is refused one by one.

    Parameters
    ----------
    signals
        The signals of the connection.
    inlet
        Told of every signal that cannot be served.

    Returns
    -------
    targets
        One for each signal that can.
    """
    found = []
    for signal in signals:
        try:
            found.append(target_of(signal))
        except ArkwrightError as error:
            inlet.refuse(signal.name, error.found, wanted=error.wanted, fix=error.fix)
    return found


def target_of(signal: Signal) -> Target:
    """Read the address and unit of a signal.

    Raises
    ------
    SourceError
        If it has no address.
    UnitError
        If quantity or unit are not known.
    """
    glob, hash_, column = signal.address.partition("#")
    if not hash_:
        glob, column = "*", glob
    if not column and (not hash_ or signal.kind != "waveform"):
        raise SourceError(f"address '{signal.address}'", wanted="a column, or files and column: *.csv#flow")
    if signal.kind == "text":
        return Target(signal, glob, column, not hash_, Scale(signal.name))
    unit = signal.declared_unit()
    return Target(signal, glob, column, not hash_, Scale(signal.name, unit.factor, unit.offset))


def of_file(targets: Sequence[Target], name: str) -> tuple[list[Target], list[Target]]:
    """Part the targets of one file into those of readings and those of waveforms."""
    mine = [t for t in targets if t.wants(name)]
    return [t for t in mine if t.signal.kind != "waveform"], [t for t in mine if t.signal.kind == "waveform"]
