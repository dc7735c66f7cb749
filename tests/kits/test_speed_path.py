"""A speed followed by a record's own lines, against speed laws that are known in closed form."""

import numpy as np
import pytest

from arkwright.kits.laid_frames import smoothest_path
from arkwright.kits.speed_path import follow_speed, refine_path

FS, FR, N = 5_000.0, 25.0, 50_000
TIME = np.arange(N) / FS
SPAN = N / FS


def ramp(change):
    return TIME * (1 - change) + change * TIME**2 / SPAN


def swing(depth):
    """One swing in the whole record."""
    return TIME - depth * SPAN / (2 * np.pi) * (np.cos(2 * np.pi * TIME / SPAN) - 1)


def modulated(law, seed=2):
    """Noise whose strength follows four orders of the shaft."""
    turns = FR * law
    depth = sum(np.cos(2 * np.pi * order * turns) for order in (1, 2, 3.58, 7.16))
    return np.random.default_rng(seed).normal(size=N) * (1 + 0.8 * depth)


def toned(law, seed=3):
    """First orders of a shaft, together a little weaker than the noise."""
    tones = sum(np.cos(2 * np.pi * k * FR * law + k) for k in (1, 2, 3, 4))
    return 0.5 * tones + np.random.default_rng(seed).normal(size=N)


@pytest.mark.parametrize(
    ("law", "made"),
    [(ramp(0.2), modulated), (ramp(-0.12), modulated), (swing(0.1), modulated), (ramp(0.15), toned)],
    ids=["up", "down", "swing", "tones"],
)
def test_the_path_is_the_speed_that_was_driven(law, made):
    x = made(law)
    path = follow_speed(x, FS, FR)
    assert path.clearness > path.steady + 10
    assert path.sure > 8
    turns = refine_path(x, FS, FR, path).turns(N, FS, FR)
    inside = slice(N // 20, -N // 20)
    speed, want = np.gradient(turns)[inside], np.gradient(FR * law)[inside]
    error = speed / want - np.mean(speed / want)
    assert np.sqrt(np.mean(error**2)) < 0.004


def test_at_constant_speed_the_lines_meet_where_they_are():
    path = follow_speed(modulated(TIME), FS, FR)
    assert path.steady > 20
    assert path.clearness - path.steady < 3


def test_the_turns_of_a_path_have_the_stated_mean_speed():
    path = follow_speed(modulated(ramp(0.2)), FS, FR)
    turns = path.turns(N, FS, FR)
    assert (turns[-1] - turns[0]) / (N - 1) * FS == pytest.approx(FR, rel=1e-3)
    assert np.all(np.diff(turns) > 0)


def test_the_same_record_gives_the_same_path():
    x = modulated(swing(0.1))
    assert np.array_equal(follow_speed(x, FS, FR).log_speed, follow_speed(x, FS, FR).log_speed)


def test_the_smoothest_path_is_the_best_of_all_paths():
    rng = np.random.default_rng(4)
    match = rng.normal(size=(4, 5))
    best = max(np.ndindex(5, 5, 5, 5), key=lambda path: _worth(match, path))
    found = smoothest_path(match, np.zeros(4, np.int64), 2)
    assert tuple(found + 2) == best


def _worth(match, path):
    steps = np.diff(path)
    if np.abs(steps).max() > 2:
        return -np.inf
    return sum(match[k, s] for k, s in enumerate(path)) - 0.5 * np.sum(steps.astype(float) ** 2)
