"""Recorded files: every format gives the same samples back, and what is wrong is named."""

import random
import struct

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet
from scipy.io import loadmat, savemat, wavfile

from arkwright.connect.record import READERS, read_record, read_recording
from arkwright.connect.record_mat import read_arrays
from arkwright.core.errors import SourceError

X = np.random.default_rng(0).normal(0, 1, 500)


def write(folder, ending):
    path = folder / f"r{ending}"
    table = pa.table({"time_s": np.arange(500) / 250.0, "x": X})
    if ending == ".npz":
        np.savez(path, x=X, rate_hz=250.0)
    elif ending == ".mat":
        savemat(path, {"x": X, "RPM": 1797})
    elif ending == ".wav":
        wavfile.write(path, 250, X.astype(np.float32))
    elif ending == ".csv":
        csv.write_csv(table, path)
    else:
        parquet.write_table(table, path)
    return path


@pytest.mark.parametrize("ending", [".npz", ".mat", ".wav", ".csv", ".parquet"])
def test_samples_and_rate_come_back(tmp_path, ending):
    record = read_record(write(tmp_path, ending))
    assert np.allclose(record.samples, X, atol=1e-6)
    assert record.rate_hz == (None if ending == ".mat" else pytest.approx(250.0))


def test_the_users_rate_goes_before_the_files(tmp_path):
    assert read_record(write(tmp_path, ".npz"), rate_hz=99.0).rate_hz == 99.0


def test_an_unknown_channel_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(SourceError, match="one of x"):
        read_record(write(tmp_path, ".npz"), "y")


@pytest.mark.parametrize("name", ["nowhere.npz", "broken.npz", "broken.mat", "broken.wav", "r.xls"])
def test_what_cannot_be_read_is_an_error_with_the_file(tmp_path, name):
    path = tmp_path / name
    if name.startswith("broken"):
        path.write_bytes(b"not a record at all" * 10)
    with pytest.raises(SourceError, match=name):
        read_record(path)


# ---------------------------------------------------------------------------------------------------- MATLAB
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_matlab_arrays_are_those_that_scipy_reads(tmp_path, packed, kind):
    rng = np.random.default_rng(1)
    arrays = {
        "a": (100 * rng.random((3, 70))).astype(kind),
        "row": np.arange(9).astype(kind),
        "one": np.array(7, kind),
    }
    others = {"text": "hello", "cell": np.array([1, "x"], object), "struct": {"y": X}, "z": X * 1j}
    savemat(tmp_path / "a.mat", arrays | others, do_compression=packed)
    ours, theirs = read_arrays(tmp_path / "a.mat", 10**7), loadmat(tmp_path / "a.mat")
    assert ours.keys() == arrays.keys()
    for name in arrays:
        assert ours[name].dtype == theirs[name].dtype and np.array_equal(ours[name], theirs[name])


def test_a_matlab_array_stored_in_fewer_bytes_and_the_other_byte_order_is_read(tmp_path):
    """As MATLAB itself writes whole numbers: doubles stored as bytes, in a short element, big end first."""
    flags = struct.pack(">IIII", 6, 8, 6, 0)
    dims = struct.pack(">IIii", 5, 8, 1, 3)
    name = struct.pack(">HH4s", 1, 1, b"x")
    real = struct.pack(">HH4B", 3, 2, 10, 20, 30, 0)
    body = flags + dims + name + real
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack(">H", 0x0100) + b"MI"
    (tmp_path / "a.mat").write_bytes(head + struct.pack(">II", 14, len(body)) + body)
    (array,) = read_arrays(tmp_path / "a.mat", 1000).values()
    assert (array.dtype, array.tolist()) == (np.float64, [[10.0, 20.0, 30.0]])
    assert np.array_equal(loadmat(tmp_path / "a.mat")["x"], array)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"MATLAB 7.3 MAT-file", "save it with the option -v7"),
        (b"\0\0\0\0", "no MATLAB file of version 5 to 7"),
    ],
)
def test_another_version_of_matlab_is_named_with_what_to_do(tmp_path, head, why):
    (tmp_path / "a.mat").write_bytes(head.ljust(600, b"\0"))
    with pytest.raises(SourceError, match=why):
        read_record(tmp_path / "a.mat")


def test_a_file_that_unpacks_to_more_than_is_read_is_refused(tmp_path):
    savemat(tmp_path / "a.mat", {"x": np.zeros(10**6)}, do_compression=True)
    assert (tmp_path / "a.mat").stat().st_size < 20_000
    with pytest.raises(ValueError, match="more than may be unpacked"):
        read_arrays(tmp_path / "a.mat", 10**6)


# -------------------------------------------------------------------------------------- what is broken
@pytest.mark.parametrize("ending", sorted(READERS))
def test_no_broken_file_does_more_than_raise_an_error(tmp_path, ending):
    rng, path = random.Random(9), write(tmp_path, ending)
    whole, errors = path.read_bytes(), 0
    for k in range(150):
        data = bytearray(whole)
        if k % 3 == 0:
            del data[rng.randrange(len(data)) :]
        else:
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(400 if k % 3 == 1 else len(data))] = rng.randrange(256)
        path.write_bytes(data)
        try:
            read_recording(path)
        except SourceError as error:
            errors += 1
            assert path.name in str(error)
    assert errors > 20


def test_speed_and_counts_at_full_scale_are_told_where_the_file_says_them(tmp_path):
    np.savez(tmp_path / "a.npz", x=X, speed_rpm=np.array([1490.0, np.nan, 1510.0]))
    savemat(tmp_path / "a.mat", {"DE": X, "X097RPM": 1797})
    wavfile.write(tmp_path / "a.wav", 250, np.arange(-100, 100, dtype=np.int16))
    wavfile.write(tmp_path / "b.wav", 250, np.full(100, 128, np.uint8))
    assert read_recording(tmp_path / "a.npz").speed_rpm == 1500.0
    assert read_recording(tmp_path / "a.mat").speed_rpm == 1797.0
    assert read_recording(tmp_path / "a.wav").full_counts == 32768.0
    assert (
        read_recording(tmp_path / "b.wav").channels["wav"].tolist() == [0.0] * 100
    )  # 128 is the middle of 8 bits


def test_a_recording_with_decimal_commas_is_read(tmp_path):
    text = "t;x\n" + "".join(f"{k / 250:.3f};{v:.6f}\n".replace(".", ",") for k, v in enumerate(X))
    (tmp_path / "a.csv").write_text(text)
    record = read_record(tmp_path / "a.csv", "x")
    assert np.allclose(record.samples, X, atol=1e-6)
    assert record.rate_hz == pytest.approx(250.0)


def test_a_record_that_is_too_short_is_told_as_that(tmp_path):
    np.savez(tmp_path / "r.npz", DE=np.ones(40), rate_hz=12_000.0)
    with pytest.raises(SourceError, match="'DE' has 40 samples; a record has 64 or more"):
        read_record(tmp_path / "r.npz", "DE")
