"""What bench.peers counts is what a peer's own process said of records it cannot recognise."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from bench.diagnosis_cases import Sealed
from bench.peer_places import Place, asked_alone, place
from bench.peers import METHODS, Asked, Told, claim, counted, judged, record_of
from bench.synthetic import draw_faulty, draw_healthy

from arkwright.health.bearing import judge_record

OURS = next(m for m in METHODS if m.title == "arkwright")
HERE = Place(Path(sys.executable))


def sealed(case, label):
    load = lambda: (case.x, case.rate_hz, case.speed_rpm, case.orders)  # noqa: E731
    return Sealed("synthetic", "a name that no judge sees", "", label, load)


@pytest.mark.timeout(300)  # a busy computer takes long to start a process
def test_a_process_says_of_a_record_what_the_verdict_says_of_it_here_also_after_it_ended():
    cases = [sealed(draw_faulty(3, "outer_race", seconds=(4, 4.1)), "outer_race")]
    cases.append(sealed(draw_healthy(4, seconds=(2, 2.1)), "normal"))
    asked = Asked(OURS, HERE)
    for case in cases:
        x, rate, shaft, orders = record_of(case)
        said = asked.ask(x, rate, shaft, orders)
        assert said["verdict"] == judge_record(x, rate, 60 * shaft, orders).verdict
        assert said["cpu_s"] > 0
        asked._process.kill()
        asked._process.wait()
    asked.close()


@pytest.mark.timeout(300)
def test_a_record_that_a_method_cannot_take_is_failed_with_the_reason_and_stops_no_other():
    plain = next(m for m in METHODS if m.title == "plain M1, argmax")
    nothing = SimpleNamespace(x=np.zeros(0), rate_hz=12_000.0, speed_rpm=1800.0, orders=(3.5, 5.4, 2.3, 0.4))
    noise = draw_healthy(4, seconds=(1, 1.1))
    empty, other = judged(plain, HERE, [sealed(nothing, "normal"), sealed(noise, "normal")])
    assert empty.verdict == "failed"
    assert "Error" in empty.reason
    assert other.verdict in ("outer_race", "inner_race", "ball")


def test_every_record_is_counted_once_and_another_fault_on_a_healthy_one_is_a_false_alarm():
    said = ("outer_race", "ball", "normal", "cannot_judge", "failed")
    faulty = [Told("CWRU FE12", "", "ball", verdict, 0.1, 1.0) for verdict in said]
    healthy = [Told(f"IMS healthy {c}", "", "normal", verdict, 0.1, 1.0) for c in "xy" for verdict in said]
    wrong, alarms = counted(OURS, faulty + healthy)
    assert [wrong[k] for k in ("records", "right", "misled", "called normal", "abstained", "failed")] == [
        5, 1, 1, 1, 1, 1,
    ]  # fmt: skip
    assert alarms["set"] == "IMS healthy"
    assert [alarms[k] for k in ("records", "right", "false alarms", "abstained", "failed")] == [
        10,
        2,
        4,
        2,
        2,
    ]


def test_the_ratio_of_cpu_is_of_rows_of_the_same_run_or_says_which_is_not_there():
    rows = [{"method": "arkwright", "cpu_s": 0.1}, {"method": "openconmo M3", "cpu_s": 0.8}]
    assert "0.12 of its CPU" in claim(rows)
    assert "no ratio" in claim(rows[:1])


def test_a_peer_is_asked_alone(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "somewhere of ours")
    environment = asked_alone(Path(sys.executable))
    assert "PYTHONPATH" not in environment
    assert environment["OMP_NUM_THREADS"] == "1"


def test_methods_of_packages_name_a_version_and_nothing_else():
    packages = {p for m in METHODS for p in m.packages}
    assert len(packages) == 3
    assert all(name.replace("-", "").isalnum() and v.replace(".", "").isdigit() for name, _, v in
               (p.partition("==") for p in packages))  # fmt: skip


@pytest.mark.timeout(300)
@pytest.mark.slow  # an environment takes seconds to make
def test_a_package_that_cannot_be_installed_is_missing_with_a_reason(tmp_path):
    at = place("nothing", ("no name of a package==1",), tmp_path)
    assert at.python is None
    assert "ERROR" in at.missing
