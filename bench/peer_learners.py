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


class Rivals:
    """One set of weights for all rivals: the true part's answers must outweigh those of every other part."""

    rivals = ("outer_race", "inner_race", "ball")

    def fit(self, x: Any, y: Any) -> Rivals:
        """Learn from the differences between the true part and each other one, every class alike."""
        answers = x.reshape(len(x), len(self.rivals), -1)
        true = np.array([self.rivals.index(part) for part in y])
        own = answers[np.arange(len(x)), true][:, None]
        others = np.arange(len(self.rivals)) != true[:, None]
        rows = (own - answers)[others]
        self._scale = rows.std(axis=0) + 1e-9
        rows /= self._scale
        weight = np.repeat((1.0 / np.bincount(true, minlength=3))[true], len(self.rivals) - 1)
        both, sign = np.vstack([rows, -rows]), np.repeat([1, 0], len(rows))
        model = LogisticRegression(C=0.1, fit_intercept=False, max_iter=2000)
        share = np.tile(weight / weight.mean(), 2)
        self._weights = model.fit(both, sign, sample_weight=share).coef_[0] / self._scale
        self.classes_ = np.sort(self.rivals)
        return self

    def predict_proba(self, x: Any) -> Any:
        """Chance of each class, in the order of ``classes_``."""
        score = x.reshape(len(x), len(self.rivals), -1) @ self._weights
        chance = np.exp(score - score.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        return chance[:, np.argsort(self.rivals)]


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
        "rivals": Rivals(),
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
