"""Gears (G8): is a cracked tooth told from a sound pair, and which gear has it?

Protocol: `bench.gear_physics` simulates sound pairs and pairs with one cracked tooth whose ringing is so many
decibels below everything that is not the mesh; teeth, gear, place and casing are drawn anew for each seed.
The product sees samples, rate, speed (one per mille off) and both numbers of teeth; a second run gives it a
tacho. Beside it in the same run: the kurtosis of the record, and FM4 of the average over the turns known
exactly. The area under the ROC curve is over all seeds; "named" counts findings of the gear that is
cracked; "false" those on sound pairs. The gearbox records of the shared data have no documented rate or
teeth: they are only asked, and must be refused.

    python -m bench.gear                 120 sound pairs and 60 of each strength
    python -m bench.gear --seeds 10      a look
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kurtosis

from arkwright.core.plant import Asset
from arkwright.health.ask import ask
from arkwright.health.checks.gear import TEST
from arkwright.health.symptom import Record, Told
from arkwright.kits.average import average_turns, split_average
from arkwright.kits.gears import fm4
from bench.diagnosis import DATA, area, table
from bench.gear_physics import Heard, Pair, hear

Floats = NDArray[np.float64]
STRENGTHS_DB = (-10.0, -15.0, -20.0)
TEETH = ((23, 67), (19, 38), (31, 97), (24, 36), (17, 83))


def pair_of(seed: int, crack_db: float | None) -> Pair:
    """Draw a pair of gears."""
    rng = np.random.default_rng([71, seed])
    pinion, gear = TEETH[seed % len(TEETH)]
    mesh = (1.0, rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.5))
    return Pair(
        pinion, gear, rng.uniform(15, 45), tuple(rng.uniform(0.3, 2.0) * m for m in mesh), crack_db,
        ("pinion", "gear")[seed % 2], rng.uniform(), pitch_errors=rng.uniform(0.02, 0.2),
    )  # fmt: skip


def told_of(pair: Pair, heard: Heard, *, tacho: bool) -> Told:
    """Ask the product."""
    asset = Asset("G", nameplate={"pinion_teeth": float(pair.pinion), "gear_teeth": float(pair.gear)})
    pulses = heard.pulses_s if tacho else None
    return ask(TEST, Record(heard.x, heard.rate_hz, "acceleration", heard.speed_rpm, tacho_s=pulses), asset)


def plain_fm4(pair: Pair, heard: Heard) -> float:
    """FM4 of the cracked gear by the book, from turns that are known exactly."""
    teeth, ratio = (pair.pinion, 1.0) if pair.cracked == "pinion" else (pair.gear, pair.pinion / pair.gear)
    per_turn = int(heard.rate_hz / pair.shaft_hz / ratio) // 2 * 2
    average, _ = average_turns(heard.x, heard.turns * ratio, per_turn)
    return fm4(split_average(average, teeth).difference)


def score_of(pair: Pair, told: Told) -> float:
    """How little chance explains the cracked gear's loudest tooth; 0 where the product refused."""
    return -told.descriptors.get(f"{pair.cracked}_log_chance", 0.0)


def row_of(crack_db: float | None, seeds: range) -> dict[str, object]:
    """Simulate and judge one strength."""
    scores: dict[str, list[float]] = {"tooth": [], "tooth, tacho": [], "FM4, turns known": [], "kurtosis": []}
    named = wrong = refused = 0
    spent = 0.0
    for seed in seeds:
        pair = pair_of(seed, crack_db)
        heard = hear(pair, seed)
        begin = time.process_time()
        told = told_of(pair, heard, tacho=False)
        spent += time.process_time() - begin
        scores["tooth"].append(score_of(pair, told))
        scores["tooth, tacho"].append(score_of(pair, told_of(pair, heard, tacho=True)))
        scores["FM4, turns known"].append(plain_fm4(pair, heard))
        scores["kurtosis"].append(float(kurtosis(heard.x)))
        right = any(
            s.cause == "gear_tooth_crack" and f"the {pair.cracked} (" in s.text for s in told.symptoms
        )
        named += right and crack_db is not None
        wrong += bool(told.symptoms) and not (right and crack_db is not None)
        refused += bool(told.missing)
    return {"crack_db": crack_db, "records": len(seeds), "named": named, "false or wrong gear": wrong,
            "refused": refused, "cpu_s": round(spent / len(seeds), 3), "scores": scores}  # fmt: skip


def real_answers() -> list[str]:
    """What is said of gearbox records whose rate and teeth nobody states."""
    folder = DATA / "data" / "diagnosis" / "gearbox_gfd"
    said = []
    for path in sorted(folder.glob("*.npz")) if folder.is_dir() else []:
        with np.load(path) as file:
            x = file["a1"].astype(np.float64)
        told = ask(TEST, Record(x, float("nan"), "acceleration", 1800.0), Asset("GFD"))
        said.append(
            f"{path.stem}: {'cannot_judge' if told.missing else 'judged'} ({'; '.join(told.missing)})"
        )
    return said


def areas(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Area under the ROC curve of each figure, at each strength against the sound pairs."""
    figure: Callable[[dict[str, object], str], Floats] = lambda row, name: np.array(row["scores"][name])  # type: ignore[index] # noqa: E731
    names = list(rows[0]["scores"])  # type: ignore[call-overload]
    return [
        {"crack_db": row["crack_db"]} | {n: round(area(figure(row, n), figure(rows[0], n)), 4) for n in names}
        for row in rows[1:]
    ]


def main() -> None:
    """Simulate, judge, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=60, help="cracked pairs of each strength")
    options = parser.parse_args()
    rows = [row_of(None, range(10_000, 10_000 + 2 * options.seeds))]
    rows += [row_of(strength, range(options.seeds)) for strength in STRENGTHS_DB]
    print(__doc__)
    print(table([{k: v for k, v in row.items() if k != "scores"} for row in rows]))
    print("\narea under the ROC curve:")
    print(table(areas(rows)))
    print("\ngearbox records without documented rate and teeth:", *real_answers(), sep="\n  ")


if __name__ == "__main__":
    main()
