"""From a file of vibration to a verdict: the fixed interface, and refusals that name what is missing."""

import json
import subprocess
import sys

import numpy as np
import pytest

from arkwright.app.diagnose import Question, diagnose

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


def as_wav(path, x):
    from scipy.io import wavfile

    wavfile.write(path, int(RATE_HZ), x.astype(np.float32))


def as_csv(path, x):
    np.savetxt(path, np.c_[np.arange(len(x)) / RATE_HZ, x], delimiter=",", header="time_s,DE", comments="")


def as_parquet(path, x):
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"DE": x}), path)


def as_mat(path, x):
    from scipy.io import savemat

    savemat(path, {"DE": x[:, None]})


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


@pytest.mark.parametrize(
    ("ending", "write", "rate"),
    [
        ("wav", as_wav, None),
        ("csv", as_csv, None),
        ("parquet", as_parquet, RATE_HZ),
        ("mat", as_mat, RATE_HZ),
    ],
)
def test_every_format_gets_the_same_verdict(tmp_path, ending, write, rate):
    path = tmp_path / f"record.{ending}"
    write(path, outer_race_record())
    answer = diagnose(Question(path, "", rate, SPEED_RPM, "6205")).answer
    assert answer["verdict"] == "outer_race", answer["evidence"]


def test_a_rate_that_the_file_contradicts_is_refused_with_both(tmp_path):
    as_wav(tmp_path / "r.wav", outer_race_record())
    answer = diagnose(Question(tmp_path / "r.wav", "", 48_000.0, SPEED_RPM, "6205")).answer
    assert answer["verdict"] == "cannot_judge"
    assert "12000 Hz and 48000 Hz" in answer["missing"][0]


def test_a_file_with_several_channels_is_refused_with_their_names_until_one_is_chosen(folder):
    answer = diagnose(Question(folder / "two.npz", "", RATE_HZ, SPEED_RPM, "6205")).answer
    assert "2 channels: DE, FE" in answer["missing"][0]
    answer = diagnose(Question(folder / "two.npz", "NDE", RATE_HZ, SPEED_RPM, "6205")).answer
    assert "no channel 'NDE'" in answer["missing"][0]
    assert "DE, FE" in answer["missing"][0]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.npz", b"", "cannot read"),
        ("empty.csv", b"", ""),
        ("torn.npz", b"PK\x03\x04 and no more", "cannot read"),
        ("torn.mat", b"MATLAB 5.0 MAT-file, and no more", "cannot read"),
        ("torn.wav", b"RIFF", "cannot read"),
        ("torn.parquet", b"PAR1", "cannot read"),
        ("words.csv", b"a,b\nnot,a record\n", ""),
        ("notes.txt", b"hello", "ending '.txt'"),
    ],
)
def test_what_is_no_record_is_refused_by_name_and_without_a_traceback(tmp_path, name, content, word):
    (tmp_path / name).write_bytes(content)
    answer = diagnose(Question(tmp_path / name, "", RATE_HZ, SPEED_RPM, "6205")).answer
    assert answer["verdict"] == "cannot_judge"
    assert word in answer["missing"][0]
    assert len(answer["missing"][0]) > 10


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path):
    assert "folder" in diagnose(Question(tmp_path)).answer["missing"][0]
    assert "nowhere.npz" in diagnose(Question(tmp_path / "nowhere.npz")).answer["missing"][0]


@pytest.mark.parametrize(
    ("name", "x", "word"),
    [
        ("constant", np.full(60_000, 2.0), "constant"),
        ("short", np.random.default_rng(0).normal(size=100), "turns of the shaft"),
        ("clipped", np.clip(np.random.default_rng(0).normal(size=60_000), -0.3, 0.3), "clipped"),
        ("holed", np.where(np.arange(60_000) % 50 == 1, np.nan, 1.0), "not numbers"),
    ],
)
def test_an_unfit_record_names_its_flaw(tmp_path, name, x, word):
    np.savez(tmp_path / f"{name}.npz", DE=x)
    answer = diagnose(Question(tmp_path / f"{name}.npz", "DE", RATE_HZ, SPEED_RPM, "6205")).answer
    assert answer["verdict"] == "cannot_judge"
    assert word in " ".join(answer["missing"])


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--rpm", 0, "--rate", 12000, "--bearing", "6205"), "speed of the shaft"),
        (("--rpm", 1797, "--bearing", "6205"), "sample rate is not stated"),
        (("--rpm", 1797, "--rate", 12000), "bearing is not stated"),
        (("--rpm", 1797, "--rate", 12000, "--bearing", "7777"), "not in the catalogue"),
    ],
)
def test_the_command_line_refuses_by_name(folder, options, word):
    done = arkwright(folder / "outer.npz", *options, "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["labels"]) == ("cannot_judge", [])
    assert word in " ".join(answer["missing"])


def test_a_manifest_that_is_not_there_is_one_sentence(tmp_path):
    done = arkwright("--manifest", tmp_path / "none.csv", "--json-lines")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_a_report_is_written_beside_the_answer(folder, tmp_path):
    page = tmp_path / "out.html"
    options = ("--bearing", "6205", "--rpm", 1797, "--rate", 12000, "--report", page, "--json")
    done = arkwright(folder / "outer.npz", *options)
    assert json.loads(done.stdout)["verdict"] == "outer_race"
    assert "<svg" in page.read_text()
    done = arkwright(folder / "outer.npz", *options[:-2], tmp_path / "no" / "where.html")
    assert done.returncode == 1
    assert "cannot write the report" in done.stderr


def test_counter_evidence_is_marked_and_the_threshold_follows_alpha(folder):
    strict = diagnose(Question(folder / "outer.npz", "DE", RATE_HZ, SPEED_RPM, "6205", alpha=0.0001)).answer
    plain = diagnose(Question(folder / "outer.npz", "DE", RATE_HZ, SPEED_RPM, "6205")).answer
    assert strict["evidence"][0]["threshold"] > plain["evidence"][0]["threshold"]
    assert all(e["against"] for e in plain["evidence"][1:])
