"""Files of a folder: tables become readings, recordings become waveforms, each file once.

Addresses: the name of a column (``outlet_temperature``), or files and column (``pump*.csv#flow``,
``vib/*.npz#DE``, ``*#Pump #1``); ``*.wav#`` takes the only channel of a recording.
"""

from __future__ import annotations

from collections.abc import Sequence

from arkwright.core.catalog import Inlet, Source, Step, Suggestion
from arkwright.core.plant import Connection, Signal


async def read(connection: Connection, signals: Sequence[Signal], inlet: Inlet) -> None:
    """Watch the folder until it is lost or the task is cancelled."""
    from arkwright.connect.files_session import run_session

    await run_session(connection, signals, inlet)


async def browse(connection: Connection) -> list[Suggestion]:
    """Suggest a signal for each column and channel of the files that are there."""
    from arkwright.connect.files_browse import browse_folder

    return await browse_folder(connection)


async def diagnose(connection: Connection) -> list[Step]:
    """Try each step from the folder to a first value and say which works."""
    from arkwright.connect.files_browse import probe_folder

    return await probe_folder(connection)


SOURCE = Source(
    name="files",
    title="Files of a folder",
    schemes=("file",),
    read=read,
    browse=browse,
    diagnose=diagnose,
    settings={
        "include": "Which files, as a glob below the folder: '*.csv', '**/*.npz', '*' for all of the folder.",
        "format": "What the files are, where their ending does not say: csv, parquet, npz, mat or wav.",
        "period_s": "Time from look to look. [s]",
        "settle_s": "How long a file must stay as it is before it is believed to be whole. [s]",
        "time_column": "Column of the time; 'Date+Time' joins two; empty looks for the usual names.",
        "time_format": "iso, epoch_s, epoch_ms, epoch_us, or a pattern such as '%d.%m.%Y %H:%M:%S'.",
        "time_zone": "Zone of times that state none, such as 'Europe/Berlin'.",
        "layout": "wide (a column for each signal) or long (a row for each reading).",
        "signal_column": "Layout long: column of the signal's name, which is then the address.",
        "value_column": "Layout long: column of the value.",
        "unit_column": "Layout long: column of the unit, where there is one; a wrong unit is refused.",
        "status_column": "Column of the quality: good, uncertain, bad, or an OPC UA status code.",
        "separator": "Between cells; empty finds it.",
        "decimal": "'.' or ','; empty finds it.",
        "encoding": "Encoding of tables: utf-8, cp1252, gbk.",
        "columns": "Names of the columns, separated by commas, where the files have no line of names.",
        "skip_rows": "Lines before the line of names.",
        "name_time": "Pattern of the time in a recording's file name, such as '%Y.%m.%d.%H.%M.%S'.",
        "speed_rpm": "Shaft speed of recordings that state none. [rpm]",
        "full_scale": "Value at full scale of whole-number WAV files, in the unit of the signal.",
        "max_file_mb": "Largest recording or Parquet file that is read. [MB]",
    },
    replays="Everything that is still in the folder; a file that was read is not read again.",
    example_url="file://localhost/srv/exports",
)
