"""History: 100 M readings of 1,000 signals, asked while it takes in more, beside a DuckDB file and SQLite.

Protocol: readings of a seeded random walk of resolution 0.01 over 30 days are committed in order of time, as
intake would (`Lake.commit`), closed hours are joined by the upkeep process, and then 200 random questions of
each kind are asked, first by a fresh process (cold), then again (warm), while a second thread goes on
committing. Every answer is compared with one computed by brute force from the generator. The baselines are
given the same rows and asked the same questions in the same run. Bytes per reading are measured on 1 Hz
readings of the same signals.

    python -m bench.history --rows 100000000        the claim; about an hour on 2 cores
    python -m bench.history --rows 2000000          a look; a few minutes
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from arkwright.core.tables import EVENTS, READINGS, TIME, empty, from_us, to_us

DAY_US = 86_400_000_000
MINUTE_US = 60_000_000
BATCH_ROWS = 50_000
POINTS = 2000
Window = tuple[int, int]


# ------------------------------------------------------------------------------------------------ the data
@dataclass(frozen=True)
class Walks:
    """Random walks of resolution 0.01, the same for everybody who asks: signal k at step i."""

    signals: int
    steps: int
    step_us: int
    start_us: int
    seed: int = 7

    def names(self) -> list[str]:
        return [f"works.asset{k // 10:03d}.signal{k:04d}" for k in range(self.signals)]

    def values(self, signal: int, first: int = 0, last: int | None = None) -> np.ndarray:
        """One signal's values, in steps ``[first, last)``."""
        rng = np.random.default_rng((self.seed, signal))
        walk = np.cumsum(rng.normal(0.0, 0.05, self.steps)) + 20.0 + signal % 50
        return np.round(walk, 2)[first:last]

    def times(self, first: int, last: int) -> np.ndarray:
        return self.start_us + np.arange(first, last, dtype=np.int64) * self.step_us

    def batches(self) -> Iterator[pa.Table]:
        """All readings in order of time, in batches as intake commits them."""
        names = pa.array(self.names())
        steps = max(1, BATCH_ROWS // self.signals)
        block = max(steps, 4_000_000 // self.signals // steps * steps)
        rngs = [np.random.default_rng((self.seed, k)) for k in range(self.signals)]
        level = np.array([20.0 + k % 50 for k in range(self.signals)])
        for first in range(0, self.steps, block):
            last = min(first + block, self.steps)
            noise = np.stack([rng.normal(0.0, 0.05, last - first) for rng in rngs])
            # The walk goes on from where the block before ended; a cumulative sum in one go is the same.
            walk = np.cumsum(np.concatenate([level[:, None], noise], axis=1), axis=1)[:, 1:]
            level = walk[:, -1]
            values = np.round(walk, 2)
            for at in range(0, last - first, steps):
                part = values[:, at : at + steps]
                yield make_readings(names, self.times(first + at, first + at + part.shape[1]), part)


def make_readings(names: pa.Array, times: np.ndarray, values: np.ndarray) -> pa.Table:
    """READINGS of all signals at some times, in order of time."""
    n_signals, n_times = values.shape
    n = n_signals * n_times
    codes = np.tile(np.arange(n_signals, dtype=np.int32), n_times)
    moments = np.repeat(times, n_signals)
    zero = np.zeros(n, np.int32)
    return pa.table(
        [
            pa.DictionaryArray.from_arrays(pa.array(codes), names),
            pa.array(moments).cast(TIME),
            pa.array(np.full(n, times[-1] + 500_000)).cast(TIME),
            pa.array(values.T.ravel()),
            pa.nulls(n, pa.string()),
            pa.array(np.zeros(n, np.uint32)),
            pa.DictionaryArray.from_arrays(pa.array(zero), pa.array(["source"])),
        ],
        schema=READINGS,
    )


# ------------------------------------------------------------------------------------------------- engines
class Arkwright:
    """History as the product writes and asks it."""

    name = "arkwright"

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder = folder / "lake"
        self.clock = clock
        self.lake: Any = None

    def open(self) -> None:
        from arkwright.history.lake import Lake

        self.lake = Lake(self.folder, now=self.clock)

    def append(self, batch: pa.Table) -> None:
        self.lake.commit(batch, (), empty(EVENTS), {})

    def settle(self) -> None:
        """Join what is closed, in a process of its own, as the runtime does."""
        now = repr(to_us(self.clock()))
        code = "import sys; from pathlib import Path; from arkwright.core.tables import from_us;"
        code += "from arkwright.history.compact import compact;"
        code += "compact(Path(sys.argv[1]), from_us(int(sys.argv[2])), grace_s=0.0)"
        subprocess.run([sys.executable, "-c", code, str(self.folder), now], check=True)

    def close(self) -> None:
        self.lake.close()

    def ask(self) -> dict[str, Callable[..., Any]]:
        from arkwright.history.query import History

        history = History(self.lake if self.lake is not None else self.folder)
        self.asked = history

        def last(names: list[str]) -> dict[str, float]:
            rows = history.last(names)
            return dict(zip(rows.column("signal").to_pylist(), rows.column("value").to_pylist(), strict=True))

        def minutes(name: str, start: int, end: int) -> np.ndarray:
            rows = history.aggregate(name, from_us(start), from_us(end), timedelta(minutes=1))
            return np.asarray(rows.column("mean"))

        def curve(name: str, start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
            return history.lttb(name, from_us(start), from_us(end), POINTS)

        return {"last": last, "minutes": minutes, "curve": curve}

    def bytes(self) -> int:
        return sum(p.stat().st_size for p in (self.folder / "readings").rglob("*.parquet"))


class DuckDbFile:
    """Baseline: one DuckDB file, one commit a batch, rewritten in order of signal and time at the end."""

    name = "duckdb file"

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        del clock
        self.path = folder / "base.duckdb"

    def open(self) -> None:
        import duckdb

        self.at = duckdb.connect(str(self.path))
        self.at.execute("PRAGMA threads=2")
        self.at.execute("CREATE TABLE IF NOT EXISTS r (signal VARCHAR, t BIGINT, v DOUBLE, status UINTEGER)")

    def append(self, batch: pa.Table) -> None:
        rows = plain(batch)
        self.at.register("rows", rows)
        self.at.execute("INSERT INTO r SELECT * FROM rows")
        self.at.unregister("rows")

    def settle(self) -> None:
        self.at.execute("CREATE TABLE s AS SELECT * FROM r ORDER BY signal, t")
        self.at.execute("DROP TABLE r")
        self.at.execute("ALTER TABLE s RENAME TO r")
        self.at.execute("CHECKPOINT")

    def close(self) -> None:
        self.at.close()

    def ask(self) -> dict[str, Callable[..., Any]]:
        return sql_questions(lambda query, words: self.at.execute(query, words).fetchall(), "arg_max(v, t)")

    def bytes(self) -> int:
        return self.path.stat().st_size


class SqliteFile:
    """Baseline: SQLite in WAL mode, rows as they come, the index on (signal, time) built at the end."""

    name = "sqlite"

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        del clock
        self.path = folder / "base.sqlite"

    def open(self) -> None:
        self.at = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self.at.execute("PRAGMA journal_mode=WAL")
        self.at.execute("PRAGMA synchronous=FULL")
        self.at.execute("CREATE TABLE IF NOT EXISTS r (signal TEXT, t INTEGER, v REAL, status INTEGER)")

    def append(self, batch: pa.Table) -> None:
        rows = plain(batch)
        self.at.execute("BEGIN")
        columns = [c.to_pylist() for c in rows.columns]
        self.at.executemany("INSERT INTO r VALUES (?, ?, ?, ?)", zip(*columns, strict=True))
        self.at.execute("COMMIT")

    def settle(self) -> None:
        self.at.execute("CREATE INDEX IF NOT EXISTS r_key ON r (signal, t)")

    def close(self) -> None:
        self.at.close()

    def ask(self) -> dict[str, Callable[..., Any]]:
        return sql_questions(lambda query, words: self.at.execute(query, words).fetchall(), "")

    def bytes(self) -> int:
        return self.path.stat().st_size


def plain(batch: pa.Table) -> pa.Table:
    return pa.table(
        {
            "signal": batch.column("signal").cast(pa.string()),
            "t": batch.column("time").cast(pa.int64()),
            "v": batch.column("value"),
            "status": batch.column("status"),
        }
    )


def sql_questions(run: Callable[..., list[Any]], newest: str) -> dict[str, Callable[..., Any]]:
    """The three questions in SQL; curves are thinned by the same library as ours."""
    from tsdownsample import LTTBDownsampler

    def last(names: list[str]) -> dict[str, float]:
        if newest:
            return dict(run(f"SELECT signal, {newest} FROM r GROUP BY signal", []))
        query = "SELECT v FROM r WHERE signal = ? ORDER BY t DESC LIMIT 1"
        return {name: run(query, [name])[0][0] for name in names}

    def minutes(name: str, start: int, end: int) -> np.ndarray:
        minute = "t // 60000000" if newest else "t / 60000000"  # DuckDB divides integers to a fraction
        query = (
            f"SELECT avg(v) FROM r WHERE signal = ? AND t >= ? AND t < ? GROUP BY {minute} ORDER BY {minute}"
        )
        return np.array([row[0] for row in run(query, [name, start, end])])

    def curve(name: str, start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        rows = run("SELECT t, v FROM r WHERE signal = ? AND t >= ? AND t < ? ORDER BY t", [name, start, end])
        table = np.array(rows, np.float64)
        times, values = table[:, 0].astype(np.int64), np.ascontiguousarray(table[:, 1])
        kept = LTTBDownsampler().downsample(times, values, n_out=min(POINTS, len(times)))
        return times[kept], values[kept]

    return {"last": last, "minutes": minutes, "curve": curve}


# ------------------------------------------------------------------------------------------- the questions
def true_minutes(walks: Walks, signal: int, start: int, end: int) -> np.ndarray:
    first, last = span(walks, start, end)
    times, values = walks.times(first, last), walks.values(signal, first, last)
    minute = times // MINUTE_US
    edges = np.flatnonzero(np.diff(minute)) + 1
    return np.array([part.mean() for part in np.split(values, edges)])


def span(walks: Walks, start: int, end: int) -> tuple[int, int]:
    first = max(0, -(-(start - walks.start_us) // walks.step_us))
    return first, min(walks.steps, -(-(end - walks.start_us) // walks.step_us))


def is_curve(
    walks: Walks, signal: int, window: tuple[int, int], curve: tuple[np.ndarray, np.ndarray]
) -> bool:
    """Ends kept, in order, every point one of the readings: what a thinned curve must be."""
    first, last = span(walks, *window)
    times, values = curve
    steps = (times - walks.start_us) // walks.step_us - first
    true = walks.values(signal, first, last)
    return bool(
        len(times) == min(POINTS, last - first)
        and (np.diff(times) > 0).all()
        and steps[0] == 0
        and steps[-1] == len(true) - 1
        and np.array_equal(true[steps], values)
    )


@dataclass
class Times:
    """Milliseconds of each question, and how many answers were wrong."""

    ms: list[float]
    wrong: int = 0

    def row(self) -> dict[str, float]:
        p50, p95 = np.percentile(self.ms, [50, 95])
        return {"n": len(self.ms), "p50_ms": round(p50, 2), "p95_ms": round(p95, 2), "wrong": self.wrong}


def ask_all(engine: Any, walks: Walks, n: int, seed: int, *, frozen: bool) -> dict[str, Times]:
    """Ask ``n`` random questions of each kind and compare every answer."""
    rng = np.random.default_rng(seed)
    names, asked = walks.names(), engine.ask()
    end_us = walks.start_us + walks.steps * walks.step_us
    days = max(1, (end_us - walks.start_us) // DAY_US)
    found = {kind: Times([]) for kind in ("last", "minutes", "curve")}
    newest = [walks.values(k)[-1] for k in range(walks.signals)] if frozen else []
    for _ in range(n):
        signal, day = int(rng.integers(walks.signals)), int(rng.integers(days))
        start = walks.start_us + day * DAY_US
        window = (start, min(start + DAY_US, end_us))
        answer = timed(found["last"], asked["last"], names)
        if frozen:
            found["last"].wrong += [answer[name] for name in names] != newest
        else:
            found["last"].wrong += len(answer) != len(names)
        means = timed(found["minutes"], asked["minutes"], names[signal], *window)
        true = true_minutes(walks, signal, *window)
        found["minutes"].wrong += not (len(means) == len(true) and np.allclose(means, true, atol=1e-9))
        whole = (walks.start_us, end_us)
        curve = timed(found["curve"], asked["curve"], names[signal], *whole)
        found["curve"].wrong += not is_curve(walks, signal, whole, curve)
    return found


def timed(into: Times, question: Callable[..., Any], *words: Any) -> Any:
    began = time.perf_counter()
    answer = question(*words)
    into.ms.append(1e3 * (time.perf_counter() - began))
    return answer


# ------------------------------------------------------------------------------------------------- the run
def measure(engine: Any, walks: Walks, chosen: argparse.Namespace) -> dict[str, Any]:
    engine.open()
    wall, cpu, slowest = time.perf_counter(), os.times(), 0.0
    rows = 0
    for batch in walks.batches():
        began = time.perf_counter()
        engine.append(batch)
        slowest = max(slowest, time.perf_counter() - began)
        rows += batch.num_rows
        progress(f"{engine.name}: {rows / 1e6:6.1f} M readings, {rows / (time.perf_counter() - wall):9.0f}/s")
    spent = os.times()
    result: dict[str, Any] = {
        "rows": rows,
        "ingest_rows_per_s": round(rows / (time.perf_counter() - wall)),
        "ingest_cpu_s": round(spent.user - cpu.user + spent.system - cpu.system, 1),
        "slowest_commit_ms": round(1e3 * slowest),
    }
    began = time.perf_counter()
    engine.settle()
    result["settle_s"] = round(time.perf_counter() - began, 1)
    result["bytes_per_reading"] = round(engine.bytes() / rows, 2)
    result["warm"] = {k: t.row() for k, t in ask_all(engine, walks, chosen.questions, 1, frozen=True).items()}
    if isinstance(engine, Arkwright):
        result["cold"] = ask_cold(engine, chosen)
        result["while_ingesting"] = ask_busy(engine, walks, chosen)
    engine.close()
    return result


def ask_cold(engine: Arkwright, chosen: argparse.Namespace) -> dict[str, Any]:
    """The first question of each kind in a fresh process, several times."""
    words = [sys.executable, "-m", "bench.history", "--cold", str(engine.folder), *arguments_of(chosen)]
    rows = [json.loads(subprocess.run(words, capture_output=True, check=True).stdout) for _ in range(5)]
    return {kind: round(float(np.median([row[kind] for row in rows])), 1) for kind in rows[0]}


def answer_cold(folder: Path, walks: Walks) -> dict[str, float]:
    began = time.perf_counter()
    engine = Arkwright(folder.parent, lambda: datetime.now(UTC))
    asked = engine.ask()
    opened = 1e3 * (time.perf_counter() - began)
    once = {kind: Times([]) for kind in asked}
    end = walks.start_us + walks.steps * walks.step_us
    timed(once["last"], asked["last"], walks.names())
    timed(once["minutes"], asked["minutes"], walks.names()[3], end - DAY_US, end)
    timed(once["curve"], asked["curve"], walks.names()[5], walks.start_us, end)
    return {"open": opened} | {kind: t.ms[0] for kind, t in once.items()}


def ask_busy(engine: Arkwright, walks: Walks, chosen: argparse.Namespace) -> dict[str, Any]:
    """Ask while another thread commits 20,000 readings a second of other times."""
    stop, taken = threading.Event(), [0]
    ahead = Walks(walks.signals, 1_000_000, 50_000, walks.start_us + walks.steps * walks.step_us + DAY_US, 11)

    def go_on() -> None:
        names = pa.array(ahead.names())
        rng = np.random.default_rng(3)
        step = 0
        while not stop.is_set():
            began = time.perf_counter()
            values = np.round(rng.normal(20, 1, (ahead.signals, 20)), 2)
            engine.append(make_readings(names, ahead.times(step, step + 20), values))
            step += 20
            taken[0] += values.size
            time.sleep(max(0.0, values.size / 20_000 - (time.perf_counter() - began)))

    thread = threading.Thread(target=go_on)
    began = time.perf_counter()
    thread.start()
    try:
        found = ask_all(engine, walks, chosen.questions, 2, frozen=False)
    finally:
        stop.set()
        thread.join()
    rate = round(taken[0] / (time.perf_counter() - began))
    return {k: t.row() for k, t in found.items()} | {"ingest_rows_per_s": rate}


def measure_density(folder: Path, signals: int, hours: int = 2) -> float:
    """Bytes per reading at 1 Hz and resolution 0.01, after the upkeep."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    walks = Walks(signals, hours * 3600, 1_000_000, to_us(start), 5)
    engine = Arkwright(folder / "dense", lambda: start + timedelta(hours=hours + 2))
    engine.open()
    for batch in walks.batches():
        engine.append(batch)
    engine.settle()
    engine.close()
    return engine.bytes() / (signals * hours * 3600)


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr, flush=True)


def arguments_of(chosen: argparse.Namespace) -> list[str]:
    return ["--rows", str(chosen.rows), "--signals", str(chosen.signals), "--days", str(chosen.days)]


def walks_of(chosen: argparse.Namespace) -> Walks:
    steps = chosen.rows // chosen.signals
    start = to_us(datetime(2026, 1, 1, tzinfo=UTC))
    return Walks(chosen.signals, steps, int(chosen.days * DAY_US / steps), start)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--signals", type=int, default=1000)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--only", nargs="*", default=None, help="arkwright, 'duckdb file', sqlite")
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--cold", type=Path, default=None, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    walks = walks_of(chosen)
    if chosen.cold is not None:
        print(json.dumps(answer_cold(chosen.cold, walks)))
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-history-", dir=chosen.folder))
    end = from_us(walks.start_us + walks.steps * walks.step_us) + timedelta(days=2)
    print(__doc__.partition("\n\n    python")[0])
    try:
        for kind in (Arkwright, DuckDbFile, SqliteFile):
            if chosen.only and kind.name not in chosen.only:
                continue
            result = measure(kind(folder, lambda: end), walks, chosen)
            print(f"\n{kind.name}")
            print(json.dumps(result, indent=2))
        if not chosen.only or "arkwright" in chosen.only:
            density = measure_density(folder, chosen.signals)
            print(f"\narkwright, 1 Hz, resolution 0.01: {density:.2f} bytes a reading")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
