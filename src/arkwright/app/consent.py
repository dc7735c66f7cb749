"""Write signals that a person agreed to into the site folder; what is there stays, byte for byte."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from arkwright.app.site import read_site
from arkwright.core.catalog import Suggestion
from arkwright.core.errors import SiteError
from arkwright.core.plant import Connection, Site

UNDO = "undo"
SECRETS = "secrets.toml"
NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Added:
    """What was written: the connection, the names of new signals, what was there already, the undo file."""

    connection: str
    signals: Mapping[str, str]
    present: tuple[str, ...]
    undo: Path | None


@dataclass
class _Draft:
    """The folder's files as they will be."""

    folder: Path
    before: dict[str, str | None] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    def text(self, file: str) -> str:
        if file not in self.before:
            path = self.folder / file
            # Bytes, not text mode: that would turn the file's own line ends into ours.
            self.before[file] = path.read_bytes().decode("utf-8") if path.exists() else None
            self.after[file] = self.before[file] or ""
        return self.after[file]

    def changed(self) -> dict[str, str]:
        return {file: text for file, text in self.after.items() if text != (self.before[file] or "")}


def add_signals(
    folder: Path,
    connection: Connection,
    chosen: Sequence[Suggestion],
    asset: str,
    *,
    asset_class: str = "",
    secret: frozenset[str] = frozenset(),
) -> Added:
    """Write a connection and the chosen signals into a site folder.

    Nothing that stands there is touched: the connection is appended to ``site.toml``, rows to
    ``signals.csv``; secrets go into ``secrets.toml``, which only its owner may read. A signal that the
    connection brings already, under the same address, is left as it is. The state before is kept in an
    undo file.

    Parameters
    ----------
    folder
        The site folder.
    connection
        The connection; one of the same name, protocol and address is used as it stands.
    chosen
        What a person named or confirmed.
    asset
        Asset that the signals tell of.
    asset_class
        Class of the asset, if it shall be added where it is missing.
    secret
        Names of settings that are secrets.

    Returns
    -------
    added
        What was written.

    Raises
    ------
    SiteError
        If the folder has errors already, the asset is not there, or the result would have errors.
    """
    site = _sound_site(folder)
    draft = _Draft(folder)
    _write_connection(draft, site, connection, secret)
    if asset not in site.assets:
        _write_asset(draft, site, asset, asset_class)
    present = {s.address: s.name for s in site.signals.values() if s.connection == connection.name}
    fresh = list({s.address: s for s in chosen if s.address not in present}.values())
    broken = next((s.address for s in fresh if len(s.address.splitlines()) != 1), None)
    if broken is not None:
        raise SiteError(f"address {broken!r} does not fit into one line", fix="Leave this signal out.")
    names = _names(asset, fresh, set(site.signals))
    rows = [_row(name, asset, connection.name, s) for name, s in names.items()]
    if rows:
        draft.after["signals.csv"] = append_rows(draft.text("signals.csv"), rows)
    _rehearse(draft)
    undo = _commit(draft, f"{len(rows)} of {connection.name}'s signals") if draft.changed() else None
    known = tuple(present[s.address] for s in chosen if s.address in present)
    return Added(connection.name, {n: s.address for n, s in names.items()}, known, undo)


def take_back(folder: Path) -> tuple[str, list[str]]:
    """Undo the last addition, if nobody has edited the files since.

    Returns
    -------
    what
        What was undone.
    files
        The files put back.

    Raises
    ------
    SiteError
        If there is nothing to undo, or a file was edited since.
    """
    kept = sorted((folder / UNDO).glob("connect-*.json"))
    if not kept:
        raise SiteError("nothing to undo", where=str(folder / UNDO))
    record = json.loads(kept[-1].read_text(encoding="utf-8"))
    for file, row in record["files"].items():
        path = folder / file
        if not path.exists() or _digest(path.read_bytes()) != row["after_sha256"]:
            raise SiteError(
                f"'{file}' was edited after '{record['what']}' was added",
                where=str(kept[-1]),
                fix="The undo file holds the text as it was before: take from it by hand.",
            )
    for file, row in record["files"].items():
        if row["before"] is None:
            (folder / file).unlink()
        else:
            _replace(folder / file, row["before"].encode())
    kept[-1].unlink()
    return str(record["what"]), sorted(record["files"])


# --------------------------------------------------------------------------------------------- the texts
def append_connection(text: str, connection: Connection, settings: Mapping[str, object]) -> str:
    """Append a table for a connection to the text of ``site.toml``."""
    rows = {"protocol": connection.protocol, "url": connection.url, **settings}
    return _append_table(text, f"connections.{connection.name}", rows)


def _append_table(text: str, head: str, rows: Mapping[str, object]) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [f"[{head}]", *(f"{key} = {_toml(value)}" for key, value in rows.items())]
    gap = "" if not text else end if text.endswith("\n") else end + end
    return text + gap + end.join(lines) + end


def _toml(value: object) -> str:
    # A JSON string is a TOML string, but for DEL, which JSON may hold bare.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def append_rows(text: str, rows: Iterable[Mapping[str, str]]) -> str:
    """Append rows to the text of a CSV, in its own separator, columns and line ends.

    A column that rows need and the file lacks is added to the first line; rows that are there stay as they
    are, which leaves the new column empty for them.
    """
    wanted = list(rows)
    end = "\r\n" if "\r\n" in text else "\n"
    first, sign, rest = text.partition("\n")
    first = first.rstrip("\r")
    separator = max(",;\t", key=first.count)
    head = [c.strip().lstrip("\ufeff") for c in next(csv.reader([first], delimiter=separator), [])]
    lacking = [k for k in dict.fromkeys(k for row in wanted for k, v in row.items() if v) if k not in head]
    if lacking:
        first = separator.join([first, *lacking]) if first else separator.join(lacking)
    body = first + (end if sign else "") + rest
    if not body.endswith("\n"):
        body += end
    out = io.StringIO()
    writer = csv.DictWriter(
        out, head + lacking, delimiter=separator, lineterminator=end, extrasaction="ignore", restval=""
    )
    writer.writerows(wanted)
    return body + out.getvalue()


def _row(name: str, asset: str, connection: str, suggestion: Suggestion) -> dict[str, str]:
    return {
        "signal": name,
        "asset": asset,
        "quantity": suggestion.quantity,
        "unit": suggestion.unit,
        "connection": connection,
        "address": suggestion.address,
        "kind": "" if suggestion.kind == "value" else suggestion.kind,
        "rate_hz": f"{suggestion.rate_hz:g}" if suggestion.rate_hz else "",
        # A title comes from a foreign program: no line ends in it, and no formula for a spreadsheet.
        "title": " ".join(suggestion.title.split()).lstrip("=+-@"),
    }


def _names(asset: str, chosen: Sequence[Suggestion], taken: set[str]) -> dict[str, Suggestion]:
    """Name each signal after its asset and what its source calls it; a name that is taken gets a number."""
    named: dict[str, Suggestion] = {}
    for suggestion in chosen:
        words = re.sub(r"[\W_]+", "_", suggestion.title.casefold()).strip("_") or "signal"
        own = asset.rpartition(".")[2].casefold()
        short = words.removeprefix(f"{own}_") if words != own else words
        name = wanted = f"{asset}.{short}"
        n = 1
        while name in taken or name in named:
            n += 1
            name = f"{wanted}_{n}"
        named[name] = suggestion
    return named


# --------------------------------------------------------------------------------------------- the folder
def _sound_site(folder: Path) -> Site:
    site, flaws = read_site(folder)
    errors = [f for f in flaws if f.level == "error"]
    if site is None or errors:
        raise SiteError(
            f"{errors[0]}", fix=f"Mend the folder first: 'arkwright check {folder}' shows everything."
        )
    return site


def _write_connection(draft: _Draft, site: Site, connection: Connection, secret: frozenset[str]) -> None:
    there = site.connections.get(connection.name)
    if there is not None:
        if (there.protocol, there.url) != (connection.protocol, connection.url):
            raise SiteError(
                f"connection '{connection.name}' is {there.url} already", fix="Choose another --name."
            )
        return
    if not NAME.fullmatch(connection.name):
        raise SiteError(f"connection name '{connection.name}'", wanted="letters, digits, _ and -")
    open_ones = {k: v for k, v in connection.settings.items() if k not in secret}
    hidden = {k: v for k, v in connection.settings.items() if k in secret}
    draft.after["site.toml"] = append_connection(draft.text("site.toml"), connection, open_ones)
    if hidden:
        table = _append_table(draft.text(SECRETS), f"connections.{connection.name}", hidden)
        draft.after[SECRETS] = table


def _write_asset(draft: _Draft, site: Site, asset: str, asset_class: str) -> None:
    if not asset_class:
        some = ", ".join(list(site.assets)[:8])
        raise SiteError(
            f"asset '{asset}' is not in assets.csv",
            wanted=f"one of {some}" if some else "an asset",
            fix="Add it there, or say what it is with --asset-class (pump, fan, motor, ...).",
        )
    row = {"asset": asset, "class": asset_class}
    draft.after["assets.csv"] = append_rows(draft.text("assets.csv"), [row])


def _rehearse(draft: _Draft) -> None:
    """Read the folder as it would be; what would be wrong is refused before anything is written."""
    with tempfile.TemporaryDirectory() as stage:
        for path in draft.folder.iterdir():
            if path.is_file():
                shutil.copyfile(path, Path(stage) / path.name)
        for file, text in draft.changed().items():
            (Path(stage) / file).write_bytes(text.encode())
        _, flaws = read_site(Path(stage))
    errors = [f for f in flaws if f.level == "error"]
    if errors:
        raise SiteError(f"nothing was written, since the folder would have a fault: {errors[0]}")


def _commit(draft: _Draft, what: str) -> Path:
    changed = draft.changed()
    moment = datetime.now(UTC)
    files = {f: {"before": draft.before[f], "after_sha256": _digest(t.encode())} for f, t in changed.items()}
    record = {"what": what, "time": moment.isoformat(), "files": files}
    kept = draft.folder / UNDO / f"connect-{moment:%Y%m%dT%H%M%S%fZ}.json"
    kept.parent.mkdir(exist_ok=True)
    # An undo file may hold a secret of an earlier connection.
    _replace(kept, json.dumps(record, ensure_ascii=False, indent=1).encode(), private=True)
    for file in sorted(changed, key=_order):
        _replace(draft.folder / file, changed[file].encode(), private=file == SECRETS)
    return kept


def _order(file: str) -> int:
    # Signals last: a connection without signals is a sound folder, signals without their connection are not.
    return (SECRETS, "site.toml", "assets.csv", "signals.csv").index(file)


def _replace(path: Path, data: bytes, *, private: bool = False) -> None:
    part = path.with_name(f".{path.name}.part")
    part.touch(mode=0o600 if private else 0o666)
    part.write_bytes(data)
    if path.exists():
        part.chmod(path.stat().st_mode & 0o777)
    part.replace(path)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
