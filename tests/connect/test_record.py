"""Recorded files: every format gives the same samples back, and what is wrong is named."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet
from scipy.io import savemat, wavfile

from arkwright.connect.record import read_record
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
