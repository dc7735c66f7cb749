"""Old waveforms make room: which stay, and that what is read meanwhile can be finished."""

import os
import time
from datetime import UTC, datetime, timedelta

import numpy as np

from arkwright.core.tables import Waveform
from arkwright.history.compact import Policy, compact
from arkwright.history.lake import Lake
from arkwright.history.query import History

DAY = datetime(2026, 5, 1, tzinfo=UTC)
POLICY = Policy(waveform_days=7.0, waveform_every_s=3600.0)


def record(signal: str, time: datetime) -> Waveform:
    return Waveform(signal, time, np.full(64, time.timestamp() % 97, np.float32), 1000.0, "m/s2")


def test_after_a_week_one_record_an_hour_of_each_signal_stays(tmp_path):
    times = [DAY + timedelta(minutes=20 * k + 7) for k in range(12)]
    recent = DAY + timedelta(days=9)
    with Lake(tmp_path, lambda: DAY + timedelta(days=10)) as lake:
        for time_ in times:
            lake.append_waveforms([record("a", time_), record("b", time_)])
        lake.append_waveforms([record("a", recent), record("a", recent + timedelta(minutes=1))])
        done = compact(tmp_path, DAY + timedelta(days=10), POLICY, grace_s=0.0)
        assert done.thinned == 2 * 12 - 2 * 4
        history = History(lake)
        kept = history.waveforms("a", DAY, DAY + timedelta(days=1))
        assert [w.time for w in kept] == times[::3]
        assert all((w.samples == np.float32(w.time.timestamp() % 97)).all() for w in kept)
        assert len(history.waveforms("a", recent, recent + timedelta(hours=1))) == 2
        assert len(list((tmp_path / "samples").glob("*/*"))) == 2 * 4 + 2
        assert compact(tmp_path, DAY + timedelta(days=10), POLICY, grace_s=0.0).thinned == 0


def test_a_dropped_record_can_be_read_to_its_end_and_a_new_file_is_never_taken_for_an_orphan(tmp_path):
    with Lake(tmp_path, lambda: DAY + timedelta(days=10)) as lake:
        lake.append_waveforms([record("a", DAY), record("a", DAY + timedelta(minutes=1))])
        for path in (tmp_path / "samples").glob("*/*"):
            os.utime(path, (time.time() - 86_400,) * 2)
        young = tmp_path / "samples" / "2026-05-01" / "just-written.f32.zst"
        young.write_bytes(b"the index row comes next")
        compact(tmp_path, DAY + timedelta(days=10), POLICY, grace_s=3600.0)
        assert len(History(lake).waveforms("a", DAY, DAY + timedelta(days=1))) == 1
        assert len(list((tmp_path / "samples").glob("*/*"))) == 3


def test_a_site_may_keep_everything(tmp_path):
    with Lake(tmp_path, lambda: DAY + timedelta(days=400)) as lake:
        lake.append_waveforms([record("a", DAY), record("a", DAY + timedelta(minutes=1))])
        assert compact(tmp_path, DAY + timedelta(days=399), Policy(waveform_days=None), 0.0).thinned == 0
        assert len(History(lake).waveforms("a", DAY, DAY + timedelta(days=1))) == 2
