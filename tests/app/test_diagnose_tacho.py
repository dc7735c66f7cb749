"""A record over a ramp of speed, from its file to the verdict: with a tacho's channel and without one."""

import numpy as np
import pytest

from arkwright.app.diagnose import Question, diagnose

RATE_HZ, SPAN_S, TURN_HZ, BPFO = 12_000.0, 8.0, 29.95, 3.5848


@pytest.fixture
def ramp(tmp_path):
    """Impacts of an outer race while the shaft speeds up from 0.8 to 1.2 of its mean, beside the tacho."""
    rng = np.random.default_rng(5)
    time = np.arange(int(RATE_HZ * SPAN_S)) / RATE_HZ
    turns = TURN_HZ * (0.8 * time + 0.2 * time**2 / SPAN_S)
    hits = np.interp(np.arange(1, turns[-1] * BPFO) / BPFO, turns, time) + 1e-4 * rng.normal(
        size=int(np.ceil(turns[-1] * BPFO)) - 1
    )
    x = np.zeros(len(time))
    x[np.clip((hits * RATE_HZ).astype(int), 0, len(x) - 1)] = 4.0
    ring = np.exp(-800 * time[:240]) * np.sin(2 * np.pi * 3000 * time[:240])
    struck = np.convolve(x, ring)[: len(x)] + rng.normal(size=len(x))
    path = tmp_path / "ramp.npz"
    np.savez(path, DE=struck, tacho=5.0 * ((turns % 1) < 0.1))
    return path


def test_the_tacho_gives_the_speed_and_follows_the_ramp(ramp):
    answer = diagnose(Question(ramp, "DE", RATE_HZ, None, "6205", tacho="tacho")).answer
    assert answer["verdict"] == "outer_race"
    assert answer["evidence"][0]["speed_rpm"] == pytest.approx(60 * TURN_HZ, rel=0.01)
    assert any("the tacho followed it" in proof["text"] for proof in answer["evidence"])


def test_without_a_tacho_the_lines_of_the_record_follow_it(ramp):
    answer = diagnose(Question(ramp, "DE", RATE_HZ, 60 * TURN_HZ, "6205")).answer
    assert answer["verdict"] == "outer_race"
    assert any("own lines followed it" in proof["text"] for proof in answer["evidence"])
