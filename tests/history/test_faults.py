"""Kill -9 at any moment, a full disk, a folder that cannot be written: acknowledged means there, once."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.history.conftest import NOW, NOW_US, as_rows, make_batch
from tests.history.writer import rows_of

from arkwright.core.errors import HistoryError
from arkwright.core.tables import Waveform
from arkwright.history.lake import Lake
from arkwright.history.query import History

ROOT = Path(__file__).resolve().parents[2]


def run_and_kill(folder: Path, first: int, delay_s: float) -> int:
    """Let the writer run for a while after its first acknowledgement, then kill it; return the last said."""
    words = [sys.executable, "-m", "tests.history.writer", str(folder), str(first)]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    line = child.stdout.readline()
    time.sleep(delay_s)
    os.kill(child.pid, signal.SIGKILL)
    said = [line, *child.stdout.read().splitlines()]
    child.wait()
    child.stdout.close()
    return int([s for s in said if s.strip()][-1])


def kill_and_count(folder: Path, times: int) -> None:
    rng, first = random.Random(times), 0
    for _ in range(times):
        # The batch that may or may not have been committed is sent again, as a source would.
        first = run_and_kill(folder, first, rng.uniform(0.0, 0.4)) + 1
    names = [f"s{s}" for s in range(20)]
    with Lake(folder, lambda: NOW) as lake:
        stored = as_rows(History(lake).window(names, NOW - timedelta(days=2), NOW + timedelta(days=1)))
    counts = Counter(stored)
    assert max(counts.values()) == 1
    acknowledged = {row for number in range(first) for row in rows_of(number)}
    assert acknowledged <= set(counts)
    # Beyond that at most one batch: committed, and killed before it could be said.
    assert set(counts) - acknowledged <= set(rows_of(first))


def test_rows_acknowledged_before_kill_9_are_there_once(tmp_path):
    kill_and_count(tmp_path, 3)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_rows_acknowledged_before_fifty_kills_are_there_once(tmp_path):
    kill_and_count(tmp_path, 50)


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here: needs root and tmpfs")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def noisy(number: int) -> list:
    values = np.random.default_rng(number).normal(size=4000)
    return [
        (f"s{k % 10}", NOW_US - 10_000_000 + number * 1000 + k // 10, float(v), 0)
        for k, v in enumerate(values)
    ]


def test_a_full_disk_acknowledges_nothing_and_work_goes_on_when_there_is_room(small_disk):
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_500_000))
    wave = Waveform("w", NOW, np.random.default_rng(0).normal(size=60_000).astype(np.float32), 1e4, "g")
    lake = Lake(small_disk / "lake", lambda: NOW)
    done = 0
    with pytest.raises(HistoryError, match=r"Make room"):
        while done < 1000:
            lake.append(make_batch(noisy(done)))
            done += 1
    assert done > 3
    for _ in range(3):
        with pytest.raises(HistoryError):
            lake.append(make_batch(noisy(done)))
        with pytest.raises(HistoryError):
            lake.append_waveforms([wave])
    names = [f"s{k}" for k in range(10)]
    whole = (NOW - timedelta(days=1), NOW + timedelta(days=1))
    wanted = sorted(row for number in range(done) for row in noisy(number))
    assert as_rows(History(lake).window(names, *whole)) == wanted
    ballast.unlink()
    receipt = lake.append(make_batch(noisy(done)))
    assert receipt.appended + receipt.duplicates == 4000
    assert lake.append_waveforms([wave]) == 1
    wanted = sorted(row for number in range(done + 1) for row in noisy(number))
    assert as_rows(History(lake).window(names, *whole)) == wanted
    lake.close()
    with Lake(small_disk / "lake", lambda: NOW) as again:
        assert as_rows(History(again).window(names, *whole)) == wanted
        assert len(History(again).waveforms("w", *whole)) == 1


def test_a_folder_that_is_a_file_teaches(tmp_path):
    (tmp_path / "lake").write_text("")
    with pytest.raises(HistoryError, match="cannot read or write"):
        Lake(tmp_path / "lake")


def test_a_log_that_cannot_be_written_acknowledges_nothing(tmp_path):
    with Lake(tmp_path, lambda: NOW) as lake:
        lake.append(make_batch(noisy(0)))
        log = tmp_path / "readings" / "_delta_log"
        log.rename(log.with_name("away"))
        with pytest.raises(HistoryError):
            lake.append(make_batch(noisy(1)))
        shutil.rmtree(log, ignore_errors=True)  # a writer that made the folder anew has left nothing of worth
        log.with_name("away").rename(log)
        receipt = lake.append(make_batch(noisy(1)))
        assert receipt.appended + receipt.duplicates == 4000
        names = [f"s{k}" for k in range(10)]
        got = as_rows(History(lake).window(names, NOW - timedelta(days=1), NOW + timedelta(days=1)))
        assert got == sorted(noisy(0) + noisy(1))
