"""The site folder of the demo works, written as a user of such a works would write it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from arkwright.app.demo.areas.rows import AssetRow, SignalRow
from arkwright.app.demo.ports import Ports
from arkwright.app.demo.works import PROTOCOLS, asset_rows, signal_rows

SITE = """\
# A small bogie and iron works that lives in simulation and speaks real protocols on loopback.
schema = 1
name = "Demo bogie and iron works"
time_zone = "UTC"

[money]
currency = "EUR"
rates = {{ CNY = 0.128, USD = 0.92 }}

{connections}
[checks]
off = []

# Where the simulator says what was really wrong, for the page that compares. Not used by any judge.
[demo]
truth_url = "{truth}"
"""

ASSET_HEAD = ("asset", "parent", "class", "title", "title_zh")
ASSET_TAIL = ("bearings", "downtime_cost_per_h", "replace_cost")
SIGNAL_HEAD = (
    "signal", "asset", "quantity", "unit", "connection", "address", "kind", "location", "rate_hz",
    "max_gap_s", "low_low", "low", "high", "high_high", "hysteresis", "title", "title_zh",
)  # fmt: skip


def write_site(folder: Path, ports: Ports) -> list[Path]:
    """Write the site folder of the works.

    Parameters
    ----------
    folder
        Where to write; made if it is not there, its three files are replaced.
    ports
        Ports that the works listens on.

    Returns
    -------
    paths
        The files written: ``site.toml``, ``assets.csv``, ``signals.csv``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "site.toml": _settings(ports),
        "assets.csv": _assets(asset_rows()),
        "signals.csv": _signals(signal_rows()),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def _settings(ports: Ports) -> str:
    parts = [
        f'[connections.{name}]\nprotocol = "{PROTOCOLS[name]}"\nurl = "{url}"\n'
        for name, url in ports.urls().items()
    ]
    return SITE.format(connections="\n".join(parts), truth=ports.truth_url())


def _assets(rows: Sequence[AssetRow]) -> str:
    plate = list(dict.fromkeys(name for row in rows for name in row.plate))
    return _table((*ASSET_HEAD, *plate, *ASSET_TAIL), (_asset_cells(row) for row in rows))


def _asset_cells(row: AssetRow) -> dict[str, object]:
    return {
        "asset": row.asset,
        "parent": row.parent,
        "class": row.asset_class,
        "title": row.title,
        "title_zh": row.title_zh,
        **row.plate,
        "bearings": ";".join(f"{place}={name}" for place, name in row.bearings.items()),
        "downtime_cost_per_h": row.downtime_cost_per_h,
        "replace_cost": row.replace_cost,
    }


def _signals(rows: Iterable[tuple[str, str, SignalRow]]) -> str:
    return _table(SIGNAL_HEAD, (_signal_cells(*row) for row in rows))


def _signal_cells(connection: str, address: str, row: SignalRow) -> dict[str, object]:
    same = {name: getattr(row, name) for name in SIGNAL_HEAD if name not in {"connection", "address"}}
    return {**same, "connection": connection, "address": address}


def _table(head: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, head, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
