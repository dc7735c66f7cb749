"""Models of scikit-learn and lightgbm, asked by bench.learned in an environment of their own.

    PYTHON -I bench/peer_learners.py QUESTION.npz ANSWER.npz

A question holds features ``x``, classes ``y``, and for each fold the rows to train on and to predict; an
answer the chance of each class, shape ``(n_folds, n_seeds, n_rows, n_classes)``. Settings are the packages'
own where no reason is said; none was chosen by a score.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def models(seed: int) -> dict[str, Any]:
    """Every model; classes count alike, however many windows each has."""
    return {
        # A hundred features against a hundred windows: a stronger ridge than the default of 1.
        "logistic": make_pipeline(
            StandardScaler(), LogisticRegression(C=0.1, max_iter=2000, class_weight="balanced")
        ),
        "forest": RandomForestClassifier(300, class_weight="balanced", random_state=seed, n_jobs=1),
        # Rows and columns are drawn so that a seed means something; few rows fall into a leaf of small sets.
        "lightgbm": LGBMClassifier(
            n_estimators=150,
            min_child_samples=10,
            subsample=0.8,
            subsample_freq=1,
            colsample_bytree=0.5,
            class_weight="balanced",
            random_state=seed,
            n_jobs=1,
            verbose=-1,
        ),
        "nearest": make_pipeline(StandardScaler(), KNeighborsClassifier(1)),
    }


def main() -> None:
    """Train and predict every fold with every seed."""
    with np.load(sys.argv[1]) as asked:
        x, y, name = asked["x"], asked["y"], str(asked["model"])
        train, test, seeds = asked["train"], asked["test"], int(asked["seeds"])
    classes = np.unique(y)
    chance = np.zeros((len(train), seeds, len(y), len(classes)))
    for fold, (learn, tell) in enumerate(zip(train, test, strict=True)):
        for seed in range(seeds):
            model = models(seed)[name].fit(x[learn], y[learn])
            known = np.searchsorted(classes, model.classes_)
            chance[np.ix_([fold], [seed], np.flatnonzero(tell), known)] = model.predict_proba(x[tell])
    np.savez(sys.argv[2], chance=chance, classes=classes)


if __name__ == "__main__":
    main()
