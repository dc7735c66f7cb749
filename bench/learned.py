"""Learned: does a model trained on faults beat the physics verdict, once no bearing is on both sides?

Protocol: windows of 2 s (`bench.learned_features`) of CWRU drive-end records at 12 kHz with three classes
(outer race, inner race, ball); a model's accuracy is balanced over the classes and pooled over the folds.
Three splits of the same windows:

- by window: five random folds. Windows of one record are on both sides: leaky.
- by load: one load (speed) is left out. The same bearing with the same fault is on both sides: leaky.
- by size: one fault size is left out, at all its loads. No bearing is on both sides: clean.

A model whose split by load exceeds its split by size by more than 15 points is labelled "leaky": most of what
it knows is which bearing it hears. Physics is the product's verdict on the same windows: `score` the fault
with the greatest score, `verdict` with its right to say normal or nothing. It trains on nothing, so all
splits are the same to it. Then across rigs, by record (mean chance over its windows; balanced windows in
brackets): a model trained on one bearing is asked about another, and one trained on synthetic records about
all. "rivals" is a model of twenty weights that asks the same of every part; the others are general. Chance
enters by the seed of the model and of the random folds: mean and spread over the seeds are given. Nothing is
tuned on these scores.

    python -m bench.learned                   all of it
    python -m bench.learned --synthetic 60 --seeds 2          a look
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arkwright.health.bearing import judge_record
from arkwright.health.rolling import refuse
from bench.diagnosis import DATA, table
from bench.diagnosis_cases import PARTS, Sealed, real_cases, synthetic_cases
from bench.learned_features import features_of, windows_of
from bench.peer_places import asked_alone, cache_folder, place
from bench.peers import HERE, record_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
PACKAGES = ("scikit-learn==1.9.1", "lightgbm==4.7.0")
WAYS = (
    ("rivals", "rivals"),
    *(("envelope orders", model) for model in ("logistic", "forest", "lightgbm", "nearest")),
    *(("generic", model) for model in ("logistic", "forest", "lightgbm", "nearest")),
)
"""Features, and the model that is given them."""
BY_CHANCE = ("forest", "lightgbm")
LEAKY = 0.15
LEARNING_SEED = 2_000_000
"""First synthetic record that models learn from: neither calibrated nor scored on anywhere else."""


ACROSS = (
    ("CWRU DE", "CWRU FE"),
    ("CWRU FE", "CWRU DE"),
    ("synthetic", "CWRU DE12"),
    ("synthetic", "CWRU DE"),
    ("synthetic", "CWRU FE"),
)
"""Which set models learn from, and which they are then asked about."""


@dataclass(frozen=True)
class Windows:
    """Windows of many records: features by kind, and for each window what it is of and what physics says."""

    features: dict[str, Floats]
    label: NDArray[np.str_]
    record: NDArray[np.str_]
    group: NDArray[np.str_]
    size: NDArray[np.str_]
    load: NDArray[np.str_]
    score: NDArray[np.str_]
    verdict: NDArray[np.str_]

    def of(self, rows: Flags) -> Windows:
        """The windows of some rows."""
        kept = {name: x[rows] for name, x in self.features.items()}
        return Windows(kept, *(getattr(self, name)[rows] for name in FIELDS))


FIELDS = ("label", "record", "group", "size", "load", "score", "verdict")
CASES: list[Sealed] = []


def _described(asked: tuple[int, bool]) -> tuple[dict[str, list[Floats]], list[tuple[str, ...]]]:
    number, judges = asked
    case = CASES[number]
    features: dict[str, list[Floats]] = {kind: [] for kind, _ in WAYS}
    rows = []
    x, rate, shaft, orders = record_of(case)
    for window in windows_of(x, rate, shaft, orders):
        told = judge_record(window.x, rate, 60 * shaft, orders) if judges else refuse()
        best = max(PARTS, key=lambda part: told.scores.get(part, -9.0))
        size = case.assembly.split()[1] if " mil" in case.assembly else ""
        rows.append((case.label, case.name, case.group, size, f"{60 * shaft:.0f}", best, told.verdict))
        for kind, row in features_of(window).items():
            features[kind].append(row)
    return features, rows


def described(cases: Iterable[Sealed], jobs: int, *, judges: bool) -> Windows:
    """Cut and describe all cases, and let physics judge them, in forked processes."""
    CASES[:] = list(cases)
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        made = list(pool.map(_described, [(n, judges) for n in range(len(CASES))], chunksize=4))
    features = {kind: np.array([row for f, _ in made for row in f[kind]]) for kind, _ in WAYS}
    columns = np.array([row for _, rows in made for row in rows])
    return Windows(features, *columns.T)


# --------------------------------------------------------------------------------------------------- splits
def left_out(by: NDArray[np.str_]) -> list[tuple[Flags, Flags]]:
    """Folds that leave out one value each: rows to learn from, rows to tell."""
    return [(by != value, by == value) for value in np.unique(by)]


def random_folds(n: int, seed: int, n_folds: int = 5) -> list[tuple[Flags, Flags]]:
    """Folds that know nothing of bearings."""
    return left_out((np.random.default_rng(seed).permutation(n) % n_folds).astype(str))


def balanced(told: NDArray[np.str_], label: NDArray[np.str_]) -> float:
    """Mean over the classes of the share that is right. [1]"""
    return float(np.mean([np.mean(told[label == part] == part) for part in np.unique(label)]))


def by_record(chance: Floats, windows: Windows, classes: NDArray[np.str_]) -> tuple[NDArray[np.str_], ...]:
    """Class of each record by the mean chance over its windows (none where all are zero), and its label."""
    names, first, which = np.unique(windows.record, return_index=True, return_inverse=True)
    summed = np.zeros((len(names), len(classes)))
    np.add.at(summed, which, chance)
    return np.where(summed.any(axis=1), classes[summed.argmax(axis=1)], ""), windows.label[first]


class Learner:
    """The models, in an environment of their own."""

    def __init__(self, python: Path) -> None:
        self._python = python

    def chances(
        self, model: str, x: Floats, y: NDArray[np.str_], folds: list[tuple[Flags, Flags]], seeds: int
    ) -> tuple[Floats, NDArray[np.str_]]:
        """Chance of each class, shape ``(n_folds, n_seeds, n_rows, n_classes)``, and the classes. [1]"""
        train, test = (np.array(part) for part in zip(*folds, strict=True))
        with tempfile.TemporaryDirectory() as folder:
            asked, told = Path(folder) / "question.npz", Path(folder) / "answer.npz"
            np.savez(asked, x=x, y=y, model=model, train=train, test=test, seeds=seeds)
            command = [str(self._python), "-I", str(HERE / "peer_learners.py"), str(asked), str(told)]
            subprocess.run(command, check=True, env=asked_alone(self._python))
            with np.load(told) as answer:
                return answer["chance"], answer["classes"]


def split_scores(learner: Learner, windows: Windows, kind: str, model: str, seeds: int) -> dict[str, Floats]:
    """Balanced accuracy by each split, and by record under the clean one, for every seed. [1]"""
    x, y, n = windows.features[kind], windows.label, len(windows.label)
    runs = seeds if model in BY_CHANCE else 1
    load, size = left_out(windows.load), left_out(windows.size)
    chance, classes = learner.chances(model, x, y, [*load, *size], runs)
    scores: dict[str, Floats] = {}
    for split, folds in (("by load", chance[: len(load)]), ("by size", chance[len(load) :])):
        pooled = folds.sum(axis=0)
        scores[split] = np.array([balanced(classes[c.argmax(axis=1)], y) for c in pooled])
        records = [by_record(c, windows, classes) for c in pooled]
        scores[f"records {split}"] = np.array([np.mean(told == true) for told, true in records])
    drawn = [fold for seed in range(seeds) for fold in random_folds(n, seed)]
    chance, classes = learner.chances(model, x, y, drawn, 1)
    pooled = chance.reshape(seeds, -1, n, len(classes)).sum(axis=1)
    scores["by window"] = np.array([balanced(classes[c.argmax(axis=1)], y) for c in pooled])
    return scores


def verdict_on(scores: dict[str, Floats]) -> str:
    """Label of a model by the gap between its split by load and its split by size."""
    gap = float(scores["by load"].mean() - scores["by size"].mean())
    return f"{100 * gap:+.0f} points: {'leaky' if gap > LEAKY else 'not leaky'}"


def shown(scores: Floats) -> str:
    """Mean over the seeds, with the spread where chance enters."""
    return f"{scores.mean():.2f}" + (f" ± {scores.std():.2f}" if len(scores) > 1 else "")


def split_rows(learner: Learner, windows: Windows, seeds: int) -> list[dict[str, object]]:
    """Every model under every split, then physics."""
    rows: list[dict[str, object]] = []
    columns = ("by window", "by load", "by size", "records by size")
    for kind, model in WAYS:
        scores = split_scores(learner, windows, kind, model, seeds)
        print(f"{kind}, {model}: learned", file=sys.stderr)
        row = {"features": kind, "model": model} | {c: shown(scores[c]) for c in columns}
        rows.append(row | {"load over size": verdict_on(scores)})
    for name, said in (("score", windows.score), ("verdict", windows.verdict)):
        alike = f"{balanced(said, windows.label):.2f}"
        row = {"features": "physics", "model": name} | dict.fromkeys(columns, alike)
        rows.append(
            row
            | {"records by size": f"{_share_right(said, windows):.2f}", "load over size": "trains on nothing"}
        )
    return rows


# ---------------------------------------------------------------------------------------------- across rigs
def across(
    learner: Learner, learned: Windows, asked: Windows, way: tuple[str, str], seeds: int
) -> tuple[Floats, Floats]:
    """Share of records right, and balanced share of windows, by a model of other bearings, every seed. [1]"""
    kind, model = way
    n, runs = len(learned.label), seeds if model in BY_CHANCE else 1
    x = np.vstack([learned.features[kind], asked.features[kind]])
    known = np.arange(len(x)) < n
    y = np.concatenate([learned.label, asked.label])
    chance, classes = learner.chances(model, x, y, [(known, ~known)], runs)
    answers = [by_record(c[n:], asked, classes) for c in chance[0]]
    windows = [balanced(classes[c[n:].argmax(axis=1)], asked.label) for c in chance[0]]
    return np.array([np.mean(told == true) for told, true in answers]), np.array(windows)


def across_rows(learner: Learner, sets: dict[str, Windows], seeds: int) -> list[dict[str, object]]:
    """Records right (balanced windows in brackets) from one rig to another, and by physics."""
    rows: list[dict[str, object]] = []
    for taught, name in ACROSS:
        asked = sets[name]
        row: dict[str, object] = {"learned on": taught, "asked": name}
        row["records"] = len(np.unique(asked.record))
        for way in WAYS:
            if way[0] != "generic":
                records, windows = across(learner, sets[taught], asked, way, seeds)
                row[way[1]] = f"{shown(records)} ({windows.mean():.2f})"
        for what, said in (("score", asked.score), ("verdict", asked.verdict)):
            row[f"physics {what}"] = f"{_share_right(said, asked):.2f} ({balanced(said, asked.label):.2f})"
        rows.append(row)
    return rows


def _share_right(said: NDArray[np.str_], windows: Windows) -> float:
    """Share of records that most windows name rightly; a window that names no fault has no vote. [1]"""
    told, true = by_record((said[:, None] == np.array(PARTS)).astype(float), windows, np.array(PARTS))
    return float(np.mean(told == true))


def main() -> None:
    """Describe, split, learn, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--synthetic", type=int, default=300, help="synthetic records of each fault to learn on"
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path, help="folder of the models' environment (or ARKWRIGHT_PEERS)")
    options = parser.parse_args()
    print(__doc__)
    data, at = DATA / "data" / "diagnosis", place("learners", PACKAGES, cache_folder(options.cache))
    if at.python is None or not data.is_dir():
        print(at.missing or f"no real records: {data} is absent")
        return
    learner = Learner(at.python)
    real = described((c for c in real_cases(data) if c.label != "normal"), options.jobs, judges=True)
    synthetic = synthetic_cases(0, options.synthetic, LEARNING_SEED)
    made = described(synthetic, options.jobs, judges=False)
    drive = np.char.startswith(real.group, "CWRU DE12")
    sets = {
        "CWRU DE": real.of(drive | (real.group == "CWRU DE48")),
        "CWRU DE12": real.of(drive),
        "CWRU FE": real.of(real.group == "CWRU FE12"),
        "synthetic": made,
    }
    print(f"{drive.sum()} windows of DE12, {len(made.label)} synthetic\n")
    print(table(split_rows(learner, real.of(drive), options.seeds)), end="\n\n")
    print(table(across_rows(learner, sets, options.seeds)))


if __name__ == "__main__":
    main()
