"""The cases of `bench.motor`: seeded records of each family, the test's figure and the plain baseline's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from arkwright.core.plant import Asset
from arkwright.health.checks import (
    feed_axis,
    induction_motor,
    permanent_magnet_motor,
    sleeve_bearing,
    spindle,
    wheelset,
)
from arkwright.health.symptom import Record, Test, Told
from bench import feed_and_spindle as tool
from bench import magnet_motor as magnet
from bench import motor_physics as motor
from bench import sleeve_rotor as sleeve
from bench import wheelset as wheel

Floats = NDArray[np.float64]
NOTHING = -300.0


@dataclass(frozen=True)
class Case:
    """A record with what is true of it, and the frequencies [Hz] where each fault would draw a line."""

    record: Record
    asset: Asset
    label: str
    stratum: str
    at_hz: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """The figure by which the test ranks records for one fault, and the baseline's."""

    own: Callable[[Told], float]
    plain: Callable[[Case], float]


@dataclass(frozen=True)
class Family:
    """One test with its cases."""

    name: str
    test: Test
    cases: Callable[[float], list[Case]]
    rules: Mapping[str, Rule]


def figure(name: str, cause: str, *, vetoed: bool = False) -> Callable[[Told], float]:
    """Rank by a figure of the test; one that says the lines are not the fault's ranks last."""

    def own(told: Told) -> float:
        value = told.descriptors.get(name, NOTHING)
        no = vetoed and told.against and cause not in {s.cause for s in told.symptoms}
        return NOTHING if no and any("come from the load" in e.text for e in told.against) else value

    return own


def largest_line(fault: str, reach: float = 0.01, *, envelope: bool = False) -> Callable[[Case], float]:
    """The baseline: the largest line within reach of where the fault draws one, over the median. [dB]"""

    def plain(case: Case) -> float:
        x = case.record.samples - case.record.samples.mean()
        x = x**2 - np.mean(x**2) if envelope else x
        power = np.abs(np.fft.rfft(x * np.hanning(len(x)))) ** 2
        hz = np.fft.rfftfreq(len(x), 1 / case.record.rate_hz)
        best = NOTHING
        for at in case.at_hz.get(fault, ()):
            near = np.abs(hz - at) <= max(reach * at, 1.5 * hz[1])
            around = np.abs(hz - at) <= max(0.2 * at, 40 * hz[1])
            if near.any():
                best = max(best, 10 * np.log10(power[near].max() / np.median(power[around])))
        return float(best)

    return plain


# ------------------------------------------------------------------------------------------ induction motor
def induction_cases(share: float) -> list[Case]:
    """Loads from 20 to 100 %, three levels of noise; single phases, and three with voltages."""
    rng = np.random.default_rng(80_001)
    ill = ["broken_bar", "eccentricity", "shorted_turns", "supply_unbalance"]
    kinds = ["healthy"] * 160 + ill * 40
    kinds = [kind for kind in kinds if rng.random() < share]
    runs = [_motor_run(rng, kind) for kind in kinds]
    cases = []
    for k, (kind, run, drawn) in enumerate(zip(kinds, runs, motor.simulate(runs, 8.0), strict=True)):
        for snr in (30.0, 45.0, 60.0):
            seen = motor.measure(drawn, k, snr)
            load = "load < 50 %" if run.load < 0.5 else "load > 50 %"
            cases += [_motor_case(seen, kind, f"{load}, {snr:.0f} dB")]
    return cases


def _motor_run(rng: np.random.Generator, kind: str) -> motor.Run:
    load = rng.uniform(0.3, 1.0)
    run = motor.Run(
        motor=motor.Motor(inertia=float(10 ** rng.uniform(-1.2, 0.5))), load=load,
        unbalance=rng.uniform(0, 0.004), wander_rad=rng.uniform(0, 0.4), eccentric=rng.uniform(0, 0.008),
    )  # fmt: skip
    if rng.random() < 0.5:  # a load that swings: at any rhythm, at twice the slip's, once a turn
        slip_hz = 1.73 * load
        at = rng.choice([rng.uniform(0.8, 12), 2 * slip_hz * rng.uniform(0.97, 1.03), 25 - slip_hz / 2])
        run = replace(run, swing=rng.uniform(0.01, 0.1), swing_hz=float(at))
    ill = {
        "broken_bar": {"broken": float(rng.choice([1.0, 2.0]))},
        "eccentricity": {"eccentric": rng.uniform(0.025, 0.06)},
        "shorted_turns": {"shorted": rng.uniform(0.02, 0.08), "short_ohm": 0.04},
        "supply_unbalance": {"unbalance": rng.uniform(0.012, 0.03)},
    }
    return replace(run, **ill.get(kind, {}))


def _motor_case(seen: motor.Drawn, kind: str, stratum: str) -> Case:
    beside = {f"L{k + 1}": seen.currents[k] for k in (1, 2)}
    beside |= {f"voltage.L{k + 1}": seen.voltages[k] for k in range(3)}
    shaft = seen.speed_rpm / 60
    twice = 2 * (50 - 2 * shaft)
    lines = {
        "broken_bar": (50 - twice, 50 + twice),
        "eccentricity": (50 - shaft, 50 + shaft),
        "shorted_turns": (150.0,),
        "supply_unbalance": (150.0,),
    }
    asset = Asset("M", nameplate={"pole_pairs": 2, "rated_speed_rpm": 1448.0, "rotor_bars": 40})
    record = Record(seen.currents[0], seen.rate_hz, "current", seen.speed_rpm, "L1", beside=beside)
    return Case(record, asset, kind, stratum, lines)


def one_phase_cases(share: float) -> list[Case]:
    """The same motors with one clamp and no voltage."""
    kept = ("healthy", "broken_bar", "eccentricity")
    return [
        replace(case, record=replace(case.record, beside={}))
        for case in induction_cases(share)
        if case.label in kept and "45 dB" in case.stratum
    ]


def unlike_phases(case: Case) -> float:
    """The baseline for windings: greatest less least effective value of the currents, over their mean. [1]"""
    rms = [float(np.std(case.record.samples)), *(float(np.std(case.record.beside[k])) for k in ("L2", "L3"))]
    return (max(rms) - min(rms)) / float(np.mean(rms))


def _unexplained(told: Told) -> float:
    text = next((e for s in told.symptoms if s.cause == "shorted_turns" for e in s.evidence), None)
    current = told.descriptors.get("current_unbalance", 0.0)
    return current + (1.0 if text is not None else 0.0)


# ------------------------------------------------------------------------------------------ magnet motor
def magnet_cases(share: float) -> list[Case]:
    """Speeds and current loops of three bandwidths; magnets made to 2 %, inverter harmonics up to 5 %."""
    rng = np.random.default_rng(80_002)
    cases = []
    kinds = ["healthy"] * 240 + ["demagnetisation", "eccentricity", "shorted_turns"] * 60
    for k, kind in enumerate(kinds):
        if rng.random() >= share:
            continue
        run = magnet.Ride(
            shaft_hz=rng.uniform(10, 50), bandwidth_hz=float(rng.choice([100.0, 300.0])),
            static=rng.uniform(0, 0.06), dynamic=rng.uniform(0, 0.03), spread=0.01, inverter=0.05,
        )  # fmt: skip
        ill = {
            "demagnetisation": {"weak": tuple(rng.uniform(0.3, 0.7, rng.integers(1, 3)))},
            "eccentricity": {"static": rng.uniform(0.15, 0.3), "dynamic": rng.uniform(0.15, 0.3)},
            "shorted_turns": {"shorted": rng.uniform(0.02, 0.08)},
        }
        run = replace(run, **ill.get(kind, {}))
        snr = float(rng.choice([40.0, 55.0]))
        current, _ = magnet.ride(run, 2.5, k, snr)
        fr = run.shaft_hz
        lines = {
            "demagnetisation": tuple(abs(4 + s * k) * fr for k in (2, 3, 5) for s in (-1, 1)),
            "eccentricity": (3 * fr, 5 * fr),
        }
        beside = {f"L{j + 1}": current[j] for j in (1, 2)}
        record = Record(current[0], magnet.RATE_HZ, "current", 60 * fr * 1.001, "L1", beside=beside)
        stratum = f"loop {run.bandwidth_hz:.0f} Hz, {snr:.0f} dB"
        cases.append(Case(record, Asset("M", nameplate={"magnet_poles": 8}), kind, stratum, lines))
    return cases


# ------------------------------------------------------------------------------------------ oil film
def sleeve_cases(share: float) -> list[Case]:
    """Below and above the threshold of the film, with run-out, hum, a neighbour that shakes one way."""
    rng = np.random.default_rng(80_003)
    kinds = [kind for kind in ["healthy"] * 120 + ["oil_whirl"] * 60 if rng.random() < share]
    runs = []
    for kind in kinds:
        speed = rng.uniform(51, 70) if kind == "oil_whirl" else rng.uniform(25, 43)
        runs.append(sleeve.Spin(speed, rng.uniform(3, 12), rng.uniform(0, 20), rng.uniform(0.45, 0.48)))
    cases = []
    for k, (kind, run, path) in enumerate(zip(kinds, runs, sleeve.spin(runs, 2.5), strict=True)):
        for noise in (1.0, 5.0):
            x, y = sleeve.probe(path, run.speed_hz, k, noise)
            if kind == "healthy" and k % 2:
                x = x + _neighbour(rng, len(x), run.speed_hz)
            record = Record(x, sleeve.RATE_HZ, "displacement", 60 * run.speed_hz, "DE.x", beside={"DE.y": y})
            lines = {"oil_whirl": (0.45 * run.speed_hz,)}
            cases.append(Case(record, Asset("T"), kind, f"noise {noise:.0f} um", lines))
    return cases


def _neighbour(rng: np.random.Generator, n: int, speed_hz: float) -> Floats:
    """What another asset shakes one way only, at nearly the speed of an oil film."""
    hz, size = rng.uniform(0.40, 0.48) * speed_hz, rng.uniform(5, 40)
    return np.asarray(size * np.cos(2 * np.pi * hz * np.arange(n) / sleeve.RATE_HZ + rng.uniform(0, 6)))


def _whirl(told: Told) -> float:
    ratio = told.descriptors.get("whirl_ratio", 0.0)
    strength = told.descriptors.get("whirl", 0.0) / max(told.descriptors.get("first_order", 1.0), 1e-9)
    both_ways = any("both ways round" in proof.text for proof in told.against)
    return strength if 0.38 <= ratio <= 0.49 and not both_ways else 0.0


# ------------------------------------------------------------------------------------------ machine tool
def tool_cases(share: float) -> list[Case]:
    """Spindles in air at three speeds: balanced or not, held or not."""
    rng = np.random.default_rng(80_004)
    cases = []
    for k, kind in enumerate(["healthy"] * 160 + ["spindle_unbalance", "drawbar"] * 40):
        if rng.random() >= share:
            continue
        run = tool.Turning(
            speed_hz=float(rng.choice([60.0, 100.0, 180.0])), unbalance_gmm=rng.uniform(10, 120)
        )
        limit = 1.0 * run.speed_hz / 100  # of the first order as G 2.5 of the head would make it
        if kind == "spindle_unbalance":
            run = replace(run, unbalance_gmm=rng.uniform(750, 2_000))
        elif kind == "drawbar":
            run = replace(
                run, unbalance_gmm=rng.uniform(150, 500), hold_n=rng.uniform(10, 20) * run.speed_hz / 100
            )
        x = tool.turn_spindle(run, 1.0, k)
        lines = {"spindle_unbalance": (run.speed_hz,), "drawbar": (2 * run.speed_hz,)}
        record = Record(x, tool.RATE_HZ, "acceleration", 60 * run.speed_hz * 1.001, "nose")
        plate = {"vibration_limit_mm_s": limit}
        cases.append(Case(record, Asset("S", nameplate=plate), kind, f"{60 * run.speed_hz:.0f} rpm", lines))
    return cases


def screw_cases(share: float) -> list[Case]:
    """Strokes of a ball screw, pits from a tenth to a half of the noise."""
    rng = np.random.default_rng(80_005)
    cases = []
    for k, kind in enumerate(["healthy"] * 160 + ["ball_screw"] * 80):
        if rng.random() >= share:
            continue
        level = float(rng.choice([0.12, 0.25, 0.5]))
        run = tool.Screw(speed_hz=rng.uniform(15, 35), level=level)
        run = replace(run, pit=str(rng.choice(["nut", "screw"]))) if kind != "healthy" else run
        plate = {"balls_per_turn": 20, "ball_mm": 6.35, "pitch_circle_mm": 41.4}
        orders = feed_axis.screw_orders(Asset("X", nameplate=plate))
        lines = {"ball_screw": tuple(order * run.speed_hz for order in (orders.bpfo, orders.bpfi))}
        x = tool.run_screw(run, 3.0, k)
        record = Record(x, tool.RATE_HZ, "acceleration", 60 * run.speed_hz * 1.001, "nut")
        cases.append(Case(record, Asset("X", nameplate=plate), kind, f"pit {level:g} of noise", lines))
    return cases


def _screw(told: Told) -> float:
    return max(told.descriptors.get(f"{part}_score", NOTHING) for part in ("outer_race", "inner_race"))


def _polygon(told: Told) -> float:
    return told.descriptors.get("polygon_lead_db", 0.0) if told.descriptors["polygon_order"] >= 10 else 0.0


# ------------------------------------------------------------------------------------------ wheel on rail
def wheel_cases(share: float) -> list[Case]:
    """Wheels at three speeds on rough rails; healthy ones with worn bearings or a gear on the axle."""
    rng = np.random.default_rng(80_006)
    cases = []
    for k, kind in enumerate(["healthy"] * 160 + ["wheel_flat", "wheel_polygon"] * 50):
        if rng.random() >= share:
            continue
        run = wheel.Roll(speed_hz=float(rng.choice([6.0, 12.0, 20.0])), run_out_um=rng.uniform(20, 300))
        run = replace(run, outer=rng.uniform(0.2, 1.5)) if rng.random() < 0.3 else run
        order = int(rng.integers(12, 30))
        if kind == "wheel_flat":
            run = replace(run, flat_mm=float(rng.choice([5.0, 8.0, 20.0])))
        elif kind == "wheel_polygon":
            run = replace(run, polygon=order, polygon_um=rng.uniform(10, 40))
        x, _ = wheel.roll(run, 6.0, k)
        lines = {
            "wheel_flat": (run.speed_hz,),
            "wheel_polygon": tuple(o * run.speed_hz for o in range(12, 30)),
        }
        plate = {"wheel_diameter_mm": 2e3 * wheel.RADIUS_M}
        record = Record(x, wheel.RATE_HZ, "acceleration", 60 * run.speed_hz * 1.002, "A1")
        cases.append(Case(record, Asset("W", nameplate=plate), kind, f"{run.speed_hz:.0f} turns/s", lines))
    return cases


FAMILIES: Mapping[str, Family] = {
    "induction": Family(
        "induction motor",
        induction_motor.TEST,
        induction_cases,
        {
            "broken_bar": Rule(
                figure("bar_line_db", "broken_bar", vetoed=True), largest_line("broken_bar", 0.004)
            ),
            "eccentricity": Rule(
                figure("gap_line_db", "eccentricity", vetoed=True), largest_line("eccentricity")
            ),
            "shorted_turns": Rule(_unexplained, unlike_phases),
            "supply_unbalance": Rule(figure("voltage_unbalance", "supply_unbalance"), unlike_phases),
        },
    ),
    "one_phase": Family(
        "induction motor, one phase and no voltage",
        induction_motor.TEST,
        one_phase_cases,
        {
            "broken_bar": Rule(figure("bar_line_db", "broken_bar"), largest_line("broken_bar", 0.004)),
            "eccentricity": Rule(figure("gap_line_db", "eccentricity"), largest_line("eccentricity")),
        },
    ),
    "magnet": Family(
        "permanent-magnet motor",
        permanent_magnet_motor.TEST,
        magnet_cases,
        {
            "demagnetisation": Rule(
                figure("magnet_line_db", "demagnetisation"), largest_line("demagnetisation")
            ),
            "eccentricity": Rule(figure("gap_line_db", "eccentricity"), largest_line("eccentricity")),
            "shorted_turns": Rule(figure("negative_sequence", "shorted_turns"), unlike_phases),
        },
    ),
    "sleeve": Family(
        "sleeve bearing",
        sleeve_bearing.TEST,
        sleeve_cases,
        {"oil_whirl": Rule(_whirl, largest_line("oil_whirl", 0.1))},
    ),
    "spindle": Family(
        "spindle",
        spindle.TEST,
        tool_cases,
        {
            "spindle_unbalance": Rule(
                figure("first_order_mm_s", "spindle_unbalance"), largest_line("spindle_unbalance")
            ),
            "drawbar": Rule(figure("knock_crest", "drawbar"), largest_line("drawbar")),
        },
    ),
    "screw": Family(
        "ball screw",
        feed_axis.TEST,
        screw_cases,
        {"ball_screw": Rule(_screw, largest_line("ball_screw", 0.02, envelope=True))},
    ),
    "wheel": Family(
        "wheelset",
        wheelset.TEST,
        wheel_cases,
        {
            "wheel_flat": Rule(
                figure("knock_crest", "wheel_flat"), largest_line("wheel_flat", envelope=True)
            ),
            "wheel_polygon": Rule(_polygon, largest_line("wheel_polygon")),
        },
    ),
}
