"""Induction motors, by the current they draw: rotor bars, air gap, supply and windings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arkwright.core.plant import Asset
from arkwright.health.motor_bars import MOST_STATED, Bars, judge_bars
from arkwright.health.motor_gap import Gap, judge_gap, refine_shaft, weak_lines
from arkwright.health.motor_power import power_of, power_ratio, swings
from arkwright.health.motor_windings import Windings, judge_windings
from arkwright.health.motor_words import not_from_bars, not_from_gap, say_bars, say_gap, say_windings
from arkwright.health.phases import VOLTAGE, phases_of, supply_of
from arkwright.health.record_check import record_check
from arkwright.health.symptom import Base, Record, Symptom, Test, Told
from arkwright.kits.exact_tones import Tone
from arkwright.kits.motor_current import least_seconds, ride_supply
from arkwright.kits.motor_lines import slip_of
from arkwright.kits.park import space_vector

Vectors = NDArray[np.complex128]

SPEED_OFF = 0.002
"""How far off a measured speed may be: a hand tachometer, a rounded reading. [share]"""
LEAST_LOAD = 0.3
"""Slip as a share of the rated one from which bars are judged: below it most of the supply line is
magnetising current, which does not pass through the bars. [1]"""
REACH_HZ = 25.0  # of the modulation about the supply that is looked at
ONE_CLAMP = 0.14
"""Share of sound motors, half of them with a swinging load, that one clamp without voltages shows a fault of:
`bench.motor`. With three phases and their voltages it shows none. [1]"""
MAINS_HZ = (50.0, 60.0)  # what plants are fed with


@dataclass(frozen=True)
class _Seen:
    """Supply, shaft [Hz] and slip [1] of one record, and what each part of the motor shows."""

    supply: Tone
    shaft_hz: float
    slip: float
    load: float | None
    gap: Gap
    windings: Windings | None
    bars: Bars | None
    bars_missing: str


def _judge(record: Record, asset: Asset, base: Base) -> Told:
    if "magnet_poles" in asset.nameplate:
        return Told(missing=("magnet_poles is stated: a motor with magnets does not slip",))
    supply = supply_of(record, asset.rated("pole_pairs") or 0.0, synchronous=False)
    if isinstance(supply, str):
        return Told(missing=(supply,))
    seen = _see(record, asset, supply)
    if seen.slip <= 0:
        return Told(missing=(f"at {record.speed_rpm:.0f} rpm the motor does not slip: its speed is needed",))
    figures = _figures(seen)
    symptoms = tuple(sorted(_symptoms(seen, record, base), key=lambda s: -s.confidence))
    if seen.bars_missing and not symptoms:
        return Told(figures, missing=(seen.bars_missing,))
    against = (*(() if seen.bars is None else not_from_bars(seen.bars)), *not_from_gap(seen.gap))
    return Told(figures, symptoms, against=against)


def _see(record: Record, asset: Asset, supply: Tone) -> _Seen:
    pairs, bars = round(asset.rated("pole_pairs") or 1), _bars(asset)
    stated = (record.speed_rpm or 0.0) / 60.0
    weak = weak_lines(record.samples, record.rate_hz, supply)
    shaft, is_seen = refine_shaft(weak, supply, stated, SPEED_OFF)
    slip = slip_of(supply.hz, pairs, 60.0 * shaft)
    off_hz = float(weak.hz[1]) if is_seen else SPEED_OFF * stated
    gap = judge_gap(weak, supply, shaft, off_hz, bars)
    phases, voltages = phases_of(record), phases_of(record, VOLTAGE)
    windings = None if phases is None else judge_windings(phases, voltages, record.rate_hz, supply.hz)
    vector = None if phases is None else space_vector(*phases)
    power = power_of(vector, None if voltages is None else space_vector(*voltages))
    if power is not None:
        ratio = power_ratio(power, record.rate_hz, shaft)
        gap = replace(gap, source=swings(ratio), power_ratio=ratio)
    load = _load(asset, supply.hz * slip, pairs)
    if windings is not None:
        windings = replace(windings, load=0.0 if load is None else load)
    missing = _bars_missing(record, supply, slip, load)
    found = None
    if not missing:
        ridden = _forward(vector, record, supply)
        carrier = ride_supply(ridden, record.rate_hz, supply, min(REACH_HZ, 0.4 * supply.hz))
        reach = min(2 * pairs * off_hz, slip * supply.hz)
        found = judge_bars(carrier, slip, reach, (bars, pairs), power, record.rate_hz)
    return _Seen(supply, shaft, slip, load, gap, windings, found, missing)


def _forward(vector: Vectors | None, record: Record, supply: Tone) -> NDArray[np.float64] | Vectors:
    """Take the vector that turns with the supply: phases may be wired either way round."""
    if vector is None:
        return record.samples
    turns = np.exp(-2j * np.pi * supply.hz / record.rate_hz * np.arange(len(vector)))
    backwards = abs(vector @ turns) < abs(np.conj(vector) @ turns)
    return np.conj(vector) if backwards else vector


def _bars(asset: Asset) -> int:
    bars = asset.rated("rotor_bars") or 0.0
    return round(bars) if 8 <= bars <= MOST_STATED else 0


def _load(asset: Asset, slip_hz: float, pairs: int) -> float | None:
    """Slip over the rated one: what a motor on mains or a V/f inverter carries, as a share."""
    speed = asset.rated("rated_speed_rpm") or 0.0
    known = asset.rated("supply_hz")
    fed = [hz for hz in ((known,) if known else MAINS_HZ) if 0 < hz - pairs * speed / 60 < 0.1 * hz]
    return slip_hz / (fed[0] - pairs * speed / 60) if fed else None


def _bars_missing(record: Record, supply: Tone, slip: float, load: float | None) -> str:
    if load is not None and load < LEAST_LOAD:
        return (
            f"broken bars: the motor carries about {100 * load:.0f} % of its load; "
            f"{100 * LEAST_LOAD:.0f} % are needed"
        )
    least = least_seconds(slip, supply.hz)
    seconds = len(record.samples) / record.rate_hz
    if seconds < least:
        return f"broken bars: at this slip a record of {least:.0f} s is needed; it lasts {seconds:.1f} s"
    return ""


def _figures(seen: _Seen) -> dict[str, float]:
    figures = {
        "supply_hz": seen.supply.hz,
        "slip": seen.slip,
        "gap_line_db": -seen.gap.below_db,
    }
    if seen.load is not None:
        figures["load_share"] = seen.load
    if seen.bars is not None:
        figures |= {"bar_line_db": -seen.bars.below_db, "broken_bars": seen.bars.broken}
    if seen.windings is not None:
        figures |= {"current_unbalance": seen.windings.current, "zero_sequence": seen.windings.zero}
        if seen.windings.voltage is not None:
            figures["voltage_unbalance"] = seen.windings.voltage
    return figures


def _symptoms(seen: _Seen, record: Record, _base: Base) -> list[Symptom]:
    found = []
    if seen.bars is not None and seen.bars.are_there and seen.bars.source != "load":
        found.append(say_bars(seen.bars, seen.slip, seen.load, record.location))
    if seen.gap.is_there:
        found.append(say_gap(seen.gap, seen.shaft_hz, record.location))
    if seen.windings is not None:
        found += say_windings(seen.windings, record.location)
    return found


TEST = Test(
    name="induction_motor",
    title="Induction motor by its current",
    summary=(
        "Broken rotor bars by the lines (1 ± 2s)f, judged only under load and told from a load that swings "
        "by the powers or by how unlike the two lines are; a rotor out of centre by f ± fr; unbalance of the "
        "supply and shorted turns by the negative sequence of three currents, with voltages where they are "
        "recorded. Lines count where noise hardly explains them and they are as strong as physics asks."
    ),
    quantity="current",
    causes=("broken_bar", "eccentricity", "supply_unbalance", "shorted_turns"),
    judge=_judge,
    plate={"pole_pairs": "pole pairs of the motor: 2 at 1,500 rpm and 50 Hz"},
    also={
        "rated_speed_rpm": "rated speed, for the load",
        "rotor_bars": "bars of the rotor, for how many are broken",
        "supply_hz": "rated frequency of the supply, where it is not 50 or 60 Hz",
    },
    references=(
        "Thomson, Fenger (2001), IEEE Industry Applications Magazine 7(4), 26-34",
        "Bellini, Filippetti, Franceschini, Tassoni, Kliman (2001), IEEE Trans. Ind. Appl. 37(5), 1248-1255",
        "Nandi, Toliyat, Li (2005), IEEE Trans. Energy Conversion 20(4), 719-729",
        "NEMA MG 1-2016, 14.36",
    ),
    of_asset=True,
    example={"pole_pairs": 2.0},
    false_rate=ONE_CLAMP,
)
CHECK = record_check(TEST)
