"""The site folder: `site.toml`, `assets.csv` and `signals.csv`, read whole and judged row by row."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from arkwright.app.folder import Flaw, FolderReading, number_or_text
from arkwright.core.catalog import entry_names
from arkwright.core.errors import ArkwrightError, SiteError
from arkwright.core.plant import Asset, Connection, Limits, Money, Signal, Site
from arkwright.core.quantity import find_unit

SCHEMA = 1
ASSET_COLUMNS: Mapping[str, str] = {
    "asset": "name of the asset, unique; letters, digits, . _ - and no spaces",
    "parent": "asset that it belongs to; empty for the top",
    "class": "what it is: pump, fan, motor, gearbox, furnace, area, ...",
    "title": "how people call it",
    "title_zh": "the same in Chinese",
    "bearings": "location=designation, several separated by ';': DE=6205;NDE=6203",
    "downtime_cost_per_h": "what an hour of standstill costs [currency/h]",
    "replace_cost": "what a replacement costs [currency]",
}
SIGNAL_COLUMNS: Mapping[str, str] = {
    "signal": "name of the signal, unique",
    "asset": "asset that it tells of",
    "quantity": "what is measured: temperature, pressure, acceleration, ...",
    "unit": "unit as it arrives: degC, kp/cm2, g, ...",
    "connection": "connection of site.toml that it comes through",
    "address": "where the connection finds it: a node id, a topic, a data item, a column",
    "kind": "value, text or waveform; value if empty",
    "location": "place on the asset: DE, NDE, a bearing, a winding",
    "rate_hz": "sample rate of a waveform [Hz]",
    "max_gap_s": "longest silence that is not stale [s]; empty: silence is legal",
    "low_low": "limits in the unit of the row",
    "low": "",
    "high": "",
    "high_high": "",
    "hysteresis": "how far back inside a limit before it is clear, in the unit of the row",
    "max_rate_per_s": "fastest believable change [unit/s]",
    "title": "how people call it",
    "title_zh": "the same in Chinese",
}
HISTORY = ("raw_days", "waveform_days", "waveform_every_s")
LIMITS = ("low_low", "low", "high", "high_high")
KINDS = ("value", "text", "waveform")


@dataclass
class _Reading(FolderReading):
    """A site folder while it is being read."""

    assets: dict[str, Asset] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)


def load_site(folder: Path) -> Site:
    """Load a site folder that has no error.

    Raises
    ------
    SiteError
        If the folder has an error; the first is named, and how many there are.
    """
    site, flaws = read_site(folder)
    errors = [f for f in flaws if f.level == "error"]
    if errors or site is None:
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        raise SiteError(f"{errors[0]}{more}", fix=f"Run 'arkwright check {folder}' to see all.")
    return site


def read_site(folder: Path) -> tuple[Site | None, list[Flaw]]:
    """Read a site folder and report everything that is wrong with it at once.

    Returns
    -------
    site
        What could be read, None where there is no usable ``site.toml``.
    flaws
        All flaws, in the order of files and rows.
    """
    reading = _Reading(folder)
    settings = _read_settings(reading)
    if settings is None:
        return None, reading.flaws
    _read_connections(reading, settings)
    for row, cells in reading.table("assets.csv", ("asset",)):
        _read_asset(reading, row, cells)
    _check_tree(reading)
    for row, cells in reading.table("signals.csv", ("signal", "asset", "quantity", "unit"), SIGNAL_COLUMNS):
        _read_signal(reading, row, cells)
    return _assemble(reading, settings), reading.flaws


def _read_settings(reading: _Reading) -> Mapping[str, object] | None:
    path = reading.folder / "site.toml"
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        where = f"'{reading.folder}' has no site.toml"
        reading.flaw("site.toml", None, where, "a site folder", "Draft one with 'arkwright new FOLDER'.")
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reading.flaw("site.toml", None, str(error), "TOML in UTF-8", "Mend the line that is named.")
        return None
    _check_settings(reading, settings)
    return settings


def _check_settings(reading: _Reading, settings: Mapping[str, object]) -> None:
    schema = settings.get("schema")
    if schema != SCHEMA:
        fix = "Write 'schema = 1' at the top." if schema is None else "Run 'arkwright upgrade' on the folder."
        reading.flaw("site.toml", None, f"schema is {schema}", str(SCHEMA), fix)
    if not settings.get("name"):
        reading.flaw("site.toml", None, "the site has no name", 'name = "..."', "Give it one.")
    zone = str(settings.get("time_zone", "UTC"))
    if zone not in available_timezones() and zone != "UTC":
        reading.flaw(
            "site.toml", None, f"time zone '{zone}' is not known", "an IANA name", "As Europe/Berlin."
        )
    history = settings.get("history")
    for name, value in history.items() if isinstance(history, dict) else ():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
        if name in HISTORY and not is_number:
            found = f"[history] {name} is {value!r}"
            reading.flaw("site.toml", None, found, "a number above 0", "Correct it.")


def _read_connections(reading: _Reading, settings: Mapping[str, object]) -> None:
    table = settings.get("connections", {})
    if not isinstance(table, dict):
        reading.flaw("site.toml", None, "connections is not a table", "[connections.NAME]", "")
        return
    secrets = _read_secrets(reading)
    for name, row in table.items():
        url = row.get("url") if isinstance(row, dict) else None
        protocol = row.get("protocol") if isinstance(row, dict) else None
        if not url or not protocol:
            reading.flaw("site.toml", None, f"connection '{name}' lacks url or protocol",
                         "protocol and url", f"Write both in [connections.{name}].")  # fmt: skip
            continue
        if protocol not in entry_names("arkwright.connect", "SOURCE"):
            wanted = ", ".join(entry_names("arkwright.connect", "SOURCE"))
            reading.flaw("site.toml", None, f"protocol '{protocol}' of connection '{name}' is not known",
                         f"one of {wanted}", "Correct it.")  # fmt: skip
        rest = {k: v for k, v in row.items() if k not in {"url", "protocol"}} | secrets.get(name, {})
        reading.connections[name] = Connection(name, str(protocol), str(url), rest)


def _read_secrets(reading: _Reading) -> dict[str, dict[str, object]]:
    """Read passwords and keys of connections, kept apart so that the rest of the folder can be shared."""
    path = reading.folder / "secrets.toml"
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("connections", {})
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reading.flaw("secrets.toml", None, str(error), "TOML in UTF-8", "Mend the line that is named.")
        return {}
    return {name: dict(row) for name, row in table.items() if isinstance(row, dict)}


def _read_asset(reading: _Reading, row: int, cells: dict[str, str]) -> None:
    name = cells["asset"]
    if not reading.is_new_name("assets.csv", row, name, "asset"):
        return
    plate: dict[str, float | str] = {}
    for column, text in cells.items():
        if column not in ASSET_COLUMNS and text:
            plate[column] = number_or_text(text)
    reading.assets[name] = Asset(
        name,
        cells.get("parent", ""),
        cells.get("class", ""),
        cells.get("title", "") or name,
        cells.get("title_zh", ""),
        plate,
        _read_bearings(reading, row, cells.get("bearings", "")),
        (),
        reading.number("assets.csv", row, cells, "downtime_cost_per_h"),
        reading.number("assets.csv", row, cells, "replace_cost"),
    )


def _read_bearings(reading: _Reading, row: int, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        location, sign, designation = part.partition("=")
        if not sign or not designation.strip():
            reading.flaw(
                "assets.csv", row, f"bearing '{part}'", "location=designation", "As DE=6205;NDE=6203."
            )
            continue
        found[location.strip()] = designation.strip()
    return found


def _check_tree(reading: _Reading) -> None:
    rooted: set[str] = {""}
    for name, asset in reading.assets.items():
        row = reading.rows[f"asset {name}"]
        if asset.parent and asset.parent not in reading.assets:
            near = reading.nearest(asset.parent, reading.assets)
            reading.flaw("assets.csv", row, f"parent '{asset.parent}' is not an asset", near, "Correct it.")
            continue
        path: list[str] = []
        at = name
        while at not in rooted and at in reading.assets and at not in path:
            path.append(at)
            at = reading.assets[at].parent
        if at in path:
            reading.flaw("assets.csv", row, f"'{name}' is its own ancestor", "a tree", "Break the circle.")
        rooted.update(path)


def _read_signal(reading: _Reading, row: int, cells: dict[str, str]) -> None:
    file, name = "signals.csv", cells["signal"]
    if not reading.is_new_name(file, row, name, "signal"):
        return
    asset, connection = cells.get("asset", ""), cells.get("connection", "")
    if asset not in reading.assets:
        reading.flaw(
            file,
            row,
            f"asset '{asset}' is not in assets.csv",
            reading.nearest(asset, reading.assets),
            "Add it there.",
        )
    if connection and connection not in reading.connections:
        near = reading.nearest(connection, reading.connections)
        reading.flaw(file, row, f"connection '{connection}' is not in site.toml", near, "Add it there.")
    kind = cells.get("kind", "") or "value"
    if kind not in KINDS:
        reading.flaw(file, row, f"kind '{kind}'", "value, text or waveform", "Write one of them.")
        return
    reading.signals[name] = Signal(
        name,
        asset,
        cells.get("quantity", ""),
        cells.get("unit", ""),
        connection,
        cells.get("address", ""),
        kind,  # type: ignore[arg-type]
        cells.get("location", ""),
        reading.number(file, row, cells, "rate_hz"),
        reading.number(file, row, cells, "max_gap_s"),
        _read_limits(reading, row, cells, kind),
        cells.get("title", "") or name,
        cells.get("title_zh", ""),
    )


def _read_limits(reading: _Reading, row: int, cells: dict[str, str], kind: str) -> Limits:
    file = "signals.csv"
    names = (*LIMITS, "hysteresis", "max_rate_per_s")
    values = {n: reading.number(file, row, cells, n) for n in names}
    if kind == "text" and not cells.get("unit"):
        return Limits()
    try:
        unit = find_unit(cells.get("quantity", ""), cells.get("unit", ""))
    except ArkwrightError as error:
        reading.flaw(file, row, error.found, error.wanted, error.fix or "Declare the unit as it arrives.")
        return Limits()
    stated = [(n, values[n]) for n in LIMITS if values[n] is not None]
    for (low, a), (high, b) in pairwise(stated):
        if a is not None and b is not None and a >= b:
            reading.flaw(file, row, f"{low} {a:g} is not below {high} {b:g}", "rising limits", "Swap them.")
    canonical = {
        n: None if v is None else float(unit.to_canonical(v)) for n, v in values.items() if n in LIMITS
    }
    rate = values["max_rate_per_s"]
    spread = values["hysteresis"] or 0.0
    return Limits(
        **canonical,
        hysteresis=abs(spread * unit.factor),
        max_rate_per_s=None if rate is None else abs(rate * unit.factor),
    )


def _assemble(reading: _Reading, settings: Mapping[str, object]) -> Site:
    own: dict[str, list[Signal]] = {}
    for signal in reading.signals.values():
        own.setdefault(signal.asset, []).append(signal)
    assets = {name: _with_signals(asset, tuple(own.get(name, ()))) for name, asset in reading.assets.items()}
    money = settings.get("money", {})
    checks = settings.get("checks", {})
    zone = str(settings.get("time_zone", "UTC"))
    return Site(
        str(settings.get("name", "")),
        assets,
        reading.signals,
        reading.connections,
        zone,
        _money(money if isinstance(money, dict) else {}),
        frozenset(checks.get("off", ())) if isinstance(checks, dict) else frozenset(),
        settings,
    )


def _with_signals(asset: Asset, signals: tuple[Signal, ...]) -> Asset:
    return replace(asset, signals=signals)


def _money(table: Mapping[str, object]) -> Money:
    rates = table.get("rates", {})
    known = {k: float(v) for k, v in rates.items()} if isinstance(rates, dict) else {}
    return Money(str(table.get("currency", "EUR")), known)


def time_zone(site: Site) -> ZoneInfo:
    """Return the time zone of a site."""
    return ZoneInfo(site.time_zone)


def data_dir(site: Site, folder: Path) -> Path:
    """Return where history and ledger live: ``data_dir`` of the site, else beside its folder."""
    stated = site.settings.get("data_dir")
    if stated:
        return (folder / str(stated)).resolve()
    return folder.resolve().with_name(folder.resolve().name + ".data")
