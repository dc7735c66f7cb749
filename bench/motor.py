"""Motors, oil films, spindles, screws and wheels: how well each fault is told on seeded simulations.

Every record comes from a model of the thing itself (`bench.motor_physics`, `bench.magnet_motor`,
`bench.sleeve_rotor`, `bench.feed_and_spindle`, `bench.wheelset`); the test sees samples, rate, speed and
nameplate. Healthy records carry what confuses: loads that swing (some at twice the slip frequency) or pulse
once a turn, harmonics and wander of the supply, unlike phases, run-out, joints and sleepers, cutting forces.
For each fault: the area under the ROC curve and the share found at one false alarm in a hundred, of the
test's own figure and of a plain baseline in the same run (the largest line where the fault draws one, over
the median of the spectrum around); then how often the test names the fault, and how often it names it on a
healthy record. The limits of the tests come from the same models at other seeds and settings, so the figures
say how well physics is used, not how a plant will be.

    python -m bench.motor                  all families
    python -m bench.motor --quick          a quarter of the records
    python -m bench.motor --only induction
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from arkwright.health.ask import ask
from arkwright.health.symptom import Told
from bench.motor_cases import FAMILIES, Case, Family

FALSE = 0.01


@dataclass(frozen=True)
class Scored:
    """A case with the figures of test and baseline, and whether the test named the fault."""

    case: Case
    told: dict[str, float]
    plain: dict[str, float]
    named: frozenset[str]


def auroc(healthy: np.ndarray, faulty: np.ndarray) -> float:
    """Area under the ROC curve: how often a faulty record scores above a healthy one, ties by half."""
    order = np.sort(healthy)
    below = np.searchsorted(order, faulty, "left") + np.searchsorted(order, faulty, "right")
    return float(below.mean() / 2 / len(healthy))


def found_at(healthy: np.ndarray, faulty: np.ndarray, false: float = FALSE) -> float:
    """Share of faulty records above what so many healthy ones exceed."""
    return float(np.mean(faulty > np.quantile(healthy, 1 - false, method="higher")))


def score(family: Family, case: Case) -> Scored:
    """Ask test and baseline of one case."""
    told: Told = ask(family.test, case.record, case.asset)
    own = {fault: rule.own(told) for fault, rule in family.rules.items()}
    plain = {fault: rule.plain(case) for fault, rule in family.rules.items()}
    return Scored(case, own, plain, frozenset(symptom.cause for symptom in told.symptoms))


def lines(family: Family, rows: list[Scored]) -> Iterator[str]:
    """One line of the table for each fault and stratum."""
    for fault in family.rules:
        for stratum in ("", *sorted({row.case.stratum for row in rows})):
            kept = [row for row in rows if stratum in ("", row.case.stratum)]
            sound = [row for row in kept if row.case.label == "healthy"]
            ill = [row for row in kept if row.case.label == fault]
            if len(sound) < 10 or not ill:
                continue
            cells = []
            for pick in ("told", "plain"):
                a, b = (np.array([getattr(r, pick)[fault] for r in part]) for part in (sound, ill))
                cells += [f"{auroc(a, b):6.3f}", f"{found_at(a, b):6.2f}"]
            named, false = (np.mean([fault in r.named for r in part]) for part in (ill, sound))
            yield (
                f"{fault:20s} {stratum or 'all':18s} {len(sound):5d} {len(ill):4d}  "
                f"{' '.join(cells[:2])}   {' '.join(cells[2:])}   {named:5.2f}  {false:6.3f}"
            )


HEAD = (
    f"{'fault':20s} {'stratum':18s} {'sound':>5s} {'ill':>4s}  {'AUROC':>6s} {'@1 %':>6s}   "
    f"{'plain':>6s} {'@1 %':>6s}   {'named':>5s}  {'false':>6s}"
)


def run(family: Family, share: float, say: Callable[[str], None]) -> None:
    """Simulate, judge and print one family."""
    before = time.process_time()
    cases = family.cases(share)
    between = time.process_time()
    rows = [score(family, case) for case in cases]
    spent = (time.process_time() - between) / len(rows)
    say(
        f"\n{family.name}: {len(rows)} records, simulated in {between - before:.0f} s of CPU, "
        f"judged in {1e3 * spent:.0f} ms each"
    )
    say(HEAD)
    for line in lines(family, rows):
        say(line)
    for fault in family.rules:
        wrong = [r for r in rows if r.case.label not in ("healthy", fault) and fault in r.named]
        if wrong:
            what = ", ".join(sorted({r.case.label for r in wrong}))
            other = sum(r.case.label not in ("healthy", fault) for r in rows)
            say(f"  {fault} named on {len(wrong)} of {other} records of other faults ({what})")


def main() -> None:
    """Run the families that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=sorted(FAMILIES), help="one family")
    parser.add_argument("--quick", action="store_true", help="a quarter of the records")
    asked = parser.parse_args()
    for name, family in FAMILIES.items():
        if asked.only in (None, name):
            run(family, 0.25 if asked.quick else 1.0, lambda text: print(text, file=sys.stdout, flush=True))


if __name__ == "__main__":
    main()
