"""Recorded files become waveforms with their time, rate, speed and unit, or it is said why not."""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet
from scipy.io import savemat, wavfile
from tests.connect.opcua_harness import running, signal
from tests.connect.test_files import Keeping, files, watch

from arkwright.connect.files import SOURCE

RATE = 1000.0
X = np.random.default_rng(3).normal(0, 1, 500)
T = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)


def vib(address, **more):
    return signal("pump.vib", address, "acceleration", "g", kind="waveform", **more)


def n_waves(n):
    return lambda inlet: len(inlet.waveforms) >= n


def told(inlet):
    return lambda: inlet.refusals


def save(folder, ending, name="r"):
    path = folder / f"{name}{ending}"
    table = pa.table({"time_s": np.arange(500) / RATE, "DE": X})
    if ending == ".npz":
        np.savez(path, DE=X, rate_hz=RATE, speed_rpm=np.array([1490.0, 1510.0]))
    elif ending == ".mat":
        savemat(path, {"DE": X, "fs": RATE, "X097RPM": 1500})
    elif ending == ".wav":
        wavfile.write(path, int(RATE), X.astype(np.float32))
    elif ending == ".csv":
        csv.write_csv(table.append_column("speed_rpm", pa.array(np.full(500, 1500.0))), path)
    else:
        parquet.write_table(table.append_column("speed_rpm", pa.array(np.full(500, 1500.0))), path)
    return path


@pytest.mark.parametrize("ending", [".npz", ".mat", ".wav", ".csv", ".parquet"])
async def test_a_recording_of_every_format_becomes_a_waveform(tmp_path, ending):
    path = save(tmp_path, ending)
    os.utime(path, (T.timestamp(), T.timestamp()))
    address = f"*{ending}#" + ("" if ending == ".wav" else "DE")
    inlet = await watch(tmp_path, [vib(address)], n_waves(1))
    (waveform,) = inlet.waveforms
    # In g as declared, in m/s2 as kept; 500 samples at 1 kHz begin half a second before the file is written.
    assert np.allclose(waveform.samples, 9.80665 * X, rtol=1e-6)
    assert (waveform.unit, waveform.rate_hz, waveform.samples.dtype) == (
        "m/s2",
        pytest.approx(RATE),
        np.float32,
    )
    assert abs(waveform.time - (T - timedelta(seconds=0.5))) < timedelta(milliseconds=1)
    assert waveform.speed_rpm == (None if ending == ".wav" else 1500.0)
    assert inlet.refusals == []


async def test_a_file_beside_it_says_time_speed_rate_and_scale(tmp_path):
    counts = np.array([0, 16384, -32768] * 40, np.int16)
    wavfile.write(tmp_path / "r.wav", 8000, counts)
    beside = {"time": "2026-05-01T06:00:00Z", "speed_rpm": 2950, "full_scale": 50.0, "unit": "g"}
    (tmp_path / "r.json").write_text(json.dumps(beside))
    inlet = await watch(tmp_path, [vib("*.wav#")], n_waves(1))
    (waveform,) = inlet.waveforms
    # Full scale is 50 g: half of it is 25 g, all of it below zero is -50 g.
    assert (waveform.samples[:3] / 9.80665).tolist() == pytest.approx([0.0, 25.0, -50.0])
    assert (waveform.time, waveform.speed_rpm, waveform.rate_hz) == (T, 2950.0, 8000.0)


async def test_the_time_stands_in_the_name_where_the_settings_say_so(tmp_path, shared_data):
    records = sorted((shared_data / "diagnosis" / "ims_test1_early").glob("*_b2.npz"))[:4]
    for record in records:
        (tmp_path / record.name).write_bytes(record.read_bytes())
    settings = {"name_time": "%Y.%m.%d.%H.%M.%S", "time_zone": "America/New_York", "speed_rpm": 2000.0}
    inlet = await watch(tmp_path, [vib("*_b2.npz#x", rate_hz=20480.0)], n_waves(4), **settings)
    got = sorted((w.time, w) for w in inlet.waveforms)
    # New York was four hours behind UTC in October 2003.
    wanted = [datetime.strptime(r.name[:19], "%Y.%m.%d.%H.%M.%S") + timedelta(hours=4) for r in records]
    assert [time.replace(tzinfo=None) for time, _ in got] == wanted
    for record, (_, waveform) in zip(records, got, strict=True):
        assert np.allclose(waveform.samples, 9.80665 * np.load(record)["x"], rtol=1e-5)
        assert (waveform.rate_hz, waveform.speed_rpm) == (20480.0, 2000.0)


async def test_several_signals_take_their_channels_of_one_file(tmp_path):
    np.savez(tmp_path / "r.npz", DE=X, FE=2 * X, rate_hz=RATE)
    signals = [vib("DE"), signal("fan", "*.npz#FE", "acceleration", "m/s2", kind="waveform")]
    inlet = await watch(tmp_path, signals, n_waves(2))
    assert np.allclose(inlet.waveforms[1].samples, 2 * X, rtol=1e-6)


async def test_each_recording_is_taken_once_over_renames_and_restarts(tmp_path):
    first = Keeping()
    path = save(tmp_path, ".npz")
    async with running(SOURCE, files(tmp_path), [vib("*.npz#DE")], first):
        await first.until(lambda: first.waveforms)
        path.rename(tmp_path / "archive.npz")
        await asyncio.sleep(0.4)
    second = Keeping()
    second.resume = first.resume
    np.savez(tmp_path / "new.npz", DE=-X, rate_hz=RATE)
    await watch(tmp_path, [vib("*.npz#DE")], n_waves(1), second)
    assert (len(first.waveforms), len(second.waveforms)) == (1, 1)
    assert second.waveforms[0].samples[0] == pytest.approx(-9.80665 * X[0], rel=1e-6)


async def test_a_half_written_recording_waits(tmp_path):
    data, inlet = save(tmp_path, ".npz", "whole").read_bytes(), Keeping()
    (tmp_path / "whole.npz").unlink()
    async with running(SOURCE, files(tmp_path, settle_s=0.5), [vib("*.npz#DE")], inlet):
        for part in range(0, len(data), 1000):
            with (tmp_path / "slow.npz").open("ab") as file:
                file.write(data[part : part + 1000])
            await asyncio.sleep(0.1)
        await inlet.until(lambda: inlet.waveforms)
    assert inlet.refusals == []


def broken(folder, kind):
    """Write one recording that cannot be used."""
    path = folder / "r.npz"
    arrays = {"DE": X, "rate_hz": RATE}
    if kind == "nan":
        arrays["DE"] = np.where(np.arange(500) == 7, np.nan, X)
    if kind == "no rate":
        arrays.pop("rate_hz")
    if kind == "pickle":
        arrays["DE"] = np.array([{}] * 100, object)
    np.savez(path, **arrays)
    beside = {"unit": '{"unit": "mm/s"}', "json": "{", "list": "[]", "time": '{"time": "soon"}',
              "speed": '{"speed_rpm": "fast"}'}  # fmt: skip
    if kind in beside:
        (folder / "r.json").write_text(beside[kind])
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:-200])


@pytest.mark.parametrize(
    ("kind", "signal_", "settings", "why"),
    [
        ("nan", vib("DE"), {}, "1 of 500 samples are no number"),
        ("no rate", vib("DE"), {}, "no sample rate"),
        ("", vib("DE", rate_hz=1100.0), {}, "sample rates that differ: 1000 Hz and 1100 Hz"),
        ("", vib("*.npz#NDE"), {}, "no channel 'NDE'"),
        ("", vib("NDE"), {}, "none of its channels is a signal's: DE"),
        ("", vib("DE"), {"name_time": "%Y%m%d"}, "no time in its name"),
        ("", vib("DE"), {"max_file_mb": 0.001}, "bytes"),
        ("unit", vib("DE"), {}, "says 'mm/s'"),
        ("json", vib("DE"), {}, "r.json cannot be read"),
        ("list", vib("DE"), {}, "no JSON object"),
        ("time", vib("DE"), {}, "time 'soon' in r.json"),
        ("speed", vib("DE"), {}, "speed_rpm is fast in r.json"),
        ("pickle", vib("DE"), {}, "cannot read"),
        ("cut", vib("DE"), {}, "cannot read"),
    ],
)
async def test_a_recording_that_cannot_be_used_is_refused_once(tmp_path, kind, signal_, settings, why):
    broken(tmp_path, kind)
    inlet = await watch(tmp_path, [signal_], lambda i: i.refusals, **settings)
    again = Keeping()
    again.resume = inlet.resume
    async with running(SOURCE, files(tmp_path, **settings), [signal_], again):
        await asyncio.sleep(0.3)
    ((subject, found, _, _),) = inlet.refusals
    assert subject == "r.npz" and why in found
    assert (inlet.waveforms, again.refusals) == ([], [])


async def test_whole_numbers_of_a_wav_file_are_counts_until_somebody_says_their_scale(tmp_path):
    wavfile.write(tmp_path / "r.wav", 8000, np.arange(100, dtype=np.int16))
    inlet = await watch(tmp_path, [vib("*.wav#")], lambda i: i.refusals)
    assert "counts of a converter" in inlet.refusals[0][1]


async def test_a_mended_file_is_read_after_all(tmp_path):
    inlet = Keeping()
    (tmp_path / "r.npz").write_bytes(b"not yet")
    async with running(SOURCE, files(tmp_path), [vib("DE")], inlet):
        await inlet.until(told(inlet))
        save(tmp_path, ".npz")
        await inlet.until(lambda: inlet.waveforms)


async def test_a_folder_of_tables_and_recordings_is_read_without_a_word_too_many(tmp_path):
    """Signals that name no files take their column where it is; other files are no fault."""
    save(tmp_path, ".npz")
    csv.write_csv(pa.table({"time_s": np.arange(500) / RATE, "DE": -X}), tmp_path / "w.csv")
    (tmp_path / "t.csv").write_text("time,temp\n2026-05-01T06:00:00Z,20\n2026-05-01T06:00:01Z,21\n")
    signals = [vib("DE"), signal("oven.temp", "temp", "temperature", "degC")]
    inlet = await watch(tmp_path, signals, lambda i: len(i.waveforms) == 2 and len(i.rows()) == 2)
    assert inlet.refusals == []


async def test_a_file_may_be_a_table_and_a_recording_at_once(tmp_path: Path):
    """A high-speed logger's table: the same column as a trend and as a waveform."""
    times = [T + timedelta(milliseconds=k) for k in range(100)]
    parquet.write_table(pa.table({"time": times, "DE": X[:100]}), tmp_path / "a.parquet")
    trend = signal("trend", "DE", "acceleration", "g")
    inlet = await watch(
        tmp_path, [vib("DE", rate_hz=1000.0), trend], lambda i: i.waveforms and i.rows("trend")
    )
    assert (len(inlet.waveforms), len(inlet.rows("trend"))) == (1, 100)
    assert inlet.rows("trend")[99]["value"] == pytest.approx(9.80665 * X[99])
