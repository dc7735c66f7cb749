"""Every way a record or a question can be wrong is an answer that names it, never an error."""

import json
from dataclasses import replace

import numpy as np
import pytest

from arkwright.app.diagnose import Question, diagnose_row

RATE_HZ, SPEED_RPM = 12_000.0, 1797.0


def spoilt(kind):
    x = np.random.default_rng(0).normal(size=60_000)
    if kind == "constant":
        x[:] = 3.0
    elif kind == "clipped":
        x = np.clip(x, -1.0, 1.0)
    elif kind == "holes":
        x[100:200] = np.nan
    return {"empty": x[:0], "one": x[:1]}.get(kind, x)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("empty", "'DE' has 0 samples"),
        ("one", "no channel 'DE'"),
        ("constant", "constant"),
        ("clipped", "clipped"),
        ("holes", "100 of 60000 samples are not numbers"),
    ],
)
def test_a_spoilt_record_is_refused_by_name(tmp_path, kind, named):
    np.savez(tmp_path / "x.npz", DE=spoilt(kind))
    answer = diagnose_row({}, Question(tmp_path / "x.npz", "DE", RATE_HZ, SPEED_RPM, "6205"))
    assert answer["verdict"] == "cannot_judge"
    assert named in answer["evidence"][0]["text"]
    json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"speed_rpm": 0.0}, "speed of the shaft"),
        ({"speed_rpm": float("nan")}, "speed of the shaft"),
        ({"rate_hz": float("inf")}, "sample rate"),
        ({"bearing": "9999"}, "not in the catalogue"),
        ({"bearing": ""}, "the bearing is not stated"),
        ({"channel": "XX"}, "XX"),
        ({"file": "nowhere.npz"}, "cannot read"),
        ({"file": "."}, ""),
        ({"file": "torn.npz"}, "cannot read"),
        ({"file": "torn.mat"}, ""),
        ({"file": "note.txt"}, ".txt"),
    ],
)
def test_a_wrong_question_is_refused_by_name(tmp_path, change, named):
    np.savez(tmp_path / "outer.npz", DE=spoilt(""))
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04 torn")
    (tmp_path / "torn.mat").write_bytes(b"MATLAB 5.0 torn")
    (tmp_path / "note.txt").write_text("no record")
    asked = Question(tmp_path / "outer.npz", "DE", RATE_HZ, SPEED_RPM, "6205")
    if "file" in change:
        change = {"file": tmp_path / change["file"]}
    answer = diagnose_row({}, replace(asked, **change))
    assert answer["verdict"] == "cannot_judge"
    assert named in answer["evidence"][0]["text"]
    assert answer["missing"][0]
