"""Every family of faults through `arkwright diagnose`: by nameplate, by speed alone, and beside a bearing."""

import json
import subprocess
import sys

import numpy as np
import pytest

from arkwright.app.diagnose import Question, diagnose
from arkwright.app.diagnose_question import plate_fields, read_pairs, read_plate
from arkwright.core.errors import ArkwrightError
from arkwright.health import ask as room

RATE_HZ, SPEED_RPM = 12_000.0, 1480.0
FIXED = {"verdict", "labels", "confidence", "severity", "evidence"}
T = np.arange(60_000) / RATE_HZ


def orders(put, seed=0):
    """Acceleration [m/s2] of orders of the shaft with so many mm/s RMS each, in noise."""
    x = 0.3 * np.random.default_rng(seed).standard_normal(len(T))
    for k, (order, v) in enumerate(put.items()):
        w = 2 * np.pi * order * SPEED_RPM / 60
        x += np.sqrt(2) * v * 1e-3 * w * np.cos(w * T + 0.7 * k)
    return x


def bearing_fault(n=60_000):
    """Impacts of an outer race at 1480 rpm, built without the product."""
    rng = np.random.default_rng(0)
    x = rng.normal(0.0, 1.0, n)
    period = RATE_HZ / (3.5848 * SPEED_RPM / 60)
    ring = np.arange(200) / RATE_HZ
    for k in range(int((n - 300) / period)):
        at = int(k * period + rng.normal(0, 0.01 * period))
        x[max(at, 0) : max(at, 0) + 200] += 5.0 * np.exp(-ring * 900) * np.sin(2 * np.pi * 3000 * ring)
    return x


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("families")
    coupling = orders({1: 3.0, 2: 2.6})
    np.savez(folder / "coupling.npz", DE=coupling)
    np.savez(folder / "quiet.npz", DE=orders({1: 0.3}))
    np.savez(folder / "gear.npz", DE=orders({1: 0.3, 23: 0.5, 46: 0.1}))
    np.savez(folder / "both.npz", DE=bearing_fault() + orders({1: 3.0, 2: 2.6}))
    axial = 0.8 * orders({1: 4.0}, seed=1)
    tacho = 5.0 * ((T * SPEED_RPM / 60) % 1 < 0.05)
    np.savez(folder / "bent.npz", DE=orders({1: 4.0}), A1=axial, A2=-axial, tacho=tacho, flat=0 * axial)
    return folder


def ask(path, **more):
    known = {"rate_hz": RATE_HZ, "speed_rpm": SPEED_RPM, "unit": "m/s2"}
    return diagnose(Question(path, **(known | more))).answer


def arkwright(*words):
    command = [sys.executable, "-m", "arkwright", "diagnose", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100)


def test_without_a_bearing_the_surest_symptom_of_all_tests_is_the_verdict(folder):
    answer = ask(folder / "coupling.npz")
    assert set(answer) >= FIXED
    assert (answer["verdict"], answer["labels"]) == ("misalignment", ["misalignment"])
    shown = answer["evidence"][0]
    assert (shown["test"], shown["fault"]) == ("misalignment", "misalignment")
    assert "second order" in shown["text"]
    assert shown["proofs"][0]["data"]["lines"][1]["velocity_mm_s"] == pytest.approx(2.6, rel=0.03)
    assert answer["severity"]["velocity_mm_s"] == pytest.approx(np.hypot(3.0, 2.6), rel=0.03)
    json.dumps(answer, allow_nan=False)


def test_with_a_bearing_its_test_alone_decides_and_what_others_see_stands_beside(folder):
    answer = ask(folder / "both.npz", bearing="6205")
    assert (answer["verdict"], answer["labels"]) == ("outer_race", ["outer_race"])
    assert [(a["test"], a["cause"]) for a in answer["also"]] == [("misalignment", "misalignment")]
    assert {"confidence", "text", "text_zh", "evidence"} <= set(answer["also"][0])
    plain = ask(folder / "quiet.npz", bearing="6205")
    assert (plain["verdict"], plain["also"]) == ("normal", [])


def test_a_rotor_that_shows_nothing_is_no_verdict_until_something_is_asked_about(folder):
    answer = ask(folder / "quiet.npz")
    assert answer["verdict"] == "cannot_judge"
    missing = " ".join(answer["missing"])
    assert "the bearing is not stated" in missing
    assert "nothing shows of: " in missing
    for test in room.tests().values():
        if test.quantity == "acceleration":
            assert all(f"--plate {name}=" in missing for name in test.plate), test.name


def test_what_only_a_rise_would_show_is_not_called_normal_from_one_record(folder):
    answer = ask(folder / "quiet.npz", plate={"n_vanes": 6.0})
    assert answer["verdict"] == "cannot_judge"
    assert any("before" in text and "Pump" in text for text in answer["missing"])
    assert set(answer["figures"]["pump"])


def test_normal_is_said_where_the_nameplate_told_what_to_look_at(folder):
    gear = room.tests()["gear"]
    answer = ask(folder / "gear.npz", plate=dict(gear.example))
    assert (answer["verdict"], answer["labels"]) == ("normal", [])
    assert gear.title in answer["evidence"][0]["text"]
    assert 0.5 < answer["confidence"] < 0.9


def test_a_quantity_is_asked_of_its_own_tests(folder):
    answer = ask(folder / "quiet.npz", quantity="current", unit="A")
    assert answer["verdict"] == "cannot_judge"
    assert "pole_pairs" in " ".join(answer["missing"])
    assert "bearing" not in " ".join(answer["missing"])
    refused = ask(folder / "quiet.npz", quantity="smell")
    assert "quantity 'smell' is not known" in refused["missing"][0]
    bearing = ask(folder / "quiet.npz", quantity="current", unit="A", bearing="6205")
    assert "judged from acceleration" in bearing["missing"][0]


def test_beside_and_tacho_are_channels_of_the_same_file(folder):
    path = folder / "bent.npz"
    beside = {"DE.axial": "A1", "NDE.axial": "A2"}
    answer = ask(path, channel="DE", beside=beside, tacho="tacho", speed_rpm=None)
    assert answer["verdict"] == "bent_shaft"
    assert answer["figures"]["unbalance"]["shaft_hz"] == pytest.approx(SPEED_RPM / 60, rel=1e-3)
    assert "no channel 'A9'" in ask(path, channel="DE", beside={"DE.axial": "A9"})["missing"][0]
    assert "no channel 'T'" in ask(path, channel="DE", tacho="T")["missing"][0]
    assert "no pulses" in ask(path, channel="DE", tacho="flat")["missing"][0]


def test_a_record_without_a_unit_or_a_speed_says_so(folder):
    assert "unit of the record is not declared" in " ".join(ask(folder / "coupling.npz", unit="")["missing"])
    assert "speed of the shaft" in " ".join(ask(folder / "coupling.npz", speed_rpm=None)["missing"])
    assert "rate is not stated" in " ".join(ask(folder / "coupling.npz", rate_hz=None)["missing"])


# ------------------------------------------------------------------------------------------ the nameplate
def test_a_nameplate_is_read_as_numbers_and_words():
    assert read_plate(["rated_power_kw=30", "support = rigid"]) == {
        "rated_power_kw": 30.0,
        "support": "rigid",
    }
    for name, test in room.tests().items():
        assert set(test.plate) <= set(plate_fields()), name


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        (["n_vanes"], "name=value"),
        (["=6"], "name=value"),
        (["n_vanes="], "name=value"),
        (["n_vans=6"], "n_vanes"),
        (["n_vanes=6", "n_vanes=7"], "6 and 7"),
    ],
)
def test_a_nameplate_that_is_none_teaches(texts, word):
    with pytest.raises(ArkwrightError, match=word):
        read_plate(texts)


def test_pairs_may_repeat_what_they_said():
    assert read_pairs(["NDE=b", "NDE=b"], "--beside") == {"NDE": "b"}


# ---------------------------------------------------------------------------------------- the command line
def test_the_command_takes_a_nameplate_and_prints_the_verdict_with_its_proof(folder):
    options = ("--rpm", 1480, "--rate", 12000, "--unit", "m/s2", "--plate", "support=rigid",
               "--plate", "rated_power_kw=75")  # fmt: skip
    told = arkwright(folder / "coupling.npz", *options).stdout
    assert "verdict     misalignment" in told
    assert "proof" in told
    assert "group 2, rigid support" in told
    wrong = arkwright(folder / "coupling.npz", *options, "--plate", "colour=blue")
    assert wrong.returncode == 1
    assert "no test reads 'colour'" in wrong.stderr


def test_every_test_is_listed_with_what_it_needs():
    rows = json.loads(arkwright("--tests", "--json").stdout)
    assert {r["test"] for r in rows} == {"bearing", *room.tests()}
    assert all({"title", "causes", "quantity", "needs_speed", "needs", "uses"} <= set(r) for r in rows)
    told = arkwright("--tests").stdout
    for test in room.tests().values():
        assert test.title in told
        assert all(f"--plate {name}=" in told for name in test.plate)


def test_a_manifest_states_quantity_and_nameplate_in_columns_of_their_own(folder):
    manifest = folder / "route.csv"
    rows = [
        "file,channel,rate_hz,speed_rpm,unit,bearing,quantity,plate,beside",
        "coupling.npz,DE,12000,1480,m/s2,,,support=rigid;rated_power_kw=75,",
        "both.npz,DE,12000,1480,m/s2,6205,acceleration,,",
        "bent.npz,DE,12000,1480,m/s2,,,,DE.axial=A1;NDE.axial=A2",
        "coupling.npz,DE,12000,1480,m/s2,,,colour=blue,",
        "quiet.npz,DE,12000,1480,A,,current,,",
    ]
    manifest.write_text("\n".join(rows) + "\n")
    done = arkwright("--manifest", manifest, "--json-lines")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["verdict"] for a in answers] == [
        "misalignment", "outer_race", "bent_shaft", "cannot_judge", "cannot_judge",
    ]  # fmt: skip
    assert answers[0]["severity"]["standard"].endswith("rigid support")
    assert [a["cause"] for a in answers[1]["also"]] == ["misalignment"]
    assert "colour" in answers[3]["missing"][0]
