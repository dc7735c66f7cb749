"""A site folder on disk with history and ledger beside it, and the command line run in this process."""

import sys
from pathlib import Path

import numpy as np
import pytest
from tests.app.troubles import FAULTS, NOW, hire

from arkwright.app.site import data_dir, load_site
from arkwright.app.stores import history_folder, open_ledger_of
from arkwright.app.uses import offer
from arkwright.cli.main import main
from arkwright.core.tables import ReadingsBuilder, Scale, Waveform, to_us
from arkwright.history.lake import Lake

SITE_TOML = """schema = 1
name = "works"
time_zone = "Asia/Shanghai"
[money]
currency = "CNY"
[connections.plc]
protocol = "opcua"
url = "opc.tcp://127.0.0.1:4840"
"""
ASSETS = """asset,parent,class,title,bearings,downtime_cost_per_h,replace_cost
p1,,pump,Pump 1,DE=6205,500,8000
f1,,fan,Fan 1,,100,
m1,,mixer,Mixer 1,,,
"""
SIGNALS = """signal,asset,quantity,unit,connection,address,kind,rate_hz,title
p1.t,p1,temperature,degF,plc,t,value,,Bearing temperature
p1.mode,p1,state,,plc,m,text,,Mode
p1.v,p1,acceleration,g,plc,v,waveform,1000,Drive end
m1.t,m1,temperature,degC,plc,t2,value,,Never heard of
"""


class Run:
    """One command: exit code and what it printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


def arkwright(capsys: pytest.CaptureFixture, *words: object) -> Run:
    """Run a command in this process, as a user would type it."""
    before, sys.argv = sys.argv, ["arkwright", *map(str, words)]
    try:
        main()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = before
    printed = capsys.readouterr()
    return Run(code, printed.out, printed.err)


def lay_out(folder: Path) -> Path:
    """Write the site folder; nothing has run yet."""
    folder.mkdir()
    for name, text in (("site.toml", SITE_TOML), ("assets.csv", ASSETS), ("signals.csv", SIGNALS)):
        (folder / name).write_text(text)
    return folder


def readings(values: list[float], step_s: int = 60) -> object:
    """Readings of p1.t in °C that end at NOW, one a step."""
    builder = ReadingsBuilder()
    for n, value in enumerate(values):
        builder.add(Scale("p1.t"), to_us(NOW) - (len(values) - 1 - n) * step_s * 1_000_000, value)
    return builder.take(to_us(NOW))


def keep(folder: Path, *tables: object, waveforms: tuple = ()) -> None:
    """Put readings and waveforms into the history of the site."""
    home = data_dir(load_site(folder), folder)
    with Lake(history_folder(home), now=lambda: NOW) as lake:
        for table in tables:
            lake.append(table)
        lake.append_waveforms(waveforms)


def waveform() -> Waveform:
    return Waveform("p1.v", NOW, np.zeros(1000, np.float32), 1000.0, "m/s2", speed_rpm=1480.0)


def tell(folder: Path, *findings: object, now=NOW) -> None:
    """Offer findings as the judging does; makes the people of the site the first time."""
    site = load_site(folder)
    ledger = open_ledger_of(site, data_dir(site, folder))
    with ledger.view() as view:
        is_new = view.head().seq == 0
    if is_new:
        hire(ledger)
    with ledger.change() as change:
        change.add_findings(list(findings))
        offer(change, site, FAULTS, findings, now)
    ledger.close()
