"""`arkwright bearings`, run as a user runs it."""

import json
import subprocess
import sys

import pytest


def arkwright(*words):
    command = [sys.executable, "-m", "arkwright", "bearings", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_catalogue_is_listed_with_its_sources():
    rows = json.loads(arkwright("--json").stdout)
    assert len(rows) >= 34
    assert all(row["source"] for row in rows)
    assert {row["bearing"] for row in rows} >= {"6205", "6203", "ZA-2115"}


def test_orders_are_computed_from_a_geometry():
    (row,) = json.loads(arkwright("--balls", 9, "--ball-mm", 7.94, "--pitch-mm", 39.04, "--json").stdout)
    # 9/2 (1 - 7.94/39.04) = 3.5848, as published for the 6205.
    assert row["bpfo"] == pytest.approx(3.5848, abs=1e-4)
    assert row["bpfi"] == pytest.approx(5.4152, abs=1e-4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("7777",), "not in the catalogue"),
        (("--balls", 9), "not whole"),
        (("--balls", 9, "--ball-mm", 50, "--pitch-mm", 40), "not a bearing"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(words, said):
    done = arkwright(*words)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
