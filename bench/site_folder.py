"""Site folder: 5,000 assets and 50,000 signals loaded and checked, beside reading the same tables with csv.

Protocol: a seeded folder is written, right in every row; `arkwright check` is timed as a whole process, three
times; the baseline is a process that reads the same tables with the csv module and looks at nothing.

    python -m bench.site_folder
"""

from __future__ import annotations

import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READ = "import csv,sys;[list(csv.reader(open(f))) for f in sys.argv[1:]]"


def write(folder: Path, n_assets: int = 5_000, n_signals: int = 50_000) -> None:
    folder.mkdir()
    (folder / "site.toml").write_text(
        'schema = 1\nname = "big works"\n[connections.plc]\nprotocol = "opcua"\n'
        'url = "opc.tcp://127.0.0.1:4840"\n'
    )
    with (folder / "assets.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["asset", "parent", "class", "title", "rated_power_kw", "rated_speed_rpm", "bearings"])
        rows.writerow(["a0", "", "area", "Works", "", "", ""])
        for k in range(1, n_assets):
            rows.writerow([f"a{k}", f"a{k // 8}", "pump", f"Pump {k}", 30, 1480, "DE=6205;NDE=6203"])
    with (folder / "signals.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            [
                "signal",
                "asset",
                "quantity",
                "unit",
                "connection",
                "address",
                "high",
                "high_high",
                "hysteresis",
            ]
        )
        for k in range(n_signals):
            asset = f"a{1 + k % (n_assets - 1)}"
            rows.writerow([f"s{k}", asset, "temperature", "degF", "plc", f"ns=2;s=s{k}", 150, 180, 2])


def timed(*words: str) -> tuple[float, float]:
    """Wall and CPU seconds of a process."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, cpu


def main() -> None:
    print(__doc__.partition("\n\n    python")[0])
    with tempfile.TemporaryDirectory(prefix="bench-site-") as temporary:
        folder = Path(temporary) / "site"
        write(folder)
        ours = [timed("-m", "arkwright", "check", str(folder)) for _ in range(3)]
        base = [timed("-c", READ, str(folder / "assets.csv"), str(folder / "signals.csv")) for _ in range(3)]
    wall, cpu = (round(statistics.median(column), 2) for column in zip(*ours, strict=True))
    base_wall, base_cpu = (round(statistics.median(column), 2) for column in zip(*base, strict=True))
    print(json.dumps({"wall_s": wall, "cpu_s": cpu, "csv_wall_s": base_wall, "csv_cpu_s": base_cpu}))


if __name__ == "__main__":
    main()
