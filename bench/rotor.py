"""Rotor faults on simulated rotors: what is called what, beside the rule of the usual chart, in one run.

    python -m bench.rotor [rotors of a kind]

Each rotor is drawn by its own seed (speed, stiffness, damping, how bad, and a gear, a bearing, a belt or a
hum beside it) and simulated from its equation of motion. It is judged from one radial probe, from one radial
probe with axial ones of both ends beside it, and from records at nine speeds. Half of the seeds (even) were
looked at while the tests were written; what is printed is the other half (odd).
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import numpy as np

from arkwright.core.plant import Asset
from arkwright.health.ask import ask, tests
from arkwright.health.record_base import N_BASE, Speeds, add_record, bases
from arkwright.health.symptom import Record, Told
from arkwright.kits.spectra import tone_rms, velocity_lines
from bench.rotor_physics import KINDS, RATE_HZ, Rotor, draw, first_order, has_contact, record

ROTOR_TESTS = ("unbalance", "misalignment", "looseness", "rub", "bent_shaft", "resonance")
TRUTH = {"hum": "normal"}
SPEEDS = (0.7, 0.78, 0.85, 0.91, 0.96, 1.04, 1.1, 1.18, 1.3)


def main() -> None:
    """Print the confusion matrices."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    rows: dict[str, list[tuple[str, str]]] = {
        "chart": [],
        "one probe": [],
        "all probes": [],
        "nine speeds": [],
    }
    spent, count = 0.0, 0
    for kind in KINDS:
        for seed in range(1, 2 * n, 2):
            rotor = draw(kind, seed)
            probes = record(rotor)
            rows["chart"].append((kind, chart(probes["DE.y"], rotor)))
            for view in ("one probe", "all probes", "nine speeds"):
                before = time.process_time()
                rows[view].append((kind, verdict(judge(rotor, probes, view))))
                spent, count = spent + time.process_time() - before, count + 1
    for view, pairs in rows.items():
        print_matrix(view, pairs)
    print(f"\n{1000 * spent / count:.1f} ms of CPU a verdict of {len(ROTOR_TESTS)} tests")


def judge(rotor: Rotor, probes: dict[str, np.ndarray], view: str) -> dict[str, Told]:
    """Ask every rotor test of one rotor."""
    beside = {p: x for p, x in probes.items() if p.endswith("axial")} if view == "all probes" else {}
    stated = 60 * rotor.shaft_hz * (1 + 0.004 * np.sin(rotor.seed))  # a tachometer in the hand
    asked = Record(probes["DE.y"], RATE_HZ, "acceleration", stated, "DE", beside=beside)
    asset = Asset("rotor", nameplate={"rated_power_kw": 75.0, "support": "rigid"})
    told = {}
    for name in ROTOR_TESTS:
        if view == "nine speeds" and name == "resonance":
            asked_at = Record(**{**asked.__dict__, "at_speeds": bases(_seen(rotor))})
            told[name] = ask(tests()[name], asked_at, asset)
        else:
            told[name] = ask(tests()[name], asked, asset)
    return told


def _seen(rotor: Rotor) -> Speeds:
    """What a place remembers of nine speeds: the first order of ten records each, a tenth unsteady."""
    rng = np.random.default_rng([rotor.seed, 3])
    speeds: Speeds = ()
    for share in SPEEDS if not has_contact(rotor) else ():
        hz = share * rotor.shaft_hz
        for k in range(N_BASE):
            v = 0.8 * abs(first_order(rotor, hz)) * (1 + 0.1 * rng.standard_normal())
            speeds = add_record(speeds, 60 * hz, k, {"first_mm_s": v})
    return speeds


def verdict(told: dict[str, Told]) -> str:
    """Name the surest symptom; a refusal where there is none and something is missing."""
    found = [s for one in told.values() for s in one.symptoms]
    if found:
        return max(found, key=lambda s: s.confidence).cause
    return "refused" if any(one.missing for one in told.values()) else "normal"


def chart(x: np.ndarray, rotor: Rotor) -> str:
    """Judge by the usual chart: ratios of the first orders, without floor, level or second explanation."""
    hz, power = velocity_lines(x, RATE_HZ)

    def at(order: float) -> float:
        return tone_rms(hz, power, order * rotor.shaft_hz, 0.01)[0]

    first = at(1)
    if at(1 / 3) > 0.1 * first:
        return "rub"
    if at(0.5) > 0.1 * first:
        return "looseness"
    if at(2) > 0.5 * first:
        return "misalignment"
    total = float(np.sqrt(power[hz > 2].sum()))
    return "unbalance" if first**2 > 0.5 * total**2 else "normal"


def print_matrix(view: str, pairs: list[tuple[str, str]]) -> None:
    """Print what each kind was called, how often a call was right, and false calls on sound rotors."""
    names = [*(k for k in KINDS if k != "hum"), "refused"]
    counts = Counter(pairs)
    print(f"\n{view}\n{'is, called':>14}" + "".join(f"{n[:11]:>13}" for n in names))
    for kind in KINDS:
        print(f"{kind:>14}" + "".join(f"{counts[kind, n] or '.':>13}" for n in names))
    right = Counter(called for kind, called in pairs if TRUTH.get(kind, kind) == called)
    calls = Counter(called for _, called in pairs)
    shares = [f"{n} {right[n]}/{calls[n]}" for n in names if calls[n] and n not in {"normal", "refused"}]
    ill = [(k, c) for k, c in pairs if TRUTH.get(k, k) != "normal"]
    sound = [c for k, c in pairs if TRUTH.get(k, k) == "normal"]
    misled = sum(c not in {k, "normal", "refused"} for k, c in ill)
    false = sum(c not in {"normal", "refused"} for c in sound)
    print(f"right of those called so: {', '.join(shares)}")
    named = sum(k == c for k, c in ill)
    print(f"named rightly {named} of {len(ill)}, misled {misled}; false calls {false} of {len(sound)}")


if __name__ == "__main__":
    main()
