"""Peers: our bearing verdict beside three open packages and plain envelope analysis, on the same records.

Protocol: each method is a process of its own, in an environment of its own (made here with pip, kept in a
cache folder), and is handed samples, rate, speed and fault orders of one record after the other; names and
labels stay with the bench. Nobody is tuned: the peers run with the defaults of their packages, ours with its
own (alpha 1 %). Where a package gives spectra or scores and no verdict, the rule is in its `bench/peer_*.py`
and said in the table. A package that cannot be installed is printed as missing, a method that fails on a
record is counted as failed.

Right: the label, `normal` on a healthy record. Misled: another fault; on a healthy record that is a false
alarm. CPU: process time of one thread for the verdict, median over the records, after one record that does
not count. DE12 is CWRU's drive end at 12 kHz by the grades of Smith & Randall (2015): Y diagnosable, P
partly, N not; FE12 its fan end, DE48 its drive end at 48 kHz; normal: its healthy record at both ends and two
rates; IMS: healthy first hours of test 1, two channels. Synthetic records come from `bench.synthetic`. What
may make our figures on CWRU and IMS too good is said by `bench.diagnosis`.

    python -m bench.peers                              all of it (about 20 minutes)
    python -m bench.peers --speed                      only CPU and memory of a 10 s record at 12 kHz
    python -m bench.peers --only arkwright --synthetic 0
"""

from __future__ import annotations

import argparse
import json
import selectors
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arkwright.health.bearing import BearingOrders, find_bearing
from bench.diagnosis import DATA, table
from bench.diagnosis_cases import Sealed, real_cases, synthetic_cases
from bench.peer_places import Place, asked_alone, cache_folder, place

Floats = NDArray[np.float64]
HERE = Path(__file__).resolve().parent
LONGEST_S = 300.0


@dataclass(frozen=True)
class Method:
    """One way to a verdict: who, how, and the adapter that asks it."""

    name: str
    how: str
    adapter: str
    packages: tuple[str, ...] = ()
    """Names and versions to install; none where it runs in this environment."""

    @property
    def title(self) -> str:
        return f"{self.name} {self.how}".strip()


METHODS = (
    Method("arkwright", "", "peer_ours.py"),
    Method("plain M1, argmax", "", "peer_ours.py"),
    *(
        Method("pmmcp", how, "peer_pmmcp.py", ("predictive-maintenance-mcp==0.13.0",))
        for how in ("within 5 % (default)", "within 2 %")
    ),
    *(Method("openconmo", how, "peer_openconmo.py", ("openconmo==0.0.6",)) for how in ("M1", "M2", "M3")),
    Method("pybearing", "argmax of its harmonic score", "peer_pybearing.py", ("pybearing==1.0.4",)),
)


@dataclass(frozen=True)
class Told:
    """What a method said of a record, beside what is true of it."""

    group: str
    name: str
    label: str
    verdict: str
    cpu_s: float
    peak_mb: float
    reason: str = ""


class Asked:
    """A method's process, asked record by record over a pipe; one that hangs is ended and says so."""

    def __init__(self, method: Method, at: Place) -> None:
        python = at.python or Path(sys.executable)
        self._command = [str(python), "-I", str(HERE / "peer_worker.py"), str(HERE / method.adapter)]
        self._command.append(method.how or method.name)
        self._environment = asked_alone(python)
        self._start()

    def _start(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, env=self._environment)
        self._waits = selectors.DefaultSelector()
        assert self._process.stdout is not None
        self._waits.register(self._process.stdout, selectors.EVENT_READ)
        self.started = self._read()

    def ask(self, x: Floats, rate_hz: float, shaft_hz: float, orders: BearingOrders) -> dict[str, Any]:
        """Hand over one record and wait for the answer."""
        if self._process.poll() is not None:
            self._start()
        asked = {"n": len(x), "rate_hz": rate_hz, "shaft_hz": shaft_hz}
        asked |= {"orders": [orders.bpfo, orders.bpfi, orders.bsf, orders.ftf]}
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n" + np.ascontiguousarray(x).tobytes())
            self._process.stdin.flush()
        except OSError:
            return _failed("its process ended")
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        if not self._waits.select(LONGEST_S):
            self._process.kill()
            self._process.wait()
            return _failed(f"no answer in {LONGEST_S:.0f} s")
        line = self._process.stdout.readline()
        return dict(json.loads(line)) if line else _failed("its process ended")

    def close(self) -> None:
        """Let the process end."""
        self._waits.close()
        self._process.communicate()


def _failed(reason: str) -> dict[str, Any]:
    return {"verdict": "failed", "reason": reason, "cpu_s": float("nan"), "memory_mb": {}}


def record_of(case: Sealed) -> tuple[Floats, float, float, BearingOrders]:
    """What a judge may see of a case: samples, rate [Hz], shaft [Hz] and orders [1]."""
    x, rate, rpm, bearing = case.load()
    orders = find_bearing(bearing) if isinstance(bearing, str) else BearingOrders(*bearing)
    return np.asarray(x, np.float64), rate, rpm / 60.0, orders


def judged(method: Method, at: Place, cases: list[Sealed]) -> Iterator[Told]:
    """Ask a method about every case, after one that does not count."""
    asked = Asked(method, at)
    try:
        if cases:
            asked.ask(*record_of(cases[0]))
        for case in cases:
            said = asked.ask(*record_of(case))
            peak = said["memory_mb"].get("peak", float("nan"))
            yield Told(
                case.group,
                case.name,
                case.label,
                said["verdict"],
                said["cpu_s"],
                peak,
                said.get("reason", ""),
            )
    finally:
        asked.close()


# ------------------------------------------------------------------------------------------------ figures
def counted(method: Method, told: list[Told]) -> list[dict[str, object]]:
    """Count what a method said, set by set."""
    rows = []
    for group in dict.fromkeys(_set_of(t.group) for t in told):
        own = [t for t in told if _set_of(t.group) == group]
        said = Counter(t.verdict for t in own)
        right = sum(t.verdict == t.label for t in own)
        faulty = own[0].label != "normal"
        others = said["normal"] * faulty + said["cannot_judge"] + said["failed"]
        rows.append(
            {
                "set": group,
                "method": method.title,
                "records": len(own),
                "right": right,
                "misled" if faulty else "false alarms": len(own) - right - others,
                "called normal": said["normal"] if faulty else "-",
                "abstained": said["cannot_judge"],
                "failed": said["failed"],
                "cpu_s": f"{np.nanmedian([t.cpu_s for t in own]):.3f}",
            }
        )
    return rows


def _set_of(group: str) -> str:
    return "IMS healthy" if group.startswith("IMS") else group


def by_part(method: Method, told: list[Told]) -> dict[str, object]:
    """Share of records right for each part, over the real faulty records that were judged. [1]"""
    row: dict[str, object] = {"method": method.title}
    for part in ("outer_race", "inner_race", "ball"):
        own = [t for t in told if t.label == part and not t.group.startswith("synthetic")]
        row[part] = f"{sum(t.verdict == part for t in own)}/{len(own)}"
    return row


REAL = DATA / "data" / "diagnosis" / "cwru" / "1797_IR_7_DE12.npz"
RECORDS = (*(["cwru"] if REAL.exists() else []), "noise", "shaft")


def speed(method: Method, at: Place, record: str) -> dict[str, object]:
    """CPU (median of five, after one) and memory for 10 s at 12 kHz, in a new process. [s, MB]

    ``cwru`` is a real record, where it is there. One of ``noise`` has no line to follow the speed by, and one
    with a ``shaft`` in it eight faint ones: there a change of speed is looked for longest, in vain.
    """
    asked = Asked(method, at)
    x = np.random.default_rng(0).normal(size=120_000)
    if record == "cwru":
        x = np.load(REAL)["DE"].astype(np.float64)[:120_000]
    if record == "shaft":
        turns = 2 * np.pi * 1797.0 / 60.0 * np.arange(len(x)) / 12_000.0
        x += np.sum([np.cos(k * turns) / k for k in range(1, 9)], axis=0)
    said = [asked.ask(x, 12_000.0, 1797.0 / 60.0, find_bearing("6205")) for _ in range(6)]
    asked.close()
    spent = [s["cpu_s"] for s in said[1:]]
    return {
        "record": record,
        "method": method.title,
        "cpu_s": round(float(np.median(spent)), 3),
        "least_s": round(min(spent), 3),
        "greatest_s": round(max(spent), 3),
        "started_mb": round(asked.started["memory_mb"].get("now", float("nan"))),
        "peak_mb": round(max(s["memory_mb"].get("peak", float("nan")) for s in said)),
    }


def claim(rows: list[dict[str, object]]) -> str:
    """Our CPU over that of openconmo M3, of the same run; a fifth is wanted."""
    spent = {str(row["method"]): float(str(row["cpu_s"])) for row in rows}
    if not {"arkwright", "openconmo M3"} <= spent.keys():
        return "openconmo M3 or arkwright was not run: no ratio"
    ratio = spent["arkwright"] / spent["openconmo M3"]
    return f"arkwright / openconmo M3: {ratio:.2f} of its CPU time (wanted: 0.20 or less)"


# ---------------------------------------------------------------------------------------------------- run
def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--synthetic", type=int, default=200, help="healthy synthetic records")
    parser.add_argument("--faulty", type=int, default=40, help="synthetic records of each fault")
    parser.add_argument("--cache", type=Path, help="folder of the peers' environments (or ARKWRIGHT_PEERS)")
    parser.add_argument("--only", action="append", help="only methods whose title holds this")
    parser.add_argument("--made", action="store_true", help="only the synthetic records")
    parser.add_argument("--speed", action="store_true", help="only CPU and memory")
    parser.add_argument("--json", type=Path, help="write every answer to this file")
    return parser.parse_args()


def _places(options: argparse.Namespace) -> dict[Method, Place]:
    """Find or make what every method runs in; say which is missing, and why."""
    folder, found = cache_folder(options.cache), {}
    for method in METHODS:
        if options.only and not any(word in method.title for word in options.only):
            continue
        at = (
            place(method.packages[0].partition("==")[0], method.packages, folder) if method.packages else None
        )
        if at and at.missing:
            print(f"missing: {method.title} ({', '.join(method.packages)}): {at.missing}")
        else:
            found[method] = at or Place(Path(sys.executable))
    return found


def _cases(options: argparse.Namespace) -> list[Sealed]:
    data = DATA / "data" / "diagnosis"
    if not data.is_dir():
        print(f"no real records: {data} is absent")
    real = list(real_cases(data)) if data.is_dir() and not options.made else []
    return [*real, *synthetic_cases(options.synthetic, options.faulty)]


def main() -> None:
    """Ask everybody, count, print."""
    options = _options()
    print(__doc__)
    places = _places(options)
    cost = [speed(method, at, record) for record in RECORDS for method, at in places.items()]
    claims = [f"{r}: {claim([c for c in cost if c['record'] == r])}" for r in RECORDS]
    print(table(cost), *claims, sep="\n\n", end="\n\n")
    if options.speed:
        return
    cases = _cases(options)
    rows, parts, kept = [], [], {}
    for method, at in places.items():
        told = list(judged(method, at, cases))
        print(f"{method.title}: judged {len(told)} records", file=sys.stderr)
        rows += counted(method, told)
        parts.append(by_part(method, told))
        kept[method.title] = [asdict(t) for t in told]
        reasons = Counter(t.reason for t in told if t.reason)
        print(*(f"failed: {method.title}, {n} records: {why}" for why, n in reasons.most_common(4)), sep="\n")
    for kind in ("misled", "false alarms"):
        own = [row for row in rows if kind in row]
        print(f"\n{table(sorted(own, key=lambda row: [r['set'] for r in own].index(row['set'])))}")
    print(f"\nreal faulty records right, by part\n{table(parts)}")
    if options.json:
        options.json.write_text(json.dumps({"speed": cost, "told": kept}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
