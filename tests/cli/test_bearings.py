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
    assert len(rows) >= 350
    assert all(row["source"] and row["confirmed_by"] for row in rows)
    assert {row["bearing"] for row in rows} >= {"6205", "6203", "ZA-2115"}


def test_orders_are_computed_from_a_geometry():
    (row,) = json.loads(arkwright("--balls", 9, "--ball-mm", 7.94, "--pitch-mm", 39.04, "--json").stdout)
    # 9/2 (1 - 7.94/39.04) = 3.5848, as published for the 6205.
    assert row["bpfo"] == pytest.approx(3.5848, abs=1e-4)
    assert row["bpfi"] == pytest.approx(5.4152, abs=1e-4)


def test_a_part_of_a_name_lists_every_maker_and_counts():
    shown = arkwright("620").stdout
    assert "IBU 6203" in shown
    assert "GMN S 6205 E" in shown
    assert "6 rows, 1 designations" in arkwright("6203-2RS").stdout


def test_an_outer_ring_that_turns_takes_the_cage_with_it():
    geometry = ("--balls", 9, "--ball-mm", 7.94, "--pitch-mm", 39.04)
    (still,), (turns,) = (
        json.loads(arkwright(*geometry, *more, "--json").stdout) for more in ((), ("--outer-turns",))
    )
    assert turns["bpfo"] == still["bpfo"]
    assert turns["ftf"] == pytest.approx(1 - still["ftf"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("7777",), "not in the catalogue"),
        (("--balls", 9), "not whole"),
        (("--balls", 16, "--ball-mm", 8, "--pitch-mm", 40), "do not fit"),
        (("--balls", 9, "--ball-mm", 8, "--pitch-mm", 40, "--angle-deg", 95), "outside"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(words, said):
    done = arkwright(*words)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
