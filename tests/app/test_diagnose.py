"""From a file of vibration to a verdict: the fixed interface, and refusals that name what is missing."""

import json
import subprocess
import sys

import numpy as np
import pytest

RATE_HZ, SPEED_RPM, BPFO = 12_000.0, 1797.0, 3.5848


def arkwright(*words):
    command = [sys.executable, "-m", "arkwright", "diagnose", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100)


def outer_race_record(seed=0, n=60_000):
    """An impact each time a ball passes the defect, ringing at 3 kHz, in noise: built without the product."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0.0, 1.0, n)
    period = RATE_HZ / (BPFO * SPEED_RPM / 60)
    ring = np.arange(200) / RATE_HZ
    burst = 5.0 * np.exp(-ring * 900) * np.sin(2 * np.pi * 3000 * ring)
    for k in range(int((n - 300) / period)):
        at = int(k * period + rng.normal(0, 0.01 * period))
        x[max(at, 0) : max(at, 0) + 200] += burst
    return x


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    np.savez(folder / "outer.npz", DE=outer_race_record())
    np.savez(folder / "healthy.npz", DE=np.random.default_rng(1).normal(0, 1, 60_000))
    np.savez(folder / "two.npz", DE=np.zeros(60_000), FE=np.zeros(60_000))
    return folder


def test_one_object_with_the_fixed_keys(folder):
    options = ("--bearing", "6205", "--rpm", 1797, "--rate", 12000)
    done = arkwright(folder / "outer.npz", *options, "--json")
    answer = json.loads(done.stdout)
    assert {"verdict", "labels", "confidence", "severity", "evidence"} <= set(answer)
    assert answer["verdict"] == "outer_race"
    told = arkwright(folder / "outer.npz", *options).stdout
    assert "outer_race" in told
    assert "envelope spectrum" in told


def test_a_manifest_is_answered_row_by_row_and_in_order(folder):
    manifest = folder / "manifest.csv"
    rows = [
        "file,channel,rate_hz,speed_rpm,bearing,bpfo,bpfi,bsf,ftf",
        "outer.npz,DE,12000,1797,,3.5848,5.4152,2.3568,0.39828",
        "healthy.npz,DE,12000,1797,6205,,,,",
        "outer.npz,DE,,1797,6205,,,,",
        "outer.npz,DE,12000,fast,6205,,,,",
        "outer.npz,DE,12000,1797,9999,,,,",
        "nowhere.npz,DE,12000,1797,6205,,,,",
        "two.npz,,12000,1797,6205,,,,",
        "two.npz,DE,12000,1797,6205,,,,",
        "outer.npz,DE,12000,1797,,3.5,,,",
    ]
    manifest.write_text("\n".join(rows) + "\n")
    done = arkwright("--manifest", manifest, "--json-lines")
    assert done.returncode == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["file"] for a in answers] == [r.split(",")[0] for r in rows[1:]]
    assert [a["verdict"] for a in answers] == ["outer_race", "normal"] + 7 * ["cannot_judge"]
    told = [a["evidence"][0]["text"] for a in answers[2:]]
    wanted = ("sample rate", "not a number", "not in the catalogue", "cannot read", "2 channels: DE, FE")
    for text, want in zip(told, wanted, strict=False):
        assert want in text
    assert "all four" in told[-1]


def test_a_real_gearbox_record_without_a_rate_is_refused(shared_data):
    record = shared_data / "diagnosis" / "gearbox_gfd" / "b30hz90.npz"
    answer = json.loads(
        arkwright(record, "--channel", "a1", "--bearing", "6205", "--rpm", 1800, "--json").stdout
    )
    assert answer["verdict"] == "cannot_judge"
    assert "sample rate" in answer["evidence"][0]["text"]


@pytest.mark.parametrize(
    ("file", "channel", "rate", "rpm", "bearing", "verdict"),
    [
        ("cwru/1730_IR_7_DE12.npz", "DE", 12000, 1730, "6205", "inner_race"),
        ("cwru/1730_ORat6_7_DE12.npz", "DE", 12000, 1730, "6205", "outer_race"),
        ("cwru/1797_Normal.npz", "DE", 48000, 1797, "6205", "normal"),
    ],
)
def test_real_records_get_their_verdict(shared_data, file, channel, rate, rpm, bearing, verdict):
    record = shared_data / "diagnosis" / file
    done = arkwright(
        record, "--channel", channel, "--rate", rate, "--rpm", rpm, "--bearing", bearing, "--json"
    )
    assert json.loads(done.stdout)["verdict"] == verdict
