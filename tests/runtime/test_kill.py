"""Kill -9 of a process that reads, keeps and judges: readings, ticks, findings and cards are there once."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.runtime.plant_process import KNOWN, NAMES, SITE

from arkwright.app.rejudge import compare_with_ledger
from arkwright.core.tables import to_us
from arkwright.history.ledger import open_ledger
from arkwright.history.query import History

ROOT = Path(__file__).resolve().parents[2]


class Told:
    """What the process said over all its lives: batches tried, with their times, and those that stand."""

    def __init__(self):
        self.tried, self.stands = {}, set()

    def hear(self, line):
        word, *rest = line.split()
        if word == "try":
            self.tried[int(rest[0])] = int(rest[1])
        elif word == "stands":
            self.stands.add(int(rest[0]))

    def order(self):
        again = sorted((n, t) for n, t in self.tried.items() if n not in self.stands)
        return {"first": max(self.tried, default=-1) + 1, "again": again}


def live_and_die(folder, told, delay_s):
    words = [sys.executable, "-m", "tests.runtime.plant_process", str(folder), json.dumps(told.order())]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    before, lines = len(told.stands), []

    def listen():
        for line in child.stdout:
            lines.append(line)
            if line.endswith("\n"):
                told.hear(line)

    ears = threading.Thread(target=listen)
    ears.start()
    while len(told.stands) == before:
        assert child.poll() is None, "".join(lines)
        time.sleep(0.01)
    time.sleep(delay_s)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    ears.join()
    child.stdout.close()


def has_judged(folder, kills):
    ledger = open_ledger(folder / "ledger.db")
    with ledger.view() as view:
        done = all(view.last_tick_us(c) for c in KNOWN) and len(view.findings_of("ailing")) > kills
    ledger.close()
    return done


def kill_and_look(folder, kills, seed):
    rng, told = random.Random(seed), Told()
    for _ in range(kills):
        live_and_die(folder, told, rng.uniform(0.5, 4.5))
    for _ in range(10):  # a busy computer may have judged nothing in lives so short
        if has_judged(folder, kills):
            break
        live_and_die(folder, told, 6.0)
    whole = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    history, ledger = History(folder / "history"), open_ledger(folder / "ledger.db")
    rows = history.window(NAMES, *whole).to_pylist()
    stored = Counter((r["signal"], to_us(r["time"]), r["value"]) for r in rows)
    assert max(stored.values()) == 1
    sent = {n: {(s, t + p, float(n)) for p, s in enumerate(NAMES)} for n, t in told.tried.items()}
    assert {row for n in told.stands for row in sent[n]} <= set(stored)
    assert set(stored) <= {row for rows in sent.values() for row in rows}
    assert history.events(*whole, kinds=["correction"]).num_rows == 0
    found = list(compare_with_ledger(SITE, history, ledger, KNOWN))
    assert [c for c in found if not c.equal] == []
    assert {c.check for c in found} == set(KNOWN)
    with ledger.view() as view:
        ailing = view.findings_of("ailing")
        cards = [c for c in view.cards() if c.payload.get("check") == "ailing"]
        counted = view.states("adding")
        assert not any(d.get("failed") for c in KNOWN for d in view.tick_details(c).values())
    assert len({(f.asset, f.end) for f in ailing}) == len(ailing) > kills
    assert sorted(c.asset for c in cards) == sorted({f.asset for f in ailing})
    assert counted["P0000"]["n"] > 0
    ledger.close()


def test_readings_ticks_findings_and_cards_outlive_three_kills_once_each(tmp_path):
    kill_and_look(tmp_path, 3, 3)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_readings_ticks_findings_and_cards_outlive_fifty_kills_once_each(tmp_path):
    kill_and_look(tmp_path, 50, 50)
