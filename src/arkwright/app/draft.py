"""Draft a new site folder that is valid as it stands and explains itself."""

from __future__ import annotations

from pathlib import Path

from arkwright.core.errors import SiteError

SITE = """\
# The site, for Arkwright. What a spreadsheet can hold is in assets.csv and signals.csv beside this file.
schema = 1
name = "{name}"
time_zone = "UTC"              # how times are shown, an IANA name; they are kept in UTC

[money]
currency = "EUR"

# Where readings come from. Find signals with `arkwright connect browse URL`.
# [connections.line1]
# protocol = "opcua"           # opcua, sparkplug, mqtt, mtconnect, modbus, files
# url = "opc.tcp://192.0.2.10:4840"

[checks]
off = []                       # names of checks that shall not run here
"""
ASSETS = """\
asset,parent,class,title,rated_power_kw,rated_speed_rpm,support,bearings,downtime_cost_per_h,replace_cost
works,,area,{name},,,,,,
"""
SIGNALS = """\
signal,asset,quantity,unit,connection,address,kind,location,rate_hz,max_gap_s,low,high,hysteresis,title
"""


def draft_site(folder: Path, name: str = "") -> list[Path]:
    """Write a new site folder and return the files written.

    Raises
    ------
    SiteError
        If the folder already holds a site: nothing is overwritten.
    """
    title = name or folder.resolve().name
    texts = {"site.toml": SITE, "assets.csv": ASSETS, "signals.csv": SIGNALS}
    for file in texts:
        if (folder / file).exists():
            raise SiteError(f"'{folder / file}' is already there", fix="Name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file, text in texts.items():
        path = folder / file
        # In TOML a quote or backslash in the name would end the string; in CSV a comma would end the cell.
        safe = title.replace("\\", "").replace('"', "").replace(",", " ")
        path.write_text(text.replace("{name}", safe), encoding="utf-8")
        written.append(path)
    return written
